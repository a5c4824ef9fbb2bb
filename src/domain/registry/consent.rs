//! The consent record: one immutable fact (GDPR art. 7(1), ISO/IEC TS 27560).

use super::{Act, Channel, Circumstances, Language, NoticeRef, Slug, Source};
use crate::domain::ids::{RecordId, SubjectId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What the person answered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Asked for a confirmation that has not come (double opt-in): neither yes nor no.
    Requested,
    /// Yes.
    Given,
    /// Asked, answered no.
    Refused,
    /// A yes taken back (art. 7(3)).
    Withdrawn,
}

impl Answer {
    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Given => "given",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The answer of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Requested, Self::Given, Self::Refused, Self::Withdrawn]
            .into_iter()
            .find(|a| a.as_str() == text)
    }

    /// Whether it is a no.
    #[must_use]
    pub const fn is_no(self) -> bool {
        matches!(self, Self::Refused | Self::Withdrawn)
    }

    /// Whether it is a yes.
    #[must_use]
    pub const fn is_yes(self) -> bool {
        matches!(self, Self::Given)
    }
}

/// Who answered what, to whom, in which words, where, when. This is the payload that the
/// ledger's leaf commits to; it holds no contact point in clear.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ConsentRecord {
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
    /// The answer.
    pub status: Answer,
    /// The words that were shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<NoticeRef>,
    /// In which language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Where, and by whom it was taken down.
    pub source: Source,
    /// By which act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
    /// What else belongs to the act.
    #[serde(skip_serializing_if = "Circumstances::is_empty", default)]
    pub circumstances: Circumstances,
    /// When, as the collector claims it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collected_at: Option<DateTime<Utc>>,
    /// When the registry received it, by its own clock.
    pub recorded_at: DateTime<Utc>,
    /// The instant by which answers are ordered: the claimed one, that of the confirmation for a
    /// double opt-in, never after the received one.
    pub effective_at: DateTime<Utc>,
    /// Until when a yes holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<Utc>>,
    /// Whether there is proof for this person (art. 7(1)); an import may carry none.
    pub proof: bool,
    /// What the collector keeps as evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<serde_json::Value>,
}
