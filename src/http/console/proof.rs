//! Some acts ask again who it is: where the last proof is older than [`FRESH`], the answer is a page that asks for
//! it, with everything that was filled in. Sent, the proof is looked at, and the act goes on as if nothing had been.
//! Which acts these are says one table, and a route that is not in it asks.

use super::{cookie, frame, is_ours, opened, passkeys, provider, session, to};
use crate::access::passkey::Assertion;
use crate::app::accounts::{Entered, FRESH};
use crate::domain::personal::Secret;
use crate::http::browser::{self, Form, Visit, wait};
use crate::http::json::{Body, LARGE, SMALL};
use crate::http::network::network;
use crate::http::pages::{Frame, PostForm, ProofError, ProofFor, ProofPage};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::Session;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, post, web};
use futures_util::stream;

/// What a session's token became, for whoever answers the request.
pub(super) struct Renewed(pub String);

/// Which requests of a route ask for a fresh proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// None of them.
    No,
    /// All of them.
    Yes,
    /// Those that do one of these acts.
    For(&'static [&'static str]),
}

/// Every route of the console that changes something, and the one that hands a file of the registry out.
pub const TABLE: &[(&str, &str, Asks)] = {
    use Asks::{For, No, Yes};
    &[
        ("POST", "/console/sign-in", No),
        ("POST", "/console/sign-in/code", No),
        ("POST", "/console/sign-in/passkey", No),
        ("POST", "/console/sign-in/passkey/challenge", No),
        ("POST", "/console/sign-in/provider", No),
        // the provider's own word, which its signature proves
        ("POST", "/console/sign-in/provider/logout", No),
        ("POST", "/console/sign-out", No),
        // leads to where the proof is given
        ("POST", "/console/account/proof/provider", No),
        ("POST", "/console/account/passkeys", Yes),
        // asks for nothing but a proof, or for what is looked at once it is sent
        ("POST", "/console/account/passkeys/challenge", No),
        ("POST", "/console/account/passkeys/remove", Yes),
        ("POST", "/console/account/password", Yes),
        ("POST", "/console/account/proof", Yes),
        ("POST", "/console/account/recovery", Yes),
        ("POST", "/console/account/second-factor", Yes),
        ("POST", "/console/account/second-factor/confirm", Yes),
        ("POST", "/console/account/sessions/end", Yes),
        ("POST", "/console/customers", No),
        ("POST", "/console/customers/answers", No),
        ("POST", "/console/customers/correct", No),
        ("POST", "/console/customers/undo", No),
        ("POST", "/console/disputes/{position}", No),
        ("POST", "/console/disputes/{position}/closure", No),
        ("POST", "/console/exports", Yes),
        ("POST", "/console/exports/{id}/approve", Yes),
        ("POST", "/console/exports/{id}/refuse", No),
        ("GET", "/console/exports/{id}/file", Yes),
        ("POST", "/console/check", No),
        ("POST", "/console/check/list", No),
        ("POST", "/console/check/file", No),
        ("POST", "/console/imports", No),
        ("POST", "/console/imports/columns", No),
        ("POST", "/console/imports/refused", No),
        // what many persons are held to have said from then on
        ("POST", "/console/imports/run", Yes),
        ("POST", "/console/policies/{digest}/simulate", No),
        // what decides everywhere from then on
        ("POST", "/console/policies/{digest}/approve", Yes),
        ("POST", "/console/purposes/check", No),
        // what everybody is asked from then on
        ("POST", "/console/purposes/publish", Yes),
        ("POST", "/console/reports", Yes),
        // the address of a feed is a key to the dates of requests
        ("POST", "/console/requests/feed", Yes),
        ("POST", "/console/requests/feed/end", Yes),
        ("POST", "/console/requests/new", No),
        // an answer may erase, in this registry and in other systems; a package is everything about a person
        (
            "POST",
            "/console/requests/{id}/act",
            For(&["fulfil", "package", "start"]),
        ),
        ("POST", "/console/retention/holds", Yes),
        ("POST", "/console/retention/holds/{id}/lift", Yes),
        // what was due is erased once the schedule goes on
        ("POST", "/console/retention/schedule", Yes),
        // who is kept out, and who is let in again
        ("POST", "/console/staff/{id}/disable", Yes),
        ("POST", "/console/staff/{id}/enable", Yes),
        ("POST", "/console/staff/{id}/end", Yes),
    ]
};

/// Whether a request of a route may ask for it, whatever is in its form.
fn may_ask(method: &Method, route: &str) -> bool {
    let of_route = |one: &&(&str, &str, Asks)| one.0 == method.as_str() && one.1 == route;
    let found = TABLE.iter().find(of_route).map(|found| found.2);
    found.map_or(*method != Method::GET, |asks| asks != Asks::No)
}

/// Whether a request asks for it: those that change something do, unless the table says otherwise.
fn asks(method: &Method, route: &str, form: &Form) -> bool {
    let found = TABLE
        .iter()
        .find(|(kind, pattern, _)| *kind == method.as_str() && *pattern == route);
    match found.map(|found| found.2) {
        Some(Asks::No) => false,
        Some(Asks::Yes) => true,
        Some(Asks::For(acts)) => form.get("act").is_some_and(|act| acts.contains(&act)),
        None => *method != Method::GET,
    }
}

/// The middleware.
///
/// # Errors
/// What the handler refuses.
pub async fn ask_again<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if !request.path().starts_with("/console/") {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let Some(site) = request.app_data::<web::Data<Site>>().cloned() else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    let route = request.match_pattern().unwrap_or_default();
    // what asks for nothing is read by who answers: it may be a file
    if !may_ask(request.method(), &route) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let form = match form_of(&mut request, &route).await {
        Ok(form) => form,
        Err(error) => {
            let response = HttpResponse::from_error(error);
            return Ok(request.into_response(response).map_into_right_body());
        }
    };
    if !asks(request.method(), &route, &form) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let token = match proven(&site, request.request(), &form).await {
        Ok(token) => token,
        Err(page) => return Ok(request.into_response(page).map_into_right_body()),
    };
    let Some(token) = token else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    request.extensions_mut().insert(Renewed(token.clone()));
    let mut response = next.call(request).await?;
    // an answer that ends the session, or gives it another token yet, knows better
    let name = cookie(&site);
    if response.response().cookies().all(|set| set.name() != name) {
        response.response_mut().add_cookie(&opened(&site, &token))?;
    }
    Ok(response.map_into_left_body())
}

/// The one form that brings a file along.
const WITH_FILE: &str = "/console/imports/run";

/// The posted form; the request has it still.
async fn form_of(request: &mut ServiceRequest, route: &str) -> Result<Form, Error> {
    if *request.method() == Method::GET {
        return Ok(Form::default());
    }
    let bytes = if route == WITH_FILE {
        request.extract::<Body<LARGE>>().await?.0
    } else {
        request.extract::<Body<SMALL>>().await?.0
    };
    let again = stream::once(std::future::ready(Ok(bytes.clone())));
    request.set_payload(Payload::Stream {
        payload: Box::pin(again),
    });
    Ok(Form::read(&bytes).unwrap_or_default())
}

/// The session's new token, where it was proven with this request; none where nothing is to be proven. Else the page
/// that asks.
async fn proven(
    site: &web::Data<Site>,
    request: &HttpRequest,
    form: &Form,
) -> Result<Option<String>, HttpResponse> {
    let visit = Visit::of_form(request, site, form);
    // who is not in, and what another site sent, is refused by who answers: nothing is asked for them
    let Some(open) = session(site, request).await else {
        return Ok(None);
    };
    let is_file = *request.method() == Method::GET;
    if !is_file && !is_ours(site, request, form, &open) {
        return Ok(None);
    }
    if open.proven_at + FRESH > site.app.now().utc() {
        return Ok(None);
    }
    let Some(typed) = form.get("proof") else {
        return Err(page(site, visit, &open, form, StatusCode::FORBIDDEN, None));
    };
    let wrong = wrong(typed);
    let typed = Secret::new(typed.to_owned());
    let outcome = {
        let (site, of, from) = (site.clone(), open.clone(), network(request, site));
        block(move || site.app.prove(&of, &typed, &from, site.app.now())).await
    };
    let fault = |status, error| page(site, visit, &open, form, status, Some(error));
    match outcome {
        Ok(Entered::In(token)) => Ok(Some(token.reveal().to_owned())),
        Ok(Entered::Wrong) => Err(fault(StatusCode::FORBIDDEN, wrong)),
        Ok(Entered::Copied) => Err(fault(StatusCode::FORBIDDEN, ProofError::Copied)),
        Ok(Entered::Wait(seconds)) => {
            let page = fault(StatusCode::TOO_MANY_REQUESTS, ProofError::TooMany);
            Err(wait(page, seconds))
        }
        Ok(Entered::Gone) => Err(to("/console/sign-in")),
        Err(_) => Err(fault(StatusCode::SERVICE_UNAVAILABLE, ProofError::TooMany)),
    }
}

/// What is told where it was not right: a passkey, or what was typed.
pub(super) fn wrong(proof: &str) -> ProofError {
    if Assertion::is_one(proof) {
        ProofError::Passkey
    } else {
        ProofError::Wrong
    }
}

/// The page that asks: it brings back what was filled in. A file is gone to afterwards.
fn page(
    site: &Site,
    visit: Visit<'_>,
    open: &Session,
    form: &Form,
    status: StatusCode,
    error: Option<ProofError>,
) -> HttpResponse {
    let request = visit.request;
    let form = if *request.method() == Method::GET {
        PostForm {
            action_url: "/console/account/proof".into(),
            hidden: vec![
                ("csrf".into(), open.csrf.clone()),
                ("to".into(), request.path().to_owned()),
            ],
        }
    } else {
        let kept = form
            .fields()
            .filter(|(name, _)| !matches!(*name, "proof" | "lang"));
        PostForm {
            action_url: request.path().to_owned(),
            hidden: kept
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    };
    let passkey = passkeys::shown_with(site, open, &form);
    let mut frame = Frame {
        script: passkey.is_some(),
        ..frame(visit, open)
    };
    // another language would be another request, without what was filled in
    frame.switch_path = None;
    let page = ProofPage {
        frame,
        form,
        what_for: ProofFor::Act,
        password: !open.has_factor(),
        typed: open.has_factor() || open.has_password,
        passkey,
        provider: provider::proving(site, open),
        error,
    };
    browser::page_with_passkeys(status, page.render(), &page.frame)
}

/// Goes on to a file, now that it was proven.
#[post("/console/account/proof")]
pub async fn go_on(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let Some(open) = session(&site, &request).await else {
        return to("/console/sign-in");
    };
    let wanted = form
        .get("to")
        .filter(|_| is_ours(&site, &request, &form, &open));
    match wanted.filter(|path| is_file(path)) {
        Some(path) => browser::to(path),
        None => to("/console"),
    }
}

/// Whether it is the path of a file of an export, and of no other site.
fn is_file(path: &str) -> bool {
    let id = path
        .strip_prefix("/console/exports/")
        .and_then(|rest| rest.strip_suffix("/file"));
    id.is_some_and(|id| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn form(text: &'static str) -> Form {
        Form::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_the_table_does_not_name_asks() {
        assert!(asks(&Method::POST, "/console/brand-new", &Form::default()));
        assert!(may_ask(&Method::POST, "/console/brand-new"));
        assert!(may_ask(&Method::POST, "/console/purposes/publish"));
        assert!(!may_ask(&Method::POST, "/console/check/list"));
        assert!(!asks(&Method::GET, "/console/brand-new", &Form::default()));
        assert!(asks(
            &Method::GET,
            "/console/exports/{id}/file",
            &Form::default()
        ));
        assert!(!asks(&Method::POST, "/console/customers", &Form::default()));
        let act = "/console/requests/{id}/act";
        assert!(asks(&Method::POST, act, &form("act=fulfil")));
        assert!(!asks(&Method::POST, act, &form("act=assign")));
    }

    #[test]
    fn only_a_file_is_gone_to() {
        assert!(is_file("/console/exports/0193-aa/file"));
        for other in [
            "//elsewhere.example",
            "/console/exports//file",
            "/console/exports/../../x/file",
            "https://elsewhere.example/console/exports/1/file",
            "/console",
        ] {
            assert!(!is_file(other), "{other}");
        }
    }
}
