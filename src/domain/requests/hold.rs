//! A legal hold: what keeps a person's data although they would be erased (GDPR 17(3)). It has a ground of the
//! law, a day on which it is over by itself, and the number of the case that it is for.

use super::ground::Ground;
use super::words::UnknownWord;
use crate::domain::event::Reference;
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// So many months a hold lasts at most before somebody has to think about it again: accounts are kept for ten
/// years from the end of their year.
const LONGEST: Months = Months::new(12 * 11);

/// A ground that data are kept on in spite of an erasure.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Ground", into = "Ground")]
pub struct HoldGround(Ground);

impl HoldGround {
    /// Every one: the exceptions of art. 17(3).
    pub const ALL: [Self; 5] = [
        Self(Ground::FreedomOfExpression),
        Self(Ground::LegalObligation),
        Self(Ground::PublicHealth),
        Self(Ground::Archiving),
        Self(Ground::LegalClaims),
    ];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0.as_str()
    }

    /// Where it stands in the law.
    #[must_use]
    pub const fn source(self) -> &'static str {
        self.0.source()
    }
}

impl TryFrom<Ground> for HoldGround {
    type Error = UnknownWord;

    fn try_from(ground: Ground) -> Result<Self, UnknownWord> {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.0 == ground).ok_or(UnknownWord)
    }
}

impl From<HoldGround> for Ground {
    fn from(ground: HoldGround) -> Self {
        ground.0
    }
}

impl FromStr for HoldGround {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::try_from(text.parse::<Ground>()?)
    }
}

/// A hold, as it was placed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hold {
    /// On which ground.
    pub ground: HoldGround,
    /// The case that it is for.
    pub reference: Reference,
    /// When it was placed.
    pub placed_on: NaiveDate,
    /// The last day on which it stands.
    pub until: NaiveDate,
}

impl Hold {
    /// Whether its last day can be that one: not over before it begins, and not so far away that nobody looks
    /// at it again.
    #[must_use]
    pub fn lasts_well(&self) -> bool {
        let furthest = self.placed_on.checked_add_months(LONGEST);
        self.until >= self.placed_on && furthest.is_some_and(|furthest| self.until <= furthest)
    }

    /// Whether it stands on that day, unless somebody lifted it.
    #[must_use]
    pub fn lasts(&self, day: NaiveDate) -> bool {
        day <= self.until
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn hold(until: &str) -> Hold {
        Hold {
            ground: "legal_claims".parse().unwrap(),
            reference: Reference::parse("CASE-7").unwrap(),
            placed_on: day("2026-11-29"),
            until: day(until),
        }
    }

    #[test]
    fn only_what_the_law_excepts_keeps_data() {
        let kept = Ground::ALL
            .iter()
            .filter(|one| HoldGround::try_from(**one).is_ok());
        assert_eq!(kept.count(), HoldGround::ALL.len());
        for ground in HoldGround::ALL {
            assert!(ground.source().starts_with("GDPR 17(3)("), "{ground:?}");
            assert_eq!(ground.as_str().parse(), Ok(ground));
        }
        assert!("excessive".parse::<HoldGround>().is_err());
    }

    #[test]
    fn a_hold_is_over_by_itself() {
        let one = hold("2027-06-30");
        assert!(one.lasts_well() && one.lasts(day("2027-06-30")) && !one.lasts(day("2027-07-01")));
        assert!(hold("2026-11-29").lasts_well() && !hold("2026-11-28").lasts_well());
        assert!(hold("2037-11-29").lasts_well() && !hold("2037-11-30").lasts_well());
        let told = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<Hold>(&told).unwrap(), one);
        let wrong = told.replace("legal_claims", "excessive");
        assert!(wrong != told && serde_json::from_str::<Hold>(&wrong).is_err());
    }
}
