//! `/v1/requests`: file a request of a data subject, list them, read one.

use super::subject::Subject;
use crate::access::{FileRequests, ReadRequests};
use crate::app::requests::{DsrFile, FileClaim, Filed, MOST, RequestView, today};
use crate::app::{App, FieldProblem, Refusal};
use crate::domain::ids::DsrId;
use crate::domain::personal::Personal;
use crate::domain::requests::{Ground, KnownBy, Mandate, Outcome, Request, RequestKind, State};
use crate::domain::time::rfc3339;
use crate::http::door::{self, Allowed};
use crate::http::json::{self, Body, SMALL};
use crate::http::page::{cursor, limit_of, start_of};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::reason::{Reason, Reasons};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::{DsrFilter, DsrMessage};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

/// A request of a data subject (GDPR 15 to 22).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestBody {
    /// Who it is of. Whoever is not known is known from then on; nothing is linked to anybody.
    pub subject: Subject,
    /// `access`, `portability`, `erasure`, `rectification`, `restriction` or `objection`. The last two hold
    /// from the next check on.
    #[schema(example = "access")]
    pub kind: String,
    /// How it came in: `web_form`, `mail`, `letter`, `phone`, `store` or `api`.
    #[schema(example = "letter")]
    pub via: String,
    /// The day on which it arrived, or the instant; never in the future. Left out: now.
    #[schema(example = "2026-01-31")]
    pub received_at: Option<String>,
    /// Whose public holidays count: a code of ISO 3166. Left out: the controller's own.
    #[schema(example = "FR")]
    pub country: Option<String>,
    /// Where it was received: a store, a desk.
    #[schema(example = "lille-2")]
    pub place: Option<String>,
    /// What the person wrote. It is kept under their key and goes with them.
    pub text: Option<String>,
    /// Who asks for them.
    pub mandate: Option<MandateBody>,
}

/// By which an agent asks for somebody else.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MandateBody {
    /// Who the agent is.
    pub agent: String,
    /// Where the mandate can be found.
    pub reference: String,
}

impl From<MandateBody> for Mandate {
    fn from(body: MandateBody) -> Self {
        Self {
            agent: body.agent,
            reference: body.reference,
        }
    }
}

/// Many requests: each is read for itself, so that every bad one is named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchBody<'a> {
    #[serde(borrow)]
    requests: Vec<&'a RawValue>,
    mandate: MandateBody,
}

/// Many requests by one agent, in one transaction.
#[derive(Deserialize, ToSchema)]
#[allow(dead_code, reason = "describes the body")]
pub struct RequestBatch {
    /// Up to 1,000 requests.
    requests: Vec<RequestBody>,
    /// By which mandate.
    mandate: MandateBody,
}

/// One request or many.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "describes the body")]
pub enum RequestsBody {
    /// One.
    One(Box<RequestBody>),
    /// Many.
    Many(RequestBatch),
}

/// How a request stands. No word of the person's is in it.
#[derive(Serialize, ToSchema)]
pub struct RequestAnswer {
    /// The request.
    pub id: String,
    /// Its number, short enough to be read out.
    #[schema(example = "K7QM-2XJD")]
    pub number: String,
    /// What is asked for.
    pub kind: &'static str,
    /// What is waited for, or how it ended: `received`, `identity_wanted`, `in_work`, `extended`,
    /// `fulfilled`, `partly_fulfilled`, `refused` or `closed`.
    #[schema(example = "received")]
    pub state: &'static str,
    /// How many acts there were. Sent back with the next act, it keeps two from acting at once.
    pub version: u32,
    /// How it came in.
    pub via: &'static str,
    /// On which day.
    pub received_on: String,
    /// Whose public holidays count.
    pub country: String,
    /// The last day for the answer; left out while the period stands still, or once there is an answer.
    pub due_on: Option<String>,
    /// The month that the law gives, with nothing added.
    pub statutory_due_on: Option<String>,
    /// The end of the first month: to answer, to refuse, or to tell of an extension.
    pub first_due_on: Option<String>,
    /// The days that are left; fewer than none where it is late.
    pub days_left: Option<i64>,
    /// Since when the period stands still: the person was asked who they are.
    pub suspended_since: Option<String>,
    /// How it is known who asks.
    pub known_by: Option<&'static str>,
    /// Two further months.
    pub extension: Option<ExtensionView>,
    /// Who takes care of it.
    pub owner: Option<String>,
    /// A corrected contact point that waits for its confirmation.
    pub correction: Option<CorrectionView>,
    /// Whether an agent asks for the person.
    pub mandated: bool,
    /// How it ended.
    pub outcome: Option<OutcomeView>,
    /// The entry of the log that last changed it.
    pub position: u64,
}

/// Two further months.
#[derive(Serialize, ToSchema)]
pub struct ExtensionView {
    /// On which day the person was told.
    pub told_on: String,
    /// Why.
    pub reason: &'static str,
}

/// A corrected contact point that waits: of a phone for a call, of an address for whoever reads it.
#[derive(Serialize, ToSchema)]
pub struct CorrectionView {
    /// Since which day.
    pub since: String,
    /// `email` or `phone`.
    pub contact: &'static str,
}

/// How a request ended.
#[derive(Serialize, ToSchema)]
pub struct OutcomeView {
    /// On which day.
    pub on: String,
    /// Why it, or a part of it, was refused.
    pub ground: Option<&'static str>,
    /// Where the ground stands in the law.
    pub source: Option<&'static str>,
    /// Why it needed no answer.
    pub closed_as: Option<&'static str>,
}

/// Many requests.
#[derive(Serialize, ToSchema)]
pub struct RequestAnswers {
    /// In the order in which they were sent.
    pub requests: Vec<RequestAnswer>,
}

/// One answer or many, as was asked.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "describes the answer")]
pub enum RequestsAnswer {
    /// To one.
    One(Box<RequestAnswer>),
    /// To many.
    Many(RequestAnswers),
}

/// A page of requests.
#[derive(Serialize, ToSchema)]
pub struct RequestPage {
    /// In the order of their receipt.
    pub items: Vec<RequestAnswer>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// One request with everything that was written about it.
#[derive(Serialize, ToSchema)]
pub struct RequestFile {
    /// How it stands.
    #[serde(flatten)]
    pub request: RequestAnswer,
    /// Whose it is; left out once they were erased.
    pub subject_id: Option<String>,
    /// An open request of the same kind that they had made before.
    pub duplicate_of: Option<String>,
    /// By what they are known.
    pub contacts: Vec<ContactPoint>,
    /// What was said and written, in its order.
    pub messages: Vec<MessageView>,
}

/// One contact point.
#[derive(Serialize, ToSchema)]
pub struct ContactPoint {
    /// What it is.
    #[schema(example = "email")]
    pub kind: &'static str,
    /// Its text.
    pub value: String,
}

/// What was said or written.
#[derive(Serialize, ToSchema)]
pub struct MessageView {
    /// Its entry.
    pub position: u64,
    /// When.
    pub at: String,
    /// `person`, `staff`, or `note` for what only staff read.
    pub by: &'static str,
    /// What it says.
    pub text: Option<String>,
    /// Of the request itself: the contact points as they were named, place and mandate.
    #[schema(value_type = Object)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made: Option<serde_json::Value>,
}

/// A ground of refusal, or an exception.
#[derive(Serialize, ToSchema)]
pub struct GroundView {
    /// Its word.
    pub ground: &'static str,
    /// Where it stands in the law.
    pub source: &'static str,
    /// Which requests it can stand against.
    pub kinds: Vec<&'static str>,
    /// In French.
    pub fr: &'static str,
    /// In English.
    pub en: &'static str,
}

/// Every ground.
#[derive(Serialize, ToSchema)]
pub struct Grounds {
    /// Each with its source.
    pub grounds: Vec<GroundView>,
}

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RequestFilter {
    /// A word of `state`, or `open` or `done`.
    pub state: Option<String>,
    /// `true`: those whose last day is over.
    pub overdue: Option<bool>,
    /// Those that this member of staff takes care of.
    pub owner: Option<String>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// How many items, 1 to 200; 50 where it is left out.
    pub limit: Option<u32>,
}

/// File a request of a data subject, or an agent's many: all or none. Whether the person is known, the
/// answer is the same.
#[utoipa::path(
    tag = "requests",
    request_body = RequestsBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new request")),
    security(("key" = [])),
    responses(
        (status = 201, description = "Written down, with the last day for the answer", body = RequestsAnswer),
        (status = 400, description = "The body cannot be read", body = crate::http::openapi::ProblemBody),
        (status = 401, description = "No key, or one that opens nothing", body = crate::http::openapi::ProblemBody),
        (status = 403, description = "The key may not file requests", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "The Idempotency-Key was used for another request", body = crate::http::openapi::ProblemBody),
        (status = 413, description = "The body is over 1 MiB", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/requests")]
pub async fn file_request(
    door: Allowed<FileRequests>,
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let (bodies, batch) = bodies(&body.0)?;
    let claims = json::each(bodies, |pointer, body| claim(&site.app, pointer, body))?;
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let (app, now) = (&site.app, site.app.now());
    let written = app.file_requests(&door.grant, claims, now, key).await?;
    let mut response = door::created(written.replayed);
    let (positions, day) = (written.positions, today(now, site.timezone));
    let answer = |filed: Filed| {
        let position = positions.get(filed.entry).copied().unwrap_or_default();
        RequestAnswer::of(RequestView::of(filed.request, day), position)
    };
    let mut answers = written.value.into_iter().map(answer);
    if batch {
        let requests = answers.collect();
        return Ok(response.json(RequestAnswers { requests }));
    }
    Ok(response.json(answers.next().ok_or_else(Problem::unavailable)?))
}

/// Requests in the order of their receipt, without anybody's words.
#[utoipa::path(
    tag = "requests",
    params(RequestFilter),
    security(("key" = [])),
    responses(
        (status = 200, description = "A page", body = RequestPage),
        (status = 422, description = "A parameter cannot be accepted", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/requests")]
pub async fn list_requests(
    door: Allowed<ReadRequests>,
    site: web::Data<Site>,
    asked: Query<RequestFilter>,
) -> Result<HttpResponse, Problem> {
    let day = today(site.app.now(), site.timezone);
    let mut filter = filter(&asked)?;
    filter.due_before = asked.overdue.unwrap_or(false).then_some(day);
    let (from, limit) = (start_of(asked.cursor.as_deref())?, limit_of(asked.limit)?);
    let (found, next) =
        block(move || site.app.requests(&door.grant, &filter, (from, limit))).await?;
    let item = |one: crate::store::StoredDsr| {
        RequestAnswer::of(RequestView::of(one.request, day), one.position)
    };
    Ok(HttpResponse::Ok().json(RequestPage {
        items: found.into_iter().map(item).collect(),
        next: next.map(cursor),
    }))
}

/// Every ground on which a request, or a part of it, may be refused.
#[utoipa::path(
    tag = "requests",
    security(("key" = [])),
    responses((status = 200, description = "Each with its source", body = Grounds)),
)]
#[get("/v1/requests/grounds")]
pub async fn grounds(_door: Allowed<ReadRequests>) -> HttpResponse {
    let view = |ground: &Ground| GroundView {
        ground: ground.as_str(),
        source: ground.source(),
        kinds: ground
            .kinds()
            .iter()
            .copied()
            .map(RequestKind::as_str)
            .collect(),
        fr: ground.in_french(),
        en: ground.in_english(),
    };
    let grounds = Ground::ALL.iter().map(view).collect();
    HttpResponse::Ok().json(Grounds { grounds })
}

/// One request with everything that was written about it. That it was read leaves an entry.
#[utoipa::path(
    tag = "requests",
    params(("id" = String, Path, description = "From the list"), Reasons),
    security(("key" = [])),
    responses(
        (status = 200, description = "The request", body = RequestFile),
        (status = 400, description = "The reason cannot be read", body = crate::http::openapi::ProblemBody),
        (status = 404, description = "No such request", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/requests/{id}")]
pub async fn show(
    door: Allowed<ReadRequests>,
    site: web::Data<Site>,
    id: web::Path<String>,
    reason: Reason,
) -> Result<HttpResponse, Problem> {
    let id = request_id(&id)?;
    let day = today(site.app.now(), site.timezone);
    let file = move || site.app.request_file(&door.grant, id, reason.0.as_ref());
    let file = block(file).await?;
    Ok(HttpResponse::Ok().json(RequestFile::of(file, day)))
}

pub(super) fn request_id(text: &str) -> Result<DsrId, Problem> {
    text.parse()
        .map_err(|_| Refusal::NotFound("a request with this id").into())
}

impl RequestAnswer {
    /// As the API shows it.
    pub(super) fn of(view: RequestView, position: u64) -> Self {
        let text = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
        let request = view.request;
        Self {
            id: request.id.to_string(),
            number: request.id.number(),
            kind: request.receipt.kind.as_str(),
            state: request.state_word(),
            version: request.version,
            via: request.receipt.via.as_str(),
            received_on: request.receipt.received_on.to_string(),
            country: request.receipt.country.clone(),
            due_on: text(view.due_on),
            statutory_due_on: text(view.statutory),
            first_due_on: text(view.first_due),
            days_left: view.days_left,
            suspended_since: text(view.suspended_since),
            known_by: request.identity.map(KnownBy::as_str),
            extension: request.extension.map(|one| ExtensionView {
                told_on: one.told_on.to_string(),
                reason: one.reason.as_str(),
            }),
            owner: request.owner.map(|id| id.to_string()),
            correction: request.correction.map(|one| CorrectionView {
                since: one.since.to_string(),
                contact: one.what.as_str(),
            }),
            mandated: request.receipt.mandated,
            outcome: outcome(&request),
            position,
        }
    }
}

fn outcome(request: &Request) -> Option<OutcomeView> {
    let State::Done(outcome) = request.state else {
        return None;
    };
    let (on, ground, closed_as) = match outcome {
        Outcome::Fulfilled(on) => (on, None, None),
        Outcome::PartlyFulfilled(on, ground) | Outcome::Refused(on, ground) => {
            (on, Some(ground), None)
        }
        Outcome::Closed(on, reason) => (on, None, Some(reason)),
    };
    Some(OutcomeView {
        on: on.to_string(),
        ground: ground.map(Ground::as_str),
        source: ground.map(Ground::source),
        closed_as: closed_as.map(crate::domain::requests::ClosedAs::as_str),
    })
}

impl RequestFile {
    fn of(file: DsrFile, day: chrono::NaiveDate) -> Self {
        let stored = file.stored;
        let point = |one: crate::store::StoredIdentifier| ContactPoint {
            kind: one.identifier.kind().as_str(),
            value: one.identifier.reveal().to_owned(),
        };
        Self {
            request: RequestAnswer::of(RequestView::of(stored.request, day), stored.position),
            subject_id: file.subject.map(|id| id.to_string()),
            duplicate_of: stored.duplicate_of.map(|id| id.to_string()),
            contacts: file.contacts.into_iter().map(point).collect(),
            messages: file.messages.into_iter().map(message).collect(),
        }
    }
}

fn message(one: DsrMessage) -> MessageView {
    let (position, at) = (one.position, rfc3339(one.at));
    let said = one.message.as_ref().map(Personal::reveal);
    let made = one.made.as_ref().map(Personal::reveal);
    MessageView {
        position,
        at,
        by: said.map_or("person", |message| message.by.as_str()),
        text: said
            .map(|message| message.text.clone())
            .or_else(|| made.and_then(|made| made.text.clone())),
        made: made.map(|made| {
            serde_json::json!({ "named": made.named, "place": made.place, "mandate": made.mandate })
        }),
    }
}

/// A request of a body, at its place, or what is wrong with its shape.
type Read = (String, Result<RequestBody, Vec<FieldProblem>>);

fn bodies(bytes: &[u8]) -> Result<(Vec<Read>, bool), Problem> {
    #[derive(Deserialize)]
    struct Shape {
        requests: Option<serde::de::IgnoredAny>,
    }
    let many = serde_json::from_slice::<Shape>(bytes).is_ok_and(|shape| shape.requests.is_some());
    if !many {
        return Ok((vec![(String::new(), Ok(json::read(bytes)?))], false));
    }
    let batch: BatchBody<'_> = json::read(bytes)?;
    if batch.requests.is_empty() || batch.requests.len() > MOST {
        let detail = format!("must hold 1 to {MOST} requests");
        let error = FieldProblem::new("/requests", "count_wrong", detail);
        return Err(Problem::invalid(vec![error]));
    }
    let read = |(at, raw): (usize, &&RawValue)| {
        let pointer = format!("/requests/{at}");
        let body: Result<RequestBody, _> =
            json::read(raw.get().as_bytes()).map_err(|problem| problem.under(&pointer));
        let mandate = batch.mandate.clone();
        let body = body.map(|body| RequestBody {
            mandate: Some(mandate),
            ..body
        });
        (pointer, body)
    };
    Ok((batch.requests.iter().enumerate().map(read).collect(), true))
}

fn claim(app: &App, pointer: &str, body: RequestBody) -> Result<FileClaim, Vec<FieldProblem>> {
    let named = body
        .subject
        .named(app.keys(), &format!("{pointer}/subject"))?;
    Ok(FileClaim {
        named,
        kind: body.kind,
        via: body.via,
        received_at: body.received_at,
        country: body.country,
        place: body.place,
        text: body.text,
        mandate: body.mandate.map(Mandate::from),
    })
}

fn filter(asked: &RequestFilter) -> Result<DsrFilter, Problem> {
    let mut filter = DsrFilter::default();
    match asked.state.as_deref() {
        None => {}
        Some("open") => filter.open = Some(true),
        Some("done") => filter.open = Some(false),
        Some(state) if Request::STATES.contains(&state) => filter.state = Some(state.to_owned()),
        Some(_) => {
            let words = Request::STATES.join(", ");
            let detail = format!("must be open, done or one of {words}");
            let error = FieldProblem::new("state", "word_unknown", detail);
            return Err(Problem::invalid(vec![error]));
        }
    }
    if let Some(text) = &asked.owner {
        let detail = "must be the id of a member of staff";
        let wrong = |_| {
            let error = FieldProblem::new("owner", "staff_unknown", detail);
            Problem::invalid(vec![error])
        };
        filter.owner = Some(text.parse().map_err(wrong)?);
    }
    Ok(filter)
}
