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
/// Quarters of a day, back from now, for which answers are remembered: ten years.
const QUARTERS: usize = 4 * 3_660;
/// For what was said under so many numbers, the first that there are: thirty megabytes at most.
const SAID: usize = 1_024;

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
            let mut alike = Alike::until(answers.now());
            for person in table.some(0, table.persons()) {
                roll.keep(person.row(), alike.answer(answers, person, until));
            }
        }
        (self.lines, self.seen) = (0, Some(table.changes()));
    }
}

/// The answers of those who said the same in the same quarter of a day, and nothing else: most persons.
struct Alike {
    /// The first quarter that is remembered.
    first: i64,
    /// By the number of what was said, then by quarter: a place and two; 1 where each is asked for.
    by_said: Vec<Vec<u16>>,
}

const EACH: u16 = 1;

impl Alike {
    fn until(now: i64) -> Self {
        Self {
            first: now.div_euclid(QUARTER) - QUARTERS as i64 + 1,
            by_said: Vec::new(),
        }
    }

    #[inline]
    fn answer(
        &mut self,
        answers: &mut Answers<'_>,
        person: PersonView<'_>,
        until: &Use,
    ) -> Option<Place> {
        let sole = person.sole_act();
        match sole.and_then(|(said, at)| Some((said, at, self.kept(said, at)?))) {
            Some((_, _, kept)) if *kept > EACH => Some(Place::from(*kept - EACH - 1)),
            Some((said, at, kept)) if *kept == 0 => {
                let place = answers.ahead(person, until);
                let begins = at.div_euclid(QUARTER) * QUARTER;
                let quarter = (begins, begins + QUARTER - 1);
                let all = answers
                    .table
                    .says_the_same(said, quarter, &answers.used, until);
                let mark = place.filter(|_| all).and_then(|place| {
                    let place = u16::try_from(place).ok()?;
                    place.checked_add(EACH + 1)
                });
                *kept = mark.unwrap_or(EACH);
                place
            }
            _ => answers.ahead(person, until),
        }
    }

    /// What is remembered for an instant; `None` where nothing is.
    #[inline]
    fn kept(&mut self, said: usize, at: i64) -> Option<&mut u16> {
        if said >= SAID {
            return None;
        }
        let quarter = usize::try_from(at.div_euclid(QUARTER) - self.first).ok()?;
        if self.by_said.len() <= said {
            self.by_said.resize(said + 1, Vec::new());
        }
        let of_said = self.by_said.get_mut(said)?;
        if of_said.is_empty() {
            of_said.resize(QUARTERS, 0);
        }
        of_said.get_mut(quarter)
    }
}
