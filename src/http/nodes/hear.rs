//! `POST /nodes/checks`, `POST /nodes/lines`: what other nodes ask this one.

use super::wire::{self, Form};
use crate::app::desk::Desk;
use crate::app::shard::lanes::{Answered, Asked};
use crate::app::shard::nodes::{Letter, Matter};
use crate::http::api::authzen::evaluated;
use crate::http::api::checks::write_decision;
use crate::http::json::Body;
use crate::http::limits;
use crate::http::problem::Problem;
use crate::http::pulse::Pulse;
use crate::http::site::Site;
use crate::http::work::block;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, post, web};
use futures_util::future::join_all;
use serde_json::value::{RawValue, to_raw_value};
use std::future::{Ready, ready};
use std::rc::Rc;

/// The longest letter, in bytes: a caller's batch of checks takes more here than there.
const LONGEST: usize = 48 * 1024 * 1024;

/// Whoever shows what another node shows: what others send is not read.
pub struct FromNode;

impl FromRequest for FromNode {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(site) = request.app_data::<web::Data<Site>>() else {
            return ready(Err(Problem::unavailable()));
        };
        let shown = request.headers().get(header::AUTHORIZATION);
        let pass = shown.and_then(|shown| shown.to_str().ok()?.strip_prefix("Node "));
        let is_node = pass.is_some_and(|pass| site.app.is_node(pass, site.app.now()));
        ready(if is_node {
            Ok(Self)
        } else {
            Err(stranger(site, request))
        })
    }
}

/// Checks, which are decided together with those that callers ask here.
#[post("/nodes/checks")]
pub async fn checks(
    _: FromNode,
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<LONGEST>,
) -> Result<HttpResponse, Problem> {
    let letter = letter((&site, &request), Matter::Checks, body)?;
    Pulse::take_on(&site, &request)?;
    let asked: Asked = serde_json::from_slice(&letter.text).map_err(|_| unreadable())?;
    let desk = request.app_data::<Rc<Desk>>();
    let desk = desk.ok_or_else(Problem::unavailable)?;
    let answers = asked.checks.iter().map(|check| answer(&site, desk, check));
    let answers = join_all(answers).await;
    let text = serde_json::to_vec(&Answered { answers }).map_err(|_| Problem::unavailable())?;
    let sealed = site.app.answer_letter(&letter, text);
    Ok(sealed_body(sealed.ok_or_else(Problem::unavailable)?))
}

/// The answer to a check; `None` where there is none: the node that asks finds out why.
async fn answer(site: &Site, desk: &Rc<Desk>, check: &RawValue) -> Option<Box<RawValue>> {
    let (by, question) = wire::read(check).ok()?;
    let decided = desk.ask(by.badge, question, by.when).await.ok()?.ok()?;
    if decided.outcome.is_stale() {
        // whoever asks may have the database at hand
        return None;
    }
    match by.form {
        Form::Check => {
            let mut text = Vec::new();
            write_decision(&mut text, site, &decided).ok()?;
            RawValue::from_string(String::from_utf8(text).ok()?).ok()
        }
        Form::Evaluation => to_raw_value(&evaluated(site, &decided)).ok(),
    }
}

/// Lines of a list.
#[post("/nodes/lines")]
pub async fn lines(
    _: FromNode,
    site: web::Data<Site>,
    request: HttpRequest,
    body: Body<LONGEST>,
) -> Result<HttpResponse, Problem> {
    let letter = letter((&site, &request), Matter::Lines, body)?;
    let sealed = block(move || {
        let told = site.app.answer_lines(&letter.text);
        let sealed = told.and_then(|told| site.app.answer_letter(&letter, told));
        sealed.ok_or_else(Problem::unavailable)
    });
    Ok(sealed_body(sealed.await?))
}

/// What another node asks.
fn letter(
    (site, request): (&Site, &HttpRequest),
    matter: Matter,
    body: Body<LONGEST>,
) -> Result<Letter, Problem> {
    let letter = site.app.read_letter(matter, body.0.into(), site.app.now());
    letter.ok_or_else(|| stranger(site, request))
}

fn sealed_body(sealed: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/octet-stream")
        .body(sealed)
}

/// Whoever writes no letter of this registry's is a stranger.
fn stranger(site: &Site, request: &HttpRequest) -> Problem {
    tracing::info!(path = request.match_pattern(), "turned away");
    let mend =
        "this address is for other nodes of this service, which share its master key and its clock";
    let known = Problem::no_key(mend);
    limits::count_stranger(site, request).err().unwrap_or(known)
}

fn unreadable() -> Problem {
    Problem::invalid(Vec::new())
}
