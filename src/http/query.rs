//! Reads the parameters of an address strictly: unknown ones are refused, and a wrong one is named.

use super::problem::Problem;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use std::future::{Ready, ready};

/// The parameters of an address.
pub struct Query<T>(T);

impl<T> std::ops::Deref for Query<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Self))
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    serde_urlencoded::from_str(text).map_err(|_| wrong::<T>(text))
}

/// Names the first parameter that cannot be read, by trying each alone.
fn wrong<T: DeserializeOwned>(text: &str) -> Problem {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let bad = pairs
        .clone()
        .find(|pair| serde_urlencoded::from_str::<T>(pair).is_err());
    // each is good for itself: then one is there twice
    let twice = || {
        pairs.clone().enumerate().find(|(at, pair)| {
            let same = |other: &&str| name(other) == name(pair);
            pairs.clone().take(*at).any(|other| same(&other))
        })
    };
    let found = bad
        .or_else(|| twice().map(|(_, pair)| pair))
        .map(name)
        .unwrap_or_default();
    let plain = found.len() <= 40 && found.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let detail = "this parameter of the address is unknown, there twice or malformed; /openapi.json lists those that there are";
    let pointer = if plain {
        found.to_owned()
    } else {
        String::new()
    };
    Problem::malformed(pointer, "query_malformed", detail.into())
}

fn name(pair: &str) -> &str {
    pair.split('=').next().unwrap_or_default()
}
