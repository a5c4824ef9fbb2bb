//! Exports of the background: the page of one, and its file.

use super::{allowed, forbidden, frame, granted, is_ours, problem, to_page};
use crate::access::{ExportAudit, Grant};
use crate::app::background::{BackgroundExport, ExportState, OWN_EXPORT, Pace, Wanted};
use crate::app::{Refusal, background};
use crate::domain::event::Actor;
use crate::domain::ids::BackgroundId;
use crate::http::browser::{self, Form, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    BackgroundPage, BackgroundState, ExportRow, ExportWhat, ProblemKind, When,
};
use crate::http::press;
use crate::http::site::Site;
use crate::store::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

/// Exports that the first page lists.
const LISTED: usize = 10;

/// How an export stands.
#[get("/console/exports/{id}")]
pub async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let (open, grant) = match allowed(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    shown(&site, visit, &open, grant, (&path, false)).await
}

async fn shown(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    grant: Grant<ExportAudit>,
    (path, stale): (&str, bool),
) -> HttpResponse {
    match found(site, grant, path).await {
        Ok((export, names)) => {
            let page = BackgroundPage {
                stale,
                ..page(site, visit, open, &export, &names)
            };
            let status = if stale {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::OK
            };
            browser::page(status, page.render())
        }
        Err(refusal) => refused(visit, open, &refusal),
    }
}

/// The second person lets it be made.
#[post("/console/exports/{id}/approve")]
pub async fn approve(
    site: web::Data<Site>,
    request: HttpRequest,
    path: web::Path<String>,
    body: Body<SMALL>,
) -> HttpResponse {
    settle(&site, &request, &path, &body, true).await
}

/// The second person refuses it.
#[post("/console/exports/{id}/refuse")]
pub async fn refuse(
    site: web::Data<Site>,
    request: HttpRequest,
    path: web::Path<String>,
    body: Body<SMALL>,
) -> HttpResponse {
    settle(&site, &request, &path, &body, false).await
}

async fn settle(
    site: &web::Data<Site>,
    request: &HttpRequest,
    path: &str,
    body: &Body<SMALL>,
    approved: bool,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(request, site, &form);
    let (open, grant) = match allowed(site, request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    if !is_ours(site, request, &form, &open) {
        return shown(site, visit, &open, grant, (path, true)).await;
    }
    let app = site.clone();
    let id = match id(path) {
        Ok(id) => id,
        Err(refusal) => return refused(visit, &open, &refusal),
    };
    let settled = blocked(move || app.app.settle_export(&grant, id, approved, app.app.now()));
    match settled.await {
        Err(Refusal::Conflict { code, .. }) if code == OWN_EXPORT => forbidden(visit, &open),
        // its page says how it stands
        Ok(()) | Err(Refusal::Conflict { .. }) => to_page(&url(id)),
        Err(refusal) => refused(visit, &open, &refusal),
    }
}

fn url(id: BackgroundId) -> String {
    format!("/console/exports/{id}")
}

/// Hands the file out.
#[get("/console/exports/{id}/file")]
pub async fn fetch(
    site: web::Data<Site>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let (open, grant) = match allowed(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    match sent(&site, grant, &path).await {
        Ok(file) => file,
        // its page says why
        Err(Refusal::Conflict { .. }) => to_page(&format!("/console/exports/{path}")),
        Err(refusal) => refused(visit, &open, &refusal),
    }
}

async fn sent(
    site: &web::Data<Site>,
    grant: Grant<ExportAudit>,
    path: &str,
) -> Result<HttpResponse, Refusal> {
    let (asking, id) = (site.clone(), id(path)?);
    let fetched = blocked(move || asking.app.fetch_export(&grant, id)).await?;
    press::send(fetched, site.timezone).await
}

async fn found(
    site: &web::Data<Site>,
    grant: Grant<ExportAudit>,
    path: &str,
) -> Result<(BackgroundExport, HashMap<String, String>), Refusal> {
    let (site, id) = (site.clone(), id(path)?);
    blocked(move || {
        let export = site.app.background_export(&grant, id)?;
        Ok((export, site.app.actor_names(&grant)?))
    })
    .await
}

/// The exports that were asked for last, for whoever may fetch them.
pub(super) async fn latest(
    site: &web::Data<Site>,
    open: &Session,
    visit: Visit<'_>,
) -> Vec<ExportRow> {
    let Ok(grant) = granted::<ExportAudit>(open) else {
        return Vec::new();
    };
    let asking = site.clone();
    let found = blocked(move || {
        let exports = asking.app.background_exports(&grant)?;
        Ok((exports, asking.app.actor_names(&grant)?))
    });
    let Ok((exports, names)) = found.await else {
        return Vec::new();
    };
    let row = |export: &BackgroundExport| {
        let page = page(site, visit, open, export, &names);
        ExportRow {
            at: page.asked_at,
            what: page.what,
            from: page.from,
            to: page.to,
            by: page.by,
            state: page.state.word(),
            url: page.url,
        }
    };
    exports.iter().take(LISTED).map(row).collect()
}

async fn blocked<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let stopped = |_| Refusal::from(crate::store::StoreError::Stopping);
    web::block(work).await.map_err(stopped)?
}

fn id(text: &str) -> Result<BackgroundId, Refusal> {
    let unknown = |_| Refusal::NotFound("an export of this id");
    text.parse().map_err(unknown)
}

fn refused(visit: Visit<'_>, open: &Session, refusal: &Refusal) -> HttpResponse {
    match refusal {
        Refusal::NotFound(_) => problem(StatusCode::NOT_FOUND, ProblemKind::NotFound, visit, open),
        _ => problem(
            StatusCode::SERVICE_UNAVAILABLE,
            ProblemKind::Unavailable,
            visit,
            open,
        ),
    }
}

fn page(
    site: &Site,
    visit: Visit<'_>,
    open: &Session,
    export: &BackgroundExport,
    names: &HashMap<String, String>,
) -> BackgroundPage {
    let at = |instant: DateTime<Utc>| -> When { instant.with_timezone(&site.timezone) };
    let (what, from, until) = match Wanted::of(export) {
        Ok(Wanted::Package { query, .. }) => (ExportWhat::Package, query.from, query.to),
        Ok(Wanted::Report { query, .. }) => (
            ExportWhat::Report(query.report.as_str()),
            query.from,
            query.to,
        ),
        Err(_) => (ExportWhat::Package, export.asked_at, export.asked_at),
    };
    // the end is the first instant that is no longer in the period
    let last = until - TimeDelta::microseconds(1);
    BackgroundPage {
        frame: frame(visit, open),
        what,
        from: at(from).date_naive(),
        to: at(last.max(from)).date_naive(),
        asked_at: at(export.asked_at),
        by: by(&export.asked_by, names),
        state: state(site, export),
        url: url(export.id),
        settle: (export.asked_by != Actor::Staff(open.staff))
            .then(|| [("csrf".to_owned(), open.csrf.clone())].to_vec()),
        stale: false,
    }
}

fn by(actor: &Actor, names: &HashMap<String, String>) -> String {
    let id = match actor {
        Actor::Key(id) => id.to_string(),
        Actor::Staff(id) => id.to_string(),
        Actor::Subject | Actor::Operator | Actor::System => String::new(),
    };
    names.get(&id).cloned().unwrap_or(id)
}

fn state(site: &Site, export: &BackgroundExport) -> BackgroundState {
    let shelf = site.app.shelf().ok();
    match &export.state {
        ExportState::Asked => BackgroundState::Asked,
        ExportState::Waiting => BackgroundState::Waiting,
        ExportState::Running { since, done, total } => {
            let pace = Pace::of(*since, export.changed_at, *done, *total);
            BackgroundState::Running {
                done: *done,
                total: *total,
                pace: (pace.percent, pace.per_second, pace.seconds_left),
            }
        }
        ExportState::Ready { made, bytes } => match shelf {
            Some(shelf) if shelf.node() == export.node => BackgroundState::Ready {
                bytes: *bytes,
                until: (export.changed_at + shelf.keep()).with_timezone(&site.timezone),
                recorded: made.recorded,
                holds: made.holds,
            },
            _ => BackgroundState::Elsewhere(export.node.clone()),
        },
        ExportState::Failed { why } => BackgroundState::Failed(why.as_str()),
        ExportState::Gone { why } => BackgroundState::Gone(why.as_str()),
    }
}

/// Asks for an export; the address of its page.
pub(super) async fn ask(
    site: &web::Data<Site>,
    grant: Grant<ExportAudit>,
    wanted: Wanted,
) -> Result<String, Refusal> {
    let site = site.clone();
    let asked: Result<background::BackgroundExport, Refusal> =
        blocked(move || site.app.ask_export(&grant, &wanted)).await;
    Ok(format!("/console/exports/{}", asked?.id))
}
