//! The person's no above the single choices: objection, restriction, suppression.

use super::subject::Subject;
use crate::access::RecordConsents;
use crate::domain::registry::Objection;
use crate::http::door::{self, Allowed};
use crate::http::json::{self, Body, SMALL};
use crate::http::problem::Problem;
use crate::http::site::Site;
use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// An objection (GDPR art. 21).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectionBody {
    /// Whose.
    pub subject: Subject,
    /// `direct_marketing` or `profiling_for_direct_marketing`.
    #[schema(value_type = String, example = "direct_marketing")]
    pub scope: Objection,
}

/// A restriction of processing (art. 18), or its end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestrictionBody {
    /// Whose.
    pub subject: Subject,
    /// Whether processing is restricted from now on.
    pub restricted: bool,
}

/// Contact points never to be used again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuppressionBody {
    /// The contact points, known or not.
    pub subject: Subject,
    /// Why, in a word: `complaint`, `hard_bounce`, `asked`.
    #[schema(example = "asked")]
    pub reason: String,
}

/// What was written.
#[derive(Serialize, ToSchema)]
pub struct Noted {
    /// The person; left out for a suppression, which names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_id: Option<String>,
    /// Its place in the ledger.
    pub position: Option<u64>,
}

/// Record an objection. It takes effect with the next check.
#[utoipa::path(
    tag = "consents",
    request_body = ObjectionBody,
    params(("Idempotency-Key" = Option<String>, Header)),
    security(("key" = [])),
    responses((status = 201, description = "Written", body = Noted),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody)),
)]
#[post("/v1/objections")]
pub async fn make_objection(
    door: Allowed<RecordConsents>,
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: ObjectionBody = json::read(&body.0)?;
    let named = asked
        .subject
        .named(site.app.keys(), "/subject")
        .map_err(Problem::invalid)?;
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let done = site
        .app
        .object(&door.grant, named, asked.scope, site.app.now(), key)
        .await?;
    Ok(noted(
        Some(done.value.to_string()),
        done.positions.last().copied(),
    ))
}

/// Restrict processing, or lift the restriction.
#[utoipa::path(
    tag = "consents",
    request_body = RestrictionBody,
    params(("Idempotency-Key" = Option<String>, Header)),
    security(("key" = [])),
    responses((status = 201, description = "Written", body = Noted),
        (status = 409, description = "It cannot be lifted: a legal hold stands, or the person is dead", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody)),
)]
#[post("/v1/restrictions")]
pub async fn set_restriction(
    door: Allowed<RecordConsents>,
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: RestrictionBody = json::read(&body.0)?;
    let named = asked
        .subject
        .named(site.app.keys(), "/subject")
        .map_err(Problem::invalid)?;
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let done = site
        .app
        .restrict(&door.grant, named, asked.restricted, site.app.now(), key)
        .await?;
    Ok(noted(
        Some(done.value.to_string()),
        done.positions.last().copied(),
    ))
}

/// Put contact points on the suppression list. Nothing lifts them: no import, no consent.
#[utoipa::path(
    tag = "consents",
    request_body = SuppressionBody,
    params(("Idempotency-Key" = Option<String>, Header)),
    security(("key" = [])),
    responses((status = 201, description = "Written", body = Noted),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody)),
)]
#[post("/v1/suppressions")]
pub async fn add_suppression(
    door: Allowed<RecordConsents>,
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: SuppressionBody = json::read(&body.0)?;
    let named = asked
        .subject
        .named(site.app.keys(), "/subject")
        .map_err(Problem::invalid)?;
    if !is_word(&asked.reason) {
        let detail = "must be one word of a-z and _, like asked or hard_bounce";
        return Err(Problem::invalid(vec![crate::app::FieldProblem::new(
            "/reason",
            "reason_malformed",
            detail,
        )]));
    }
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let done = site
        .app
        .suppress(&door.grant, named, asked.reason, site.app.now(), key)
        .await?;
    Ok(noted(None, done.positions.last().copied()))
}

/// The suppression list outlives the person's data: its reasons are words, never texts.
pub(super) fn is_word(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

fn noted(subject_id: Option<String>, position: Option<u64>) -> HttpResponse {
    HttpResponse::Created().json(json!(Noted {
        subject_id,
        position
    }))
}
