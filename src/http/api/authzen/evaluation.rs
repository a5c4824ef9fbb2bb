//! `POST /access/v1/evaluation`: one question.

use super::ask;
use super::shapes::{self, Decision, EvaluationBody};
use crate::access::CheckDecisions;
use crate::http::door::Allowed;
use crate::http::json::{Body, SMALL};
use crate::http::problem::Problem;
use crate::http::site::Site;
use actix_web::{HttpResponse, post, web};

/// May this tool or campaign use this channel towards this customer?
#[utoipa::path(
    tag = "authzen",
    request_body = EvaluationBody,
    params(("X-Request-ID" = Option<String>, Header, description = "Given back with the answer")),
    security(("key" = [])),
    responses(
        (status = 200, description = "The decision; a denial, too", body = Decision),
        (status = 400, description = "The request is broken", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/access/v1/evaluation")]
pub async fn evaluate(
    door: Allowed<CheckDecisions>,
    site: web::Data<Site>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: EvaluationBody = shapes::read(&body.0)?;
    Ok(HttpResponse::Ok().json(one(&door, &site, &asked).await?))
}

/// The answer to one question.
pub(super) async fn one(
    door: &Allowed<CheckDecisions>,
    site: &web::Data<Site>,
    asked: &EvaluationBody,
) -> Result<Decision, Problem> {
    let question = ask::question(&site.app, asked);
    let answers = ask::ask(door, site, vec![question]).await?;
    answers.into_iter().next().ok_or_else(Problem::unavailable)
}
