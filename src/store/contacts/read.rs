//! Contacts as the index and the writer read them.

use super::ContactRow;
use crate::access::{Grant, RecordContacts};
use crate::domain::ids::{RecordId, SubjectId};
use crate::domain::registry::{COUNTED, Contacts, Direction};
use crate::domain::time::from_micros;
use crate::store::ReadTx;
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::schema::{contacts, log_head};
use diesel::prelude::*;
use std::collections::HashMap;

/// Those that count: of the time looked at, and of any time where an instant is kept of them.
macro_rules! counting {
    ($since:expr) => {
        contacts::at
            .ge($since)
            .or(contacts::direction.eq(Direction::FromPerson.as_str()))
            .or(contacts::refused.eq(true))
    };
}

/// What counts of one person's.
pub(super) fn of_one(
    db: &mut Db,
    subject: SubjectId,
    since: i64,
) -> diesel::QueryResult<Vec<ContactRow>> {
    on!(db, conn => contacts::table
        .filter(contacts::subject_id.eq(subject.as_bytes().to_vec()))
        .filter(counting!(since)).load(conn))
}

/// What counts of the contacts of these persons.
pub(in crate::store) fn of_persons(
    db: &mut Db,
    ids: &[Vec<u8>],
) -> Result<HashMap<SubjectId, Contacts>, StoreError> {
    let since = since(db)?;
    let rows = on!(db, conn => contacts::table
        .filter(contacts::subject_id.eq_any(ids))
        .filter(counting!(since)).load(conn))
    .map_err(StoreError::failed("loading contacts"))?;
    images(rows, since)
}

/// The same of a page of persons.
pub(in crate::store) fn of_page(
    db: &mut Db,
    after: &[u8],
    end: &[u8],
) -> Result<HashMap<SubjectId, Contacts>, StoreError> {
    let since = since(db)?;
    let rows = on!(db, conn => contacts::table
        .filter(contacts::subject_id.gt(after))
        .filter(contacts::subject_id.le(end))
        .filter(counting!(since)).load(conn))
    .map_err(StoreError::failed("loading contacts"))?;
    images(rows, since)
}

/// From when on single contacts are read: counted back from the log's last entry, which is never
/// later than now.
fn since(db: &mut Db) -> Result<i64, StoreError> {
    let last: i64 = on!(db, conn => log_head::table.select(log_head::last_at).first(conn))
        .map_err(StoreError::failed("reading the head of the log"))?;
    let last = from_micros(last.saturating_mul(1_000_000));
    Ok((last - COUNTED).timestamp_micros())
}

fn images(rows: Vec<ContactRow>, since: i64) -> Result<HashMap<SubjectId, Contacts>, StoreError> {
    let mut images: HashMap<SubjectId, Contacts> = HashMap::new();
    for row in rows {
        let subject = SubjectId::from_slice(&row.subject_id)
            .ok_or(StoreError::damaged("a contact's data subject"))?;
        row.count(images.entry(subject).or_default(), from_micros(since))?;
    }
    Ok(images)
}

impl ReadTx<'_> {
    /// Whose contact it is, and what it was for.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn contact_owner(
        &mut self,
        _grant: &Grant<RecordContacts>,
        contact: RecordId,
    ) -> Result<Option<(SubjectId, Option<String>)>, StoreError> {
        let id = contact.as_bytes().to_vec();
        let found: Option<(Vec<u8>, Option<String>)> = on!(self.db, conn => contacts::table
            .find(id).select((contacts::subject_id, contacts::purpose)).first(conn).optional())
        .map_err(StoreError::failed("finding a contact"))?;
        Ok(found.and_then(|(id, purpose)| Some((SubjectId::from_slice(&id)?, purpose))))
    }
}
