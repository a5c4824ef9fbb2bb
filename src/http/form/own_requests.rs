//! `/me/requests`: a customer's own requests, and one of them: by when it must be answered, where it stands,
//! what was written. Somebody else's is answered as one that there is not.

use super::me::{In, kept, sent, signed_in};
use super::rights::holds_at_once;
use super::{failed, frame, unavailable};
use crate::access::token::{PlainToken, TokenKind};
use crate::app::Refusal;
use crate::app::requests::{OwnDsr, RequestView, today};
use crate::domain::ids::DsrId;
use crate::domain::personal::Personal;
use crate::domain::requests::{
    Ground, KnownBy, LONGEST_TEXT, Outcome, Request, State, WrittenBy, authority,
};
use crate::http::browser::{self, Form, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{
    Frame, OwnExtension, OwnIdentity, OwnItem, OwnMessage, OwnRequestPage, OwnRequestsPage,
    OwnState, PostForm, ProblemKind,
};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::{DsrMessage, IdempotencyKey};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::NaiveDate;

/// All of them.
#[get("/me/requests")]
pub async fn list(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let found = match signed_in(&site, &request, visit).await {
        Ok(found) => found,
        Err(sent_away) => return sent_away,
    };
    let app = site.clone();
    let own = block(move || {
        let (app, grant) = (&app.app, &found.grant);
        Ok::<_, Refusal>((app.own_requests(grant)?, app.own_holds(grant)?))
    });
    let Ok((own, holds)) = own.await else {
        return unavailable(&site, visit);
    };
    let (lang, day) = (visit.language.code(), today(site.app.now(), site.timezone));
    let item = |request: Request| OwnItem {
        kind: request.receipt.kind.as_str(),
        number: request.id.number(),
        url: format!("/me/requests/{}?lang={lang}", request.id),
        state: state(request, day),
    };
    let page = OwnRequestsPage {
        frame: framed(&site, &visit, "/me/requests".into()),
        items: own.into_iter().map(|one| item(one.request)).collect(),
        kept: kept(&holds),
        links: vec![
            ("me-rights", format!("/me/rights?lang={lang}")),
            ("history-back", format!("/me?lang={lang}")),
        ],
    };
    browser::page(StatusCode::OK, page.render())
}

/// One of them.
#[get("/me/requests/{id}")]
pub async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    match signed_in(&site, &request, visit).await {
        Ok(found) => shown(&site, visit, &found, &id, None).await,
        Err(sent_away) => sent_away,
    }
}

async fn shown(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    found: &In,
    id: &str,
    wrong: Option<String>,
) -> HttpResponse {
    let Ok(id) = id.parse::<DsrId>() else {
        return nowhere(site, &visit);
    };
    let (app, grant) = (site.clone(), found.grant.clone());
    let own = block(move || match app.app.own_request(&grant, id) {
        Ok(own) => Ok(Some(own)),
        Err(Refusal::NotFound(_)) => Ok(None),
        Err(refusal) => Err(refusal),
    });
    let status = match wrong {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    match own.await {
        Ok(Some(own)) => {
            let Ok(once) = PlainToken::new(TokenKind::Browser, site.app.entropy()) else {
                return unavailable(site, visit);
            };
            let once = once.reveal().to_owned();
            browser::page(status, page(site, visit, found, own, (wrong, once)))
        }
        Ok(None) => nowhere(site, &visit),
        Err(_) => unavailable(site, visit),
    }
}

/// A form about one of them that somebody who is signed in sent from our own page.
async fn sent_about<'r>(
    site: &web::Data<Site>,
    request: &'r HttpRequest,
    id: &str,
    body: &Body<SMALL>,
) -> Result<(Form, Visit<'r>, In, DsrId), HttpResponse> {
    let (form, visit, found) = sent(site, request, body).await?;
    let id = id.parse().map_err(|_| nowhere(site, &visit))?;
    Ok((form, visit, found, id))
}

/// Takes a message. The same form sent twice is one message.
#[post("/me/requests/{id}/messages")]
pub async fn write(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body<SMALL>,
) -> HttpResponse {
    let (form, visit, found, dsr) = match sent_about(&site, &request, &id, &body).await {
        Ok(sent) => sent,
        Err(sent_away) => return sent_away,
    };
    let text = form.get("text").unwrap_or_default().replace("\r\n", "\n");
    let text = text.trim().to_owned();
    if text.is_empty() || text.chars().count() > LONGEST_TEXT {
        return shown(&site, visit, &found, &id, Some(text)).await;
    }
    let (app, now) = (&site.app, site.app.now());
    let once = once(&site, &found, (dsr, &text), &form);
    let written = app.write_about_own(&found.grant, (dsr, text), now, Some(once));
    answered(&site, visit, dsr, written.await.map(drop))
}

/// By which the same form is known again; another text in it is another message.
fn once(site: &Site, found: &In, (id, text): (DsrId, &str), form: &Form) -> IdempotencyKey {
    let sent = form.get("once").unwrap_or_default();
    let tag = |what: String| site.app.keys().form_tag(what.as_bytes());
    let key = tag(format!("once/{}/{id}/{sent}/{text}", found.session.csrf));
    IdempotencyKey {
        key,
        fingerprint: key,
    }
}

/// Says that a request is one's own.
#[post("/me/requests/{id}/own")]
pub async fn say_own(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body<SMALL>,
) -> HttpResponse {
    let (_, visit, found, id) = match sent_about(&site, &request, &id, &body).await {
        Ok(sent) => sent,
        Err(sent_away) => return sent_away,
    };
    let done = site.app.own_it(&found.grant, id, site.app.now()).await;
    answered(&site, visit, id, done.map(drop))
}

/// Takes one back.
#[post("/me/requests/{id}/withdrawal")]
pub async fn withdraw(
    site: web::Data<Site>,
    request: HttpRequest,
    id: web::Path<String>,
    body: Body<SMALL>,
) -> HttpResponse {
    let (_, visit, found, id) = match sent_about(&site, &request, &id, &body).await {
        Ok(sent) => sent,
        Err(sent_away) => return sent_away,
    };
    let done = site.app.withdraw_own(&found.grant, id, site.app.now());
    answered(&site, visit, id, done.await.map(drop))
}

/// Back to the page, which says how the request stands: also to whoever came too late.
fn answered(site: &Site, visit: Visit<'_>, id: DsrId, done: Result<(), Refusal>) -> HttpResponse {
    match done {
        Ok(()) | Err(Refusal::Conflict { .. }) => {
            let lang = visit.language.code();
            browser::to(&format!("/me/requests/{id}?lang={lang}"))
        }
        Err(Refusal::NotFound(_)) => nowhere(site, &visit),
        Err(_) => {
            let (status, kind) = (StatusCode::SERVICE_UNAVAILABLE, ProblemKind::NotSaved);
            failed(site, &visit, status, kind)
        }
    }
}

fn page(
    site: &Site,
    visit: Visit<'_>,
    found: &In,
    own: OwnDsr,
    (wrong, once): (Option<String>, String),
) -> String {
    let (request, lang) = (own.stored.request, visit.language.code());
    let path = format!("/me/requests/{}", request.id);
    let post = |what: &str| PostForm {
        action_url: format!("{path}/{what}"),
        hidden: vec![("csrf".into(), found.session.csrf.clone())],
    };
    let mut answer = post("messages");
    answer.hidden.push(("once".into(), once));
    let (is_open, kind) = (request.is_open(), request.receipt.kind);
    let wanted = is_open && request.identity.is_none() && kind.needs_identity();
    OwnRequestPage {
        frame: framed(site, &visit, path.clone()),
        kind: kind.as_str(),
        number: request.id.number(),
        closed_as: closed_as(&request),
        ground: ground(&request).map(|ground| (ground.as_str(), ground.source())),
        extension: extension(&request),
        repeats: own.stored.duplicate_of.map(|other| other.number()),
        received_on: request.receipt.received_on,
        identity: identity(&request),
        in_work: request.owner.is_some() || request.state != State::Received,
        at_once: holds_at_once(kind),
        correction: request.correction.map(|one| one.what.as_str()),
        own: wanted.then(|| post("own")),
        messages: own
            .messages
            .iter()
            .filter_map(|one| message(site, one))
            .collect(),
        write: answer,
        wrong,
        withdraw: is_open.then(|| post("withdrawal")),
        authority: authority(&request.receipt.country).map(|one| (one.name, one.url)),
        links: vec![("me-requests", format!("/me/requests?lang={lang}"))],
        state: state(request, today(site.app.now(), site.timezone)),
    }
    .render()
}

fn state(request: Request, day: NaiveDate) -> OwnState {
    if let State::Done(outcome) = request.state {
        let (Outcome::Fulfilled(on)
        | Outcome::PartlyFulfilled(on, _)
        | Outcome::Refused(on, _)
        | Outcome::Closed(on, _)) = outcome;
        return OwnState::Done(request.state_word(), on);
    }
    let received = request.receipt.received_on;
    let view = RequestView::of(request, day);
    match (view.suspended_since, view.due_on) {
        (Some(since), _) => OwnState::Waits(since),
        (None, Some(due)) if due < day => OwnState::Late(due),
        (None, due) => OwnState::Due(due.or(view.statutory).unwrap_or(received)),
    }
}

fn closed_as(request: &Request) -> Option<&'static str> {
    match request.state {
        State::Done(Outcome::Closed(_, reason)) => Some(reason.as_str()),
        _ => None,
    }
}

fn ground(request: &Request) -> Option<Ground> {
    match request.state {
        State::Done(Outcome::PartlyFulfilled(_, ground) | Outcome::Refused(_, ground)) => {
            Some(ground)
        }
        _ => None,
    }
}

fn extension(request: &Request) -> Option<OwnExtension> {
    let extension = request.extension?;
    Some(OwnExtension {
        reason: extension.reason.as_str(),
        told_on: extension.told_on,
        first: request.deadline().and_then(|deadline| deadline.first.day()),
    })
}

fn identity(request: &Request) -> OwnIdentity {
    let asked = request
        .questions
        .last()
        .filter(|one| one.answered.is_none());
    match (request.identity, asked) {
        (Some(KnownBy::SignIn), _) => OwnIdentity::Known("sign_in"),
        (Some(KnownBy::KnownContact), _) => OwnIdentity::Known("known_contact"),
        (Some(_), _) => OwnIdentity::Known("other"),
        (None, Some(question)) => OwnIdentity::Asked(question.asked),
        (None, None) => OwnIdentity::Open,
    }
}

fn message(site: &Site, one: &DsrMessage) -> Option<OwnMessage> {
    let written = one.message.as_ref().map(Personal::reveal);
    let made = one.made.as_ref().map(Personal::reveal);
    let text = written.map(|message| message.text.clone());
    Some(OwnMessage {
        mine: written.is_none_or(|message| message.by == WrittenBy::Person),
        at: one.at.with_timezone(&site.timezone),
        text: text.or_else(|| made?.text.clone())?,
    })
}

fn framed(site: &Site, visit: &Visit<'_>, path: String) -> Frame {
    let catalogue = site.app.index().view().catalogue().clone();
    Frame {
        switch_path: Some(path),
        ..frame(&catalogue, visit)
    }
}

fn nowhere(site: &Site, visit: &Visit<'_>) -> HttpResponse {
    failed(site, visit, StatusCode::NOT_FOUND, ProblemKind::NotFound)
}
