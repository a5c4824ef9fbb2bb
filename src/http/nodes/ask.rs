//! Checks that another node answers sooner than the database.

use super::wire;
use crate::app::admit::Badge;
use crate::app::check::Question;
use crate::app::decisions::When;
use crate::app::shard::lanes::{self, Lanes};
use crate::app::shard::nodes::Unheard;
use crate::domain::shard::Shard;
use crate::http::problem::Problem;
use crate::http::site::Site;
use actix_web::{HttpRequest, web};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a caller asked, as it was read and as it came.
pub type Asked<'a> = (Question, &'a [u8]);

/// The answer to a check of a node that holds the person; `None` where this one answers.
///
/// # Errors
/// Where that node has more to answer than it can: this one could do no better.
pub async fn one(
    request: &HttpRequest,
    site: &Site,
    (badge, when): (Badge, When),
    (question, body): (&Question, &[u8]),
) -> Result<Option<Box<RawValue>>, Problem> {
    let Some(home) = site.app.home_of(question) else {
        return Ok(None);
    };
    let lanes = request.app_data::<Rc<Lanes>>();
    let check = wire::write(badge, when, question, body);
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
/// node answers.
///
/// # Errors
/// As above.
pub async fn many(
    site: &web::Data<Site>,
    (badge, when): (Badge, When),
    asked: &[Asked<'_>],
) -> Result<Vec<Option<Box<RawValue>>>, Problem> {
    let mut answers: Vec<Option<Box<RawValue>>> = Vec::new();
    answers.resize_with(asked.len(), || None);
    let mut by_home: BTreeMap<Shard, Vec<(usize, Box<RawValue>)>> = BTreeMap::new();
    for (at, (question, body)) in asked.iter().enumerate() {
        let home = site.app.home_of(question);
        let check = home.and_then(|_| wire::write(badge, when, question, body));
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
