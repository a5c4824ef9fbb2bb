//! Turns what a batch wants into rows: the persons first, the head of the log last, then the
//! entries with their positions: one statement on `PostgreSQL`, a prepared one a few rows on `SQLite`.

use super::bulk::{self, bulk};
use super::connection::Db;
use super::error::StoreError;
use super::programs::admits;
use super::rows::{HeadRow, IdempotencyRow, OutboxRow, signed, unsigned};
use super::schema::{idempotency, log_head};
use super::world::{Subject, World};
use crate::audit::tree::{Frontier, sha256};
use crate::domain::ids::{Position, SubjectId};
use crate::domain::time::{Entropy, Now};
use crate::domain::tip::{Stretch, Tip};
use diesel::insert_into;
use diesel::prelude::*;
use entries::{Entries, append};
use insert::write_entries;

/// Many rows on `SQLite`: it is in this process, so that ways are short, but a statement costs
/// something whatever it brings: sixteen rows share one, then four. Each of the three is prepared once.
macro_rules! each {
    ($conn:expr, $into:path, $table:path, $rows:expr, $doing:literal) => {{
        let (sixteens, rest) = $rows.as_chunks::<16>();
        let (fours, ones) = rest.as_chunks::<4>();
        each!($conn, $into, $table, $doing, [sixteens, fours, ones]);
    }};
    ($conn:expr, $into:path, $table:path, $doing:literal, [$($several:ident),+]) => {
        $(for rows in $several {
            $into($table)
                .values(rows)
                .execute($conn)
                .map_err(StoreError::failed($doing))?;
        })+
    };
}

mod entries;
mod extras;
mod insert;
mod persons;
mod states;
pub(super) use entries::event_row;
pub(super) use persons::rewrite_persons;

/// What a flush needs besides the batch.
pub(super) struct Flush<'a> {
    pub registry: &'a str,
    pub entropy: &'a dyn Entropy,
    pub now: Now,
}

impl Flush<'_> {
    /// Writes everything that is pending; returns where that stands in the log.
    pub fn run(&self, db: &mut Db, world: &mut World) -> Result<Stretch, StoreError> {
        persons::write_subjects(db, world)?;
        let (mut frontier, last_at) = lock_head(db)?;
        super::policies::still_in_force(db, world)?;
        super::epochs::still_there(db, world)?;
        let (first, found) = (frontier.size(), digest(&frontier));
        let at = last_at.max(self.now.utc().timestamp());
        let mut entries = Entries::default();
        for (index, pending) in world.pending.iter().enumerate() {
            let position = first.saturating_add(index as u64);
            let leaf = self.entry(world, pending, position, at, &mut entries)?;
            append(&mut frontier, position, leaf, &mut entries)?;
        }
        entries.states = states::changed_states(world, first);
        entries.contacts = super::contacts::changed(db, world, first)?;
        entries.paces = super::paces::changed(world, first);
        super::holds::carry_over(db, world)?;
        let end = frontier.size();
        let outbox = self.outbox(first, end);
        let last = entries.ledger.last().map(|row| leaf_digest(&row.leaf));
        let tip = Tip {
            frontier: digest(&frontier),
            leaf: last.unwrap_or_default(),
        };
        write_entries(db, &entries, outbox, moved_head(&frontier, at))?;
        extras::write_extras(db, world, first, self.now.micros())?;
        Ok(Stretch {
            first,
            end,
            found,
            tip,
        })
    }

    fn outbox(&self, first: Position, end: Position) -> OutboxRow {
        OutboxRow {
            first_position: signed(first),
            end_position: signed(end),
            created_at: self.now.micros(),
            delivered_at: None,
        }
    }
}

/// By which one frontier is told from another.
pub(super) fn digest(frontier: &Frontier) -> [u8; 32] {
    sha256(&[&frontier.to_bytes()])
}

/// By which one leaf is.
pub(super) fn leaf_digest(leaf: &str) -> [u8; 32] {
    sha256(&[leaf.as_bytes()])
}

/// Keeps what a write with an idempotency key answered.
pub(super) fn remember(db: &mut Db, rows: &[IdempotencyRow]) -> Result<(), StoreError> {
    match db {
        Db::Sqlite(conn) => {
            each!(
                conn,
                insert_into,
                idempotency::table,
                rows,
                "keeping an idempotency key"
            );
            Ok(())
        }
        Db::Postgres(conn) => {
            let columns = bulk!(rows => idempotency { key, fingerprint, answer, created_at });
            bulk::insert(conn, vec![columns])
                .map_err(StoreError::failed("keeping an idempotency key"))
        }
    }
}

/// Locks the head of the log, where the tables still let this program write: whatever raises what they ask for
/// changes the same row, and so comes wholly before a write or wholly after it.
pub(super) fn lock_head(db: &mut Db) -> Result<(Frontier, i64), StoreError> {
    let query = log_head::table.select((
        log_head::size,
        log_head::frontier,
        log_head::last_at,
        log_head::oldest_program,
    ));
    let (size, frontier, last_at, oldest): (i64, Vec<u8>, i64, i32) = match db {
        Db::Sqlite(conn) => query.first(conn),
        Db::Postgres(conn) => query.for_update().first(conn),
    }
    .map_err(StoreError::failed("locking the head of the log"))?;
    admits(oldest)?;
    let frontier =
        Frontier::from_bytes(&frontier).map_err(|error| StoreError::Log(error.to_string()))?;
    if frontier.size() != unsigned(size) {
        return Err(StoreError::Log(
            "the head's size is not its frontier's".into(),
        ));
    }
    Ok((frontier, last_at))
}

fn moved_head(frontier: &Frontier, at: i64) -> HeadRow {
    HeadRow {
        id: 1,
        size: signed(frontier.size()),
        frontier: frontier.to_bytes(),
        last_at: at,
    }
}

/// The persons that a batch changed, for the index.
pub(super) fn changed(world: &World) -> impl Iterator<Item = (&SubjectId, &Subject)> {
    world.subjects.iter().filter(|(_, subject)| subject.changed)
}
