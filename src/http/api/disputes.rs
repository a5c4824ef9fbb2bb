//! `/v1/disputes`: what people say they never answered, and what came of it.

use crate::access::SettleDisputes;
use crate::app::{FieldProblem, Refusal};
use crate::domain::ids::Position;
use crate::domain::registry::DisputeOutcome;
use crate::domain::time::rfc3339;
use crate::http::door::{self, Allowed};
use crate::http::json::{self, Body, SMALL};
use crate::http::page::{cursor, limit_of, start_of};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::reason::{Reason, Reasons};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::StoredDispute;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A dispute. Whose it is, is in its file alone.
#[derive(Serialize, ToSchema)]
pub struct DisputeView {
    /// The entry by which the person said that it was not they: its name here.
    pub position: u64,
    /// When they said so.
    pub made_at: String,
    /// When it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<String>,
    /// `kept` or `withdrawn`, once it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
}

impl DisputeView {
    fn of(stored: &StoredDispute) -> Self {
        Self {
            position: stored.position,
            made_at: rfc3339(stored.made_at),
            closed_at: stored.closed.map(|(at, _)| rfc3339(at)),
            outcome: stored.closed.map(|(_, outcome)| outcome.as_str()),
        }
    }
}

/// A page of disputes.
#[derive(Serialize, ToSchema)]
pub struct DisputePage {
    /// The oldest first.
    pub items: Vec<DisputeView>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// A dispute with what it is about.
#[derive(Serialize, ToSchema)]
pub struct DisputeAnswer {
    /// How it stands.
    #[serde(flatten)]
    pub dispute: DisputeView,
    /// The person.
    pub subject_id: String,
    /// The ledger entry of the disputed record.
    pub disputed_position: Option<u64>,
    /// The disputed record: who took it down, where, when, with which words and evidence.
    #[schema(value_type = Option<Object>)]
    pub disputed: Option<serde_json::Value>,
}

/// Which disputes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DisputeFilter {
    /// `open` (as a rule) or `closed`.
    pub state: Option<String>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// How many items, 1 to 200; 50 where it is left out.
    pub limit: Option<u32>,
}

/// What came of a dispute.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeClosure {
    /// `kept`: the record stands; the withdrawal that the dispute made stays. `withdrawn`: in favour of the
    /// person; no yes rests on the record.
    #[schema(example = "withdrawn")]
    pub outcome: String,
}

/// Where the end of a dispute stands.
#[derive(Serialize, ToSchema)]
pub struct DisputeClosed {
    /// The entry that closes it.
    pub position: Option<u64>,
    /// What came of it.
    pub outcome: &'static str,
}

/// What people say they never answered, the oldest first.
#[utoipa::path(
    tag = "subjects",
    params(DisputeFilter),
    security(("key" = [])),
    responses(
        (status = 200, description = "A page", body = DisputePage),
        (status = 422, description = "A parameter cannot be accepted", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/disputes")]
pub async fn list(
    door: Allowed<SettleDisputes>,
    site: web::Data<Site>,
    query: Query<DisputeFilter>,
) -> Result<HttpResponse, Problem> {
    let open = match query.state.as_deref() {
        None | Some("open") => true,
        Some("closed") => false,
        Some(_) => {
            let wrong = FieldProblem::new("state", "state_unknown", "must be open or closed");
            return Err(Problem::invalid(vec![wrong]));
        }
    };
    let page = (start_of(query.cursor.as_deref())?, limit_of(query.limit)?);
    let (found, next) = block(move || site.app.disputes(&door.grant, open, page)).await?;
    Ok(HttpResponse::Ok().json(DisputePage {
        items: found.iter().map(DisputeView::of).collect(),
        next: next.map(cursor),
    }))
}

/// A dispute with the record that it is about. That it was read is recorded.
#[utoipa::path(
    tag = "subjects",
    params(("position" = u64, Path, description = "From the list"), Reasons),
    security(("key" = [])),
    responses(
        (status = 200, description = "The dispute", body = DisputeAnswer),
        (status = 404, description = "No such dispute", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/disputes/{position}")]
pub async fn read(
    door: Allowed<SettleDisputes>,
    site: web::Data<Site>,
    reason: Reason,
    position: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let at = named(&position)?;
    let file = block(move || site.app.dispute_file(&door.grant, at, reason.0.as_ref())).await?;
    let (disputed_position, record) = file.disputed.unzip();
    let disputed = record.map(|record| serde_json::to_value(record).unwrap_or_default());
    Ok(HttpResponse::Ok().json(DisputeAnswer {
        dispute: DisputeView::of(&file.stored),
        subject_id: file.subject.to_string(),
        disputed_position,
        disputed,
    }))
}

/// Close a dispute with what came of it.
#[utoipa::path(
    tag = "subjects",
    request_body = DisputeClosure,
    params(("position" = u64, Path, description = "From the list"),
        ("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new act")),
    security(("key" = [])),
    responses(
        (status = 201, description = "Closed", body = DisputeClosed),
        (status = 400, description = "The body cannot be read", body = crate::http::openapi::ProblemBody),
        (status = 404, description = "No such dispute", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "It is closed already", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/disputes/{position}/closure")]
pub async fn close(
    door: Allowed<SettleDisputes>,
    site: web::Data<Site>,
    request: HttpRequest,
    position: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: DisputeClosure = json::read(&body.0)?;
    let at = named(&position)?;
    let outcome: DisputeOutcome = asked.outcome.parse().map_err(|_| {
        let mend = "must be kept or withdrawn";
        Problem::invalid(vec![FieldProblem::new("/outcome", "outcome_unknown", mend)])
    })?;
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let (app, now) = (&site.app, site.app.now());
    let done = app
        .close_dispute(&door.grant, (at, outcome), now, key)
        .await?;
    Ok(door::created(done.replayed).json(DisputeClosed {
        position: done.positions.last().copied(),
        outcome: outcome.as_str(),
    }))
}

fn named(text: &str) -> Result<Position, Problem> {
    text.parse()
        .map_err(|_| Refusal::NotFound("a dispute at this position").into())
}
