//! `POST /v1/requests/{id}/…`: what is done with a request, an act an address.

use super::requests::{RequestAnswer, request_id};
use crate::access::{EraseSubjects, KeepRequests};
use crate::app::FieldProblem;
use crate::app::requests::{Acting, Challenging, RequestView, Telling, Writing, today, word};
use crate::domain::ids::StaffId;
use crate::domain::requests::{
    Act, ClosedAs, Doubt, ExtensionReason, Ground, KnownBy, Request, WrittenBy,
};
use crate::http::door::{self, Allowed};
use crate::http::json::{self, Body, SMALL};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::store::Committed;
use actix_web::{HttpRequest, HttpResponse, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The person was asked who they are, or it is known now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityBody {
    /// Why it is doubted: `sender_unknown`, `details_differ`, `mandate_unverified` or `several_persons`. The
    /// person was asked, and the period stands still.
    pub doubt: Option<String>,
    /// How it is known: `in_person`, `mandate`, `call_back`, or `document` after a doubt. `sign_in` and
    /// `known_contact` are written by the service alone, where the person signs in or answers a challenge.
    pub known_by: Option<String>,
    /// `email`: a mail with a link and a code goes to the address that was known longest before the request
    /// came in; who answers it is known. With `doubt`, the period stands still from then on.
    pub challenge: Option<String>,
    /// On which day; today where left out.
    pub on: Option<NaiveDate>,
    /// What the person is told.
    pub text: Option<String>,
    /// The version that was seen.
    pub version: Option<u32>,
}

/// The person was told that it takes two further months.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtensionBody {
    /// `complexity` or `number_of_requests`.
    #[schema(example = "complexity")]
    pub reason: String,
    /// On which day they were told, within the first month; today where left out.
    pub on: Option<NaiveDate>,
    /// What they were told.
    pub text: Option<String>,
    /// The version that was seen.
    pub version: Option<u32>,
}

/// Somebody takes care of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignmentBody {
    /// The member of staff; `null` for nobody any more.
    pub owner: Option<String>,
    /// The version that was seen.
    pub version: Option<u32>,
}

/// It was done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FulfilmentBody {
    /// Why a part was not done: a ground.
    pub except: Option<String>,
    /// On which day the person was told; today where left out.
    pub on: Option<NaiveDate>,
    /// What they were told.
    pub text: Option<String>,
    /// Of an erasure: whether the contact points are kept, as keyed hashes alone, on the list of those never
    /// to be contacted again. Yes where left out.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub keep_suppression: bool,
    /// The version that was seen.
    pub version: Option<u32>,
}

/// It is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusalBody {
    /// Why: `GET /v1/requests/grounds` lists the grounds.
    #[schema(example = "excessive")]
    pub ground: String,
    /// On which day the person was told; today where left out.
    pub on: Option<NaiveDate>,
    /// What they were told.
    pub text: Option<String>,
    /// The version that was seen.
    pub version: Option<u32>,
}

/// It needs no answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosureBody {
    /// `withdrawn`, `duplicate` or `unanswered`.
    #[schema(example = "withdrawn")]
    pub reason: String,
    /// On which day; today where left out.
    pub on: Option<NaiveDate>,
    /// What the person is told.
    pub text: Option<String>,
    /// The version that was seen.
    pub version: Option<u32>,
}

/// A message about a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageBody {
    /// Who wrote it: `person`, `staff`, or `note` for what only staff read.
    #[schema(example = "person")]
    pub by: String,
    /// What it says.
    pub text: String,
}

/// Where a message stands.
#[derive(Serialize, ToSchema)]
pub struct MessageWritten {
    /// Its entry.
    pub position: Option<u64>,
}

const fn yes() -> bool {
    true
}

/// Describes an act: what it takes, and what can stand against it.
macro_rules! act {
    ($(#[$doc:meta])* $name:ident, $path:literal, $body:ident, $tells:expr, $of:expr) => {
        $(#[$doc])*
        #[utoipa::path(
            tag = "requests",
            request_body = $body,
            params(("id" = String, Path, description = "From the list"),
                ("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new act")),
            security(("key" = [])),
            responses(
                (status = 201, description = "Recorded; how the request stands now", body = RequestAnswer),
                (status = 400, description = "The body cannot be read", body = crate::http::openapi::ProblemBody),
                (status = 404, description = "No such request", body = crate::http::openapi::ProblemBody),
                (status = 409, description = "The request stands otherwise, or this cannot be done with it", body = crate::http::openapi::ProblemBody),
                (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
                (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
            ),
        )]
        #[post($path)]
        pub async fn $name(
            door: Allowed<KeepRequests>,
            site: web::Data<Site>,
            request: HttpRequest,
            id: web::Path<String>,
            body: Body<SMALL>,
        ) -> Result<HttpResponse, Problem> {
            let asked: $body = json::read(&body.0)?;
            let today = today(site.app.now(), site.timezone);
            let of: fn(&$body, NaiveDate) -> Result<Act, Vec<FieldProblem>> = $of;
            let act = of(&asked, today).map_err(Problem::invalid)?;
            let tells: fn($body) -> Option<String> = $tells;
            let (id, version) = (request_id(&id)?, asked.version);
            let acting = Acting { id, version, act, text: tells(asked), news: Telling::LongestKnown };
            let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
            let (app, now) = (&site.app, site.app.now());
            let done = app.act_on_request(&door.grant, acting, now, key).await?;
            Ok(answer(done, today))
        }
    };
}

act!(
    /// Record that the person was told, within the first month, that it takes two further months.
    extension, "/v1/requests/{id}/extension", ExtensionBody, |asked| asked.text,
    |asked, today| {
        let reason = word("/reason", &asked.reason, ExtensionReason::ALL, ExtensionReason::as_str)?;
        Ok(Act::Extend { on: asked.on.unwrap_or(today), reason })
    }
);
act!(
    /// Say who takes care of a request.
    assignment, "/v1/requests/{id}/assignment", AssignmentBody, |_| None,
    |asked, _| {
        let wrong = |_| vec![FieldProblem::new("/owner", "staff_unknown", "must be the id of a member of staff")];
        let owner: Option<StaffId> = asked.owner.as_deref().map(str::parse).transpose().map_err(wrong)?;
        Ok(Act::Assign { owner })
    }
);
act!(
    /// Refuse a request, with its ground.
    refusal, "/v1/requests/{id}/refusal", RefusalBody, |asked| asked.text,
    |asked, today| {
        let ground = word("/ground", &asked.ground, Ground::ALL, Ground::as_str)?;
        Ok(Act::Refuse { on: asked.on.unwrap_or(today), ground })
    }
);
act!(
    /// Close a request that needs no answer.
    closure, "/v1/requests/{id}/closure", ClosureBody, |asked| asked.text,
    |asked, today| {
        let reason = word("/reason", &asked.reason, ClosedAs::ALL, ClosedAs::as_str)?;
        Ok(Act::Close { on: asked.on.unwrap_or(today), reason })
    }
);

/// Record that a request was fulfilled. One of erasure is fulfilled by erasing the person here and now.
#[utoipa::path(
    tag = "requests",
    request_body = FulfilmentBody,
    params(("id" = String, Path, description = "From the list"),
        ("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new act")),
    security(("key" = [])),
    responses(
        (status = 201, description = "Recorded; how the request stands now", body = RequestAnswer),
        (status = 400, description = "The body cannot be read", body = crate::http::openapi::ProblemBody),
        (status = 404, description = "No such request", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "The request stands otherwise, or this cannot be done with it", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/requests/{id}/fulfilment")]
pub async fn fulfilment(
    (door, eraser): (Allowed<KeepRequests>, Allowed<EraseSubjects>),
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: FulfilmentBody = json::read(&body.0)?;
    let today = today(site.app.now(), site.timezone);
    let except = asked.except.as_deref();
    let except = except.map(|text| word("/except", text, Ground::ALL, Ground::as_str));
    let acting = Acting {
        id: request_id(&id)?,
        version: asked.version,
        act: Act::Fulfil {
            on: asked.on.unwrap_or(today),
            except: except.transpose().map_err(Problem::invalid)?,
        },
        text: asked.text,
        news: Telling::LongestKnown,
    };
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let (app, now) = (&site.app, site.app.now());
    let (both, keep) = ((&door.grant, &eraser.grant), asked.keep_suppression);
    let done = app.fulfil_request(both, acting, keep, now, key).await?;
    Ok(answer(done, today))
}

/// Record that the person was asked who they are, or that it is known; or have them asked by mail.
#[utoipa::path(
    tag = "requests",
    request_body = IdentityBody,
    params(("id" = String, Path, description = "From the list"),
        ("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new act")),
    security(("key" = [])),
    responses(
        (status = 201, description = "Recorded; how the request stands now", body = RequestAnswer),
        (status = 400, description = "The body cannot be read", body = crate::http::openapi::ProblemBody),
        (status = 404, description = "No such request", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "The request stands otherwise, this cannot be done with it, or no address was known before it", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/requests/{id}/identity")]
pub async fn identity(
    door: Allowed<KeepRequests>,
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: IdentityBody = json::read(&body.0)?;
    let (app, now) = (&site.app, site.app.now());
    let today = today(now, site.timezone);
    let (id, version) = (request_id(&id)?, asked.version);
    let key = door::idempotency(app.keys(), &request, &door.grant, &body.0)?;
    let done = match identity_of(&asked, today).map_err(Problem::invalid)? {
        Identity::Challenged(doubt) => {
            let challenging = Challenging { id, version, doubt };
            app.challenge_identity(&door.grant, challenging, now, key)
                .await?
        }
        Identity::Recorded(act) => {
            let text = asked.text;
            let acting = Acting {
                id,
                version,
                act,
                text,
                news: Telling::LongestKnown,
            };
            app.act_on_request(&door.grant, acting, now, key).await?
        }
    };
    Ok(answer(done, today))
}

/// What a body says of who asks.
enum Identity {
    Challenged(Option<Doubt>),
    Recorded(Act),
}

fn identity_of(asked: &IdentityBody, today: NaiveDate) -> Result<Identity, Vec<FieldProblem>> {
    let on = asked.on.unwrap_or(today);
    let doubt = asked.doubt.as_deref();
    let doubt = doubt.map(|text| word("/doubt", text, Doubt::ALL, Doubt::as_str));
    match (doubt.transpose()?, &asked.known_by, &asked.challenge) {
        (doubt, None, Some(by)) => {
            let wrong = |at, code, detail| Err(vec![FieldProblem::new(at, code, detail)]);
            if by != "email" {
                return wrong("/challenge", "word_unknown", "must be email");
            }
            if asked.on.is_some_and(|on| on != today) || asked.text.is_some() {
                let detail = "goes with no text and on no other day: the mail has its own words and goes now";
                return wrong("/challenge", "field_alone", detail);
            }
            Ok(Identity::Challenged(doubt))
        }
        (Some(doubt), None, None) => Ok(Identity::Recorded(Act::AskIdentity { on, doubt })),
        (None, Some(text), None) => {
            let known_by = word("/known_by", text, KnownBy::ALL, KnownBy::as_str)?;
            Ok(Identity::Recorded(Act::Identify { on, known_by }))
        }
        _ => {
            let detail = "say either doubt, where the person was asked, or known_by, where it is known, or challenge, \
                          to have them asked";
            Err(vec![FieldProblem::new(
                "/known_by",
                "field_missing",
                detail,
            )])
        }
    }
}

/// Add a message to the correspondence of a request. It is kept under the person's key and goes with them.
#[utoipa::path(
    tag = "requests",
    request_body = MessageBody,
    params(("id" = String, Path, description = "From the list"),
        ("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new message")),
    security(("key" = [])),
    responses(
        (status = 201, description = "Kept", body = MessageWritten),
        (status = 400, description = "The body cannot be read", body = crate::http::openapi::ProblemBody),
        (status = 404, description = "No such request", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "The person was erased", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/requests/{id}/messages")]
pub async fn messages(
    door: Allowed<KeepRequests>,
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: MessageBody = json::read(&body.0)?;
    let by = word("/by", &asked.by, WrittenBy::ALL, WrittenBy::as_str).map_err(Problem::invalid)?;
    let writing = Writing {
        id: request_id(&id)?,
        by,
        text: asked.text,
        news: Telling::LongestKnown,
    };
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let (app, now) = (&site.app, site.app.now());
    let done = app
        .write_about_request(&door.grant, writing, now, key)
        .await?;
    let position = done.positions.last().copied();
    Ok(HttpResponse::Created().json(MessageWritten { position }))
}

pub(super) fn answer(done: Committed<Request>, today: NaiveDate) -> HttpResponse {
    let mut response = door::created(done.replayed);
    // a message that goes along has an entry of its own after the act's
    let position = done.positions.first().copied().unwrap_or_default();
    response.json(RequestAnswer::of(
        RequestView::of(done.value, today),
        position,
    ))
}
