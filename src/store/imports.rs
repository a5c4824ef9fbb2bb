//! Which entries tell of an import. What an import was is in its entry alone; the rows only find it.

use super::connection::{Db, on};
use super::error::StoreError;
use super::figures::PublicEntry;
use super::read::ReadTx;
use super::rows::{signed, unsigned};
use super::schema::{imports, ledger, public_events};
use super::tx::{Entry, WriteTx};
use super::world::Extra;
use crate::access::{ExportAudit, Grant, ImportConsents, ReadImports};
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::ids::Position;
use diesel::prelude::*;
use serde_json::Value;

impl ReadTx<'_> {
    /// At most `limit` imports before a position, the newest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn imports(
        &mut self,
        _grant: &Grant<ReadImports>,
        before: Position,
        limit: i64,
    ) -> Result<Vec<PublicEntry>, StoreError> {
        let rows: Vec<(i64, String, String)> = on!(self.db, conn => imports::table
            .inner_join(ledger::table.on(ledger::position.eq(imports::position)))
            .inner_join(public_events::table.on(public_events::position.eq(imports::position)))
            .filter(imports::position.lt(signed(before)))
            .order(imports::position.desc())
            .limit(limit)
            .select((imports::position, ledger::leaf, public_events::payload))
            .load(conn))
        .map_err(StoreError::failed("reading which imports there were"))?;
        let entry = |(position, leaf, payload)| PublicEntry {
            position: unsigned(position),
            leaf,
            payload,
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// Every row, as a comparison with the log reads them.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_imports(
        &mut self,
        _grant: &Grant<ExportAudit>,
    ) -> Result<Vec<Position>, StoreError> {
        let rows: Vec<i64> = on!(self.db, conn => imports::table
            .order(imports::position).select(imports::position).load(conn))
        .map_err(StoreError::failed("reading which imports there were"))?;
        Ok(rows.into_iter().map(unsigned).collect())
    }
}

impl WriteTx<'_> {
    /// Records that a file was brought in, and what came of it.
    pub fn import_made(&mut self, grant: &Grant<ImportConsents>, told: Value) -> Entry {
        let event = PublicEvent::new(PublicKind::Import, grant.actor(), told);
        self.public_with(event, Extra::Import)
    }
}

/// Writes the row of an import with the entry at that place.
pub(super) fn write(db: &mut Db, position: i64) -> Result<(), StoreError> {
    let row = imports::position.eq(position);
    on!(db, conn => diesel::insert_into(imports::table).values(row).execute(conn))
        .map_err(StoreError::failed("writing which entry tells of an import"))?;
    Ok(())
}
