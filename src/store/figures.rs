//! What reports count: consents by what they say, and the events about no person.

use super::connection::on;
use super::decisions::ReadsDecisions;
use super::error::StoreError;
use super::log::ReadsLog;
use super::read::ReadTx;
use super::rows::{signed, unsigned};
use super::schema::{erasures, ledger, public_events, subject_events as events};
use crate::access::{ExportAudit, Grant, ReadFigures};
use crate::domain::ids::Position;
use diesel::dsl::count_star;
use diesel::prelude::*;
use std::ops::Range;

/// Consent records that say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentCount {
    /// What was answered, as `given`.
    pub answer: String,
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: String,
    /// Where it was collected.
    pub source: String,
    /// The words that were shown, as `newsletter@3`.
    pub notice: Option<String>,
    /// How many.
    pub records: u64,
}

/// An event about no person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicEntry {
    /// Its place.
    pub position: Position,
    /// The leaf, byte for byte.
    pub leaf: String,
    /// The payload's canonical text.
    pub payload: String,
}

/// Kind, purpose, channel, source, notice and its version, and how many.
type Counted = (
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i32>,
    i64,
);

/// May count what the log says: nobody is found by it.
pub trait CountsFigures: ReadsDecisions + ReadsLog {}
impl CountsFigures for ExportAudit {}
impl CountsFigures for ReadFigures {}

impl ReadTx<'_> {
    /// The consent records of a range of positions, counted by what they say. The range bounds what
    /// the database sorts in memory: ask for a slice at a time.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn consents_counted<P: CountsFigures>(
        &mut self,
        _grant: &Grant<P>,
        range: Range<Position>,
    ) -> Result<Vec<ConsentCount>, StoreError> {
        let said = (
            events::kind,
            events::purpose,
            events::channel,
            events::source,
            events::notice_id,
            events::notice_version,
        );
        let rows: Vec<Counted> = on!(self.db, conn => events::table
            .filter(events::position.ge(signed(range.start)))
            .filter(events::position.lt(signed(range.end)))
            .group_by(said)
            .select((
                events::kind, events::purpose, events::channel, events::source,
                events::notice_id, events::notice_version, count_star(),
            ))
            .load(conn))
        .map_err(StoreError::failed("counting consents"))?;
        Ok(rows.into_iter().filter_map(consents).collect())
    }

    /// The first `limit` events about no person in a range of positions, in order.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn public_entries<P: CountsFigures>(
        &mut self,
        _grant: &Grant<P>,
        range: Range<Position>,
        limit: i64,
    ) -> Result<Vec<PublicEntry>, StoreError> {
        let rows: Vec<(i64, String, String)> = on!(self.db, conn => public_events::table
            .inner_join(ledger::table.on(ledger::position.eq(public_events::position)))
            .filter(public_events::position.ge(signed(range.start)))
            .filter(public_events::position.lt(signed(range.end)))
            .order(public_events::position)
            .limit(limit)
            .select((public_events::position, ledger::leaf, public_events::payload))
            .load(conn))
        .map_err(StoreError::failed("reading events"))?;
        let entry = |(position, leaf, payload)| PublicEntry {
            position: unsigned(position),
            leaf,
            payload,
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// The first `limit` entries of a range that record an erasure: place and payload, in order.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn erasures_told<P: CountsFigures>(
        &mut self,
        _grant: &Grant<P>,
        range: Range<Position>,
        limit: i64,
    ) -> Result<Vec<(Position, String)>, StoreError> {
        let rows: Vec<(i64, String)> = on!(self.db, conn => public_events::table
            .filter(public_events::position.eq_any(erasures::table
                .filter(erasures::position.ge(signed(range.start)))
                .filter(erasures::position.lt(signed(range.end)))
                .select(erasures::position)))
            .order(public_events::position)
            .limit(limit)
            .select((public_events::position, public_events::payload))
            .load(conn))
        .map_err(StoreError::failed("reading erasures"))?;
        let told = |(position, payload)| (unsigned(position), payload);
        Ok(rows.into_iter().map(told).collect())
    }
}

/// `None` for an event of another kind.
fn consents(row: Counted) -> Option<ConsentCount> {
    let (kind, purpose, channel, source, notice, version, records) = row;
    Some(ConsentCount {
        answer: kind.strip_prefix("consent.")?.to_owned(),
        purpose: purpose?,
        channel: channel?,
        source: source.unwrap_or_default(),
        notice: notice
            .zip(version)
            .map(|(id, version)| format!("{id}@{version}")),
        records: unsigned(records),
    })
}
