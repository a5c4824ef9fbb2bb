//! What an authority said of the time of signed checkpoints (RFC 3161). Each row was checked
//! against its checkpoint before it was kept.

use super::connection::{Db, on};
use super::error::StoreError;
use super::log::ReadsLog;
use super::read::ReadTx;
use super::rows::{signed, unsigned};
use super::schema::timestamps;
use crate::access::Grant;
use crate::domain::ids::Position;
use diesel::prelude::*;

/// A timestamp of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTimestamp {
    /// How many entries the checkpoint covers.
    pub size: Position,
    /// The authority's address.
    pub authority: String,
    /// Its whole response, DER.
    pub response: Vec<u8>,
    /// The time in it, in seconds since 1970.
    pub at: i64,
}

type Row = (i64, String, Vec<u8>, i64);

fn read((size, authority, response, at): Row) -> StoredTimestamp {
    let size = unsigned(size);
    StoredTimestamp {
        size,
        authority,
        response,
        at,
    }
}

impl ReadTx<'_> {
    /// The timestamp of the largest checkpoint of at most that size.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn newest_timestamp<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
        most: Position,
    ) -> Result<Option<StoredTimestamp>, StoreError> {
        let row: Option<Row> = on!(self.db, conn => timestamps::table
            .filter(timestamps::size.le(signed(most)))
            .order((timestamps::size.desc(), timestamps::stamped_at)).first(conn).optional())
        .map_err(failed)?;
        Ok(row.map(read))
    }

    /// The timestamp of the smallest checkpoint of at least that size.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn first_timestamp<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
        least: Position,
    ) -> Result<Option<StoredTimestamp>, StoreError> {
        let row: Option<Row> = on!(self.db, conn => timestamps::table
            .filter(timestamps::size.ge(signed(least)))
            .order((timestamps::size, timestamps::stamped_at)).first(conn).optional())
        .map_err(failed)?;
        Ok(row.map(read))
    }

    /// The timestamps of the checkpoints of these sizes, in order of size.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn timestamps<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
        least: Position,
        most: Position,
    ) -> Result<Vec<StoredTimestamp>, StoreError> {
        let rows: Vec<Row> = on!(self.db, conn => timestamps::table
            .filter(timestamps::size.ge(signed(least)))
            .filter(timestamps::size.le(signed(most)))
            .order((timestamps::size, timestamps::authority)).load(conn))
        .map_err(failed)?;
        Ok(rows.into_iter().map(read).collect())
    }
}

/// Keeps one; of two nodes that brought one, the first is kept: both hold.
pub(super) fn save(db: &mut Db, one: &StoredTimestamp) -> Result<(), StoreError> {
    on!(db, conn => diesel::insert_into(timestamps::table)
        .values((
            timestamps::size.eq(signed(one.size)),
            timestamps::authority.eq(&one.authority),
            timestamps::response.eq(&one.response),
            timestamps::stamped_at.eq(one.at),
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map_err(StoreError::failed("keeping a timestamp"))?;
    Ok(())
}

fn failed(error: diesel::result::Error) -> StoreError {
    StoreError::failed("reading timestamps")(error)
}
