//! `/v1/audit`: the ledger's entries and the audit package.

use super::exports;
use super::subject::Subject;
use crate::access::ExportAudit;
use crate::app::FieldProblem;
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
use actix_web::{HttpRequest, HttpResponse, get, post, web};
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

/// What to export: a period, or one person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportBody {
    /// From this instant on. With `to`; without `subject`.
    pub from: Option<DateTime<Utc>>,
    /// Up to this instant, itself not in it.
    pub to: Option<DateTime<Utc>>,
    /// Everything about this person alone.
    pub subject: Option<Subject>,
    /// With `subject`: the report tells as well what was held at this instant.
    pub at: Option<DateTime<Utc>>,
    /// One controller alone; the others' entries are proven, their content withheld.
    #[schema(value_type = Option<String>)]
    pub controller: Option<Slug>,
    /// One purpose alone.
    #[schema(value_type = Option<String>)]
    pub purpose: Option<Slug>,
    /// The uses of one campaign alone: its contacts, lists and decisions.
    pub campaign: Option<String>,
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

/// Export a period, or everything about one person, as a package that anybody can check offline. The
/// export is itself recorded; one about a person also among that person's entries. With
/// `Prefer: respond-async` the package of a period is made in the background: the answer names the export,
/// whose state and file are asked for later. One person's package is small and is always sent at once.
#[utoipa::path(
    tag = "audit",
    request_body = ExportBody,
    params(("Prefer" = Option<String>, Header, description = "`respond-async`: do not wait for the package (RFC 7240)")),
    security(("key" = [])),
    responses(
        (status = 200, description = "The package", body = Vec<u8>, content_type = "application/zip"),
        (status = 202, description = "It will be made in the background", body = super::exports::BackgroundView),
        (status = 404, description = "Nobody is known by these identifiers", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "The identifiers are of several persons, or too many exports wait", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/audit/exports")]
pub async fn export(
    door: Allowed<ExportAudit>,
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: ExportBody = json::read(&body.0)?;
    let language = asked
        .language
        .as_deref()
        .map_or(Ok(site.language.for_staff()), |text| {
            let wrong = || FieldProblem::new("/language", "language_unknown", "must be fr or en");
            Language::from_code(text)
                .filter(|language| Language::STAFF.contains(language))
                .ok_or_else(|| Problem::invalid(vec![wrong()]))
        })?;
    if let Some(subject) = &asked.subject {
        asked.about_a_person_alone()?;
        let named = subject
            .named(site.app.keys(), "/subject")
            .map_err(Problem::invalid)?;
        return package::send_person(&site, door.grant, named, asked.at, language).await;
    }
    let query = asked.period()?;
    if exports::prefers_to_wait_elsewhere(&request) {
        return exports::accept(site, door.grant, query, language).await;
    }
    package::send(&site, door.grant, query, language).await
}

impl ExportBody {
    /// A person's evidence is whole: nothing of it is cut off by a period or a purpose.
    fn about_a_person_alone(&self) -> Result<(), Problem> {
        let cut = [
            ("/from", self.from.is_some()),
            ("/to", self.to.is_some()),
            ("/controller", self.controller.is_some()),
            ("/purpose", self.purpose.is_some()),
            ("/campaign", self.campaign.is_some()),
        ];
        let problems = cut
            .into_iter()
            .filter(|(_, given)| *given)
            .map(|(field, _)| {
                let mend = "goes with a period; leave it out where subject is given";
                FieldProblem::new(field, "not_with_subject", mend)
            });
        let problems: Vec<_> = problems.collect();
        if problems.is_empty() {
            return Ok(());
        }
        Err(Problem::invalid(problems))
    }

    fn period(self) -> Result<ExportQuery, Problem> {
        let missing = |field| {
            let mend = "this field is needed, unless subject is given";
            FieldProblem::new(field, "field_missing", mend)
        };
        match (self.from, self.to) {
            (Some(from), Some(to)) if self.at.is_none() => Ok(ExportQuery {
                from,
                to,
                controller: self.controller,
                purpose: self.purpose,
                campaign: self.campaign,
            }),
            (from, to) => {
                let mut problems = Vec::new();
                problems.extend(from.is_none().then(|| missing("/from")));
                problems.extend(to.is_none().then(|| missing("/to")));
                if self.at.is_some() {
                    let mend = "goes with subject: name a person, or leave it out";
                    problems.push(FieldProblem::new("/at", "only_with_subject", mend));
                }
                Err(Problem::invalid(problems))
            }
        }
    }
}
