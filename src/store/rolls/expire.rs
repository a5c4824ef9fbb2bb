//! Takes everybody off lists whose time is over, some sheets at a time, except whom something keeps. What is left is as
//! after an erasure: the hash that a sheet had stays, so that the root in the log is still the roll's.

use super::SheetRow;
use crate::access::{Grant, KeepRetention};
use crate::audit::encoding::hex;
use crate::audit::roll::Sheet;
use crate::domain::ids::Position;
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::flush::lock_head;
use crate::store::read::ReadTx;
use crate::store::retention::Keepers;
use crate::store::rows::{signed, unsigned};
use crate::store::schema::{roll_sheets, rolls};
use crate::store::tx::WriteTx;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Sheets that are looked at in one transaction: a million persons at most.
const AT_ONCE: i64 = 128;

/// How far the look has come: a list, and where in it a sheet began.
pub type Sheets = (Position, u64);

/// What one step came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiredLists {
    /// The last sheet that was looked at: the next step begins behind it.
    pub through: Sheets,
    /// Lines that were taken off.
    pub listed: u64,
    /// The keyed hash of all sheets that anybody was ever taken off.
    pub digest: String,
}

impl ReadTx<'_> {
    /// Whether a list ended before an entry.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn has_lists_before(
        &mut self,
        _grant: &Grant<KeepRetention>,
        until: Position,
    ) -> Result<bool, StoreError> {
        let found: Option<i64> = on!(self.db, conn => rolls::table
            .filter(rolls::position.lt(signed(until)))
            .select(rolls::position).first(conn).optional())
        .map_err(StoreError::failed("looking for old lists"))?;
        Ok(found.is_some())
    }

    /// The next sheets that hold somebody, of lists that ended before an entry. An empty one is as short as none
    /// other is.
    fn old_sheets(
        &mut self,
        (list, first): Sheets,
        until: Position,
        empty: usize,
    ) -> Result<Vec<SheetRow>, StoreError> {
        let (list, first) = (signed(list), signed(first));
        let behind = roll_sheets::position.gt(list).or(roll_sheets::position
            .eq(list)
            .and(roll_sheets::first.gt(first)));
        let empty = i64::try_from(empty).unwrap_or(i64::MAX);
        on!(self.db, conn => roll_sheets::table
            .filter(behind).filter(roll_sheets::position.lt(signed(until)))
            .filter(sql::<Bool>("length(sealed) > ").bind::<BigInt, _>(empty))
            .order((roll_sheets::position, roll_sheets::first)).limit(AT_ONCE).load(conn))
        .map_err(StoreError::failed("looking for old lists"))
    }

    /// The numbers by which lists know those whom something keeps.
    fn kept_numbers(&mut self, keepers: &Keepers) -> Result<BTreeSet<u64>, StoreError> {
        let kept = self.kept_persons(keepers)?;
        let numbers = self.numbers_of(&kept)?;
        Ok(numbers.into_iter().map(unsigned).collect())
    }
}

impl WriteTx<'_> {
    /// Takes everybody off the next sheets of lists that ended before an entry, except whom something keeps; `None` where
    /// nobody is left to be taken off. The write must be alone in its transaction.
    ///
    /// # Errors
    /// Where the database fails; the transaction is given up then.
    pub fn expire_lists(
        &mut self,
        _grant: &Grant<KeepRetention>,
        behind: Sheets,
        until: Position,
        keepers: &Keepers,
    ) -> Result<Option<ExpiredLists>, StoreError> {
        let outcome = self.expire_sheets(behind, until, keepers);
        self.broken |= outcome.is_err();
        outcome
    }

    fn expire_sheets(
        &mut self,
        mut behind: Sheets,
        until: Position,
        keepers: &Keepers,
    ) -> Result<Option<ExpiredLists>, StoreError> {
        // from here on nobody else keeps anybody, or takes anybody off
        lock_head(self.db)?;
        let kept = self.reading().kept_numbers(keepers)?;
        let none = Sheet::new(Vec::new(), [0; 16]).to_bytes();
        let empty = self.keys.seal_decisions(&none, self.entropy)?.len();
        loop {
            let rows = self.reading().old_sheets(behind, until, empty)?;
            let Some(last) = rows.last() else {
                return Ok(None);
            };
            behind = (unsigned(last.position), unsigned(last.first));
            let mut listed = 0;
            for row in &rows {
                listed += self.take_all_off(row, &kept)?;
            }
            if listed > 0 {
                let (_, digest) = self.reading().taken_off()?;
                return Ok(Some(ExpiredLists {
                    through: behind,
                    listed,
                    digest: hex(&digest),
                }));
            }
        }
    }

    /// Takes everybody off a sheet whom nothing keeps; how many lines that were. What does not open stays, for the
    /// comparison to name.
    fn take_all_off(&mut self, row: &SheetRow, kept: &BTreeSet<u64>) -> Result<u64, StoreError> {
        let Ok(sheet) = row.open(self.keys) else {
            return Ok(0);
        };
        let Some((rest, gone)) = sheet.keeping(|number| kept.contains(&number)) else {
            return Ok(0);
        };
        self.replace_sheet(row, &sheet, &rest)?;
        Ok(gone)
    }
}
