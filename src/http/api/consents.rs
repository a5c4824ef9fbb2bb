//! `POST /v1/consents`: write consents down, one or up to 1,000 in one transaction.

use super::subject::Subject;
use crate::access::RecordConsents;
use crate::app::record::{Claim, StateView, Written};
use crate::app::told_act::ToldAct;
use crate::app::{App, FieldProblem};
use crate::domain::registry::{Source, SourceKind};
use crate::http::door::{self, Allowed};
use crate::http::json::{self, Body, SMALL};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::{HttpRequest, HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// Most consents in one request.
pub const MOST: usize = 1_000;

/// Where a choice was taken down.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceBody {
    /// `web_form`, `store`, `call_centre`, `mobile_app`, `paper`, `import` or `api`.
    #[schema(example = "store")]
    pub kind: String,
    /// Which one of its kind.
    #[schema(example = "lille-2")]
    pub id: Option<String>,
    /// Who took it down there.
    #[schema(example = "k.dupuis")]
    pub agent: Option<String>,
}

/// A double opt-in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoubleOptInBody {
    /// `requested` (with the status `requested`: never a yes) or `confirmed`.
    #[schema(example = "confirmed")]
    pub state: String,
    /// When the person confirmed; a yes counts from then.
    pub at: Option<DateTime<Utc>>,
}

/// One consent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentBody {
    /// Whom it is about.
    pub subject: Subject,
    /// What for.
    #[schema(example = "newsletter")]
    pub purpose: String,
    /// By which channel.
    #[schema(example = "email")]
    pub channel: String,
    /// `given`, `refused`, `withdrawn`, or `requested` for a double opt-in to be confirmed.
    #[schema(example = "given")]
    pub status: String,
    /// The words that were shown; needed for a yes.
    #[schema(example = "newsletter@3")]
    pub notice: Option<String>,
    /// In which language.
    #[schema(example = "fr")]
    pub language: Option<String>,
    /// Where, and by whom it was taken down.
    pub source: Option<SourceBody>,
    /// By which act: `unticked_box_ticked`, `button_clicked`, `switch_turned_on`, `form_signed`,
    /// `oral`, `sms_stop`, `link_confirmed`, `choice_saved`, `choice_undone`, `disputed`, `corrected`, `stop_all`, `one_click`, `imported`;
    /// and those that are no clear act, which a check denies: `preticked_box`, `default_on_slider`,
    /// `prewritten_clause_in_terms`, `contest_button_bundled`, `silence`, `inactivity`,
    /// `scrolling`, `continued_browsing`.
    #[schema(example = "unticked_box_ticked")]
    pub act: Option<String>,
    /// A double opt-in, where there is one.
    pub double_opt_in: Option<DoubleOptInBody>,
    /// Who gave it: `person`, or `parent` for who holds parental authority (GDPR 8).
    #[schema(example = "person")]
    pub given_by: Option<String>,
    /// The one date and time agreed to, where the consent is to one call (C. conso. L223-1).
    pub exact_slot: Option<DateTime<Utc>>,
    /// Whether the consent to that one time is attested and archived.
    pub attested: Option<bool>,
    /// Whether it is a consent to calls at other hours in general, without a date. It opened them in
    /// France until 10 August 2026.
    pub off_hours_general: Option<bool>,
    /// The channels that one single tick covered, where it covered several: each needs an answer
    /// of its own, but in Germany.
    #[schema(example = json!(["email", "sms"]))]
    pub bundle: Option<Vec<String>>,
    /// Whether the consent is explicit (GDPR 9(2)(a)).
    pub explicit: Option<bool>,
    /// Whether the phone number was verified as the consenting person's.
    pub phone_number_verified: Option<bool>,
    /// When the person acted; never in the future. Left out: now.
    pub collected_at: Option<DateTime<Utc>>,
    /// For how long a yes holds, as an ISO 8601 period.
    #[schema(example = "P1Y")]
    pub valid_for: Option<String>,
    /// `email` with the status `given`: the person is asked by a mail of this service to confirm it first
    /// (double opt-in). Until they do it is `requested`, and permits nothing.
    #[schema(example = "email")]
    pub confirm: Option<String>,
    /// What you keep as evidence.
    #[schema(value_type = Option<Object>)]
    pub evidence: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Many consents: each is read for itself, so that every bad one is named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchBody<'a> {
    #[serde(borrow)]
    consents: Vec<&'a RawValue>,
}

/// Many consents, in one transaction.
#[derive(Deserialize, ToSchema)]
#[allow(dead_code, reason = "describes the body")]
pub struct ConsentBatch {
    /// Up to 1,000 consents.
    consents: Vec<ConsentBody>,
}

/// One consent or many.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "describes the body")]
pub enum ConsentsBody {
    /// One.
    One(Box<ConsentBody>),
    /// Many.
    Many(ConsentBatch),
}

/// What was written.
#[derive(Serialize, ToSchema)]
pub struct ConsentView {
    /// The record.
    pub id: String,
    /// The person.
    pub subject_id: String,
    /// Its place in the ledger.
    pub position: u64,
    /// When the registry received it.
    pub recorded_at: String,
    /// The state after it.
    #[schema(value_type = Object)]
    pub state: StateView,
    /// Where its receipt can be read: a page for the person, and with `Accept: application/json` the
    /// signed receipt. Whoever has the address can read it; it names nobody.
    pub receipt_url: String,
}

/// All that was written.
#[derive(Serialize, ToSchema)]
pub struct ConsentViews {
    /// In the order of the request.
    pub consents: Vec<ConsentView>,
}

/// One answer or many, as was asked.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "describes the answer")]
pub enum ConsentsAnswer {
    /// To one.
    One(Box<ConsentView>),
    /// To many.
    Many(ConsentViews),
}

/// Write consents down. An array in `consents` is one transaction: all or none.
#[utoipa::path(
    tag = "consents",
    request_body = ConsentsBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Tells a retry from a new request")),
    security(("key" = [])),
    responses(
        (status = 201, description = "Written: one, or all of a batch", body = ConsentsAnswer),
        (status = 400, description = "The body cannot be read", body = crate::http::openapi::ProblemBody),
        (status = 401, description = "No key, or one that opens nothing", body = crate::http::openapi::ProblemBody),
        (status = 403, description = "The key may not record", body = crate::http::openapi::ProblemBody),
        (status = 409, description = "The Idempotency-Key was used for another request", body = crate::http::openapi::ProblemBody),
        (status = 413, description = "The body is over 1 MiB", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Fields cannot be accepted", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "Not written; try again", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/consents")]
pub async fn record(
    door: Allowed<RecordConsents>,
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> Result<HttpResponse, Problem> {
    let (bodies, batch) = bodies(&body.0)?;
    let claims = claims(&site, bodies).await?;
    let key = door::idempotency(site.app.keys(), &request, &door.grant, &body.0)?;
    let written = site
        .app
        .record(&door.grant, claims, site.app.now(), key)
        .await?;
    let positions = written.positions;
    let views: Vec<ConsentView> = written
        .value
        .into_iter()
        .map(|one| view(&site.app, one, &positions))
        .collect();
    let mut response = door::created(written.replayed);
    if batch {
        return Ok(response.json(ConsentViews { consents: views }));
    }
    Ok(response.json(views.into_iter().next().ok_or_else(Problem::unavailable)?))
}

/// A consent of a request, at its place, or what is wrong with its shape.
type Read = (String, Result<ConsentBody, Vec<FieldProblem>>);

fn bodies(bytes: &[u8]) -> Result<(Vec<Read>, bool), Problem> {
    let mut rest = bytes
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .skip(1);
    if !b"\"consents\"".iter().all(|byte| rest.next() == Some(byte)) {
        return Ok((vec![(String::new(), Ok(json::read(bytes)?))], false));
    }
    let batch: BatchBody<'_> = json::read(bytes)?;
    if batch.consents.is_empty() || batch.consents.len() > MOST {
        let detail = format!("must hold 1 to {MOST} consents");
        return Err(Problem::invalid(vec![FieldProblem::new(
            "/consents",
            "count_wrong",
            detail,
        )]));
    }
    let read = |(at, raw): (usize, &&RawValue)| {
        let pointer = format!("/consents/{at}");
        let body = json::read(raw.get().as_bytes()).map_err(|problem| problem.under(&pointer));
        (pointer, body)
    };
    Ok((batch.consents.iter().enumerate().map(read).collect(), true))
}

async fn claims(
    site: &web::Data<Site>,
    bodies: Vec<Read>,
) -> Result<Vec<(String, Claim)>, Problem> {
    let (mut claims, mut problems) = (Vec::with_capacity(bodies.len()), Vec::new());
    for (pointer, body) in bodies {
        match body.map(|body| claim(&site.app, body, &pointer)) {
            Ok(Ok(claim)) => claims.push((pointer, claim)),
            Ok(Err(unreadable)) => {
                let (claim, found) = *unreadable;
                problems.extend(found);
                claims.push((pointer, claim));
            }
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() {
        return Ok(claims);
    }
    // so that every bad element is named at once, also those that read and do not fit
    let site = site.clone();
    problems.extend(block(move || site.app.examine(&claims)).await?);
    problems.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    Err(Problem::invalid(problems))
}

type Unreadable = Box<(Claim, Vec<FieldProblem>)>;

fn claim(app: &App, body: ConsentBody, pointer: &str) -> Result<Claim, Unreadable> {
    let mut problems = Vec::new();
    let named = body
        .subject
        .named(app.keys(), &format!("{pointer}/subject"))
        .unwrap_or_else(|found| {
            problems.extend(found);
            crate::app::contact::Named::default()
        });
    let source = source(body.source, pointer, &mut problems);
    let claim = Claim {
        named,
        purpose: body.purpose,
        channel: body.channel,
        status: body.status,
        notice: body.notice,
        language: body.language,
        source,
        told: ToldAct {
            act: body.act,
            double_opt_in: body.double_opt_in.map(|told| (told.state, told.at)),
            given_by: body.given_by,
            exact_slot: body.exact_slot,
            attested: body.attested,
            off_hours_general: body.off_hours_general,
            bundle: body.bundle,
            explicit: body.explicit,
            phone_number_verified: body.phone_number_verified,
        },
        collected_at: body.collected_at,
        valid_for: body.valid_for,
        evidence: body.evidence.map(serde_json::Value::Object),
        confirm: body.confirm,
    };
    if problems.is_empty() {
        Ok(claim)
    } else {
        Err(Box::new((claim, problems)))
    }
}

pub(super) fn source(
    body: Option<SourceBody>,
    pointer: &str,
    problems: &mut Vec<FieldProblem>,
) -> Source {
    let Some(body) = body else {
        return Source {
            kind: SourceKind::Api,
            id: None,
            agent: None,
        };
    };
    let kind = SourceKind::parse(&body.kind).unwrap_or_else(|| {
        let names: Vec<&str> = SourceKind::ALL.iter().map(|kind| kind.as_str()).collect();
        let detail = format!("must be one of {}", names.join(", "));
        problems.push(FieldProblem::new(
            format!("{pointer}/source/kind"),
            "source_unknown",
            detail,
        ));
        SourceKind::Api
    });
    Source {
        kind,
        id: body.id,
        agent: body.agent,
    }
}

/// Links and merges have entries of their own before the consent's.
fn view(app: &App, written: Written, positions: &[u64]) -> ConsentView {
    let position = positions.get(written.entry).copied().unwrap_or_default();
    ConsentView {
        id: written.id.to_string(),
        subject_id: written.subject_id.to_string(),
        position,
        recorded_at: written.recorded_at,
        state: written.state,
        receipt_url: format!("{}/r/{position}/{}", app.public_url(), written.id),
    }
}
