//! A day or an instant: how dates are given.

use super::moment::Moment;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeZone, Utc};
use serde::Deserialize;

/// `2026-03-10`, a day where the person is, or `2026-03-10T09:00:00+01:00`, an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum When {
    /// An instant.
    Instant(DateTime<FixedOffset>),
    /// A whole day.
    Day(NaiveDate),
}

impl When {
    /// The day where the person is; in UTC where their zone is not known.
    #[must_use]
    pub fn day(self, moment: &Moment) -> NaiveDate {
        match self {
            Self::Day(day) => day,
            Self::Instant(at) => moment.local_day(at.with_timezone(&Utc)),
        }
    }

    /// The first instant that is meant: a day begins at midnight where the person is.
    #[must_use]
    pub fn start(self, moment: &Moment) -> DateTime<Utc> {
        match self {
            Self::Instant(at) => at.with_timezone(&Utc),
            Self::Day(day) => midnight(day, moment),
        }
    }

    /// The last instant that may be meant. A *no* of some day counts from its end, so that in
    /// doubt it is later than a *yes* of the same day.
    #[must_use]
    pub fn end(self, moment: &Moment) -> DateTime<Utc> {
        match self {
            Self::Instant(at) => at.with_timezone(&Utc),
            Self::Day(day) => midnight(day.succ_opt().unwrap_or(day), moment),
        }
    }
}

/// Midnight where the person is; where the clocks are put forward over it, the first instant of
/// the day.
fn midnight(day: NaiveDate, moment: &Moment) -> DateTime<Utc> {
    let naive = day.and_time(NaiveTime::MIN);
    let Some(zone) = moment.zone else {
        return naive.and_utc();
    };
    let local = zone.from_local_datetime(&naive).earliest();
    let later = || {
        let later = naive.checked_add_signed(chrono::Duration::hours(1))?;
        zone.from_local_datetime(&later).earliest()
    };
    local
        .or_else(later)
        .map_or_else(|| naive.and_utc(), |local| local.with_timezone(&Utc))
}
