//! Why somebody reads a person's file: one of few words, and the number of the request that it is about.
//! No sentence, which could say more about the person than the log should hold.

use serde::{Deserialize, Serialize};

/// The longest reference, in characters.
const LONGEST: usize = 64;

/// The number by which whoever keeps requests finds one: letters of a number, no room for a sentence, since
/// it stays in the log.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

impl Reference {
    /// How one is written.
    pub const MEND: &str = "must have 1 to 64 characters of A-Z, a-z, 0-9 and - _ . /, like DSR-2026-0117; \
                            it stays in the log, so name the request and never the person";

    /// Reads one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let letter = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        let fits = (1..=LONGEST).contains(&text.len()) && text.chars().all(letter);
        fits.then(|| Self(text.to_owned()))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reference {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or(Self::MEND)
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.0
    }
}

/// Why a file is read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ViewWhy {
    /// The person asked for something.
    PersonRequest,
    /// The person complained, or an authority did for them.
    Complaint,
    /// A check of how files are kept.
    Audit,
    /// Something about the person is to be put right.
    Correction,
    /// Something else: what, the reference tells.
    Other,
}

impl ViewWhy {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::PersonRequest,
        Self::Complaint,
        Self::Audit,
        Self::Correction,
        Self::Other,
    ];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PersonRequest => "person_request",
            Self::Complaint => "complaint",
            Self::Audit => "audit",
            Self::Correction => "correction",
            Self::Other => "other",
        }
    }

    /// Reads a word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// The reason that a reader gives.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ViewReason {
    why: ViewWhy,
    reference: Option<Reference>,
}

/// What is wrong with a reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoReason {
    /// It is none of the words.
    Word,
    /// The reference is none.
    Reference,
    /// Something else was said without saying what.
    OfWhat,
}

impl NoReason {
    /// How to mend it.
    #[must_use]
    pub const fn mend(self) -> &'static str {
        match self {
            Self::Word => "must be one of person_request, complaint, audit, correction, other",
            Self::Reference => Reference::MEND,
            Self::OfWhat => "goes with a reason; the reason other needs one",
        }
    }
}

impl ViewReason {
    /// The reason of these words; none where there are none.
    ///
    /// # Errors
    /// Where they are no reason.
    pub fn read(why: Option<&str>, reference: Option<&str>) -> Result<Option<Self>, NoReason> {
        let reference = reference
            .map(|text| Reference::parse(text).ok_or(NoReason::Reference))
            .transpose()?;
        let Some(why) = why else {
            return reference.map_or(Ok(None), |_| Err(NoReason::OfWhat));
        };
        let why = ViewWhy::parse(why).ok_or(NoReason::Word)?;
        if why == ViewWhy::Other && reference.is_none() {
            return Err(NoReason::OfWhat);
        }
        Ok(Some(Self { why, reference }))
    }

    /// Why.
    #[must_use]
    pub const fn why(&self) -> ViewWhy {
        self.why
    }

    /// The request that it is about.
    #[must_use]
    pub const fn reference(&self) -> Option<&Reference> {
        self.reference.as_ref()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_reason_is_a_word_and_maybe_a_number() {
        let read = ViewReason::read;
        assert_eq!(read(None, None), Ok(None));
        for why in ViewWhy::ALL {
            let reason = read(Some(why.as_str()), Some("REQ/2026-17"))
                .unwrap()
                .unwrap();
            assert_eq!(reason.why(), why);
            assert_eq!(reason.reference().unwrap().as_str(), "REQ/2026-17");
            assert_eq!(serde_json::json!(why), why.as_str());
        }
        assert!(read(Some("audit"), None).unwrap().is_some());
        assert_eq!(read(Some("curiosity"), None), Err(NoReason::Word));
        assert_eq!(read(Some("other"), None), Err(NoReason::OfWhat));
        assert_eq!(read(None, Some("17")), Err(NoReason::OfWhat));
        for bad in ["", "anne@example.fr", "two words", &"x".repeat(65)] {
            assert_eq!(read(Some("audit"), Some(bad)), Err(NoReason::Reference));
        }
    }
}
