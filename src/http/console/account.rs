//! One's own account: the password, the second factor, where one is signed in.

use super::{frame, is_ours, passkeys, session, to, with_session};
use crate::access::factor::SecondFactor;
use crate::access::password::rule::{ALONE, BESIDE_A_FACTOR, PasswordError};
use crate::app::Refusal;
use crate::app::accounts::password::Changed;
use crate::domain::personal::Secret;
use crate::http::browser::{self, Form, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::network::network;
use crate::http::pages::{AccountPage, Frame, PasswordFault, PostForm, SessionRow};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::{PASSKEYS, Session, session_name};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};

/// Where the page is.
pub(super) const PATH: &str = "/console/account";
const END: &str = "/console/account/sessions/end";

/// The page.
#[get("/console/account")]
pub async fn show(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    match session(&site, &request).await {
        Some(open) => page(&site, visit, &open, StatusCode::OK, None).await,
        None => to("/console/sign-in"),
    }
}

/// What was done a moment ago, as the address says.
fn done(visit: Visit<'_>) -> Option<&'static str> {
    match visit.request.query_string() {
        "done=password" => Some("account-done-password"),
        "done=sessions" => Some("account-done-sessions"),
        "done=passkey" => Some("account-done-passkey"),
        "done=passkey_removed" => Some("account-done-passkey_removed"),
        _ => None,
    }
}

pub(super) async fn page(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    status: StatusCode,
    error: Option<PasswordFault>,
) -> HttpResponse {
    let (app, of) = (site.clone(), open.clone());
    let own = move || {
        let (sessions, left) = app.app.own_account(&of, app.app.now())?;
        Ok::<_, Refusal>((sessions, left, app.app.own_passkeys(&of)?))
    };
    let Ok((sessions, left, keys)) = block(own).await else {
        return super::unavailable(visit, open, "/console");
    };
    let form = |action: &str, more: Option<(String, String)>| PostForm {
        action_url: action.to_owned(),
        hidden: [("csrf".to_owned(), open.csrf.clone())]
            .into_iter()
            .chain(more)
            .collect(),
    };
    let row = |one: &Session| SessionRow {
        browser: one.browser.clone(),
        since: one.created_at.with_timezone(&site.timezone),
        seen: one.seen_at.with_timezone(&site.timezone),
        end: (one.hash != open.hash)
            .then(|| form(END, Some(("session".into(), session_name(one.hash))))),
    };
    let least = if open.has_factor() {
        BESIDE_A_FACTOR
    } else {
        ALONE
    };
    let add_passkey = passkeys::added_with(site, open).filter(|_| keys.len() < PASSKEYS);
    let page = AccountPage {
        frame: Frame {
            script: add_passkey.is_some(),
            ..frame(visit, open)
        },
        done: done(visit).filter(|_| error.is_none()),
        error,
        password: form("/console/account/password", None),
        has_password: open.has_password,
        least: least as u64,
        has_app: open.has_app,
        optional: site.app.accounts().second_factor == SecondFactor::Optional,
        factor: form(super::factor::PATH, None),
        recovery_left: left.unsigned_abs(),
        recovery: form("/console/account/recovery", None),
        passkeys: keys
            .iter()
            .map(|one| passkeys::row(one, site, open))
            .collect(),
        add_passkey,
        end_others: (sessions.len() > 1).then(|| form(END, None)),
        sessions: sessions.iter().map(row).collect(),
    };
    browser::page_with_passkeys(status, page.render(), &page.frame)
}

/// Whose form of this page was sent; else what is answered to somebody who is not in, or to another site's form.
pub(super) async fn pressed(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    form: &Form,
) -> Result<Session, HttpResponse> {
    let Some(open) = session(site, visit.request).await else {
        return Err(to("/console/sign-in"));
    };
    if is_ours(site, visit.request, form, &open) {
        return Ok(open);
    }
    let error = Some(PasswordFault::StaleForm);
    Err(page(site, visit, &open, StatusCode::FORBIDDEN, error).await)
}

/// Changes the password.
#[post("/console/account/password")]
pub async fn password(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let open = match pressed(&site, visit, &form).await {
        Ok(open) => open,
        Err(answer) => return answer,
    };
    let text = |name: &str| Secret::new(form.get(name).unwrap_or_default().to_owned());
    let (current, new) = (text("current"), text("new"));
    let outcome = {
        let (site, of, from) = (site.clone(), open.clone(), network(&request, &site));
        block(move || {
            let now = site.app.now();
            site.app
                .change_own_password(&of, (&current, &new), &from, now)
        })
        .await
    };
    let fault = match outcome {
        Ok(Changed::Done(token)) => {
            let response = browser::to("/console/account?done=password");
            return with_session(&site, response, token.reveal());
        }
        Ok(Changed::Gone) => return to("/console/sign-in"),
        Ok(Changed::Wait(seconds)) => {
            let (status, error) = (StatusCode::TOO_MANY_REQUESTS, PasswordFault::TooMany);
            let response = page(&site, visit, &open, status, Some(error)).await;
            return browser::wait(response, seconds);
        }
        Ok(Changed::Wrong) => PasswordFault::Current,
        Ok(Changed::Refused(error)) => fault(error),
        Err(_) => PasswordFault::NotSaved,
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    page(&site, visit, &open, status, Some(fault)).await
}

const fn fault(error: PasswordError) -> PasswordFault {
    match error {
        PasswordError::TooShort(_) => PasswordFault::TooShort,
        PasswordError::TooLong => PasswordFault::TooLong,
        PasswordError::Common => PasswordFault::Common,
        PasswordError::Pattern => PasswordFault::Pattern,
        PasswordError::Context => PasswordFault::Context,
        PasswordError::Unhashable => PasswordFault::NotSaved,
    }
}

/// Ends a session of one's own, or all others.
#[post("/console/account/sessions/end")]
pub async fn end(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let open = match pressed(&site, visit, &form).await {
        Ok(open) => open,
        Err(answer) => return answer,
    };
    let which = form.get("session").map(str::to_owned);
    let (app, of) = (site.clone(), open.clone());
    let ended = move || {
        let (which, now) = (which.as_deref(), app.app.now());
        match app.app.end_own_sessions(&of, which, now) {
            // one that ended meanwhile is ended
            Err(Refusal::Conflict { .. }) => Ok(()),
            outcome => outcome,
        }
    };
    match block(ended).await {
        Ok(()) => browser::to("/console/account?done=sessions"),
        Err(_) => super::unavailable(visit, &open, PATH),
    }
}

/// Makes recovery codes anew.
#[post("/console/account/recovery")]
pub async fn recovery(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let open = match pressed(&site, visit, &form).await {
        Ok(open) => open,
        Err(answer) => return answer,
    };
    let (app, of) = (site.clone(), open.clone());
    match block(move || app.app.renew_recovery(&of, app.app.now())).await {
        Ok(codes) => super::factor::shown(visit, &codes),
        Err(_) => super::unavailable(visit, &open, PATH),
    }
}
