//! Setting a second factor up: a secret as a picture and as text, the first code, and recovery codes.

use super::{begun, frame, is_ours, passkeys, session, to, with_session};
use crate::access::recovery::RecoveryCode;
use crate::app::accounts::Ahead;
use crate::app::accounts::factor::FactorSet;
use crate::http::browser::{self, Form, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{FactorPage, Frame, PostForm, ProofError, RecoveryPage};
use crate::http::qr;
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};

/// Where it is set up.
pub(super) const PATH: &str = "/console/account/second-factor";
const CONFIRM: &str = "/console/account/second-factor/confirm";

/// Whoever may set one up: who is in, or who gets in by it.
pub(super) async fn whose(site: &web::Data<Site>, request: &HttpRequest) -> Option<Session> {
    match begun(site, request).await {
        Some((open, Ahead::Enrolment)) => Some(open),
        Some((_, Ahead::Code)) => None,
        None => session(site, request).await,
    }
}

/// The page.
#[get("/console/account/second-factor")]
pub async fn show(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    match whose(&site, &request).await {
        Some(open) => page(&site, visit, &open, StatusCode::OK, None).await,
        None => to("/console/sign-in"),
    }
}

/// Whose form of this page was sent; else what is answered to somebody who sets nothing up, or to another site's form.
async fn pressed(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    form: &Form,
) -> Result<Session, HttpResponse> {
    let Some(open) = whose(site, visit.request).await else {
        return Err(to("/console/sign-in"));
    };
    if is_ours(site, visit.request, form, &open) {
        return Ok(open);
    }
    let error = Some(ProofError::StaleForm);
    Err(page(site, visit, &open, StatusCode::FORBIDDEN, error).await)
}

/// Has another secret made.
#[post("/console/account/second-factor")]
pub async fn offer(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let open = match pressed(&site, visit, &form).await {
        Ok(open) => open,
        Err(answer) => return answer,
    };
    let (app, of) = (site.clone(), open.clone());
    match block(move || app.app.offer_factor(&of)).await {
        Ok(()) => to(PATH),
        Err(_) => super::unavailable(visit, &open, super::account::PATH),
    }
}

/// Sets it, where the first code is right.
#[post("/console/account/second-factor/confirm")]
pub async fn confirm(
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
    let code = form.get("code").unwrap_or_default().to_owned();
    let (app, of) = (site.clone(), open.clone());
    match block(move || app.app.set_factor(&of, &code, app.app.now())).await {
        Ok(FactorSet::Done(token, codes)) => {
            with_session(&site, shown(visit, &codes), token.reveal())
        }
        Ok(FactorSet::Wrong) => {
            let (status, error) = (StatusCode::UNPROCESSABLE_ENTITY, Some(ProofError::Wrong));
            page(&site, visit, &open, status, error).await
        }
        Ok(FactorSet::Gone) => to("/console/sign-in"),
        Err(_) => {
            let (status, error) = (StatusCode::SERVICE_UNAVAILABLE, Some(ProofError::TooMany));
            page(&site, visit, &open, status, error).await
        }
    }
}

/// The page of the codes, shown this once.
pub(super) fn shown(visit: Visit<'_>, codes: &[RecoveryCode]) -> HttpResponse {
    let page = RecoveryPage {
        // another language would be another request, and the codes are not to be had again
        frame: Frame {
            switch_path: None,
            ..Frame::console(visit.language, None)
        },
        codes: codes.iter().map(RecoveryCode::reveal).collect(),
    };
    browser::page(StatusCode::OK, page.render())
}

pub(super) async fn page(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    status: StatusCode,
    error: Option<ProofError>,
) -> HttpResponse {
    let (app, of) = (site.clone(), open.clone());
    let Ok(offered) = block(move || app.app.offered_factor(&of)).await else {
        return super::unavailable(visit, open, super::account::PATH);
    };
    let secret = offered.and_then(|factor| {
        let picture = qr::within_page(&factor.address(&open.login)).ok()?;
        Some((picture, factor.typed()))
    });
    let action = if secret.is_some() { CONFIRM } else { PATH };
    let bare = if open.whole {
        frame(visit, open)
    } else {
        Frame::console(visit.language, None)
    };
    // who is in already adds passkeys on the account's page
    let passkey = passkeys::added_with(site, open).filter(|_| !open.has_factor());
    let page = FactorPage {
        frame: Frame {
            script: passkey.is_some(),
            ..bare
        },
        form: PostForm {
            action_url: action.into(),
            hidden: vec![("csrf".into(), open.csrf.clone())],
        },
        secret,
        passkey,
        error,
    };
    browser::page_with_passkeys(status, page.render(), &page.frame)
}
