//! How long data are kept, and when that is over (GDPR 5(1)(e)). Pure: days in, days out.
//!
//! Time is counted from the day on which the person was last heard of: their last choice, or the last contact
//! that came from them. A purpose's time is over when its period has passed since; a person's, when that of
//! every purpose is which holds something of them, and the time within which something may have to be proven.

use super::duration::CalendarPeriod;
use super::registry::{Catalogue, Slug};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The periods that hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Periods {
    /// Of each purpose that has one.
    pub purposes: BTreeMap<Slug, CalendarPeriod>,
    /// Within which something may have to be proven.
    pub proof: CalendarPeriod,
}

impl Periods {
    /// Those of a catalogue. A purpose that names none, or none that reads, keeps data for as long as it does.
    #[must_use]
    pub fn of(catalogue: &Catalogue, proof: CalendarPeriod) -> Self {
        let purposes = catalogue
            .purposes
            .values()
            .filter_map(|purpose| Some((purpose.id.clone(), purpose.kept_for()?)));
        Self {
            purposes: purposes.collect(),
            proof,
        }
    }

    /// The day from which on a purpose's time is over for whoever was last heard of on that day.
    #[must_use]
    pub fn over_on(&self, purpose: &Slug, heard_of: NaiveDate) -> Option<NaiveDate> {
        self.purposes.get(purpose)?.after_day(heard_of)
    }

    /// The day from which on somebody is due, of whom these purposes hold something; `None` where one of them
    /// has no end.
    #[must_use]
    pub fn due_on(&self, purposes: &BTreeSet<Slug>, heard_of: NaiveDate) -> Option<NaiveDate> {
        let mut latest = self.proof.after_day(heard_of)?;
        for purpose in purposes {
            latest = latest.max(self.over_on(purpose, heard_of)?);
        }
        Some(latest)
    }
}

/// What keeps somebody who is due from being erased by schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// A legal hold.
    Hold,
    /// A request that has no answer yet.
    Request,
    /// An answer that they say they never gave, and of which it is open what came.
    Dispute,
    /// The person had the use of their data restricted, or is dead: somebody looks at it.
    Restriction,
}

impl Kept {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Hold, Self::Request, Self::Dispute, Self::Restriction];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Request => "request",
            Self::Dispute => "dispute",
            Self::Restriction => "restriction",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn of(purposes: &[&str]) -> BTreeSet<Slug> {
        purposes.iter().map(|one| one.parse().unwrap()).collect()
    }

    #[test]
    fn the_longest_period_decides() {
        let period = |text: &str| text.parse().unwrap();
        let purposes = [("newsletter", "P3Y"), ("warranty", "P10Y")];
        let periods = Periods {
            purposes: purposes
                .map(|(name, text)| (name.parse().unwrap(), period(text)))
                .into(),
            proof: period("P5Y"),
        };
        let heard_of = day("2024-02-29");
        let due = |purposes: &[&str]| periods.due_on(&of(purposes), heard_of);
        assert_eq!(due(&["newsletter"]), Some(day("2029-02-28")), "proof");
        assert_eq!(due(&["newsletter", "warranty"]), Some(day("2034-02-28")));
        assert_eq!(due(&[]), Some(day("2029-02-28")));
        assert_eq!(due(&["newsletter", "loyalty"]), None, "it has no end");
        let newsletter = "newsletter".parse().unwrap();
        assert_eq!(
            periods.over_on(&newsletter, heard_of),
            Some(day("2027-02-28"))
        );
    }
}
