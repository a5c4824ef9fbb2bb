//! `/console/staff`: who has an account, and who looked at what. Accounts are disabled and let in again here; the
//! log is shown to who may export it.

use super::export::midnight;
use super::requests::picks::{pick, words};
use super::{allowed, frame, granted, is_ours, looks, problem, to};
use crate::access::{ExportAudit, KeepAccounts, ReadAccounts};
use crate::app::Refusal;
use crate::app::access_log::{AccessKind, AccessPage, AccessQuery, Accessed};
use crate::app::accounts::manage::OWN_ACCOUNT;
use crate::domain::ids::{Position, StaffId};
use crate::http::browser::{self, Form, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    AccountRow, Frame, LogRow, LogView, Pick, PostForm, ProblemKind, StaffError, StaffPage, Words,
};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::{Session, StaffAccount};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Deserialize;
use std::ops::Range;

/// Where the page is.
const PATH: &str = "/console/staff";

/// What is asked for in the address. Somebody is named by the number of their account.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    who: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    before: String,
}

/// An account with its open sessions.
type Present = (StaffAccount, u64);

/// The page.
#[get("/console/staff")]
pub async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    asked: web::Query<Asked>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    match allowed::<ReadAccounts>(&site, &request, visit).await {
        Ok((open, _)) => page(&site, visit, &open, (asked.0, None)).await,
        Err(sent_away) => sent_away,
    }
}

/// Has nobody sign in with an account any more.
#[post("/console/staff/{id}/disable")]
pub async fn disable(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<StaffId>,
    body: Body<SMALL>,
) -> HttpResponse {
    set(&site, &request, (id.into_inner(), Set::Disabled), &body).await
}

/// Lets an account sign in again.
#[post("/console/staff/{id}/enable")]
pub async fn enable(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<StaffId>,
    body: Body<SMALL>,
) -> HttpResponse {
    set(&site, &request, (id.into_inner(), Set::Enabled), &body).await
}

/// Ends every session of an account.
#[post("/console/staff/{id}/end")]
pub async fn end(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<StaffId>,
    body: Body<SMALL>,
) -> HttpResponse {
    set(&site, &request, (id.into_inner(), Set::SignedOut), &body).await
}

/// What is done with an account.
#[derive(Clone, Copy)]
enum Set {
    Disabled,
    Enabled,
    SignedOut,
}

async fn set(
    site: &web::Data<Site>,
    request: &HttpRequest,
    (id, set): (StaffId, Set),
    body: &Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(request, site, &form);
    let (open, grant) = match allowed::<KeepAccounts>(site, request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let refused = |error| (Asked::default(), Some(error));
    if !is_ours(site, request, &form, &open) {
        return page(site, visit, &open, refused(StaffError::StaleForm)).await;
    }
    let (app, by) = (site.clone(), grant.clone());
    let done = web::block(move || {
        let login = app.app.staff_login(&by, id)?;
        let now = app.app.now();
        match set {
            Set::Disabled => app.app.disable_staff(&by, &login, true, now),
            Set::Enabled => app.app.disable_staff(&by, &login, false, now),
            Set::SignedOut => app.app.end_staff_sessions(&by, &login, now),
        }
    });
    match done.await {
        Ok(Err(Refusal::Conflict { code, .. })) if code == OWN_ACCOUNT => {
            page(site, visit, &open, refused(StaffError::Own)).await
        }
        // whoever else did it meanwhile wanted the same
        Ok(Ok(()) | Err(Refusal::Conflict { .. })) => to(PATH),
        Ok(Err(Refusal::NotFound(_))) => {
            problem(StatusCode::NOT_FOUND, ProblemKind::NotFound, visit, &open)
        }
        _ => super::unavailable(visit, &open, PATH),
    }
}

async fn page(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    (asked, error): (Asked, Option<StaffError>),
) -> HttpResponse {
    let day = day(site, &asked.day);
    let error = error.or(day.as_ref().err().copied());
    let query = AccessQuery {
        staff: asked.who.parse().ok(),
        kind: AccessKind::parse(&asked.kind),
        // of a day that does not exist nothing is shown
        period: day.unwrap_or(Some(DateTime::UNIX_EPOCH..DateTime::UNIX_EPOCH)),
        before: asked.before.parse().ok(),
    };
    // a form that was refused reads no log: that it is read is an entry, and another site could have sent the form
    let is_asked = matches!(error, None | Some(StaffError::Day));
    let reads = granted::<ExportAudit>(open).ok();
    let (app, reads) = (site.clone(), reads.filter(|_| is_asked));
    let (language, grant) = (visit.language.for_staff(), granted::<ReadAccounts>(open));
    let read = block(move || {
        let grant = grant?;
        let accounts = app.app.staff_present(&grant, app.app.now())?;
        let looks = looks::raised(&app, &grant, language)?;
        let log = reads.map(|reads| app.app.access_log(&reads, &query));
        Ok::<_, Refusal>((accounts, looks, log.transpose()?))
    });
    let Ok((accounts, looks, log)) = read.await else {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return problem(status, ProblemKind::Unavailable, visit, open);
    };
    let frame = Frame {
        switch_more: more(&asked, &asked.before),
        ..frame(visit, open)
    };
    let page = StaffPage {
        log: log.map(|log| view(site, &frame, &asked, (&accounts, log))),
        accounts: accounts.iter().map(|one| row(site, open, one)).collect(),
        looks,
        error,
        frame,
    };
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    browser::page(status, page.render())
}

/// The day that was asked for, in the registry's zone; none for all.
fn day(site: &Site, typed: &str) -> Result<Option<Range<DateTime<Utc>>>, StaffError> {
    if typed.is_empty() {
        return Ok(None);
    }
    let day: NaiveDate = typed.parse().map_err(|_| StaffError::Day)?;
    let next = day.checked_add_days(Days::new(1)).ok_or(StaffError::Day)?;
    let bounds = midnight(site, day).zip(midnight(site, next));
    let (from, to) = bounds.ok_or(StaffError::Day)?;
    Ok(Some(from..to))
}

/// What was asked for, as it stands in an address.
fn more(asked: &Asked, before: &str) -> String {
    let all = [
        ("who", asked.who.as_str()),
        ("kind", &asked.kind),
        ("day", &asked.day),
        ("before", before),
    ];
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let kept = all
        .iter()
        .filter(|(_, value)| !value.is_empty() && value.bytes().all(plain));
    kept.map(|(name, value)| format!("&{name}={value}"))
        .collect()
}

/// Nobody shuts their own door.
fn may_change(open: &Session, account: &StaffAccount) -> bool {
    account.id != open.staff && granted::<KeepAccounts>(open).is_ok()
}

fn row(site: &Site, open: &Session, (one, sessions): &Present) -> AccountRow {
    let when = |at: DateTime<Utc>| at.with_timezone(&site.timezone);
    let form = |act: &str| PostForm {
        action_url: format!("{PATH}/{}/{act}", one.id),
        hidden: vec![("csrf".into(), open.csrf.clone())],
    };
    let act = if one.disabled_at.is_some() {
        "enable"
    } else {
        "disable"
    };
    AccountRow {
        login: one.login.clone(),
        role: one.terms.role.as_str(),
        brands: one
            .terms
            .bounds
            .brands
            .iter()
            .map(ToString::to_string)
            .collect(),
        until: one.terms.until.map(when),
        has_factor: one.has_factor,
        last: one.signed_in_at.map(when),
        sessions: *sessions,
        disabled: one.disabled_at.map(when),
        own: one.id == open.staff,
        change: may_change(open, one).then(|| form(act)),
        end: (may_change(open, one) && *sessions > 0).then(|| form("end")),
    }
}

fn view(
    site: &Site,
    frame: &Frame,
    asked: &Asked,
    (accounts, log): (&[Present], AccessPage),
) -> LogView {
    let w = frame.words();
    let url = |before: Option<Position>| {
        let before = before.map(|at| at.to_string()).unwrap_or_default();
        let (language, more) = (frame.language.code(), more(asked, &before));
        format!("{PATH}?lang={language}{more}#log")
    };
    LogView {
        staff: staff(w, accounts, &asked.who),
        kinds: kinds(w, &asked.kind),
        day: asked.day.clone(),
        rows: log.rows.into_iter().map(|one| access(site, one)).collect(),
        older: log.next.map(|next| url(Some(next))),
        newest: (!asked.before.is_empty()).then(|| url(None)),
    }
}

fn staff(w: Words, accounts: &[Present], chosen: &str) -> Vec<Pick> {
    let all = pick("", w.get("requests-anybody"), chosen.is_empty());
    let each = accounts.iter().map(|(one, _)| {
        let id = one.id.to_string();
        pick(&id, one.login.clone(), chosen == id)
    });
    std::iter::once(all).chain(each).collect()
}

fn kinds(w: Words, chosen: &str) -> Vec<Pick> {
    let all = pick("", w.get("staff-kind-all"), chosen.is_empty());
    let codes = AccessKind::ALL.iter().map(|kind| kind.as_str());
    std::iter::once(all)
        .chain(words(w, "staff-kind", codes, chosen))
        .collect()
}

fn access(site: &Site, one: Accessed) -> LogRow {
    LogRow {
        position: one.position,
        at: one.at.with_timezone(&site.timezone),
        entry: one.kind.as_str(),
        actor: one.actor,
        name: one.name,
        subject: one.subject.map(|id| id.to_string()),
        view: one.view,
        reason: one.reason,
        reference: one.reference,
        account: one.account,
        told: one.told,
    }
}
