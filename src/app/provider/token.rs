//! What a token of the provider has to be, of whichever kind: signed by a key of its own, by it, for us, now.

use super::keys::{ProviderKey, chosen};
use super::{AHEAD, OLDEST};
use crate::app::jwt::{Compact, Unread};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The longest token: groups take room.
pub(super) const MOST: usize = 1 << 15;

/// Why what the provider says is not believed. It is logged in a word, and whoever came is told that it was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// What it says of itself cannot be used.
    #[error("its metadata cannot be read, or names an address that is not encrypted")]
    Metadata,
    /// It has no keys that can be used.
    #[error("its keys cannot be read")]
    Keys,
    /// It is another.
    #[error("the issuer is not the one that is set")]
    Issuer,
    /// It did not give a token for the code.
    #[error("it gave no token for the code")]
    Code,
    /// It is no such token.
    #[error(
        "the token is no compact JWT with alg, kid and typ alone in its header, or of another type"
    )]
    Malformed,
    /// It is not signed by an algorithm that is taken.
    #[error("the token's alg is none of RS256, PS256, ES256, EdDSA, or not that of its key")]
    Algorithm,
    /// It names a key that the provider does not publish.
    #[error("the token's kid names no key of the provider")]
    Key,
    /// The signature is not the key's.
    #[error("the token's signature is wrong")]
    Signature,
    /// It is for another.
    #[error("the token's aud is another, or its azp")]
    Audience,
    /// It is too old or too young.
    #[error("the token's exp has passed, or its iat is ahead or long ago")]
    Time,
    /// It answers another browser.
    #[error("the token's nonce is another")]
    Nonce,
    /// It names nobody.
    #[error("the token's sub is missing or malformed")]
    Subject,
    /// It is not of the kind that is due.
    #[error(
        "the token is no logout token: events, jti, sub and sid have to be right, and nonce missing"
    )]
    Kind,
    /// It was used before.
    #[error("the logout token was used before")]
    Used,
}

/// What any token claims; what is of one kind alone stands beside it.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    exp: Option<i64>,
    iat: i64,
    nbf: Option<i64>,
    pub sub: Option<String>,
    pub nonce: Option<String>,
    pub sid: Option<String>,
    pub jti: Option<String>,
    pub auth_time: Option<i64>,
    pub acr: Option<String>,
    pub amr: Option<Vec<String>>,
    pub events: Option<Map<String, Value>>,
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// For whom, of whom and when a token has to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due<'a> {
    pub issuer: &'a str,
    pub client: &'a str,
    pub now: DateTime<Utc>,
}

/// Reads a token of one of these types, where the provider signed it for us, now.
pub(super) fn read(
    text: &str,
    types: &[&str],
    keys: &[ProviderKey],
    due: Due<'_>,
) -> Result<Claims, Unfit> {
    let token = Compact::read_within(text, MOST).ok_or(Unfit::Malformed)?;
    let typ = token.head.typ.as_deref();
    if typ.is_some_and(|typ| !types.iter().any(|taken| taken.eq_ignore_ascii_case(typ))) {
        return Err(Unfit::Malformed);
    }
    let (algorithm, key) = chosen(keys, &token.head.alg, token.head.kid.as_deref())?;
    let claims: Claims = token
        .signed(algorithm, key)
        .map_err(|unread| match unread {
            Unread::Algorithm => Unfit::Algorithm,
            Unread::Signature => Unfit::Signature,
            Unread::Claims => Unfit::Malformed,
        })?;
    claims.fit(due)?;
    Ok(claims)
}

impl Claims {
    fn fit(&self, due: Due<'_>) -> Result<(), Unfit> {
        if self.iss != due.issuer {
            return Err(Unfit::Issuer);
        }
        if !self.is_for(due.client) {
            return Err(Unfit::Audience);
        }
        self.is_of_now(due.now).ok_or(Unfit::Time)
    }

    /// For us alone; or for several, to which it says that it was made for us.
    fn is_for(&self, client: &str) -> bool {
        let alone = match &self.aud {
            Audience::One(one) => one == client,
            Audience::Several(all) if all.len() == 1 => all.iter().any(|one| one == client),
            Audience::Several(all) => all.iter().any(|one| one == client) && self.azp.is_some(),
        };
        alone && self.azp.as_deref().is_none_or(|azp| azp == client)
    }

    fn is_of_now(&self, now: DateTime<Utc>) -> Option<()> {
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        let made = at(self.iat)?;
        let ends = self.exp.map_or(Some(made + OLDEST), at)?;
        let begins = self.nbf.map_or(Some(made), at)?.max(made);
        let fits = begins <= now + AHEAD && now < ends && now - OLDEST <= made;
        fits.then_some(())
    }

    /// Whether it says when it ends.
    pub const fn has_end(&self) -> bool {
        self.exp.is_some()
    }

    /// When it was made.
    pub fn made(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.iat, 0)
    }
}
