//! Finding a person's blocks in the runs: one chunk a run.

use super::postings::{decode, print};
use super::rows::{LIVE, RunRow};
use crate::domain::ids::Position;
use crate::store::ReadTx;
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::rows::unsigned;
use crate::store::schema::{decision_chunks, decision_runs};
use diesel::prelude::*;
use std::collections::BTreeSet;

impl ReadTx<'_> {
    /// The blocks that may hold decisions about these persons.
    pub(super) fn blocks_about(
        &mut self,
        ids: &[[u8; 16]],
    ) -> Result<BTreeSet<Position>, StoreError> {
        let prints: BTreeSet<u32> = ids.iter().map(print).collect();
        let mut blocks = self.in_single_blocks(&prints)?;
        for (level, first) in self.merged_runs()? {
            for print in &prints {
                blocks.extend(self.in_run(level, first, *print)?);
            }
        }
        Ok(blocks)
    }

    /// Runs of level 0: one block each, not yet merged.
    fn in_single_blocks(
        &mut self,
        prints: &BTreeSet<u32>,
    ) -> Result<BTreeSet<Position>, StoreError> {
        let rows: Vec<RunRow> = on!(self.db, conn => decision_runs::table
            .filter(decision_runs::level.eq(0)).load(conn))
        .map_err(StoreError::failed("finding a person's decisions"))?;
        let wanted: Vec<[u8; 4]> = prints.iter().map(|print| print.to_be_bytes()).collect();
        let has = |row: &RunRow| {
            let (people, _) = row.people.as_chunks::<4>();
            wanted
                .iter()
                .any(|print| people.binary_search(print).is_ok())
        };
        let found = rows.iter().filter(|row| has(row));
        Ok(found.map(|row| unsigned(row.first)).collect())
    }

    fn merged_runs(&mut self) -> Result<Vec<(i16, i64)>, StoreError> {
        on!(self.db, conn => decision_runs::table
            .filter(decision_runs::level.gt(0)).filter(decision_runs::state.eq(LIVE))
            .select((decision_runs::level, decision_runs::first)).load(conn))
        .map_err(StoreError::failed("finding a person's decisions"))
    }

    /// A print never stands in two chunks of a run: it is in the last that begins at or before it.
    fn in_run(&mut self, level: i16, first: i64, print: u32) -> Result<Vec<Position>, StoreError> {
        let chunk: Option<Vec<u8>> = on!(self.db, conn => decision_chunks::table
            .filter(decision_chunks::level.eq(level))
            .filter(decision_chunks::first.eq(first))
            .filter(decision_chunks::print.le(i64::from(print)))
            .order(decision_chunks::print.desc())
            .select(decision_chunks::entries).first(conn).optional())
        .map_err(StoreError::failed("finding a person's decisions"))?;
        let Some(chunk) = chunk else {
            return Ok(Vec::new());
        };
        let entries =
            decode(&chunk, unsigned(first)).ok_or(StoreError::damaged("a list of decisions"))?;
        let from = entries.partition_point(|(one, _)| *one < print);
        let same = entries
            .iter()
            .skip(from)
            .take_while(|(one, _)| *one == print);
        Ok(same.map(|(_, block)| *block).collect())
    }
}
