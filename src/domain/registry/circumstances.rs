//! What belongs to the person's act, beside the words that they were shown.

use super::Bundle;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Who gave the answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GivenBy {
    /// The person.
    Person,
    /// Who holds parental authority over them (GDPR 8(1)).
    Parent,
}

impl GivenBy {
    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Parent => "parent",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Person, Self::Parent]
            .into_iter()
            .find(|by| by.as_str() == text)
    }
}

/// The circumstances of an answer, as far as they were told. The fields stand in the order of
/// RFC 8785, so that a payload that holds them needs no sorting.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Circumstances {
    /// The consent to one exact date and time is attested and archived (C. conso. R223-2).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub attested: bool,
    /// The channels that the one tick covered.
    #[serde(skip_serializing_if = "Bundle::is_empty")]
    pub bundle: Bundle,
    /// When the person confirmed a double opt-in: an act of their own, later than the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The one date and time agreed to (C. conso. L223-1 al. 6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact_slot: Option<DateTime<Utc>>,
    /// Whether the consent is explicit (GDPR 9(2)(a)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explicit: Option<bool>,
    /// Who gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_by: Option<GivenBy>,
    /// The consent opens other hours in general, without a date (C. conso. L223-1, until 2026).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub off_hours_general: bool,
    /// Whether the phone number was verified as the consenting person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number_verified: Option<bool>,
}

impl Circumstances {
    /// Whether nothing was told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
