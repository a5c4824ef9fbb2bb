//! What an agent took down, and what the registry did not take from them: for their own eyes. What was taken
//! is read from the history; what was not is bookkeeping that names no customer.

use super::connection::on;
use super::error::StoreError;
use super::open::Store;
use super::people::HistoryEntry;
use super::read::ReadTx;
use super::rows::{AgentRefusalRow, SubjectEventRow, signed, unsigned};
use super::schema::{agent_refusals, subject_events};
use crate::access::{Grant, Serve, ServeCustomers};
use crate::domain::event::Actor;
use crate::domain::ids::{Position, RecordId, SubjectId};
use crate::domain::personal::Personal;
use crate::domain::time::from_micros;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use std::ops::Range;

/// Entries of all agents that are looked at for one agent's.
const LOOKED_AT: i64 = 20_000;

/// An answer that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotTaken {
    /// Its id.
    pub id: RecordId,
    /// When.
    pub at: DateTime<Utc>,
    /// The question: `offers.sms`; empty where it was the whole page.
    pub field: String,
    /// Why, as a code.
    pub reason: String,
}

impl ReadTx<'_> {
    /// The answers in a range of positions that this agent took down, the newest first, at most `limit`.
    /// Of persons who were erased since there are none.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn taken_down(
        &mut self,
        grant: &Grant<ServeCustomers>,
        range: Range<Position>,
        limit: usize,
    ) -> Result<Vec<HistoryEntry>, StoreError> {
        let rows: Vec<SubjectEventRow> = on!(self.db, conn => subject_events::table
            .filter(subject_events::position.ge(signed(range.start)))
            .filter(subject_events::position.lt(signed(range.end)))
            .filter(subject_events::kind.eq_any(["consent.given", "consent.refused", "consent.withdrawn"]))
            .filter(subject_events::source.eq_any([Some("store"), Some("call_centre")]))
            .order(subject_events::position.desc())
            .limit(LOOKED_AT)
            .load(conn))
        .map_err(StoreError::failed("reading what agents took down"))?;
        let owners = self.owners(&rows)?;
        let own = serde_json::to_value(grant.actor()).unwrap_or_default();
        let entry = |row: SubjectEventRow| {
            let payload = self.opened(&row, owners.get(&row.subject_id))?;
            (payload.get("actor") == Some(&own))
                .then(|| entry_of(row, payload))
                .flatten()
        };
        Ok(rows.into_iter().filter_map(entry).take(limit).collect())
    }

    /// What was not taken from this agent since then, the newest first, at most `limit`.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn not_taken(
        &mut self,
        grant: &Grant<ServeCustomers>,
        since: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<NotTaken>, StoreError> {
        let Some(staff) = staff(grant) else {
            return Ok(Vec::new());
        };
        let rows: Vec<AgentRefusalRow> = on!(self.db, conn => agent_refusals::table
            .filter(agent_refusals::staff_id.eq(staff))
            .filter(agent_refusals::at.ge(since.timestamp_micros()))
            .order(agent_refusals::at.desc())
            .limit(limit)
            .load(conn))
        .map_err(StoreError::failed("reading what was not taken"))?;
        let read = |row: AgentRefusalRow| {
            Ok(NotTaken {
                id: RecordId::from_slice(&row.id).ok_or(StoreError::damaged("a refusal"))?,
                at: from_micros(row.at),
                field: row.field,
                reason: row.reason,
            })
        };
        rows.into_iter().map(read).collect()
    }
}

fn entry_of(row: SubjectEventRow, payload: Value) -> Option<HistoryEntry> {
    Some(HistoryEntry {
        position: unsigned(row.position),
        subject: SubjectId::from_slice(&row.subject_id)?,
        record: RecordId::from_slice(&row.record_id)?,
        kind: row.kind,
        recorded_at: from_micros(row.recorded_at),
        payload: Personal::new(payload),
    })
}

fn staff(grant: &Grant<ServeCustomers>) -> Option<Vec<u8>> {
    match grant.actor() {
        Actor::Staff(id) => Some(id.as_bytes().to_vec()),
        _ => None,
    }
}

impl Store {
    /// Keeps for an agent what was not taken from them. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn keep_not_taken(
        &self,
        grant: &Grant<ServeCustomers>,
        refused: &[NotTaken],
    ) -> Result<(), StoreError> {
        let Some(staff) = staff(grant) else {
            return Ok(());
        };
        let row = |one: &NotTaken| AgentRefusalRow {
            id: one.id.as_bytes().to_vec(),
            staff_id: staff.clone(),
            at: one.at.timestamp_micros(),
            field: one.field.clone(),
            reason: one.reason.clone(),
        };
        let rows: Vec<AgentRefusalRow> = refused.iter().map(row).collect();
        self.outside_the_ledger(|db| {
            for row in &rows {
                on!(db, conn => diesel::insert_into(agent_refusals::table).values(row).execute(conn))
                    .map_err(StoreError::failed("keeping what was not taken"))?;
            }
            Ok(())
        })
    }

    /// Forgets what was not taken from agents before then. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn forget_not_taken(
        &self,
        _grant: &Grant<Serve>,
        before: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let old = agent_refusals::table.filter(agent_refusals::at.lt(before.timestamp_micros()));
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::delete(old).execute(conn))
                .map_err(StoreError::failed("forgetting what was not taken"))
        })?;
        Ok(())
    }
}
