//! The core segment: who asked, when, by which list, and what was answered.

use super::TcfError;
use super::vendors::{IdSet, VendorIds};
use crate::domain::signals::bits::Bits;
use chrono::{DateTime, Utc};

/// The core segment, field by field in its order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Core {
    /// When it was made; since TCF 2.2 the day alone, at midnight UTC.
    pub created: DateTime<Utc>,
    /// The same since TCF 2.2.
    pub last_updated: DateTime<Utc>,
    /// The consent management platform, by its registration.
    pub cmp_id: u16,
    /// Its version.
    pub cmp_version: u16,
    /// The screen on which the person answered.
    pub consent_screen: u16,
    /// The language that they were asked in, ISO 639-1, in capitals.
    pub consent_language: String,
    /// The version of the Global Vendor List.
    pub vendor_list_version: u16,
    /// The version of the policies.
    pub tcf_policy_version: u16,
    /// It counts for one service or group of services; others are invalid.
    pub is_service_specific: bool,
    /// Other texts than the IAB's were shown.
    pub use_non_standard_texts: bool,
    /// The special features that the person opted in to.
    pub special_feature_optins: IdSet,
    /// The purposes consented to.
    pub purpose_consents: IdSet,
    /// The purposes for which legitimate interest was disclosed and not objected to.
    pub purpose_li: IdSet,
    /// Purpose 1 was not disclosed.
    pub purpose_one_treatment: bool,
    /// The publisher's country, ISO 3166-1 alpha-2.
    pub publisher_cc: String,
    /// The vendors consented to.
    pub vendor_consents: VendorIds,
    /// The vendors whose legitimate interest was disclosed and not objected to.
    pub vendor_li: VendorIds,
    /// What the publisher narrows.
    pub restrictions: Vec<Restriction>,
}

/// A publisher's restriction of one purpose for some vendors.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restriction {
    /// The purpose, 1 to 24.
    pub purpose: u8,
    /// In which way.
    pub kind: RestrictionKind,
    /// For whom.
    pub vendors: VendorIds,
}

/// In which way a publisher narrows a purpose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RestrictionKind {
    /// Not at all.
    NotAllowed,
    /// With consent only.
    RequireConsent,
    /// On legitimate interest only.
    RequireLegitimateInterest,
}

/// Reads the core segment.
pub(super) fn read(segment: &str) -> Result<Core, TcfError> {
    let bits = &mut Bits::of(segment)?;
    if bits.small(6)? != 2 {
        return Err(TcfError::Version);
    }
    let core = Core {
        created: instant(bits)?,
        last_updated: instant(bits)?,
        cmp_id: bits.small(12)?,
        cmp_version: bits.small(12)?,
        consent_screen: bits.small(6)?,
        consent_language: letters(bits)?,
        vendor_list_version: bits.small(12)?,
        tcf_policy_version: bits.small(6)?,
        is_service_specific: bits.flag()?,
        use_non_standard_texts: bits.flag()?,
        special_feature_optins: IdSet::read(bits, 12)?,
        purpose_consents: IdSet::read(bits, 24)?,
        purpose_li: IdSet::read(bits, 24)?,
        purpose_one_treatment: bits.flag()?,
        publisher_cc: letters(bits)?,
        vendor_consents: VendorIds::read(bits)?,
        vendor_li: VendorIds::read(bits)?,
        restrictions: restrictions(bits)?,
    };
    bits.clone().end()?;
    Ok(core)
}

/// Tenths of a second since 1970, in 36 bits: until 2187.
fn instant(bits: &mut Bits<'_>) -> Result<DateTime<Utc>, TcfError> {
    let tenths = bits.number(36)? as i64;
    Ok(DateTime::from_timestamp_millis(tenths * 100).unwrap_or_default())
}

fn letters(bits: &mut Bits<'_>) -> Result<String, TcfError> {
    let mut letter = || match bits.small(6)? {
        number @ 0..26 => Ok(char::from(b'A' + number as u8)),
        _ => Err(TcfError::Letters),
    };
    Ok([letter()?, letter()?].iter().collect())
}

fn restrictions(bits: &mut Bits<'_>) -> Result<Vec<Restriction>, TcfError> {
    let count = bits.small(12)?;
    (0..count).map(|_| restriction(bits)).collect()
}

pub(super) fn restriction(bits: &mut Bits<'_>) -> Result<Restriction, TcfError> {
    let purpose = bits.small(6)? as u8;
    let kind = match bits.small(2)? {
        0 => RestrictionKind::NotAllowed,
        1 => RestrictionKind::RequireConsent,
        2 => RestrictionKind::RequireLegitimateInterest,
        _ => return Err(TcfError::Restriction),
    };
    if !(1..=24).contains(&purpose) {
        return Err(TcfError::Restriction);
    }
    let vendors = VendorIds::read_ranges(bits, u16::MAX)?;
    Ok(Restriction {
        purpose,
        kind,
        vendors,
    })
}
