//! `/v1/notices`: the words that people are shown.

use super::purposes::{AsOf, Published, name, publish_one};
use crate::access::{PublishCatalogue, ReadCatalogue};
use crate::app::publish::Publication;
use crate::domain::registry::{Mention, Notice, NoticeChange, Slug, Wording};
use crate::http::door::Allowed;
use crate::http::json::{self, Body, SMALL};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::{HttpRequest, HttpResponse, get, put, web};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// One version of a notice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeBody {
    /// The purpose that it asks consent for.
    #[schema(value_type = String, example = "newsletter")]
    pub purpose: Slug,
    /// `major`: people must be asked again; `minor`: earlier consents hold.
    #[schema(value_type = String, example = "major")]
    pub change: NoticeChange,
    /// The exact words, per language.
    #[schema(value_type = Object)]
    pub text: Wording,
    /// The mentions of a consent to calls that these words make (C. conso. R223-1):
    /// `identity_and_goods`, `choice`, `period`, `withdrawal_right`, `access_to_proof`. Left out,
    /// nothing is known of them, and calls that need them are denied.
    #[schema(value_type = Option<Vec<String>>, example = json!(["identity_and_goods", "choice", "period", "withdrawal_right", "access_to_proof"]))]
    pub mentions: Option<BTreeSet<Mention>>,
    /// Whether these words name the sender.
    pub names_sender: Option<bool>,
    /// The recipients that these words name. Left out, those of the purpose are meant.
    pub recipients: Option<Vec<String>>,
}

/// Every published version of every notice, or those that were published at an instant.
#[utoipa::path(
    tag = "catalogue",
    params(AsOf),
    security(("key" = [])),
    responses((status = 200, description = "The notices", body = Object)),
)]
#[get("/v1/notices")]
pub async fn list(
    door: Allowed<ReadCatalogue>,
    site: web::Data<Site>,
    query: Query<AsOf>,
) -> Result<HttpResponse, Problem> {
    let catalogue = block(move || site.app.catalogue(&door.grant, query.at)).await?;
    let notices: Vec<&Notice> = catalogue.notices.values().collect();
    Ok(HttpResponse::Ok().json(json!({ "items": notices, "next": null })))
}

/// Publish the next version of a notice. What is published never changes.
#[utoipa::path(
    tag = "catalogue",
    request_body = NoticeBody,
    params(
        ("id" = String, Path, description = "Its name"),
        ("version" = u32, Path, description = "The next number"),
        ("Idempotency-Key" = Option<String>, Header),
    ),
    security(("key" = [])),
    responses(
        (status = 200, description = "In force", body = Published),
        (status = 403, description = "The key may not publish", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
    ),
)]
#[put("/v1/notices/{id}/{version}")]
pub async fn publish(
    door: Allowed<PublishCatalogue>,
    site: web::Data<Site>,
    request: HttpRequest,
    path: web::Path<(String, u32)>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: NoticeBody = json::read(&body.0)?;
    let (id, version) = path.into_inner();
    let notice = Notice {
        id: name(&id)?,
        version,
        purpose: asked.purpose,
        change: asked.change,
        text: asked.text,
        mentions: asked.mentions,
        names_sender: asked.names_sender,
        recipients: asked.recipients,
    };
    let publication = Publication {
        notices: vec![notice],
        ..Publication::default()
    };
    publish_one(&door, &site, &request, &body.0, publication).await
}
