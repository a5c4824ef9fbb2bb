//! `/v1/audit`: the ledger's entries and the audit package.

use crate::access::ExportAudit;
use crate::app::export::ExportQuery;
use crate::domain::registry::Slug;
use crate::http::door::Allowed;
use crate::http::json::{self, Body, SMALL};
use crate::http::package;
use crate::http::page::{Page, cursor};
use crate::http::pages::Language;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One entry of the ledger.
#[derive(Serialize, ToSchema)]
pub struct EntryView {
    /// Its place.
    pub position: u64,
    /// What the log says of it in public.
    #[schema(value_type = Object)]
    pub leaf: Value,
    /// What it commits to; null where that cannot be read.
    #[schema(value_type = Object)]
    pub content: Value,
}

/// A page of the ledger.
#[derive(Serialize, ToSchema)]
pub struct Entries {
    /// In the order of the ledger.
    pub items: Vec<EntryView>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// What to export.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportBody {
    /// From this instant on.
    pub from: DateTime<Utc>,
    /// Up to this instant, itself not in it.
    pub to: DateTime<Utc>,
    /// One controller alone; the others' entries are proven, their content withheld.
    #[schema(value_type = Option<String>)]
    pub controller: Option<Slug>,
    /// One purpose alone.
    #[schema(value_type = Option<String>)]
    pub purpose: Option<Slug>,
    /// The report's language, `fr` or `en`.
    pub language: Option<String>,
}

/// The ledger's entries, in order.
#[utoipa::path(
    tag = "audit",
    params(Page),
    security(("key" = [])),
    responses((status = 200, description = "A page", body = Entries)),
)]
#[get("/v1/audit/entries")]
pub async fn entries(
    door: Allowed<ExportAudit>,
    site: web::Data<Site>,
    page: Query<Page>,
) -> Result<HttpResponse, Problem> {
    let (from, limit) = (page.from()?, page.limit()?);
    let (entries, next) = block(move || site.app.entries(&door.grant, from, limit)).await?;
    let view = |entry: crate::app::entries::Entry| EntryView {
        position: entry.position,
        leaf: entry.leaf,
        content: entry.content.reveal().clone(),
    };
    let items = entries.into_iter().map(view).collect();
    Ok(HttpResponse::Ok().json(Entries {
        items,
        next: next.map(cursor),
    }))
}

/// Export a period as a package that anybody can check offline. The export is itself recorded.
#[utoipa::path(
    tag = "audit",
    request_body = ExportBody,
    security(("key" = [])),
    responses(
        (status = 200, description = "The package", body = Vec<u8>, content_type = "application/zip"),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/audit/exports")]
pub async fn export(
    door: Allowed<ExportAudit>,
    site: web::Data<Site>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: ExportBody = json::read(&body.0)?;
    let language = asked
        .language
        .as_deref()
        .map_or(Ok(site.language.for_staff()), |text| {
            let wrong = || {
                crate::app::FieldProblem::new("/language", "language_unknown", "must be fr or en")
            };
            Language::from_code(text)
                .filter(|language| Language::STAFF.contains(language))
                .ok_or_else(|| Problem::invalid(vec![wrong()]))
        })?;
    let query = ExportQuery {
        from: asked.from,
        to: asked.to,
        controller: asked.controller,
        purpose: asked.purpose,
    };
    package::send(&site, door.grant, query, language).await
}
