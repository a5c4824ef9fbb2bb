//! Which row a subject has.
//!
//! The rows say themselves whose they are; here stand only so many bits of an id that hardly ever another row is
//! looked at than the right one.

use super::parts::{Line, PARTS, Parts};
use crate::domain::ids::SubjectId;

/// Places of a line.
const ROOM: usize = 8;

/// Eight places: 64 bytes.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Eight {
    tags: [u32; ROOM],
    /// The numbers of the rows and one; 0 where nothing stands.
    rows: [u32; ROOM],
}

const _: () = assert!(size_of::<Eight>() == 64, "a line outgrew its place");

impl Line for Eight {
    /// Bits of the subject, and the row: two subjects may share the bits.
    type Tag = u32;
    const EMPTY: Self = Self {
        tags: [0; ROOM],
        rows: [0; ROOM],
    };
    const ROOM: usize = ROOM;
    const FILLED: usize = 14;

    fn order(tag: u32) -> u32 {
        tag
    }

    fn put(&mut self, tag: u32, row: u32) -> Option<bool> {
        let places = self.tags.iter_mut().zip(&mut self.rows);
        for (held, at) in places {
            if *at == 0 {
                (*held, *at) = (tag, row + 1);
                return Some(true);
            }
        }
        None
    }

    fn is_full(&self) -> bool {
        self.rows.last() != Some(&0)
    }

    fn entries(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let places = self.tags.iter().zip(&self.rows);
        places.filter_map(|(tag, row)| Some((*tag, row.checked_sub(1)?)))
    }
}

/// Subjects and their rows.
#[derive(Debug, Default)]
pub(super) struct Subjects(Parts<Eight>);

impl Subjects {
    /// The rows that may be a subject's: as good as always the one, or none.
    #[inline]
    pub fn rows(&self, subject: SubjectId) -> impl Iterator<Item = u32> + '_ {
        let (part, tag) = own_bits(subject);
        let entries = self.0.lines(part, tag).flat_map(Line::entries);
        entries.filter_map(move |(held, row)| (held == tag).then_some(row))
    }

    /// Begins to read where a subject would stand, so that several can be waited for at once.
    #[inline]
    pub fn prefetch(&self, subject: SubjectId) {
        let (part, tag) = own_bits(subject);
        let home = self.0.home(part, tag);
        home.into_iter().for_each(|home| self.0.prefetch(home));
    }

    /// Says which row a subject has that has none yet.
    pub fn insert(&mut self, subject: SubjectId, row: u32) {
        let (part, tag) = own_bits(subject);
        self.0.put(part, tag, row);
    }

    /// Makes room for so many at once.
    pub fn reserve(&mut self, subjects: usize) {
        self.0.reserve(subjects);
    }

    /// How many lines each part has.
    #[cfg(test)]
    pub fn sizes(&self) -> Vec<usize> {
        self.0.sizes()
    }
}

/// The part and the tag, of the bits of an id that are random: a `UUIDv7` has them at its end.
fn own_bits(subject: SubjectId) -> (usize, u32) {
    let [_, _, _, _, _, _, _, _, own @ ..] = *subject.as_bytes();
    let own = u64::from_be_bytes(own);
    ((own >> u32::BITS) as usize & (PARTS - 1), own as u32)
}
