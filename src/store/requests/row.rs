//! A request as its table holds it.

use super::{StoredDsr, position};
use crate::domain::ids::{DsrId, Position, SubjectId};
use crate::domain::requests::{Request, RequestKind};
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::rows::signed;
use crate::store::schema::requests;
use diesel::prelude::*;

/// A request whose receipt is not committed yet has no place.
const PENDING: i64 = -1;

/// The row of a request.
#[derive(Insertable, Queryable, Clone, PartialEq, Eq, Debug)]
#[diesel(table_name = requests, treat_none_as_default_value = false)]
pub(in crate::store) struct DsrRow {
    pub id: Vec<u8>,
    pub subject_id: Option<Vec<u8>>,
    pub duplicate_of: Option<Vec<u8>>,
    pub kind: String,
    pub state: String,
    pub is_open: bool,
    pub due_on: Option<String>,
    pub owner: Option<Vec<u8>>,
    pub version: i64,
    pub facts: String,
    pub received: i64,
    pub position: i64,
}

impl DsrRow {
    /// The row of a request as it stands.
    pub fn of(
        request: &Request,
        subject: Option<SubjectId>,
        duplicate_of: Option<DsrId>,
        received: Option<Position>,
    ) -> Result<Self, StoreError> {
        let facts =
            serde_json::to_string(request).map_err(|error| StoreError::Log(error.to_string()))?;
        Ok(Self {
            id: request.id.as_bytes().to_vec(),
            subject_id: subject.map(|id| id.as_bytes().to_vec()),
            duplicate_of: duplicate_of.map(|id| id.as_bytes().to_vec()),
            kind: request.receipt.kind.as_str().to_owned(),
            state: request.state_word().to_owned(),
            is_open: request.is_open(),
            due_on: request.due_on().map(|day| day.to_string()),
            owner: request.owner.map(|id| id.as_bytes().to_vec()),
            version: i64::from(request.version),
            facts,
            received: received.map_or(PENDING, signed),
            position: PENDING,
        })
    }

    /// What it says.
    pub fn stored(&self) -> Result<StoredDsr, StoreError> {
        let damaged = || StoreError::Damaged {
            what: "a request",
            position: Some(position(self.position)),
        };
        let subject = self.subject_id.as_deref();
        let subject = subject.map(|id| SubjectId::from_slice(id).ok_or_else(damaged));
        let other = self.duplicate_of.as_deref();
        let other = other.map(|id| DsrId::from_slice(id).ok_or_else(damaged));
        Ok(StoredDsr {
            request: serde_json::from_str(&self.facts).map_err(|_| damaged())?,
            subject: subject.transpose()?,
            duplicate_of: other.transpose()?,
            received: position(self.received),
            position: position(self.position),
        })
    }

    /// Whether every column says what these facts say.
    pub fn says(&self, request: &Request) -> bool {
        let Ok(made) = Self::of(request, None, None, Some(position(self.received))) else {
            return false;
        };
        let own = Self {
            subject_id: None,
            duplicate_of: None,
            position: PENDING,
            ..self.clone()
        };
        own == made
    }

    /// Whether it is an open request of that kind of one of these records.
    pub fn is_of(&self, records: &[Vec<u8>], kind: RequestKind) -> bool {
        let theirs = self
            .subject_id
            .as_ref()
            .is_some_and(|id| records.contains(id));
        theirs && self.is_open && self.kind == kind.as_str()
    }

    /// Takes whoever made it off it, where it is one of these.
    pub fn leave(&mut self, records: &[Vec<u8>]) {
        if self
            .subject_id
            .as_ref()
            .is_some_and(|id| records.contains(id))
        {
            (self.subject_id, self.duplicate_of) = (None, None);
        }
    }
}

/// Writes a request as it stands after the entry at that place.
pub(in crate::store) fn write(db: &mut Db, row: DsrRow, at: i64) -> Result<(), StoreError> {
    if row.received == PENDING && row.version == 1 {
        let row = DsrRow {
            received: at,
            position: at,
            ..row
        };
        on!(db, conn => diesel::insert_into(requests::table).values(&row).execute(conn))
            .map_err(StoreError::failed("writing a request"))?;
        return Ok(());
    }
    on!(db, conn => diesel::update(requests::table.filter(requests::id.eq(&row.id)))
        .set((
            requests::subject_id.eq(&row.subject_id),
            requests::duplicate_of.eq(&row.duplicate_of),
            requests::state.eq(&row.state),
            requests::is_open.eq(row.is_open),
            requests::due_on.eq(&row.due_on),
            requests::owner.eq(&row.owner),
            requests::version.eq(row.version),
            requests::facts.eq(&row.facts),
            requests::position.eq(at),
        )).execute(conn))
    .map_err(StoreError::failed("writing a request"))?;
    Ok(())
}
