//! On which terms an account of staff is there: what it is for, until when, and for which brands.

use super::{Bounds, Role};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The terms of an account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StaffTerms {
    /// What it may do.
    pub role: Role,
    /// Until when somebody signs in with it; without an end where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// For which brands and purposes.
    #[serde(default, skip_serializing_if = "Bounds::is_empty")]
    pub bounds: Bounds,
}

impl StaffTerms {
    /// Of this role, for everything and without an end.
    #[must_use]
    pub fn plain(role: Role) -> Self {
        Self {
            role,
            until: None,
            bounds: Bounds::default(),
        }
    }

    /// Whether the account's time is over.
    #[must_use]
    pub fn is_over(&self, at: DateTime<Utc>) -> bool {
        self.until.is_some_and(|until| at >= until)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// As the log's entries of before said it.
    #[test]
    fn what_bounds_nothing_says_the_role_alone() {
        let plain = StaffTerms::plain(Role::Dpo);
        assert_eq!(serde_json::to_string(&plain).unwrap(), r#"{"role":"dpo"}"#);
        let until = DateTime::from_timestamp(100, 0);
        let auditor = StaffTerms {
            until,
            ..StaffTerms::plain(Role::Auditor)
        };
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        assert!(!auditor.is_over(at(99)) && auditor.is_over(at(100)));
        assert!(!plain.is_over(at(i64::from(i32::MAX))));
        let read: StaffTerms =
            serde_json::from_value(serde_json::to_value(&auditor).unwrap()).unwrap();
        assert_eq!(read, auditor);
    }
}
