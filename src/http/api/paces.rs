//! `/v1/paces`: a pause, or fewer contacts, beside a yes.

use super::consents::{SourceBody, source};
use super::subject::Subject;
use crate::access::RecordConsents;
use crate::app::pace::{PaceClaim, PaceView};
use crate::http::door::{self, Allowed};
use crate::http::json::{self, Body, SMALL};
use crate::http::problem::Problem;
use crate::http::site::Site;
use actix_web::{HttpRequest, HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// What a person wants beside their yes. What is left out stays as it is; `null` ends it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(clippy::option_option, reason = "absent and null say different things")]
pub struct PaceBody {
    /// Whose.
    pub subject: Subject,
    /// What for.
    #[schema(example = "offers")]
    pub purpose: String,
    /// By which channel; by each that the purpose has where left out.
    #[schema(example = "email")]
    pub channel: Option<String>,
    /// Nothing before this instant, a year ahead at most; `null` ends a pause.
    #[serde(default, deserialize_with = "stated")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-03-01T00:00:00+01:00")]
    pub paused_until: Option<Option<DateTime<Utc>>>,
    /// Not more often than `one_a_week`, `two_a_month` or `one_a_month`: one contact in any 7, 14 or 28
    /// days for this purpose and channel, counted from the contacts on record; `null` lifts the bound.
    #[serde(default, deserialize_with = "stated")]
    #[schema(value_type = Option<String>, example = "one_a_month")]
    pub at_most: Option<Option<String>>,
    /// Where, and by whom it was taken down.
    pub source: Option<SourceBody>,
    /// By which act, in the words of a consent.
    #[schema(example = "oral")]
    pub act: Option<String>,
}

/// Tells `null` from absent.
#[allow(clippy::option_option, reason = "absent and null say different things")]
fn stated<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    value: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// A pause or bound that holds.
#[derive(Serialize, ToSchema)]
pub struct PaceItem {
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: String,
    /// Until when nothing is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<String>,
    /// How often at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<String>,
    /// Since when.
    pub since: String,
}

impl From<PaceView> for PaceItem {
    fn from(view: PaceView) -> Self {
        let PaceView {
            purpose,
            channel,
            paused_until,
            at_most,
            since,
        } = view;
        Self {
            purpose,
            channel,
            paused_until,
            at_most,
            since,
        }
    }
}

/// What was written, and what holds now.
#[derive(Serialize, ToSchema)]
pub struct PacesView {
    /// The person.
    pub subject_id: String,
    /// The place of the last entry in the ledger.
    pub position: Option<u64>,
    /// What holds now, a channel each; empty where nothing is held back any more.
    pub paces: Vec<PaceItem>,
}

/// Record a pause, or fewer contacts, that a person asked for. No answer changes by it: it makes no yes,
/// and its end brings back what they chose before. It takes effect with the next check.
#[utoipa::path(
    tag = "consents",
    request_body = PaceBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Needed to end a pause early or to lift a bound")),
    security(("key" = [])),
    responses((status = 201, description = "Written", body = PacesView),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody)),
)]
#[post("/v1/paces")]
pub async fn set_pace(
    door: Allowed<RecordConsents>,
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let asked: PaceBody = json::read(&body.0)?;
    let claim = claim(&site, asked)?;
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let now = site.app.now();
    let done = site.app.set_pace(&door.grant, claim, now, key).await?;
    Ok(HttpResponse::Created().json(PacesView {
        subject_id: done.value.subject_id.to_string(),
        position: done.positions.last().copied(),
        paces: done.value.paces.into_iter().map(PaceItem::from).collect(),
    }))
}

fn claim(site: &Site, asked: PaceBody) -> Result<PaceClaim, Problem> {
    let mut problems = Vec::new();
    let named = asked.subject.named(site.app.keys(), "/subject");
    let named = named.unwrap_or_else(|found| {
        problems.extend(found);
        crate::app::contact::Named::default()
    });
    let source = source(asked.source, "", &mut problems);
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    Ok(PaceClaim {
        named,
        purpose: asked.purpose,
        channel: asked.channel,
        paused_until: asked.paused_until,
        at_most: asked.at_most,
        source,
        act: asked.act,
    })
}
