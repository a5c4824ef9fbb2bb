//! Where keyed hashes lead: contact point → row.
//!
//! Ten million of them fit into no cache, so that looking one up is waiting for memory. It waits
//! once: the four places that a hash may stand in are one line of the processor's cache, found by
//! the hash's own bits, and only where a line is full does the next one follow. Nothing is ever
//! taken out.

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

    /// The line that it belongs to, of so many: lines are in the order of the hashes.
    const fn line(self, lines: usize) -> usize {
        (((self.0 >> 32) * lines as u64) >> 32) as usize
    }
}

/// Four places: 64 bytes. They are filled from the first on.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Line {
    first: [u64; ROOM],
    second: [u32; ROOM],
    /// The numbers of the rows and one; 0 where nothing stands.
    rows: [u32; ROOM],
}

const _: () = assert!(size_of::<Line>() == 64, "a line outgrew its place");

impl Line {
    const EMPTY: Self = Self {
        first: [0; ROOM],
        second: [0; ROOM],
        rows: [0; ROOM],
    };

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

    fn is_full(&self) -> bool {
        self.rows.last() != Some(&0)
    }

    fn tags(&self) -> impl Iterator<Item = (Tag, u32)> + '_ {
        let tags = self.first.iter().zip(&self.second).zip(&self.rows);
        tags.filter_map(|((first, second), row)| Some((Tag(*first, *second), row.checked_sub(1)?)))
    }

    /// Puts a hash here, in its own place or in a free one; whether that was a free one. `None`
    /// where there is no room.
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
}

/// The rows that keyed hashes lead to.
#[derive(Debug, Default)]
pub(super) struct Places {
    lines: Vec<Line>,
    held: usize,
}

impl Places {
    /// The row of a hash.
    #[inline]
    pub fn get(&self, hash: &Blind) -> Option<u32> {
        let tag = Tag::of(hash);
        for line in self.lines_from(tag) {
            if let Some(row) = line.row(tag) {
                return Some(row);
            }
            if !line.is_full() {
                return None;
            }
        }
        None
    }

    /// Begins to read where a hash would stand, so that several can be waited for at once. What is
    /// returned means nothing.
    #[inline]
    pub fn touch(&self, hash: &Blind) -> u32 {
        let line = self.lines.get(Tag::of(hash).line(self.lines.len()));
        line.map_or(0, |line| line.rows[0])
    }

    /// The rows of all hashes that begin with these 64 bits. As good as always that is one at most.
    pub fn beginning(&self, first: u64) -> impl Iterator<Item = u32> + '_ {
        let tag = Tag(first, 0);
        let mut last = false;
        let lines = self.lines_from(tag).take_while(move |line| {
            let look = !last;
            last = !line.is_full();
            look
        });
        let tags = lines.flat_map(Line::tags);
        tags.filter_map(move |(own, row)| (own.0 == first).then_some(row))
    }

    /// How many hashes it holds.
    pub const fn held(&self) -> usize {
        self.held
    }

    /// Makes room for so many hashes at once.
    pub fn reserve(&mut self, hashes: usize) {
        let lines = (self.held + hashes) * 16 / (13 * ROOM) + 1;
        if lines > self.lines.len() {
            self.resize(lines);
        }
    }

    /// How many lines there are. As long as it is the same, no hash moves to another one.
    pub fn lines(&self) -> usize {
        self.lines.len()
    }

    /// The hashes that stand in some lines from one on, as far as they are kept, and their rows; `None` where
    /// there are no more lines.
    pub fn of_lines(
        &self,
        from: usize,
        some: usize,
    ) -> Option<impl Iterator<Item = (u64, u32, u32)> + '_> {
        let lines = self.lines.get(from..).filter(|lines| !lines.is_empty())?;
        let tags = lines.iter().take(some).flat_map(Line::tags);
        Some(tags.map(|(tag, row)| (tag.0, tag.1, row)))
    }

    /// Says which row a hash leads to; the number of no row leads nowhere.
    pub fn insert(&mut self, hash: &Blind, row: u32) {
        let Tag(first, second) = Tag::of(hash);
        self.insert_tag(first, second, row);
    }

    /// The same, of a hash as far as it is kept.
    pub fn insert_tag(&mut self, first: u64, second: u32, row: u32) {
        if row == NOWHERE {
            return;
        }
        // three sixteenths stay free: the line that a hash belongs to is then seldom full of others
        if 16 * self.held >= 13 * ROOM * self.lines.len() {
            self.grow();
        }
        self.put(Tag(first, second), row);
    }

    fn put(&mut self, tag: Tag, row: u32) {
        let home = tag.line(self.lines.len());
        let (before, after) = self.lines.split_at_mut(home);
        for line in after.iter_mut().chain(before) {
            if let Some(new) = line.put(tag, row) {
                self.held += usize::from(new);
                return;
            }
        }
    }

    /// A quarter as many lines more. Since lines are in the order of the hashes, what stood in order is
    /// written in order.
    fn grow(&mut self) {
        self.resize(self.lines.len() + self.lines.len() / 4 + 4);
    }

    fn resize(&mut self, lines: usize) {
        let before = std::mem::replace(&mut self.lines, vec![Line::EMPTY; lines]);
        self.held = 0;
        for (tag, row) in before.iter().flat_map(Line::tags) {
            self.put(tag, row);
        }
    }

    /// Every line, the hash's own first.
    fn lines_from(&self, tag: Tag) -> impl Iterator<Item = &Line> {
        let home = tag.line(self.lines.len());
        let (before, after) = self.lines.split_at(home);
        after.iter().chain(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
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
            for hash in put.iter().map(|(hash, _)| hash).chain(&asked) {
                places.touch(hash);
                prop_assert_eq!(places.get(hash), map.get(hash).copied());
            }
            for hash in &asked {
                let first = Tag::of(hash).0;
                let mut rows: Vec<u32> = places.beginning(first).collect();
                let alike = map.iter().filter(|(other, _)| Tag::of(other).0 == first);
                let mut expected: Vec<u32> = alike.map(|(_, row)| *row).collect();
                rows.sort_unstable();
                expected.sort_unstable();
                prop_assert_eq!(rows, expected);
            }
            prop_assert_eq!(places.held, map.len());
            prop_assert!(16 * places.held <= 13 * ROOM * places.lines.len() + 16);
        }
    }

    #[test]
    fn an_empty_one_finds_nobody_and_no_row_is_nobody() {
        let mut places = Places::default();
        let hash = Blind([7; 32]);
        places.touch(&hash);
        assert_eq!(places.get(&hash), None);
        places.insert(&hash, NOWHERE);
        assert_eq!(places.get(&hash), None);
        places.insert(&hash, 3);
        assert_eq!(places.get(&hash), Some(3));
    }
}
