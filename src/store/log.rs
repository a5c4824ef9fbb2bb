//! The ledger and its tree, as exports, proofs and checkpoints read them.

use super::connection::{Db, on};
use super::error::StoreError;
use super::flush::{digest, leaf_digest};
use super::read::ReadTx;
use super::rows::{PublicRow, SubjectEventRow, SubjectRow, signed, unsigned};
use super::schema::{
    checkpoints, ledger, log_head, public_events, subject_events, subjects, tree_tiles,
};
use crate::access::{ExportAudit, Grant, Permission, ReadFigures, Serve};
use crate::audit::Hash;
use crate::audit::tree::Frontier;
use crate::domain::ids::{Position, SubjectId};
use crate::domain::time::from_micros;
use crate::domain::tip::Tip;
use diesel::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// A permission that lets the log be read. The log itself holds no personal data.
pub trait ReadsLog: Permission {}
impl ReadsLog for Serve {}
impl ReadsLog for ExportAudit {}
impl ReadsLog for ReadFigures {}

/// The head of the log.
#[derive(Debug, Clone)]
pub struct LogHead {
    /// The right edge of the tree: size and root.
    pub frontier: Frontier,
    /// The time of the last entry, in seconds since 1970.
    pub last_at: i64,
}

/// One entry as the database holds it.
#[derive(Debug, Clone)]
pub struct StoredEntry {
    /// Its place.
    pub position: Position,
    /// The leaf, byte for byte; `None` where the row is missing.
    pub leaf: Option<String>,
    /// Whether an event about a person and one about none both stand at this position.
    pub doubled: bool,
    /// What it commits to, and what the tables say of it.
    pub payload: StoredPayload,
}

/// What an entry commits to.
#[derive(Debug, Clone)]
pub enum StoredPayload {
    /// About no person.
    Public {
        /// The payload's canonical text.
        text: String,
        /// The opening of its commitment.
        opening: Vec<u8>,
    },
    /// About a person whose key is there.
    Personal(Box<PersonalPayload>),
    /// The row is there and does not open: it was changed.
    Unreadable,
    /// There is no row, since the person was erased.
    Erased,
    /// There is no row.
    Missing,
}

/// What an entry about a person commits to, and what its row says.
#[derive(Debug, Clone)]
pub struct PersonalPayload {
    /// The payload's canonical text.
    pub text: String,
    /// The same read; null where it is no JSON.
    pub value: Value,
    /// The kind that the row says.
    pub kind: String,
    /// The columns that do not say what the payload says.
    pub differs: Vec<&'static str>,
    /// The opening of its commitment.
    pub opening: Hash,
    /// The tag that the leaf must have.
    pub tag: [u8; 16],
    /// What the tables' columns say, under the payload's names.
    pub record: Value,
}

impl ReadTx<'_> {
    /// The end of the log, and how many entries it has; `None` where it has none.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn tip<P: ReadsLog>(
        &mut self,
        grant: &Grant<P>,
    ) -> Result<(Position, Option<Tip>), StoreError> {
        let frontier = self.head(grant)?.frontier;
        let size = frontier.size();
        let leaf = self.leaf_digest(grant, size)?;
        let tip = leaf.map(|leaf| Tip {
            frontier: digest(&frontier),
            leaf,
        });
        Ok((size, tip))
    }

    /// SHA-256 of the last leaf of the first `size` entries.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn leaf_digest<P: ReadsLog>(
        &mut self,
        grant: &Grant<P>,
        size: Position,
    ) -> Result<Option<[u8; 32]>, StoreError> {
        let last = self.leaves(grant, size.saturating_sub(1)..size)?.pop();
        Ok(last.map(|(_, leaf)| leaf_digest(&leaf)))
    }

    /// The head of the log.
    ///
    /// # Errors
    /// Where the database fails or the row is damaged.
    pub fn head<P: ReadsLog>(&mut self, _grant: &Grant<P>) -> Result<LogHead, StoreError> {
        let (size, frontier, last_at): (i64, Vec<u8>, i64) = on!(self.db, conn => log_head::table
            .select((log_head::size, log_head::frontier, log_head::last_at)).first(conn))
        .map_err(StoreError::failed("reading the head of the log"))?;
        let frontier =
            Frontier::from_bytes(&frontier).map_err(|error| StoreError::Log(error.to_string()))?;
        if frontier.size() != unsigned(size) {
            return Err(StoreError::Log(
                "the head's size is not its frontier's".into(),
            ));
        }
        Ok(LogHead { frontier, last_at })
    }

    /// The leaves of a range of positions; a missing one is missing.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn leaves<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
        range: Range<Position>,
    ) -> Result<Vec<(Position, String)>, StoreError> {
        let rows: Vec<(i64, String)> = on!(self.db, conn => ledger::table
            .filter(ledger::position.ge(signed(range.start)))
            .filter(ledger::position.lt(signed(range.end)))
            .order(ledger::position).load(conn))
        .map_err(StoreError::failed("reading the ledger"))?;
        Ok(rows
            .into_iter()
            .map(|(position, leaf)| (unsigned(position), leaf))
            .collect())
    }

    /// The stored root of a full tile; `None` where there is no row.
    ///
    /// # Errors
    /// Where the database fails or the row is damaged.
    pub fn tile_root<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
        level: u8,
        index: u64,
    ) -> Result<Option<Hash>, StoreError> {
        let hash: Option<Vec<u8>> = on!(self.db, conn => tree_tiles::table
            .find((i32::from(level), signed(index))).select(tree_tiles::hash).first(conn).optional())
        .map_err(StoreError::failed("reading the tree"))?;
        let read = |hash: Vec<u8>| {
            hash.try_into()
                .map_err(|_| StoreError::damaged("a tile's root"))
        };
        hash.map(read).transpose()
    }

    /// The entries of a range with what they commit to: every position, also where rows are missing.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn entries(
        &mut self,
        grant: &Grant<ExportAudit>,
        range: Range<Position>,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        let (from, end) = (signed(range.start), signed(range.end));
        let mut leaves: HashMap<Position, String> =
            self.leaves(grant, range.clone())?.into_iter().collect();
        let public: Vec<PublicRow> = on!(self.db, conn => public_events::table
            .filter(public_events::position.ge(from)).filter(public_events::position.lt(end)).load(conn))
        .map_err(StoreError::failed("reading events"))?;
        let personal: Vec<SubjectEventRow> = on!(self.db, conn => subject_events::table
            .filter(subject_events::position.ge(from)).filter(subject_events::position.lt(end)).load(conn))
        .map_err(StoreError::failed("reading events"))?;
        let mut payloads = self.personal_payloads(personal)?;
        let mut doubled = HashSet::new();
        for row in public {
            let position = unsigned(row.position);
            let payload = StoredPayload::Public {
                text: row.payload,
                opening: row.opening,
            };
            if payloads.insert(position, payload).is_some() {
                doubled.insert(position);
            }
        }
        let erased: HashSet<Position> = self.erased_entries(range.clone())?.into_iter().collect();
        let absent = |position| {
            if erased.contains(&position) {
                StoredPayload::Erased
            } else {
                StoredPayload::Missing
            }
        };
        Ok(range
            .map(|position| StoredEntry {
                position,
                leaf: leaves.remove(&position),
                doubled: doubled.contains(&position),
                payload: payloads
                    .remove(&position)
                    .unwrap_or_else(|| absent(position)),
            })
            .collect())
    }

    fn personal_payloads(
        &mut self,
        rows: Vec<SubjectEventRow>,
    ) -> Result<HashMap<Position, StoredPayload>, StoreError> {
        let mut ids: Vec<Vec<u8>> = rows.iter().map(|row| row.subject_id.clone()).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut owners: HashMap<Vec<u8>, SubjectRow> = HashMap::with_capacity(ids.len());
        for chunk in ids.chunks(500) {
            let found: Vec<SubjectRow> =
                on!(self.db, conn => subjects::table.filter(subjects::id.eq_any(chunk)).load(conn))
                    .map_err(StoreError::failed("loading data subjects"))?;
            owners.extend(found.into_iter().map(|row| (row.id.clone(), row)));
        }
        self.hold_where_possible(owners.values().map(|row| row.key_epoch))?;
        let payload = |row: SubjectEventRow| {
            (
                unsigned(row.position),
                self.personal(&row, owners.get(&row.subject_id)),
            )
        };
        Ok(rows.into_iter().map(payload).collect())
    }

    pub(super) fn personal(
        &self,
        row: &SubjectEventRow,
        owner: Option<&SubjectRow>,
    ) -> StoredPayload {
        let opened = owner.and_then(|owner| {
            let key = self.held_key(owner).ok()?;
            let text = String::from_utf8(key.open(&row.sealed, &row.record_id).ok()?).ok()?;
            let counter = unsigned(row.counter);
            let tag = crate::audit::commitment::event_tag(key.view(), counter);
            let value = serde_json::from_str(&text).unwrap_or_default();
            Some(StoredPayload::Personal(Box::new(PersonalPayload {
                differs: super::audit::column_faults(row, &value),
                opening: key.opening(counter),
                record: columns(row),
                kind: row.kind.clone(),
                text,
                value,
                tag,
            })))
        });
        opened.unwrap_or(StoredPayload::Unreadable)
    }

    /// The payload of the log's first entry.
    ///
    /// # Errors
    /// Where the database fails, or there is none.
    pub fn genesis<P: ReadsLog>(&mut self, _grant: &Grant<P>) -> Result<String, StoreError> {
        on!(self.db, conn => public_events::table
            .find(0_i64).select(public_events::payload).first(conn))
        .map_err(StoreError::failed("reading the log's first entry"))
    }

    /// The first checkpoint of at least that size: size, note, and when it was signed.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn checkpoint_from<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
        least: Position,
    ) -> Result<Option<(Position, String, i64)>, StoreError> {
        let row: Option<(i64, String, i64)> = on!(self.db, conn => checkpoints::table
            .filter(checkpoints::size.ge(signed(least)))
            .order(checkpoints::size)
            .select((checkpoints::size, checkpoints::note, checkpoints::signed_at))
            .first(conn).optional())
        .map_err(StoreError::failed("reading checkpoints"))?;
        Ok(row.map(|(size, note, at)| (unsigned(size), note, at)))
    }

    /// The latest checkpoint's note.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn checkpoint<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
        size: Option<Position>,
    ) -> Result<Option<(Position, String, i64)>, StoreError> {
        let most = size.map_or(i64::MAX, signed);
        let row: Option<(i64, String, i64)> = on!(self.db, conn => checkpoints::table
            .filter(checkpoints::size.le(most))
            .order(checkpoints::size.desc())
            .select((checkpoints::size, checkpoints::note, checkpoints::signed_at))
            .first(conn).optional())
        .map_err(StoreError::failed("reading checkpoints"))?;
        Ok(row.map(|(size, note, at)| (unsigned(size), note, at)))
    }
}

/// What the columns say, under the names that the payload has for the same things.
fn columns(row: &SubjectEventRow) -> Value {
    let mut record = Map::new();
    let mut put = |name: &str, value: Value| drop(record.insert(name.to_owned(), value));
    put("subject", json!(SubjectId::from_slice(&row.subject_id)));
    put("kind", json!(row.kind));
    put("counter", json!(row.counter));
    put("recorded_at", json!(from_micros(row.recorded_at)));
    let Some(answer) = row.kind.strip_prefix("consent.") else {
        return Value::Object(record);
    };
    put(
        "id",
        json!(crate::domain::ids::RecordId::from_slice(&row.record_id)),
    );
    put("status", json!(answer));
    put("purpose", json!(row.purpose));
    put("channel", json!(row.channel));
    put("proof", json!(row.proof));
    put("effective_at", json!(row.effective_at.map(from_micros)));
    put("valid_until", json!(row.valid_until.map(from_micros)));
    let notice = row.notice_id.as_ref().zip(row.notice_version);
    put(
        "notice",
        json!(notice.map(|(id, version)| format!("{id}@{version}"))),
    );
    put("source", json!({ "kind": row.source }));
    Value::Object(record)
}

/// Keeps a signed checkpoint; of two nodes that sign one size, the first is kept, and both are
/// the same bytes.
pub(super) fn save_checkpoint(
    db: &mut Db,
    size: Position,
    root: &Hash,
    note: &str,
    at: i64,
) -> Result<(), StoreError> {
    on!(db, conn => diesel::insert_into(checkpoints::table)
        .values((
            checkpoints::size.eq(signed(size)),
            checkpoints::root.eq(root.to_vec()),
            checkpoints::note.eq(note),
            checkpoints::signed_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map_err(StoreError::failed("keeping a checkpoint"))?;
    let kept: Vec<u8> = on!(db, conn => checkpoints::table
        .find(signed(size)).select(checkpoints::root).first(conn))
    .map_err(StoreError::failed("keeping a checkpoint"))?;
    if kept != root {
        return Err(StoreError::Log(format!(
            "two roots were signed for size {size}: the log was rewritten"
        )));
    }
    Ok(())
}
