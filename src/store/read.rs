//! A read of one unchanging state.

use super::connection::{Db, on};
use super::error::StoreError;
use super::keys::{Epoch, Keyring, SubjectKey};
use super::rows::SubjectRow;
use super::schema::subjects;
use crate::access::{Grant, ReadCatalogue, Serve};
use crate::domain::ids::SubjectId;
use crate::domain::registry::Catalogue;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// A read in progress.
pub struct ReadTx<'a> {
    pub(super) db: &'a mut Db,
    pub(super) keys: &'a Keyring,
}

impl ReadTx<'_> {
    /// What is in force.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn catalogue(&mut self, _grant: &Grant<Serve>) -> Result<Catalogue, StoreError> {
        super::catalogue::load(self.db)
    }

    /// What was in force at that instant.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn catalogue_at(
        &mut self,
        _grant: &Grant<ReadCatalogue>,
        at: DateTime<Utc>,
    ) -> Result<Catalogue, StoreError> {
        super::catalogue::as_of(self.db, at.timestamp_micros())
    }

    /// The person that this id stands for now, after merges; `None` where there is none.
    pub(super) fn resolve(&mut self, id: SubjectId) -> Result<Option<SubjectId>, StoreError> {
        let mut next = id;
        for _ in 0..64 {
            let Some(row) = self.subject_row(next)? else {
                return Ok(None);
            };
            match row.merged()? {
                Some(into) => next = into,
                None => return Ok(Some(next)),
            }
        }
        Ok(None)
    }

    pub(super) fn subject_row(&mut self, id: SubjectId) -> Result<Option<SubjectRow>, StoreError> {
        on!(self.db, conn => subjects::table.find(id.as_bytes().to_vec()).first(conn).optional())
            .map_err(StoreError::failed("finding a data subject"))
    }

    pub(super) fn subject_key(&mut self, row: &SubjectRow) -> Result<SubjectKey, StoreError> {
        super::epochs::hold(self.db, self.keys, Epoch::of(row.key_epoch))?;
        self.held_key(row)
    }

    /// The same where the epoch's key is held already.
    pub(super) fn held_key(&self, row: &SubjectRow) -> Result<SubjectKey, StoreError> {
        let epoch = Epoch::of(row.key_epoch);
        Ok(self.keys.unwrap(&row.wrapped_key, row.subject()?, epoch)?)
    }
}
