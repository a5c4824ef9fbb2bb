//! `POST /v1/requests/{id}/correction` and what follows: a contact point is put right once its holder confirmed it.

use super::requests::request_id;
use super::requests_acts::answer;
use super::subject::Subject;
use crate::access::KeepRequests;
use crate::app::requests::{Acting, CalledBack, Correcting, Telling, today};
use crate::app::{FieldProblem, Refusal};
use crate::domain::event::Reference;
use crate::domain::requests::Act;
use crate::http::door::{self, Allowed};
use crate::http::json::{self, Body, SMALL};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::store::Contact;
use crate::store::keys::Keyring;
use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

/// A corrected contact point.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionBody {
    /// The one of the person's that is wrong: `email` or `phone`, and no other.
    pub from: Subject,
    /// The right one, of the same kind.
    pub to: Subject,
    /// The version that was seen.
    pub version: Option<u32>,
}

/// The person answered at the new number.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalledBody {
    /// The number under which the record of the call is kept. It stays in the log: never a name.
    #[schema(example = "CALL-2026-31")]
    pub evidence: String,
    /// The version that was seen.
    pub version: Option<u32>,
}

/// It is not waited for any more.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DroppedBody {
    /// The version that was seen.
    pub version: Option<u32>,
}

/// Enter a corrected contact point. A new address gets a mail with link and code; a new number is called by staff.
/// Nothing moves before it is confirmed, and checks for it deny.
#[utoipa::path(
    tag = "requests",
    request_body = CorrectionBody,
    params(("id" = String, Path, description = "From the list"),
        ("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new act")),
    security(("key" = [])),
    responses(
        (status = 201, description = "Recorded; how the request stands now", body = super::requests::RequestAnswer),
        (status = 400, description = "The body cannot be read", body = crate::http::openapi::ProblemBody),
        (status = 404, description = "No such request", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "The request stands otherwise, is none of rectification, or no mail goes out", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/requests/{id}/correction")]
pub async fn correction(
    door: Allowed<KeepRequests>,
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: CorrectionBody = json::read(&body.0)?;
    let (app, now) = (&site.app, site.app.now());
    let (from, to) = both(app.keys(), &asked).map_err(Problem::invalid)?;
    let (id, version) = (request_id(&id)?, asked.version);
    let correcting = Correcting {
        id,
        version,
        from,
        to,
    };
    let key = door::idempotency(app.keys(), &request, &door.grant, &body.0)?;
    let done = app
        .correct_contact(&door.grant, correcting, now, key)
        .await?;
    Ok(answer(done, today(now, site.timezone)))
}

/// Record that staff called the new number and the person answered there: it is theirs from now on.
#[utoipa::path(
    tag = "requests",
    request_body = CalledBody,
    params(("id" = String, Path, description = "From the list"),
        ("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new act")),
    security(("key" = [])),
    responses(
        (status = 201, description = "Recorded; how the request stands now", body = super::requests::RequestAnswer),
        (status = 400, description = "The body cannot be read", body = crate::http::openapi::ProblemBody),
        (status = 404, description = "No such request", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "No number waits for a call, or the request stands otherwise", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/requests/{id}/correction/confirmation")]
pub async fn called_back(
    door: Allowed<KeepRequests>,
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: CalledBody = json::read(&body.0)?;
    let malformed = || Refusal::field("/evidence", "reference_malformed", Reference::MEND);
    let called = CalledBack {
        id: request_id(&id)?,
        version: asked.version,
        evidence: Reference::parse(&asked.evidence).ok_or_else(malformed)?,
    };
    let (app, now) = (&site.app, site.app.now());
    let key = door::idempotency(app.keys(), &request, &door.grant, &body.0)?;
    let done = app.confirm_by_call(&door.grant, called, now, key).await?;
    Ok(answer(done, today(now, site.timezone)))
}

/// Drop a correction that waits: nothing moves, and its link does nothing any more.
#[utoipa::path(
    tag = "requests",
    request_body = DroppedBody,
    params(("id" = String, Path, description = "From the list"),
        ("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new act")),
    security(("key" = [])),
    responses(
        (status = 201, description = "Recorded; how the request stands now", body = super::requests::RequestAnswer),
        (status = 400, description = "The body cannot be read", body = crate::http::openapi::ProblemBody),
        (status = 404, description = "No such request", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "No correction waits, or the request stands otherwise", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/requests/{id}/correction/withdrawal")]
pub async fn dropped(
    door: Allowed<KeepRequests>,
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: DroppedBody = json::read(&body.0)?;
    let (app, now) = (&site.app, site.app.now());
    let on = today(now, site.timezone);
    let acting = Acting {
        id: request_id(&id)?,
        version: asked.version,
        act: Act::DropCorrection { on },
        text: None,
        news: Telling::Nobody,
    };
    let key = door::idempotency(app.keys(), &request, &door.grant, &body.0)?;
    let done = app.act_on_request(&door.grant, acting, now, key).await?;
    Ok(answer(done, on))
}

fn both(keys: &Keyring, asked: &CorrectionBody) -> Result<(Contact, Contact), Vec<FieldProblem>> {
    match (one(keys, "/from", &asked.from), one(keys, "/to", &asked.to)) {
        (Ok(from), Ok(to)) => Ok((from, to)),
        (from, to) => {
            let problems = [from.err(), to.err()];
            Err(problems.into_iter().flatten().flatten().collect())
        }
    }
}

/// The one contact point that is named.
fn one(keys: &Keyring, pointer: &str, subject: &Subject) -> Result<Contact, Vec<FieldProblem>> {
    let named = subject.named(keys, pointer)?;
    let alone = named.hashes.is_empty() && named.contacts.len() == 1;
    let detail = "must name one contact point: email or phone";
    let problem = || vec![FieldProblem::new(pointer, "one_contact", detail)];
    let first = named.contacts.into_iter().next().filter(|_| alone);
    first.ok_or_else(problem)
}
