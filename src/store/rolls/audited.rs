//! Sheets as they are, for the comparison with the log and for packages.

use super::{SheetRow, TakenOffRow};
use crate::access::{ExportAudit, Grant};
use crate::audit::Hash;
use crate::audit::encoding::hex;
use crate::audit::roll::Sheet;
use crate::domain::ids::Position;
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::read::ReadTx;
use crate::store::rows::{signed, unsigned};
use crate::store::schema::{roll_erasures, roll_sheets, rolls};
use diesel::prelude::*;
use std::ops::Range;

/// Sheets that are read at once: a megabyte at most.
const AT_ONCE: i64 = 64;

/// A sheet as it stands in the database.
#[derive(Debug)]
pub struct AuditedSheet {
    /// Where it began.
    pub first: u64,
    /// What it holds; `None` where it does not open.
    pub sheet: Option<Sheet>,
    /// Where somebody was taken off it: its hash before, and what it is said to be now.
    pub taken_off: Option<(Hash, Hash)>,
}

impl ReadTx<'_> {
    /// The lists of these positions that sheets are there of, or that are said to have some.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_rolls(
        &mut self,
        _grant: &Grant<ExportAudit>,
        range: &Range<Position>,
    ) -> Result<Vec<Position>, StoreError> {
        let (from, end) = (signed(range.start), signed(range.end));
        let failed = || StoreError::failed("reading who was on lists");
        let mut found: Vec<i64> = on!(self.db, conn => rolls::table
            .filter(rolls::position.ge(from)).filter(rolls::position.lt(end))
            .select(rolls::position).load(conn))
        .map_err(failed())?;
        let sheets: Vec<i64> = on!(self.db, conn => roll_sheets::table
            .filter(roll_sheets::position.ge(from)).filter(roll_sheets::position.lt(end))
            .select(roll_sheets::position).distinct().load(conn))
        .map_err(failed())?;
        found.extend(sheets);
        found.sort_unstable();
        found.dedup();
        Ok(found.into_iter().map(unsigned).collect())
    }

    /// Whether a person's lists are looked for in this one.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn is_roll_found(
        &mut self,
        _grant: &Grant<ExportAudit>,
        list: Position,
    ) -> Result<bool, StoreError> {
        let found: Option<i64> = on!(self.db, conn => rolls::table.find(signed(list))
            .select(rolls::position).first(conn).optional())
        .map_err(StoreError::failed("reading who was on lists"))?;
        Ok(found.is_some())
    }

    /// The next sheets of a list, in order, from one that begins at `from` on; none where there are no
    /// more.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_sheets(
        &mut self,
        _grant: &Grant<ExportAudit>,
        list: Position,
        from: u64,
    ) -> Result<Vec<AuditedSheet>, StoreError> {
        let rows: Vec<SheetRow> = on!(self.db, conn => roll_sheets::table
            .filter(roll_sheets::position.eq(signed(list)))
            .filter(roll_sheets::first.ge(signed(from)))
            .order(roll_sheets::first).limit(AT_ONCE).load(conn))
        .map_err(StoreError::failed("reading who was on lists"))?;
        let firsts: Vec<i64> = rows.iter().map(|row| row.first).collect();
        let taken: Vec<TakenOffRow> = on!(self.db, conn => roll_erasures::table
            .filter(roll_erasures::position.eq(signed(list)))
            .filter(roll_erasures::first.eq_any(&firsts)).load(conn))
        .map_err(StoreError::failed("reading who was taken off lists"))?;
        let taken_off = |first: i64| {
            let row = taken.iter().find(|row| row.first == first)?;
            let hash = |bytes: &[u8]| bytes.try_into().unwrap_or_default();
            Some((hash(&row.was), hash(&row.held)))
        };
        let sheet = |row: &SheetRow| AuditedSheet {
            first: unsigned(row.first),
            sheet: row.open(self.keys).ok(),
            taken_off: taken_off(row.first),
        };
        Ok(rows.iter().map(sheet).collect())
    }

    /// How many sheets somebody is said to have been taken off, and their keyed hash.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_taken_off(
        &mut self,
        _grant: &Grant<ExportAudit>,
    ) -> Result<(u64, String), StoreError> {
        let (count, digest) = self.taken_off()?;
        Ok((count, hex(&digest)))
    }
}
