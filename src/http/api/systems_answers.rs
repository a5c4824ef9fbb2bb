//! `POST /v1/systems/{id}/answers`: a system that needed longer says by itself what came of its task.

use crate::app::systems::Posted;
use crate::http::json::{Body, SMALL};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Serialize;
use utoipa::ToSchema;

/// What became of an answer.
#[derive(Serialize, ToSchema)]
pub struct AnswerTaken {
    /// Whether the task still waited for it. Where it did not, nothing was changed.
    pub taken: bool,
}

/// Answer a task that was given with 202, instead of waiting to be called again. Signed after Standard Webhooks
/// with the system's own secret; `webhook-id` is the one of the call. The body is the one of an answer to a
/// call, 1 MiB at most.
#[utoipa::path(
    tag = "requests",
    params(("id" = String, Path, description = "The system"),
        ("webhook-id" = String, Header, description = "The id of the call that is answered"),
        ("webhook-timestamp" = String, Header, description = "Now, in seconds"),
        ("webhook-signature" = String, Header, description = "`v1,` and the signature")),
    responses(
        (status = 200, description = "Read", body = AnswerTaken),
        (status = 400, description = "A header is missing", body = crate::http::openapi::ProblemBody),
        (status = 404, description = "No such system with this signature of now, or it has no such task", body = crate::http::openapi::ProblemBody),
        (status = 413, description = "The body is too large", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/systems/{id}/answers")]
pub async fn hear(
    site: web::Data<Site>,
    request: HttpRequest,
    system: web::Path<String>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let id = header(&request, "webhook-id")?;
    let timestamp = header(&request, "webhook-timestamp")?;
    let signature = header(&request, "webhook-signature")?;
    let taken = block(move || {
        let posted = Posted {
            id: &id,
            timestamp: &timestamp,
            signature: &signature,
            body: &body.0,
        };
        site.app.hear_answer(&system, &posted)
    });
    let taken = taken.await?;
    Ok(HttpResponse::Ok().json(AnswerTaken { taken }))
}

fn header(request: &HttpRequest, name: &'static str) -> Result<String, Problem> {
    let value = request.headers().get(name);
    let text = value.and_then(|value| value.to_str().ok());
    text.map(str::to_owned).ok_or_else(|| {
        let detail = format!(
            "send the header {name}: answers are signed as Standard Webhooks says, with the system's secret"
        );
        Problem::malformed(name.into(), "signature_missing", detail)
    })
}
