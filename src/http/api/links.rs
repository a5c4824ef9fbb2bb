//! `POST /v1/links`: a link to a person's own choices, to put into a message.

use super::subject::Subject;
use crate::access::IssueLinks;
use crate::domain::registry::Slug;
use crate::domain::time::rfc3339;
use crate::http::door::Allowed;
use crate::http::json::{self, Body, SMALL};
use crate::http::problem::Problem;
use crate::http::site::Site;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whom the message goes to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBody {
    /// The contact point that the message is sent to comes first.
    pub subject: Subject,
    /// The controller in whose name the message is: the pages show its brand, on its host where it has one.
    #[schema(value_type = Option<String>)]
    pub brand: Option<Slug>,
}

/// The links. They are shown once: only their hash is kept.
#[derive(Serialize, ToSchema)]
pub struct LinkView {
    /// The person's choices.
    pub url: String,
    /// Stops everything, and shows the way to the choices: for the text of a message.
    pub stop_url: String,
    /// The header lines for a mail, as RFC 8058 wants them: put them in unchanged, and have them signed
    /// by DKIM. Their address stops everything at one click of a mail program, and opens nothing else.
    pub headers: HeaderLines,
    /// Until when they work.
    pub expires_at: String,
}

/// Header lines, by name.
#[derive(Serialize, ToSchema)]
pub struct HeaderLines {
    /// The address, in angle brackets.
    #[serde(rename = "List-Unsubscribe")]
    #[schema(example = "<https://choices.example.com/u/u_2k3…>")]
    pub list_unsubscribe: String,
    /// The pair that a mail program posts.
    #[serde(rename = "List-Unsubscribe-Post")]
    #[schema(example = "List-Unsubscribe=One-Click")]
    pub list_unsubscribe_post: String,
}

/// Issue a link to a person's own choices.
#[utoipa::path(
    tag = "links",
    request_body = LinkBody,
    security(("key" = [])),
    responses((status = 201, description = "The links", body = LinkView),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody)),
)]
#[post("/v1/links")]
pub async fn issue(
    door: Allowed<IssueLinks>,
    site: web::Data<Site>,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: LinkBody = json::read(&body.0)?;
    let named = asked
        .subject
        .named(site.app.keys(), "/subject")
        .map_err(Problem::invalid)?;
    let link = site
        .app
        .issue_link(&door.grant, named, asked.brand, site.app.now())
        .await?;
    let [(_, list_unsubscribe), (_, list_unsubscribe_post)] = link.headers();
    Ok(HttpResponse::Created().json(LinkView {
        headers: HeaderLines {
            list_unsubscribe,
            list_unsubscribe_post,
        },
        url: link.url,
        stop_url: link.stop_url,
        expires_at: rfc3339(link.expires_at),
    }))
}
