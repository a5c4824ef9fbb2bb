//! Staff sign in and out.

use super::{cookie, is_ours, session, to, token};
use crate::domain::personal::Secret;
use crate::http::browser::{self, Form, Visit, from_our_page};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{Frame, PostForm, SignInError, SignInPage};
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};

/// The page.
#[get("/console/sign-in")]
pub async fn show(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    browser::page(StatusCode::OK, page(visit, String::new(), None))
}

fn page(visit: Visit<'_>, user: String, error: Option<SignInError>) -> String {
    let form = PostForm {
        action_url: "/console/sign-in".into(),
        hidden: Vec::new(),
    };
    SignInPage {
        frame: Frame::console(visit.language, None),
        form,
        user,
        error,
        notice: None,
    }
    .render()
}

/// Opens a session.
#[post("/console/sign-in")]
pub async fn enter(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    if !from_our_page(&request, &site) {
        return browser::page(
            StatusCode::FORBIDDEN,
            page(visit, String::new(), Some(SignInError::StaleForm)),
        );
    }
    let user = form.get("user").unwrap_or_default().to_owned();
    let password = Secret::new(form.get("password").unwrap_or_default().to_owned());
    let outcome = {
        let (site, user) = (site.clone(), user.clone());
        block(move || site.app.sign_in(&user, &password, site.app.now())).await
    };
    match outcome {
        Ok(Some(token)) => welcome(&site, token.reveal()),
        Ok(None) => browser::page(
            StatusCode::UNAUTHORIZED,
            page(visit, user, Some(SignInError::Wrong)),
        ),
        Err(_) => browser::page(
            StatusCode::SERVICE_UNAVAILABLE,
            page(visit, user, Some(SignInError::TooMany)),
        ),
    }
}

fn welcome(site: &Site, token: &str) -> HttpResponse {
    let opened = Cookie::build(cookie(site), token.to_owned())
        .path("/")
        .http_only(true)
        .secure(site.is_https())
        .same_site(SameSite::Strict)
        .finish();
    let mut response = to("/console");
    if response.add_cookie(&opened).is_err() {
        return HttpResponse::InternalServerError().finish();
    }
    response
}

/// Closes a session.
#[post("/console/sign-out")]
pub async fn leave(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let Some(open) = session(&site, &request).await else {
        return to("/console/sign-in");
    };
    let ours = is_ours(&site, &request, &form, &open);
    if let Some(token) = token(&site, &request).filter(|_| ours) {
        let site = site.clone();
        // a session that could not be closed still ends by itself
        drop(block(move || site.app.sign_out(&token)).await);
    }
    let mut gone = Cookie::build(cookie(&site), "").path("/").finish();
    gone.make_removal();
    let mut response = to("/console/sign-in");
    drop(response.add_cookie(&gone));
    response
}
