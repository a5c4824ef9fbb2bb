//! From the standard's objects to a question of ours, and to the one use case that answers it.

use super::answer;
use super::resource::{self, Customer};
use super::shapes::{Action, Decision, EvaluationBody, Subject};
use crate::access::CheckDecisions;
use crate::app::check::Question;
use crate::app::decisions::When;
use crate::app::facts::Said;
use crate::app::{App, FieldProblem, reserve};
use crate::http::api::checks;
use crate::http::door::Allowed;
use crate::http::json;
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::policy::gather::Told;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

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

/// The question of an evaluation.
pub(super) fn question(app: &App, asked: &EvaluationBody) -> Result<Question, Vec<FieldProblem>> {
    let done = Use::read(&asked.subject, &asked.action, asked.context.as_ref())?;
    Ok(done.of(&resource::read(app, &asked.resource)?))
}

/// Asks the use case that answers `/v1/checks`, and counts. A question that does not read is
/// answered with a denial that says why.
pub(super) async fn ask(
    door: &Allowed<CheckDecisions>,
    site: &Site,
    questions: Vec<Result<Question, Vec<FieldProblem>>>,
) -> Result<Vec<Decision>, Problem> {
    let readable: Vec<Question> = questions.iter().flatten().cloned().collect();
    let mut decided = checks::decide(door, site, &readable, When::Now)
        .await?
        .into_iter();
    let mut answers = Vec::with_capacity(questions.len());
    for question in questions {
        let outcome = match question {
            Ok(_) => decided.next().ok_or_else(Problem::unavailable)?,
            Err(problems) => Err(problems),
        };
        answers.push(match outcome {
            Ok(decided) => {
                let outcome = &decided.outcome;
                site.metrics.decided(outcome.is_permit(), outcome.reason());
                answer::decision(&decided)
            }
            Err(problems) => answer::error(&problems),
        });
    }
    Ok(answers)
}
