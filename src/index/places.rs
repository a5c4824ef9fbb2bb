//! Where keyed hashes lead: contact point → row.
//!
//! Ten million of them fit into no cache, so that looking one up is waiting for memory. It waits
//! once: the four places that a hash may stand in are one line of the processor's cache, found by
//! the hash's own bits, and only where a line is full does the next one follow. Nothing is ever
//! taken out.

use super::parts::{Home, Line, PART_BITS, Parts};
use crate::domain::ids::Blind;

/// Places of a line.
const ROOM: usize = 4;
/// The number of no row.
const NOWHERE: u32 = u32::MAX;

/// The number of a row that there never is: of a contact point that was taken off its person.
pub(super) const LEFT: u32 = NOWHERE - 1;

/// The first 96 bits of a keyed hash. That two of ten million persons share them happens with a
/// chance of one in 10^15; the rest of the hash is not needed to tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tag(u64, u32);

impl Tag {
    fn of(hash: &Blind) -> Self {
        let (words, _) = hash.0.as_chunks::<4>();
        let word = |at: usize| words.get(at).copied().map_or(0, u32::from_be_bytes);
        Self(u64::from(word(0)) << 32 | u64::from(word(1)), word(2))
    }

    /// The part that it belongs to: parts are in the order of the hashes, and so are the lines of each.
    const fn part(self) -> usize {
        (self.0 >> (u64::BITS - PART_BITS)) as usize
    }
}

/// Four places: 64 bytes. They are filled from the first on.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Four {
    first: [u64; ROOM],
    second: [u32; ROOM],
    /// The numbers of the rows and one; 0 where nothing stands.
    rows: [u32; ROOM],
}

const _: () = assert!(size_of::<Four>() == 64, "a line outgrew its place");

impl Four {
    /// The row of a hash that stands here. Which place it stands in is chance, so that all four
    /// are compared: a processor that guesses is wrong more often than not.
    #[inline]
    fn row(&self, tag: Tag) -> Option<u32> {
        let tags = self.first.iter().zip(&self.second).zip(&self.rows);
        let own = tags.map(|((first, second), row)| {
            let is_it = u32::from(*first == tag.0) & u32::from(*second == tag.1);
            row & is_it.wrapping_neg()
        });
        own.fold(0, |found, row| found | row).checked_sub(1)
    }
}

impl Line for Four {
    type Tag = Tag;
    const EMPTY: Self = Self {
        first: [0; ROOM],
        second: [0; ROOM],
        rows: [0; ROOM],
    };
    const ROOM: usize = ROOM;
    const FILLED: usize = 13;

    fn order(tag: Tag) -> u32 {
        ((tag.0 << PART_BITS) >> u32::BITS) as u32
    }

    fn put(&mut self, tag: Tag, row: u32) -> Option<bool> {
        let tags = self.first.iter_mut().zip(&mut self.second);
        for ((first, second), held) in tags.zip(&mut self.rows) {
            let free = *held == 0;
            if free || (*first, *second) == (tag.0, tag.1) {
                (*first, *second, *held) = (tag.0, tag.1, row + 1);
                return Some(free);
            }
        }
        None
    }

    fn is_full(&self) -> bool {
        self.rows.last() != Some(&0)
    }

    fn entries(&self) -> impl Iterator<Item = (Tag, u32)> + '_ {
        let tags = self.first.iter().zip(&self.second).zip(&self.rows);
        tags.filter_map(|((first, second), row)| Some((Tag(*first, *second), row.checked_sub(1)?)))
    }
}

/// The rows that keyed hashes lead to.
#[derive(Debug, Default)]
pub(super) struct Places(Parts<Four>);

impl Places {
    /// The row of a hash.
    #[inline]
    pub fn get(&self, hash: &Blind) -> Option<u32> {
        let tag = Tag::of(hash);
        let home = self.0.home(tag.part(), tag)?;
        let line = self.0.at(home)?;
        match line.row(tag) {
            None if line.is_full() => self.further(tag, home),
            row => row,
        }
    }

    /// The row of a hash of which the own line is full of others.
    fn further(&self, tag: Tag, home: Home) -> Option<u32> {
        let mut next = home;
        loop {
            next = self.0.next(tag.part(), next)?;
            let line = self.0.at(next)?;
            let row = line.row(tag);
            if row.is_some() || !line.is_full() || next == home {
                return row;
            }
        }
    }

    /// The rows of several hashes, in their order. What they wait for in memory they wait for at once; `prefetch` begins
    /// to read what the caller wants of a row.
    pub fn rows<'h>(
        &self,
        hashes: impl Iterator<Item = Option<&'h Blind>> + Clone,
        prefetch: impl Fn(u32),
    ) -> Vec<Option<u32>> {
        let homes = hashes.clone().map(|hash| self.prefetch(hash?));
        let homes: Vec<Option<Home>> = homes.collect();
        let (mut rows, mut further) = (Vec::with_capacity(homes.len()), Vec::new());
        for (hash, home) in hashes.zip(homes) {
            let row = hash.map(Tag::of).zip(home).and_then(|(tag, home)| {
                let line = self.0.at(home)?;
                let row = line.row(tag);
                if row.is_none() && line.is_full() {
                    self.prefetch_next(tag, home);
                    further.push((rows.len(), tag, home));
                }
                row
            });
            row.into_iter().for_each(&prefetch);
            rows.push(row);
        }
        for (place, tag, home) in further {
            let row = self.further(tag, home);
            row.into_iter().for_each(&prefetch);
            if let Some(own) = rows.get_mut(place) {
                *own = row;
            }
        }
        rows
    }

    /// Begins to read where a hash would stand, so that several can be waited for at once; where that is.
    #[inline]
    pub fn prefetch(&self, hash: &Blind) -> Option<Home> {
        let tag = Tag::of(hash);
        let home = self.0.home(tag.part(), tag)?;
        self.0.prefetch(home);
        Some(home)
    }

    /// Begins to read the two lines that follow; hardly ever is a third one asked for.
    fn prefetch_next(&self, tag: Tag, home: Home) {
        let next = |home: &Home| self.0.next(tag.part(), *home);
        let following = std::iter::successors(next(&home), next).take(2);
        following.for_each(|line| self.0.prefetch(line));
    }

    /// The rows of all hashes that begin with these 64 bits. As good as always that is one at most.
    pub fn beginning(&self, first: u64) -> impl Iterator<Item = u32> + '_ {
        let tag = Tag(first, 0);
        let entries = self.0.lines(tag.part(), tag).flat_map(Line::entries);
        entries.filter_map(move |(own, row)| (own.0 == first).then_some(row))
    }

    /// How many hashes it holds.
    pub const fn held(&self) -> usize {
        self.0.held()
    }

    /// Makes room for so many hashes at once.
    pub fn reserve(&mut self, hashes: usize) {
        self.0.reserve(hashes);
    }

    /// The hashes of a part, as far as they are kept, and their rows; `None` where there is no such part. No hash
    /// moves from one part to another.
    pub fn of_part(&self, part: usize) -> Option<impl Iterator<Item = (u64, u32, u32)> + '_> {
        let entries = self.0.of_part(part)?;
        Some(entries.map(|(tag, row)| (tag.0, tag.1, row)))
    }

    /// Says which row a hash leads to; the number of no row leads nowhere.
    pub fn insert(&mut self, hash: &Blind, row: u32) {
        let Tag(first, second) = Tag::of(hash);
        self.insert_tag(first, second, row);
    }

    /// The same, of a hash as far as it is kept.
    pub fn insert_tag(&mut self, first: u64, second: u32, row: u32) {
        let tag = Tag(first, second);
        if row != NOWHERE {
            self.0.put(tag.part(), tag, row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parts::grows_in_parts;
    use super::*;
    use proptest::prelude::*;
    use std::cell::RefCell;
    use std::collections::HashMap;

    /// Few beginnings, so that lines are crowded, and the last of them, behind which the first
    /// follow.
    fn hash() -> impl Strategy<Value = Blind> {
        let begins = prop_oneof![Just(0_u8), Just(1), Just(254), Just(255)];
        (begins, 0..4_u8, any::<u8>()).prop_map(|(begins, middle, end)| {
            let mut hash = [begins; 32];
            (hash[7], hash[11]) = (middle, end);
            Blind(hash)
        })
    }

    proptest! {
        #[test]
        fn it_finds_what_a_map_finds(
            put in prop::collection::vec((hash(), 0..1_000_u32), 0..600),
            asked in prop::collection::vec(hash(), 50),
        ) {
            let (mut places, mut map) = (Places::default(), HashMap::new());
            for (hash, row) in &put {
                places.insert(hash, *row);
                map.insert(*hash, *row);
                prop_assert_eq!(places.get(hash), Some(*row));
            }
            let all: Vec<&Blind> = put.iter().map(|(hash, _)| hash).chain(&asked).collect();
            for hash in &all {
                places.prefetch(hash);
                prop_assert_eq!(places.get(hash), map.get(*hash).copied());
            }
            let begun = RefCell::new(Vec::new());
            let none_between = all.iter().flat_map(|hash| [Some(*hash), None]);
            let rows = places.rows(none_between.clone(), |row| begun.borrow_mut().push(row));
            let single: Vec<Option<u32>> = none_between.map(|hash| places.get(hash?)).collect();
            let (mut begun, mut known) = (begun.into_inner(), single.iter().copied().flatten().collect::<Vec<u32>>());
            begun.sort_unstable();
            known.sort_unstable();
            prop_assert_eq!((rows, begun), (single, known));
            for hash in &asked {
                let first = Tag::of(hash).0;
                let mut rows: Vec<u32> = places.beginning(first).collect();
                let alike = map.iter().filter(|(other, _)| Tag::of(other).0 == first);
                let mut expected: Vec<u32> = alike.map(|(_, row)| *row).collect();
                rows.sort_unstable();
                expected.sort_unstable();
                prop_assert_eq!(rows, expected);
            }
            prop_assert_eq!(places.held(), map.len());
            prop_assert!(places.0.is_roomy());
        }
    }

    #[test]
    fn an_empty_one_finds_nobody_and_no_row_is_nobody() {
        let mut places = Places::default();
        let hash = Blind([7; 32]);
        places.prefetch(&hash);
        assert_eq!(places.get(&hash), None);
        places.insert(&hash, NOWHERE);
        assert_eq!(places.get(&hash), None);
        places.insert(&hash, 3);
        assert_eq!(places.get(&hash), Some(3));
    }

    #[test]
    fn what_grows_is_one_part_at_a_time() {
        let put = |places: &mut Places, n: u32| {
            let mut hash = [0; 32];
            // spread as hashes are
            let mixed = u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            hash[..16].copy_from_slice(&mixed.to_be_bytes());
            places.insert(&Blind(hash), n);
        };
        let mut places = Places::default();
        let largest = grows_in_parts(&mut places, 400_000, put, |places| places.0.sizes());
        assert!(
            largest * ROOM <= 768,
            "no part is much larger than the others: {largest}"
        );
    }
}
