//! Many checks in one request.

use super::{
    Call, CheckBody, MOST, ROOM, by, denied, json_body, question, write_decision, write_problem,
};
use crate::access::CheckDecisions;
use crate::app::FieldProblem;
use crate::app::check::Question;
use crate::app::decisions::When;
use crate::app::reserve::Told;
use crate::http::door::Allowed;
use crate::http::json;
use crate::http::nodes::ask as nodes;
use crate::http::nodes::wire;
use crate::http::problem::Problem;
use crate::http::pulse::Pulse;
use crate::http::site::Site;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Many questions: each is read for itself, so that a bad one does not stop the others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchBody<'a> {
    #[serde(borrow)]
    checks: Vec<&'a RawValue>,
    record: Option<When>,
}

pub(super) async fn many(
    door: &Allowed<CheckDecisions>,
    site: &web::Data<Site>,
    request: &HttpRequest,
    body: &[u8],
) -> Result<HttpResponse, Problem> {
    // its body came while others were answered
    Pulse::take_on(site, request)?;
    let batch: BatchBody<'_> = json::read(body)?;
    if batch.checks.len() > MOST {
        let detail = format!(
            "at most {MOST} checks in one request; send {} more in the next",
            batch.checks.len() - MOST
        );
        return Err(Problem::invalid(vec![FieldProblem::new(
            "/checks", "too_many", detail,
        )]));
    }
    let read = |raw: &&RawValue| {
        let asked: CheckBody = json::read(raw.get().as_bytes())?;
        if asked.record.is_some() {
            return Err(Problem::invalid(vec![misplaced()]));
        }
        question(&site.app, asked).map_err(Problem::invalid)
    };
    let mut questions = Vec::with_capacity(batch.checks.len());
    let refused = batch.checks.iter().map(|raw| match read(raw) {
        Ok(question) => {
            questions.push((question, raw.get().as_bytes()));
            None
        }
        Err(problem) => Some(problem),
    });
    let refused: Vec<Option<Problem>> = refused.collect();
    let call = Call::of(door, site, request, body);
    let when = batch.record.unwrap_or_default();
    let told = everywhere(&call, when, site, questions).await;
    let mut told = told.map_err(denied)?.into_iter();
    let mut answer = Vec::with_capacity(refused.len() * ROOM);
    answer.extend_from_slice(b"{\"decisions\":[");
    for (at, problem) in refused.into_iter().enumerate() {
        if at > 0 {
            answer.push(b',');
        }
        match problem {
            Some(problem) => write_problem(&mut answer, &problem),
            None => write_one(
                &mut answer,
                site,
                told.next().ok_or_else(Problem::unavailable)?,
            )?,
        }
    }
    answer.extend_from_slice(b"]}");
    Ok(json_body(answer))
}

/// What a check of many was answered.
enum Given {
    /// By this node.
    Here(Told),
    /// By another one, as it stands in the answer.
    Elsewhere(Box<RawValue>),
}

/// Answers checks: those about persons whom other nodes hold are asked of these.
async fn everywhere(
    call: &Call<'_>,
    when: When,
    site: &web::Data<Site>,
    asked: Vec<(Question, &[u8])>,
) -> Result<Vec<Given>, Problem> {
    let reserves = asked.iter().any(|(question, _)| question.reserve);
    if reserves || !site.app.asks_nodes() {
        let questions = asked.into_iter().map(|(question, _)| question).collect();
        let told = call.decide(questions, when).await?;
        return Ok(told.into_iter().map(Given::Here).collect());
    }
    let questions: Vec<&Question> = asked.iter().map(|(question, _)| question).collect();
    let body = |at: usize| wire::fields(asked.get(at)?.1);
    let by = by(call.door.badge, when);
    let told = nodes::many(site, by, &questions, body).await?;
    let left = asked.into_iter().zip(&told);
    let left = left.filter(|(_, told)| told.is_none());
    let left = left.map(|((question, _), _)| question).collect();
    let mut here = call.decide(left, when).await?.into_iter();
    let mut given = Vec::with_capacity(told.len());
    for told in told {
        given.push(match told {
            Some(text) => Given::Elsewhere(text),
            None => Given::Here(here.next().ok_or_else(Problem::unavailable)?),
        });
    }
    Ok(given)
}

fn misplaced() -> FieldProblem {
    let mend = "stands beside checks, once for all of them";
    FieldProblem::new("/record", "misplaced", mend)
}

fn write_one(answer: &mut Vec<u8>, site: &Site, given: Given) -> Result<(), Problem> {
    match given {
        Given::Here(Told::Now(Ok(decided))) => write_decision(answer, site, &decided)?,
        Given::Here(Told::Now(Err(errors))) => write_problem(answer, &Problem::invalid(errors)),
        Given::Here(Told::Before(kept)) => answer.extend_from_slice(kept.to_string().as_bytes()),
        Given::Elsewhere(text) => answer.extend_from_slice(text.get().as_bytes()),
    }
    Ok(())
}
