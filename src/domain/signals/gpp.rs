//! The IAB's Global Privacy Platform string: a header that says which sections follow, and the
//! sections, joined by `~`. Section 2 is a TCF string for Europe.
//!
//! Source: IAB Tech Lab, GPP Core, Consent String Specification (header and Fibonacci coding).

use super::bits::{Bits, BitsError};
use std::collections::BTreeMap;

/// The section of the European TCF string.
pub const TCF_EU_V2: u16 = 2;

/// The field type of a header.
const HEADER_TYPE: u64 = 3;
/// The one version there is.
const VERSION: u64 = 1;
/// More sections than there are laws with one.
const SECTIONS_MAX: usize = 64;
/// Above every id in use; also where the Fibonacci sum stops before it could overflow.
const ID_MAX: u32 = 4_095;

/// Why a GPP string cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum GppError {
    /// Its bits cannot be read.
    #[error("its header {0}")]
    Bits(#[from] BitsError),
    /// The first field is not 3.
    #[error("does not begin as a GPP header")]
    Type,
    /// Another version than 1.
    #[error("is of a version that is not known")]
    Version,
    /// A section number above 4,095, or more than 64 of them.
    #[error("names sections that cannot be")]
    Sections,
    /// The header names more or fewer sections than follow.
    #[error("does not hold the sections that its header names")]
    Count,
}

/// A GPP string, taken apart; the sections are not yet read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gpp<'a>(BTreeMap<u16, &'a str>);

impl<'a> Gpp<'a> {
    /// Takes a whole string apart.
    ///
    /// # Errors
    /// What is wrong with it. Nothing is guessed: a string that does not hold together says nothing.
    pub fn parse(text: &'a str) -> Result<Self, GppError> {
        let mut parts = text.split('~');
        let ids = gpp_sections(parts.next().unwrap_or_default())?;
        let sections: Vec<&str> = parts.take(SECTIONS_MAX + 1).collect();
        if sections.len() != ids.len() {
            return Err(GppError::Count);
        }
        Ok(Self(ids.into_iter().zip(sections).collect()))
    }

    /// The text of a section.
    #[must_use]
    pub fn section(&self, id: u16) -> Option<&'a str> {
        self.0.get(&id).copied()
    }
}

/// The sections that a header names, ascending, as they follow it.
///
/// # Errors
/// What is wrong with the header.
pub fn gpp_sections(header: &str) -> Result<Vec<u16>, GppError> {
    let mut bits = Bits::of(header)?;
    if bits.number(6)? != HEADER_TYPE {
        return Err(GppError::Type);
    }
    if bits.number(6)? != VERSION {
        return Err(GppError::Version);
    }
    let entries = bits.small(12)?;
    let mut ids = Vec::new();
    let mut last = 0;
    for _ in 0..entries {
        let is_group = bits.flag()?;
        let first = offset(&mut bits, last)?;
        last = if is_group {
            offset(&mut bits, first)?
        } else {
            first
        };
        if ids.len() + (last - first) as usize >= SECTIONS_MAX {
            return Err(GppError::Sections);
        }
        ids.extend((first..=last).map(|id| id as u16));
    }
    bits.end()?;
    Ok(ids)
}

/// A number written as what it is more than the last; at least one more, so that ids ascend.
fn offset(bits: &mut Bits<'_>, last: u32) -> Result<u32, GppError> {
    let id = last + fibonacci(bits)?;
    if id > ID_MAX {
        return Err(GppError::Sections);
    }
    Ok(id)
}

/// A number as a sum of Fibonacci numbers 1, 2, 3, 5, 8 …, a bit each; two ones in a row end it.
fn fibonacci(bits: &mut Bits<'_>) -> Result<u32, GppError> {
    let (mut this, mut next, mut sum, mut before) = (1u32, 2u32, 0u32, false);
    loop {
        let bit = bits.flag()?;
        if bit && before {
            return Ok(sum);
        }
        if this > ID_MAX {
            return Err(GppError::Sections);
        }
        sum += if bit { this } else { 0 };
        (this, next) = (next, this + next);
        before = bit;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::domain::signals::testing::Writer;
    use crate::domain::testing::each;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        header: String,
        sections: Vec<u16>,
    }

    #[test]
    fn gpp_header_vectors() {
        each("gpp_header_vectors", |case: &Case| {
            assert_eq!(
                gpp_sections(&case.header).as_ref(),
                Ok(&case.sections),
                "{}",
                case.header
            );
        });
    }

    #[test]
    fn the_examples_of_the_specification() {
        assert_eq!(gpp_sections("DBACNY"), Ok(vec![2, 6]));
        assert_eq!(gpp_sections("DBACHZg"), Ok(vec![3, 5, 6, 7, 8]));
        // offsets count from the last section seen, not from the last offset
        assert_eq!(gpp_sections("DBADbv"), Ok(vec![1, 2, 4, 5]));
        let gpp = Gpp::parse("DBACNY~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA~1YNN").unwrap();
        assert_eq!(gpp.section(6), Some("1YNN"));
        assert!(gpp.section(TCF_EU_V2).unwrap().starts_with("CPXx"));
        assert_eq!(gpp.section(5), None);
    }

    #[test]
    fn what_does_not_hold_together_is_refused() {
        for (text, error) in [
            ("", GppError::Bits(BitsError::TooShort)),
            ("CBABM~x", GppError::Type),
            ("DCABM~x", GppError::Version),
            ("DBABM", GppError::Count),
            ("DBABM~x~y", GppError::Count),
            ("DBABM=~x", GppError::Bits(BitsError::Character)),
            ("DBABN~x", GppError::Bits(BitsError::Trailing)),
            // a code word that never ends
            ("DBABAAAAAAAAAAAAAAAAAAAAAAAAAAAA~x", GppError::Sections),
        ] {
            assert_eq!(Gpp::parse(text), Err(error), "{text}");
        }
    }

    /// A header of one group.
    fn group(first: u32, more: u32) -> String {
        let head = Writer::default().number(3, 6).number(1, 6).number(1, 12);
        head.flag(true).fibonacci(first).fibonacci(more).text()
    }

    #[test]
    fn every_section_follows_and_no_further_one() {
        let with = |sections| format!("{}{}", group(1, 63), "~x".repeat(sections));
        assert!(Gpp::parse(&with(64)).is_ok());
        assert_eq!(Gpp::parse(&with(63)), Err(GppError::Count));
        assert_eq!(Gpp::parse(&with(65)), Err(GppError::Count));
    }

    #[test]
    fn neither_too_many_nor_too_high() {
        let header = |first, more| gpp_sections(&group(first, more));
        assert_eq!(header(1, 63), Ok((1..=64).collect()));
        assert_eq!(header(1, 64), Err(GppError::Sections));
        assert_eq!(header(1, 2_584), Err(GppError::Sections));
        assert_eq!(header(4_094, 1), Ok(vec![4_094, 4_095]));
        assert_eq!(header(4_094, 2), Err(GppError::Sections));
        assert_eq!(header(4_096, 1), Err(GppError::Sections));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "D?B?[A-Za-z0-9_~=-]{0,200}|.{0,40}") {
            if let Ok(ids) = gpp_sections(&text) {
                prop_assert!(ids.len() <= SECTIONS_MAX);
                prop_assert!(ids.is_sorted_by(|one, other| one < other));
            }
            let _ = Gpp::parse(&text);
        }
    }
}
