//! `POST /v1/contacts`: write contacts down, one or up to 1,000 in one transaction; and release one
//! that a check reserved.

use super::subject::Subject;
use crate::access::RecordContacts;
use crate::app::contacts::{ContactClaim, WrittenContact};
use crate::app::{App, FieldProblem};
use crate::domain::ids::RecordId;
use crate::http::door::{self, Allowed};
use crate::http::json::{self, Body, SMALL};
use crate::http::problem::Problem;
use crate::http::site::Site;
use actix_web::{HttpRequest, HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// Most contacts in one request.
pub const MOST: usize = 1_000;

/// One contact, or an attempt at one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactBody {
    /// With whom. Who is not known yet is known from then on, so that what came before counts.
    pub subject: Subject,
    /// `to_person`, or `from_person` where the person called, wrote or came. Opening a message is
    /// no contact.
    #[schema(example = "to_person")]
    pub direction: String,
    /// By which channel.
    #[schema(example = "phone_live")]
    pub channel: String,
    /// What for; may be left out where the contact came from the person.
    #[schema(example = "offers")]
    pub purpose: Option<String>,
    /// When; never in the future. Left out: now.
    pub at: Option<DateTime<Utc>>,
    /// Of a call: whether somebody answered. An attempt counts all the same.
    pub answered: Option<bool>,
    /// Of a call: `refused` where the person said no in it.
    pub outcome: Option<String>,
    /// Which subcontractor made it; theirs count all the same.
    pub by: Option<String>,
    /// The campaign, for the record.
    #[schema(example = "spring-2027")]
    pub campaign: Option<String>,
}

/// Many contacts: each is read for itself, so that every bad one is named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchBody<'a> {
    #[serde(borrow)]
    contacts: Vec<&'a RawValue>,
}

/// Many contacts, in one transaction.
#[derive(Deserialize, ToSchema)]
#[allow(dead_code, reason = "describes the body")]
pub struct ContactBatch {
    /// Up to 1,000 contacts.
    contacts: Vec<ContactBody>,
}

/// One contact or many.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "describes the body")]
pub enum ContactsBody {
    /// One.
    One(Box<ContactBody>),
    /// Many.
    Many(ContactBatch),
}

/// What was written.
#[derive(Serialize, ToSchema)]
pub struct ContactView {
    /// The contact.
    pub id: String,
    /// The person.
    pub subject_id: String,
    /// Its place in the ledger.
    pub position: u64,
    /// When it was.
    pub at: String,
}

/// All that was written.
#[derive(Serialize, ToSchema)]
pub struct ContactViews {
    /// In the order of the request.
    pub contacts: Vec<ContactView>,
}

/// One answer or many, as was asked.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "describes the answer")]
pub enum ContactsAnswer {
    /// To one.
    One(ContactView),
    /// To many.
    Many(ContactViews),
}

/// Why a reserved contact was not made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseBody {
    /// In a word: `bounced`, `cancelled`, `no_agent`.
    #[schema(example = "cancelled")]
    pub reason: String,
}

/// That it was released.
#[derive(Serialize, ToSchema)]
pub struct ReleaseView {
    /// The contact.
    pub id: String,
    /// The place of its release in the ledger.
    pub position: Option<u64>,
}

/// Write contacts down. An array in `contacts` is one transaction: all or none.
#[utoipa::path(
    tag = "contacts",
    request_body = ContactsBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new request")),
    security(("key" = [])),
    responses(
        (status = 201, description = "Written: one, or all of a batch", body = ContactsAnswer),
        (status = 400, description = "The body cannot be read", body = crate::http::openapi::ProblemBody),
        (status = 401, description = "No key, or one that opens nothing", body = crate::http::openapi::ProblemBody),
        (status = 403, description = "The key may not record contacts", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "The Idempotency-Key was used for another request", body = crate::http::openapi::ProblemBody),
        (status = 413, description = "The body is over 1 MiB", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/contacts")]
pub async fn record_contacts(
    door: Allowed<RecordContacts>,
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let (bodies, batch) = bodies(&body.0)?;
    let claims = json::each(bodies, |pointer, body| claim(&site.app, pointer, body))?;
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let (app, now) = (&site.app, site.app.now());
    let written = app.contacts(&door.grant, claims, now, key).await?;
    let mut response = door::created(written.replayed);
    let positions = written.positions;
    let views = written.value.into_iter().map(|one| view(one, &positions));
    if batch {
        let contacts = views.collect();
        return Ok(response.json(ContactViews { contacts }));
    }
    let mut views = views;
    Ok(response.json(views.next().ok_or_else(Problem::unavailable)?))
}

/// Release a contact that a check reserved and that was not made after all: it counts no more.
#[utoipa::path(
    tag = "contacts",
    request_body = ReleaseBody,
    params(("id" = String, Path, description = "`contact_id` of the check"),
        ("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new request")),
    security(("key" = [])),
    responses(
        (status = 201, description = "Released", body = ReleaseView),
        (status = 400, description = "The body cannot be read", body = crate::http::openapi::ProblemBody),
        (status = 401, description = "No key, or one that opens nothing", body = crate::http::openapi::ProblemBody),
        (status = 403, description = "The key may not record contacts", body = crate::http::openapi::ProblemBody),
        (status = 404, description = "No such contact that still counts", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "It was not reserved, or was released before", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/contacts/{id}/release")]
pub async fn release_contact(
    door: Allowed<RecordContacts>,
    site: web::Data<Site>,
    request: HttpRequest,
    path: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: ReleaseBody = json::read(&body.0)?;
    if !super::objections::is_word(&asked.reason) {
        let detail = "must be one word of a-z and _, like cancelled or hard_bounce";
        let error = FieldProblem::new("/reason", "reason_malformed", detail);
        return Err(Problem::invalid(vec![error]));
    }
    let id: RecordId = path.parse().map_err(|_| Problem::not_found())?;
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let (app, now) = (&site.app, site.app.now());
    let released = app.release_contact(&door.grant, id, asked.reason, now, key);
    Ok(HttpResponse::Created().json(ReleaseView {
        id: id.to_string(),
        position: released.await?.positions.last().copied(),
    }))
}

/// A contact of a request, at its place, or what is wrong with its shape.
type Read = (String, Result<ContactBody, Vec<FieldProblem>>);

fn bodies(bytes: &[u8]) -> Result<(Vec<Read>, bool), Problem> {
    let mut rest = bytes
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .skip(1);
    if !b"\"contacts\"".iter().all(|byte| rest.next() == Some(byte)) {
        return Ok((vec![(String::new(), Ok(json::read(bytes)?))], false));
    }
    let batch: BatchBody<'_> = json::read(bytes)?;
    if batch.contacts.is_empty() || batch.contacts.len() > MOST {
        let detail = format!("must hold 1 to {MOST} contacts");
        let error = FieldProblem::new("/contacts", "count_wrong", detail);
        return Err(Problem::invalid(vec![error]));
    }
    let read = |(at, raw): (usize, &&RawValue)| {
        let pointer = format!("/contacts/{at}");
        let body = json::read(raw.get().as_bytes()).map_err(|problem| problem.under(&pointer));
        (pointer, body)
    };
    Ok((batch.contacts.iter().enumerate().map(read).collect(), true))
}

fn claim(app: &App, pointer: &str, body: ContactBody) -> Result<ContactClaim, Vec<FieldProblem>> {
    let named = body
        .subject
        .named(app.keys(), &format!("{pointer}/subject"))?;
    Ok(ContactClaim {
        named,
        direction: body.direction,
        channel: body.channel,
        purpose: body.purpose,
        at: body.at,
        answered: body.answered,
        outcome: body.outcome,
        by: body.by,
        campaign: body.campaign,
    })
}

/// Links and merges have entries of their own before the contact's.
fn view(written: WrittenContact, positions: &[u64]) -> ContactView {
    ContactView {
        id: written.id.to_string(),
        subject_id: written.subject_id.to_string(),
        position: positions.get(written.entry).copied().unwrap_or_default(),
        at: written.at,
    }
}
