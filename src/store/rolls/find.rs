//! Finding the lists that a person was on: one sheet a list.

use super::SheetRow;
use crate::access::{Grant, Serve};
use crate::audit::roll::Said;
use crate::domain::ids::{Position, SubjectId};
use crate::store::connection::on;
use crate::store::decisions::ReadsDecisions;
use crate::store::error::StoreError;
use crate::store::people::IDS;
use crate::store::read::ReadTx;
use crate::store::rows::{signed, unsigned};
use crate::store::schema::{public_events, roll_sheets, rolls, subject_events};
use diesel::prelude::*;
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};

/// A list that a person was on.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundOnList {
    /// The entry that ended the list.
    pub position: Position,
    /// What it says of the list.
    pub payload: Value,
    /// Whether the person might be contacted.
    pub permit: bool,
    /// Why, or why not.
    pub reason: String,
}

impl ReadTx<'_> {
    /// The lists that a person, and whoever was merged into them, was on: the newest first, such as
    /// ended at or before `upto`; at most `limit` of them, and then where the next page begins.
    ///
    /// # Errors
    /// Where the database fails or a sheet was changed.
    pub fn lists_of<P: ReadsDecisions>(
        &mut self,
        _grant: &Grant<P>,
        subject: SubjectId,
        upto: Position,
        limit: usize,
    ) -> Result<(Vec<FoundOnList>, Option<Position>), StoreError> {
        let records = self.cluster(subject)?;
        let numbers = self.numbers_of(&records)?;
        let mut found = Vec::new();
        for position in self.rolls_until(signed(upto))? {
            let answers = self.on_roll(position, &numbers)?;
            if found.len() >= limit && !answers.is_empty() {
                return Ok((found, Some(unsigned(position))));
            }
            found.extend(self.told(position, &answers)?);
        }
        Ok((found, None))
    }

    /// Those of these numbers by which lists still know somebody.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn known_numbers(
        &mut self,
        _grant: &Grant<Serve>,
        numbers: &[Position],
    ) -> Result<HashSet<Position>, StoreError> {
        let mut known = HashSet::new();
        for some in numbers.chunks(IDS) {
            let some: Vec<i64> = some.iter().map(|number| signed(*number)).collect();
            let found: Vec<i64> = on!(self.db, conn => subject_events::table
                .filter(subject_events::position.eq_any(some))
                .select(subject_events::position).load(conn))
            .map_err(StoreError::failed("loading the first entries"))?;
            known.extend(found.into_iter().map(unsigned));
        }
        Ok(known)
    }

    /// The numbers of these records: the position of the first entry about each.
    pub(super) fn numbers_of(&mut self, records: &[Vec<u8>]) -> Result<Vec<i64>, StoreError> {
        let mut numbers = Vec::new();
        for some in records.chunks(IDS) {
            let found: Vec<i64> = on!(self.db, conn => subject_events::table
                .filter(subject_events::subject_id.eq_any(some))
                .filter(subject_events::counter.eq(0))
                .select(subject_events::position).load(conn))
            .map_err(StoreError::failed("finding a person's lists"))?;
            numbers.extend(found);
        }
        Ok(numbers)
    }

    /// Every list with a roll, the newest first.
    pub(super) fn rolls_until(&mut self, upto: i64) -> Result<Vec<i64>, StoreError> {
        on!(self.db, conn => rolls::table.filter(rolls::position.le(upto))
            .order(rolls::position.desc()).select(rolls::position).load(conn))
        .map_err(StoreError::failed("finding a person's lists"))
    }

    /// The sheet of a list that would hold a number.
    pub(super) fn sheet_for(
        &mut self,
        position: i64,
        number: i64,
    ) -> Result<Option<SheetRow>, StoreError> {
        on!(self.db, conn => roll_sheets::table
            .filter(roll_sheets::position.eq(position))
            .filter(roll_sheets::first.le(number))
            .order(roll_sheets::first.desc()).first(conn).optional())
        .map_err(StoreError::failed("finding a person's lists"))
    }

    fn on_roll(&mut self, position: i64, numbers: &[i64]) -> Result<BTreeSet<u32>, StoreError> {
        let mut answers = BTreeSet::new();
        for number in numbers {
            if let Some(row) = self.sheet_for(position, *number)? {
                answers.extend(row.open(self.keys)?.answers(unsigned(*number)));
            }
        }
        Ok(answers)
    }

    fn told(
        &mut self,
        position: i64,
        answers: &BTreeSet<u32>,
    ) -> Result<Vec<FoundOnList>, StoreError> {
        if answers.is_empty() {
            return Ok(Vec::new());
        }
        let damaged = || StoreError::Damaged {
            what: "what was recorded of a list",
            position: Some(unsigned(position)),
        };
        let text: Option<String> = on!(self.db, conn => public_events::table
            .find(position).select(public_events::payload).first(conn).optional())
        .map_err(StoreError::failed("finding a person's lists"))?;
        let payload: Value =
            serde_json::from_str(&text.ok_or_else(damaged)?).map_err(|_| damaged())?;
        let said = Said::of(&payload).ok_or_else(damaged)?;
        let one = |answer: &u32| {
            let answer = said.answers.get(*answer as usize).ok_or_else(damaged)?;
            Ok(FoundOnList {
                position: unsigned(position),
                payload: payload.clone(),
                permit: answer.permit,
                reason: answer.reason.clone(),
            })
        };
        answers.iter().map(one).collect()
    }
}
