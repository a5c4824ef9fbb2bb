//! Who read a person's file, and what of it left the house: events about the person like any other,
//! so that they are found by whoever may read the file, and by nobody else.

use super::connection::on;
use super::error::StoreError;
use super::read::ReadTx;
use super::rows::{SubjectEventRow, SubjectRow, signed, unsigned};
use super::schema::{subject_events, subjects};
use super::tx::{Entry, WriteTx};
use crate::access::{
    ExportAudit, Grant, KeepRequests, Permission, ReadRequests, ReadSubjects, Serve, ServeCustomers,
};
use crate::domain::event::{SubjectEvent, View, ViewReason};
use crate::domain::ids::{ExportId, Position, SubjectId};
use crate::domain::time::from_micros;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use std::collections::HashMap;
use std::ops::Range;

/// That a person's file was read or disclosed.
#[derive(Debug, Clone)]
pub struct Viewing {
    /// Its place in the ledger.
    pub position: Position,
    /// `subject.viewed` or `subject.disclosed`.
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Whose file.
    pub subject: SubjectId,
    /// What was recorded of it; `None` where the person's key is gone.
    pub payload: Option<Value>,
}

/// May see parts of a person's file, of which each view is recorded.
pub trait SeesFiles: Permission {}
impl SeesFiles for ReadSubjects {}
impl SeesFiles for ServeCustomers {}
impl SeesFiles for KeepRequests {}
impl SeesFiles for ReadRequests {}

/// May put everything about a person into a package, which is recorded.
pub trait Discloses: Permission {}
impl Discloses for ExportAudit {}
impl Discloses for Serve {}

/// May read who looked at what.
pub trait ReadsViews: Permission {}
impl ReadsViews for ExportAudit {}
impl ReadsViews for Serve {}

impl WriteTx<'_> {
    /// Records that somebody reads a person's file.
    ///
    /// # Errors
    /// As [`WriteTx::consent`].
    pub fn viewed<P: SeesFiles>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
        view: View,
        reason: Option<ViewReason>,
    ) -> Result<Entry, StoreError> {
        self.append(grant, subject, SubjectEvent::Viewed(view, reason), None)
    }

    /// Records that everything about a person is put into a package.
    ///
    /// # Errors
    /// As [`WriteTx::consent`].
    pub fn disclosed<P: Discloses>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
        export: ExportId,
    ) -> Result<Entry, StoreError> {
        self.append(grant, subject, SubjectEvent::Disclosed(export), None)
    }
}

impl ReadTx<'_> {
    /// The first `limit` times in a range of positions that somebody's file was read or disclosed.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn viewings<P: ReadsViews>(
        &mut self,
        _grant: &Grant<P>,
        range: Range<Position>,
        limit: i64,
    ) -> Result<Vec<Viewing>, StoreError> {
        let rows: Vec<SubjectEventRow> = on!(self.db, conn => subject_events::table
            .filter(subject_events::position.ge(signed(range.start)))
            .filter(subject_events::position.lt(signed(range.end)))
            .filter(subject_events::kind.eq_any(["subject.viewed", "subject.disclosed"]))
            .order(subject_events::position)
            .limit(limit)
            .load(conn))
        .map_err(StoreError::failed("reading who read what"))?;
        let owners = self.owners(&rows)?;
        let viewing = |row: SubjectEventRow| Viewing {
            position: unsigned(row.position),
            at: from_micros(row.recorded_at),
            subject: SubjectId::from_slice(&row.subject_id)
                .unwrap_or(SubjectId::from_bytes([0; 16])),
            payload: self.opened(&row, owners.get(&row.subject_id)),
            kind: row.kind,
        };
        Ok(rows.into_iter().map(viewing).collect())
    }

    pub(super) fn owners(
        &mut self,
        rows: &[SubjectEventRow],
    ) -> Result<HashMap<Vec<u8>, SubjectRow>, StoreError> {
        let mut owners = HashMap::new();
        for rows in rows.chunks(500) {
            let ids: Vec<Vec<u8>> = rows.iter().map(|row| row.subject_id.clone()).collect();
            let found: Vec<SubjectRow> =
                on!(self.db, conn => subjects::table.filter(subjects::id.eq_any(ids)).load(conn))
                    .map_err(StoreError::failed("loading data subjects"))?;
            owners.extend(found.into_iter().map(|row| (row.id.clone(), row)));
        }
        self.hold_where_possible(owners.values().map(|row| row.key_epoch))?;
        Ok(owners)
    }

    pub(super) fn opened(
        &self,
        row: &SubjectEventRow,
        owner: Option<&SubjectRow>,
    ) -> Option<Value> {
        let key = self.held_key(owner?).ok()?;
        serde_json::from_slice(&key.open(&row.sealed, &row.record_id).ok()?).ok()
    }
}
