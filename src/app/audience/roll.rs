//! Who was on the list, by the rows of the index: a byte a person, however long the list is.

use super::given::Place;
use crate::audit::roll::Listed;
use crate::index::{PersonView, Table};
use std::collections::BTreeSet;

/// Which answer the lines of each person got.
#[derive(Debug, Default)]
pub(super) struct Roll {
    /// Of each row the first answer's place and one; 0 where the person is not on the list.
    first: Vec<u8>,
    /// Further answers, where something changed meanwhile or several persons are on a line; and those
    /// whose place takes more than a byte.
    more: BTreeSet<(u32, Place)>,
}

impl Roll {
    /// Begins to read the mark of a row's person, so that those of many are waited for at once. What is
    /// returned means nothing.
    #[inline]
    pub(super) fn touch(&self, row: u32) -> u32 {
        let mark = self.first.get(row as usize);
        mark.copied().unwrap_or_default().into()
    }

    /// A line of this person got the answer at a place.
    #[inline]
    pub(super) fn enter(&mut self, person: &PersonView<'_>, place: Place) {
        let row = person.row();
        if self.first.len() <= row as usize {
            // rows are only added: room for all there are is taken at once
            let rows = person.table().persons().max(row as usize + 1);
            self.first.resize(rows, 0);
        }
        let mark = u8::try_from(place + 1).unwrap_or(0);
        match self.first.get_mut(row as usize) {
            Some(held) if *held == mark && mark > 0 => {}
            Some(held) if *held == 0 && mark > 0 => *held = mark,
            _ => drop(self.more.insert((row, place))),
        }
    }

    /// The persons by the numbers that lists know them by, in order. Who was erased meanwhile has none.
    pub(super) fn listed(&self, table: &Table) -> Vec<Listed> {
        let marks = (0..).zip(&self.first);
        let first = marks.filter_map(|(row, mark)| Some((row, Place::from(mark.checked_sub(1)?))));
        let listed = |(row, answer): (u32, Place)| {
            let number = table.number_of(row)?;
            Some(Listed { number, answer })
        };
        let mut all =
            Vec::with_capacity(self.first.len() - bytecount(&self.first) + self.more.len());
        all.extend(first.filter_map(listed));
        all.extend(self.more.iter().copied().filter_map(listed));
        // rows are nearly in the order of the numbers, which this sort makes use of
        all.sort();
        all
    }
}

/// How many persons are not on the list.
fn bytecount(marks: &[u8]) -> usize {
    marks.iter().filter(|mark| **mark == 0).count()
}
