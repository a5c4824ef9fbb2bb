//! The keys that sign access tokens. Which one signs follows from the day alone, and each from the root: all
//! nodes have the same without telling each other, and nobody has to think of changing them. The next one is
//! published a whole period before it signs, the one before until its last token has ended.

use super::{AHEAD, LIFE};
use crate::app::jwt::OwnKey;
use crate::app::open::App;
use crate::store::StoreError;
use chrono::{DateTime, TimeDelta, Utc};

/// For how long one signs.
pub(super) const PERIOD: TimeDelta = TimeDelta::days(7);

/// The number of the period that an instant lies in.
fn number(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(PERIOD.num_seconds())
}

/// The periods whose keys count at an instant. Clocks of nodes differ: the bounds are drawn by so much wider.
pub(super) fn counting(now: DateTime<Utc>) -> std::ops::RangeInclusive<i64> {
    number(now - LIFE - AHEAD)..=number(now) + 1
}

impl App {
    /// The key that signs now.
    pub(in crate::app) fn token_key(&self, now: DateTime<Utc>) -> Result<OwnKey, StoreError> {
        OwnKey::of(self.keys().token_seed(number(now)))
    }

    /// Those that check tokens now: the next one, too.
    pub(in crate::app) fn token_keys(&self, now: DateTime<Utc>) -> Result<Vec<OwnKey>, StoreError> {
        let seeds = counting(now).map(|number| self.keys().token_seed(number));
        seeds.map(OwnKey::of).collect()
    }
}
