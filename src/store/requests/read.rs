//! Reads requests: one, a list of them, and what was written about one.

use super::board::NamesStaff;
use super::{DsrRow, StoredDsr};
use crate::access::{Grant, KeepRequests, OwnFile, ReadRequests, Serve};
use crate::domain::event::SubjectEvent;
use crate::domain::ids::{DsrId, Position, StaffId, SubjectId};
use crate::domain::personal::Personal;
use crate::domain::requests::{Made, Message, RequestKind};
use crate::store::ReadTx;
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::packages::SeesPackages;
use crate::store::people::Reads;
use crate::store::rows::{SubjectEventRow, signed};
use crate::store::schema::{requests, subject_events};
use crate::store::views::SeesFiles;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde_json::Value;

/// A permission that lets requests be read.
pub trait SeesRequests: Reads {}
impl SeesRequests for KeepRequests {}
impl SeesRequests for ReadRequests {}
impl SeesRequests for OwnFile {}
// to tell staff of days that are near, and for the page behind a challenge's link
impl SeesRequests for Serve {}

/// A permission of whoever looks after requests: with their persons, their packages and who keeps them.
pub trait ReadsRequests: SeesRequests + NamesStaff + SeesPackages + SeesFiles {}
impl ReadsRequests for KeepRequests {}
impl ReadsRequests for ReadRequests {}

/// Which requests.
#[derive(Debug, Clone, Default)]
pub struct DsrFilter {
    /// Those that wait for something, or those that do not.
    pub open: Option<bool>,
    /// Those that wait for this, or ended so.
    pub state: Option<String>,
    /// Those whose last day was before this one.
    pub due_before: Option<NaiveDate>,
    /// Those that this member of staff takes care of.
    pub owner: Option<StaffId>,
    /// Those that ask for this.
    pub kind: Option<RequestKind>,
    /// Those of this person.
    pub subject: Option<SubjectId>,
}

/// What was said or written about a request.
#[derive(Debug, Clone)]
pub struct DsrMessage {
    /// Its entry.
    pub position: Position,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom it was written down.
    pub actor: Option<Value>,
    /// What, where it was said with the request.
    pub made: Option<Personal<Made>>,
    /// What, where it was written later.
    pub message: Option<Personal<Message>>,
}

impl ReadTx<'_> {
    /// A request.
    ///
    /// # Errors
    /// Where the database fails or the row is damaged.
    pub fn dsr<P: SeesRequests>(
        &mut self,
        _grant: &Grant<P>,
        id: DsrId,
    ) -> Result<Option<StoredDsr>, StoreError> {
        self.stored_dsr(id)
    }

    pub(in crate::store) fn stored_dsr(
        &mut self,
        id: DsrId,
    ) -> Result<Option<StoredDsr>, StoreError> {
        let row: Option<DsrRow> = on!(self.db, conn => requests::table
            .find(id.as_bytes().to_vec()).first(conn).optional())
        .map_err(StoreError::failed("finding a request"))?;
        row.map(|row| row.stored()).transpose()
    }

    /// Requests in the order of their receipt, from a place in the log on.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn dsrs<P: SeesRequests>(
        &mut self,
        _grant: &Grant<P>,
        filter: &DsrFilter,
        from: Position,
        limit: i64,
    ) -> Result<Vec<StoredDsr>, StoreError> {
        let records = match filter.subject {
            Some(subject) => Some(self.cluster(subject)?),
            None => None,
        };
        let rows: Vec<DsrRow> = on!(self.db, conn => {
            let mut found = requests::table.filter(requests::received.ge(signed(from))).into_boxed();
            if let Some(open) = filter.open {
                found = found.filter(requests::is_open.eq(open));
            }
            if let Some(state) = &filter.state {
                found = found.filter(requests::state.eq(state.clone()));
            }
            if let Some(day) = filter.due_before {
                found = found.filter(requests::is_open.eq(true)).filter(requests::due_on.lt(day.to_string()));
            }
            if let Some(owner) = filter.owner {
                found = found.filter(requests::owner.eq(owner.as_bytes().to_vec()));
            }
            if let Some(kind) = filter.kind {
                found = found.filter(requests::kind.eq(kind.as_str()));
            }
            if let Some(records) = records {
                let records: Vec<_> = records.into_iter().map(Some).collect();
                found = found.filter(requests::subject_id.eq_any(records));
            }
            found.order(requests::received).limit(limit).load(conn)
        })
        .map_err(StoreError::failed("listing requests"))?;
        rows.iter().map(DsrRow::stored).collect()
    }

    /// What was said and written about a request, in the order of the ledger.
    ///
    /// # Errors
    /// Where the database fails or an entry was changed.
    pub fn dsr_messages<P: SeesRequests>(
        &mut self,
        _grant: &Grant<P>,
        subject: SubjectId,
        id: DsrId,
    ) -> Result<Vec<DsrMessage>, StoreError> {
        let cluster = self.cluster(subject)?;
        let rows: Vec<SubjectEventRow> = on!(self.db, conn => subject_events::table
            .filter(subject_events::subject_id.eq_any(&cluster))
            .filter(subject_events::kind.eq_any(["request.made", "request.message"]))
            .order(subject_events::position).load(conn))
        .map_err(StoreError::failed(
            "reading what was written about a request",
        ))?;
        let mut found = Vec::new();
        for row in rows {
            let entry = self.history_entry(row)?;
            let event = SubjectEvent::read(&entry.kind, entry.payload.reveal());
            let (made, message) = match event {
                Some(SubjectEvent::Asked(made)) if made.request == id => (Some(*made), None),
                Some(SubjectEvent::Wrote(message)) if message.request == id => {
                    (None, Some(*message))
                }
                _ => continue,
            };
            found.push(DsrMessage {
                position: entry.position,
                at: entry.recorded_at,
                actor: entry.payload.reveal().get("actor").cloned(),
                made: made.map(Personal::new),
                message: message.map(Personal::new),
            });
        }
        Ok(found)
    }
}
