//! Answers worked out before anybody asks.
//!
//! A list that names many persons reads their rows in an order that is chance, and waits for each. Once it has
//! named so many, all rows are answered for in the order in which they lie, a byte each; bytes are near enough
//! that hardly any line waits any more.

use super::answers::Answers;
use super::roll::Roll;
use crate::index::{Table, Use};

/// The part of all persons that a list names before it is worth while.
const PART: usize = 8;

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
            for person in table.some(0, table.persons()) {
                roll.keep(person.row(), answers.ahead(person, until));
            }
        }
        (self.lines, self.seen) = (0, Some(table.changes()));
    }
}
