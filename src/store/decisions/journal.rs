//! The journal of decisions. What few callers have decided is not worth an entry of the log: it is
//! made durable here, and goes from here into a block, in the transaction that records the block.

use super::rows::JournalRow;
use crate::access::{ExportAudit, Grant, Serve};
use crate::audit::Hash;
use crate::audit::decision::Bundle;
use crate::domain::time::{Entropy, Now};
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::keys::Keyring;
use crate::store::schema::decision_journal;
use crate::store::tx::WriteTx;
use crate::store::world::Extra;
use crate::store::{ReadTx, Store};
use diesel::prelude::*;
use std::collections::BTreeSet;

/// As many values in one list as both databases take gladly.
const CHUNK: usize = 500;

/// Decisions that came together, sealed.
pub struct JournalEntry {
    row: JournalRow,
    bundle: Bundle,
}

impl JournalEntry {
    /// Seals decisions, of which there is at least one, for a node's part of the journal.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn seal(
        bundle: Bundle,
        (node, now): (i64, Now),
        keys: &Keyring,
        entropy: &dyn Entropy,
    ) -> Result<Self, StoreError> {
        // its first decision's time, then chance: what is written again after a failure is another entry
        let first = bundle.records.first().map(|record| record.id);
        let mut id = first.unwrap_or_default();
        let (_, chance) = id.split_at_mut(6);
        entropy.fill(chance)?;
        let row = JournalRow {
            id: id.to_vec(),
            node,
            written_at: now.micros(),
            sealed: keys.seal_decisions(&bundle.to_bytes(), entropy)?,
        };
        Ok(Self { row, bundle })
    }
}

/// Which part of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JournalPart {
    /// What one node wrote.
    Of(i64),
    /// What any node wrote at or before an instant, in microseconds since 1970.
    Until(i64),
}

impl JournalPart {
    /// Everything.
    pub const WHOLE: Self = Self::Until(i64::MAX);
}

/// An entry that is in the journal.
#[derive(Debug)]
pub struct Journalled {
    id: Vec<u8>,
    /// What it holds.
    pub bundle: Bundle,
}

impl Store {
    /// Makes decisions durable, outside the log. Blocks.
    ///
    /// # Errors
    /// Where the database fails; the entry may be there all the same.
    pub fn journal(
        &self,
        _grant: &Grant<Serve>,
        entry: JournalEntry,
    ) -> Result<Journalled, StoreError> {
        let JournalEntry { row, bundle } = entry;
        let id = row.id.clone();
        self.in_one_statement(|db| {
            on!(db, conn => diesel::insert_into(decision_journal::table)
                .values(row).execute(conn))
            .map_err(StoreError::failed("writing decisions down"))
        })?;
        Ok(Journalled { id, bundle })
    }
}

impl ReadTx<'_> {
    /// The oldest entries of a part of the journal, at most `most`. One that was changed is left out.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn journalled(
        &mut self,
        _grant: &Grant<Serve>,
        part: JournalPart,
        most: usize,
    ) -> Result<Vec<Journalled>, StoreError> {
        let (node, until) = match part {
            JournalPart::Of(node) => (Some(node), i64::MAX),
            JournalPart::Until(until) => (None, until),
        };
        let query = decision_journal::table
            .select((decision_journal::id, decision_journal::sealed))
            .filter(decision_journal::written_at.le(until))
            .order(decision_journal::id)
            .limit(i64::try_from(most).unwrap_or(i64::MAX));
        let rows: Vec<(Vec<u8>, Vec<u8>)> = match node {
            Some(node) => on!(self.db, conn => query
                .filter(decision_journal::node.eq(node)).load(conn)),
            None => on!(self.db, conn => query.load(conn)),
        }
        .map_err(StoreError::failed("reading the journal of decisions"))?;
        let open = |(id, sealed): (_, Vec<u8>)| {
            let bundle = open(self.keys, &sealed);
            if bundle.is_none() {
                tracing::error!("an entry of the journal of decisions was changed; it stays there");
            }
            Some(Journalled {
                id,
                bundle: bundle?,
            })
        };
        Ok(rows.into_iter().filter_map(open).collect())
    }

    /// Whether nothing waits in the journal.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn is_journal_empty(&mut self, _grant: &Grant<Serve>) -> Result<bool, StoreError> {
        let one: Option<Vec<u8>> = on!(self.db, conn => decision_journal::table
            .select(decision_journal::id).first(conn).optional())
        .map_err(StoreError::failed("reading the journal of decisions"))?;
        Ok(one.is_none())
    }

    /// The texts in the journal, and how many of its entries were changed.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn journal_texts(
        &mut self,
        _grant: &Grant<ExportAudit>,
    ) -> Result<(BTreeSet<Hash>, usize), StoreError> {
        let (mut texts, mut changed) = (BTreeSet::new(), 0);
        let all: Vec<Vec<u8>> = on!(self.db, conn => decision_journal::table
            .select(decision_journal::sealed).load(conn))
        .map_err(StoreError::failed("reading the journal of decisions"))?;
        for sealed in all {
            match open(self.keys, &sealed) {
                Some(bundle) => texts.extend(bundle.texts.iter().map(|(hash, _)| *hash)),
                None => changed += 1,
            }
        }
        Ok((texts, changed))
    }
}

fn open(keys: &Keyring, sealed: &[u8]) -> Option<Bundle> {
    let bytes = keys.open_decisions(sealed).ok()?;
    Bundle::from_bytes(&bytes).ok()
}

impl WriteTx<'_> {
    /// Takes entries out of the journal with this write, whose blocks hold what was in them. `false`
    /// where one of them is no longer there: somebody else has recorded it, and nothing is taken.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn take_from_journal(
        &mut self,
        _grant: &Grant<Serve>,
        entries: &[Journalled],
    ) -> Result<bool, StoreError> {
        let all: Vec<Vec<u8>> = entries.iter().map(|entry| entry.id.clone()).collect();
        for ids in all.chunks(CHUNK) {
            let query = decision_journal::table
                .select(decision_journal::id)
                .filter(decision_journal::id.eq_any(ids));
            let there: QueryResult<Vec<Vec<u8>>> = match self.db {
                Db::Sqlite(conn) => query.load(conn),
                // two nodes that take the same entries: the second waits, and finds them gone
                Db::Postgres(conn) => query.for_update().load(conn),
            };
            let there = there.inspect_err(|_| self.broken = true);
            let there = there.map_err(StoreError::failed("reading the journal of decisions"))?;
            if there.len() != ids.len() {
                return Ok(false);
            }
        }
        self.world
            .extras
            .push((self.start, Extra::OutOfJournal(all)));
        Ok(true)
    }
}

/// Deletes entries of the journal, all of which are there.
pub(in crate::store) fn clear(db: &mut Db, ids: &[Vec<u8>]) -> Result<(), StoreError> {
    for ids in ids.chunks(CHUNK) {
        let all = decision_journal::table.filter(decision_journal::id.eq_any(ids));
        on!(db, conn => diesel::delete(all).execute(conn))
            .map_err(StoreError::failed("clearing the journal of decisions"))?;
    }
    Ok(())
}
