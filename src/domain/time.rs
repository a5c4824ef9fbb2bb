//! Instants, and the two sources that are handed in: the clock and the dice.

use chrono::{DateTime, NaiveDate, NaiveTime, SubsecRound, TimeZone, Utc};
use chrono_tz::Tz;

/// The instant of a request or a job, taken once and passed on.
///
/// Truncated to microseconds, the precision that both databases keep, so that an instant
/// equals itself after a round trip.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Now(DateTime<Utc>);

impl Now {
    /// The instant `at`, truncated to microseconds.
    #[must_use]
    pub fn at(at: DateTime<Utc>) -> Self {
        Self(at.trunc_subsecs(6))
    }

    /// As a calendar instant.
    #[must_use]
    pub const fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// Microseconds since 1970.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0.timestamp_micros()
    }
}

/// An instant from microseconds since 1970; out-of-range values become the epoch.
#[must_use]
pub fn from_micros(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// RFC 3339 in UTC with microseconds left out where they are zero.
#[must_use]
pub fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// The first instant of a day in a zone; `None` past the end of the calendar.
#[must_use]
pub fn midnight(zone: Tz, day: NaiveDate) -> Option<DateTime<Utc>> {
    let local = zone.from_local_datetime(&day.and_time(NaiveTime::MIN));
    // where the clock skips midnight the day begins with its first hour
    let later = || {
        zone.from_local_datetime(&day.and_hms_opt(1, 0, 0)?)
            .earliest()
    };
    local.earliest().or_else(later).map(|at| at.to_utc())
}

/// Where "now" comes from. The product hands in the system's clock, a test its own.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Now;
}

/// Where randomness comes from. The product hands in the system's generator, a test a seeded one.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with unpredictable bytes.
    ///
    /// # Errors
    /// [`NoEntropy`] where the system's generator failed; nothing may be made from such bytes.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy>;
}

/// The random generator failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system's random generator failed")]
pub struct NoEntropy;

/// `N` unpredictable bytes.
///
/// # Errors
/// As [`Entropy::fill`].
pub fn random<const N: usize>(entropy: &dyn Entropy) -> Result<[u8; N], NoEntropy> {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes)?;
    Ok(bytes)
}
