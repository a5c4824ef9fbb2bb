//! Takes out the decisions whose time is over, some blocks at a time, from the beginning of the log on. What the log
//! says of them stays: how many there were, and their root.

use super::rows::{BlockRow, LIVE};
use crate::access::{Grant, KeepRetention};
use crate::audit::decision::{Block, Record};
use crate::domain::ids::Position;
use crate::domain::time::Now;
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::flush::lock_head;
use crate::store::retention::Keepers;
use crate::store::rows::{signed, unsigned};
use crate::store::schema::{decision_blocks, decision_campaigns, decision_runs};
use crate::store::tx::WriteTx;
use crate::store::{ReadTx, Store};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};

/// Blocks that are looked at in one transaction: three megabytes or so.
const AT_ONCE: i64 = 64;
/// After how many microseconds a list of people that is still being made is taken for abandoned.
const ABANDONED: i64 = 600 * 1_000_000;

/// What one step came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiredDecisions {
    /// The last block that was looked at: the next step begins behind it.
    pub through: Position,
    /// Up to which entry blocks were taken out by now.
    pub gone_through: Position,
    /// Blocks that were taken out whole.
    pub blocks: u64,
    /// Decisions that were taken out.
    pub decisions: u64,
}

impl ReadTx<'_> {
    /// Whether a block is there of which the last decision was made before an instant, in milliseconds since 1970.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn has_decisions_before(
        &mut self,
        _grant: &Grant<KeepRetention>,
        before: i64,
    ) -> Result<bool, StoreError> {
        let found: Option<i64> = on!(self.db, conn => decision_blocks::table
            .filter(decision_blocks::last_at.lt(before))
            .select(decision_blocks::position).first(conn).optional())
        .map_err(StoreError::failed("looking for old decisions"))?;
        Ok(found.is_some())
    }
}

impl WriteTx<'_> {
    /// Takes the decisions of the next blocks behind an entry out, as far as all of them were made before an instant, in
    /// milliseconds since 1970; those stay that are about somebody whom something keeps. `None` where there is no such
    /// block. The write must be alone in its transaction.
    ///
    /// # Errors
    /// Where the database fails; the transaction is given up then.
    pub fn expire_decisions(
        &mut self,
        _grant: &Grant<KeepRetention>,
        behind: Option<Position>,
        before: i64,
        keepers: &Keepers,
    ) -> Result<Option<ExpiredDecisions>, StoreError> {
        let outcome = self.expire_now(behind, before, keepers);
        self.broken |= outcome.is_err();
        outcome
    }

    fn expire_now(
        &mut self,
        mut behind: Option<Position>,
        before: i64,
        keepers: &Keepers,
    ) -> Result<Option<ExpiredDecisions>, StoreError> {
        // from here on nobody else keeps anybody
        lock_head(self.db)?;
        let kept: HashSet<Vec<u8>> = self.reading().kept_persons(keepers)?.into_iter().collect();
        let gone = self.reading().gone()?.map(|gone| gone.through);
        loop {
            let due = self.old_blocks(behind, before)?;
            let Some(last) = due.last().map(|row| unsigned(row.position)) else {
                return Ok(None);
            };
            let (blocks, decisions) = self.take_out(&due, &kept)?;
            // of blocks that were looked at before, and from which nobody goes, there is nothing to say
            if decisions + blocks > 0 || Some(last) > gone {
                return Ok(Some(ExpiredDecisions {
                    through: last,
                    gone_through: gone.unwrap_or(last).max(last),
                    blocks,
                    decisions,
                }));
            }
            behind = Some(last);
        }
    }

    /// The next blocks behind an entry, as far as all of their decisions were made before an instant.
    fn old_blocks(
        &mut self,
        behind: Option<Position>,
        before: i64,
    ) -> Result<Vec<BlockRow>, StoreError> {
        let behind = behind.map_or(-1, signed);
        let next: Vec<BlockRow> = self.read("looking for old decisions", |db| {
            on!(db, conn => decision_blocks::table
                .filter(decision_blocks::position.gt(behind))
                .order(decision_blocks::position).limit(AT_ONCE).load(conn))
        })?;
        let old = |row: &BlockRow| row.last_at < before;
        Ok(next.into_iter().take_while(old).collect())
    }

    /// Takes out of blocks what nobody keeps: how many blocks went whole, and how many decisions in all.
    fn take_out(
        &mut self,
        due: &[BlockRow],
        kept: &HashSet<Vec<u8>>,
    ) -> Result<(u64, u64), StoreError> {
        let (mut whole, mut decisions) = (Vec::new(), 0);
        for row in due {
            let (goes, is_empty) = self.take_out_of(row, kept)?;
            decisions += goes;
            whole.extend(is_empty.then_some(row.position));
        }
        self.read("taking out decisions", |db| {
            on!(db, conn => diesel::delete(decision_blocks::table
                .filter(decision_blocks::position.eq_any(&whole))).execute(conn))
        })?;
        Ok((whole.len() as u64, decisions))
    }

    /// Takes the decisions of a block out that nobody keeps: how many, and whether none is left. What does not open
    /// stays, for the comparison to name.
    fn take_out_of(
        &mut self,
        row: &BlockRow,
        kept: &HashSet<Vec<u8>>,
    ) -> Result<(u64, bool), StoreError> {
        let is_kept = |record: &Record| {
            record
                .subject
                .is_some_and(|id| kept.contains(id.as_slice()))
        };
        let Ok(block) = self.reading().open_block(row) else {
            return Ok((0, false));
        };
        let goes = block.records().filter(|(_, record)| !is_kept(record));
        let goes = goes.count() as u64;
        if goes == block.records().count() as u64 {
            self.leave_campaigns(row.position, &block)?;
            return Ok((goes, true));
        }
        if let Some(rest) = block.without(|record| !is_kept(record)) {
            self.replace_block(unsigned(row.position), &rest)?;
        }
        Ok((goes, false))
    }

    fn leave_campaigns(&mut self, position: i64, block: &Block) -> Result<(), StoreError> {
        let contexts = block.records().map(|(_, record)| &record.context);
        let names: BTreeSet<&str> = contexts
            .filter_map(|context| context.campaign.as_deref())
            .collect();
        for name in names {
            let tag = self.keys.campaign(name).to_vec();
            self.read("taking out decisions", |db| {
                on!(db, conn => diesel::delete(decision_campaigns::table.find((&tag, position)))
                    .execute(conn))
            })?;
        }
        Ok(())
    }
}

impl Store {
    /// Takes out the lists of people that lead to no block any more, up to an entry.
    ///
    /// # Errors
    /// Where the database fails; what is left is then taken out the next time.
    pub fn drop_empty_runs(
        &self,
        _grant: &Grant<KeepRetention>,
        through: Position,
        now: Now,
    ) -> Result<(), StoreError> {
        let through = signed(through);
        let abandoned = now.micros().saturating_sub(ABANDONED);
        let over: Vec<(i16, i64, i64)> = self.outside_the_ledger(|db| {
            let whole = decision_runs::state.eq(LIVE);
            on!(db, conn => decision_runs::table
                .filter(decision_runs::last.le(through))
                .filter(whole.or(decision_runs::builder.lt(abandoned)))
                .select((decision_runs::level, decision_runs::first, decision_runs::last))
                .load(conn))
            .map_err(StoreError::failed("looking for old lists of decisions"))
        })?;
        for (level, first, last) in over {
            if !self.has_block_between(first, last)? {
                self.drop_run(level, first)?;
            }
        }
        Ok(())
    }

    fn has_block_between(&self, first: i64, last: i64) -> Result<bool, StoreError> {
        self.outside_the_ledger(|db| {
            let found: Option<i64> = on!(db, conn => decision_blocks::table
                .filter(decision_blocks::position.between(first, last))
                .select(decision_blocks::position).first(conn).optional())
            .map_err(StoreError::failed("looking for old lists of decisions"))?;
            Ok(found.is_some())
        })
    }
}
