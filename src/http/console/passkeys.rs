//! One's own passkeys: asked for by the page's script, added, taken away.

use super::{account, begun, factor, is_ours, session, to, with_session};
use crate::access::passkey::{ALGORITHMS, CredentialId};
use crate::app::accounts::Ahead;
use crate::app::accounts::passkeys::{AskedOfBrowser, PasskeyAdded, PasskeyRemoved};
use crate::http::browser::{self, Form, Visit};
use crate::http::json::{Body, SMALL};
use crate::http::pages::{PasskeyForm, PasskeyRow, PasswordFault, PostForm, ProofError};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::{Ceremony, KeptPasskey, Session};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

const ASK: &str = "/console/account/passkeys/challenge";
const ADD: &str = "/console/account/passkeys";
const REMOVE: &str = "/console/account/passkeys/remove";

/// The same form by a passkey, where the account has one and browsers show it at this address.
pub(super) fn shown_with(site: &Site, open: &Session, form: &PostForm) -> Option<PasskeyForm> {
    site.app.relying_party().filter(|_| open.has_passkey)?;
    Some(PasskeyForm {
        form: form.clone(),
        ask_url: ASK.into(),
    })
}

/// The form that adds one, where browsers make them at this address.
pub(super) fn added_with(site: &Site, open: &Session) -> Option<PasskeyForm> {
    site.app.relying_party()?;
    Some(PasskeyForm {
        form: form(ADD, open, None),
        ask_url: ASK.into(),
    })
}

/// A passkey of one's own.
pub(super) fn row(one: &KeptPasskey, site: &Site, open: &Session) -> PasskeyRow {
    PasskeyRow {
        name: one.name.clone(),
        since: one.created_at.with_timezone(&site.timezone),
        used: one.used_at.map(|at| at.with_timezone(&site.timezone)),
        remove: form(REMOVE, open, Some(("passkey".to_owned(), one.mark()))),
    }
}

fn form(action: &str, open: &Session, more: Option<(String, String)>) -> PostForm {
    let csrf = ("csrf".to_owned(), open.csrf.clone());
    PostForm {
        action_url: action.to_owned(),
        hidden: std::iter::once(csrf).chain(more).collect(),
    }
}

/// Asks the browser for a passkey of this account, or to make one.
#[post("/console/account/passkeys/challenge")]
pub async fn challenge(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let (open, may) = match begun(&site, &request).await {
        Some((open, Ahead::Code)) => (Some(open), &["get"][..]),
        Some((open, Ahead::Enrolment)) => (Some(open), &["create"][..]),
        None => (session(&site, &request).await, &["get", "create"][..]),
    };
    let asked = form.get("for").filter(|asked| may.contains(asked));
    let open = open.filter(|open| is_ours(&site, &request, &form, open));
    let (Some(open), Some(asked)) = (open, asked) else {
        return HttpResponse::Forbidden().finish();
    };
    let makes = asked == "create";
    let ceremony = if makes {
        Ceremony::Enrol
    } else {
        Ceremony::Prove
    };
    let (app, of) = (site.clone(), open.clone());
    match block(move || app.app.ask_own_passkey(&of, ceremony, app.app.now())).await {
        Ok(asked) if makes => told(&to_make(&asked, &open)),
        Ok(asked) => told(&to_show(&asked)),
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}

/// An answer to the page's script. A browser holds what opens it, so that it is guarded as a page is, and not as what
/// the API answers in plain JSON (`http/envelope.rs`).
pub(super) fn told(asked: &Value) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json; charset=utf-8")
        .body(asked.to_string())
}

/// As `navigator.credentials.get` takes it, with bytes in base64url.
pub(super) fn to_show(asked: &AskedOfBrowser) -> Value {
    json!({
        "rpId": asked.party.id(),
        "challenge": asked.challenge.text(),
        "timeout": asked.milliseconds,
        "allowCredentials": named(&asked.known),
        "userVerification": "required",
    })
}

/// As `navigator.credentials.create` takes it: a passkey that is found without a name, and is its owner's alone.
fn to_make(asked: &AskedOfBrowser, open: &Session) -> Value {
    let kinds = ALGORITHMS.map(|alg| json!({ "type": "public-key", "alg": alg }));
    json!({
        "rp": { "id": asked.party.id(), "name": "Placet" },
        "user": {
            "id": URL_SAFE_NO_PAD.encode(open.staff.as_bytes()),
            "name": open.login,
            "displayName": open.login,
        },
        "challenge": asked.challenge.text(),
        "timeout": asked.milliseconds,
        "pubKeyCredParams": kinds,
        "excludeCredentials": named(&asked.known),
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": "required",
        },
        "attestation": "none",
    })
}

fn named(ids: &[CredentialId]) -> Vec<Value> {
    let one = |id: &CredentialId| json!({ "type": "public-key", "id": id.text() });
    ids.iter().map(one).collect()
}

/// Adds the passkey that the browser made: by who is in, or who gets in by it.
#[post("/console/account/passkeys")]
pub async fn add(site: web::Data<Site>, request: HttpRequest, body: Body<SMALL>) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let Some(open) = factor::whose(&site, &request).await else {
        return to("/console/sign-in");
    };
    let (status, fault) = if is_ours(&site, &request, &form, &open) {
        let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
        let (app, of, name, made) = (site.clone(), open.clone(), text("name"), text("passkey"));
        let added = move || app.app.add_passkey(&of, (&name, &made), app.app.now());
        match block(added).await {
            Ok(PasskeyAdded::Done(token, codes)) if codes.is_empty() => {
                let response = browser::to("/console/account?done=passkey");
                return with_session(&site, response, token.reveal());
            }
            Ok(PasskeyAdded::Done(token, codes)) => {
                return with_session(&site, factor::shown(visit, &codes), token.reveal());
            }
            Ok(PasskeyAdded::Gone) => return to("/console/sign-in"),
            Ok(PasskeyAdded::Name) => (UNPROCESSABLE, PasswordFault::PasskeyName),
            Ok(PasskeyAdded::Wrong) => (UNPROCESSABLE, PasswordFault::Passkey),
            Err(_) => (StatusCode::SERVICE_UNAVAILABLE, PasswordFault::Passkey),
        }
    } else {
        (StatusCode::FORBIDDEN, PasswordFault::StaleForm)
    };
    if session(&site, &request).await.is_some() {
        return account::page(&site, visit, &open, status, Some(fault)).await;
    }
    let fault = match fault {
        PasswordFault::StaleForm => ProofError::StaleForm,
        _ => ProofError::Passkey,
    };
    factor::page(&site, visit, &open, status, Some(fault)).await
}

const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// Takes one away.
#[post("/console/account/passkeys/remove")]
pub async fn remove(
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<SMALL>,
) -> HttpResponse {
    let form = Form::read(&body.0).unwrap_or_default();
    let visit = Visit::of_form(&request, &site, &form);
    let open = match account::pressed(&site, visit, &form).await {
        Ok(open) => open,
        Err(answer) => return answer,
    };
    let mark = form.get("passkey").unwrap_or_default().to_owned();
    let (app, of) = (site.clone(), open.clone());
    match block(move || app.app.remove_passkey(&of, &mark, app.app.now())).await {
        Ok(PasskeyRemoved::Done(token)) => {
            let response = browser::to("/console/account?done=passkey_removed");
            with_session(&site, response, token.reveal())
        }
        Ok(PasskeyRemoved::Needed) => {
            let fault = Some(PasswordFault::PasskeyLast);
            account::page(&site, visit, &open, UNPROCESSABLE, fault).await
        }
        Ok(PasskeyRemoved::Gone) => to(account::PATH),
        Err(_) => super::unavailable(visit, &open, account::PATH),
    }
}
