//! Contacts: who reached whom, when and how. They are what attempts, pressure and the person's own
//! last contact are counted from.

use super::{Channel, Slug};
use crate::domain::ids::{DecisionId, RecordId, SubjectId};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How far back single contacts are counted: the longest period of a cap, three calendar months,
/// and a day on either side for the person's time zone. What rules ask of older times (the
/// person's own last contact, a no in a call) is kept as one instant each.
pub const COUNTED: TimeDelta = TimeDelta::days(94);

/// Who reached whom.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The company reached the person, or tried to.
    ToPerson,
    /// The person reached the company. Opening a message is no contact (CNIL, SAN-2020-003).
    FromPerson,
}

impl Direction {
    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ToPerson => "to_person",
            Self::FromPerson => "from_person",
        }
    }

    /// The direction of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::ToPerson, Self::FromPerson]
            .into_iter()
            .find(|one| one.as_str() == text)
    }
}

/// One contact, or an attempt at one. This is the payload that the ledger's leaf commits to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ContactRecord {
    /// The contact.
    pub id: RecordId,
    /// The person.
    pub subject: SubjectId,
    /// By which kinds of identifier the person was named.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub identified_by: Vec<String>,
    /// Who reached whom.
    pub direction: Direction,
    /// By which channel.
    pub channel: Channel,
    /// The controller of the purpose at that time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<Slug>,
    /// What for; a person who calls need not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Slug>,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether somebody answered a call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered: Option<bool>,
    /// The person said no in the call.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub refused: bool,
    /// Who made it, where it was a subcontractor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// The decision that reserved it, before it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionId>,
}

/// A contact to the person as facts count it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    /// When.
    pub at: DateTime<Utc>,
    /// By which channel.
    pub channel: Channel,
    /// What for.
    pub purpose: Option<Slug>,
}

/// What facts need of a person's contacts: an image of all that counts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Contacts {
    /// Those to the person, of the last [`COUNTED`].
    pub made: Vec<Made>,
    /// The person's own last one, however long ago.
    pub last_from_person: Option<DateTime<Utc>>,
    /// The last no in a call, however long ago.
    pub refused_in_call: Option<DateTime<Utc>>,
}

impl Contacts {
    /// Adds one that counts; older ones than `since` only where an instant is kept of them.
    pub fn add(&mut self, direction: Direction, refused: bool, made: Made, since: DateTime<Utc>) {
        if refused {
            self.refused_in_call = self.refused_in_call.max(Some(made.at));
        }
        match direction {
            Direction::FromPerson => {
                self.last_from_person = self.last_from_person.max(Some(made.at));
            }
            Direction::ToPerson if made.at >= since => self.made.push(made),
            Direction::ToPerson => {}
        }
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
