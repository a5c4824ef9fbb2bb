//! `/console/check`: whether data may be used, asked by staff. One decision is explained in words; a list is counted by
//! reason, and its permitted lines come back as a file. Whom it is about stands in bodies, and in no address.

mod list;
mod one;

use super::{allowed, frame, problem};
use crate::access::CheckDecisions;
use crate::domain::registry::{Channel, Purpose};
use crate::http::browser::{self, Visit};
use crate::http::console::requests::picks::pick;
use crate::http::form::text;
use crate::http::pages::{
    CheckFault, CheckedList, CheckedOne, CheckingPage, Pick, PostForm, ProblemKind,
};
use crate::http::site::Site;
use crate::store::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};

/// Where the page is.
const PATH: &str = "/console/check";

/// Registers the pages.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(show)
        .service(one::ask)
        .service(list::filter)
        .service(list::file);
}

/// What was asked, kept for the page.
#[derive(Debug, Clone, Default)]
struct Asked {
    contact: String,
    /// Purpose and channel: `offers email`.
    wanted: String,
}

/// What the page shows besides its forms.
#[derive(Default)]
struct Shown {
    asked: Asked,
    one: Option<CheckedOne>,
    list: Option<CheckedList>,
    fault: Option<CheckFault>,
}

/// The page.
#[get("/console/check")]
pub(super) async fn show(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    match allowed::<CheckDecisions>(&site, &request, visit).await {
        Ok((open, grant)) => {
            let may = |purpose: &Purpose| grant.is_for(purpose);
            page(&site, visit, &open, &may, Shown::default())
        }
        Err(sent_away) => sent_away,
    }
}

fn page(
    site: &Site,
    visit: Visit<'_>,
    open: &Session,
    may: &dyn Fn(&Purpose) -> bool,
    shown: Shown,
) -> HttpResponse {
    let mut frame = frame(visit, open);
    let was_posted = shown.one.is_some() || shown.list.is_some() || shown.fault.is_some();
    if was_posted {
        // another language would be another question, without whom it is about
        frame.switch_path = None;
    }
    let form = |path: &str| PostForm {
        action_url: format!("{PATH}{path}"),
        hidden: vec![("csrf".into(), open.csrf.clone())],
    };
    let status = match shown.fault {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = CheckingPage {
        ask: form(""),
        filter: form("/list"),
        contact: shown.asked.contact,
        wanted: wanted(site, visit, may, &shown.asked.wanted),
        one: shown.one,
        list: shown.list,
        fault: shown.fault,
        frame,
    };
    browser::page(status, page.render())
}

/// Every purpose with each of its channels.
pub(in crate::http::console) fn wanted(
    site: &Site,
    visit: Visit<'_>,
    may: &dyn Fn(&Purpose) -> bool,
    chosen: &str,
) -> Vec<Pick> {
    let view = site.app.index().view();
    let w = crate::http::pages::Words::of(visit.language.for_staff());
    let purposes = view.catalogue().purposes.values();
    let picks = purposes.filter(|purpose| may(purpose)).flat_map(|purpose| {
        let title = text(&purpose.title, visit.language).text;
        let one = move |channel: &Channel| {
            let value = format!("{} {}", purpose.id, channel.as_str());
            let label = format!("{title}, {}", w.code("channel", channel.as_str()));
            pick(&value, label, chosen == value)
        };
        purpose.channels.iter().map(one)
    });
    picks.collect()
}

/// The register does not answer.
fn unread(visit: Visit<'_>, open: &Session) -> HttpResponse {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    problem(status, ProblemKind::Unavailable, visit, open)
}
