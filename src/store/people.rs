//! What is held about one person: identifiers, choices, history.

use super::connection::on;
use super::error::StoreError;
use super::read::ReadTx;
use super::rows::{IdentifierRow, StateRow, SubjectEventRow, unsigned};
use super::schema::{consent_states, identifiers, subject_events, subjects};
use crate::access::{
    Grant, KeepRequests, OwnChoices, OwnFile, Permission, ReadReceipts, ReadRequests, ReadSubjects,
    RecordConsents, Serve, ServeCustomers, StopOwn,
};
use crate::domain::ids::{Blind, Position, RecordId, SubjectId};
use crate::domain::personal::Personal;
use crate::domain::registry::{Cell, Identifier, IdentifierKind, Standing};
use crate::domain::time::from_micros;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use std::collections::HashSet;

/// Ids that one statement names.
pub(super) const IDS: usize = 500;

/// A permission that lets a person's file be read.
pub trait Reads: Permission {}
impl Reads for ReadSubjects {}
impl Reads for OwnChoices {}
impl Reads for StopOwn {}
impl Reads for OwnFile {}
impl Reads for Serve {}
impl Reads for ReadReceipts {}
impl Reads for RecordConsents {}
impl Reads for ServeCustomers {}
impl Reads for KeepRequests {}
impl Reads for ReadRequests {}

/// An identifier as it is kept.
#[derive(Debug, Clone)]
pub struct StoredIdentifier {
    /// Its keyed hash.
    pub blind: Blind,
    /// Its content.
    pub identifier: Identifier,
}

/// One event of a person's history.
#[derive(Debug, Clone)]
pub struct HistoryEntry {
    /// Its place in the ledger.
    pub position: Position,
    /// Whose record it was written on; another's where records were merged.
    pub subject: SubjectId,
    /// Its own id.
    pub record: RecordId,
    /// What happened, as the leaf names it.
    pub kind: String,
    /// When the registry received it.
    pub recorded_at: DateTime<Utc>,
    /// What the leaf commits to.
    pub payload: Personal<serde_json::Value>,
}

impl ReadTx<'_> {
    /// The person that a keyed hash leads to.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn find<P: Reads>(
        &mut self,
        _grant: &Grant<P>,
        blinds: &[Blind],
    ) -> Result<Option<SubjectId>, StoreError> {
        let wanted: Vec<Vec<u8>> = blinds.iter().map(|blind| blind.0.to_vec()).collect();
        let found: Vec<Vec<u8>> = on!(self.db, conn => identifiers::table
            .filter(identifiers::blind.eq_any(wanted)).select(identifiers::subject_id).load(conn))
        .map_err(StoreError::failed("finding identifiers"))?;
        match found.first().and_then(|id| SubjectId::from_slice(id)) {
            Some(id) => self.resolve(id),
            None => Ok(None),
        }
    }

    /// The person that this id stands for now, after merges.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn subject<P: Reads>(
        &mut self,
        _grant: &Grant<P>,
        id: SubjectId,
    ) -> Result<Option<SubjectId>, StoreError> {
        self.resolve(id)
    }

    /// Choices and standing of a person.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn choices<P: Reads>(
        &mut self,
        _grant: &Grant<P>,
        id: SubjectId,
    ) -> Result<(Vec<Cell>, Standing), StoreError> {
        let rows: Vec<StateRow> = on!(self.db, conn => consent_states::table
            .filter(consent_states::subject_id.eq(id.as_bytes().to_vec()))
            .order((consent_states::purpose, consent_states::channel))
            .load(conn))
        .map_err(StoreError::failed("loading consent states"))?;
        let cells = rows
            .into_iter()
            .map(StateRow::cell)
            .collect::<Result<_, _>>()?;
        let standing = self
            .subject_row(id)?
            .map(|row| row.standing())
            .unwrap_or_default();
        Ok((cells, standing))
    }

    /// The identifiers of a person.
    ///
    /// # Errors
    /// Where the database fails or a row was changed.
    pub fn identifiers<P: Reads>(
        &mut self,
        _grant: &Grant<P>,
        id: SubjectId,
    ) -> Result<Vec<StoredIdentifier>, StoreError> {
        self.identifiers_of(id)
    }

    pub(super) fn identifiers_of(
        &mut self,
        id: SubjectId,
    ) -> Result<Vec<StoredIdentifier>, StoreError> {
        let Some(row) = self.subject_row(id)? else {
            return Ok(Vec::new());
        };
        let key = self.subject_key(&row)?;
        let rows: Vec<IdentifierRow> = on!(self.db, conn => identifiers::table
            .filter(identifiers::subject_id.eq(id.as_bytes().to_vec())).load(conn))
        .map_err(StoreError::failed("loading identifiers"))?;
        let damaged = || StoreError::damaged("an identifier");
        rows.into_iter()
            .map(|row| {
                let text =
                    String::from_utf8(key.open(&row.sealed, &row.blind)?).map_err(|_| damaged())?;
                let kind = IdentifierKind::from_code(row.kind).ok_or_else(damaged)?;
                let identifier = Identifier::parse(kind, &text).map_err(|_| damaged())?;
                let blind = Blind::from_slice(&row.blind).ok_or_else(damaged)?;
                Ok(StoredIdentifier { blind, identifier })
            })
            .collect()
    }

    /// The history of a person and of the records that were merged into theirs, in the order of
    /// the ledger, from `after` on, at most `limit` entries.
    ///
    /// # Errors
    /// Where the database fails or a row was changed.
    pub fn history<P: Reads>(
        &mut self,
        _grant: &Grant<P>,
        id: SubjectId,
        from: Position,
        limit: i64,
    ) -> Result<Vec<HistoryEntry>, StoreError> {
        let cluster = self.cluster(id)?;
        let rows: Vec<SubjectEventRow> = on!(self.db, conn => subject_events::table
            .filter(subject_events::subject_id.eq_any(&cluster))
            .filter(subject_events::position.ge(super::rows::signed(from)))
            .order(subject_events::position)
            .limit(limit)
            .load(conn))
        .map_err(StoreError::failed("loading a history"))?;
        rows.into_iter()
            .map(|row| self.history_entry(row))
            .collect()
    }

    /// The one event of that id, whoever's it is.
    ///
    /// # Errors
    /// Where the database fails or a row was changed.
    pub fn event<P: Reads>(
        &mut self,
        _grant: &Grant<P>,
        record: RecordId,
        position: Position,
    ) -> Result<Option<HistoryEntry>, StoreError> {
        let row: Option<SubjectEventRow> = on!(self.db, conn => subject_events::table
            .find(super::rows::signed(position)).first(conn).optional())
        .map_err(StoreError::failed("loading an event"))?;
        let row = row.filter(|row| row.record_id == record.as_bytes().as_slice());
        row.map(|row| self.history_entry(row)).transpose()
    }

    /// The event at that place, whoever's it is; `None` where there is none.
    ///
    /// # Errors
    /// Where the database fails or a row was changed.
    pub fn event_at<P: Reads>(
        &mut self,
        _grant: &Grant<P>,
        position: Position,
    ) -> Result<Option<HistoryEntry>, StoreError> {
        let row: Option<SubjectEventRow> = on!(self.db, conn => subject_events::table
            .find(super::rows::signed(position)).first(conn).optional())
        .map_err(StoreError::failed("loading an event"))?;
        row.map(|row| self.history_entry(row)).transpose()
    }

    /// The ids of a person's own record and of all that were merged into it.
    pub(super) fn cluster(&mut self, id: SubjectId) -> Result<Vec<Vec<u8>>, StoreError> {
        self.with_merged(vec![id.as_bytes().to_vec()])
    }

    /// These records, each once, and all that were merged into them.
    pub(super) fn with_merged(
        &mut self,
        mut next: Vec<Vec<u8>>,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let (mut all, mut known) = (Vec::new(), HashSet::new());
        loop {
            // nobody is looked at twice, however records were merged
            next.retain(|id| known.insert(id.clone()));
            if next.is_empty() {
                return Ok(all);
            }
            let mut found = Vec::new();
            for some in next.chunks(IDS) {
                let into: Vec<Option<&Vec<u8>>> = some.iter().map(Some).collect();
                let merged: Vec<Vec<u8>> = on!(self.db, conn => subjects::table
                    .filter(subjects::merged_into.eq_any(&into))
                    .select(subjects::id)
                    .load(conn))
                .map_err(StoreError::failed("finding merged data subjects"))?;
                found.extend(merged);
            }
            all.append(&mut next);
            next = found;
        }
    }

    pub(super) fn history_entry(
        &mut self,
        row: SubjectEventRow,
    ) -> Result<HistoryEntry, StoreError> {
        let position = unsigned(row.position);
        let damaged = || StoreError::Damaged {
            what: "an event",
            position: Some(position),
        };
        let subject = SubjectId::from_slice(&row.subject_id).ok_or_else(damaged)?;
        let owner = self.subject_row(subject)?.ok_or_else(damaged)?;
        let plain = self
            .subject_key(&owner)?
            .open(&row.sealed, &row.record_id)
            .map_err(|_| damaged())?;
        Ok(HistoryEntry {
            position,
            subject,
            record: RecordId::from_slice(&row.record_id).ok_or_else(damaged)?,
            kind: row.kind,
            recorded_at: from_micros(row.recorded_at),
            payload: Personal::new(serde_json::from_slice(&plain).map_err(|_| damaged())?),
        })
    }
}
