//! Who was on the list, by the rows of the index: two bytes a person, however long the list is.

use super::given::Place;
use crate::audit::roll::Listed;
use crate::index::Table;
use prefetch_index::prefetch_index;
use std::collections::BTreeSet;

/// Which answer the lines of each person got, and which one the next would get.
#[derive(Debug, Default)]
pub(super) struct Roll {
    rows: Vec<Kept>,
    /// Further answers, where something changed meanwhile or several persons are on a line; and those
    /// whose place takes more than a byte.
    more: BTreeSet<(u32, Place)>,
    /// Whether so few lines are entered that nothing is kept for every row.
    few: bool,
}

/// What is kept of a row. The two stand side by side, since a line waits for both.
#[derive(Debug, Clone, Copy, Default)]
struct Kept {
    /// The place of the first answer and one; 0 where the person is not on the list.
    first: u8,
    /// The place of the answer that was worked out ahead and one; 0 where none was.
    ahead: u8,
}

/// A place and one in a byte; 0 where it takes more.
fn mark(place: Place) -> u8 {
    u8::try_from(place + 1).unwrap_or(0)
}

impl Roll {
    /// One for few lines, which has no room for every person.
    pub(super) fn of_few() -> Self {
        Self {
            few: true,
            ..Self::default()
        }
    }

    /// Begins to read what is kept of a row, so that several can be waited for at once.
    #[inline]
    pub(super) fn prefetch(&self, row: u32) {
        prefetch_index(&self.rows, row as usize);
    }

    /// The answer for a row that was worked out ahead; the line that asks for it is entered.
    #[inline]
    pub(super) fn take_ahead(&mut self, row: u32) -> Option<Place> {
        let kept = self.rows.get_mut(row as usize)?;
        let place = Place::from(kept.ahead.checked_sub(1)?);
        if kept.first == 0 {
            kept.first = kept.ahead;
        } else if kept.first != kept.ahead {
            self.more.insert((row, place));
        }
        Some(place)
    }

    /// Keeps an answer that was worked out ahead, or none.
    #[inline]
    pub(super) fn keep(&mut self, row: u32, place: Option<Place>) {
        if let Some(kept) = self.rows.get_mut(row as usize) {
            kept.ahead = place.map_or(0, mark);
        }
    }

    /// Makes room for so many rows, and keeps no answer.
    pub(super) fn keep_none(&mut self, rows: usize) {
        let rows = rows.max(self.rows.len());
        self.rows.resize(rows, Kept::default());
        self.rows.iter_mut().for_each(|kept| kept.ahead = 0);
    }

    /// A line of the person who has a row got the answer at a place. There are so many `rows`.
    #[inline]
    pub(super) fn enter(&mut self, row: u32, place: Place, rows: usize) {
        if self.few {
            self.more.insert((row, place));
            return;
        }
        if self.rows.len() <= row as usize {
            // rows are only added: room for all there are is taken at once
            self.rows
                .resize(rows.max(row as usize + 1), Kept::default());
        }
        let mark = mark(place);
        match self.rows.get_mut(row as usize) {
            Some(kept) if kept.first == mark && mark > 0 => {}
            Some(kept) if kept.first == 0 && mark > 0 => kept.first = mark,
            _ => drop(self.more.insert((row, place))),
        }
    }

    /// The persons by the numbers that lists know them by, in order, with others whose numbers are known. Who was erased
    /// meanwhile has none.
    pub(super) fn listed(&self, table: &Table, others: &[Listed]) -> Vec<Listed> {
        let rows = (0..).zip(&self.rows);
        let first =
            rows.filter_map(|(row, kept)| Some((row, Place::from(kept.first.checked_sub(1)?))));
        let listed = |(row, answer): (u32, Place)| {
            let number = table.number_of(row)?;
            Some(Listed { number, answer })
        };
        let listed_rows = self.rows.iter().filter(|kept| kept.first > 0).count();
        let mut all = Vec::with_capacity(listed_rows + self.more.len() + others.len());
        all.extend(first.filter_map(listed));
        all.extend(self.more.iter().copied().filter_map(listed));
        all.extend_from_slice(others);
        // rows are nearly in the order of the numbers, which this sort makes use of
        all.sort();
        // who is named by several lines may be among the others for each
        all.dedup();
        all
    }
}
