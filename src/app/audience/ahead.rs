//! Answers worked out before anybody asks.
//!
//! A list that names many persons reads their rows in an order that is chance, and waits for each. Once it has
//! named so many, all rows are answered for in the order in which they lie, a byte each; bytes are near enough
//! that hardly any line waits any more.

use super::answers::Answers;
use super::given::Place;
use super::months::PART as QUARTER;
use super::roll::Roll;
use crate::index::{PersonView, Table, Use};

/// The part of all persons that a list names before it is worth while.
const PART: usize = 8;
/// Bits of the places for what is known of those who said the same: a megabyte.
const BITS: u32 = 15;

/// Whether the answers that the roll keeps of rows hold.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    lines: usize,
    /// How many changes of the index they take into account; `None` where there are no answers.
    seen: Option<u64>,
}

impl Ahead {
    /// Whether answers are held.
    pub(super) const fn is_held(&self) -> bool {
        self.seen.is_some()
    }

    /// Before so many lines: forgets the answers of rows that changed. Whether it is worth while now to work
    /// them all out.
    pub(super) fn follow(&mut self, table: &Table, roll: &mut Roll, lines: usize) -> bool {
        self.lines += lines;
        self.seen = self.seen.and_then(|seen| {
            table
                .changed_since(seen)?
                .for_each(|row| roll.keep(row, None));
            Some(table.changes())
        });
        self.seen.is_none() && self.lines >= table.persons() / PART
    }

    /// Works all answers out that hold `until` another instant of the same minute.
    pub(super) fn work_out(&mut self, answers: &mut Answers<'_>, roll: &mut Roll, until: &Use) {
        let table = answers.table;
        roll.keep_none(table.persons());
        // which registers name somebody depends on what a line names them by
        if answers.used.consults_none() {
            let mut alike = Alike::new();
            for person in table.some(0, table.persons()) {
                roll.keep(person.row(), alike.answer(answers, person, until));
            }
        }
        (self.lines, self.seen) = (0, Some(table.changes()));
    }
}

/// The answers of those who said the same in the same quarter of a day, and nothing else: most persons. What has the
/// same place as something later is forgotten.
struct Alike(Vec<Kept>);

/// What was found of who said the same in the same quarter.
#[derive(Clone, Copy)]
struct Kept {
    /// The number of what was said.
    said: usize,
    quarter: i64,
    /// Their answer; `None` where each is asked for.
    place: Option<Place>,
}

const NOTHING: Kept = Kept {
    said: usize::MAX,
    quarter: 0,
    place: None,
};

impl Alike {
    fn new() -> Self {
        Self(vec![NOTHING; 1 << BITS])
    }

    #[inline]
    fn answer(
        &mut self,
        answers: &mut Answers<'_>,
        person: PersonView<'_>,
        until: &Use,
    ) -> Option<Place> {
        let Some((said, at)) = person.sole_act() else {
            return answers.ahead(person, until);
        };
        let quarter = at.div_euclid(QUARTER);
        let kept = self.0.get_mut(place_of(said, quarter));
        match kept {
            Some(kept) if (kept.said, kept.quarter) == (said, quarter) => {
                kept.place.or_else(|| answers.ahead(person, until))
            }
            kept => {
                let answer = answers.ahead(person, until);
                let begins = quarter.saturating_mul(QUARTER);
                let span = (begins, begins.saturating_add(QUARTER - 1));
                let (table, used) = (answers.table, &answers.used);
                let all = table.says_the_same(said, span, used, until);
                let place = answer.filter(|_| all);
                if let Some(kept) = kept {
                    *kept = Kept {
                        said,
                        quarter,
                        place,
                    };
                }
                answer
            }
        }
    }
}

/// Where is kept what is known of those who said something in a quarter.
#[inline]
const fn place_of(said: usize, quarter: i64) -> usize {
    let mixed = (said as u64)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(quarter as u64)
        .wrapping_mul(0xd6e8_feb8_6659_fd93);
    (mixed >> (u64::BITS - BITS)) as usize
}
