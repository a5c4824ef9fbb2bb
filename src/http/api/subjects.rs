//! `/v1/subjects`: find a person, read their choices and their history.

use super::paces::PaceItem;
use super::subject::Subject;
use crate::access::ReadSubjects;
use crate::app::Refusal;
use crate::app::record::StateView;
use crate::domain::ids::SubjectId;
use crate::domain::registry::Standing;
use crate::domain::time::rfc3339;
use crate::http::door::Allowed;
use crate::http::json::{self, Body, SMALL};
use crate::http::page::{Page, cursor};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::reason::{Reason, Reasons};
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::{HttpResponse, get, post, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Who it is.
#[derive(Serialize, ToSchema)]
pub struct Found {
    /// The person.
    pub subject_id: String,
    /// The keyed hash of each identifier, for where only a hash may travel.
    pub id_hashes: Vec<String>,
}

/// Every choice of a person.
#[derive(Serialize, ToSchema)]
pub struct Choices {
    /// The person, after merges.
    pub subject_id: String,
    /// One state per purpose and channel.
    #[schema(value_type = Vec<Object>)]
    pub consents: Vec<StateView>,
    /// Since when the person objects to direct marketing.
    pub objection_since: Option<String>,
    /// Since when the person objects to profiling for direct marketing.
    pub profiling_objection_since: Option<String>,
    /// Since when processing is restricted.
    pub restricted_since: Option<String>,
    /// The pauses and bounds that hold something back now.
    pub paces: Vec<PaceItem>,
}

/// One event.
#[derive(Serialize, ToSchema)]
pub struct Event {
    /// Its place in the ledger.
    pub position: u64,
    /// Its own id.
    pub id: String,
    /// What happened.
    pub kind: String,
    /// When the registry received it.
    pub recorded_at: String,
    /// What the ledger's entry commits to.
    #[schema(value_type = Object)]
    pub content: Value,
}

/// A page of a history.
#[derive(Serialize, ToSchema)]
pub struct History {
    /// In the order of the ledger.
    pub items: Vec<Event>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// Find the person behind identifiers, which travel in the body and never in an address.
#[utoipa::path(
    tag = "subjects",
    request_body = Subject,
    params(Reasons),
    security(("key" = [])),
    responses(
        (status = 200, description = "The person", body = Found),
        (status = 404, description = "Nobody is known by these identifiers", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/subjects/lookup")]
pub async fn lookup(
    door: Allowed<ReadSubjects>,
    site: web::Data<Site>,
    reason: Reason,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: Subject = json::read(&body.0)?;
    let named = asked.named(site.app.keys(), "").map_err(Problem::invalid)?;
    let (subject, id_hashes) =
        block(move || site.app.lookup(&door.grant, &named, reason.0.as_ref())).await?;
    Ok(HttpResponse::Ok().json(Found {
        subject_id: subject.to_string(),
        id_hashes,
    }))
}

/// The state per purpose and channel, each with its reason.
#[utoipa::path(
    tag = "subjects",
    params(("id" = String, Path, description = "From lookup"), Reasons),
    security(("key" = [])),
    responses(
        (status = 200, description = "Every choice", body = Choices),
        (status = 404, description = "No such person", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/subjects/{id}/consents")]
pub async fn consents(
    door: Allowed<ReadSubjects>,
    site: web::Data<Site>,
    reason: Reason,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = subject_id(&id)?;
    let choices = block(move || {
        site.app
            .states(&door.grant, id, site.app.now(), reason.0.as_ref())
    })
    .await?;
    let Standing {
        objection,
        objection_profiling,
        restricted,
    } = choices.standing;
    Ok(HttpResponse::Ok().json(Choices {
        subject_id: choices.subject.to_string(),
        consents: choices.states,
        objection_since: objection.map(rfc3339),
        profiling_objection_since: objection_profiling.map(rfc3339),
        restricted_since: restricted.map(rfc3339),
        paces: choices.paces.into_iter().map(PaceItem::from).collect(),
    }))
}

/// The whole history, in the order of the ledger.
#[utoipa::path(
    tag = "subjects",
    params(("id" = String, Path, description = "From lookup"), Page, Reasons),
    security(("key" = [])),
    responses(
        (status = 200, description = "A page", body = History),
        (status = 404, description = "No such person", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/subjects/{id}/history")]
pub async fn history(
    door: Allowed<ReadSubjects>,
    site: web::Data<Site>,
    reason: Reason,
    id: web::Path<String>,
    page: Query<Page>,
) -> Result<HttpResponse, Problem> {
    let id = subject_id(&id)?;
    let (from, limit) = (page.from()?, page.limit()?);
    let (entries, next) = block(move || {
        site.app
            .history(&door.grant, id, (from, limit), reason.0.as_ref())
    })
    .await?;
    let event = |entry: crate::store::HistoryEntry| Event {
        position: entry.position,
        id: entry.record.to_string(),
        kind: entry.kind.clone(),
        recorded_at: rfc3339(entry.recorded_at),
        content: entry.payload.reveal().clone(),
    };
    Ok(HttpResponse::Ok().json(History {
        items: entries.into_iter().map(event).collect(),
        next: next.map(cursor),
    }))
}

fn subject_id(text: &str) -> Result<SubjectId, Problem> {
    text.parse()
        .map_err(|_| Refusal::NotFound("a person with this id").into())
}
