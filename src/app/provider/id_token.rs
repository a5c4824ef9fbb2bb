//! The ID token: who somebody is, in answer to one browser (OpenID Connect Core 1.0, 3.1.3.7).

use super::ProviderSettings;
use super::keys::ProviderKey;
use super::token::{self, Claims, Due, Unfit};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The types that its header may name; that of a logout token is none of them.
const TYPES: [&str; 1] = ["JWT"];

/// Who somebody is, as the provider says.
#[derive(Debug)]
pub(super) struct Told {
    /// What the provider calls them, for good.
    pub subject: String,
    /// Its own session.
    pub session: Option<String>,
    /// When they proved there who they are.
    pub proven_at: Option<DateTime<Utc>>,
    /// Whether it vouches for a second factor.
    pub vouched: bool,
    /// In which groups they are.
    pub groups: Vec<String>,
    /// What their account is to be called.
    pub name: Option<String>,
}

/// Whether a text can be a subject.
pub(super) fn is_subject(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Reads it, where it answers the browser of this nonce.
pub(super) fn read(
    text: &str,
    keys: &[ProviderKey],
    settings: &ProviderSettings,
    (nonce, now): (&str, DateTime<Utc>),
) -> Result<Told, Unfit> {
    let due = Due {
        issuer: &settings.issuer,
        client: &settings.client,
        now,
    };
    let claims = token::read(text, &TYPES, keys, due)?;
    if !claims.has_end() {
        return Err(Unfit::Time);
    }
    if claims.events.is_some() {
        return Err(Unfit::Malformed);
    }
    if claims.nonce.as_deref() != Some(nonce) {
        return Err(Unfit::Nonce);
    }
    told(claims, settings)
}

fn told(claims: Claims, settings: &ProviderSettings) -> Result<Told, Unfit> {
    let vouched = is_vouched(&claims, settings);
    let groups = claims.others.get(&settings.groups_claim);
    let name = claims.others.get(&settings.name_claim);
    let subject = claims.sub.filter(|subject| is_subject(subject));
    Ok(Told {
        groups: groups.map(texts).unwrap_or_default(),
        name: name.and_then(Value::as_str).map(str::to_owned),
        subject: subject.ok_or(Unfit::Subject)?,
        session: claims.sid.filter(|sid| (1..=255).contains(&sid.len())),
        proven_at: claims
            .auth_time
            .and_then(|at| DateTime::from_timestamp(at, 0)),
        vouched,
    })
}

/// Whether it says that there was what counts here as a second factor. Where nothing does, nothing it says is one.
fn is_vouched(claims: &Claims, settings: &ProviderSettings) -> bool {
    let by_way = claims.amr.iter().flatten();
    let by_way = by_way
        .into_iter()
        .any(|way| settings.amr.iter().any(|taken| taken == way));
    let by_class = claims.acr.as_ref();
    by_way || by_class.is_some_and(|class| settings.acr.contains(class))
}

/// A text, or each of a list.
fn texts(claim: &Value) -> Vec<String> {
    match claim {
        Value::String(one) => vec![one.clone()],
        Value::Array(all) => {
            let all = all.iter().filter_map(Value::as_str);
            all.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}
