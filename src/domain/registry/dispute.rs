//! "This was not me": what comes of it.

use crate::domain::requests::UnknownWord;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// What came of a dispute. The yes that it was about was withdrawn when the person said so, and no outcome
/// brings it back: only the person does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeOutcome {
    /// The record stands: what is known says that it was the person.
    Kept,
    /// In favour of the person: the record is no answer of theirs, and no yes rests on it.
    Withdrawn,
}

impl DisputeOutcome {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Kept, Self::Withdrawn];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl FromStr for DisputeOutcome {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.as_str() == text).ok_or(UnknownWord)
    }
}
