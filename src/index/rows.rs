//! The rows of persons, and which one a subject has.
//!
//! They grow a small piece at a time, so that no check waits while ten million of them grow.

use super::person::Person;
use super::pieces::Pieces;
use super::subjects::Subjects;
use crate::domain::ids::SubjectId;

/// The rows, numbered from 0 in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Rows {
    rows: Pieces<Person>,
    by_subject: Subjects,
}

impl Rows {
    /// How many there are.
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// A row.
    #[inline]
    pub fn get(&self, row: u32) -> Option<&Person> {
        self.rows.get(row)
    }

    /// Begins to read a row, so that several can be waited for at once.
    #[inline]
    pub fn prefetch(&self, row: u32) {
        self.rows.prefetch(row);
    }

    /// A row that is to be changed.
    #[inline]
    pub fn get_mut(&mut self, row: u32) -> Option<&mut Person> {
        self.rows.get_mut(row)
    }

    /// The rows from one on, each with its number.
    pub fn from(&self, first: usize) -> impl Iterator<Item = (u32, &Person)> {
        (0..).skip(first).zip(self.rows.from(first))
    }

    /// All rows, to be changed.
    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut Person> {
        self.rows.all_mut()
    }

    /// The row that a subject has.
    pub fn of(&self, subject: SubjectId) -> Option<u32> {
        let own = |row: &u32| self.get(*row).is_some_and(|held| held.subject == subject);
        self.by_subject.rows(subject).find(own)
    }

    /// Makes room for what leads to so many rows.
    pub fn reserve(&mut self, rows: usize) {
        self.by_subject.reserve(rows);
    }

    /// Adds rows; whether each is the first of its subject. Where they stand is chance: what they wait for in memory
    /// they wait for at once.
    pub fn add_new(&mut self, rows: Vec<Person>) -> bool {
        let subjects = rows.iter().map(|row| row.subject);
        subjects.for_each(|subject| self.by_subject.prefetch(subject));
        rows.into_iter().all(|row| self.add(row).is_ok())
    }

    /// Adds a row; the one that its subject has, where there is one.
    pub fn add(&mut self, row: Person) -> Result<u32, u32> {
        let subject = row.subject;
        if let Some(held) = self.of(subject) {
            return Err(held);
        }
        let next = self.rows.push(row);
        self.by_subject.insert(subject, next);
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::parts::grows_in_parts;
    use super::*;

    fn subject(n: u64) -> SubjectId {
        let mut id = [0; 16];
        id[8..].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        SubjectId::from_bytes(id)
    }

    #[test]
    fn rows_are_found_by_number_and_by_subject() {
        let mut rows = Rows::default();
        for n in 0..1_000_u32 {
            assert_eq!((rows.len(), rows.of(subject(n.into()))), (n as usize, None));
            assert_eq!(rows.add(Person::unknown(subject(n.into()))), Ok(n));
        }
        assert_eq!(rows.add(Person::unknown(subject(7))), Err(7));
        for n in 0..1_000_u32 {
            let own = subject(n.into());
            assert_eq!(rows.of(own), Some(n));
            assert_eq!(rows.get(n).unwrap().subject, own);
            assert_eq!(rows.get_mut(n).unwrap().subject, own);
            let (first, person) = rows.from(n as usize).next().unwrap();
            assert_eq!((first, person.subject), (n, own));
        }
        assert_eq!(
            (rows.from(300).count(), rows.all_mut().count()),
            (700, 1_000)
        );
        assert!(rows.get(1_000).is_none() && rows.from(1_000).next().is_none());
    }

    #[test]
    fn of_several_new_rows_none_is_anothers() {
        let mut rows = Rows::default();
        let some = |of: std::ops::Range<u64>| of.map(|n| Person::unknown(subject(n))).collect();
        assert!(rows.add_new(some(0..100)) && rows.add_new(some(100..200)));
        assert!(!rows.add_new(some(199..201)));
    }

    #[test]
    fn what_leads_to_rows_grows_a_part_at_a_time() {
        let mut rows = Rows::default();
        rows.reserve(10);
        let put = |rows: &mut Rows, n: u32| {
            rows.add(Person::unknown(subject(n.into()))).unwrap();
        };
        let largest = grows_in_parts(&mut rows, 700_000, put, |rows| rows.by_subject.sizes());
        assert!(largest <= 192, "parts are alike: {largest}");
    }

    /// Of two subjects whose random bits are the same as far as they are kept each has its own row.
    #[test]
    fn subjects_that_look_alike_are_told_apart() {
        let mut rows = Rows::default();
        let alike = |n: u8| {
            let mut id = [0; 16];
            id[0] = n;
            SubjectId::from_bytes(id)
        };
        for n in 0..30 {
            assert_eq!(rows.add(Person::unknown(alike(n))), Ok(u32::from(n)));
        }
        for n in 0..30 {
            assert_eq!(rows.of(alike(n)), Some(u32::from(n)));
            assert_eq!(rows.add(Person::unknown(alike(n))), Err(u32::from(n)));
        }
        assert_eq!(rows.of(alike(30)), None);
    }
}
