//! `POST /v1/subjects/{id}/erasure`: everything of a person goes.

use crate::access::EraseSubjects;
use crate::app::Refusal;
use crate::app::erase::{Erasing, ErasureClaim, Whom};
use crate::domain::ids::SubjectId;
use crate::http::door::{self, Allowed};
use crate::http::json::{self, Body, SMALL};
use crate::http::problem::Problem;
use crate::http::site::Site;
use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An erasure (GDPR art. 17).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasureBody {
    /// On which ground: `data_subject_request`, `retention_expired`, `consent_withdrawn`, `objection`,
    /// `unlawful`, `legal_obligation` or `child`.
    #[schema(example = "data_subject_request")]
    pub reason: String,
    /// Whether the person's contact points are kept, as keyed hashes alone, on the list of those never
    /// to be contacted again. Yes where left out.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub keep_suppression: bool,
    /// The number of the request that this answers. It stays in the log: never a name.
    #[schema(example = "DSR-2026-0117")]
    pub reference: Option<String>,
    /// Whether the registered systems erase too, and recipients are told. Yes where left out: afterwards
    /// nobody here knows by which name to ask there.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub systems: bool,
}

/// An erasure that was done.
#[derive(Serialize, ToSchema)]
pub struct ErasureView {
    /// The entry of the log that records it, `subject.erased`: `GET /v1/audit/entries` shows it.
    pub position: u64,
    /// What happened, as the log names it.
    #[schema(example = "subject.erased")]
    pub kind: &'static str,
    /// Records of the person that went: their own, and those that were merged into it.
    pub records: u64,
    /// Entries of the log whose content went.
    pub entries: u64,
    /// Keyed hashes that went onto the suppression list.
    pub suppressed: u64,
    /// Systems that were given the task to erase, and recipients that are told.
    pub systems: u64,
    /// Whether the person had been erased before, and nothing was left to erase.
    pub already_erased: bool,
}

const fn yes() -> bool {
    true
}

/// Erase a person: identifiers, choices, history, contacts, decisions, links and keys. It cannot be undone.
#[utoipa::path(
    tag = "subjects",
    request_body = ErasureBody,
    params(("id" = String, Path, description = "From lookup"),
        ("Idempotency-Key" = Option<String>, Header)),
    security(("key" = [])),
    responses(
        (status = 201, description = "Erased", body = ErasureView),
        (status = 200, description = "Had been erased before", body = ErasureView),
        (status = 409, description = "A legal hold keeps the data; they are locked", body = crate::http::openapi::ProblemBody),
        (status = 404, description = "No such person", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/subjects/{id}/erasure")]
pub async fn erase(
    door: Allowed<EraseSubjects>,
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: ErasureBody = json::read(&body.0)?;
    let unknown = |_| Refusal::NotFound("a person with this id");
    let id: SubjectId = id.parse().map_err(unknown)?;
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let claim = ErasureClaim {
        reason: asked.reason,
        keep_suppression: asked.keep_suppression,
        reference: asked.reference,
        systems: asked.systems,
    };
    let (app, whom) = (&site.app, Whom::Subject(id));
    let done = app.erase(&door.grant, whom, claim, app.now(), key).await?;
    let mut answer = if done.before {
        HttpResponse::Ok()
    } else {
        HttpResponse::Created()
    };
    Ok(answer.json(ErasureView::of(done)))
}

impl ErasureView {
    /// As the API and the command line show it.
    #[must_use]
    pub const fn of(done: Erasing) -> Self {
        Self {
            position: done.position,
            kind: "subject.erased",
            records: done.erased.records,
            entries: done.erased.entries,
            suppressed: done.suppressed,
            systems: done.asked,
            already_erased: done.before,
        }
    }
}
