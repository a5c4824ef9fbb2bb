//! What stands in the pieces of a snapshot.

use super::super::acts::Said;
use super::super::person::Person;
use super::super::places::LEFT;
use super::super::table::Table;
use super::bytes::Written;
use super::{Damaged, SOME};
use crate::domain::ids::Position;
use std::sync::Arc;

/// The first byte of a piece says what it is.
const ROWS: u8 = 1;
const CONTACTS: u8 = 2;
const SAID: u8 = 3;
const COUNTS: u8 = 4;

impl Table {
    /// How many rows and contact points there are, so that room is taken once.
    pub(super) fn written_counts(&self) -> Vec<u8> {
        let mut piece = vec![COUNTS];
        (self.rows.len() as u64).write(&mut piece);
        (self.by_contact.held() as u64).write(&mut piece);
        piece
    }

    /// Some rows from one on, and the row that comes next: where there were fewer, others may have come before it is
    /// asked for. `None` where there are no more.
    pub(super) fn written_rows(&self, from: usize, some: usize) -> Option<(Vec<u8>, usize)> {
        let (mut piece, mut next) = (vec![ROWS], from);
        for (_, row) in self.rows.from(from).take(some) {
            row.write(&mut piece);
            next += 1;
        }
        (next > from).then_some((piece, next))
    }

    /// What the contact points of some parts lead to, from one on until there are so many, and the part that comes
    /// next; `None` where there are no more parts.
    pub(super) fn written_contacts(&self, from: usize, some: usize) -> Option<(Vec<u8>, usize)> {
        let (mut piece, mut next) = (vec![CONTACTS], from);
        let mut written = 0;
        while written < some
            && let Some(contacts) = self.by_contact.of_part(next)
        {
            for (first, second, row) in contacts {
                first.write(&mut piece);
                second.write(&mut piece);
                row.write(&mut piece);
                written += 1;
            }
            next += 1;
        }
        (next > from).then_some((piece, next))
    }

    /// What rows name by numbers.
    pub(super) fn written_said(&self) -> Vec<u8> {
        let mut piece = vec![SAID];
        let purposes = self.purposes.all().iter().map(ToString::to_string);
        purposes.collect::<Box<[String]>>().write(&mut piece);
        let notices = self.notices.all().iter().map(ToString::to_string);
        notices.collect::<Box<[String]>>().write(&mut piece);
        let sets = self.sets.all();
        (sets.len() as u32).write(&mut piece);
        for set in sets {
            (set.len() as u32).write(&mut piece);
            set.iter().for_each(|said| said.write(&mut piece));
        }
        (self.far_numbers.len() as u32).write(&mut piece);
        for (row, number) in &self.far_numbers {
            row.write(&mut piece);
            number.write(&mut piece);
        }
        piece
    }

    pub(super) fn take_piece(&mut self, piece: &[u8], evenly: bool) -> Result<(), Damaged> {
        let (kind, mut rest) = piece.split_first().ok_or(Damaged)?;
        while !rest.is_empty() {
            let taken = match *kind {
                ROWS => self.take_rows(&mut rest),
                CONTACTS => self.take_contact(&mut rest),
                SAID => self.take_said(&mut rest),
                COUNTS => self.take_counts(&mut rest, evenly),
                _ => None,
            };
            taken.ok_or(Damaged)?;
        }
        Ok(())
    }

    fn take_counts(&mut self, from: &mut &[u8], evenly: bool) -> Option<()> {
        let (rows, contacts) = (u64::take(from)?, u64::take(from)?);
        let rows = u32::try_from(rows).ok()? as usize;
        let contacts = usize::try_from(contacts).ok()?;
        self.reserve(rows, if evenly { contacts } else { 0 });
        Some(())
    }

    fn take_rows(&mut self, from: &mut &[u8]) -> Option<()> {
        let mut rows = Vec::with_capacity(SOME);
        while !from.is_empty() {
            rows.push(Person::take(from)?);
        }
        self.rows.add_new(rows).then_some(())
    }

    /// Where a contact point leads to a row that came later, the ledger says it again.
    fn take_contact(&mut self, from: &mut &[u8]) -> Option<()> {
        let (first, second) = (u64::take(from)?, u32::take(from)?);
        let row = u32::take(from)?;
        if row == LEFT || (row as usize) < self.rows.len() {
            self.by_contact.insert_tag(first, second, row);
        }
        Some(())
    }

    fn take_said(&mut self, from: &mut &[u8]) -> Option<()> {
        for purpose in Box::<[String]>::take(from)? {
            self.purposes.give(&purpose.parse().ok()?);
        }
        for notice in Box::<[String]>::take(from)? {
            self.notices.give(&notice.parse().ok()?);
        }
        for _ in 0..u32::take(from)? {
            let said: Arc<[Said]> = Box::<[Said]>::take(from)?.into();
            self.sets.add(said).then_some(())?;
        }
        for _ in 0..u32::take(from)? {
            let (row, number) = (u32::take(from)?, Position::take(from)?);
            self.far_numbers.insert(row, number);
        }
        Some(())
    }

    /// Holds rows against what they name.
    pub(super) fn settle(&mut self) -> Result<usize, Damaged> {
        let (rows, sets) = (self.rows.len(), self.sets.all().len());
        let mut sound = true;
        for row in self.rows.all_mut() {
            sound &= row.settle(rows, sets);
        }
        if sound { Ok(rows) } else { Err(Damaged) }
    }
}
