//! The words that were shown (GDPR arts. 13 and 14), versioned.

use super::{Language, Mention, Slug, Wording};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};

/// Whether a new version only mends a text or asks for a new answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeChange {
    /// The person must be asked again: consents to earlier words do not cover it.
    Major,
    /// A typo, a clearer sentence: earlier consents hold.
    Minor,
}

/// One version of a notice, in its languages. Never changed once published.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Its name in the API.
    pub id: Slug,
    /// Counted from 1, without gaps.
    pub version: u32,
    /// The purpose that it asks consent for.
    pub purpose: Slug,
    /// What the version changed.
    pub change: NoticeChange,
    /// The exact words.
    pub text: Wording,
    /// The mentions of a consent to calls that these words make; left out where nobody has said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mentions: Option<BTreeSet<Mention>>,
    /// Whether these words name the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names_sender: Option<bool>,
    /// The recipients that these words name; left out where those of the purpose are meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Vec<String>>,
}

impl Notice {
    /// Its reference, as `newsletter@3`.
    #[must_use]
    pub fn reference(&self) -> NoticeRef {
        NoticeRef {
            id: self.id.clone(),
            version: self.version,
        }
    }

    /// Whether its words exist in that language.
    #[must_use]
    pub fn speaks(&self, language: Language) -> bool {
        self.text.0.contains_key(&language)
    }
}

/// `newsletter@3`: one version of a notice.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NoticeRef {
    /// The notice.
    pub id: Slug,
    /// The version, from 1.
    pub version: u32,
}

impl FromStr for NoticeRef {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const MEND: &str = "must name a notice and its version, like newsletter@3";
        let (id, version) = text.split_once('@').ok_or(MEND)?;
        let id = id.parse().map_err(|_| MEND)?;
        let version = version.parse().ok().filter(|v| *v > 0).ok_or(MEND)?;
        Ok(Self { id, version })
    }
}

impl fmt::Display for NoticeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.id, self.version)
    }
}

impl TryFrom<String> for NoticeRef {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<NoticeRef> for String {
    fn from(reference: NoticeRef) -> Self {
        reference.to_string()
    }
}
