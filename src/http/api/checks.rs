//! `POST /v1/checks`: may this be sent?

mod many;

use super::lawful::{self, LawfulIf};
use super::subject::Subject;
use super::told::{FactsSchema, MessageSchema, PersonSchema};
use crate::access::CheckDecisions;
use crate::app::admit::Badge;
use crate::app::check::{Decided, Question};
use crate::app::decisions::When;
use crate::app::desk::{Desk, Unanswered};
use crate::app::facts::Said;
use crate::app::reserve::{self, Told};
use crate::app::{App, FieldProblem, Refusal};
use crate::domain::ids::{Blind, DecisionId, RecordId};
use crate::domain::registry::IdentifierKinds;
use crate::domain::time::rfc3339;
use crate::http::door::{self, Allowed, Knock};
use crate::http::json::{self, Body, LARGE};
use crate::http::nodes::ask as nodes;
use crate::http::nodes::wire::{By, Form};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::policy::gather::{self, Message, PersonTold};
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::rc::Rc;
use utoipa::ToSchema;

/// Most checks in one request.
pub const MOST: usize = 10_000;
/// Bytes that one answer fits into.
const ROOM: usize = 1024;

/// One question, whose subject is told as `S`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CheckBody)]
pub struct Check<S> {
    /// Whom it is about.
    pub subject: S,
    /// What for.
    #[schema(example = "newsletter")]
    pub purpose: String,
    /// By which channel.
    #[schema(example = "email")]
    pub channel: String,
    /// The campaign, for the record.
    pub campaign: Option<String>,
    /// What is to be sent.
    #[schema(value_type = Option<MessageSchema>, example = json!({"identifies_sender": true, "valid_stop_contact": true, "subject_honest": true}))]
    pub message: Option<Message>,
    /// Who the person is, as far as you know.
    #[schema(value_type = Option<PersonSchema>, example = json!({"kind": "consumer", "country": "FR", "timezone": "America/Martinique"}))]
    pub person: Option<Box<PersonTold>>,
    /// What only you know of this use.
    #[schema(value_type = Option<FactsSchema>, example = json!({"informed": true, "promotional_content": false}))]
    pub facts: Option<Box<gather::Told>>,
    /// Another instant than now: a simulation, never a permission to send.
    pub at: Option<DateTime<Utc>>,
    /// On a permit the contact is recorded in the same step, so that caps hold however many ask at
    /// once. Not together with `at`.
    #[serde(default)]
    pub reserve: bool,
    /// `now` (as a rule): the answer comes when the decision is on record. `later`: at once, and
    /// the record follows. In a batch it stands beside `checks`. A check that reserves is on record
    /// in any case.
    #[schema(value_type = Option<String>, example = "now")]
    pub record: Option<When>,
}

/// One question.
pub type CheckBody = Check<Subject>;

/// Many questions.
#[derive(Deserialize, ToSchema)]
#[allow(
    dead_code,
    reason = "describes the body; it is read element by element"
)]
pub struct CheckBatch {
    /// Up to 10,000 questions.
    checks: Vec<CheckBody>,
    /// As in a single question.
    #[schema(value_type = Option<String>, example = "now")]
    record: Option<When>,
}

/// One question or many.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[allow(
    dead_code,
    reason = "describes the body; it is read element by element"
)]
pub enum ChecksBody {
    /// One.
    One(Box<CheckBody>),
    /// Many.
    Many(CheckBatch),
}

/// Words in French and English.
#[derive(Serialize, ToSchema)]
pub struct Words<'a> {
    /// French.
    pub fr: &'a str,
    /// English.
    pub en: &'a str,
}

/// The answer.
#[derive(Serialize, ToSchema)]
pub struct DecisionView<'a> {
    /// `permit` or `deny`. Anything but a `permit` means: do not send.
    #[schema(example = "deny")]
    pub decision: &'static str,
    /// The reason, as a stable code.
    #[schema(example = "CONSENT_WITHDRAWN")]
    pub reason: &'a str,
    /// The reason in words.
    pub explanation: Words<'a>,
    /// Other reasons that applied.
    pub also: &'a [String],
    /// The policies that determined it.
    pub policies: &'a [String],
    /// The policies' version.
    pub policy_version: &'a str,
    /// What to do when acting on a permit.
    pub obligations: &'a [String],
    /// The decision's name.
    #[schema(value_type = String)]
    pub decision_id: DecisionId,
    /// The ledger position that it was made on.
    pub position: u64,
    /// The smallest change that would make it lawful, on a deny.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lawful_if: Option<LawfulIf<'a>>,
    /// The ledger entry of the person's answer that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence_position: Option<u64>,
    /// The notice that the person had been shown, as `newsletter@3`; its words are in
    /// `/v1/decisions/{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence_notice: Option<String>,
    /// From when on a person who said no may be asked again; asking earlier is what annoys most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ask_again_after: Option<String>,
    /// Until when a permit holds if nothing changes; null where no end is known: neither the consent
    /// nor the law ends, and the time alone changes nothing within 31 days.
    pub valid_until: Option<String>,
    /// True where another instant than now was asked about: never a permission to send.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub simulation: bool,
    /// The contact that was recorded with it, where the check reserved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub contact_id: Option<RecordId>,
}

/// The answers, in the order of the questions.
#[derive(Serialize, ToSchema)]
pub struct Decisions {
    /// One each: a decision, or `{"error": problem}`.
    #[schema(value_type = Vec<Object>)]
    pub decisions: Vec<serde_json::Value>,
}

/// One answer or many, as was asked.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "describes the answer")]
pub enum ChecksAnswer<'a> {
    /// To one question.
    One(Box<DecisionView<'a>>),
    /// To many.
    Many(Decisions),
}

/// Ask whether data may be used, for one person or for up to 10,000.
#[utoipa::path(
    tag = "checks",
    request_body = ChecksBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Where a check reserves: tells a retry from a new request")),
    security(("key" = [])),
    responses(
        (status = 200, description = "The decision, or the decisions in order", body = ChecksAnswer),
        (status = 400, description = "The body cannot be read", body = crate::http::openapi::ProblemBody),
        (status = 401, description = "No key, or one that opens nothing", body = crate::http::openapi::ProblemBody),
        (status = 403, description = "The key may not check", body = crate::http::openapi::ProblemBody),
        (status = 413, description = "The body is over 8 MiB", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "The Idempotency-Key was used for another request", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "The decision could not be recorded: nothing is permitted; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/checks")]
pub async fn check(
    knock: Knock<CheckDecisions>,
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<LARGE>,
) -> Result<HttpResponse, Problem> {
    let first = body.0.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'{') && is_batch(&body.0) {
        let door = knock.come_in(&site, &request).await?;
        // what is asked rarely must not make every check's future large
        return Box::pin(many::many(&door, &site, &request, &body.0)).await;
    }
    let asked = one(&site.app, &body.0);
    match asked {
        Ok((question, when)) if !question.reserve => {
            if site.app.asks_nodes() {
                // what few services need must not make every check's future large
                let by = by(knock.badge, when);
                let told = nodes::one(&request, &site, by, (&question, &body.0));
                if let Some(told) = Box::pin(told).await? {
                    return Ok(json_body(String::from(Box::<str>::from(told)).into_bytes()));
                }
            }
            let decided = alone(&knock, &request, question, when).await?;
            let mut answer = Vec::with_capacity(ROOM);
            write_decision(&mut answer, &site, &decided)?;
            Ok(json_body(answer))
        }
        asked => {
            // whose key opens nothing is not told what is wrong with the rest
            let door = knock.come_in(&site, &request).await?;
            let (question, when) = asked.map_err(denied)?;
            Box::pin(reserving(&door, &site, &request, &body.0, (question, when))).await
        }
    }
}

fn one(app: &App, body: &[u8]) -> Result<(Question, When), Problem> {
    let asked: CheckBody = json::read(body)?;
    let when = asked.record.unwrap_or_default();
    let question = question(app, asked).map_err(Problem::invalid)?;
    Ok((question, when))
}

/// Decides one check, together with those that are ready beside it on this thread.
async fn alone(
    knock: &Knock<CheckDecisions>,
    request: &HttpRequest,
    question: Question,
    when: When,
) -> Result<Decided, Problem> {
    let desk = request.app_data::<Rc<Desk>>();
    let desk = desk.ok_or_else(Problem::unavailable)?;
    match desk.ask(knock.badge, question, when).await {
        Ok(Ok(decided)) => Ok(decided),
        Ok(Err(errors)) => Err(denied(Problem::invalid(errors))),
        Err(Unanswered::Shut(why)) => Err(door::shut(why)),
        Err(Unanswered::Refused(refusal)) => Err(denied(refusal.into())),
        Err(Unanswered::Crowded) => Err(Problem::overloaded()),
    }
}

async fn reserving(
    door: &Allowed<CheckDecisions>,
    site: &Site,
    request: &HttpRequest,
    body: &[u8],
    (question, when): (Question, When),
) -> Result<HttpResponse, Problem> {
    let call = Call::of(door, site, request, body);
    let told = call
        .decide(vec![question], when)
        .await
        .map_err(denied)?
        .pop();
    let mut answer = Vec::with_capacity(ROOM);
    match told.ok_or_else(Problem::unavailable)? {
        Told::Now(outcome) => {
            let decided = outcome.map_err(|errors| denied(Problem::invalid(errors)))?;
            write_decision(&mut answer, site, &decided)?;
        }
        Told::Before(kept) => answer.extend_from_slice(kept.to_string().as_bytes()),
    }
    Ok(json_body(answer))
}

fn json_body(body: Vec<u8>) -> HttpResponse {
    let json = HeaderValue::from_static("application/json");
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, json))
        .body(body)
}

/// Whether the object's first key is `checks`, or follows `record`.
fn is_batch(body: &[u8]) -> bool {
    let begins = |start: &[u8]| {
        let mut rest = body
            .iter()
            .filter(|byte| !byte.is_ascii_whitespace())
            .skip(1);
        start.iter().all(|byte| rest.next() == Some(byte))
    };
    const STARTS: [&str; 3] = [
        "\"checks\"",
        "\"record\":\"now\",\"checks\"",
        "\"record\":\"later\",\"checks\"",
    ];
    STARTS.iter().any(|start| begins(start.as_bytes()))
}

/// Whatever else is wrong: it is no permission.
fn denied(problem: Problem) -> Problem {
    problem.with("decision", json!("deny"))
}

const fn by(badge: Badge, when: When) -> By {
    let form = Form::Check;
    By { badge, when, form }
}

fn write_problem(answer: &mut Vec<u8>, problem: &Problem) {
    answer.extend_from_slice(refused(problem).to_string().as_bytes());
}

/// An element that cannot be answered: no permission either.
fn refused(problem: &Problem) -> Value {
    json!({ "decision": "deny", "error": problem.body() })
}

/// Counts a decision and writes it down.
pub(in crate::http) fn write_decision(
    answer: &mut Vec<u8>,
    site: &Site,
    decided: &Decided,
) -> Result<(), Problem> {
    site.metrics
        .decided(decided.outcome.is_permit(), decided.outcome.reason());
    put(answer, &decided.policy_version, decided).map_err(|_| Problem::unavailable())
}

/// Writes a [`DecisionView`]. The part before the decision's name follows from the outcome alone, is
/// long, and is written once: an outcome is kept by the one engine that gave it.
fn put(answer: &mut Vec<u8>, version: &str, decided: &Decided) -> serde_json::Result<()> {
    let kept = decided.outcome.text(|_| {
        let whole = serde_json::to_string(&view(version, decided)).unwrap_or_default();
        // within a text the quotes would be escaped
        let before = whole.split(",\"decision_id\"").next();
        before.unwrap_or_default().to_owned()
    });
    answer.extend_from_slice(kept.as_bytes());
    join(answer, &Named::of(decided))?;
    lawful::put(answer, decided)?;
    join(answer, &Rest::of(decided))?;
    answer.push(b'}');
    Ok(())
}

/// Writes fields as a part of the object that is being written.
fn join(answer: &mut Vec<u8>, fields: &impl Serialize) -> serde_json::Result<()> {
    let joint = answer.len();
    serde_json::to_writer(&mut *answer, fields)?;
    if let Some(brace) = answer.get_mut(joint) {
        *brace = b',';
    }
    answer.pop();
    Ok(())
}

/// What a decision is called, and what it was made on.
#[derive(Serialize)]
struct Named {
    decision_id: DecisionId,
    position: u64,
}

impl Named {
    const fn of(decided: &Decided) -> Self {
        Self {
            decision_id: decided.id,
            position: decided.position,
        }
    }
}

/// The part of a [`DecisionView`] that is of one decision.
#[derive(Serialize)]
struct Rest {
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence_position: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence_notice: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ask_again_after: Option<String>,
    valid_until: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    simulation: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_id: Option<RecordId>,
}

impl Rest {
    fn of(decided: &Decided) -> Self {
        Self {
            evidence_position: decided.evidence,
            evidence_notice: decided.notice.as_ref().map(ToString::to_string),
            ask_again_after: decided.ask_again_after.map(rfc3339),
            valid_until: decided.valid_until.map(rfc3339),
            simulation: decided.simulated,
            contact_id: decided.contact,
        }
    }
}

/// One request, whoever sent it: the one place where decisions are handed out.
struct Call<'a> {
    door: &'a Allowed<CheckDecisions>,
    site: &'a Site,
    request: &'a HttpRequest,
    body: &'a [u8],
}

impl<'a> Call<'a> {
    const fn of(
        door: &'a Allowed<CheckDecisions>,
        site: &'a Site,
        request: &'a HttpRequest,
        body: &'a [u8],
    ) -> Self {
        Self {
            door,
            site,
            request,
            body,
        }
    }

    async fn decide(&self, questions: Vec<Question>, when: When) -> Result<Vec<Told>, Problem> {
        let (app, now) = (&self.site.app, self.site.app.now());
        if !self.door.fresh || !questions.iter().any(|question| question.reserve) {
            let decided = decide(self.door, self.site, &questions, when).await?;
            return Ok(decided.into_iter().map(Told::Now).collect());
        }
        if questions.len() > reserve::MOST {
            let detail = format!(
                "at most {} checks in one request where any reserves",
                reserve::MOST
            );
            let errors = vec![FieldProblem::new("/checks", "too_many", detail)];
            return Err(Problem::invalid(errors));
        }
        let key = door::idempotency(app.keys(), self.request, &self.door.grant, self.body)?;
        let told = app.reserve(&self.door.grant, questions, now, key, telling);
        Ok(told.await?)
    }
}

/// Decides what reserves nothing.
#[allow(
    clippy::type_complexity,
    reason = "one outcome a question, as the use case gives it"
)]
pub(super) async fn decide(
    door: &Allowed<CheckDecisions>,
    site: &Site,
    questions: &[Question],
    when: When,
) -> Result<Vec<Result<Decided, Vec<FieldProblem>>>, Problem> {
    let now = site.app.now();
    if door.fresh {
        let drafts = site.app.check(&door.grant, questions, now).await?;
        return Ok(site.app.record_decisions(drafts, when).await?);
    }
    let grant = &door.grant;
    let stale =
        |question: &Question| Ok::<_, Refusal>(Ok(site.app.decide_stale(grant, question, now)?));
    Ok(questions.iter().map(stale).collect::<Result<_, _>>()?)
}

/// What a retry of a request that reserved is answered.
fn telling(outcome: &reserve::Outcome) -> Value {
    match outcome {
        Ok(decided) => {
            serde_json::to_value(view(&decided.policy_version, decided)).unwrap_or_default()
        }
        Err(errors) => refused(&Problem::invalid(errors.clone())),
    }
}

fn question(app: &App, asked: CheckBody) -> Result<Question, Vec<FieldProblem>> {
    let (blinds, coarse, kinds) = if let Some(plain) = asked.subject.plain(app.keys()) {
        (vec![plain.own], Vec::new(), plain.kinds)
    } else {
        let named = asked.subject.named(app.keys(), "/subject")?;
        (named.blinds(), named.coarse(), named.identifier_kinds())
    };
    question_about((blinds, coarse, kinds), asked)
}

/// The question of a body about whom it is known to name.
pub(in crate::http) fn question_about<S>(
    (blinds, coarse, kinds): (Vec<Blind>, Vec<Blind>, IdentifierKinds),
    asked: Check<S>,
) -> Result<Question, Vec<FieldProblem>> {
    let problems = reserve::faults(
        asked.facts.as_deref(),
        asked.campaign.as_deref(),
        asked.reserve,
        asked.at,
    );
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Question {
        blinds,
        coarse,
        kinds,
        subject: None,
        purpose: asked.purpose,
        channel: asked.channel,
        said: Said {
            person: asked.person,
            message: asked.message.unwrap_or_default(),
            told: asked.facts,
        },
        at: asked.at,
        reserve: asked.reserve,
        campaign: asked.campaign,
    })
}

fn view<'a>(version: &'a str, decided: &'a Decided) -> DecisionView<'a> {
    let outcome = &decided.outcome;
    DecisionView {
        decision: if outcome.is_permit() {
            "permit"
        } else {
            "deny"
        },
        reason: outcome.reason(),
        explanation: Words {
            fr: outcome.explanation_fr(),
            en: outcome.explanation_en(),
        },
        also: outcome.also(),
        policies: outcome.determining(),
        policy_version: version,
        obligations: outcome.obligations(),
        decision_id: decided.id,
        position: decided.position,
        lawful_if: LawfulIf::of(decided),
        evidence_position: decided.evidence,
        evidence_notice: decided.notice.as_ref().map(ToString::to_string),
        ask_again_after: decided.ask_again_after.map(rfc3339),
        valid_until: decided.valid_until.map(rfc3339),
        simulation: decided.simulated,
        contact_id: decided.contact,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::app::testing::TestApp;
    use crate::domain::registry::IdentifierKinds;

    #[test]
    fn what_is_written_is_the_view_that_is_described() {
        let shop = TestApp::new();
        let now = shop.app.now();
        let question = Question {
            blinds: vec![],
            coarse: vec![],
            kinds: IdentifierKinds::NONE,
            subject: None,
            purpose: "newsletter".into(),
            channel: "email".into(),
            campaign: None,
            said: Said::default(),
            at: None,
            reserve: false,
        };
        let decided = Decided {
            valid_until: Some(now.utc()),
            evidence: Some(7),
            ask_again_after: Some(now.utc()),
            simulated: true,
            ..shop
                .app
                .decide_stale(&TestApp::grant(), &question, now)
                .unwrap()
        };
        let (mut written, mut again) = (Vec::new(), Vec::new());
        put(&mut written, "sha256:1", &decided).unwrap();
        put(&mut again, "sha256:1", &decided).unwrap();
        assert_eq!(written, again);
        let described = view("sha256:1", &decided);
        assert_eq!(
            String::from_utf8(written).unwrap(),
            serde_json::to_string(&described).unwrap()
        );
    }
}
