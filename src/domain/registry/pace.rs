//! How often a person wants to be reached beside their yes: not until a day, or not more often than so.
//!
//! It is no answer. It never makes a yes and never weakens a no: what holds for a purpose and channel is
//! told by [`super::ConsentState`] alone, and is the same before a pause, during it, and after its end.

use super::{Act, Channel, Slug, Source};
use crate::domain::ids::{Position, RecordId, SubjectId};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The longest pause: who wants nothing for longer says no.
pub const LONGEST_PAUSE: TimeDelta = TimeDelta::days(366);

/// How often at most; the later in this list, the stricter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtMost {
    /// Once in any seven days.
    OneAWeek,
    /// Once in any fourteen days.
    TwoAMonth,
    /// Once in any twenty-eight days.
    OneAMonth,
}

impl AtMost {
    /// Every value, in the order of their codes.
    pub const ALL: [Self; 3] = [Self::OneAWeek, Self::TwoAMonth, Self::OneAMonth];

    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneAWeek => "one_a_week",
            Self::TwoAMonth => "two_a_month",
            Self::OneAMonth => "one_a_month",
        }
    }

    /// The value of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// The time in which there is one contact at most.
    #[must_use]
    pub const fn window(self) -> TimeDelta {
        TimeDelta::days(match self {
            Self::OneAWeek => 7,
            Self::TwoAMonth => 14,
            Self::OneAMonth => 28,
        })
    }
}

/// A pause and a bound, each where there is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Pace {
    /// Nothing before this instant.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub paused_until: Option<DateTime<Utc>>,
    /// Not more often than this.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at_most: Option<AtMost>,
}

impl Pace {
    /// Whether it holds nothing back, at any time.
    #[must_use]
    pub fn is_free(&self) -> bool {
        *self == Self::default()
    }

    /// The end of a pause that runs at `at`.
    #[must_use]
    pub fn paused(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.paused_until.filter(|until| *until > at)
    }

    /// From when on the bound lets another contact through, where contacts were made at these
    /// instants. One that is dated later than `at` counts as well.
    #[must_use]
    pub fn full_until(
        &self,
        made: impl Iterator<Item = DateTime<Utc>>,
        at: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let window = self.at_most?.window();
        let leaves = made.map(|one| one + window).max();
        leaves.filter(|leaves| *leaves > at)
    }

    /// The stricter of both in each respect, where two records are found to be one person's.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        Self {
            paused_until: self.paused_until.max(other.paused_until),
            at_most: self.at_most.max(other.at_most),
        }
    }
}

/// What a person asked for, by their own act: one immutable fact, and the payload that the ledger's leaf
/// commits to. It says all that holds from then on, not what changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PaceRecord {
    /// The record.
    pub id: RecordId,
    /// The person.
    pub subject: SubjectId,
    /// By which kinds of identifier the collector named the person.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub identified_by: Vec<String>,
    /// The controller of the purpose at that time.
    pub controller: Slug,
    /// What for.
    pub purpose: Slug,
    /// By which channel.
    pub channel: Channel,
    /// What holds from now on.
    #[serde(flatten)]
    pub pace: Pace,
    /// Where, and by whom it was taken down.
    pub source: Source,
    /// By which act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
    /// When the registry received it, by its own clock.
    pub effective_at: DateTime<Utc>,
}

/// What holds for one purpose and channel of one person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PaceState {
    /// What they asked for last.
    pub pace: Pace,
    /// Since when.
    pub since: DateTime<Utc>,
    /// The ledger entry that last changed it.
    pub position: Position,
}

/// One purpose and channel of one person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paced {
    /// What for.
    pub purpose: Slug,
    /// By which channel.
    pub channel: Channel,
    /// What holds.
    pub state: PaceState,
}

impl PaceState {
    /// The state that a record makes. No date is claimed, so that the last one received is the last one
    /// said: there is no other step of the fold.
    #[must_use]
    pub const fn of(record: &PaceRecord, position: Position) -> Self {
        Self {
            pace: record.pace,
            since: record.effective_at,
            position,
        }
    }

    /// The state after the entry `position` found the other record to be the same person's.
    #[must_use]
    pub fn merged(own: Option<&Self>, other: &Self, position: Position) -> Self {
        let own = own.unwrap_or(other);
        Self {
            pace: own.pace.stricter(other.pace),
            since: own.since.max(other.since),
            position,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_micros;
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000_000;

    fn day(day: i64) -> DateTime<Utc> {
        from_micros(day * DAY)
    }

    fn paces() -> impl Strategy<Value = Pace> {
        let at_most = prop::option::of(prop::sample::select(AtMost::ALL.to_vec()));
        (prop::option::of(0i64..60), at_most).prop_map(|(until, at_most)| Pace {
            paused_until: until.map(day),
            at_most,
        })
    }

    fn holds_back(pace: &Pace, made: &[i64], at: DateTime<Utc>) -> bool {
        let full = pace.full_until(made.iter().copied().map(day), at);
        pace.paused(at).is_some() || full.is_some()
    }

    #[test]
    fn every_name_is_read_back_and_the_order_is_that_of_strictness() {
        for pair in AtMost::ALL.windows(2) {
            assert!(pair.first() < pair.last());
            assert!(pair.first().map(|one| one.window()) < pair.last().map(|one| one.window()));
        }
        for one in AtMost::ALL {
            assert_eq!(AtMost::parse(one.as_str()), Some(one));
            assert_eq!(serde_json::json!(one), one.as_str());
        }
        assert_eq!(AtMost::parse("One_a_week"), None);
    }

    #[test]
    fn a_pause_ends_at_its_instant_and_a_window_too() {
        let pace = Pace {
            paused_until: Some(day(3)),
            at_most: Some(AtMost::OneAWeek),
        };
        let before = |at: DateTime<Utc>| at - TimeDelta::microseconds(1);
        assert_eq!(pace.paused(before(day(3))), Some(day(3)));
        assert_eq!(pace.paused(day(3)), None);
        let made = || [day(1), day(5)].into_iter();
        assert_eq!(pace.full_until(made(), before(day(12))), Some(day(12)));
        assert_eq!(pace.full_until(made(), day(12)), None);
        assert!(!pace.is_free() && Pace::default().is_free());
    }

    proptest! {
        /// Whatever one of two records holds back, the merged one does; and nothing else.
        #[test]
        fn a_merge_holds_back_what_either_does(
            a in paces(), b in paces(), made in prop::collection::vec(0i64..60, 0..6), at in 0i64..90,
        ) {
            let (merged, at) = (a.stricter(b), day(at));
            let either = holds_back(&a, &made, at) || holds_back(&b, &made, at);
            prop_assert_eq!(holds_back(&merged, &made, at), either);
            prop_assert_eq!(merged, b.stricter(a));
        }
    }
}
