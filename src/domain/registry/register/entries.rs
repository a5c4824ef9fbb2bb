//! The entries of a list: ten bytes each, in the order of their hashes.
//!
//! Of a keyed hash the first 64 bits are kept. That any of ten million persons shares them with one
//! of five million entries happens with a chance of one in 400,000; whom it strikes is taken for
//! registered, which denies.

use crate::domain::ids::Blind;
use chrono::{NaiveDate, TimeDelta};

/// Entries that stand together in one block at rest.
const BLOCK: usize = 4_096;
/// Bytes of an entry at rest.
const WIDTH: usize = 10;
/// Entries that share a place in the table of starts, about.
const SHARING: usize = 32;

/// Since when somebody is entered at the latest: days since 2000. A date that is not known is later than
/// any, since only a consent after it may count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Since(u16);

impl Since {
    /// It is not known since when.
    pub const UNKNOWN: Self = Self(u16::MAX);

    const ORIGIN: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
        Some(origin) => origin,
        None => NaiveDate::MIN,
    };

    /// That day; one before 2000 is taken for its first.
    #[must_use]
    pub fn day(day: NaiveDate) -> Self {
        let days = (day - Self::ORIGIN).num_days().max(0);
        Self(u16::try_from(days).unwrap_or(u16::MAX))
    }

    /// The day, where it is known.
    #[must_use]
    pub fn known(self) -> Option<NaiveDate> {
        let days = TimeDelta::days(i64::from(self.0));
        (self != Self::UNKNOWN).then(|| Self::ORIGIN + days)
    }
}

/// The part of a keyed hash that is kept.
fn prefix(hash: &Blind) -> u64 {
    let (words, _) = hash.0.as_chunks::<8>();
    words.first().copied().map_or(0, u64::from_be_bytes)
}

/// The entries of a list.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RegisterEntries {
    hashes: Vec<u64>,
    /// As many as hashes, or none where no date is known.
    since: Vec<Since>,
    /// Where the hashes begin whose first bits are the place's own.
    starts: Vec<u32>,
}

impl std::fmt::Debug for RegisterEntries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RegisterEntries({})", self.hashes.len())
    }
}

impl RegisterEntries {
    /// Of keyed hashes in any order; of one that comes twice the later date counts.
    #[must_use]
    pub fn of(entered: impl Iterator<Item = (Blind, Since)>) -> Self {
        let mut all: Vec<(u64, Since)> = entered.map(|(hash, at)| (prefix(&hash), at)).collect();
        all.sort_unstable();
        all.reverse();
        all.dedup_by_key(|(hash, _)| *hash);
        all.reverse();
        Self::in_order(all.into_iter())
    }

    fn in_order(all: impl Iterator<Item = (u64, Since)>) -> Self {
        let (mut hashes, mut since): (Vec<u64>, Vec<Since>) = all.unzip();
        hashes.shrink_to_fit();
        since.shrink_to_fit();
        if since.iter().all(|at| *at == Since::UNKNOWN) {
            since = Vec::new();
        }
        let starts = starts(&hashes);
        Self {
            hashes,
            since,
            starts,
        }
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Since when a contact point is entered; `None` where it is not.
    #[must_use]
    pub fn get(&self, hash: &Blind) -> Option<Since> {
        let wanted = prefix(hash);
        let places = self.starts.len().checked_sub(1)?;
        let place = place(wanted, places);
        let from = *self.starts.get(place)? as usize;
        let end = *self.starts.get(place + 1)? as usize;
        let found = self.hashes.get(from..end)?.binary_search(&wanted).ok()?;
        Some(self.at(from + found))
    }

    fn at(&self, place: usize) -> Since {
        self.since.get(place).copied().unwrap_or(Since::UNKNOWN)
    }

    /// Each entry, in order: the first bits of its hash, and since when.
    pub fn iter(&self) -> impl Iterator<Item = (u64, Since)> + '_ {
        let all = self.hashes.iter().enumerate();
        all.map(|(place, hash)| (*hash, self.at(place)))
    }

    /// As they are at rest, in blocks; each begins with the bytes of its first hash.
    pub fn blocks(&self) -> impl Iterator<Item = Vec<u8>> + '_ {
        let blocks = self.hashes.len().div_ceil(BLOCK);
        (0..blocks).map(|block| {
            let entries = self.iter().skip(block * BLOCK).take(BLOCK);
            entries
                .flat_map(|(hash, Since(at))| {
                    hash.to_be_bytes().into_iter().chain(at.to_be_bytes())
                })
                .collect()
        })
    }

    /// The first bytes of a block that a hash could stand in: no later ones than these.
    #[must_use]
    pub fn begin(hash: &Blind) -> [u8; 8] {
        prefix(hash).to_be_bytes()
    }

    /// From blocks in their order; `None` where they are damaged.
    #[must_use]
    pub fn of_blocks<'a>(blocks: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        let mut all = Vec::new();
        for block in blocks {
            let (entries, rest) = block.as_chunks::<WIDTH>();
            if !rest.is_empty() {
                return None;
            }
            all.extend(entries.iter().map(entry));
        }
        let in_order = all.is_sorted_by(|(before, _), (after, _)| before < after);
        in_order.then(|| Self::in_order(all.into_iter()))
    }

    /// The entries of these hashes alone.
    #[must_use]
    pub fn only(&self, hashes: &[Blind]) -> Self {
        let found = hashes
            .iter()
            .filter_map(|hash| Some((*hash, self.get(hash)?)));
        Self::of(found)
    }
}

fn entry(bytes: &[u8; WIDTH]) -> (u64, Since) {
    let [hash @ .., high, low] = *bytes;
    (
        u64::from_be_bytes(hash),
        Since(u16::from_be_bytes([high, low])),
    )
}

/// The place of a hash in a table of so many.
const fn place(hash: u64, places: usize) -> usize {
    (((hash >> 32) * places as u64) >> 32) as usize
}

/// Where the hashes of each place begin, and the end.
fn starts(hashes: &[u64]) -> Vec<u32> {
    let places = hashes.len() / SHARING + 1;
    let mut starts = vec![0_u32; places + 1];
    for hash in hashes {
        if let Some(count) = starts.get_mut(place(*hash, places) + 1) {
            *count += 1;
        }
    }
    let mut sum = 0_u32;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    starts
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn hash() -> impl Strategy<Value = Blind> {
        (any::<u16>(), 0..4_u8).prop_map(|(begins, middle)| {
            let mut hash = [0; 32];
            hash[..2].copy_from_slice(&begins.to_be_bytes());
            hash[7] = middle;
            Blind(hash)
        })
    }

    proptest! {
        #[test]
        fn they_find_what_a_map_finds_and_come_back_from_rest(
            entered in prop::collection::vec((hash(), any::<u16>()), 0..9_000),
            asked in prop::collection::vec(hash(), 50),
        ) {
            let mut map: BTreeMap<u64, Since> = BTreeMap::new();
            for (hash, at) in &entered {
                let held = map.entry(prefix(hash)).or_insert(Since(*at));
                *held = (*held).max(Since(*at));
            }
            let entries = RegisterEntries::of(entered.iter().map(|(hash, at)| (*hash, Since(*at))));
            prop_assert_eq!(entries.len(), map.len());
            for hash in entered.iter().map(|(hash, _)| hash).chain(&asked) {
                prop_assert_eq!(entries.get(hash), map.get(&prefix(hash)).copied());
            }
            let blocks: Vec<Vec<u8>> = entries.blocks().collect();
            let back = RegisterEntries::of_blocks(blocks.iter().map(Vec::as_slice)).unwrap();
            prop_assert_eq!(&back, &entries);
            let only = entries.only(&asked);
            for hash in &asked {
                prop_assert_eq!(only.get(hash), entries.get(hash));
            }
        }
    }

    #[test]
    fn damage_is_seen() {
        let list = RegisterEntries::of(
            [(Blind([7; 32]), Since(1)), (Blind([9; 32]), Since(2))].into_iter(),
        );
        let block: Vec<u8> = list.blocks().next().unwrap();
        let (one, other) = block.split_at(WIDTH);
        let turned = [other, one].concat();
        for damaged in [&block[..7], &turned[..], &[one, one].concat()] {
            assert_eq!(RegisterEntries::of_blocks([damaged].into_iter()), None);
        }
    }

    #[test]
    fn a_date_that_is_not_known_is_the_latest() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 10).unwrap();
        assert_eq!(Since::day(day).known(), Some(day));
        assert_eq!(Since::UNKNOWN.known(), None);
        assert!(Since::UNKNOWN > Since::day(day));
        let twice = [
            (Blind([1; 32]), Since::UNKNOWN),
            (Blind([1; 32]), Since::day(day)),
        ];
        let list = RegisterEntries::of(twice.into_iter());
        assert_eq!(list.get(&Blind([1; 32])), Some(Since::UNKNOWN));
    }
}
