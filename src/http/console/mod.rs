//! The console: staff sign in, see the state, export audit reports.

mod account;
mod actors;
mod agent;
mod background;
mod checking;
mod codes;
mod disputes;
mod export;
mod factor;
mod home;
mod imports;
mod keys;
mod looks;
mod passkey_in;
mod passkeys;
mod policies;
pub mod proof;
mod provider;
mod purposes;
mod reports;
mod requests;
mod retention;
mod sign_in;
mod staff;
mod system;
mod turn;

use super::browser::{self, Form, Visit, from_our_page};
use super::pages::{Account, Frame, PostForm, ProblemKind, ProblemPage};
use super::site::Site;
use super::work::block;
use crate::access::{Forbidden, Grant, Permission, Principal, authorize_within};
use crate::app::accounts::Ahead;
use crate::store::Session;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use std::sync::Arc;

/// Registers the console's pages.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(sign_in::show)
        .service(sign_in::enter)
        .service(sign_in::ask)
        .service(sign_in::typed)
        .service(sign_in::leave)
        .service(provider::go)
        .service(provider::prove)
        .service(provider::back)
        .service(provider::logout)
        .service(passkey_in::challenge)
        .service(passkey_in::enter)
        .service(passkeys::challenge)
        .service(passkeys::add)
        .service(passkeys::remove)
        .service(factor::show)
        .service(factor::offer)
        .service(factor::confirm)
        .service(account::show)
        .service(account::password)
        .service(account::end)
        .service(account::recovery)
        .service(proof::go_on)
        .service(home::home)
        .service(export::export)
        .configure(agent::routes)
        .configure(requests::routes)
        .configure(purposes::routes)
        .configure(policies::routes)
        .configure(checking::routes)
        .configure(imports::routes)
        .service(background::show)
        .service(background::fetch)
        .service(background::approve)
        .service(background::refuse)
        .service(codes::list)
        .service(codes::sheet)
        .service(disputes::show)
        .service(disputes::close)
        .service(disputes::look)
        .service(keys::show)
        .service(retention::show)
        .service(retention::pause)
        .service(retention::place)
        .service(retention::lift)
        .service(system::show)
        .service(staff::show)
        .service(staff::disable)
        .service(staff::enable)
        .service(staff::end)
        .service(reports::show)
        .service(reports::make);
}

/// The session cookie's name; with its guard where connections are encrypted.
fn cookie(site: &Site) -> &'static str {
    if site.is_https() {
        "__Host-placet"
    } else {
        "placet"
    }
}

fn token(site: &Site, request: &HttpRequest) -> Option<String> {
    // a proof a moment ago gave the session another
    if let Some(proof::Renewed(token)) = request.extensions().get() {
        return Some(token.clone());
    }
    request
        .cookie(cookie(site))
        .map(|cookie| cookie.value().to_owned())
}

/// Who is signed in; `None` sends them to the sign-in page. What a command or another node published a moment ago is
/// then on their page.
async fn session(site: &web::Data<Site>, request: &HttpRequest) -> Option<Session> {
    let token = token(site, request)?;
    let own = site.clone();
    let open = block(move || own.app.session(&token, own.app.now()));
    let open = open.await.ok().flatten()?;
    let _behind = site.app.fresh().await;
    Some(open)
}

/// Whose password was right and who is not in yet, with what is ahead of them.
async fn begun(site: &web::Data<Site>, request: &HttpRequest) -> Option<(Session, Ahead)> {
    let token = token(site, request)?;
    let site = site.clone();
    block(move || site.app.begun_session(&token, site.app.now()))
        .await
        .ok()
        .flatten()
}

/// An answer by which the browser gets a session's token.
fn with_session(site: &Site, response: HttpResponse, token: &str) -> HttpResponse {
    browser::with_cookie(response, &opened(site, token))
}

/// The cookie of a session.
fn opened(site: &Site, token: &str) -> Cookie<'static> {
    Cookie::build(cookie(site), token.to_owned())
        .path("/")
        .http_only(true)
        .secure(site.is_https())
        .same_site(SameSite::Strict)
        .finish()
}

/// Who is signed in, with what they may do at this address; others are sent away.
async fn allowed<P: Permission>(
    site: &web::Data<Site>,
    request: &HttpRequest,
    visit: Visit<'_>,
) -> Result<(Session, Grant<P>), HttpResponse> {
    let Some(open) = session(site, request).await else {
        return Err(to("/console/sign-in"));
    };
    match granted(&open) {
        Ok(grant) => Ok((open, grant)),
        Err(_) => Err(forbidden(visit, &open)),
    }
}

/// Whether a page of this session sent the form.
fn is_ours(site: &Site, request: &HttpRequest, form: &Form, open: &Session) -> bool {
    from_our_page(request, site) && form.get("csrf") == Some(open.csrf.as_str())
}

const fn principal(session: &Session) -> Principal {
    Principal::Staff(session.staff, session.terms.role)
}

/// What whoever is signed in may do, within the bounds of their account.
fn granted<P: Permission>(session: &Session) -> Result<Grant<P>, Forbidden> {
    let bounds = Arc::new(session.terms.bounds.clone());
    authorize_within(&principal(session), &bounds)
}

fn frame(visit: Visit<'_>, session: &Session) -> Frame {
    let sign_out = PostForm {
        action_url: "/console/sign-out".into(),
        hidden: vec![("csrf".into(), session.csrf.clone())],
    };
    Frame::console(
        visit.language,
        Some(Account {
            name: session.login.clone(),
            sign_out,
        }),
    )
}

fn forbidden(visit: Visit<'_>, open: &Session) -> HttpResponse {
    problem(StatusCode::FORBIDDEN, ProblemKind::Forbidden, visit, open)
}

/// Nothing was written down.
fn unavailable(visit: Visit<'_>, open: &Session, back: &str) -> HttpResponse {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    problem_from(status, ProblemKind::NotSaved, visit, open, back)
}

fn problem(
    status: StatusCode,
    kind: ProblemKind,
    visit: Visit<'_>,
    open: &Session,
) -> HttpResponse {
    problem_from(status, kind, visit, open, "/console")
}

fn problem_from(
    status: StatusCode,
    kind: ProblemKind,
    visit: Visit<'_>,
    open: &Session,
    back: &str,
) -> HttpResponse {
    let page = ProblemPage {
        frame: frame(visit, open),
        kind,
        reference: None,
        back_url: Some(back.to_owned()),
    };
    browser::page(status, page.render())
}

fn to(address: &'static str) -> HttpResponse {
    to_page(address)
}

fn to_page(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .finish()
}
