//! The entries about signing keys, and the seeds that came with them, sealed. Who signs what is said
//! by the log; the rows only say where in it, and keep the seeds.

use super::connection::{Db, on};
use super::error::StoreError;
use super::log::ReadsLog;
use super::read::ReadTx;
use super::rows::{signed, unsigned};
use super::schema::{ledger, public_events, signing_acts};
use super::tx::{Entry, WriteTx};
use super::world::Extra;
use crate::access::{Grant, ManageSigning};
use crate::audit::leaf::Leaf;
use crate::audit::signing::KeyAct;
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::ids::Position;
use diesel::prelude::*;

/// An entry about a signing key, with its seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKeyAct {
    /// Its place in the log.
    pub position: Position,
    /// The leaf, byte for byte.
    pub leaf: String,
    /// The payload's canonical text.
    pub payload: String,
    /// The opening of its commitment.
    pub opening: Vec<u8>,
    /// What it says; `None` where that is nothing of keys.
    pub act: Option<KeyAct>,
    /// The seed of the key that it brings, sealed; `None` where it brings none, or it is lost.
    pub sealed: Option<Vec<u8>>,
}

impl ReadsLog for ManageSigning {}

/// The rows of a new entry. Where rows were lost, they are all written again.
#[derive(Clone)]
pub(super) struct SigningRows {
    again: Option<Vec<Row>>,
    number: i32,
    sealed: Option<Vec<u8>>,
}

/// A position, and the sealed seed.
type Row = (i64, Option<Vec<u8>>);
/// A position, the leaf, the payload and its opening.
type Found = (i64, String, String, Vec<u8>);

impl ReadTx<'_> {
    /// The entries about signing keys, in their order.
    ///
    /// # Errors
    /// Where the database fails, or the log has no such entry.
    pub fn key_acts<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
    ) -> Result<Vec<StoredKeyAct>, StoreError> {
        let rows = rows(self.db)?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let positions: Vec<i64> = rows.iter().map(|row| row.0).collect();
        let mut found: Vec<Found> = on!(self.db, conn => ledger::table
            .inner_join(public_events::table.on(public_events::position.eq(ledger::position)))
            .filter(ledger::position.eq_any(&positions))
            .select((ledger::position, ledger::leaf, public_events::payload, public_events::opening))
            .load(conn))
        .map_err(StoreError::failed(READING))?;
        let act = |(position, sealed)| {
            let at = found.iter().position(|one| one.0 == position);
            let at = at.ok_or(StoreError::Damaged {
                what: "an entry about a signing key",
                position: Some(unsigned(position)),
            })?;
            Ok(stored(found.swap_remove(at), sealed))
        };
        rows.into_iter().map(act).collect()
    }

    /// The same out of the log itself, entry by entry: where rows may be missing.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn key_acts_of_log<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
    ) -> Result<Vec<StoredKeyAct>, StoreError> {
        let rows = rows(self.db)?;
        let found: Vec<Found> = on!(self.db, conn => ledger::table
            .inner_join(public_events::table.on(public_events::position.eq(ledger::position)))
            .filter(ledger::leaf.like("%\"t\":\"signing\\_key.%").escape('\\'))
            .order(ledger::position)
            .select((ledger::position, ledger::leaf, public_events::payload, public_events::opening))
            .load(conn))
        .map_err(StoreError::failed(READING))?;
        let sealed = |position| {
            let row = rows.iter().find(|row| row.0 == position);
            row.and_then(|row| row.1.clone())
        };
        Ok(found
            .into_iter()
            .map(|one| {
                let sealed = sealed(one.0);
                stored(one, sealed)
            })
            .collect())
    }
}

impl WriteTx<'_> {
    /// Records an act about a signing key. `before` are those that are known to be before it: where
    /// another came meanwhile the write fails. With `again` their rows are written anew.
    pub fn signing_act(
        &mut self,
        grant: &Grant<ManageSigning>,
        act: &KeyAct,
        sealed: Option<Vec<u8>>,
        before: &[StoredKeyAct],
        again: bool,
    ) -> Entry {
        let row = |one: &StoredKeyAct| (signed(one.position), one.sealed.clone());
        let rows = SigningRows {
            again: again.then(|| before.iter().map(row).collect()),
            number: i32::try_from(before.len()).unwrap_or(i32::MAX),
            sealed,
        };
        let event = PublicEvent::new(kind(act), grant.actor(), act.payload());
        self.public_with(event, Extra::SigningAct(rows))
    }
}

const READING: &str = "reading the signing keys";
const WRITING: &str = "keeping a signing key (another was changed meanwhile?)";

const fn kind(act: &KeyAct) -> PublicKind {
    match act {
        KeyAct::Rotated { .. } => PublicKind::SigningKeyRotated,
        KeyAct::Retired { .. } => PublicKind::SigningKeyRetired,
        KeyAct::Replaced { .. } => PublicKind::SigningKeyReplaced,
    }
}

fn rows(db: &mut Db) -> Result<Vec<Row>, StoreError> {
    on!(db, conn => signing_acts::table
        .order(signing_acts::number)
        .select((signing_acts::position, signing_acts::sealed))
        .load(conn))
    .map_err(StoreError::failed(READING))
}

fn stored((position, leaf, payload, opening): Found, sealed: Option<Vec<u8>>) -> StoredKeyAct {
    let kind = Leaf::parse(leaf.as_bytes()).ok().map(|leaf| leaf.kind);
    let value = serde_json::from_str(&payload).unwrap_or_default();
    StoredKeyAct {
        position: unsigned(position),
        act: kind.and_then(|kind| KeyAct::read(kind, &value)),
        leaf,
        payload,
        opening,
        sealed,
    }
}

/// Writes the row of an act, now that its entry has a position. Its number is taken where another
/// act came first.
pub(super) fn write(db: &mut Db, rows: SigningRows, position: i64) -> Result<(), StoreError> {
    if let Some(again) = rows.again {
        on!(db, conn => diesel::delete(signing_acts::table).execute(conn))
            .map_err(StoreError::failed(WRITING))?;
        for (number, (position, sealed)) in (0..).zip(again) {
            insert(db, number, position, sealed)?;
        }
    }
    insert(db, rows.number, position, rows.sealed)
}

fn insert(
    db: &mut Db,
    number: i32,
    position: i64,
    sealed: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    on!(db, conn => diesel::insert_into(signing_acts::table)
        .values((
            signing_acts::number.eq(number),
            signing_acts::position.eq(position),
            signing_acts::sealed.eq(sealed),
        ))
        .execute(conn))
    .map_err(StoreError::failed(WRITING))?;
    Ok(())
}
