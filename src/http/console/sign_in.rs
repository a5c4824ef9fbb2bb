//! Staff sign in and out: name and password, then the code of a second factor, or setting one up.

use super::{
    begun, cookie, is_ours, passkey_in, passkeys, proof, provider, session, to, token, with_session,
};
use crate::app::accounts::{Ahead, Entered, Visitor};
use crate::domain::personal::Secret;
use crate::http::browser::{self, Form, Visit, from_our_page, wait};
use crate::http::json::{Body, SMALL};
use crate::http::network::network;
use crate::http::pages::{
    Frame, PostForm, ProofError, ProofFor, ProofPage, SignInError, SignInPage,
};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::Session;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, get, post, web};

/// Where a code is typed.
pub(super) const CODE: &str = "/console/sign-in/code";

/// Where somebody has to go on whose password was right.
pub(super) const fn next(ahead: Option<Ahead>) -> &'static str {
    match ahead {
        None => "/console",
        Some(Ahead::Code) => CODE,
        Some(Ahead::Enrolment) => super::factor::PATH,
    }
}

/// The page.
#[get("/console/sign-in")]
pub async fn show(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    if let Some((_, ahead)) = begun(&site, &request).await {
        return to(next(Some(ahead)));
    }
    let visit = Visit::of(&request, &site);
    page(&site, visit, StatusCode::OK, String::new(), None)
}

/// The page that asks for name and password, or for a passkey alone.
pub(super) fn page(
    site: &Site,
    visit: Visit<'_>,
    status: StatusCode,
    user: String,
    error: Option<SignInError>,
) -> HttpResponse {
    let passkey = passkey_in::offered(site);
    let page = SignInPage {
        frame: Frame {
            script: passkey.is_some(),
            ..Frame::console(visit.language, None)
        },
        form: PostForm {
            action_url: "/console/sign-in".into(),
            hidden: Vec::new(),
        },
        passkey,
        provider: provider::offered(site),
        user,
        error,
        notice: None,
    };
    browser::page_with_passkeys(status, page.render(), &page.frame)
}

/// Begins a session.
#[post("/console/sign-in")]
pub async fn enter(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    if !from_our_page(&request, &site) {
        let (status, error) = (StatusCode::FORBIDDEN, Some(SignInError::StaleForm));
        return page(&site, visit, status, String::new(), error);
    }
    let user = form.get("user").unwrap_or_default().to_owned();
    let password = Secret::new(form.get("password").unwrap_or_default().to_owned());
    let outcome = {
        let (site, user, from) = (site.clone(), user.clone(), network(&request, &site));
        let browser = family(&request);
        block(move || {
            let visitor = Visitor {
                network: &from,
                browser,
            };
            site.app.sign_in(&user, &password, visitor, site.app.now())
        })
        .await
    };
    match outcome {
        Ok((Entered::In(token), ahead)) => with_session(&site, to(next(ahead)), token.reveal()),
        Ok((Entered::Wait(seconds), _)) => {
            let (status, error) = (StatusCode::TOO_MANY_REQUESTS, Some(SignInError::TooMany));
            wait(page(&site, visit, status, user, error), seconds)
        }
        Ok((Entered::Wrong | Entered::Copied | Entered::Gone, _)) => {
            let (status, error) = (StatusCode::UNAUTHORIZED, Some(SignInError::Wrong));
            page(&site, visit, status, user, error)
        }
        Err(_) => {
            let (status, error) = (StatusCode::SERVICE_UNAVAILABLE, Some(SignInError::TooMany));
            page(&site, visit, status, user, error)
        }
    }
}

/// The kind of browser, and nothing by which one is told from another.
pub(super) fn family(request: &HttpRequest) -> &'static str {
    let told = request.headers().get(header::USER_AGENT);
    let told = told.and_then(|text| text.to_str().ok()).unwrap_or_default();
    // each says that it is also those that come after it here
    let known = [
        ("Edg", "edge"),
        ("Firefox", "firefox"),
        ("Chrome", "chrome"),
        ("Safari", "safari"),
    ];
    let found = known.into_iter().find(|(mark, _)| told.contains(mark));
    found.map_or("other", |(_, name)| name)
}

/// Asks for the code.
#[get("/console/sign-in/code")]
pub async fn ask(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    match begun(&site, &request).await {
        Some((open, Ahead::Code)) => code_page(&site, visit, &open, StatusCode::OK, None),
        _ => to("/console/sign-in"),
    }
}

fn code_page(
    site: &Site,
    visit: Visit<'_>,
    open: &Session,
    status: StatusCode,
    error: Option<ProofError>,
) -> HttpResponse {
    let form = PostForm {
        action_url: CODE.into(),
        hidden: vec![("csrf".into(), open.csrf.clone())],
    };
    let passkey = passkeys::shown_with(site, open, &form);
    let page = ProofPage {
        frame: Frame {
            script: passkey.is_some(),
            ..Frame::console(visit.language, None)
        },
        form,
        what_for: ProofFor::SignIn,
        password: false,
        typed: true,
        passkey,
        provider: None,
        error,
    };
    browser::page_with_passkeys(status, page.render(), &page.frame)
}

/// Lets in who types the code, or shows a passkey.
#[post("/console/sign-in/code")]
pub async fn typed(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let Some((open, Ahead::Code)) = begun(&site, &request).await else {
        return to("/console/sign-in");
    };
    if !is_ours(&site, &request, &form, &open) {
        let error = Some(ProofError::StaleForm);
        return code_page(&site, visit, &open, StatusCode::FORBIDDEN, error);
    }
    let wrong = proof::wrong(form.get("proof").unwrap_or_default());
    let code = Secret::new(form.get("proof").unwrap_or_default().to_owned());
    let outcome = {
        let (site, begun, from) = (site.clone(), open.clone(), network(&request, &site));
        block(move || {
            let now = site.app.now();
            site.app.sign_in_by_code(&begun, code.expose(), &from, now)
        })
        .await
    };
    match outcome {
        Ok(Entered::In(token)) => with_session(&site, to("/console"), token.reveal()),
        Ok(Entered::Wrong) => code_page(&site, visit, &open, StatusCode::UNAUTHORIZED, Some(wrong)),
        Ok(Entered::Copied) => {
            let error = Some(ProofError::Copied);
            code_page(&site, visit, &open, StatusCode::UNAUTHORIZED, error)
        }
        Ok(Entered::Wait(seconds)) => {
            let (status, error) = (StatusCode::TOO_MANY_REQUESTS, Some(ProofError::TooMany));
            wait(code_page(&site, visit, &open, status, error), seconds)
        }
        Ok(Entered::Gone) => to("/console/sign-in"),
        Err(_) => {
            let (status, error) = (StatusCode::SERVICE_UNAVAILABLE, Some(ProofError::TooMany));
            code_page(&site, visit, &open, status, error)
        }
    }
}

/// Closes a session.
#[post("/console/sign-out")]
pub async fn leave(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let Some(open) = session(&site, &request).await else {
        return to("/console/sign-in");
    };
    let ours = is_ours(&site, &request, &form, &open);
    if ours && token(&site, &request).is_some() {
        let site = site.clone();
        // a session that could not be closed still ends by itself
        drop(block(move || site.app.sign_out(&open, site.app.now())).await);
    }
    if !ours {
        return to("/console");
    }
    // a browser takes back what has the guards that it was given with, and nothing else
    let mut gone = Cookie::build(cookie(&site), "")
        .path("/")
        .http_only(true)
        .secure(site.is_https())
        .same_site(SameSite::Strict)
        .finish();
    gone.make_removal();
    let mut response = to("/console/sign-in");
    drop(response.add_cookie(&gone));
    browser::clear(&mut response);
    response
}
