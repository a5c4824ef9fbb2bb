//! Recorded decisions of a period, block by block.

use super::read::ReadsDecisions;
use super::rows::BlockRow;
use crate::access::Grant;
use crate::audit::decision::Block;
use crate::domain::ids::Position;
use crate::store::ReadTx;
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::rows::{signed, unsigned};
use crate::store::schema::decision_blocks;
use diesel::prelude::*;
use std::ops::Range;

/// Blocks that are read at once.
const AT_ONCE: i64 = 32;

impl ReadTx<'_> {
    /// The next blocks, from a position on, that may hold decisions of a period, in milliseconds
    /// since 1970.
    ///
    /// # Errors
    /// Where the database fails or a block was changed.
    pub fn decision_blocks_of<P: ReadsDecisions>(
        &mut self,
        _grant: &Grant<P>,
        period: &Range<i64>,
        from: Position,
    ) -> Result<Vec<(Position, Block)>, StoreError> {
        let rows: Vec<BlockRow> = on!(self.db, conn => decision_blocks::table
            .filter(decision_blocks::position.ge(signed(from)))
            .filter(decision_blocks::last_at.ge(period.start))
            .filter(decision_blocks::first_at.lt(period.end))
            .order(decision_blocks::position)
            .limit(AT_ONCE)
            .load(conn))
        .map_err(StoreError::failed("reading the decisions of a period"))?;
        let open = |row: BlockRow| Ok((unsigned(row.position), self.open_block(&row)?));
        rows.into_iter().map(open).collect()
    }
}
