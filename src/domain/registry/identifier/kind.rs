//! The kinds of identifier and their stable names and numbers.

use serde::{Deserialize, Serialize};

/// What an identifier identifies a data subject by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierKind {
    /// An e-mail address (RFC 5321, RFC 6531).
    Email,
    /// A phone number in E.164.
    Phone,
    /// A postal address.
    Postal,
    /// The key in a controller's own customer system.
    CrmId,
    /// An advertising or installation id of a device.
    DeviceId,
}

impl IdentifierKind {
    /// Every kind, in the order of its code.
    pub const ALL: [Self; 5] = [
        Self::Email,
        Self::Phone,
        Self::Postal,
        Self::CrmId,
        Self::DeviceId,
    ];

    /// The name used in files, in the API and as prefix of the keyed hash.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Postal => "postal",
            Self::CrmId => "crm_id",
            Self::DeviceId => "device_id",
        }
    }

    /// The kind of that name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The number in the database; never given to another kind.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Email => 1,
            Self::Phone => 2,
            Self::Postal => 3,
            Self::CrmId => 4,
            Self::DeviceId => 5,
        }
    }

    /// The kind of that number, if there is one.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_come_back() {
        for kind in IdentifierKind::ALL {
            assert_eq!(IdentifierKind::parse(kind.as_str()), Some(kind));
            assert_eq!(IdentifierKind::from_code(kind.code()), Some(kind));
        }
        assert_eq!(IdentifierKind::parse("Email"), None);
        assert_eq!(IdentifierKind::from_code(0), None);
    }
}
