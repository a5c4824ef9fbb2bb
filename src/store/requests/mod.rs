//! Requests of data subjects: a row each, written with the entry that it rests on, read under a lock, so
//! that of two who act at once the second sees what the first did.

mod audited;
mod board;
mod challenge;
mod correct;
mod reach;
mod read;
mod row;

pub use audited::OwnedDsr;
pub use board::{NamesStaff, StaffName, TaskTold};
pub(super) use challenge::{ChallengeRow, write as write_challenge};
pub use challenge::{NewChallenge, StoredChallenge};
pub use reach::{Reach, ReachedBy};
pub use read::{DsrFilter, DsrMessage, ReadsRequests, SeesRequests};
pub(super) use row::{DsrRow, write};

use super::connection::Db;
use super::error::StoreError;
use super::rows::unsigned;
use super::schema::{requests, staff};
use super::tx::{Entry, Records, WriteTx};
use super::world::Extra;
use crate::access::{AnswerChallenge, FileRequests, Grant, KeepRequests};
use crate::domain::event::{PublicEvent, PublicKind, SubjectEvent};
use crate::domain::ids::{DsrId, Position, StaffId, SubjectId};
use crate::domain::requests::{Act, Made, Message, Request, RequestKind};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

// whoever asks and was not known is a person of the registry from then on
impl Records for FileRequests {}
impl Records for KeepRequests {}
impl Records for AnswerChallenge {}

/// A request with whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDsr {
    /// How it stands.
    pub request: Request,
    /// Whose it is, as it was filed; `None` once they were erased.
    pub subject: Option<SubjectId>,
    /// An open request of the same kind that the person had made before.
    pub duplicate_of: Option<DsrId>,
    /// The entry of its receipt.
    pub received: Position,
    /// The entry that last changed it.
    pub position: Position,
}

impl WriteTx<'_> {
    /// A request, locked until the write ends.
    ///
    /// # Errors
    /// Where the database fails or the row is damaged.
    pub fn dsr<P: Records>(
        &mut self,
        _grant: &Grant<P>,
        id: DsrId,
    ) -> Result<Option<StoredDsr>, StoreError> {
        let key = id.as_bytes().to_vec();
        let mut pending = self.world.extras.iter().rev();
        let pending = pending.find_map(|(_, extra)| match extra {
            Extra::Dsr(row) if row.id == key => Some(row.as_ref().clone()),
            _ => None,
        });
        let row = match pending {
            Some(row) => Some(row),
            None => self.read("finding a request", |db| locked(db, &key))?,
        };
        row.map(|row| row.stored()).transpose()
    }

    /// The open requests of a kind that a person made, the oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn open_dsrs<P: Records>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
        kind: RequestKind,
    ) -> Result<Vec<DsrId>, StoreError> {
        let records = self.reading().cluster(subject)?;
        let mut found: Vec<Vec<u8>> = self.read("finding requests", |db| {
            super::connection::on!(db, conn => requests::table
                .filter(requests::subject_id.eq_any(records.iter().map(Some)))
                .filter(requests::kind.eq(kind.as_str())).filter(requests::is_open.eq(true))
                .order(requests::received).select(requests::id).load(conn))
        })?;
        found.extend(
            self.world
                .extras
                .iter()
                .filter_map(|(_, extra)| match extra {
                    Extra::Dsr(row) if row.is_of(&records, kind) => Some(row.id.clone()),
                    _ => None,
                }),
        );
        let mut open = Vec::new();
        for id in found.iter().filter_map(|id| DsrId::from_slice(id)) {
            // one that this batch closed is open no more
            let held = self.dsr(grant, id)?;
            if held.is_some_and(|held| held.request.is_open()) {
                open.push(id);
            }
        }
        open.dedup();
        Ok(open)
    }

    /// When a request came in, as its person's history says; it must be committed.
    ///
    /// # Errors
    /// Where the database fails or an entry was changed.
    pub fn dsr_made_at(
        &mut self,
        grant: &Grant<KeepRequests>,
        subject: SubjectId,
        id: DsrId,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let messages = self.reading().dsr_messages(grant, subject, id)?;
        Ok(messages
            .iter()
            .find(|one| one.made.is_some())
            .map(|one| one.at))
    }

    /// Writes down that a person made a request: what it is for the log, what they said for their history.
    ///
    /// # Errors
    /// Where the person is not loaded, or what was said cannot be written down.
    pub fn receive_dsr<P: Records>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
        request: &Request,
        made: Made,
    ) -> Result<Entry, StoreError> {
        let payload = json!({ "request": request.id, "version": request.version, "receipt": request.receipt });
        let row = DsrRow::of(request, Some(subject), made.duplicate_of, None)?;
        let event = PublicEvent::new(PublicKind::RequestReceived, grant.actor(), payload);
        let _entry = self.public_with(event, Extra::Dsr(Box::new(row)));
        self.note(grant, subject, SubjectEvent::Asked(Box::new(made)))
    }

    /// Writes down what was done with a request, which was read in this write.
    ///
    /// # Errors
    /// Where it cannot be written down.
    pub fn act_on_dsr<P: Records>(
        &mut self,
        grant: &Grant<P>,
        held: &StoredDsr,
        next: &Request,
        act: &Act,
    ) -> Result<Entry, StoreError> {
        let payload = json!({ "request": next.id, "version": next.version, "act": act });
        let row = DsrRow::of(next, held.subject, held.duplicate_of, Some(held.received))?;
        let event = PublicEvent::new(PublicKind::from(act), grant.actor(), payload);
        Ok(self.public_with(event, Extra::Dsr(Box::new(row))))
    }

    /// Adds a message to the correspondence, which goes with the person.
    ///
    /// # Errors
    /// Where the person is not loaded.
    pub fn write_about_dsr<P: Records>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
        message: Message,
    ) -> Result<Entry, StoreError> {
        self.note(grant, subject, SubjectEvent::Wrote(Box::new(message)))
    }

    /// Whether there is such a member of staff.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn is_staff(
        &mut self,
        _grant: &Grant<KeepRequests>,
        id: StaffId,
    ) -> Result<bool, StoreError> {
        let id = id.as_bytes().to_vec();
        let found: Option<Vec<u8>> = self.read("finding a staff account", |db| {
            super::connection::on!(db, conn => staff::table
                .filter(staff::id.eq(id)).select(staff::id).first(conn).optional())
        })?;
        Ok(found.is_some())
    }

    /// Takes an erased person off their requests.
    pub(super) fn leave_requests(&mut self, records: &[Vec<u8>]) -> Result<(), StoreError> {
        self.read("erasing", |db| {
            super::connection::on!(db, conn => diesel::update(
                requests::table.filter(requests::subject_id.eq_any(records.iter().map(Some))))
                .set((requests::subject_id.eq(None::<Vec<u8>>), requests::duplicate_of.eq(None::<Vec<u8>>)))
                .execute(conn))
        })?;
        for (_, extra) in &mut self.world.extras {
            if let Extra::Dsr(row) = extra {
                row.leave(records);
            }
        }
        Ok(())
    }
}

/// On `SQLite` the transaction is the only writer already; on `PostgreSQL` the row is locked.
fn locked(db: &mut Db, id: &[u8]) -> diesel::QueryResult<Option<DsrRow>> {
    let wanted = requests::table.filter(requests::id.eq(id));
    match db {
        Db::Sqlite(conn) => wanted.first(conn).optional(),
        Db::Postgres(conn) => wanted.for_update().first(conn).optional(),
    }
}

/// The position in a column.
fn position(column: i64) -> Position {
    unsigned(column)
}
