//! `/id/{token}`: whether a request is the reader's own, asked by a mail to a contact point that was known
//! before; or whether a corrected contact point is, asked there. As with `/o/{token}`, opening the link changes nothing: the button acts where the browser brings
//! back what the page gave it, and without it the code of the same mail is asked for.

use super::shown::{Shown, by_code};
use super::{failed, frame, gone, masked, posted, unavailable};
use crate::access::code::Code;
use crate::app::Refusal;
use crate::app::requests::{Answered, ChallengeView, challenge_closed};
use crate::http::browser::{self, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    ConfirmBy, IdentityAsks, IdentityDonePage, IdentityPage, IdentityState, PostForm, ProblemKind,
};
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::NaiveDate;

const SHOWN: Shown = Shown {
    cookie: "placet-q",
    what: "challenge",
};

/// Shows what is asked. It changes nothing, whoever opens the link.
#[get("/id/{token}")]
pub async fn ask(
    site: web::Data<Site>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let view = match found(&site, visit, &token).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let html = |shown| asked(visit, (&token, &view), Some(shown), ConfirmBy::Button);
    let page = SHOWN.page(&site, &token, html);
    page.unwrap_or_else(|| unavailable(&site, visit))
}

/// Takes a yes.
#[post("/id/{token}")]
pub async fn take(
    site: web::Data<Site>,
    request: HttpRequest,
    token: web::Path<String>,
    body: Body<SMALL>,
) -> HttpResponse {
    let (form, visit) = match posted(&site, &request, &body) {
        Ok(posted) => posted,
        Err(sent_away) => return *sent_away,
    };
    let view = match found(&site, visit, &token).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if !SHOWN.is_back(&site, &request, &token, &form) {
        let (app, tried) = (site.clone(), token.clone());
        let right = move |code: &Code| app.app.is_challenge_code(&tried, code);
        match by_code(form.get("code"), right).await {
            Ok(None) => {}
            Ok(Some(by)) => {
                let html = asked(visit, (&token, &view), None, by);
                return browser::page(StatusCode::UNPROCESSABLE_ENTITY, html);
            }
            Err(()) => return unavailable(&site, visit),
        }
    }
    let now = site.app.now();
    let taken = match asks(&view) {
        IdentityAsks::Request => site.app.answer_challenge(&view.challenge, now).await,
        IdentityAsks::Correction => site.app.confirm_correction(&view.challenge, now).await,
    };
    match taken {
        Ok(request) => ended(&site, visit, &view, (Answered::Known, request.due_on())),
        Err(Refusal::Conflict { .. }) => ended(&site, visit, &view, (Answered::Over, None)),
        Err(Refusal::NotFound(_)) => gone(&site, &visit),
        Err(_) => {
            let (status, kind) = (StatusCode::SERVICE_UNAVAILABLE, ProblemKind::NotSaved);
            failed(&site, &visit, status, kind)
        }
    }
}

/// A challenge that can be answered; else the page that says why it cannot.
async fn found(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    token: &str,
) -> Result<ChallengeView, HttpResponse> {
    let (app, token) = (site.clone(), token.to_owned());
    let view = block(move || app.app.challenge(&token)).await;
    let view = view.map_err(|_| unavailable(site, visit))?;
    let view = view.ok_or_else(|| gone(site, &visit))?;
    match challenge_closed(&view, site.app.now().utc()) {
        Some(answered) => Err(ended(site, visit, &view, (answered, None))),
        None => Ok(view),
    }
}

const fn asks(view: &ChallengeView) -> IdentityAsks {
    match view.challenge.correction {
        None => IdentityAsks::Request,
        Some(_) => IdentityAsks::Correction,
    }
}

fn asked(
    visit: Visit<'_>,
    (token, view): (&str, &ChallengeView),
    shown: Option<String>,
    by: ConfirmBy,
) -> String {
    let shown = shown.map(|shown| ("shown".to_owned(), shown));
    let receipt = &view.request.receipt;
    IdentityPage {
        frame: frame(&view.catalogue, &visit),
        asks: asks(view),
        masked_contact: masked(view.contact.as_ref()),
        kind: receipt.kind.as_str(),
        number: view.request.id.number(),
        received_on: receipt.received_on,
        form: PostForm {
            action_url: format!("/id/{token}"),
            hidden: shown.into_iter().collect(),
        },
        by,
    }
    .render()
}

fn ended(
    site: &Site,
    visit: Visit<'_>,
    view: &ChallengeView,
    (answered, due_on): (Answered, Option<NaiveDate>),
) -> HttpResponse {
    let (status, state) = match answered {
        Answered::Known => (StatusCode::OK, IdentityState::Known),
        Answered::Before(at) => {
            let at = at.with_timezone(&site.timezone);
            (StatusCode::OK, IdentityState::Before(at))
        }
        Answered::Expired => (StatusCode::GONE, IdentityState::Expired),
        Answered::Replaced => (StatusCode::GONE, IdentityState::Replaced),
        Answered::Over => (StatusCode::CONFLICT, IdentityState::Over),
    };
    let page = IdentityDonePage {
        frame: frame(&view.catalogue, &visit),
        asks: asks(view),
        number: view.request.id.number(),
        state,
        due_on,
    };
    browser::page(status, page.render())
}
