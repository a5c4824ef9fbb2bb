//! `/o/{token}`: a consent that was asked for is confirmed. A scanner that opens the link changes nothing;
//! the button acts where the browser brings the cookie back that the page gave it, and without it the code
//! of the same mail is asked for.

use super::shown::{Shown, by_code};
use super::{failed, frame, gone, masked, posted, text, unavailable};
use crate::access::code::Code;
use crate::app::Refusal;
use crate::app::confirm::{ConfirmationView, Confirmed, ReadBy, closed};
use crate::http::browser::{self, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    ConfirmBy, ConfirmItem, ConfirmPage, ConfirmedPage, ConfirmedState, Frame, PostForm,
    ProblemKind, Text,
};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::Asked;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};

const SHOWN: Shown = Shown {
    cookie: "placet-o",
    what: "confirm",
};

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
    let html = |shown| asked(visit, (&token, &view), Some(shown), ConfirmBy::Button);
    let page = SHOWN.page(&site, &token, html);
    page.unwrap_or_else(|| unavailable(&site, visit))
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
    let read_by = if SHOWN.is_back(&site, &request, &token, &form) {
        ReadBy::Link
    } else {
        let (app, tried) = (site.clone(), token.clone());
        let right = move |code: &Code| app.app.is_confirmation_code(&tried, code);
        match by_code(form.get("code"), right).await {
            Ok(None) => ReadBy::Code,
            Ok(Some(by)) => {
                let html = asked(visit, (&token, &view), None, by);
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

fn asked(
    visit: Visit<'_>,
    (token, view): (&str, &ConfirmationView),
    shown: Option<String>,
    by: ConfirmBy,
) -> String {
    let shown = shown.map(|shown| ("shown".to_owned(), shown));
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
