//! What somebody at a door is there for: the role of a key and of an account of staff. What each may do is
//! decided in one place, by permission.

use crate::domain::duration::CalendarPeriod;
use serde::{Deserialize, Serialize};

/// A role.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Records consents; of staff, the agent in a shop or on the telephone.
    Collector,
    /// Asks before it sends; of staff, whoever plans campaigns. Sees nobody's data.
    Marketing,
    /// Reads, exports, requests: the data protection officer.
    Dpo,
    /// Writes policies, purposes and notices, and sees nobody's data.
    PrivacyEngineer,
    /// Reads what is there to be checked, changes nothing, and is there for a time.
    Auditor,
    /// Administers catalogue, keys and accounts.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: &[Self] = &[
        Self::Collector,
        Self::Marketing,
        Self::Dpo,
        Self::PrivacyEngineer,
        Self::Auditor,
        Self::Admin,
    ];

    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Collector => "collector",
            Self::Marketing => "marketing",
            Self::Dpo => "dpo",
            Self::PrivacyEngineer => "privacy_engineer",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.as_str() == text)
    }

    /// Whether somebody of this role can be bound to brands and purposes: what the others do is about persons
    /// or about everything.
    #[must_use]
    pub const fn can_be_bound(self) -> bool {
        matches!(self, Self::Collector | Self::Marketing)
    }

    /// How long an account of this role is there at most; `None` where nobody has to say.
    #[must_use]
    pub const fn longest(self) -> Option<CalendarPeriod> {
        match self {
            Self::Auditor => Some(CalendarPeriod::A_YEAR),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_read_as_it_is_written() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(*role));
            let json = serde_json::to_value(role).ok();
            assert_eq!(json, Some(role.as_str().into()));
        }
        assert_eq!(Role::parse("Dpo"), None);
    }
}
