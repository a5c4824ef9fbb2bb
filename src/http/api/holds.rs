//! `/v1/holds`: what keeps a person's data although they would be erased.

use crate::access::KeepHolds;
use crate::app::erase::Whom;
use crate::app::holds::HoldClaim;
use crate::app::{FieldProblem, Refusal};
use crate::domain::ids::{Position, SubjectId};
use crate::domain::requests::HoldGround;
use crate::http::door::{self, Allowed};
use crate::http::json::{self, Body, SMALL};
use crate::http::page::{cursor, limit_of, start_of};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::StoredHold;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A legal hold.
#[derive(Serialize, ToSchema)]
pub struct HoldView {
    /// The entry that placed it: its name here.
    pub id: u64,
    /// Whose data it keeps.
    pub subject_id: String,
    /// On which ground: `freedom_of_expression`, `legal_obligation`, `public_health`, `archiving` or
    /// `legal_claims`.
    #[schema(example = "legal_claims")]
    pub ground: &'static str,
    /// Where that stands in the law.
    #[schema(example = "GDPR 17(3)(e)")]
    pub source: &'static str,
    /// The case that it is for.
    #[schema(example = "CASE-2026-7")]
    pub reference: String,
    /// When it was placed.
    pub placed_on: String,
    /// The last day on which it stands.
    pub until: String,
    /// When it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifted_on: Option<String>,
}

impl HoldView {
    /// As the API and the command line show it.
    #[must_use]
    pub fn of(stored: &StoredHold) -> Self {
        let hold = &stored.hold;
        Self {
            id: stored.position,
            subject_id: stored.subject.to_string(),
            ground: hold.ground.as_str(),
            source: hold.ground.source(),
            reference: hold.reference.as_str().to_owned(),
            placed_on: hold.placed_on.to_string(),
            until: hold.until.to_string(),
            lifted_on: stored.lifted_on.map(|on| on.to_string()),
        }
    }
}

/// A page of holds.
#[derive(Serialize, ToSchema)]
pub struct HoldPage {
    /// The oldest first.
    pub items: Vec<HoldView>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// Which holds.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct HoldFilter {
    /// `standing` (as a rule) or `over`: lifted, or past their last day.
    pub state: Option<String>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// How many items, 1 to 200; 50 where it is left out.
    pub limit: Option<u32>,
}

/// A hold that is to be placed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldBody {
    /// The person, by the id that lookup gives.
    pub subject_id: String,
    /// On which ground: `freedom_of_expression`, `legal_obligation`, `public_health`, `archiving` or
    /// `legal_claims`.
    #[schema(example = "legal_claims")]
    pub ground: String,
    /// The last day on which it stands: until when the ground surely holds.
    #[schema(example = "2027-06-30")]
    pub until: String,
    /// The number of the case. It stays in the log: never a name.
    #[schema(example = "CASE-2026-7")]
    pub reference: String,
}

/// A hold that was placed.
#[derive(Serialize, ToSchema)]
pub struct HoldPlaced {
    /// Its name, and the entry that records it.
    pub id: Option<u64>,
    /// Whether the person's data are locked, since an erasure is asked for.
    pub locked: bool,
    /// Where the ground stands in the law.
    pub source: Option<&'static str>,
}

/// A hold that was lifted.
#[derive(Serialize, ToSchema)]
pub struct HoldLifted {
    /// The entry that records it.
    pub position: Option<u64>,
}

/// Place a legal hold on a person: while it stands nobody erases them. Where an erasure is asked for, their data
/// are locked instead.
#[utoipa::path(
    tag = "subjects",
    request_body = HoldBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new act")),
    security(("key" = [])),
    responses(
        (status = 201, description = "Placed", body = HoldPlaced),
        (status = 400, description = "The body cannot be read", body = crate::http::openapi::ProblemBody),
        (status = 404, description = "No such person", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/holds")]
pub async fn place(
    door: Allowed<KeepHolds>,
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: HoldBody = json::read(&body.0)?;
    let unknown = |_| Refusal::NotFound("a person with this id");
    let id: SubjectId = asked.subject_id.parse().map_err(unknown)?;
    let source = asked.ground.parse().map(HoldGround::source).ok();
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let claim = HoldClaim {
        ground: asked.ground,
        until: asked.until,
        reference: asked.reference,
    };
    let (app, whom) = (&site.app, Whom::Subject(id));
    let done = app
        .place_hold(&door.grant, whom, claim, app.now(), key)
        .await?;
    Ok(door::created(done.replayed).json(HoldPlaced {
        id: done.positions.get(done.value.entry).copied(),
        locked: done.value.locked,
        source,
    }))
}

/// Legal holds, the oldest first.
#[utoipa::path(
    tag = "subjects",
    params(HoldFilter),
    security(("key" = [])),
    responses(
        (status = 200, description = "A page", body = HoldPage),
        (status = 422, description = "A parameter cannot be accepted", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/holds")]
pub async fn list(
    door: Allowed<KeepHolds>,
    site: web::Data<Site>,
    query: Query<HoldFilter>,
) -> Result<HttpResponse, Problem> {
    let standing = match query.state.as_deref() {
        None | Some("standing") => true,
        Some("over") => false,
        Some(_) => {
            let wrong = FieldProblem::new("state", "state_unknown", "must be standing or over");
            return Err(Problem::invalid(vec![wrong]));
        }
    };
    let page = (start_of(query.cursor.as_deref())?, limit_of(query.limit)?);
    let (found, next) = block(move || site.app.holds(&door.grant, standing, page)).await?;
    Ok(HttpResponse::Ok().json(HoldPage {
        items: found.iter().map(HoldView::of).collect(),
        next: next.map(cursor),
    }))
}

/// Lift a legal hold before its last day. What was locked by it stays locked.
#[utoipa::path(
    tag = "subjects",
    params(("id" = u64, Path, description = "From the list"),
        ("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new act")),
    security(("key" = [])),
    responses(
        (status = 201, description = "Lifted", body = HoldLifted),
        (status = 404, description = "No such hold", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "It is over already", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/holds/{id}/lift")]
pub async fn lift(
    door: Allowed<KeepHolds>,
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let unknown = |_| Refusal::NotFound("a hold at this position");
    let at: Position = id.parse().map_err(unknown)?;
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let app = &site.app;
    let done = app.lift_hold(&door.grant, at, app.now(), key).await?;
    Ok(door::created(done.replayed).json(HoldLifted {
        position: done.positions.last().copied(),
    }))
}
