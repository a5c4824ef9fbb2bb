//! What lies ahead of a decision: until when a permit holds, and the smallest change that would
//! flip a denial.
//!
//! Nothing here decides. The one engine is asked again, with other facts or about another instant;
//! what is told is what it answered then. How often it may be asked is bounded.
//!
//! | module | holds |
//! |---|---|
//! | [`case`] | one question, ready to be asked again |
//! | [`instants`] | the instants at which an answer may change |
//! | [`until`] | until when a permit holds |
//! | [`alike`] | what is the same for everybody of whom the same is seen |
//! | [`steps`] | what the caller or the person may change |
//! | [`search`] | the smallest set of changes that flips a denial |
//! | [`aged`] | the contacts that must have aged by then |
//! | [`words`] | the changes in words |

mod aged;
mod alike;
mod case;
mod instants;
mod search;
mod steps;
#[cfg(test)]
mod tests;
mod until;
mod words;

pub(super) use alike::Ahead;
pub(super) use case::Case;
pub(super) use search::lawful;
pub(super) use until::until;
pub use words::{NOTHING_EN, NOTHING_FR};

use crate::domain::registry::Channel;
use crate::policy::{FactName, FactSet, Kept};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use std::sync::Arc;

/// What would flip a denial.
#[derive(Debug, Clone, Default)]
pub enum Lawful {
    /// Not looked for, or not found within bounds.
    #[default]
    NotKnown,
    /// Nothing: neither time, nor the caller, nor the person.
    Nothing,
    /// These changes, and not fewer.
    If(Arc<WayOut>),
}

impl Lawful {
    /// The changes, where they were found.
    #[must_use]
    pub fn way(&self) -> Option<&WayOut> {
        match self {
            Self::If(way) => Some(way),
            Self::NotKnown | Self::Nothing => None,
        }
    }

    /// From when on the use would be permitted, where time must pass.
    #[must_use]
    pub fn from(&self) -> Option<DateTime<Utc>> {
        self.way()?.from
    }
}

/// A smallest set of changes with which a denied use would be permitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayOut {
    /// What somebody must do.
    pub changes: Vec<Change>,
    /// From when on it would be permitted, where time must pass as well.
    pub from: Option<DateTime<Utc>>,
    /// The person's zone.
    pub zone: Option<Tz>,
    /// The contacts that must have left the periods in which they count.
    pub aged: Vec<Aged>,
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: Channel,
    /// Its text.
    kept: Kept,
}

impl WayOut {
    /// The text that `make` makes of it. It is made once and kept, since what is found for one is told
    /// to all who are alike; there is one such text, so that there must be one maker.
    #[must_use]
    pub fn text(&self, make: impl FnOnce() -> String) -> &str {
        self.kept.text(make)
    }
}

/// What somebody must do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// A stable word for it, as `consent` or `fact:on_bloctel`.
    pub code: &'static str,
    /// The value to give, where it is a fact.
    pub value: Option<&'static str>,
    /// Who.
    pub by: Doer,
}

/// Who can make a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doer {
    /// Whoever asks.
    Caller,
    /// The person alone.
    Person,
}

impl Doer {
    /// As a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Person => "person",
        }
    }
}

/// A contact that counts now and will not then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Aged {
    /// When it was, or when its day began.
    pub at: DateTime<Utc>,
    /// By which channel.
    pub channel: Channel,
}

/// Looked for so far ahead, in days.
const AHEAD: i64 = 400;
/// A permit is followed so far, in days.
const FOLLOWED: i64 = 31;
/// A permit is followed over so many instants at most.
const MOST: usize = 96;
/// How often the engine is asked again for one denial.
pub const EFFORT: usize = 600;
/// The same where many are asked at once.
pub const EFFORT_OF_MANY: usize = 100;

/// The facts that move with the clock, to and fro.
fn clock() -> FactSet {
    const CLOCK: [FactName; 5] = [
        FactName::local_time_known,
        FactName::minute_of_day,
        FactName::weekday,
        FactName::public_holiday,
        FactName::exact_slot,
    ];
    CLOCK.into_iter().collect()
}

/// Those that may change within a day, or to and fro.
fn turning() -> FactSet {
    turning_but_pace().and(pacing())
}

/// The same without what a pause or a bound makes.
fn turning_but_pace() -> FactSet {
    let mut turning = clock();
    turning.insert(FactName::contacts_left_under_cap);
    turning
}

/// Those that a pause or a bound of the person's makes.
fn pacing() -> FactSet {
    [FactName::paused, FactName::pace_reached]
        .into_iter()
        .collect()
}

/// How far a permit is followed that lasts no longer than `end`: to the last instant under the same law.
fn horizon(at: DateTime<Utc>, end: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let horizon = at + TimeDelta::days(FOLLOWED);
    end.map_or(horizon, |end| horizon.min(end - TimeDelta::microseconds(1)))
}

/// The facts that move with time, one way only.
fn slow() -> FactSet {
    const SLOW: [FactName; 17] = [
        FactName::consent_expired,
        FactName::consent_age_months,
        FactName::consent_on_other_channel,
        FactName::days_since_refusal_in_call,
        FactName::months_since_purchase,
        FactName::days_since_contract_end,
        FactName::call_attempts_in_30_days,
        FactName::contacts_in_1_day,
        FactName::contacts_in_7_days,
        FactName::contacts_in_30_days,
        FactName::channel_contacts_in_7_days,
        FactName::channel_contacts_in_30_days,
        FactName::contacts_left_under_cap,
        FactName::working_days_since_request,
        FactName::months_since_last_contact,
        FactName::months_since_last_choice,
        FactName::retention_over,
    ];
    SLOW.into_iter().collect::<FactSet>().and(pacing())
}
