//! The board.

use super::picks::{pick, words};
use super::{PATH, blocked, keepers};
use crate::access::{Grant, KeepRequests, ReadRequests};
use crate::app::requests::{Board, today};
use crate::domain::requests::RequestKind;
use crate::http::browser::{self, Visit};
use crate::http::console::{allowed, frame, granted, problem};
use crate::http::pages::{BoardPage, FeedView, Pick, PostForm, ProblemKind, Words};
use crate::http::site::Site;
use crate::store::{DsrFilter, ReadsRequests, Session};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;

/// What is asked for in the address.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// A kind.
    #[serde(default)]
    kind: String,
    /// `mine`, `none`, or the id of a member of staff.
    #[serde(default)]
    owner: String,
    /// `table`.
    #[serde(default)]
    view: String,
}

/// The board, or the same as a table.
#[get("/console/requests")]
pub async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    asked: web::Query<Asked>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let (open, grant) = match allowed::<ReadRequests>(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    page(&site, visit, &open, grant, (asked.0, None, false)).await
}

/// The page; with the address of a feed that was just made, or where a form was too old.
pub(super) async fn page<P: ReadsRequests + 'static>(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    grant: Grant<P>,
    (asked, feed_url, stale): (Asked, Option<String>, bool),
) -> HttpResponse {
    let (asking, staff) = (site.clone(), open.staff);
    let filter = DsrFilter {
        kind: asked.kind.parse().ok(),
        owner: match asked.owner.as_str() {
            "mine" => Some(staff),
            other => other.parse().ok(),
        },
        ..DsrFilter::default()
    };
    let day = today(site.app.now(), site.timezone);
    let keeps = granted::<KeepRequests>(open).ok();
    let read = blocked(move || {
        let board = asking.app.request_board(&grant, &filter, day)?;
        let has_feed = keeps.map(|keeps| asking.app.has_feed(&keeps, staff));
        Ok((board, has_feed.transpose()?))
    });
    let Ok((mut board, has_feed)) = read.await else {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return problem(status, ProblemKind::Unavailable, visit, open);
    };
    if asked.owner == "none" {
        leave_owned_out(&mut board);
    }
    let frame = frame(visit, open);
    let w = frame.words();
    let page = BoardPage {
        kinds: kinds(w, &asked.kind),
        owners: owners(w, &board, &asked.owner),
        table: asked.view == "table",
        other_url: other_url(&asked, frame.language.code()),
        feed: has_feed.map(|has_feed| feed(open, has_feed, feed_url)),
        frame,
        board,
        stale,
    };
    let status = if stale {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    browser::page(status, page.render())
}

fn leave_owned_out(board: &mut Board) {
    board.cards.retain(|card| card.view.request.owner.is_none());
    board.first = (0..board.cards.len().min(3)).collect();
}

fn kinds(w: Words, chosen: &str) -> Vec<Pick> {
    let all = pick("", w.get("requests-all-kinds"), chosen.is_empty());
    let codes = RequestKind::ALL.iter().map(|kind| kind.as_str());
    let kinds = words(w, "request-kind", codes, chosen);
    std::iter::once(all).chain(kinds).collect()
}

fn owners(w: Words, board: &Board, chosen: &str) -> Vec<Pick> {
    let mut picks = vec![
        pick("", w.get("requests-anybody"), chosen.is_empty()),
        pick("mine", w.get("requests-mine"), chosen == "mine"),
        pick("none", w.get("requests-nobodys"), chosen == "none"),
    ];
    picks.extend(keepers(&board.staff).map(|one| {
        let id = one.id.to_string();
        pick(&id, one.login.clone(), chosen == id)
    }));
    picks
}

fn other_url(asked: &Asked, language: &str) -> String {
    let kept = [("kind", &asked.kind), ("owner", &asked.owner)];
    let mut url = format!("{PATH}?lang={language}");
    for (name, value) in kept.iter().filter(|(_, value)| is_word(value)) {
        url.push_str(&format!("&{name}={value}"));
    }
    if asked.view != "table" {
        url.push_str("&view=table");
    }
    url
}

/// What can stand in an address as it is.
fn is_word(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !text.is_empty() && text.bytes().all(plain)
}

fn feed(open: &Session, has_feed: bool, url: Option<String>) -> FeedView {
    let form = |path: &str| PostForm {
        action_url: format!("{PATH}/{path}"),
        hidden: vec![("csrf".into(), open.csrf.clone())],
    };
    FeedView {
        make: form("feed"),
        end: has_feed.then(|| form("feed/end")),
        url,
    }
}
