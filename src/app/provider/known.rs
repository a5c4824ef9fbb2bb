//! What the provider said of itself last, and its keys. One asks for all, who asked again soon after nothing came is
//! told so at once, and a key that nobody knows has the keys fetched again, though not more often than once a minute.

use super::keys::{self, ProviderKey};
use super::metadata::{self, Metadata};
use super::token::Unfit;
use super::{Provider, Unreached};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, PoisonError};

/// For how long it counts.
const LASTING: TimeDelta = TimeDelta::hours(1);
/// So long nobody asks again after nothing came: longer than it is waited for.
const PAUSE: TimeDelta = TimeDelta::seconds(15);
/// So long keys stay that were fetched, whatever key a token names.
const SETTLED: TimeDelta = TimeDelta::minutes(1);

type Fetched<T> = Mutex<Option<(Held<T>, DateTime<Utc>)>>;
type Held<T> = Result<Arc<T>, Fault>;

/// Why nothing is known, or what was said is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// It did not answer.
    #[error("the provider cannot be asked: {0}")]
    Away(String),
    /// What it says does not hold.
    #[error("the provider is not believed: {0}")]
    Unfit(#[from] Unfit),
}

impl From<Unreached> for Fault {
    fn from(unreached: Unreached) -> Self {
        Self::Away(unreached.0)
    }
}

/// What was fetched.
#[derive(Default)]
pub(super) struct Known {
    metadata: Fetched<Metadata>,
    keys: Fetched<Vec<ProviderKey>>,
}

/// What is held, unless it is too old; else what is fetched now.
fn held<T>(
    place: &Fetched<T>,
    counts: TimeDelta,
    now: DateTime<Utc>,
    fetch: impl FnOnce() -> Result<T, Fault>,
) -> Held<T> {
    let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known, at)) = &*place {
        let lasts = if known.is_ok() { counts } else { PAUSE };
        // a clock that was set back makes nothing last longer
        if now < *at + lasts && *at <= now + lasts {
            return known.clone();
        }
    }
    let fetched = fetch().map(Arc::new);
    *place = Some((fetched.clone(), now));
    fetched
}

impl Provider {
    /// Where its doors are.
    pub(super) fn metadata(&self, now: DateTime<Utc>) -> Held<Metadata> {
        let issuer = &self.settings.issuer;
        held(&self.known.metadata, LASTING, now, || {
            let body = self.document(&metadata::address(issuer), metadata::MOST)?;
            Ok(Metadata::read(&body, issuer)?)
        })
    }

    /// What a reader makes of a token by the keys that are held; by those that are published now, where it names one
    /// that is not held.
    pub(super) fn by_keys<T>(
        &self,
        now: DateTime<Utc>,
        read: impl Fn(&[ProviderKey]) -> Result<T, Unfit>,
    ) -> Result<T, Fault> {
        match read(&self.keys(LASTING, now)?) {
            Err(Unfit::Key) => Ok(read(&self.keys(SETTLED, now)?)?),
            other => Ok(other?),
        }
    }

    fn keys(&self, counts: TimeDelta, now: DateTime<Utc>) -> Held<Vec<ProviderKey>> {
        let metadata = self.metadata(now)?;
        held(&self.known.keys, counts, now, || {
            let body = self.document(&metadata.jwks_uri, keys::MOST)?;
            Ok(keys::read(&body)?)
        })
    }

    fn document(&self, url: &str, most: u64) -> Result<Vec<u8>, Fault> {
        match self.courier.get(url, most)? {
            (200, body) => Ok(body),
            (status, _) => Err(Fault::Away(format!("it answered {status}"))),
        }
    }
}
