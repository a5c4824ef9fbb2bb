//! `/me`: the page of a customer who is signed in, and what leads on from it.

use super::enter::{GOAL, GOAL_MINUTES, Goal, SESSION};
use super::{failed, frame, unavailable};
use crate::access::token::TokenHash;
use crate::access::{Grant, OwnFile};
use crate::app::Refusal;
use crate::audit::encoding::hex;
use crate::domain::ids::Blind;
use crate::domain::registry::IdentifierKind;
use crate::domain::requests::Hold;
use crate::http::browser::{self, Form, Visit, from_our_page};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{Frame, KeptBack, MePage, OwnContact, PostForm, ProblemKind};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::{CustomerSession, StoredIdentifier};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};

/// The pages that the customer's own leads on to.
const LINKS: [(&str, &str); 4] = [
    ("me-rights", "/me/rights"),
    ("me-requests", "/me/requests"),
    ("me-history", "/me/history"),
    ("me-data", "/me/data"),
];

/// Who is in, and what they may read of their own.
pub(super) struct In {
    pub grant: Grant<OwnFile>,
    pub session: CustomerSession,
    /// What is kept of the session's token.
    pub token: TokenHash,
}

/// Who is signed in in this browser; others are sent to the sign-in page.
pub(super) async fn signed_in(
    site: &web::Data<Site>,
    request: &HttpRequest,
    visit: Visit<'_>,
) -> Result<In, HttpResponse> {
    let Some(token) = browser::cookie_of(request, site, SESSION) else {
        return Err(to_sign_in_from(site, visit));
    };
    let (app, hash) = (site.clone(), TokenHash::of(&token));
    match block(move || app.app.signed_in(&token, app.app.now())).await {
        Ok(Some((grant, session))) => {
            visit.in_name_of(session.via.controller.as_ref());
            Ok(In {
                grant,
                session,
                token: hash,
            })
        }
        Ok(None) => Err(to_sign_in_from(site, visit)),
        Err(_) => Err(unavailable(site, visit)),
    }
}

/// What a page of this session sent, with who is in; others are sent away.
pub(super) async fn sent<'r>(
    site: &web::Data<Site>,
    request: &'r HttpRequest,
    body: &Body<SMALL>,
) -> Result<(Form, Visit<'r>, In), HttpResponse> {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(request, site, &form);
    let found = signed_in(site, request, visit).await?;
    if !is_ours(site, request, &form, &found.session) {
        let (status, kind) = (StatusCode::FORBIDDEN, ProblemKind::StaleForm);
        return Err(failed(site, &visit, status, kind));
    }
    Ok((form, visit, found))
}

/// The page.
#[get("/me")]
pub async fn me(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    match signed_in(&site, &request, visit).await {
        Ok(found) => shown(&site, visit, found).await,
        Err(sent_away) => sent_away,
    }
}

async fn shown(site: &web::Data<Site>, visit: Visit<'_>, found: In) -> HttpResponse {
    let (grant, app) = (found.grant.clone(), site.clone());
    let own = block(move || {
        Ok::<_, Refusal>((app.app.own_contacts(&grant)?, app.app.own_holds(&grant)?))
    });
    match own.await {
        Ok((contacts, holds)) => {
            let html = page(site, visit, &found.session, &contacts, &holds);
            browser::page(StatusCode::OK, html)
        }
        Err(_) => unavailable(site, visit),
    }
}

/// Opens the choices of one contact point, by a link that lives as long as a visit.
#[post("/me/choices")]
pub async fn choices(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> HttpResponse {
    let (form, visit, found) = match sent(&site, &request, &body).await {
        Ok(sent) => sent,
        Err(sent_away) => return sent_away,
    };
    let wanted = form.get("contact").unwrap_or_default().to_owned();
    let opened = {
        let site = site.clone();
        block(move || opened(&site, &found, &wanted)).await
    };
    match opened {
        Ok(Some(address)) => browser::to(&format!("{address}?lang={}", visit.language.code())),
        Ok(None) => failed(&site, &visit, StatusCode::NOT_FOUND, ProblemKind::NotFound),
        Err(_) => unavailable(&site, visit),
    }
}

fn opened(site: &Site, found: &In, wanted: &str) -> Result<Option<String>, Refusal> {
    let contacts = site.app.own_contacts(&found.grant)?;
    let is_it = |held: &&StoredIdentifier| name(site, &found.session, &held.blind) == wanted;
    let Some(held) = contacts.iter().find(is_it) else {
        return Ok(None);
    };
    let now = site.app.now();
    Ok(Some(site.app.open_choices(
        &found.grant,
        (held.blind, found.session.via.clone()),
        now,
    )?))
}

/// Signs out.
#[post("/me/sign-out")]
pub async fn leave(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let (_, visit, _) = match sent(&site, &request, &body).await {
        Ok(sent) => sent,
        Err(sent_away) => return sent_away,
    };
    let token = browser::cookie_of(&request, &site, SESSION).unwrap_or_default();
    let closed = {
        let site = site.clone();
        block(move || site.app.leave(&token)).await
    };
    match closed {
        Ok(()) => {
            let gone = browser::no_cookie(&site, SESSION);
            let mut response = browser::with_cookie(to_sign_in(visit), &gone);
            browser::clear(&mut response);
            response
        }
        Err(_) => unavailable(&site, visit),
    }
}

fn is_ours(site: &Site, request: &HttpRequest, form: &Form, session: &CustomerSession) -> bool {
    from_our_page(request, site) && form.get("csrf") == Some(session.csrf.as_str())
}

/// The name of a contact point in the forms of one session: it says nothing outside of it.
fn name(site: &Site, session: &CustomerSession, contact: &Blind) -> String {
    let both = [session.csrf.as_bytes(), b"/", &contact.0].concat();
    hex(&site.app.keys().form_tag(&both))
}

fn page(
    site: &Site,
    visit: Visit<'_>,
    session: &CustomerSession,
    contacts: &[StoredIdentifier],
    holds: &[Hold],
) -> String {
    let catalogue = site.app.index().view().catalogue().clone();
    let csrf = || ("csrf".to_owned(), session.csrf.clone());
    let own = |held: &StoredIdentifier| {
        let kind = held.identifier.kind();
        let form = PostForm {
            action_url: "/me/choices".into(),
            hidden: vec![
                csrf(),
                ("contact".to_owned(), name(site, session, &held.blind)),
            ],
        };
        OwnContact {
            kind: kind.as_str().to_owned(),
            masked: held.identifier.masked(),
            choices: (kind != IdentifierKind::CrmId).then_some(form),
        }
    };
    let mine = contacts.iter().find(|held| held.blind == session.contact);
    MePage {
        frame: Frame {
            switch_path: Some("/me".into()),
            ..frame(&catalogue, &visit)
        },
        masked_contact: mine
            .map(|held| held.identifier.masked())
            .unwrap_or_default(),
        contacts: contacts.iter().map(own).collect(),
        kept: kept(holds),
        links: LINKS
            .iter()
            .map(|(word, path)| (*word, format!("{path}?lang={}", visit.language.code())))
            .collect(),
        sign_out: PostForm {
            action_url: "/me/sign-out".into(),
            hidden: vec![csrf()],
        },
    }
    .render()
}

/// What is kept of somebody's, in the order of its end.
pub(super) fn kept(holds: &[Hold]) -> Vec<KeptBack> {
    let one = |hold: &Hold| KeptBack {
        ground: hold.ground.as_str(),
        law: hold.ground.source(),
        until: hold.until,
    };
    let mut kept: Vec<KeptBack> = holds.iter().map(one).collect();
    kept.sort_by_key(|one| one.until);
    kept
}

/// To the sign-in page, and afterwards to where they were going.
fn to_sign_in_from(site: &Site, visit: Visit<'_>) -> HttpResponse {
    let going = Goal::of(visit.request.path());
    let goal = going.map_or_else(
        || browser::no_cookie(site, GOAL),
        |goal| browser::cookie(site, GOAL, goal.word(), Some(GOAL_MINUTES)),
    );
    browser::with_cookie(to_sign_in(visit), &goal)
}

fn to_sign_in(visit: Visit<'_>) -> HttpResponse {
    browser::to(&format!("/sign-in?lang={}", visit.language.code()))
}
