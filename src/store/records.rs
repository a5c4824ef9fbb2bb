//! A person's records with the key by which their entries are found in the log.

use super::connection::on;
use super::error::StoreError;
use super::read::ReadTx;
use super::rows::{signed, unsigned};
use super::schema::{identifiers, subject_events, suppressions};
use super::views::Discloses;
use crate::access::{ExportAudit, Grant};
use crate::domain::ids::{Blind, Position, SubjectId};
use crate::domain::personal::Secret;
use diesel::prelude::*;
use std::collections::BTreeSet;

/// One record of a person: their own, or one that was merged into it.
#[derive(Debug, Clone)]
pub struct StoredRecord {
    /// The record.
    pub subject: SubjectId,
    /// The key of its tags; `None` where it is gone or does not open.
    pub view: Option<Secret<[u8; 32]>>,
    /// The numbers and places of its entries, in the order of the log.
    pub entries: Vec<(u64, Position)>,
}

impl ReadTx<'_> {
    /// The persons that these contacts lead to, after merges.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn named_by(
        &mut self,
        _grant: &Grant<ExportAudit>,
        blinds: &[Blind],
    ) -> Result<BTreeSet<SubjectId>, StoreError> {
        let wanted: Vec<Vec<u8>> = blinds.iter().map(|blind| blind.0.to_vec()).collect();
        let found: Vec<Vec<u8>> = on!(self.db, conn => identifiers::table
            .filter(identifiers::blind.eq_any(wanted)).select(identifiers::subject_id).load(conn))
        .map_err(StoreError::failed("finding identifiers"))?;
        let mut persons = BTreeSet::new();
        for id in found.iter().filter_map(|id| SubjectId::from_slice(id)) {
            persons.extend(self.resolve(id)?);
        }
        Ok(persons)
    }

    /// The ids of a person's own record, which is the first, and of all that were merged into it.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn record_ids<P: Discloses>(
        &mut self,
        _grant: &Grant<P>,
        person: SubjectId,
    ) -> Result<Vec<SubjectId>, StoreError> {
        let read = |id: Vec<u8>| SubjectId::from_slice(&id);
        let ids: Option<Vec<_>> = self.cluster(person)?.into_iter().map(read).collect();
        ids.ok_or(StoreError::damaged("a data subject"))
    }

    /// One record; `None` where there is no row.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn stored_record(
        &mut self,
        _grant: &Grant<ExportAudit>,
        subject: SubjectId,
    ) -> Result<Option<StoredRecord>, StoreError> {
        let Some(row) = self.subject_row(subject)? else {
            return Ok(None);
        };
        let key = self.subject_key(&row).ok();
        let rows: Vec<(i64, i64)> = on!(self.db, conn => subject_events::table
            .filter(subject_events::subject_id.eq(subject.as_bytes().to_vec()))
            .order(subject_events::position)
            .select((subject_events::counter, subject_events::position))
            .load(conn))
        .map_err(StoreError::failed("finding a person's entries"))?;
        let entry = |(counter, position)| (unsigned(counter), unsigned(position));
        Ok(Some(StoredRecord {
            subject,
            view: key.map(|key| Secret::new(*key.view())),
            entries: rows.into_iter().map(entry).collect(),
        }))
    }

    /// The entries by which a person's contact points came onto the suppression list, before `end`.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn suppressions_of(
        &mut self,
        _grant: &Grant<ExportAudit>,
        person: SubjectId,
        end: Position,
    ) -> Result<Vec<Position>, StoreError> {
        let own = identifiers::table
            .filter(identifiers::subject_id.eq(person.as_bytes().to_vec()))
            .select(identifiers::blind);
        let own: Vec<Vec<u8>> = on!(self.db, conn => own.load(conn))
            .map_err(StoreError::failed("finding identifiers"))?;
        let found: Vec<i64> = on!(self.db, conn => suppressions::table
            .filter(suppressions::blind.eq_any(own))
            .filter(suppressions::position.lt(signed(end)))
            .select(suppressions::position).load(conn))
        .map_err(StoreError::failed("reading the suppression list"))?;
        Ok(found.into_iter().map(unsigned).collect())
    }
}
