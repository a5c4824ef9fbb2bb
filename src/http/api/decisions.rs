//! `/v1/decisions`: what was decided, and everything that it rested on.

use crate::access::{ReadDecisions, ReadSubjects};
use crate::app::Refusal;
use crate::app::decisions::story::{DecidedBy, InWords, Story};
use crate::domain::ids::{DecisionId, SubjectId};
use crate::domain::time::rfc3339;
use crate::http::door::Allowed;
use crate::http::page::{Page, cursor, limit_of, start_of};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::reason::{Reason, Reasons};
use crate::http::site::Site;
use crate::http::work::block;
use crate::policy::{Effect, LawfulIf};
use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

/// A decision on record.
#[derive(Serialize, ToSchema)]
pub struct RecordedDecision {
    /// Its id.
    pub decision_id: String,
    /// When it was made.
    pub made_at: String,
    /// `permit` or `deny`.
    #[schema(value_type = String, example = "deny")]
    pub decision: Effect,
    /// The reason, as a stable code.
    #[schema(example = "CONSENT_WITHDRAWN")]
    pub reason: String,
    /// The reason in words, as it was given.
    #[schema(value_type = Object)]
    pub explanation: InWords,
    /// Other reasons that applied.
    pub also: Vec<String>,
    /// What would have made it lawful.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub lawful_if: Option<LawfulIf>,
    /// What a permit obliged to.
    pub obligations: Vec<String>,
    /// The policies that determined it, each with its source in the law.
    #[schema(value_type = Vec<Object>)]
    pub policies: Vec<DecidedBy>,
    /// The version of the policies.
    pub policy_version: String,
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: Option<String>,
    /// The campaign that was named.
    pub campaign: Option<String>,
    /// Who asked, as `key:ID`, `staff:ID` or `operator`.
    pub asked_by: String,
    /// The states whose law was applied.
    pub laws: Vec<String>,
    /// The local day that counted; two where the person's zone was not known.
    pub days: Vec<String>,
    /// The facts that somebody knew, as the policies saw them.
    #[schema(value_type = Object)]
    pub facts: Map<String, Value>,
    /// The ledger position that it was made on.
    pub position: u64,
    /// The ledger entry of the person's answer that it rests on.
    pub evidence_position: Option<u64>,
    /// That answer, where it is still there.
    pub consent: Option<ShownConsent>,
    /// Until when a permit held if nothing changed.
    pub valid_until: Option<String>,
    /// From when on a denied use would have been permitted, where time had to pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lawful_from: Option<String>,
    /// The other instant than now that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// True where another instant than now was asked about: never a permission to send.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub simulation: bool,
    /// The ledger entry that records the decision.
    pub recorded_in: u64,
    /// The person, for those who may read persons' files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_id: Option<String>,
}

/// The person's answer that a decision rests on.
#[derive(Serialize, ToSchema)]
pub struct ShownConsent {
    /// The consent record.
    pub record_id: String,
    /// `given`, `refused` or `withdrawn`.
    pub status: &'static str,
    /// From when on it counts.
    pub effective_at: String,
    /// When the registry received it.
    pub recorded_at: String,
    /// Where it was collected.
    pub source: &'static str,
    /// In which language they were asked, where that was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The notice that was shown, as `newsletter@3`.
    pub notice: Option<String>,
    /// Its words, by language.
    #[schema(value_type = Option<Object>)]
    pub words: Option<Value>,
}

/// A page of decisions.
#[derive(Serialize, ToSchema)]
pub struct RecordedDecisions {
    /// The newest first.
    pub items: Vec<RecordedDecision>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// Of which campaign.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct OfCampaign {
    /// The campaign, as the checks named it.
    pub campaign: String,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// How many items, 1 to 200; 50 where it is left out.
    pub limit: Option<u32>,
}

/// What was decided and why: the facts, the policies and their version, the words that were shown.
#[utoipa::path(
    tag = "decisions",
    params(("id" = String, Path, description = "The `decision_id` of an answer")),
    security(("key" = [])),
    responses(
        (status = 200, description = "The decision", body = RecordedDecision),
        (status = 404, description = "No such decision", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/decisions/{id}")]
pub async fn read(
    door: Allowed<ReadDecisions>,
    site: web::Data<Site>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let none = |_| Refusal::NotFound("a decision with this id");
    let id: DecisionId = id.parse().map_err(none)?;
    let story = block(move || site.app.decision(&door.grant, id)).await?;
    Ok(HttpResponse::Ok().json(RecordedDecision::of(story, false)))
}

/// The decisions of a campaign, the newest first.
#[utoipa::path(
    tag = "decisions",
    params(OfCampaign),
    security(("key" = [])),
    responses((status = 200, description = "A page", body = RecordedDecisions)),
)]
#[get("/v1/decisions")]
pub async fn of_campaign(
    door: Allowed<ReadDecisions>,
    site: web::Data<Site>,
    query: Query<OfCampaign>,
) -> Result<HttpResponse, Problem> {
    let from = start_of(query.cursor.as_deref())?;
    let limit = limit_of(query.limit)?;
    let campaign = query.campaign.clone();
    let page = move || {
        let app = &site.app;
        app.decisions_of_campaign(&door.grant, &campaign, from, limit)
    };
    Ok(answer(block(page).await?, false))
}

/// The decisions about a person, the newest first.
#[utoipa::path(
    tag = "decisions",
    params(("id" = String, Path, description = "From lookup"), Page, Reasons),
    security(("key" = [])),
    responses(
        (status = 200, description = "A page", body = RecordedDecisions),
        (status = 404, description = "No such person", body = crate::http::openapi::ProblemBody),
    ),
)]
#[get("/v1/subjects/{id}/decisions")]
pub async fn of_subject(
    door: Allowed<ReadSubjects>,
    site: web::Data<Site>,
    reason: Reason,
    id: web::Path<String>,
    page: Query<Page>,
) -> Result<HttpResponse, Problem> {
    let none = |_| Refusal::NotFound("a person with this id");
    let id: SubjectId = id.parse().map_err(none)?;
    let (from, limit) = (page.from()?, page.limit()?);
    let listed = move || {
        let app = &site.app;
        app.decisions_of_subject(&door.grant, id, (from, limit), reason.0.as_ref())
    };
    Ok(answer(block(listed).await?, true))
}

fn answer((stories, next): (Vec<Story>, Option<u64>), persons: bool) -> HttpResponse {
    let told = |story| RecordedDecision::of(story, persons);
    HttpResponse::Ok().json(RecordedDecisions {
        items: stories.into_iter().map(told).collect(),
        next: next.map(cursor),
    })
}

impl RecordedDecision {
    /// As the API and the command line tell it; who it is about for those who may know.
    #[must_use]
    pub fn of(story: Story, persons: bool) -> Self {
        let outcome = story.outcome;
        let consent = story.consent.map(|shown| ShownConsent {
            record_id: shown.record.to_string(),
            language: shown.language.map(|one| one.as_str().to_owned()),
            status: shown.answer.as_str(),
            effective_at: rfc3339(shown.effective_at),
            recorded_at: rfc3339(shown.recorded_at),
            source: shown.source.as_str(),
            notice: shown.notice.as_ref().map(|one| one.reference().to_string()),
            words: shown.notice.map(|one| serde_json::json!(one.text)),
        });
        Self {
            decision_id: story.id.to_string(),
            made_at: rfc3339(story.made_at),
            decision: outcome.effect,
            reason: outcome.reason,
            explanation: outcome.explanation,
            also: outcome.also,
            lawful_if: outcome.lawful_if,
            obligations: outcome.obligations,
            policies: outcome.policies,
            policy_version: story.policy_version,
            purpose: story.purpose,
            channel: story.channel.map(|channel| channel.as_str().to_owned()),
            campaign: story.campaign,
            asked_by: story.asked_by,
            laws: story.laws,
            days: story.days,
            facts: story.facts,
            position: story.position,
            evidence_position: story.evidence,
            consent,
            valid_until: story.valid_until.map(rfc3339),
            lawful_from: story.lawful_from.map(rfc3339),
            simulation: story.at.is_some(),
            at: story.at.map(rfc3339),
            recorded_in: story.recorded_in,
            subject_id: story.subject.filter(|_| persons).map(|id| id.to_string()),
        }
    }
}
