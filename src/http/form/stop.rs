//! `/u/{token}`: stop everything. The target of `List-Unsubscribe` (RFC 8058): a mail program
//! posts to it without cookie or page; a person who opens it sees a page first.

use super::show::opened;
use super::{code, failed, frame, gone, text, undo};
use crate::app::choices::OwnChoicesView;
use crate::app::choose::{Changes, Wishes};
use crate::domain::registry::{Act, Identifier};
use crate::domain::signals::one_click::{Unsubscribe, unsubscribe_request};
use crate::http::browser::{self, Form, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    AlreadyStopped, AlreadyStoppedPage, PostForm, ProblemKind, Remaining, StopItem, StopPage,
    StoppedPage,
};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::Committed;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, get, post, web};

/// Shows what would stop. It changes nothing, whoever opens the link.
#[get("/u/{token}")]
pub async fn ask(
    site: web::Data<Site>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let (token, view) =
        match opened(&site, &visit, token.into_inner(), ProblemKind::Unavailable).await {
            Ok(found) => found,
            Err(answer) => return answer,
        };
    browser::page(StatusCode::OK, asked(visit, &token, &view))
}

/// Stops everything. A mail program's one click comes from no page of ours, and only ever says
/// no, so that it needs no further guard than the token.
#[post("/u/{token}")]
pub async fn stop(
    site: web::Data<Site>,
    request: HttpRequest,
    token: web::Path<String>,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let (token, view) = match opened(&site, &visit, token.into_inner(), ProblemKind::NotSaved).await
    {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let now = site.app.now();
    let entered = {
        let (site, token) = (site.clone(), token.clone());
        block(move || site.app.enter(&token, now)).await
    };
    let Ok(Some((grant, _))) = entered else {
        return gone(&site, &visit);
    };
    let wishes = Wishes {
        rows: Vec::new(),
        paces: Vec::new(),
        stop_all: true,
        seen: 0,
        language: code(visit.language),
        act: act(&request, &body.0),
    };
    match site.app.choose(&grant, wishes, now).await {
        Ok(Some(done)) => {
            let html = stopped(&site, visit, &token, &view, &done);
            browser::page(StatusCode::OK, html)
        }
        Ok(None) => browser::page(StatusCode::OK, already(&site, visit, &token, &view)),
        Err(_) => failed(
            &site,
            &visit,
            StatusCode::SERVICE_UNAVAILABLE,
            ProblemKind::NotSaved,
        ),
    }
}

/// By which act: a mail program's one click, or the button on our own page.
fn act(request: &HttpRequest, body: &[u8]) -> Act {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|text| text.to_str().ok());
    match unsubscribe_request(request.method().as_str(), content_type, body) {
        Unsubscribe::OneClick => Act::OneClick,
        _ => Act::StopAll,
    }
}

fn asked(visit: Visit, token: &str, view: &OwnChoicesView) -> String {
    StopPage {
        frame: frame(&view.catalogue, visit.language),
        masked_contact: masked(view),
        items: items(view, visit),
        form: PostForm {
            action_url: format!("/u/{token}"),
            hidden: Vec::new(),
        },
        all_form: None,
        choices_url: Some(format!("/c/{token}")),
    }
    .render()
}

fn stopped(
    site: &Site,
    visit: Visit,
    token: &str,
    view: &OwnChoicesView,
    done: &Committed<Changes>,
) -> String {
    let position = done.positions.last().copied();
    let undo =
        position.and_then(|position| undo::offer(site, visit, token, view, &done.value, position));
    let services = view
        .purposes
        .iter()
        .any(|offered| !offered.purpose.legal_basis.is_chosen());
    StoppedPage {
        frame: frame(&view.catalogue, visit.language),
        masked_contact: masked(view),
        items: items(view, visit),
        effective_at: site.app.now().utc().with_timezone(&site.timezone),
        position,
        remaining: if services {
            vec![Remaining::ServiceMessages]
        } else {
            Vec::new()
        },
        undo,
        choices_url: Some(format!("/c/{token}")),
    }
    .render()
}

fn already(site: &Site, visit: Visit, token: &str, view: &OwnChoicesView) -> String {
    let since = view
        .standing
        .objection
        .unwrap_or_else(|| site.app.now().utc());
    AlreadyStoppedPage {
        frame: frame(&view.catalogue, visit.language),
        masked_contact: masked(view),
        items: items(view, visit),
        already: AlreadyStopped::Everything(since.with_timezone(&site.timezone)),
        choices_url: Some(format!("/c/{token}")),
    }
    .render()
}

fn masked(view: &OwnChoicesView) -> String {
    view.contact
        .as_ref()
        .map(Identifier::masked)
        .unwrap_or_default()
}

/// Every stream that may write to the person, or might.
fn items(view: &OwnChoicesView, visit: Visit) -> Vec<StopItem> {
    let chosen = view
        .purposes
        .iter()
        .filter(|offered| offered.purpose.legal_basis.is_chosen());
    let open = chosen.flat_map(|offered| {
        let rows = offered
            .rows
            .iter()
            .filter(|row| row.1.as_ref().is_none_or(|state| !state.status.is_no()));
        rows.map(|row| StopItem {
            title: text(&offered.purpose.title, visit.language),
            channel: row.0.as_str().to_owned(),
        })
    });
    open.collect()
}
