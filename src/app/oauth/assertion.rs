//! The assertion by which a client proves who it is (RFC 7523): signed by the key that is registered for it, for
//! this service alone, short, and used once.

use super::{AHEAD, LIFE};
use crate::app::jwt::{Compact, Unread};
use crate::audit::tree::sha256;
use crate::domain::ids::KeyId;
use crate::domain::registry::PublicKey;
use crate::store::Spend;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

/// The types that its header may name; none, since RFC 7523 asks for none. Those of all other tokens are refused.
const TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];
/// How much longer a used one is remembered than it lives, however clocks of nodes differ.
const REMEMBERED: TimeDelta = TimeDelta::minutes(10);

/// Why an assertion proves nothing. It is logged in a word; whoever sent it is told the same whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is no such token.
    #[error("it is no compact JWT with alg, kid and typ alone in its header, or of another type")]
    Malformed,
    /// No client has that name, or its time is over, or it may not come from there.
    #[error("no client of this name may come from here now")]
    Client,
    /// It names another key or algorithm than the client's.
    #[error("its kid or alg is not that of the client's key")]
    Key,
    /// The signature is not the key's.
    #[error("the signature is wrong")]
    Signature,
    /// It is another's.
    #[error("iss and sub are not both the client")]
    Issuer,
    /// It is for something else.
    #[error("aud is neither the issuer nor the token endpoint, alone")]
    Audience,
    /// It is too old, too young, or lives too long.
    #[error("exp has passed, iat or nbf is ahead, or it lives longer than five minutes")]
    Time,
    /// It has no id, or a long one.
    #[error("jti must have 8 to 128 characters")]
    Id,
    /// It was used before.
    #[error("it was used before")]
    Used,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: Option<i64>,
    nbf: Option<i64>,
    jti: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Only([String; 1]),
}

#[derive(Deserialize)]
struct Named {
    sub: String,
}

/// What may be in an assertion's `aud`: one of these, and nothing beside it.
#[derive(Debug)]
pub(super) struct Addressed<'a> {
    /// This service.
    pub issuer: &'a str,
    /// Where it is sent.
    pub endpoint: &'a str,
}

/// An assertion that is well formed; nothing of it is proved.
pub(super) struct Presented<'a> {
    token: Compact<'a>,
    /// The client that it says it is of.
    pub client: KeyId,
}

impl<'a> Presented<'a> {
    /// Reads a text.
    pub fn read(text: &'a str) -> Result<Self, Unfit> {
        let token = Compact::read(text).ok_or(Unfit::Malformed)?;
        let typ = token.head.typ.as_deref();
        if typ.is_some_and(|typ| !TYPES.contains(&typ)) {
            return Err(Unfit::Malformed);
        }
        let Named { sub } = token.unproved().ok_or(Unfit::Malformed)?;
        let client: KeyId = sub.parse().map_err(|_| Unfit::Client)?;
        Ok(Self { token, client })
    }

    /// Proves it by the client's key; what is returned is spent by it.
    pub fn proved(
        &self,
        key: &PublicKey,
        to: &Addressed<'_>,
        now: DateTime<Utc>,
    ) -> Result<Spend, Unfit> {
        let kid = self.token.head.kid.as_deref();
        if kid.is_some_and(|kid| kid != key.kid) {
            return Err(Unfit::Key);
        }
        let claims: Claims = self.token.claims(key).map_err(|unread| match unread {
            Unread::Algorithm => Unfit::Key,
            Unread::Signature => Unfit::Signature,
            Unread::Claims => Unfit::Malformed,
        })?;
        let name = self.client.to_string();
        if claims.iss != name || claims.sub != name {
            return Err(Unfit::Issuer);
        }
        let (Audience::One(aud) | Audience::Only([aud])) = &claims.aud;
        if aud != to.issuer && aud != to.endpoint {
            return Err(Unfit::Audience);
        }
        let ends = lives_until(&claims, now)?;
        if !(8..=128).contains(&claims.jti.len()) {
            return Err(Unfit::Id);
        }
        let parts: [&[u8]; 4] = [
            b"client assertion\n",
            name.as_bytes(),
            b"\n",
            claims.jti.as_bytes(),
        ];
        Ok(Spend {
            hash: sha256(&parts),
            expires_at: ends + REMEMBERED,
        })
    }
}

fn lives_until(claims: &Claims, now: DateTime<Utc>) -> Result<DateTime<Utc>, Unfit> {
    let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).ok_or(Unfit::Time);
    let ends = at(claims.exp)?;
    let begun = |said: Option<i64>| match said {
        Some(said) => Ok(at(said)? <= now + AHEAD),
        None => Ok(true),
    };
    let made = claims.iat.map_or(Ok(now), at)?;
    let short = ends - made <= LIFE && ends <= now + LIFE + AHEAD;
    let fits = now < ends && short && begun(claims.iat)? && begun(claims.nbf)?;
    fits.then_some(ends).ok_or(Unfit::Time)
}
