//! Sets of numbers as a consent string writes them.

use super::TcfError;
use crate::domain::signals::bits::{Bits, BitsError};

/// A small set of numbers from 1: purposes, special features. One bit each.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct IdSet(u64);

impl IdSet {
    /// The next `bits` bits, the first for number 1; 63 at most.
    pub(super) fn read(bits: &mut Bits<'_>, count: u32) -> Result<Self, BitsError> {
        (1..=count).try_fold(Self::default(), |set, id| {
            Ok(Self(set.0 | u64::from(bits.flag()?) << id))
        })
    }

    /// Whether a number is in it.
    #[must_use]
    pub const fn has(self, id: u8) -> bool {
        id < 64 && self.0 >> id & 1 == 1
    }

    /// The numbers in it, ascending.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (1..64).filter(move |id| self.has(*id))
    }
}

/// A set of vendors, kept as the ranges that it was written in: it takes no more memory than the
/// string did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VendorIds(Vec<(u16, u16)>);

impl VendorIds {
    /// A vendor section: the highest vendor, then a bit each or ranges.
    pub(super) fn read(bits: &mut Bits<'_>) -> Result<Self, TcfError> {
        let highest = bits.small(16)?;
        if bits.flag()? {
            return Self::read_ranges(bits, highest);
        }
        let mut ranges: Vec<(u16, u16)> = Vec::new();
        for id in 1..=highest {
            if bits.flag()? {
                match ranges.last_mut() {
                    Some((_, end)) if *end + 1 == id => *end = id,
                    _ => ranges.push((id, id)),
                }
            }
        }
        Ok(Self(ranges))
    }

    /// A counted list of ranges of vendors no higher than `highest`.
    pub(super) fn read_ranges(bits: &mut Bits<'_>, highest: u16) -> Result<Self, TcfError> {
        let entries = bits.small(12)?;
        let mut ranges = Vec::new();
        for _ in 0..entries {
            let is_range = bits.flag()?;
            let first = bits.small(16)?;
            let last = if is_range { bits.small(16)? } else { first };
            if first == 0 || first > last || last > highest {
                return Err(TcfError::Vendors);
            }
            ranges.push((first, last));
        }
        Ok(Self(ranges))
    }

    /// Whether a vendor is in it.
    #[must_use]
    pub fn has(&self, vendor: u16) -> bool {
        self.0
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&vendor))
    }

    /// Whether nobody is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::domain::signals::testing::Writer;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn as_bits(vendors: &BTreeSet<u16>) -> String {
        let highest = vendors.last().copied().unwrap_or(0);
        let head = Writer::default().number(highest, 16).flag(false);
        head.flags((1..=highest).map(|id| vendors.contains(&id)))
            .text()
    }

    fn as_ranges(ranges: &[(u16, u16)], highest: u16) -> String {
        Writer::default()
            .number(highest, 16)
            .flag(true)
            .ranges(ranges)
            .text()
    }

    fn read(text: &str) -> Result<VendorIds, TcfError> {
        let mut bits = Bits::of(text)?;
        let found = VendorIds::read(&mut bits)?;
        bits.end()?;
        Ok(found)
    }

    #[test]
    fn ranges_that_cannot_be_are_refused() {
        for (range, highest) in [((0, 0), 5), ((4, 3), 5), ((4, 6), 5), ((6, 6), 5)] {
            assert_eq!(
                read(&as_ranges(&[range], highest)),
                Err(TcfError::Vendors),
                "{range:?}"
            );
        }
        assert!(
            read(&as_ranges(&[(1, 65_535)], 65_535))
                .unwrap()
                .has(65_535)
        );
    }

    #[test]
    fn what_is_announced_must_follow() {
        // 4095 entries, and the highest vendor 65535 as bits: neither allocates before it reads
        assert_eq!(read("__-___"), Err(BitsError::TooShort.into()));
        assert_eq!(read("__8AAA"), Err(BitsError::TooShort.into()));
    }

    #[test]
    fn neighbours_are_one_range() {
        let all: BTreeSet<u16> = (1..=300).collect();
        assert_eq!(read(&as_bits(&all)), Ok(VendorIds(vec![(1, 300)])));
    }

    proptest! {
        #[test]
        fn both_ways_of_writing_say_the_same(vendors in prop::collection::btree_set(1..400u16, 0..60)) {
            let bits = read(&as_bits(&vendors)).unwrap();
            let single: Vec<(u16, u16)> = vendors.iter().map(|id| (*id, *id)).collect();
            let ranges = read(&as_ranges(&single, 400)).unwrap();
            let merged = read(&as_ranges(&bits.0, 400)).unwrap();
            for id in 0..=401 {
                prop_assert_eq!(bits.has(id), vendors.contains(&id));
                prop_assert_eq!(ranges.has(id), vendors.contains(&id));
                prop_assert_eq!(merged.has(id), vendors.contains(&id));
            }
            prop_assert_eq!(bits.is_empty(), vendors.is_empty());
        }
    }
}
