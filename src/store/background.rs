//! Exports that are made in the background. A row says how one stands and nothing of what it shows: that
//! it was made and fetched is in the ledger.

use super::connection::{Db, on};
use super::error::StoreError;
use super::read::ReadTx;
use super::rows::signed;
use super::schema::{background_exports, erasures};
use super::tx::{Entry, WriteTx};
use crate::access::{ExportAudit, Grant, Serve};
use crate::domain::event::{Actor, PublicEvent, PublicKind};
use crate::domain::ids::{BackgroundId, ExportId, Position};
use crate::domain::time::from_micros;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// An export that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackgroundExport {
    /// Its name.
    pub id: BackgroundId,
    /// The node that makes it, and has the file.
    pub node: String,
    /// Who asked.
    pub asked_by: Actor,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// For what, as JSON.
    pub wanted: String,
    /// How often it was begun.
    pub attempts: i32,
    /// How it stands.
    pub state: ExportState,
    /// Since when, or when its progress was told last.
    pub changed_at: DateTime<Utc>,
}

/// How an export stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ExportState {
    /// It waits for a second person.
    Asked,
    /// Others are made before it.
    Waiting,
    /// It is made.
    Running {
        /// Since when.
        since: DateTime<Utc>,
        /// Steps that are done.
        done: u64,
        /// Steps in all; 0 where that is not known yet.
        total: u64,
    },
    /// The file is there.
    Ready {
        /// What was made.
        made: ExportMade,
        /// How large the file is.
        bytes: u64,
    },
    /// It could not be made.
    Failed {
        /// Why.
        why: ExportFailure,
    },
    /// The file was taken away.
    Gone {
        /// Why.
        why: ExportGone,
    },
}

/// An export that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportMade {
    /// Its name in the log.
    pub export: ExportId,
    /// The entry that records it.
    pub recorded: Position,
    /// How many entries the log had.
    pub size: Position,
    /// Whether the database held against its log.
    pub holds: bool,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $text:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$about])* $variant,)+ }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    )+};
}

words! {
    /// Why an export could not be made.
    ExportFailure {
        /// The disk is full.
        DiskFull = "disk_full",
        /// The service stopped under it again and again.
        Interrupted = "interrupted",
        /// Persons were erased while it was made, again and again.
        Erased = "erased",
        /// Who asked may no longer.
        NotAllowed = "not_allowed",
        /// The second person refused it.
        NotApproved = "not_approved",
        /// What was asked cannot be answered.
        Refused = "refused",
        /// The data could not be read or the file not be written.
        Failed = "failed",
    }
    /// Why a file was taken away.
    ExportGone {
        /// Its time was over.
        Expired = "expired",
        /// Somebody was erased since, who may be in it.
        Erased = "erased",
        /// It is not where it was put.
        Missing = "missing",
    }
}

/// A row.
type Row = (Vec<u8>, String, String, i64, String, i32, String, i64);

fn read(row: Row) -> Result<BackgroundExport, StoreError> {
    let (id, node, asked_by, asked_at, wanted, attempts, state, changed_at) = row;
    let damaged = StoreError::damaged("an export of the background");
    let (Some(id), Ok(asked_by), Ok(state)) = (
        BackgroundId::from_slice(&id),
        serde_json::from_str(&asked_by),
        serde_json::from_str(&state),
    ) else {
        return Err(damaged);
    };
    Ok(BackgroundExport {
        id,
        node,
        asked_by,
        asked_at: from_micros(asked_at),
        wanted,
        attempts,
        state,
        changed_at: from_micros(changed_at),
    })
}

impl ReadTx<'_> {
    /// The exports that were asked for last, the newest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn background_exports(
        &mut self,
        _grant: &Grant<ExportAudit>,
        limit: i64,
    ) -> Result<Vec<BackgroundExport>, StoreError> {
        let rows: Vec<Row> = on!(self.db, conn => background_exports::table
            .order((background_exports::asked_at.desc(), background_exports::id.desc()))
            .limit(limit).load(conn))
        .map_err(failed)?;
        rows.into_iter().map(read).collect()
    }

    /// The export of that name.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn background_export(
        &mut self,
        _grant: &Grant<ExportAudit>,
        id: BackgroundId,
    ) -> Result<Option<BackgroundExport>, StoreError> {
        let row: Option<Row> = on!(self.db, conn => background_exports::table
            .find(id.as_bytes().to_vec()).first(conn).optional())
        .map_err(failed)?;
        row.map(read).transpose()
    }

    /// The exports of a node, the oldest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn background_of(
        &mut self,
        _grant: &Grant<Serve>,
        node: &str,
    ) -> Result<Vec<BackgroundExport>, StoreError> {
        let rows: Vec<Row> = on!(self.db, conn => background_exports::table
            .filter(background_exports::node.eq(node))
            .order((background_exports::asked_at, background_exports::id)).load(conn))
        .map_err(failed)?;
        rows.into_iter().map(read).collect()
    }

    /// Whether somebody was erased by an entry from a position on.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn any_erased_since(
        &mut self,
        _grant: &Grant<Serve>,
        since: Position,
    ) -> Result<bool, StoreError> {
        let found: Option<i64> = on!(self.db, conn => erasures::table
            .filter(erasures::position.ge(signed(since)))
            .select(erasures::position).first(conn).optional())
        .map_err(failed)?;
        Ok(found.is_some())
    }
}

impl WriteTx<'_> {
    /// Settles an export that waits for a second person, with the entry that says who it was; `None` where it
    /// waits no more. The write must be alone in its transaction.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn settle_export(
        &mut self,
        grant: &Grant<ExportAudit>,
        next: &BackgroundExport,
    ) -> Result<Option<Entry>, StoreError> {
        let (asked, state) = (written(&ExportState::Asked)?, written(&next.state)?);
        let row = background_exports::table
            .find(next.id.as_bytes().to_vec())
            .filter(background_exports::state.eq(asked));
        let set = (
            background_exports::state.eq(state),
            background_exports::changed_at.eq(next.changed_at.timestamp_micros()),
        );
        let settled = self.read(
            "settling an export",
            |db| on!(db, conn => diesel::update(row).set(set).execute(conn)),
        )?;
        if settled == 0 {
            return Ok(None);
        }
        let kind = match next.state {
            ExportState::Waiting => PublicKind::ExportApproved,
            _ => PublicKind::ExportRefused,
        };
        let payload = json!({ "asked": next.id, "asked_by": next.asked_by });
        Ok(Some(self.public(PublicEvent::new(
            kind,
            grant.actor(),
            payload,
        ))))
    }

    /// Records that an export's file is fetched; `None` where it shows persons and somebody was erased
    /// since the log had `shows` entries.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn export_fetched(
        &mut self,
        grant: &Grant<ExportAudit>,
        export: ExportId,
        shows: Option<Position>,
    ) -> Result<Option<Entry>, StoreError> {
        if let Some(since) = shows {
            let erased: Option<i64> = self.read("looking for erasures", |db| {
                on!(db, conn => erasures::table.filter(erasures::position.ge(signed(since)))
                    .select(erasures::position).first(conn).optional())
            })?;
            if erased.is_some() {
                return Ok(None);
            }
        }
        let payload = json!({ "export": export });
        let event = PublicEvent::new(PublicKind::ExportFetched, grant.actor(), payload);
        Ok(Some(self.public(event)))
    }
}

/// Keeps how one stands.
pub(super) fn keep(db: &mut Db, one: &BackgroundExport) -> Result<(), StoreError> {
    let (asked_by, state) = (written(&one.asked_by)?, written(&one.state)?);
    let moves = (
        background_exports::attempts.eq(one.attempts),
        background_exports::state.eq(state),
        background_exports::changed_at.eq(one.changed_at.timestamp_micros()),
    );
    let row = (
        background_exports::id.eq(one.id.as_bytes().to_vec()),
        background_exports::node.eq(&one.node),
        background_exports::asked_by.eq(asked_by),
        background_exports::asked_at.eq(one.asked_at.timestamp_micros()),
        background_exports::wanted.eq(&one.wanted),
        moves.clone(),
    );
    on!(db, conn => diesel::insert_into(background_exports::table)
        .values(&row).on_conflict(background_exports::id).do_update().set(moves.clone()).execute(conn))
    .map_err(StoreError::failed("keeping an export of the background"))?;
    Ok(())
}

fn written<T: Serialize>(value: &T) -> Result<String, StoreError> {
    let unwritable = |_| StoreError::damaged("an export of the background");
    serde_json::to_string(value).map_err(unwritable)
}

/// Forgets those that were asked for before an instant.
pub(super) fn forget(db: &mut Db, before: DateTime<Utc>) -> Result<(), StoreError> {
    let before = before.timestamp_micros();
    on!(db, conn => diesel::delete(background_exports::table
        .filter(background_exports::asked_at.lt(before))).execute(conn))
    .map_err(StoreError::failed("forgetting exports of the background"))?;
    Ok(())
}

fn failed(error: diesel::result::Error) -> StoreError {
    StoreError::failed("reading exports of the background")(error)
}
