//! `/v1/subjects/{id}/lists`: on which filtered lists a person was.

use crate::access::ReadSubjects;
use crate::app::Refusal;
use crate::app::lists::OnList;
use crate::domain::ids::SubjectId;
use crate::http::door::Allowed;
use crate::http::page::{Page, cursor};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::reason::{Reason, Reasons};
use crate::http::site::Site;
use crate::http::work::block;
use crate::policy::Effect;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A list that the person was on.
#[derive(Serialize, ToSchema)]
pub struct PersonOnList {
    /// The list, as the entries about it name it.
    pub audience: String,
    /// The ledger entry that tells of its end and commits to who was on it.
    pub position: u64,
    /// When the list ended.
    pub recorded_at: String,
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: String,
    /// The campaign that was named.
    pub campaign: Option<String>,
    /// `permit` or `deny`. A person whose lines were answered differently is there once for each answer.
    #[schema(value_type = String, example = "deny")]
    pub decision: Effect,
    /// The reason, as a stable code.
    #[schema(example = "CONSENT_WITHDRAWN")]
    pub reason: String,
    /// The version of the policies.
    pub policy_version: String,
    /// The ledger position of the list's first answers.
    pub from_position: u64,
    /// The ledger position of its last answers.
    pub to_position: u64,
    /// Whether it was filtered to its end.
    pub complete: bool,
    /// The mark of the file of permitted lines.
    pub permitted_mark: String,
    /// Who filtered it.
    #[schema(value_type = Object)]
    pub actor: Value,
}

/// A page of lists.
#[derive(Serialize, ToSchema)]
pub struct ListsOfPerson {
    /// The newest first.
    pub items: Vec<PersonOnList>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// The filtered lists that a person was on, with what their line was answered; the newest first.
#[utoipa::path(
    tag = "decisions",
    params(("id" = String, Path, description = "From lookup"), Page, Reasons),
    security(("key" = [])),
    responses(
        (status = 200, description = "A page", body = ListsOfPerson),
        (status = 404, description = "No such person", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/subjects/{id}/lists")]
pub async fn of_subject(
    door: Allowed<ReadSubjects>,
    site: web::Data<Site>,
    id: web::Path<String>,
    page: Query<Page>,
    reason: Reason,
) -> Result<HttpResponse, Problem> {
    let none = |_| Refusal::NotFound("a person with this id");
    let id: SubjectId = id.parse().map_err(none)?;
    let (from, limit) = (page.from()?, page.limit()?);
    let listed = move || {
        site.app
            .lists_of_subject(&door.grant, id, (from, limit), reason.0.as_ref())
    };
    let (lists, next) = block(listed).await?;
    Ok(HttpResponse::Ok().json(ListsOfPerson {
        items: lists.iter().map(PersonOnList::of).collect(),
        next: next.map(cursor),
    }))
}

impl PersonOnList {
    /// A list, as it is told.
    #[must_use]
    pub fn of(list: &OnList) -> Self {
        let text = |name| list.told(name).to_owned();
        Self {
            audience: text("audience"),
            position: list.position,
            recorded_at: text("recorded_at"),
            purpose: text("purpose"),
            channel: text("channel"),
            campaign: Some(text("campaign")).filter(|name| !name.is_empty()),
            decision: if list.permit {
                Effect::Permit
            } else {
                Effect::Deny
            },
            reason: list.reason.clone(),
            policy_version: text("policy_version"),
            from_position: list.number("from_position"),
            to_position: list.number("to_position"),
            complete: list.is_complete(),
            permitted_mark: text("permitted_mark"),
            actor: list.actor(),
        }
    }
}
