//! What somebody had before them when they decided to publish: of two who do it at once, the second is told.

use crate::app::refusal::Refusal;
use crate::domain::registry::{Catalogue, Notice, NoticeRef, Slug};
use std::fmt;
use std::str::FromStr;

/// What else than what was seen is in force.
pub const CHANGED: &str = "catalogue_changed";

/// A purpose and its words, as they were seen in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upon {
    purpose: Slug,
    /// 0 where there was none.
    version: u32,
    words: Option<NoticeRef>,
}

impl Upon {
    /// As they are in force.
    #[must_use]
    pub fn of(catalogue: &Catalogue, purpose: &Slug) -> Self {
        let known = catalogue.purposes.get(purpose);
        let words = catalogue.latest_notice(purpose);
        Self {
            purpose: purpose.clone(),
            version: known.map_or(0, |known| known.version),
            words: words.map(Notice::reference),
        }
    }

    /// Whether they still are.
    ///
    /// # Errors
    /// [`CHANGED`] where they are not.
    pub(super) fn holds(&self, catalogue: &Catalogue) -> Result<(), Refusal> {
        if *self == Self::of(catalogue, &self.purpose) {
            return Ok(());
        }
        Err(Refusal::Conflict {
            code: CHANGED,
            what: "somebody else published meanwhile; look at what is in force, and check again"
                .into(),
        })
    }
}

/// `offers@2 offers@3`: the purpose with its version, and its words.
impl fmt::Display for Upon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.purpose, self.version)?;
        match &self.words {
            Some(words) => write!(f, " {words}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Upon {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const MEND: &str = "names no purpose with its version";
        let (purpose, words) = match text.split_once(' ') {
            Some((purpose, words)) => (purpose, Some(words.parse()?)),
            None => (text, None),
        };
        let (purpose, version) = purpose.split_once('@').ok_or(MEND)?;
        Ok(Self {
            purpose: purpose.parse().map_err(|_| MEND)?,
            version: version.parse().map_err(|_| MEND)?,
            words,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn it_is_read_as_it_was_written() {
        for text in ["offers@0", "offers@12", "offers@2 letter@3"] {
            assert_eq!(text.parse::<Upon>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "offers",
            "offers@",
            "offers@2 ",
            "offers@2 letter@0",
            "Ü@1",
        ] {
            assert!(text.parse::<Upon>().is_err(), "{text}");
        }
    }
}
