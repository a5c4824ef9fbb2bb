//! The TC string of the IAB Europe Transparency and Consent Framework 2.3.

use super::bits::Bits;

/// 28 February 2026, 00:00 UTC, in tenths of a second: strings made since then must say which
/// vendors were disclosed.
const DISCLOSURE_SINCE: u64 = 17_722_368_000;
/// The oldest policy version that strings may still follow (service-specific strings of 2.2).
const OLDEST_POLICY: u64 = 4;
/// The segment of the disclosed vendors.
const DISCLOSED: u64 = 1;

/// What a string says, as far as a decision asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TcString {
    created: u64,
    policy: u64,
    service_specific: bool,
    purposes: u64,
    vendors: Vec<u16>,
    disclosed: Option<Vec<u16>>,
}

impl TcString {
    /// Reads a string; `None` where it is none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut segments = text.split('.');
        let mut read = Self::core(&mut Bits::of(segments.next()?)?)?;
        for segment in segments {
            let mut bits = Bits::of(segment)?;
            if bits.number(3)? == DISCLOSED {
                read.disclosed = Some(vendors(&mut bits)?);
            }
        }
        Some(read)
    }

    fn core(bits: &mut Bits) -> Option<Self> {
        if bits.number(6)? != 2 {
            return None;
        }
        let created = bits.number(36)?;
        // last updated, platform and its version, screen, language, vendor list
        bits.skip(36 + 12 + 12 + 6 + 12 + 12)?;
        let policy = bits.number(6)?;
        let service_specific = bits.flag()?;
        // non-standard texts, special features
        bits.skip(1 + 12)?;
        let purposes = bits.number(24)?;
        // legitimate interests, purpose one, publisher's country
        bits.skip(24 + 1 + 12)?;
        Some(Self {
            created,
            policy,
            service_specific,
            purposes,
            vendors: vendors(bits)?,
            disclosed: None,
        })
    }

    /// Whether the string may be relied on at all.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.service_specific
            && self.policy >= OLDEST_POLICY
            && (self.disclosed.is_some() || self.created < DISCLOSURE_SINCE)
    }

    /// Whether the person was shown this vendor. A string from before the list was mandatory
    /// may lack it.
    #[must_use]
    pub fn discloses(&self, vendor: u16) -> bool {
        self.disclosed
            .as_ref()
            .is_none_or(|list| list.contains(&vendor))
    }

    /// Whether the person agreed to this purpose (1 to 24) for this vendor.
    #[must_use]
    pub fn consents(&self, purpose: u8, vendor: u16) -> bool {
        let bit = 24_u32.checked_sub(u32::from(purpose));
        let agreed = bit.is_some_and(|bit| purpose > 0 && (self.purposes >> bit) & 1 == 1);
        agreed && self.vendors.contains(&vendor)
    }
}

/// A list of vendors: one bit each, or ranges.
fn vendors(bits: &mut Bits) -> Option<Vec<u16>> {
    let most = u16::try_from(bits.number(16)?).ok()?;
    let mut found = Vec::new();
    if !bits.flag()? {
        for vendor in 1..=most {
            if bits.flag()? {
                found.push(vendor);
            }
        }
        return Some(found);
    }
    for _ in 0..bits.number(12)? {
        let is_range = bits.flag()?;
        let first = u16::try_from(bits.number(16)?).ok()?;
        let last = if is_range {
            u16::try_from(bits.number(16)?).ok()?
        } else {
            first
        };
        found.extend(first..=last);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn vectors() -> Vec<serde_json::Value> {
        let law = include_str!("../../../policies/law/vectors.json");
        let law: serde_json::Value = serde_json::from_str(law).unwrap();
        law["tcf_vectors"].as_array().unwrap().clone()
    }

    fn numbers(value: &serde_json::Value) -> Vec<u16> {
        let list = value.as_array().unwrap().iter();
        list.map(|n| u16::try_from(n.as_u64().unwrap()).unwrap())
            .collect()
    }

    #[test]
    fn the_vectors_of_the_law_files_hold() {
        assert!(vectors().len() >= 4);
        for vector in vectors() {
            let read = TcString::read(vector["tc_string"].as_str().unwrap()).unwrap();
            let told = &vector["decoded"];
            assert_eq!(
                Some(read.service_specific),
                told["is_service_specific"].as_bool()
            );
            assert_eq!(Some(read.policy), told["tcf_policy_version"].as_u64());
            let agreed: Vec<u16> = (1..=24_u8)
                .filter(|purpose| (read.purposes >> (24 - purpose)) & 1 == 1)
                .map(u16::from)
                .collect();
            assert_eq!(
                agreed,
                numbers(&told["purpose_consents"]),
                "{}",
                vector["id"]
            );
            let invalid = vector["expected_validity"].is_string();
            assert_eq!(read.is_valid(), !invalid, "{}", vector["id"]);
            if !invalid {
                assert_eq!(read.vendors, numbers(&told["vendor_consents"]));
                assert_eq!(read.disclosed, Some(numbers(&told["vendors_disclosed"])));
            }
        }
    }

    #[test]
    fn what_is_no_string_is_none_and_never_panics() {
        for text in [
            "",
            ".",
            "C",
            "hello",
            "CQuFeUAQuFeUAEsABBENCWFgALAAAAAAAAAqIACFAAAAA.IA",
        ] {
            assert_eq!(TcString::read(text), None, "{text}");
        }
    }
}
