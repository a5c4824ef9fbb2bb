//! `/console/disputes`: what people say they never answered. The list names nobody; the record behind one is
//! shown to who says why, and leaves an entry; an outcome closes it.

use super::{allowed, frame, is_ours, problem, problem_from, to};
use crate::access::{Grant, SettleDisputes};
use crate::app::Refusal;
use crate::app::disputes::DisputeFile;
use crate::domain::event::{ViewReason, ViewWhy};
use crate::domain::ids::Position;
use crate::domain::registry::{ConsentRecord, DisputeOutcome};
use crate::http::browser::{self, Form, Visit};
use crate::http::form::text;
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    DisputeError, DisputePage, DisputeRow, DisputedRecord, DisputesPage, Pick, PostForm,
    ProblemKind, Source, Text,
};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::{Session, StoredDispute};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};

/// Where the list is.
pub(super) const PATH: &str = "/console/disputes";
/// So many of either kind are on the page.
const MOST: u32 = 200;

/// The list, the open ones first.
#[get("/console/disputes")]
pub async fn show(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    match allowed::<SettleDisputes>(&site, &request, visit).await {
        Ok((open, grant)) => list(&site, visit, &open, grant, None).await,
        Err(sent_away) => sent_away,
    }
}

/// The record behind a dispute, shown to who says why.
#[post("/console/disputes/{position}")]
pub async fn look(
    site: web::Data<Site>,
    request: HttpRequest,
    position: web::Path<Position>,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (open, grant) = match allowed::<SettleDisputes>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    if !is_ours(&site, &request, &form, &open) {
        return list(&site, visit, &open, grant, Some(DisputeError::StaleForm)).await;
    }
    let reference = form.get("reference").map(str::trim);
    let reference = reference.filter(|text| !text.is_empty());
    let Ok(Some(reason)) = ViewReason::read(form.get("why"), reference) else {
        return list(&site, visit, &open, grant, Some(DisputeError::Reason)).await;
    };
    let (at, app) = (position.into_inner(), site.clone());
    if let Ok(file) = block(move || app.app.dispute_file(&grant, at, Some(&reason))).await {
        return browser::page(StatusCode::OK, opened(&site, visit, &open, &file));
    }
    let (status, kind) = (StatusCode::NOT_FOUND, ProblemKind::NotFound);
    problem_from(status, kind, visit, &open, PATH)
}

/// Closes a dispute.
#[post("/console/disputes/{position}/closure")]
pub async fn close(
    site: web::Data<Site>,
    request: HttpRequest,
    position: web::Path<Position>,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (open, grant) = match allowed::<SettleDisputes>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let outcome = form.get("outcome").and_then(|text| text.parse().ok());
    let ours = is_ours(&site, &request, &form, &open);
    let Some(outcome) = outcome.filter(|_: &DisputeOutcome| ours) else {
        return list(&site, visit, &open, grant, Some(DisputeError::StaleForm)).await;
    };
    let (at, now) = (position.into_inner(), site.app.now());
    match site
        .app
        .close_dispute(&grant, (at, outcome), now, None)
        .await
    {
        Ok(_) => to(PATH),
        Err(Refusal::Conflict { .. } | Refusal::NotFound(_)) => {
            list(&site, visit, &open, grant, Some(DisputeError::Closed)).await
        }
        Err(_) => super::unavailable(visit, &open, PATH),
    }
}

async fn list(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    grant: Grant<SettleDisputes>,
    error: Option<DisputeError>,
) -> HttpResponse {
    let app = site.clone();
    let found = block(move || {
        let (waiting, more) = app.app.disputes(&grant, true, (0, MOST))?;
        let (closed, _) = app.app.disputes(&grant, false, (0, MOST))?;
        Ok::<_, Refusal>((waiting, closed, more.is_some()))
    });
    let Ok((waiting, closed, more)) = found.await else {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return problem(status, ProblemKind::Unavailable, visit, open);
    };
    let frame = frame(visit, open);
    let words = frame.words();
    let row = |one: &StoredDispute| row(site, open, one);
    let page = DisputesPage {
        open: waiting.iter().map(row).collect(),
        closed: closed.iter().rev().map(row).collect(),
        more,
        whys: ViewWhy::ALL
            .map(|why| Pick {
                value: why.as_str().to_owned(),
                label: Text::new(words.code("view-why", why.as_str())),
                selected: why == ViewWhy::Complaint,
            })
            .to_vec(),
        error,
        frame,
    };
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    browser::page(status, page.render())
}

fn row(site: &Site, open: &Session, one: &StoredDispute) -> DisputeRow {
    let when = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&site.timezone);
    DisputeRow {
        position: one.position,
        made_at: when(one.made_at),
        closed: one.closed.map(|(at, outcome)| (when(at), outcome.as_str())),
        form: form_of(open, format!("{PATH}/{}", one.position)),
    }
}

fn form_of(open: &Session, action_url: String) -> PostForm {
    PostForm {
        action_url,
        hidden: vec![("csrf".into(), open.csrf.clone())],
    }
}

fn opened(site: &Site, visit: Visit<'_>, open: &Session, file: &DisputeFile) -> String {
    let (at, record) = (file.stored.position, file.disputed.as_ref());
    let closing = form_of(open, format!("{PATH}/{at}/closure"));
    DisputePage {
        frame: frame(visit, open),
        dispute: row(site, open, &file.stored),
        subject: file.subject.to_string(),
        record: record.map(|(position, record)| told(site, visit, file, *position, record)),
        closing: file.stored.closed.is_none().then_some(closing),
        outcomes: DisputeOutcome::ALL.map(DisputeOutcome::as_str).to_vec(),
        back_url: PATH.to_owned(),
    }
    .render()
}

/// The record with its evidence.
fn told(
    site: &Site,
    visit: Visit<'_>,
    file: &DisputeFile,
    position: Position,
    record: &ConsentRecord,
) -> DisputedRecord {
    let purpose = file.catalogue.purpose(record.purpose.as_str());
    let notice = record.notice.as_ref();
    let notice = notice.and_then(|shown| file.catalogue.notices.get(shown));
    let evidence = record.evidence.as_ref();
    DisputedRecord {
        position,
        record: record.id.to_string(),
        title: purpose.map_or_else(
            || Text::new(record.purpose.as_str()),
            |purpose| text(&purpose.title, visit.language),
        ),
        channel: record.channel.as_str().to_owned(),
        answer: record.status.as_str(),
        at: record.effective_at.with_timezone(&site.timezone),
        recorded_at: record.recorded_at.with_timezone(&site.timezone),
        source: Source {
            kind: record.source.kind.as_str().to_owned(),
            place: record.source.id.clone(),
        },
        agent: record.source.agent.clone(),
        act: record.act.map(crate::domain::registry::Act::as_str),
        words: notice.map(|notice| {
            let words = text(&notice.text, visit.language);
            (words, notice.reference().to_string())
        }),
        evidence: evidence.and_then(|told| serde_json::to_string_pretty(told).ok()),
    }
}
