//! What the comparison of the whole database with its log reads: rows as they are, also such as
//! do not read as they should, so that each can be named.

mod people;
mod public;
mod reached;

pub use people::{PersonEvent, StoredPace, StoredPerson, StoredState};
pub use public::{PublishedItem, StoredKey, StoredStaff, StoredSuppression};
pub use reached::Reached;

use super::connection::on;
use super::error::StoreError;
use super::flush::event_row;
use super::read::ReadTx;
use super::rows::{SubjectEventRow, signed, unsigned};
use super::schema::{
    api_keys, catalogue_items, checkpoints, consent_states, contacts, erased_entries, erasures,
    ledger, log_head, public_events,
};
use super::schema::{registers, subject_events, suppressions, tree_tiles};
use crate::access::{ExportAudit, Grant};
use crate::audit::tree::{Frontier, TILE_HEIGHT};
use crate::domain::event::SubjectEvent;
use crate::domain::ids::{Position, RecordId, SubjectId};
use crate::domain::time::Now;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::{Value, json};

/// The most rows of one kind that are named where none should be.
const STRAYS: i64 = 100;

/// The head of the log as its row says, whether or not it holds together.
#[derive(Debug, Clone)]
pub struct StoredHead {
    /// The size column.
    pub size: Position,
    /// The right edge of the tree; `None` where its column is none.
    pub frontier: Option<Frontier>,
    /// How far the leaves reach: the position after the last one.
    pub leaves: Position,
}

/// A row of the tree's tiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTile {
    /// Level of the tile tree, from 1.
    pub level: i32,
    /// Number of the hash within its level.
    pub index: i64,
    /// The hash, of whatever length.
    pub hash: Vec<u8>,
}

/// A row of the signed checkpoints.
#[derive(Debug, Clone)]
pub struct StoredCheckpoint {
    /// How many entries it covers.
    pub size: Position,
    /// The root column.
    pub root: Vec<u8>,
    /// The signed note.
    pub note: String,
}

/// A row that names a position outside the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beyond {
    /// Which table.
    pub table: &'static str,
    /// The position that it names.
    pub position: i64,
}

impl ReadTx<'_> {
    /// The head of the log as its row says.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn stored_head(&mut self, _grant: &Grant<ExportAudit>) -> Result<StoredHead, StoreError> {
        let row: Option<(i64, Vec<u8>)> = on!(self.db, conn => log_head::table
            .select((log_head::size, log_head::frontier)).first(conn).optional())
        .map_err(StoreError::failed("reading the head of the log"))?;
        let last: Option<i64> = on!(self.db, conn => ledger::table
            .select(diesel::dsl::max(ledger::position)).first(conn))
        .map_err(StoreError::failed("reading the ledger"))?;
        let (size, frontier) = row.unwrap_or_default();
        Ok(StoredHead {
            size: unsigned(size),
            frontier: Frontier::from_bytes(&frontier).ok(),
            leaves: last.map_or(0, |last| unsigned(last).saturating_add(1)),
        })
    }

    /// Rows `from..end` of one level of the tree's tiles, in order.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn stored_tiles(
        &mut self,
        _grant: &Grant<ExportAudit>,
        level: u8,
        (from, end): (u64, u64),
    ) -> Result<Vec<StoredTile>, StoreError> {
        let rows: Vec<(i32, i64, Vec<u8>)> = on!(self.db, conn => tree_tiles::table
            .filter(tree_tiles::level.eq(i32::from(level)))
            .filter(tree_tiles::idx.ge(signed(from)))
            .filter(tree_tiles::idx.lt(signed(end)))
            .order(tree_tiles::idx)
            .load(conn))
        .map_err(StoreError::failed("reading the tree"))?;
        Ok(rows.into_iter().map(tile).collect())
    }

    /// Rows of the tree's tiles that a log of `size` entries cannot have.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn stray_tiles(
        &mut self,
        _grant: &Grant<ExportAudit>,
        size: Position,
    ) -> Result<Vec<StoredTile>, StoreError> {
        let mut rows: Vec<(i32, i64, Vec<u8>)> = on!(self.db, conn => tree_tiles::table
            .filter(tree_tiles::level.lt(1).or(tree_tiles::level.gt(7)).or(tree_tiles::idx.lt(0)))
            .limit(STRAYS).load(conn))
        .map_err(StoreError::failed("reading the tree"))?;
        for level in 1..=7u8 {
            let most = signed(size >> (level * TILE_HEIGHT));
            let found: Vec<(i32, i64, Vec<u8>)> = on!(self.db, conn => tree_tiles::table
                .filter(tree_tiles::level.eq(i32::from(level)))
                .filter(tree_tiles::idx.ge(most))
                .limit(STRAYS).load(conn))
            .map_err(StoreError::failed("reading the tree"))?;
            rows.extend(found);
        }
        Ok(rows.into_iter().map(tile).collect())
    }

    /// The checkpoints of sizes after `after`, up to `upto`, in order of size.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn stored_checkpoints(
        &mut self,
        _grant: &Grant<ExportAudit>,
        after: Option<Position>,
        upto: Position,
    ) -> Result<Vec<StoredCheckpoint>, StoreError> {
        let rows: Vec<(i64, Vec<u8>, String)> = on!(self.db, conn => checkpoints::table
            .filter(checkpoints::size.gt(after.map_or(-1, signed)))
            .filter(checkpoints::size.le(signed(upto)))
            .order(checkpoints::size)
            .select((checkpoints::size, checkpoints::root, checkpoints::note))
            .load(conn))
        .map_err(StoreError::failed("reading checkpoints"))?;
        let read = |(size, root, note)| StoredCheckpoint {
            size: unsigned(size),
            root,
            note,
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Rows that name a position outside a log of `size` entries, a hundred a table at most.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn beyond(
        &mut self,
        _grant: &Grant<ExportAudit>,
        size: Position,
    ) -> Result<Vec<Beyond>, StoreError> {
        let (size, mut found) = (signed(size), Vec::new());
        macro_rules! look {
            ($table:ident, $column:ident) => {
                let rows: Vec<i64> = on!(self.db, conn => $table::table
                    .filter($table::$column.ge(size).or($table::$column.lt(0)))
                    .order($table::$column)
                    .select($table::$column).limit(STRAYS).load(conn))
                .map_err(StoreError::failed("looking beyond the log"))?;
                let table = stringify!($table);
                found.extend(rows.into_iter().map(|position| Beyond { table, position }));
            };
        }
        look!(ledger, position);
        look!(subject_events, position);
        look!(public_events, position);
        look!(consent_states, position);
        look!(contacts, position);
        look!(suppressions, position);
        look!(erasures, position);
        look!(erased_entries, position);
        look!(registers, position);
        look!(catalogue_items, position);
        look!(api_keys, position);
        let most = size.saturating_add(1);
        let rows: Vec<i64> = on!(self.db, conn => checkpoints::table
            .filter(checkpoints::size.ge(most).or(checkpoints::size.lt(0)))
            .select(checkpoints::size).limit(STRAYS).load(conn))
        .map_err(StoreError::failed("looking beyond the log"))?;
        found.extend(rows.into_iter().map(|position| Beyond {
            table: "checkpoints",
            position,
        }));
        Ok(found)
    }
}

fn tile((level, index, hash): (i32, i64, Vec<u8>)) -> StoredTile {
    StoredTile { level, index, hash }
}

/// The columns of a person's event that do not say what its payload says. Every clear column is
/// made from the payload again, as it was when the entry was written.
pub(super) fn column_faults(row: &SubjectEventRow, payload: &Value) -> Vec<&'static str> {
    let Some(event) = SubjectEvent::read(&row.kind, payload) else {
        return vec!["kind"];
    };
    let recorded = payload.get("recorded_at").and_then(Value::as_str);
    let recorded: DateTime<Utc> = recorded
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    let then = event_row(&event, unsigned(row.position), Now::at(recorded));
    let id = json!(RecordId::from_slice(&row.record_id));
    let subject = json!(SubjectId::from_slice(&row.subject_id));
    let is = |name: &str, now: &Value| payload.get(name).is_none_or(|then| then == now);
    [
        ("subject_id", payload.get("subject") == Some(&subject)),
        ("record_id", is("id", &id)),
        ("purpose", then.purpose == row.purpose),
        ("channel", then.channel == row.channel),
        ("effective_at", then.effective_at == row.effective_at),
        ("valid_until", then.valid_until == row.valid_until),
        ("recorded_at", then.recorded_at == row.recorded_at),
        ("notice_id", then.notice_id == row.notice_id),
        ("notice_version", then.notice_version == row.notice_version),
        ("source", then.source == row.source),
        ("proof", then.proof == row.proof),
    ]
    .into_iter()
    .filter_map(|(name, holds)| (!holds).then_some(name))
    .collect()
}
