//! `/u/{token}`: stop everything. The target of `List-Unsubscribe` (RFC 8058): a mail program
//! posts to it without cookie or page; a person who opens it sees a page first.

use super::{code, failed, frame, gone, masked, text, undo};
use crate::access::{Grant, StopOwn};
use crate::app::Refusal;
use crate::app::choices::OwnChoicesView;
use crate::app::choose::Changes;
use crate::domain::registry::Act;
use crate::domain::signals::one_click::{Unsubscribe, unsubscribe_request};
use crate::http::browser::{self, Form, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    AlreadyStopped, AlreadyStoppedPage, PostForm, ProblemKind, Remaining, StopItem, StopPage,
    StoppedPage,
};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::{Committed, LinkPower};
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
    let kind = ProblemKind::Unavailable;
    match opened(&site, &visit, token.into_inner(), kind).await {
        Ok((_, found)) => browser::page(StatusCode::OK, asked(visit, &found)),
        Err(answer) => answer,
    }
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
    let kind = ProblemKind::NotSaved;
    let (grant, page) = match opened(&site, &visit, token.into_inner(), kind).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let how = (code(visit.language), act(&request, &body.0));
    match site.app.stop_all(&grant, how, site.app.now()).await {
        Ok(Some(done)) => browser::page(StatusCode::OK, stopped(&site, visit, &page, &done)),
        Ok(None) => browser::page(StatusCode::OK, already(&site, visit, &page)),
        Err(_) => failed(
            &site,
            &visit,
            StatusCode::SERVICE_UNAVAILABLE,
            ProblemKind::NotSaved,
        ),
    }
}

/// What a link stops.
struct Stop {
    token: String,
    view: OwnChoicesView,
    power: LinkPower,
}

impl Stop {
    /// The page of all choices, where the link opens it.
    fn choices_url(&self) -> Option<String> {
        let opens = self.power == LinkPower::Choices;
        opens.then(|| format!("/c/{}", self.token))
    }
}

/// What is behind a link of either kind, or the page that says why there is nothing.
async fn opened(
    site: &web::Data<Site>,
    visit: &Visit<'_>,
    token: String,
    kind: ProblemKind,
) -> Result<(Grant<StopOwn>, Stop), HttpResponse> {
    let found = {
        let site = site.clone();
        block(move || {
            let Some((grant, link)) = site.app.enter_to_stop(&token, site.app.now())? else {
                return Ok(None);
            };
            let power = link.power;
            let view = site.app.own_choices(&grant, link)?;
            Ok::<_, Refusal>(Some((grant, Stop { token, view, power })))
        })
        .await
    };
    match found {
        Ok(Some((grant, found))) => {
            visit.in_name_of(found.view.via.controller.as_ref());
            Ok((grant, found))
        }
        Ok(None) => Err(gone(site, visit)),
        Err(_) => Err(failed(site, visit, StatusCode::SERVICE_UNAVAILABLE, kind)),
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

fn asked(visit: Visit<'_>, found: &Stop) -> String {
    let view = &found.view;
    StopPage {
        frame: frame(&view.catalogue, &visit),
        masked_contact: masked(view.contact.as_ref()),
        items: items(view, visit),
        form: PostForm {
            action_url: format!("/u/{}", found.token),
            hidden: Vec::new(),
        },
        all_form: None,
        choices_url: found.choices_url(),
    }
    .render()
}

fn stopped(site: &Site, visit: Visit<'_>, found: &Stop, done: &Committed<Changes>) -> String {
    let (token, view) = (&found.token, &found.view);
    let position = done.positions.last().copied();
    // a link that only stops takes nothing back
    let undo = position
        .filter(|_| found.power == LinkPower::Choices)
        .and_then(|position| undo::own(site, visit, token, view, &done.value, position));
    let services = view
        .purposes
        .iter()
        .any(|offered| !offered.purpose.legal_basis.is_chosen());
    StoppedPage {
        frame: frame(&view.catalogue, &visit),
        masked_contact: masked(view.contact.as_ref()),
        items: items(view, visit),
        effective_at: site.app.now().utc().with_timezone(&site.timezone),
        position,
        remaining: if services {
            vec![Remaining::ServiceMessages]
        } else {
            Vec::new()
        },
        undo,
        choices_url: found.choices_url(),
    }
    .render()
}

fn already(site: &Site, visit: Visit<'_>, found: &Stop) -> String {
    let view = &found.view;
    let since = view
        .standing
        .objection
        .unwrap_or_else(|| site.app.now().utc());
    AlreadyStoppedPage {
        frame: frame(&view.catalogue, &visit),
        masked_contact: masked(view.contact.as_ref()),
        items: items(view, visit),
        already: AlreadyStopped::Everything(since.with_timezone(&site.timezone)),
        choices_url: found.choices_url(),
    }
    .render()
}

/// Every stream that may write to the person, or might.
fn items(view: &OwnChoicesView, visit: Visit<'_>) -> Vec<StopItem> {
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
