//! "This was not me": a row each, written with the entry that says so and with the one that closes it.

use super::connection::{Db, on};
use super::error::StoreError;
use super::people::Reads;
use super::read::ReadTx;
use super::rows::{signed, unsigned};
use super::schema::disputes;
use super::tx::{Entry, Records, WriteTx};
use super::views::SeesFiles;
use super::world::Extra;
use crate::access::{ExportAudit, Grant, OwnChoices, SettleDisputes};
use crate::domain::event::SubjectEvent;
use crate::domain::ids::{Position, RecordId, SubjectId};
use crate::domain::registry::DisputeOutcome;
use crate::domain::time::from_micros;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

impl Reads for SettleDisputes {}
impl Records for SettleDisputes {}
impl SeesFiles for SettleDisputes {}

/// A dispute, as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDispute {
    /// The entry by which the person said so.
    pub position: Position,
    /// Whose it is.
    pub subject: SubjectId,
    /// When they said so.
    pub made_at: DateTime<Utc>,
    /// When it was closed, and with what.
    pub closed: Option<(DateTime<Utc>, DisputeOutcome)>,
}

/// Its row.
#[derive(Insertable, Queryable)]
#[diesel(table_name = disputes, treat_none_as_default_value = false)]
pub(super) struct DisputeRow {
    position: i64,
    subject_id: Vec<u8>,
    made_at: i64,
    closed_at: Option<i64>,
    outcome: Option<String>,
}

impl DisputeRow {
    fn stored(self) -> Result<StoredDispute, StoreError> {
        let damaged = || StoreError::damaged("a dispute");
        let outcome = self.outcome.map(|text| text.parse()).transpose();
        let closed_at = self.closed_at.map(from_micros);
        Ok(StoredDispute {
            position: unsigned(self.position),
            subject: SubjectId::from_slice(&self.subject_id).ok_or_else(damaged)?,
            made_at: from_micros(self.made_at),
            closed: closed_at.zip(outcome.map_err(|_| damaged())?),
        })
    }
}

impl WriteTx<'_> {
    /// Writes down that the person says it was not they.
    ///
    /// # Errors
    /// Where the person is not loaded.
    pub fn dispute(
        &mut self,
        grant: &Grant<OwnChoices>,
        subject: SubjectId,
        record: RecordId,
    ) -> Result<Entry, StoreError> {
        let entry = self.note(grant, subject, SubjectEvent::Disputed(record))?;
        self.beside_last(Extra::Dispute(DisputeRow {
            position: 0,
            subject_id: subject.as_bytes().to_vec(),
            made_at: self.now.micros(),
            closed_at: None,
            outcome: None,
        }));
        Ok(entry)
    }

    /// A dispute, locked until the write ends.
    ///
    /// # Errors
    /// Where the database fails or the row is damaged.
    pub fn held_dispute(
        &mut self,
        _grant: &Grant<SettleDisputes>,
        at: Position,
    ) -> Result<Option<StoredDispute>, StoreError> {
        let mut closed = self.world.extras.iter();
        let closed = closed.find_map(|(_, extra)| match extra {
            Extra::DisputeClosed(closed, outcome) if *closed == at => Some(*outcome),
            _ => None,
        });
        let row = self.read("finding a dispute", |db| locked(db, signed(at)))?;
        let stored = row.map(DisputeRow::stored).transpose()?;
        Ok(stored.map(|stored| StoredDispute {
            closed: closed
                .map(|outcome| (self.now.utc(), outcome))
                .or(stored.closed),
            ..stored
        }))
    }

    /// Closes a dispute that was read in this write and is open.
    ///
    /// # Errors
    /// Where the person is not loaded.
    pub fn close_dispute(
        &mut self,
        grant: &Grant<SettleDisputes>,
        subject: SubjectId,
        dispute: Position,
        outcome: DisputeOutcome,
    ) -> Result<Entry, StoreError> {
        let event = SubjectEvent::DisputeClosed { dispute, outcome };
        let entry = self.note(grant, subject, event)?;
        self.beside_last(Extra::DisputeClosed(dispute, outcome));
        Ok(entry)
    }

    /// The disputes of whoever is erased go with them.
    pub(super) fn leave_disputes(&mut self, records: &[Vec<u8>]) -> Result<(), StoreError> {
        self.read("erasing", |db| {
            on!(db, conn => diesel::delete(disputes::table.filter(disputes::subject_id.eq_any(records)))
                .execute(conn))
        })?;
        Ok(())
    }
}

impl ReadTx<'_> {
    /// Disputes, the open ones first, in either part the oldest first; from a place of that part on.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn disputes(
        &mut self,
        _grant: &Grant<SettleDisputes>,
        open: bool,
        from: Position,
        limit: i64,
    ) -> Result<Vec<StoredDispute>, StoreError> {
        let rows: Vec<DisputeRow> = on!(self.db, conn => {
            let found = disputes::table.filter(disputes::position.ge(signed(from))).into_boxed();
            let found = if open {
                found.filter(disputes::closed_at.is_null())
            } else {
                found.filter(disputes::closed_at.is_not_null())
            };
            found.order(disputes::position).limit(limit).load(conn)
        })
        .map_err(StoreError::failed("listing disputes"))?;
        rows.into_iter().map(DisputeRow::stored).collect()
    }

    /// Holds the rows against disputes as their entries tell them, by the entry that began each. Tells of every
    /// row that says otherwise or rests on no entry, then of each dispute that has no row.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn compare_disputes(
        &mut self,
        _grant: &Grant<ExportAudit>,
        mut expected: BTreeMap<Position, StoredDispute>,
        tell: &mut dyn FnMut(Position, &str),
    ) -> Result<(), StoreError> {
        let rows: Vec<DisputeRow> = on!(self.db, conn => disputes::table.load(conn))
            .map_err(StoreError::failed("reading disputes"))?;
        for row in rows {
            let at = unsigned(row.position);
            let whole = row.closed_at.is_some() == row.outcome.is_some();
            match (expected.remove(&at), row.stored()) {
                (Some(said), Ok(stored)) if whole && said == stored => {}
                (Some(_), _) => tell(at, "the dispute is not what its entries add up to"),
                (None, _) => tell(at, "a dispute rests on no entry"),
            }
        }
        for at in expected.into_keys() {
            tell(at, "the dispute that this entry records is missing");
        }
        Ok(())
    }

    /// The dispute that an entry began.
    ///
    /// # Errors
    /// Where the database fails or the row is damaged.
    pub fn dispute(
        &mut self,
        _grant: &Grant<SettleDisputes>,
        at: Position,
    ) -> Result<Option<StoredDispute>, StoreError> {
        let row: Option<DisputeRow> = on!(self.db, conn => disputes::table
            .find(signed(at)).first(conn).optional())
        .map_err(StoreError::failed("finding a dispute"))?;
        row.map(DisputeRow::stored).transpose()
    }
}

/// On `SQLite` the transaction is the only writer already; on `PostgreSQL` the row is locked.
fn locked(db: &mut Db, at: i64) -> diesel::QueryResult<Option<DisputeRow>> {
    let wanted = disputes::table.filter(disputes::position.eq(at));
    match db {
        Db::Sqlite(conn) => wanted.first(conn).optional(),
        Db::Postgres(conn) => wanted.for_update().first(conn).optional(),
    }
}

/// Writes a dispute with the entry at that place.
pub(super) fn write(db: &mut Db, row: DisputeRow, position: i64) -> Result<(), StoreError> {
    let row = DisputeRow { position, ..row };
    on!(db, conn => diesel::insert_into(disputes::table).values(&row).execute(conn))
        .map_err(StoreError::failed("writing a dispute"))?;
    Ok(())
}

/// Writes down what came of one.
pub(super) fn close(
    db: &mut Db,
    dispute: Position,
    outcome: DisputeOutcome,
    at: i64,
) -> Result<(), StoreError> {
    on!(db, conn => diesel::update(disputes::table.find(signed(dispute)))
        .set((disputes::closed_at.eq(Some(at)), disputes::outcome.eq(Some(outcome.as_str()))))
        .execute(conn))
    .map_err(StoreError::failed("closing a dispute"))?;
    Ok(())
}
