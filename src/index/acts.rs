//! The answers of a person, packed by the act in which they were given.
//!
//! What a form, a call or a row of a file says is said by many: the same purposes, the same words, the same
//! manner. It is held once ([`Sets`]), and a person's row says only which of these it was, when, and by which
//! entry of the ledger: 16 bytes an act, however many answers it gave. A check waits for the row alone; what
//! was said is near, since everybody shares it.

mod written;

use super::cell::Manner;
use crate::domain::ids::Position;
use crate::domain::registry::Answer;
use hashbrown::DefaultHashBuilder;
use hashbrown::hash_table::{Entry, HashTable};
use std::hash::BuildHasher;
use std::sync::Arc;

/// No end.
pub(super) const FOREVER: i64 = i64::MAX;

/// One answer as it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PackedCell {
    pub purpose: u16,
    pub notice: u16,
    pub channel: u8,
    pub answer: Answer,
    pub manner: Manner,
    /// In microseconds since 1970, as is the end.
    pub effective_at: i64,
    pub valid_until: i64,
    pub position: Position,
}

/// One answer without its person and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Said {
    pub purpose: u16,
    pub notice: u16,
    pub channel: u8,
    pub answer: Answer,
    pub manner: Manner,
    /// How many entries after the first one of the act.
    after: u16,
    /// For how long a yes holds, in microseconds.
    lasts: i64,
}

impl Said {
    fn of(cell: &PackedCell, first: Position) -> Self {
        let lasts = match cell.valid_until {
            FOREVER => FOREVER,
            // what ends at all never becomes endless
            until => until.wrapping_sub(cell.effective_at).min(FOREVER - 1),
        };
        Self {
            purpose: cell.purpose,
            notice: cell.notice,
            channel: cell.channel,
            answer: cell.answer,
            manner: cell.manner,
            after: u16::try_from(cell.position - first).unwrap_or(u16::MAX),
            lasts,
        }
    }

    /// The answer of whoever gave it in this act.
    #[inline]
    fn by(&self, act: Act) -> PackedCell {
        PackedCell {
            purpose: self.purpose,
            notice: self.notice,
            channel: self.channel,
            answer: self.answer,
            manner: self.manner,
            effective_at: act.at,
            valid_until: match self.lasts {
                FOREVER => FOREVER,
                lasts => act.at.wrapping_add(lasts),
            },
            position: act.first() + Position::from(self.after),
        }
    }
}

/// Bits of the number of a set.
const SET: u32 = 24;
/// So many sets are held at most; answers that would make one more are held by themselves.
const SETS: usize = 1 << 18;
/// The entries that an act can begin with.
const ENTRIES: Position = 1 << (64 - SET);

const _: () = assert!(SETS <= 1 << SET, "the numbers of sets have no room");

/// One act of a person: 16 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act {
    /// Since when its answers hold, in microseconds since 1970.
    at: i64,
    /// The first entry of the ledger about it, and the number of what was said.
    rest: u64,
}

impl Act {
    pub const NONE: Self = Self { at: 0, rest: 0 };

    const fn new(at: i64, first: Position, set: u32) -> Self {
        let rest = first << SET | set as u64;
        Self { at, rest }
    }

    const fn first(self) -> Position {
        self.rest >> SET
    }

    pub const fn set(self) -> usize {
        (self.rest & ((1 << SET) - 1)) as usize
    }

    /// What stands in the place of an act in the row of who is merged into another: which row that is.
    pub const fn pointing_to(row: u32) -> Self {
        Self::new(row as i64, 0, 0)
    }

    /// Since when its answers hold, in microseconds since 1970.
    pub const fn at(self) -> i64 {
        self.at
    }

    /// The row that it points to; of an act this means nothing.
    pub const fn points_to(self) -> u32 {
        self.at as u32
    }
}

/// Parts of what finds the number of what was said, each of which grows by itself.
const PARTS: usize = 256;

/// What acts said, each once.
#[derive(Debug)]
pub(super) struct Sets {
    numbers: Vec<HashTable<u32>>,
    hasher: DefaultHashBuilder,
    said: Vec<Arc<[Said]>>,
}

impl Default for Sets {
    fn default() -> Self {
        Self {
            numbers: (0..PARTS).map(|_| HashTable::new()).collect(),
            hasher: DefaultHashBuilder::default(),
            said: Vec::new(),
        }
    }
}

/// The answers of one person, packed.
#[derive(Debug, Default)]
pub(super) struct Packed {
    pub acts: Vec<Act>,
    /// Those that are held by themselves.
    pub alone: Vec<PackedCell>,
}

impl Sets {
    /// What acts said, in the order of the numbers.
    pub fn all(&self) -> &[Arc<[Said]>] {
        &self.said
    }

    /// Adds what acts said, in the order of the numbers; whether each is new.
    pub fn add(&mut self, said: Arc<[Said]>) -> bool {
        let next = self.said.len();
        self.number(said)
            .is_some_and(|number| number as usize == next)
    }

    /// Whether an act that said this is the same for checks whenever between two instants it was, and whenever
    /// between two others it is asked for: no answer begins or ends on the way.
    pub fn is_steady(&self, set: usize, (first, last): (i64, i64), (from, to): (i64, i64)) -> bool {
        let passed = |add: i64| {
            let later = (first.saturating_add(add), last.saturating_add(add));
            is_outside(later, (from, to))
        };
        let said = self.said.get(set);
        let ends = |said: &Said| said.lasts == FOREVER || passed(said.lasts);
        passed(0) && said.is_some_and(|said| said.iter().all(ends))
    }

    /// Packs the answers of a person.
    pub fn pack(&mut self, mut cells: Vec<PackedCell>) -> Packed {
        cells.sort_by_key(|cell| (cell.effective_at, cell.position));
        let mut packed = Packed::default();
        for act in cells.chunk_by(of_one_act) {
            match self.act(act) {
                Some(act) => packed.acts.push(act),
                None => packed.alone.extend_from_slice(act),
            }
        }
        packed
    }

    fn act(&mut self, cells: &[PackedCell]) -> Option<Act> {
        let (at, first) = cells
            .first()
            .map(|cell| (cell.effective_at, cell.position))?;
        let longest = usize::from(u16::MAX);
        if first >= ENTRIES || cells.len() > longest {
            return None;
        }
        let said = cells.iter().map(|cell| Said::of(cell, first));
        let set = self.number(said.collect())?;
        Some(Act::new(at, first, set))
    }

    /// The number of what was said, given now where it has none.
    fn number(&mut self, said: Arc<[Said]>) -> Option<u32> {
        let (all, hasher) = (&self.said, &self.hasher);
        let held = |number: &u32| all.get(*number as usize);
        let hash = hasher.hash_one(&said);
        // of the hash a table looks at the first and the last bits
        let part = self.numbers.get_mut((hash >> 32) as usize % PARTS)?;
        let of_held = |number: &u32| held(number).map_or(0, |said| hasher.hash_one(said));
        match part.entry(hash, |number| held(number) == Some(&said), of_held) {
            Entry::Occupied(number) => Some(*number.get()),
            Entry::Vacant(_) if all.len() >= SETS => None,
            Entry::Vacant(free) => {
                let number = u32::try_from(all.len()).ok()?;
                free.insert(number);
                self.said.push(said);
                Some(number)
            }
        }
    }

    /// The answers of an act.
    #[inline]
    pub fn answers(&self, act: Act) -> impl Iterator<Item = PackedCell> {
        let said = self.said.get(act.set());
        let said = said.map_or(&[][..], |said| said);
        said.iter().map(move |said| said.by(act))
    }
}

/// Whether nothing that happens between two instants happens after one and until another.
pub(super) const fn is_outside((first, last): (i64, i64), (from, to): (i64, i64)) -> bool {
    last <= from || first > to
}

/// Whether an answer follows the one before it in the same act: at the same instant, by the same entry of the
/// ledger or by the next.
fn of_one_act(before: &PackedCell, next: &PackedCell) -> bool {
    before.effective_at == next.effective_at && next.position - before.position <= 1
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn cell() -> impl Strategy<Value = PackedCell> {
        let times = prop_oneof![
            Just(i64::MIN),
            Just(i64::MAX),
            -9_i64..9,
            1_700_000_000_000_000..1_700_000_000_000_004_i64,
        ];
        let until = prop_oneof![Just(FOREVER), Just(FOREVER - 1), times.clone()];
        let position = prop_oneof![0..9_u64, (ENTRIES - 3)..(ENTRIES + 3)];
        let said = (0..4_u16, 0..3_u16, 0..3_u8, 0..4_usize, 0..9_u16);
        (times, until, position, said).prop_map(|(effective_at, valid_until, position, said)| {
            let answers = [
                Answer::Requested,
                Answer::Given,
                Answer::Refused,
                Answer::Withdrawn,
            ];
            PackedCell {
                purpose: said.0,
                notice: said.1,
                channel: said.2,
                answer: *answers.get(said.3).unwrap_or(&Answer::Refused),
                manner: Manner::of_bits(said.4),
                effective_at,
                valid_until,
                position,
            }
        })
    }

    proptest! {
        /// What is steady says, of every act between and at every instant between, the same of each answer.
        #[test]
        fn what_is_steady_does_not_change(
            lasts in prop::collection::vec(prop_oneof![Just(FOREVER), 0_i64..20], 1..4),
            said in (0_i64..20, 0_i64..6),
            asked in (0_i64..40, 0_i64..6),
        ) {
            let mut sets = Sets::default();
            let cells = lasts.iter().enumerate().map(|(at, lasts)| PackedCell {
                purpose: at as u16,
                notice: 0,
                channel: 0,
                answer: Answer::Given,
                manner: Manner::of_bits(0),
                effective_at: 100,
                valid_until: if *lasts == FOREVER { FOREVER } else { 100 + lasts },
                position: at as u64,
            });
            let act = sets.pack(cells.collect()).acts[0];
            let said = (said.0, said.0 + said.1);
            let asked = (asked.0, asked.0 + asked.1);
            let seen = |at: i64, now: i64| -> Vec<(bool, bool)> {
                let act = Act { at, ..act };
                let answers = sets.answers(act);
                answers.map(|one| (one.effective_at <= now, one.valid_until <= now)).collect()
            };
            let all = (said.0..=said.1).flat_map(|at| (asked.0..=asked.1).map(move |now| (at, now)));
            let mut all = all.map(|(at, now)| seen(at, now));
            let first = all.next().unwrap();
            let same = all.all(|one| one == first);
            prop_assert_eq!(sets.is_steady(act.set(), said, asked), same);
        }
    }

    fn read(sets: &Sets, packed: &Packed) -> Vec<PackedCell> {
        let acts = packed.acts.iter().flat_map(|act| sets.answers(*act));
        acts.chain(packed.alone.iter().copied()).collect()
    }

    proptest! {
        #[test]
        fn what_is_packed_is_read(persons in prop::collection::vec(prop::collection::vec(cell(), 0..8), 1..9)) {
            let mut sets = Sets::default();
            let packed: Vec<Packed> = persons.iter().map(|cells| sets.pack(cells.clone())).collect();
            for (cells, packed) in persons.iter().zip(&packed) {
                let mut expected: Vec<PackedCell> = cells.iter().map(a_moment_sooner).collect();
                let mut found: Vec<PackedCell> =
                    read(&sets, packed).iter().map(a_moment_sooner).collect();
                expected.sort_by_key(|cell| format!("{cell:?}"));
                found.sort_by_key(|cell| format!("{cell:?}"));
                prop_assert_eq!(found, expected);
            }
        }
    }

    /// The one end that is as far away as none is: it comes a microsecond sooner.
    fn a_moment_sooner(cell: &PackedCell) -> PackedCell {
        let as_far_as_none = cell.valid_until.wrapping_sub(cell.effective_at) == FOREVER;
        let sooner = i64::from(as_far_as_none && cell.valid_until != FOREVER);
        PackedCell {
            valid_until: cell.valid_until.wrapping_sub(sooner),
            ..*cell
        }
    }

    /// Two who said the same hold it once.
    #[test]
    fn what_many_say_is_held_once() {
        let cell = |purpose, at, position| PackedCell {
            purpose,
            notice: 1,
            channel: 0,
            answer: Answer::Given,
            manner: Manner::of_bits(0),
            effective_at: at,
            valid_until: at + 1_000,
            position,
        };
        let mut sets = Sets::default();
        let anne = sets.pack(vec![cell(1, 5, 70), cell(2, 5, 71)]);
        let bea = sets.pack(vec![cell(2, 900, 12), cell(1, 900, 11)]);
        assert_eq!(
            (anne.acts.len(), bea.acts.len(), sets.said.len()),
            (1, 1, 1)
        );
        // what others wrote in between tells two acts apart
        let carla = sets.pack(vec![cell(1, 5, 70), cell(2, 5, 75)]);
        assert_eq!((carla.acts.len(), sets.said.len()), (2, 3));
        assert_eq!(read(&sets, &bea), [cell(1, 900, 11), cell(2, 900, 12)]);
    }

    /// However much is different: nothing is lost where there is no room for one set more.
    #[test]
    fn what_has_no_room_is_held_by_itself() {
        let mut sets = Sets::default();
        let cell = |n: usize| PackedCell {
            purpose: 3,
            notice: 1,
            channel: 0,
            answer: Answer::Refused,
            manner: Manner::of_bits(0),
            effective_at: 7,
            valid_until: i64::try_from(n).unwrap_or_default() + 8,
            position: 4,
        };
        for n in 0..SETS {
            assert!(sets.pack(vec![cell(n)]).alone.is_empty());
        }
        let packed = sets.pack(vec![cell(SETS)]);
        assert_eq!(read(&sets, &packed), [cell(SETS)]);
        assert_eq!((packed.acts.len(), sets.said.len()), (0, SETS));
    }
}
