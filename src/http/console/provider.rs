//! Signing in at the organisation's provider, proving there again who one is, and its word that somebody left.
//!
//! A browser comes from another site: the session's cookie (`SameSite=Strict`) does not come along, and would not with
//! a redirect. So what is answered is a page of ours, which leads on by itself.

use super::sign_in::{self, family};
use super::{is_ours, session, to, with_session};
use crate::app::accounts::Visitor;
use crate::app::provider::{Came, CameBack, LoggedOut, NotIn, Sent};
use crate::http::browser::{self, Form, Visit, from_our_page, wait};
use crate::http::json::{Body, SMALL};
use crate::http::network::network;
use crate::http::pages::{Frame, OnwardPage, PostForm, ProviderForm, SignInError, WhereTo};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::Session;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde_json::json;

/// The cookie of a browser that was sent to the provider, and how long it lasts, in minutes.
const SENT: (&str, i64) = ("placet-provider", 10);
/// The longest body of the provider's word.
const LONGEST: usize = 64 * 1024;

/// The form that leads there, where staff sign in by a provider.
pub(super) fn offered(site: &Site) -> Option<ProviderForm> {
    Some(ProviderForm {
        form: PostForm {
            action_url: "/console/sign-in/provider".into(),
            hidden: Vec::new(),
        },
        name: site.app.provider_name()?.to_owned(),
    })
}

/// The form by which the owner of a session proves there who they are.
pub(super) fn proving(site: &Site, open: &Session) -> Option<ProviderForm> {
    let name = site.app.provider_name()?.to_owned();
    site.app.proves_at_provider(open).then(|| ProviderForm {
        form: PostForm {
            action_url: "/console/account/proof/provider".into(),
            hidden: vec![("csrf".into(), open.csrf.clone())],
        },
        name,
    })
}

/// Sends whoever wants in to the provider.
#[post("/console/sign-in/provider")]
pub async fn go(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    if !from_our_page(&request, &site) {
        return fault(&site, visit, SignInError::StaleForm);
    }
    send(&site, visit, None).await
}

/// Sends the owner of a session there, to prove who they are.
#[post("/console/account/proof/provider")]
pub async fn prove(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let Some(open) = session(&site, &request).await else {
        return to("/console/sign-in");
    };
    if !is_ours(&site, &request, &form, &open) || proving(&site, &open).is_none() {
        return super::forbidden(visit, &open);
    }
    send(&site, visit, Some(open)).await
}

async fn send(site: &web::Data<Site>, visit: Visit<'_>, proves: Option<Session>) -> HttpResponse {
    let is_proof = proves.is_some();
    let app = site.clone();
    let sent = block(move || app.app.send_to_provider(proves.as_ref(), app.app.now())).await;
    match sent {
        Ok(Sent::To(address, browser)) => {
            let (name, minutes) = SENT;
            let cookie = browser::cookie(site, name, browser.reveal(), Some(minutes));
            let page = onward(visit, WhereTo::Provider, Some(&address), StatusCode::OK);
            browser::with_cookie(page, &cookie)
        }
        Ok(Sent::Away) if is_proof => not_proven(visit, WhereTo::Away),
        Ok(Sent::Away) => fault(site, visit, SignInError::ProviderAway),
        Ok(Sent::Nowhere) => to("/console/sign-in"),
        Err(_) => unsaved(site, visit),
    }
}

/// What a browser brings back.
#[get("/console/sign-in/provider/back")]
pub async fn back(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let told = Form::read(request.query_string().as_bytes()).unwrap_or_default();
    let cookie = browser::cookie_of(&request, &site, SENT.0);
    let Some(cookie) = cookie.filter(|_| told.get("state").is_some()) else {
        return fault(&site, visit, SignInError::ProviderStale);
    };
    let outcome = {
        let (site, from, browser) = (site.clone(), network(&request, &site), family(&request));
        block(move || {
            let visitor = Visitor {
                network: &from,
                browser,
            };
            let came = Came {
                browser: &cookie,
                state: told.get("state").unwrap_or_default(),
                code: told.get("code").filter(|_| told.get("error").is_none()),
                issuer: told.get("iss"),
            };
            site.app.came_from_provider(&came, visitor, site.app.now())
        })
        .await
    };
    let answer = match outcome {
        Ok(CameBack::In(token, ahead)) => {
            let page = onward(
                visit,
                WhereTo::In,
                Some(sign_in::next(ahead)),
                StatusCode::OK,
            );
            with_session(&site, page, token.reveal())
        }
        Ok(CameBack::Proven(token)) => {
            let page = onward(visit, WhereTo::Proven, None, StatusCode::OK);
            with_session(&site, page, token.reveal())
        }
        Ok(CameBack::Wait(seconds)) => {
            let (status, error) = (StatusCode::TOO_MANY_REQUESTS, Some(SignInError::TooMany));
            wait(
                sign_in::page(&site, visit, status, String::new(), error),
                seconds,
            )
        }
        Ok(CameBack::Not(NotIn::Unproven)) => not_proven(visit, WhereTo::NotProven),
        Ok(CameBack::Not(why)) => fault(&site, visit, told_of(why)),
        Err(_) => return unsaved(&site, visit),
    };
    browser::with_cookie(answer, &browser::no_cookie(&site, SENT.0))
}

const fn told_of(why: NotIn) -> SignInError {
    match why {
        NotIn::Stale => SignInError::ProviderStale,
        NotIn::Away => SignInError::ProviderAway,
        NotIn::Declined => SignInError::ProviderDeclined,
        NotIn::NoRole => SignInError::ProviderNoRole,
        NotIn::Unbelieved | NotIn::Unproven => SignInError::ProviderUnbelieved,
    }
}

/// The page to sign in by other means, with why it was nothing.
fn fault(site: &Site, visit: Visit<'_>, error: SignInError) -> HttpResponse {
    let status = StatusCode::FORBIDDEN;
    sign_in::page(site, visit, status, String::new(), Some(error))
}

fn unsaved(site: &Site, visit: Visit<'_>) -> HttpResponse {
    let (status, error) = (StatusCode::SERVICE_UNAVAILABLE, Some(SignInError::TooMany));
    sign_in::page(site, visit, status, String::new(), error)
}

fn not_proven(visit: Visit<'_>, why: WhereTo) -> HttpResponse {
    onward(visit, why, None, StatusCode::FORBIDDEN)
}

/// A page that leads on, by itself where there is an address.
fn onward(
    visit: Visit<'_>,
    to: WhereTo,
    address: Option<&str>,
    status: StatusCode,
) -> HttpResponse {
    let page = OnwardPage {
        // another language would be another request, and this one is answered once
        frame: Frame {
            switch_path: None,
            ..Frame::console(visit.language, None)
        },
        to,
        url: address.map(str::to_owned),
    };
    let mut response = browser::page(status, page.render());
    let refresh = address.map(|address| format!("0; url={address}"));
    if let Some(Ok(refresh)) = refresh.map(|text| HeaderValue::from_str(&text)) {
        let name = HeaderName::from_static("refresh");
        response.headers_mut().insert(name, refresh);
    }
    response
}

/// The provider's word that somebody left (OpenID Connect Back-Channel Logout 1.0, 2.5).
#[post("/console/sign-in/provider/logout")]
pub async fn logout(site: web::Data<Site>, body: Body<LONGEST>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let token = form.get("logout_token").unwrap_or_default().to_owned();
    let outcome = block(move || site.app.provider_logs_out(&token, site.app.now())).await;
    let refused = |error: &str| HttpResponse::BadRequest().json(json!({ "error": error }));
    match outcome {
        Ok(LoggedOut::Done) => HttpResponse::Ok().finish(),
        Ok(LoggedOut::Refused) => refused("invalid_request"),
        Ok(LoggedOut::Unknown) => refused("temporarily_unavailable"),
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}
