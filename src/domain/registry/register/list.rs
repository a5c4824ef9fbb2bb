//! What was last loaded of a register.

use super::{IdentifierKinds, Register, RegisterEntries};
use crate::domain::ids::Position;
use chrono::{Days, NaiveDate};
use std::sync::Arc;

/// A register's list, as it was last loaded. The next one takes its place as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterList {
    /// Of which register.
    pub register: Register,
    /// On which day it was issued.
    pub issued_on: NaiveDate,
    /// Whether it holds the whole register, so that who is not in it is not registered.
    pub complete: bool,
    /// What it lists.
    pub kinds: IdentifierKinds,
    /// The ledger entry of its load.
    pub position: Position,
    /// Who is in it.
    pub entries: Arc<RegisterEntries>,
}

impl RegisterList {
    /// The last day on which it may be used.
    #[must_use]
    pub fn last_day(&self) -> NaiveDate {
        last_day(self.register, self.issued_on)
    }

    /// Whether it may be used on a day: not before it was issued, and not once it is too old.
    #[must_use]
    pub fn is_fresh(&self, day: NaiveDate) -> bool {
        is_fresh(self.register, self.issued_on, day)
    }
}

/// The last day on which a register's list of some day may be used.
#[must_use]
pub fn last_day(register: Register, issued_on: NaiveDate) -> NaiveDate {
    let longest = Days::new(u64::from(register.longest_age()));
    issued_on.checked_add_days(longest).unwrap_or(issued_on)
}

/// Whether a register's list of some day may be used on another.
#[must_use]
pub fn is_fresh(register: Register, issued_on: NaiveDate, day: NaiveDate) -> bool {
    (issued_on..=last_day(register, issued_on)).contains(&day)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn it_is_used_from_its_day_until_it_is_too_old() {
        let day = |day: &str| day.parse::<NaiveDate>().unwrap();
        let issued = day("2026-07-01");
        for (asked, fresh) in [
            ("2026-06-30", false),
            ("2026-07-01", true),
            ("2026-07-31", true),
            ("2026-08-01", false),
        ] {
            assert_eq!(
                is_fresh(Register::Bloctel, issued, day(asked)),
                fresh,
                "{asked}"
            );
        }
        assert_eq!(last_day(Register::Rpo, issued), day("2026-07-16"));
    }
}
