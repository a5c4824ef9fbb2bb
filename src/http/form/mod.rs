//! The customer's form: reached by a link, without account, without script. `GET` shows and
//! changes nothing; `POST` acts.

pub mod access;
mod brand;
pub mod confirm;
pub mod data;
pub mod enter;
pub mod history;
pub mod identity;
pub mod join;
pub mod me;
pub mod own_login;
pub mod own_requests;
pub mod receipt;
pub mod rights;
pub mod save;
pub mod show;
mod shown;
mod slower;
pub mod stop;
pub mod texts;
pub mod undo;
pub mod why;

use super::browser::{self, Form, Visit, from_our_page};
use super::json::{Body, SMALL};
use super::pages::{Frame, Language, LinkGonePage, ProblemKind, ProblemPage, Text, WhyGone};
use super::problem::Why;
use super::site::Site;
use crate::domain::registry::{self, Catalogue, Identifier, Wording};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use brand::branded;

/// The registry's code of a page's language.
pub(in crate::http) fn code(language: Language) -> registry::Language {
    registry::Language::parse(language.code()).unwrap_or(registry::Language::EN)
}

/// Words that an operator wrote, in the page's language or marked as another's.
pub(in crate::http) fn text(wording: &Wording, language: Language) -> Text {
    let wanted = code(language);
    match wording.in_or_else(wanted) {
        Some((found, text)) if found == wanted => Text::new(text),
        Some((found, text)) => Text::foreign(text, found.as_str()),
        None => Text::default(),
    }
}

/// The frame of a page of the brand that asks.
fn frame(catalogue: &Catalogue, visit: &Visit<'_>) -> Frame {
    let frame = match visit.controller(catalogue) {
        Some(controller) => branded(controller, visit.language),
        None => Frame::customer(visit.language, "Placet"),
    };
    Frame {
        framed: visit.is_framed(),
        ..frame
    }
}

/// What a page of ours posted, with its language; a form of another site is sent away.
fn posted<'r>(
    site: &Site,
    request: &'r HttpRequest,
    body: &Body<SMALL>,
) -> Result<(Form, Visit<'r>), Box<HttpResponse>> {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(request, site, &form);
    if from_our_page(request, site) {
        return Ok((form, visit));
    }
    let (status, kind) = (StatusCode::FORBIDDEN, ProblemKind::Forbidden);
    Err(Box::new(failed(site, &visit, status, kind)))
}

/// The contact point as far as it is shown.
fn masked(contact: Option<&Identifier>) -> String {
    contact.map(Identifier::masked).unwrap_or_default()
}

/// The register does not answer.
fn unavailable(site: &Site, visit: Visit<'_>) -> HttpResponse {
    let (status, kind) = (StatusCode::SERVICE_UNAVAILABLE, ProblemKind::Unavailable);
    failed(site, &visit, status, kind)
}

/// The link leads nowhere; known and unknown ones are answered alike.
fn gone(site: &Site, visit: &Visit<'_>) -> HttpResponse {
    let catalogue = site.app.index().view().catalogue().clone();
    let page = LinkGonePage {
        frame: frame(&catalogue, visit),
        why: WhyGone::Unknown,
    };
    browser::page(StatusCode::NOT_FOUND, page.render())
}

/// Something else went wrong; nothing was changed.
pub(super) fn failed(
    site: &Site,
    visit: &Visit<'_>,
    status: StatusCode,
    kind: ProblemKind,
) -> HttpResponse {
    let catalogue = site.app.index().view().catalogue().clone();
    let page = ProblemPage {
        frame: frame(&catalogue, visit),
        kind,
        reference: None,
        back_url: None,
    };
    refused(browser::page(status, page.render()), kind.word())
}

/// The same answer, with the word that the log has for it.
fn refused(mut answer: HttpResponse, why: &'static str) -> HttpResponse {
    answer.extensions_mut().insert(Why(why));
    answer
}
