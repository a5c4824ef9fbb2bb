//! IAB TCF consent strings ("TC strings"), version 2.3.
//!
//! Reading ([`TcString::parse`]), judging ([`TcString::defects`]) and asking
//! ([`TcString::vendor_may`]) are three steps: a string may be well formed and still count for
//! nothing. The Global Vendor List is not consulted: whether a vendor registered a purpose, and on
//! which ground, is for the vendor to know.
//!
//! Source: IAB Tech Lab, *Consent string and vendor list formats v2*, as of February 2026.

mod core;
mod publisher;
mod question;
mod validity;
#[cfg(test)]
mod vector_tests;
mod vendors;

pub use self::core::{Core, Restriction, RestrictionKind};
pub use publisher::PublisherTc;
pub use question::{Ground, TcfPurpose, VendorAnswer};
pub use validity::Defect;
pub use vendors::{IdSet, VendorIds};

use super::bits::{Bits, BitsError, CHARACTERS_MAX};

/// The type of the segment that lists the disclosed vendors.
const DISCLOSED_VENDORS: u16 = 1;
/// The type of the publisher's segment.
const PUBLISHER_TC: u16 = 3;

/// Why a string cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TcfError {
    /// Its bits cannot be read.
    #[error("{0}")]
    Bits(#[from] BitsError),
    /// Another version than 2.
    #[error("is not of version 2")]
    Version,
    /// A language or country that is not two letters.
    #[error("has a language or country that is not two letters")]
    Letters,
    /// A vendor 0, a range that runs backwards, or one past the highest vendor.
    #[error("has a list of vendors that cannot be")]
    Vendors,
    /// A publisher restriction of no purpose or of an undefined kind.
    #[error("has a publisher restriction that cannot be")]
    Restriction,
    /// A segment of an unknown type, or one that is there twice.
    #[error("has a segment of an unknown type, or twice")]
    Segment,
}

/// A consent string, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TcString {
    core: Core,
    disclosed: Option<VendorIds>,
    publisher: Option<PublisherTc>,
}

impl TcString {
    /// Reads a string: the core first, then the other segments in any order.
    ///
    /// # Errors
    /// What is wrong with it. Nothing of a string that is wrong somewhere is used.
    pub fn parse(text: &str) -> Result<Self, TcfError> {
        // a bound for the whole, not for each segment alone
        if text.len() > CHARACTERS_MAX {
            return Err(BitsError::TooLong.into());
        }
        let mut segments = text.split('.');
        let core = core::read(segments.next().unwrap_or_default())?;
        let mut found = Self {
            core,
            disclosed: None,
            publisher: None,
        };
        for segment in segments {
            found.take(segment)?;
        }
        Ok(found)
    }

    fn take(&mut self, segment: &str) -> Result<(), TcfError> {
        let mut bits = Bits::of(segment)?;
        match bits.small(3)? {
            DISCLOSED_VENDORS if self.disclosed.is_none() => {
                self.disclosed = Some(VendorIds::read(&mut bits)?);
            }
            PUBLISHER_TC if self.publisher.is_none() => {
                self.publisher = Some(publisher::read(&mut bits)?);
            }
            _ => return Err(TcfError::Segment),
        }
        Ok(bits.end()?)
    }

    /// The core segment.
    #[must_use]
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// The vendors that were disclosed to the person; `None` where the string does not say.
    #[must_use]
    pub fn disclosed(&self) -> Option<&VendorIds> {
        self.disclosed.as_ref()
    }

    /// What the person allowed the publisher itself.
    #[must_use]
    pub fn publisher(&self) -> Option<&PublisherTc> {
        self.publisher.as_ref()
    }
}
