//! Checks that another node answers sooner than the database.

use super::wire::{self, By, Fields};
use crate::app::check::Question;
use crate::app::shard::lanes::{self, Lanes};
use crate::app::shard::nodes::Unheard;
use crate::domain::shard::Shard;
use crate::http::problem::Problem;
use crate::http::site::Site;
use actix_web::{HttpRequest, web};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The answer to a check of a node that holds the person; `None` where this one answers.
///
/// # Errors
/// Where that node has more to answer than it can: this one could do no better.
pub async fn one(
    request: &HttpRequest,
    site: &Site,
    by: By,
    (question, body): (&Question, &[u8]),
) -> Result<Option<Box<RawValue>>, Problem> {
    let Some(home) = site.app.home_of(question) else {
        return Ok(None);
    };
    let lanes = request.app_data::<Rc<Lanes>>();
    let check = wire::fields(body).and_then(|body| wire::write(by, question, body));
    let (Some(lanes), Some(check)) = (lanes, check) else {
        return Ok(None);
    };
    match lanes.ask(home, check).await {
        Ok(answer) => Ok(Some(answer)),
        Err(Unheard::Busy) => Err(Problem::overloaded()),
        Err(Unheard::Away | Unheard::Garbled) => Ok(None),
    }
}

/// The answers of those nodes that hold the persons, to many checks at once; `None` in the place of each that this
/// node answers. `body` gives the fields of each that is sent.
///
/// # Errors
/// As above.
pub async fn many(
    site: &web::Data<Site>,
    by: By,
    questions: &[&Question],
    body: impl Fn(usize) -> Option<Fields>,
) -> Result<Vec<Option<Box<RawValue>>>, Problem> {
    let mut answers: Vec<Option<Box<RawValue>>> = Vec::new();
    answers.resize_with(questions.len(), || None);
    let mut by_home: BTreeMap<Shard, Vec<(usize, Box<RawValue>)>> = BTreeMap::new();
    for (at, question) in questions.iter().enumerate() {
        let home = site.app.home_of(question);
        let body = home.and_then(|_| body(at));
        let check = body.and_then(|body| wire::write(by, question, body));
        if let Some((home, check)) = home.zip(check) {
            by_home.entry(home).or_default().push((at, check));
        }
    }
    // all nodes at once
    let waiting: Vec<_> = by_home
        .into_iter()
        .map(|letter| {
            let site = site.clone();
            web::block(move || carried(&site, letter))
        })
        .collect();
    for told in waiting {
        let told = told.await.map_err(|_| Problem::unavailable())?;
        for (at, answer) in told? {
            if let Some(place) = answers.get_mut(at) {
                *place = answer;
            }
        }
    }
    Ok(answers)
}

type Told = Vec<(usize, Option<Box<RawValue>>)>;

fn carried(
    site: &Site,
    (home, checks): (Shard, Vec<(usize, Box<RawValue>)>),
) -> Result<Told, Problem> {
    let (places, checks): (Vec<usize>, Vec<_>) = checks.into_iter().unzip();
    match lanes::ask(&site.app, home, checks) {
        Ok(answers) => Ok(places.into_iter().zip(answers).collect()),
        Err(Unheard::Busy) => Err(Problem::overloaded()),
        Err(Unheard::Away | Unheard::Garbled) => Ok(Vec::new()),
    }
}
