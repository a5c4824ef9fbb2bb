//! The logout token: whose sessions end, by the provider's word (OpenID Connect Back-Channel Logout 1.0, 2.6).

use super::ProviderSettings;
use super::id_token::is_subject;
use super::keys::ProviderKey;
use super::token::{self, Due, Unfit};
use crate::audit::tree::sha256;
use crate::store::Spend;
use chrono::{DateTime, TimeDelta, Utc};

/// The types that its header may name; many providers name none, or the common one.
const TYPES: [&str; 2] = ["logout+jwt", "JWT"];
/// What it says that happened.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How much longer a used one is remembered than it counts, however clocks of nodes differ.
const REMEMBERED: TimeDelta = TimeDelta::minutes(15);

/// Whose sessions end.
#[derive(Debug)]
pub(super) struct Leaves {
    /// All of this subject, where it names no session.
    pub subject: Option<String>,
    /// Those of this session at the provider.
    pub session: Option<String>,
    /// By what it is known again.
    pub spend: Spend,
}

/// Reads it.
pub(super) fn read(
    text: &str,
    keys: &[ProviderKey],
    settings: &ProviderSettings,
    now: DateTime<Utc>,
) -> Result<Leaves, Unfit> {
    let due = Due {
        issuer: &settings.issuer,
        client: &settings.client,
        now,
    };
    let claims = token::read(text, &TYPES, keys, due)?;
    let events = claims.events.as_ref();
    let is_one = events
        .and_then(|events| events.get(EVENT))
        .is_some_and(serde_json::Value::is_object);
    let jti = claims.jti.as_deref();
    let jti = jti.filter(|jti| (1..=255).contains(&jti.len()));
    let (Some(jti), Some(made), true, None) = (jti, claims.made(), is_one, &claims.nonce) else {
        return Err(Unfit::Kind);
    };
    let named = sha256(&[
        b"logout token\n",
        settings.issuer.as_bytes(),
        b"\n",
        jti.as_bytes(),
    ]);
    let spend = Spend {
        hash: named,
        expires_at: made + REMEMBERED,
    };
    let subject = claims.sub.filter(|subject| is_subject(subject));
    let session = claims.sid.filter(|sid| (1..=255).contains(&sid.len()));
    if subject.is_none() && session.is_none() {
        return Err(Unfit::Kind);
    }
    Ok(Leaves {
        subject,
        session,
        spend,
    })
}
