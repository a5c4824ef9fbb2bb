//! Contacts as their table says, to be compared with the entries that recorded them.

use crate::access::{ExportAudit, Grant};
use crate::domain::ids::{Position, RecordId};
use crate::domain::registry::ContactRecord;
use crate::store::ReadTx;
use crate::store::connection::{Db, on};
use crate::store::contacts::ContactRow;
use crate::store::error::StoreError;
use crate::store::rows::{signed, unsigned};
use crate::store::schema::{contacts, subjects};
use diesel::prelude::*;
use std::collections::HashMap;

/// The row of a contact, under whomever it is: what its table says, or what it should say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached(ContactRow);

impl Reached {
    /// What the table should say after this record.
    #[must_use]
    pub fn of(position: Position, record: &ContactRecord) -> Self {
        Self::stored(ContactRow {
            position: signed(position),
            ..ContactRow::of(record)
        })
    }

    /// The contact was released by that entry.
    pub const fn release(&mut self, position: Position) {
        self.0.released = true;
        self.0.position = position.cast_signed();
    }

    /// The entry that last changed it.
    #[must_use]
    pub fn position(&self) -> Position {
        unsigned(self.0.position)
    }

    /// Whose it is is compared by the list that it stands in.
    fn stored(row: ContactRow) -> Self {
        Self(ContactRow {
            subject_id: Vec::new(),
            ..row
        })
    }
}

/// The rows of these persons, by person.
#[allow(
    clippy::type_complexity,
    reason = "rows by their owner, taken apart at once"
)]
pub(super) fn of_persons(
    db: &mut Db,
    ids: &[Vec<u8>],
) -> Result<HashMap<Vec<u8>, Vec<(Option<RecordId>, Reached)>>, StoreError> {
    let rows: Vec<ContactRow> = on!(db, conn => contacts::table
        .filter(contacts::subject_id.eq_any(ids)).order(contacts::position).load(conn))
    .map_err(StoreError::failed("loading contacts"))?;
    let mut held: HashMap<Vec<u8>, Vec<_>> = HashMap::new();
    for row in rows {
        let (owner, id) = (row.subject_id.clone(), RecordId::from_slice(&row.id));
        held.entry(owner)
            .or_default()
            .push((id, Reached::stored(row)));
    }
    Ok(held)
}

impl ReadTx<'_> {
    /// Positions named by contacts of persons that do not exist.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn orphaned_contacts(
        &mut self,
        _grant: &Grant<ExportAudit>,
    ) -> Result<Vec<Position>, StoreError> {
        let rows: Vec<i64> = on!(self.db, conn => contacts::table
            .filter(contacts::subject_id.ne_all(subjects::table.select(subjects::id)))
            .select(contacts::position).limit(100).load(conn))
        .map_err(StoreError::failed("looking for contacts of nobody"))?;
        Ok(rows.into_iter().map(unsigned).collect())
    }
}
