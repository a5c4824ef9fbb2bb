//! Signing in by a passkey alone. What is asked is bound to a cookie of this browser, which has no session yet.

use super::passkeys::{to_show, told};
use super::sign_in::{self, family};
use super::{to, with_session};
use crate::access::token::{PlainToken, TokenHash, TokenKind};
use crate::app::Refusal;
use crate::app::accounts::{Entered, Visitor};
use crate::http::browser::{self, Form, Visit, from_our_page, wait};
use crate::http::json::{Body, SMALL};
use crate::http::network::network;
use crate::http::pages::{PasskeyForm, PostForm, SignInError};
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};

/// The cookie of a browser that was asked, and how long it lasts, in minutes.
const ASKED: (&str, i64) = ("placet-passkey", 5);

/// The form, where browsers have passkeys at this address.
pub(super) fn offered(site: &Site) -> Option<PasskeyForm> {
    site.app.relying_party()?;
    Some(PasskeyForm {
        form: PostForm {
            action_url: "/console/sign-in/passkey".into(),
            hidden: Vec::new(),
        },
        ask_url: "/console/sign-in/passkey/challenge".into(),
    })
}

/// Asks the browser for a passkey of whoever it is.
#[post("/console/sign-in/passkey/challenge")]
pub async fn challenge(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    if !from_our_page(&request, &site) {
        return HttpResponse::Forbidden().finish();
    }
    if offered(&site).is_none() {
        return HttpResponse::NotFound().finish();
    }
    let app = site.clone();
    let asked = move || {
        let browser = PlainToken::new(TokenKind::Browser, app.app.entropy())?;
        let asked = app.app.ask_any_passkey(browser.hash(), app.app.now())?;
        Ok::<_, Refusal>((browser, asked))
    };
    match block(asked).await {
        Ok((token, asked)) => {
            let (name, minutes) = ASKED;
            let cookie = browser::cookie(&site, name, token.reveal(), Some(minutes));
            browser::with_cookie(told(&to_show(&asked)), &cookie)
        }
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}

/// Lets in who shows one.
#[post("/console/sign-in/passkey")]
pub async fn enter(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let fault = |status, error| sign_in::page(&site, visit, status, String::new(), Some(error));
    if !from_our_page(&request, &site) {
        return fault(StatusCode::FORBIDDEN, SignInError::StaleForm);
    }
    if offered(&site).is_none() {
        return to("/console/sign-in");
    }
    let asked = browser::cookie_of(&request, &site, ASKED.0).unwrap_or_default();
    let shown = form.get("passkey").unwrap_or_default().to_owned();
    let outcome = {
        let (site, from, browser) = (site.clone(), network(&request, &site), family(&request));
        block(move || {
            let visitor = Visitor {
                network: &from,
                browser,
            };
            let (asked, now) = (TokenHash::of(&asked), site.app.now());
            site.app.sign_in_by_passkey(asked, &shown, visitor, now)
        })
        .await
    };
    match outcome {
        Ok(Entered::In(token)) => {
            let response =
                browser::with_cookie(to("/console"), &browser::no_cookie(&site, ASKED.0));
            with_session(&site, response, token.reveal())
        }
        Ok(Entered::Wait(seconds)) => {
            let (status, error) = (StatusCode::TOO_MANY_REQUESTS, SignInError::TooMany);
            wait(fault(status, error), seconds)
        }
        Ok(Entered::Copied) => fault(StatusCode::UNAUTHORIZED, SignInError::Copied),
        Ok(Entered::Wrong | Entered::Gone) => fault(StatusCode::UNAUTHORIZED, SignInError::Passkey),
        Err(_) => fault(StatusCode::SERVICE_UNAVAILABLE, SignInError::TooMany),
    }
}
