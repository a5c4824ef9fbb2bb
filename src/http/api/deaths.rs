//! `POST /v1/subjects/{id}/death`: a death that somebody proved, or its correction.

use crate::access::KeepRequests;
use crate::app::death::Death;
use crate::app::{FieldProblem, Refusal};
use crate::domain::event::Reference;
use crate::http::door::{self, Allowed};
use crate::http::json::{self, Body, SMALL};
use crate::http::problem::Problem;
use crate::http::site::Site;
use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A death, or the correction of its record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeathBody {
    /// The number under which the proof is kept: the family's letter. It stays in the log: never a name.
    #[schema(example = "LETTER-2026-31")]
    pub evidence: String,
    /// The person is alive: what was recorded was wrong.
    #[serde(default)]
    pub corrected: bool,
}

/// What was recorded.
#[derive(Serialize, ToSchema)]
pub struct DeathNoted {
    /// Its place in the ledger.
    pub position: Option<u64>,
    /// How many systems and recipients are told.
    pub told: usize,
    /// The case under which they are: `placet systems tasks CASE` tells how they stand.
    pub case: String,
}

/// Record a death. All marketing to the person ends with the next check, and nothing but a correction lets it
/// begin again.
#[utoipa::path(
    tag = "subjects",
    request_body = DeathBody,
    params(("id" = String, Path, description = "From lookup"),
        ("Idempotency-Key" = Option<String>, Header)),
    security(("key" = [])),
    responses(
        (status = 201, description = "Recorded", body = DeathNoted),
        (status = 404, description = "No such person", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "It is recorded already, or there is nothing to correct", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/subjects/{id}/death")]
pub async fn record_death(
    door: Allowed<KeepRequests>,
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: DeathBody = json::read(&body.0)?;
    let evidence = Reference::parse(&asked.evidence).ok_or_else(|| {
        let error = FieldProblem::new("/evidence", "reference_malformed", Reference::MEND);
        Problem::invalid(vec![error])
    })?;
    let unknown = |_| Refusal::NotFound("a person with this id");
    let death = Death {
        subject: id.parse().map_err(unknown)?,
        dead: !asked.corrected,
        evidence,
    };
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let (app, now) = (&site.app, site.app.now());
    let done = app.record_death(&door.grant, death, now, key).await?;
    Ok(door::created(done.replayed).json(DeathNoted {
        position: done.positions.first().copied(),
        told: done.value.told,
        case: done.value.case.to_string(),
    }))
}
