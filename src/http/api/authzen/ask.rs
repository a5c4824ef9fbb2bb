//! From the standard's objects to a question of ours, and to the one use case that answers it.

use super::answer;
use super::resource::{self, Customer};
use super::shapes::{Action, Decision, EvaluationBody, Subject};
use crate::access::CheckDecisions;
use crate::app::check::{Decided, Question};
use crate::app::decisions::When;
use crate::app::facts::Said;
use crate::app::{App, FieldProblem, reserve};
use crate::http::api::checks;
use crate::http::door::Allowed;
use crate::http::json;
use crate::http::nodes::ask as nodes;
use crate::http::nodes::wire::{By, Fields, Form};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::policy::gather::Told;
use actix_web::web;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

/// What of the context is understood, as `/v1/checks` names it.
const CONTEXT: [&str; 3] = ["message", "person", "facts"];

/// A question without the customer.
#[derive(Clone)]
pub(super) struct Use {
    purpose: String,
    channel: String,
    campaign: Option<String>,
    said: Said,
}

impl Use {
    /// Reads what is to be done. What is said of the customer in `resource.properties`, and
    /// whatever else is in `context`, is not looked at.
    pub fn read(
        subject: &Subject,
        action: &Action,
        context: Option<&Map<String, Value>>,
    ) -> Result<Self, Vec<FieldProblem>> {
        let purpose = action
            .properties
            .as_ref()
            .and_then(|properties| properties.get("purpose"))
            .and_then(Value::as_str);
        let unsaid = || {
            let detail = "say in action.properties.purpose what for";
            vec![FieldProblem::new(
                "/action/properties/purpose",
                "field_missing",
                detail,
            )]
        };
        let campaign = (subject.r#type == "campaign").then(|| subject.id.clone());
        let facts: Option<Box<Told>> = told(context, "facts")?;
        let problems = reserve::faults(facts.as_deref(), campaign.as_deref(), false, None);
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            purpose: purpose.ok_or_else(unsaid)?.to_owned(),
            channel: action.name.clone(),
            campaign,
            said: Said {
                person: told(context, "person")?,
                message: told(context, "message")?.unwrap_or_default(),
                told: facts,
            },
        })
    }

    /// The question about one customer.
    pub fn of(&self, customer: &Customer) -> Question {
        Question {
            blinds: customer.named.blinds(),
            coarse: customer.named.coarse(),
            kinds: customer.named.identifier_kinds(),
            subject: customer.subject,
            purpose: self.purpose.clone(),
            channel: self.channel.clone(),
            campaign: self.campaign.clone(),
            said: self.said.clone(),
            at: None,
            reserve: false,
        }
    }
}

/// One of the objects that we give a meaning to. Its words are ours, so that a misspelt one is
/// refused: left out silently it would count as neutral.
fn told<T: DeserializeOwned>(
    context: Option<&Map<String, Value>>,
    name: &str,
) -> Result<Option<T>, Vec<FieldProblem>> {
    let Some(value) = context.and_then(|context| context.get(name)) else {
        return Ok(None);
    };
    let read = json::read(value.to_string().as_bytes());
    read.map_err(|problem| problem.under(&format!("/context/{name}")))
}

/// A question, and what another node is told of it.
pub(super) type Asked = (Question, Option<Fields>);

/// The question of an evaluation.
pub(super) fn question(app: &App, asked: &EvaluationBody) -> Result<Asked, Vec<FieldProblem>> {
    let done = Use::read(&asked.subject, &asked.action, asked.context.as_ref())?;
    let question = done.of(&resource::read(app, &asked.resource)?);
    // as it was said, so that it is read there as it was here
    let fields = app.home_of(&question).and_then(|_| {
        let context = asked.context.as_ref();
        let said = CONTEXT.map(|name| Some((name, context?.get(name)?.clone())));
        let own = [
            Some(("purpose", question.purpose.clone().into())),
            Some(("channel", question.channel.clone().into())),
            question
                .campaign
                .clone()
                .map(|name| ("campaign", name.into())),
        ];
        let all = own.into_iter().chain(said).flatten();
        let raw =
            |(name, value): (&str, Value)| Some((name.to_owned(), to_raw_value(&value).ok()?));
        all.map(raw).collect()
    });
    Ok((question, fields))
}

/// Asks the use case that answers `/v1/checks`, and counts. A question that does not read is
/// answered with a denial that says why.
pub(super) async fn ask(
    door: &Allowed<CheckDecisions>,
    site: &web::Data<Site>,
    questions: Vec<Result<Asked, Vec<FieldProblem>>>,
) -> Result<Vec<Decision>, Problem> {
    let readable: Vec<&Asked> = questions.iter().flatten().collect();
    let told = told_by_nodes(door, site, &readable).await?;
    let left = readable.iter().zip(&told);
    let left = left.filter(|(_, told)| told.is_none());
    let left: Vec<Question> = left.map(|((question, _), _)| question.clone()).collect();
    let decided = checks::decide(door, site, &left, When::Now).await?;
    let (mut told, mut decided) = (told.into_iter(), decided.into_iter());
    let mut answers = Vec::with_capacity(questions.len());
    for question in questions {
        answers.push(match question {
            Err(problems) => answer::error(&problems),
            Ok(_) => match told.next().flatten() {
                Some(told) => told,
                None => answered(site, decided.next().ok_or_else(Problem::unavailable)?),
            },
        });
    }
    Ok(answers)
}

fn answered(site: &Site, outcome: Result<Decided, Vec<FieldProblem>>) -> Decision {
    match outcome {
        Ok(decided) => evaluated(site, &decided),
        Err(problems) => answer::error(&problems),
    }
}

/// Counts a decision and puts it into the standard's form.
pub fn evaluated(site: &Site, decided: &Decided) -> Decision {
    let outcome = &decided.outcome;
    site.metrics.decided(outcome.is_permit(), outcome.reason());
    answer::decision(decided)
}

/// The answers of nodes that hold the persons; `None` in the place of each that this one answers.
async fn told_by_nodes(
    door: &Allowed<CheckDecisions>,
    site: &web::Data<Site>,
    readable: &[&Asked],
) -> Result<Vec<Option<Decision>>, Problem> {
    if !site.app.asks_nodes() {
        return Ok(readable.iter().map(|_| None).collect());
    }
    let questions: Vec<&Question> = readable.iter().map(|(question, _)| question).collect();
    let by = By {
        badge: door.badge,
        when: When::Now,
        form: Form::Evaluation,
    };
    let told = nodes::many(site, by, &questions, |at| readable.get(at)?.1.clone()).await?;
    let read = |text: Option<Box<RawValue>>| serde_json::from_str(text?.get()).ok();
    Ok(told.into_iter().map(read).collect())
}
