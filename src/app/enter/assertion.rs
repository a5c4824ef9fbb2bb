//! A brand's site says who is logged in there: a JWT (RFC 7519), read as strictly as RFC 8725 asks. The
//! algorithm is that of the key which the catalogue has; what the header says has to agree.

use crate::app::contact;
use crate::app::jwt::{Compact, Unread};
use crate::domain::registry::{Brand, Slug};
use crate::store::keys::Keyring;
use crate::store::{Contact, Spend};
use chrono::{DateTime, TimeDelta, Utc};
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The type that its header names (RFC 8725, 3.11): no other token of the brand passes for it.
pub const TYPE: &str = "placet-login+jwt";
/// Longest life.
const LONGEST: TimeDelta = TimeDelta::minutes(5);
/// How far the clocks of a brand's servers may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::seconds(30);
/// How much longer a used one is remembered than it lives, however clocks of nodes differ.
const REMEMBERED: TimeDelta = TimeDelta::minutes(10);
/// Why an assertion opens nothing. It is logged in a word, and not told to whoever posted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is no such token.
    #[error(
        "it is no compact JWT of the type placet-login+jwt with alg and kid alone in its header"
    )]
    Malformed,
    /// Nobody has registered that key for the brand, or another algorithm.
    #[error("the brand has no key of its kid and alg")]
    Key,
    /// The signature is not the key's.
    #[error("the signature is wrong")]
    Signature,
    /// It is another brand's.
    #[error("iss is not the brand whose site posted it")]
    Issuer,
    /// It is for something else.
    #[error("aud is not the address that it was posted to")]
    Audience,
    /// It is too old, too young, or lives too long.
    #[error("exp has passed, or iat is ahead, or it lives longer than five minutes")]
    Time,
    /// It has no id, or a long one.
    #[error("jti must have 8 to 128 characters")]
    Id,
    /// It names nobody, or somebody by more than one identifier.
    #[error("person must have one identifier")]
    Person,
    /// No brand's site posted it.
    #[error("Origin is no site of a brand")]
    Site,
    /// It was used before.
    #[error("it was used before")]
    Used,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: i64,
    exp: i64,
    nbf: Option<i64>,
    jti: String,
    person: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Only([String; 1]),
}

/// What an assertion says.
#[derive(Debug)]
pub struct Assertion {
    /// Who.
    pub contact: Contact,
    /// By what it is known again.
    pub spend: Spend,
}

/// Reads an assertion of a brand that was posted to an address.
///
/// # Errors
/// The first thing that does not fit.
pub fn read(
    text: &str,
    (issuer, brand): (&Slug, &Brand),
    address: &str,
    keys: &Keyring,
    now: DateTime<Utc>,
) -> Result<Assertion, Unfit> {
    let claims = checked(text, brand)?;
    if claims.iss != issuer.as_str() {
        return Err(Unfit::Issuer);
    }
    let (Audience::One(aud) | Audience::Only([aud])) = &claims.aud;
    if aud != address {
        return Err(Unfit::Audience);
    }
    let expires_at = lives_until(&claims, now)?;
    if !(8..=128).contains(&claims.jti.len()) {
        return Err(Unfit::Id);
    }
    let named = [issuer.as_str(), "\n", &claims.jti].concat();
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, named.as_bytes()).as_ref());
    Ok(Assertion {
        contact: person(keys, &claims)?,
        spend: Spend {
            hash,
            expires_at: expires_at + REMEMBERED,
        },
    })
}

/// What it claims, once its signature is found to be the brand's.
fn checked(text: &str, brand: &Brand) -> Result<Claims, Unfit> {
    let token = Compact::read(text).ok_or(Unfit::Malformed)?;
    let (typ, kid) = (token.head.typ.as_deref(), token.head.kid.as_deref());
    let kid = kid.filter(|_| typ == Some(TYPE)).ok_or(Unfit::Malformed)?;
    let key = brand.key(kid).ok_or(Unfit::Key)?;
    token.claims(key).map_err(|unread| match unread {
        Unread::Algorithm => Unfit::Key,
        Unread::Signature => Unfit::Signature,
        Unread::Claims => Unfit::Malformed,
    })
}

fn lives_until(claims: &Claims, now: DateTime<Utc>) -> Result<DateTime<Utc>, Unfit> {
    let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).ok_or(Unfit::Time);
    let (made, ends) = (at(claims.iat)?, at(claims.exp)?);
    let begins = claims.nbf.map_or(Ok(made), at)?.max(made);
    let fits = begins <= now + AHEAD && now < ends && made < ends && ends - made <= LONGEST;
    fits.then_some(ends).ok_or(Unfit::Time)
}

/// One identifier; a keyed hash is none, since a brand's login does not know it.
fn person(keys: &Keyring, claims: &Claims) -> Result<Contact, Unfit> {
    let pairs = claims.person.iter();
    let pairs = pairs.map(|(name, text)| (name.as_str(), text.as_str()));
    let named = contact::read(keys, "", pairs).map_err(|_| Unfit::Person)?;
    let mut contacts = named.contacts.into_iter();
    match (contacts.next(), contacts.next(), named.hashes.is_empty()) {
        (Some(contact), None, true) => Ok(contact),
        _ => Err(Unfit::Person),
    }
}
