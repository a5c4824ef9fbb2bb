//! The entries about decisions and lists whose time is over: that it was announced, and what was taken out since. A row
//! for each, which finds it.

use super::connection::{Db, on};
use super::decisions::ReadsDecisions;
use super::error::StoreError;
use super::read::ReadTx;
use super::rows::{signed, unsigned};
use super::schema::{decision_expiries, public_events};
use super::tx::{Entry, WriteTx};
use super::world::Extra;
use crate::access::{ExportAudit, Grant, KeepRetention};
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::ids::Position;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

/// What is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiring {
    /// Decisions: their blocks, up to the one of an entry.
    Decisions,
    /// Whoever is on lists, up to the one of an entry.
    Lists,
}

/// What such an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// For how long they are kept was announced.
    Announced,
    /// They were taken out, up to an entry.
    Gone(Expiring, Position),
}

/// What the row of an announcement says.
const KEPT: &str = "kept";

impl Expiring {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Decisions => "decisions",
            Self::Lists => "lists",
        }
    }
}

impl Expiry {
    /// What its row says, and up to which entry.
    #[must_use]
    pub const fn row(self) -> (&'static str, Option<Position>) {
        match self {
            Self::Announced => (KEPT, None),
            Self::Gone(what, through) => (what.as_str(), Some(through)),
        }
    }

    const fn kind(self) -> PublicKind {
        match self {
            Self::Announced => PublicKind::DecisionsKept,
            Self::Gone(Expiring::Decisions, _) => PublicKind::DecisionsExpired,
            Self::Gone(Expiring::Lists, _) => PublicKind::ListsExpired,
        }
    }
}

/// Up to where blocks of decisions were taken out since their time was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionsGone {
    /// The last entry whose block was.
    pub through: Position,
    /// The entry that says so.
    pub said_by: Position,
}

impl ReadTx<'_> {
    /// Up to where blocks of decisions were taken out; `None` where none was.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn decisions_gone<P: ReadsDecisions>(
        &mut self,
        _grant: &Grant<P>,
    ) -> Result<Option<DecisionsGone>, StoreError> {
        self.gone()
    }

    pub(super) fn gone(&mut self) -> Result<Option<DecisionsGone>, StoreError> {
        let last = self.last_expiry(Expiring::Decisions.as_str())?;
        let gone = |(said_by, through): (Position, Option<Position>)| {
            let through = through?;
            Some(DecisionsGone { through, said_by })
        };
        Ok(last.and_then(gone))
    }

    /// Before which instant decisions were made that were taken out since; `None` where none was.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn decisions_gone_before<P: ReadsDecisions>(
        &mut self,
        _grant: &Grant<P>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.gone_before()
    }

    fn gone_before(&mut self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let Some(gone) = self.gone()? else {
            return Ok(None);
        };
        let told = self.told_by(gone.said_by)?;
        let before = told.get("before").and_then(Value::as_str);
        let before = before.and_then(|text| text.parse().ok());
        before.map(Some).ok_or_else(|| damaged(gone.said_by))
    }

    /// What the last entry says that announces for how long decisions and lists are kept; and before which instant
    /// those decisions were made that were taken out since.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn decision_expiry(
        &mut self,
        _grant: &Grant<KeepRetention>,
    ) -> Result<(Option<Value>, Option<DateTime<Utc>>), StoreError> {
        let last = self.last_expiry(KEPT)?;
        let told = last.map(|(position, _)| self.told_by(position));
        Ok((told.transpose()?, self.gone_before()?))
    }

    /// What the last entry says by which some were taken out, and up to which entry.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn last_taken_out(
        &mut self,
        _grant: &Grant<KeepRetention>,
        what: Expiring,
    ) -> Result<Option<(Value, Position)>, StoreError> {
        let Some((position, Some(through))) = self.last_expiry(what.as_str())? else {
            return Ok(None);
        };
        Ok(Some((self.told_by(position)?, through)))
    }

    /// The last entry of a kind, and up to which other it says that something is gone.
    fn last_expiry(
        &mut self,
        what: &str,
    ) -> Result<Option<(Position, Option<Position>)>, StoreError> {
        let last: Option<(i64, Option<i64>)> = on!(self.db, conn => decision_expiries::table
            .filter(decision_expiries::what.eq(what))
            .order(decision_expiries::position.desc())
            .select((decision_expiries::position, decision_expiries::through))
            .first(conn).optional())
        .map_err(StoreError::failed(
            "reading what is gone since its time was over",
        ))?;
        Ok(last.map(|(position, through)| (unsigned(position), through.map(unsigned))))
    }

    fn told_by(&mut self, position: Position) -> Result<Value, StoreError> {
        let text: String = on!(self.db, conn => public_events::table.find(signed(position))
            .select(public_events::payload).first(conn))
        .map_err(StoreError::failed(
            "reading what is gone since its time was over",
        ))?;
        serde_json::from_str(&text).map_err(|_| damaged(position))
    }

    /// The rows, as a comparison with the log reads them: the entry, what it is, up to which other.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_expiries(
        &mut self,
        _grant: &Grant<ExportAudit>,
    ) -> Result<Vec<(Position, String, Option<Position>)>, StoreError> {
        let rows: Vec<(i64, String, Option<i64>)> = on!(self.db, conn => decision_expiries::table
            .order(decision_expiries::position).load(conn))
        .map_err(StoreError::failed(
            "reading what is gone since its time was over",
        ))?;
        let read = |(position, what, through): (i64, String, Option<i64>)| {
            (unsigned(position), what, through.map(unsigned))
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

impl WriteTx<'_> {
    /// As [`ReadTx::decision_expiry`]. The write must be alone.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn decision_expiry(
        &mut self,
        grant: &Grant<KeepRetention>,
    ) -> Result<(Option<Value>, Option<DateTime<Utc>>), StoreError> {
        let found = self.reading().decision_expiry(grant);
        self.broken |= found.is_err();
        found
    }

    /// Writes down what is done about decisions and lists whose time is over.
    pub fn act_on_expiry(
        &mut self,
        grant: &Grant<KeepRetention>,
        told: Value,
        what: Expiry,
    ) -> Entry {
        let event = PublicEvent::new(what.kind(), grant.actor(), told);
        self.public_with(event, Extra::Expiry(what))
    }
}

const fn damaged(position: Position) -> StoreError {
    StoreError::Damaged {
        what: "an entry about old decisions",
        position: Some(position),
    }
}

/// Writes the row of such an entry.
pub(super) fn write(db: &mut Db, what: Expiry, position: i64) -> Result<(), StoreError> {
    let (what, through) = what.row();
    let row = (
        decision_expiries::position.eq(position),
        decision_expiries::what.eq(what),
        decision_expiries::through.eq(through.map(signed)),
    );
    on!(db, conn => diesel::insert_into(decision_expiries::table).values(row).execute(conn))
        .map_err(StoreError::failed(
            "writing what is gone since its time was over",
        ))?;
    Ok(())
}
