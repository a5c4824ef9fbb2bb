//! `POST /access/v1/evaluations`: many questions, all or up to the first that settles it.

use super::answer;
use super::ask;
use super::evaluation;
use super::shapes::{self, Action, ContextSchema, Decision, EvaluationBody, Resource, Subject};
use crate::access::CheckDecisions;
use crate::app::FieldProblem;
use crate::http::api::checks::MOST;
use crate::http::door::Allowed;
use crate::http::json::{self, Body, LARGE};
use crate::http::problem::Problem;
use crate::http::site::Site;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Which questions are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuthzenSemantic)]
pub enum Semantic {
    /// All of them.
    #[default]
    ExecuteAll,
    /// Up to the first denial.
    DenyOnFirstDeny,
    /// Up to the first permit.
    PermitOnFirstPermit,
}

impl Semantic {
    /// Whether an answer settles it.
    const fn ends(self, permit: bool) -> bool {
        match self {
            Self::ExecuteAll => false,
            Self::DenyOnFirstDeny => !permit,
            Self::PermitOnFirstPermit => permit,
        }
    }
}

/// How the questions are to be asked.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = AuthzenOptions)]
pub struct Options {
    /// `execute_all` where it is left out.
    #[serde(default)]
    pub evaluations_semantic: Semantic,
}

/// Many questions. What stands beside `evaluations` holds for each that does not say otherwise.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AuthzenEvaluations)]
pub struct EvaluationsBody {
    /// Who wants to act.
    pub subject: Option<Subject>,
    /// By which channel, what for.
    pub action: Option<Action>,
    /// To whom.
    pub resource: Option<Resource>,
    /// What only the caller knows.
    #[schema(value_type = Option<ContextSchema>)]
    pub context: Option<Map<String, Value>>,
    /// Up to 10,000 questions; without any, what stands beside is the one question.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    pub evaluations: Vec<Value>,
    /// How they are to be asked.
    #[serde(default)]
    pub options: Options,
}

/// The decisions, in the order of the questions.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthzenDecisions)]
pub struct Evaluations {
    /// One each, as far as they were asked.
    pub evaluations: Vec<Decision>,
}

/// What is answered: a list to a list, and to one question its decision alone.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = AuthzenAnswers)]
pub enum Answers {
    /// To a list.
    Many(Evaluations),
    /// To one question.
    One(Decision),
}

/// Ask many questions at once.
#[utoipa::path(
    tag = "authzen",
    request_body = EvaluationsBody,
    params(("X-Request-ID" = Option<String>, Header, description = "Given back with the answer")),
    security(("key" = [])),
    responses(
        (status = 200, description = "The decisions, or the one decision where there is no list", body = Answers),
        (status = 400, description = "The request is broken", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/access/v1/evaluations")]
pub async fn evaluate_all(
    door: Allowed<CheckDecisions>,
    site: web::Data<Site>,
    body: Body<LARGE>,
) -> Result<HttpResponse, Problem> {
    let asked: EvaluationsBody = shapes::read(&body.0)?;
    if asked.evaluations.is_empty() {
        let one: EvaluationBody = shapes::read(&body.0)?;
        let one = evaluation::one(&door, &site, &one).await?;
        return Ok(HttpResponse::Ok().json(Answers::One(one)));
    }
    if asked.evaluations.len() > MOST {
        let detail = format!("at most {MOST} evaluations in one request");
        let problem = FieldProblem::new("/evaluations", "too_many", detail);
        return Err(Problem::invalid(vec![problem]).as_bad_request());
    }
    let evaluations = answers(&door, &site, asked).await?;
    let many = Answers::Many(Evaluations { evaluations });
    Ok(HttpResponse::Ok().json(many))
}

async fn answers(
    door: &Allowed<CheckDecisions>,
    site: &web::Data<Site>,
    asked: EvaluationsBody,
) -> Result<Vec<Decision>, Problem> {
    let semantic = asked.options.evaluations_semantic;
    let defaults = Defaults {
        subject: asked.subject,
        action: asked.action,
        resource: asked.resource,
        context: asked.context,
    };
    let questions = asked
        .evaluations
        .into_iter()
        .map(|item| defaults.question(site, item));
    if semantic == Semantic::ExecuteAll {
        return ask::ask(door, site, questions.collect()).await;
    }
    let mut answers = Vec::new();
    for question in questions {
        let next = match question {
            Ok(question) => ask::ask(door, site, vec![Ok(question)]).await?.pop(),
            Err(problems) => Some(answer::error(&problems)),
        };
        let next = next.ok_or_else(Problem::unavailable)?;
        let ends = semantic.ends(next.decision);
        answers.push(next);
        if ends {
            break;
        }
    }
    Ok(answers)
}

/// What holds for each question that does not say otherwise, each object as a whole.
struct Defaults {
    subject: Option<Subject>,
    action: Option<Action>,
    resource: Option<Resource>,
    context: Option<Map<String, Value>>,
}

/// One question of the list, as far as it says something of its own.
#[derive(Deserialize)]
struct Item {
    subject: Option<Subject>,
    action: Option<Action>,
    resource: Option<Resource>,
    context: Option<Map<String, Value>>,
}

impl Defaults {
    fn question(&self, site: &Site, item: Value) -> Result<ask::Asked, Vec<FieldProblem>> {
        let item: Item =
            json::read(item.to_string().as_bytes()).map_err(|problem| problem.under(""))?;
        let asked = EvaluationBody {
            subject: whole(item.subject, self.subject.as_ref(), "/subject")?,
            action: whole(item.action, self.action.as_ref(), "/action")?,
            resource: whole(item.resource, self.resource.as_ref(), "/resource")?,
            context: item.context.or_else(|| self.context.clone()),
        };
        ask::question(&site.app, &asked)
    }
}

fn whole<T: Clone>(
    own: Option<T>,
    default: Option<&T>,
    pointer: &str,
) -> Result<T, Vec<FieldProblem>> {
    own.or_else(|| default.cloned()).ok_or_else(|| {
        let detail = "is needed here, or beside evaluations for all";
        vec![FieldProblem::new(pointer, "field_missing", detail)]
    })
}
