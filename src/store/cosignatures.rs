//! What witnesses said of signed checkpoints. Each row was verified before it was kept.

use super::connection::{Db, on};
use super::error::StoreError;
use super::log::ReadsLog;
use super::read::ReadTx;
use super::rows::{signed, unsigned};
use super::schema::cosignatures;
use crate::access::{ExportAudit, Grant, Serve};
use crate::domain::ids::Position;
use diesel::prelude::*;

/// A witness's line on a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCosignature {
    /// How many entries the checkpoint covers.
    pub size: Position,
    /// The witness's key, as a vkey.
    pub witness: String,
    /// Its line in the note, with the newline.
    pub line: String,
    /// Its instant, in seconds since 1970.
    pub at: i64,
}

type Row = (i64, String, String, i64);

fn read((size, witness, line, at): Row) -> StoredCosignature {
    let size = unsigned(size);
    StoredCosignature {
        size,
        witness,
        line,
        at,
    }
}

impl ReadTx<'_> {
    /// The cosignatures of the checkpoints of these sizes, in order of size.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn cosignatures<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
        least: Position,
        most: Position,
    ) -> Result<Vec<StoredCosignature>, StoreError> {
        let rows: Vec<Row> = on!(self.db, conn => cosignatures::table
            .filter(cosignatures::size.ge(signed(least)))
            .filter(cosignatures::size.le(signed(most)))
            .order((cosignatures::size, cosignatures::witness))
            .load(conn))
        .map_err(failed)?;
        Ok(rows.into_iter().map(read).collect())
    }

    /// The size of the last checkpoint that this witness has cosigned.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn last_cosigned(
        &mut self,
        _grant: &Grant<Serve>,
        witness: &str,
    ) -> Result<Option<Position>, StoreError> {
        let size: Option<i64> = on!(self.db, conn => cosignatures::table
            .filter(cosignatures::witness.eq(witness))
            .select(diesel::dsl::max(cosignatures::size)).first(conn))
        .map_err(failed)?;
        Ok(size.map(unsigned))
    }

    /// The largest size up to `most` that some witness has cosigned.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn newest_cosigned<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
        most: Position,
    ) -> Result<Option<Position>, StoreError> {
        let size: Option<i64> = on!(self.db, conn => cosignatures::table
            .filter(cosignatures::size.le(signed(most)))
            .select(diesel::dsl::max(cosignatures::size)).first(conn))
        .map_err(failed)?;
        Ok(size.map(unsigned))
    }

    /// The smallest size from `least` on that some witness has cosigned.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn first_cosigned(
        &mut self,
        _grant: &Grant<ExportAudit>,
        least: Position,
    ) -> Result<Option<Position>, StoreError> {
        let size: Option<i64> = on!(self.db, conn => cosignatures::table
            .filter(cosignatures::size.ge(signed(least)))
            .select(diesel::dsl::min(cosignatures::size)).first(conn))
        .map_err(failed)?;
        Ok(size.map(unsigned))
    }
}

/// Keeps one; of two nodes that brought the same, the first is kept: both hold.
pub(super) fn save(db: &mut Db, one: &StoredCosignature) -> Result<(), StoreError> {
    on!(db, conn => diesel::insert_into(cosignatures::table)
        .values((
            cosignatures::size.eq(signed(one.size)),
            cosignatures::witness.eq(&one.witness),
            cosignatures::line.eq(&one.line),
            cosignatures::cosigned_at.eq(one.at),
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map_err(StoreError::failed("keeping a cosignature"))?;
    Ok(())
}

fn failed(error: diesel::result::Error) -> StoreError {
    StoreError::failed("reading cosignatures")(error)
}
