//! `/o/{token}`: a consent that was asked for is confirmed. A scanner that opens the link changes nothing;
//! the button acts where the browser brings the cookie back that the page gave it, and without it the code
//! of the same mail is asked for.

use super::{failed, frame, gone, masked, posted, text, unavailable};
use crate::access::code::Code;
use crate::access::token::{PlainToken, TokenKind};
use crate::app::Refusal;
use crate::app::confirm::{ConfirmationView, Confirmed, ReadBy, closed};
use crate::audit::encoding::hex;
use crate::http::browser::{self, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    CodeError, ConfirmBy, ConfirmItem, ConfirmPage, ConfirmedPage, ConfirmedState, Frame, PostForm,
    ProblemKind, Text,
};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::Asked;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};

/// The cookie by which a browser shows that it was given the page.
const SHOWN: &str = "placet-o";
/// How long it lasts, in minutes.
const MINUTES: i64 = 30;

/// Shows what is confirmed. It changes nothing, whoever opens the link.
#[get("/o/{token}")]
pub async fn ask(
    site: web::Data<Site>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let (token, view) = match found(&site, visit, token.into_inner()).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if let Some(state) = closed(&view.pending, site.app.now().utc()) {
        return ended(&site, visit, &view, (state, None));
    }
    let Ok(nonce) = PlainToken::new(TokenKind::Browser, site.app.entropy()) else {
        return unavailable(&site, visit);
    };
    let html = asked(
        &site,
        visit,
        (&token, &view),
        Some(nonce.reveal()),
        ConfirmBy::Button,
    );
    let cookie = browser::cookie(&site, SHOWN, nonce.reveal(), Some(MINUTES));
    browser::with_cookie(browser::page(StatusCode::OK, html), &cookie)
}

/// Confirms.
#[post("/o/{token}")]
pub async fn confirm(
    site: web::Data<Site>,
    request: HttpRequest,
    token: web::Path<String>,
    body: Body<SMALL>,
) -> HttpResponse {
    let (form, visit) = match posted(&site, &request, &body) {
        Ok(posted) => posted,
        Err(sent_away) => return *sent_away,
    };
    let (token, view) = match found(&site, visit, token.into_inner()).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if let Some(state) = closed(&view.pending, site.app.now().utc()) {
        return ended(&site, visit, &view, (state, None));
    }
    let nonce = browser::cookie_of(&request, &site, SHOWN);
    let shown = nonce.map(|nonce| tag(&site, &token, &nonce));
    let was_shown = shown.is_some() && form.get("shown") == shown.as_deref();
    let read_by = if was_shown {
        ReadBy::Link
    } else {
        match by_code(&site, &token, form.get("code")).await {
            Ok(None) => ReadBy::Code,
            Ok(Some(by)) => {
                let html = asked(&site, visit, (&token, &view), None, by);
                return browser::page(StatusCode::UNPROCESSABLE_ENTITY, html);
            }
            Err(()) => return unavailable(&site, visit),
        }
    };
    let now = site.app.now();
    match site.app.confirm(&view.pending, read_by, now).await {
        Ok(outcome) => ended(&site, visit, &view, outcome),
        Err(Refusal::NotFound(_)) => gone(&site, &visit),
        Err(_) => {
            let (status, kind) = (StatusCode::SERVICE_UNAVAILABLE, ProblemKind::NotSaved);
            failed(&site, &visit, status, kind)
        }
    }
}

/// What a code says: `None` where it is the one, else how the page asks again.
async fn by_code(
    site: &web::Data<Site>,
    token: &str,
    typed: Option<&str>,
) -> Result<Option<ConfirmBy>, ()> {
    let Some(typed) = typed else {
        return Ok(Some(ConfirmBy::Code(None)));
    };
    let Some(code) = Code::typed(typed) else {
        return Ok(Some(ConfirmBy::Code(Some(CodeError::Wrong))));
    };
    let (app, token) = (site.clone(), token.to_owned());
    let right = block(move || app.app.is_confirmation_code(&token, &code)).await;
    match right.map_err(drop)? {
        Some(true) => Ok(None),
        Some(false) => Ok(Some(ConfirmBy::Code(Some(CodeError::Wrong)))),
        None => Ok(Some(ConfirmBy::Code(Some(CodeError::Tries)))),
    }
}

async fn found(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    token: String,
) -> Result<(String, ConfirmationView), HttpResponse> {
    let view = {
        let (site, token) = (site.clone(), token.clone());
        block(move || site.app.confirmation(&token)).await
    };
    match view {
        Ok(Some(view)) => {
            let asked = view.pending.items.first();
            let purpose = asked.and_then(|one| view.catalogue.purpose(one.purpose.as_str()));
            visit.in_name_of(purpose.map(|purpose| &purpose.controller));
            Ok((token, view))
        }
        Ok(None) => Err(gone(site, &visit)),
        Err(_) => Err(unavailable(site, visit)),
    }
}

/// What the page's form brings back beside the cookie.
fn tag(site: &Site, token: &str, nonce: &str) -> String {
    let both = format!("confirm/{token}/{nonce}");
    hex(&site.app.keys().form_tag(both.as_bytes()))
}

fn asked(
    site: &Site,
    visit: Visit<'_>,
    (token, view): (&str, &ConfirmationView),
    nonce: Option<&str>,
    by: ConfirmBy,
) -> String {
    let shown = nonce.map(|nonce| ("shown".to_owned(), tag(site, token, nonce)));
    ConfirmPage {
        frame: frame(&view.catalogue, &visit),
        masked_contact: masked(view.contact.as_ref()),
        items: items(view, visit, &view.pending.items),
        form: PostForm {
            action_url: format!("/o/{token}"),
            hidden: shown.into_iter().collect(),
        },
        by,
    }
    .render()
}

fn ended(
    site: &Site,
    visit: Visit<'_>,
    view: &ConfirmationView,
    (confirmed, position): (Confirmed, Option<u64>),
) -> HttpResponse {
    let local = |at: DateTime<Utc>| at.with_timezone(&site.timezone);
    let (status, state) = match confirmed {
        Confirmed::Done { given, kept } => {
            let (given, kept) = (items(view, visit, &given), items(view, visit, &kept));
            (StatusCode::OK, ConfirmedState::Done(given, kept))
        }
        Confirmed::Before(at) => (StatusCode::OK, ConfirmedState::Before(local(at))),
        Confirmed::NoSince(at) => (StatusCode::CONFLICT, ConfirmedState::NoSince(local(at))),
        Confirmed::YesSince(at) => (StatusCode::OK, ConfirmedState::YesSince(local(at))),
        Confirmed::Expired => (StatusCode::GONE, ConfirmedState::Expired),
        Confirmed::Replaced => (StatusCode::GONE, ConfirmedState::Replaced),
    };
    let page = ConfirmedPage {
        frame: Frame {
            switch_path: Some(String::new()),
            ..frame(&view.catalogue, &visit)
        },
        masked_contact: masked(view.contact.as_ref()),
        state,
        position,
    };
    browser::page(status, page.render())
}

fn items(view: &ConfirmationView, visit: Visit<'_>, asked: &[Asked]) -> Vec<ConfirmItem> {
    let told = |item: &Asked| {
        let purpose = view.catalogue.purpose(item.purpose.as_str());
        let notice = item.notice.as_ref();
        let words = notice.and_then(|reference| {
            let notice = view.catalogue.notices.get(reference)?;
            Some((text(&notice.text, visit.language), reference.to_string()))
        });
        ConfirmItem {
            title: purpose.map_or_else(Text::default, |one| text(&one.title, visit.language)),
            channel: item.channel.as_str().to_owned(),
            words,
        }
    };
    asked.iter().map(told).collect()
}
