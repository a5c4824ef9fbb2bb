//! Key epochs in the database: which there are, and the files that belong to them.
//!
//! A key is taken from its file when a row names its epoch for the first time, so that a running
//! service takes a new epoch up by itself.

mod change;
mod fault;
mod rewrap;

pub use change::{Destruction, EpochAnswer};
pub(super) use change::{write_begun, write_destroyed};
pub use fault::EpochFault;
pub use rewrap::Rewrapped;

use super::connection::{Db, on};
use super::error::StoreError;
use super::keys::{Epoch, EpochKey, Keyring};
use super::log::ReadsLog;
use super::read::ReadTx;
use super::rows::{signed, unsigned};
use super::schema::{key_epochs, public_events, registry, subjects};
use super::world::World;
use crate::access::{Grant, ManageEpochs, ReadKeys, Serve};
use crate::domain::ids::Position;
use crate::domain::time::Entropy;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

impl ReadsLog for ManageEpochs {}
impl ReadsLog for ReadKeys {}

/// An epoch as the database knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEpoch {
    /// Which.
    pub epoch: Epoch,
    /// The value by which its file is known; none where it has no file.
    pub self_test: Option<Vec<u8>>,
    /// The entry since which it wraps; `None` where it is only prepared.
    pub begun: Option<Position>,
    /// The entry that says that it was destroyed.
    pub destroyed: Option<Position>,
}

impl StoredEpoch {
    /// Whether it wraps or did, and is not destroyed.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.begun.is_some() && self.destroyed.is_none()
    }
}

type Row = (i32, Option<Vec<u8>>, Option<i64>, Option<i64>);

fn read((number, self_test, begun, destroyed): Row) -> StoredEpoch {
    StoredEpoch {
        epoch: Epoch::of(number),
        self_test,
        begun: begun.map(unsigned),
        destroyed: destroyed.map(unsigned),
    }
}

const READING: &str = "reading the key epochs";

fn row(db: &mut Db, epoch: Epoch) -> Result<Option<StoredEpoch>, StoreError> {
    let row: Option<Row> =
        on!(db, conn => key_epochs::table.find(epoch.number()).first(conn).optional())
            .map_err(StoreError::failed(READING))?;
    Ok(row.map(read))
}

/// The epoch of new persons.
pub(super) fn current(db: &mut Db) -> Result<Epoch, StoreError> {
    let number = on!(db, conn => registry::table.select(registry::key_epoch).first(conn))
        .map_err(StoreError::failed(READING))?;
    Ok(Epoch::of(number))
}

/// The epochs under which anybody's key is wrapped, each once.
#[diesel::dsl::auto_type]
fn in_use() -> _ {
    subjects::table.select(subjects::key_epoch).distinct()
}

fn persons_under(db: &mut Db, epoch: Epoch) -> Result<bool, StoreError> {
    let under = subjects::table.filter(subjects::key_epoch.eq(epoch.number()));
    on!(db, conn => diesel::select(diesel::dsl::exists(under)).get_result(conn))
        .map_err(StoreError::failed("looking for persons of a key epoch"))
}

/// Makes sure that the key of an epoch is held.
pub(super) fn hold(db: &mut Db, keys: &Keyring, epoch: Epoch) -> Result<(), StoreError> {
    if keys.holds(epoch) {
        return Ok(());
    }
    let stored = row(db, epoch)?.ok_or(EpochFault::Unknown(epoch))?;
    if stored.destroyed.is_some() {
        return Err(EpochFault::Destroyed(epoch).into());
    }
    Ok(take(keys, &stored)?)
}

/// Takes the key of an epoch from its file, where that is the right one.
fn take(keys: &Keyring, stored: &StoredEpoch) -> Result<(), EpochFault> {
    if !keys.holds(stored.epoch) {
        keys.hold(stored.epoch, looked_up(keys, stored)?);
    }
    Ok(())
}

/// The key of an epoch out of its file. That of a prepared one is not held: it may yet be another.
fn looked_up(keys: &Keyring, stored: &StoredEpoch) -> Result<EpochKey, EpochFault> {
    let epoch = stored.epoch;
    let file = || keys.directory().file(epoch);
    let missing = || EpochFault::Missing {
        epoch,
        file: file(),
    };
    let secret = keys.directory().read(epoch)?.ok_or_else(missing)?;
    let key = keys.epoch_key(epoch, &secret)?;
    if stored.self_test.as_deref() != Some(key.self_test()) {
        return Err(EpochFault::Foreign {
            epoch,
            file: file(),
        });
    }
    Ok(key)
}

/// The epoch with which a new registry begins: its file is on the disk before the database names it.
/// The value by which the file is known.
pub(super) fn found(
    db: &mut Db,
    keys: &Keyring,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, StoreError> {
    let epoch = Epoch::FIRST;
    keys.directory().make(epoch, entropy)?;
    let file = keys.directory().file(epoch);
    let secret = keys.directory().read(epoch)?;
    let secret = secret.ok_or(EpochFault::Missing { epoch, file })?;
    let key = keys.epoch_key(epoch, &secret)?;
    let self_test = key.self_test().to_vec();
    let row = (
        key_epochs::number.eq(epoch.number()),
        key_epochs::self_test.eq(Some(&self_test)),
        key_epochs::begun.eq(Some(0_i64)),
    );
    on!(db, conn => diesel::insert_into(key_epochs::table).values(row).execute(conn))
        .map_err(StoreError::failed("making the registry"))?;
    keys.hold(epoch, key);
    Ok(self_test)
}

/// On `PostgreSQL` another node may destroy an epoch while a batch makes persons under it. Asked once
/// the head of the log is locked, behind which the destroying write stands as well.
pub(super) fn still_there(db: &mut Db, world: &World) -> Result<(), StoreError> {
    let Db::Postgres(conn) = db else {
        return Ok(());
    };
    let rewritten = world
        .subjects
        .values()
        .filter_map(super::world::Subject::rewritten);
    let mut under: Vec<i32> = rewritten.map(|row| row.key_epoch).collect();
    if under.is_empty() {
        return Ok(());
    }
    under.sort_unstable();
    under.dedup();
    let gone: i64 = key_epochs::table
        .filter(key_epochs::number.eq_any(under))
        .filter(key_epochs::destroyed.is_not_null())
        .count()
        .get_result(conn)
        .map_err(StoreError::failed(READING))?;
    if gone == 0 {
        return Ok(());
    }
    Err(StoreError::Failed {
        doing: "writing data subjects",
        kind: "their key epoch was destroyed meanwhile".into(),
    })
}

impl ReadTx<'_> {
    /// Every epoch, in the order in which they came.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn key_epochs<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
    ) -> Result<Vec<StoredEpoch>, StoreError> {
        let rows: Vec<Row> =
            on!(self.db, conn => key_epochs::table.order(key_epochs::number).load(conn))
                .map_err(StoreError::failed(READING))?;
        Ok(rows.into_iter().map(read).collect())
    }

    /// When the entries about epochs were recorded.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn recorded_at<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
        positions: &[Position],
    ) -> Result<BTreeMap<Position, DateTime<Utc>>, StoreError> {
        let positions: Vec<i64> = positions.iter().map(|position| signed(*position)).collect();
        let rows: Vec<(i64, String)> = on!(self.db, conn => public_events::table
            .filter(public_events::position.eq_any(positions))
            .select((public_events::position, public_events::payload)).load(conn))
        .map_err(StoreError::failed(READING))?;
        let at = |(position, text): (i64, String)| {
            let payload: Value = serde_json::from_str(&text).ok()?;
            let at = payload.get("recorded_at")?.as_str()?.parse().ok()?;
            Some((unsigned(position), at))
        };
        Ok(rows.into_iter().filter_map(at).collect())
    }

    /// How many persons' keys are wrapped under each epoch. Reads every person, and holds none: a
    /// `GROUP BY` without an index would have `SQLite` sort them all in memory.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn persons_by_epoch<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
    ) -> Result<BTreeMap<Epoch, u64>, StoreError> {
        const COUNTING: &str = "counting persons of key epochs";
        let epochs: Vec<i32> =
            on!(self.db, conn => in_use().load(conn)).map_err(StoreError::failed(COUNTING))?;
        let mut persons = BTreeMap::new();
        for number in epochs {
            let under = subjects::table.filter(subjects::key_epoch.eq(number));
            let count: i64 = on!(self.db, conn => under.count().get_result(conn))
                .map_err(StoreError::failed(COUNTING))?;
            persons.insert(Epoch::of(number), unsigned(count));
        }
        Ok(persons)
    }

    /// The epoch of new persons.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn current_epoch<P: ReadsLog>(&mut self, _grant: &Grant<P>) -> Result<Epoch, StoreError> {
        current(self.db)
    }

    /// Refuses where the key of the epoch of new persons is not to be had. A node that is behind in
    /// its keys must not decide.
    ///
    /// # Errors
    /// [`EpochFault`], or where the database fails.
    pub fn hold_current_epoch(&mut self, _grant: &Grant<Serve>) -> Result<(), StoreError> {
        let current = current(self.db)?;
        hold(self.db, self.keys, current)
    }

    /// Refuses where a key is not to be had under which anybody's key is wrapped, or is going to be.
    ///
    /// # Errors
    /// [`EpochFault`], or where the database fails.
    pub fn hold_every_epoch(&mut self, grant: &Grant<Serve>) -> Result<(), StoreError> {
        self.hold_current_epoch(grant)?;
        for stored in self.key_epochs(grant)? {
            if !stored.is_live() {
                continue;
            }
            if let Err(fault) = take(self.keys, &stored)
                && persons_under(self.db, stored.epoch)?
            {
                return Err(fault.into());
            }
        }
        Ok(())
    }

    /// Holds the keys of these epochs as far as they are to be had.
    pub(super) fn hold_where_possible(
        &mut self,
        epochs: impl Iterator<Item = i32>,
    ) -> Result<(), StoreError> {
        for number in epochs.collect::<std::collections::BTreeSet<_>>() {
            match hold(self.db, self.keys, Epoch::of(number)) {
                Ok(()) | Err(StoreError::Epoch(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use diesel::Connection;
    use diesel::sqlite::Sqlite;

    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = diesel::sql_types::Text)]
        detail: String,
    }

    /// What is put by for it grows with the epochs and not with the persons: nothing is sorted or grouped.
    /// Temporary tables are kept in memory, and 3.3 million persons in order took 150 MB of it.
    #[test]
    fn counting_persons_of_epochs_puts_no_person_by() {
        use diesel::connection::SimpleConnection;
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        let table =
            "CREATE TABLE subjects (id BLOB PRIMARY KEY, key_epoch INTEGER NOT NULL) WITHOUT ROWID";
        conn.batch_execute(table).unwrap();
        let mut plan = |query: String| {
            let query = query.split(" -- ").next().unwrap().to_owned();
            let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {query}"))
                .load(&mut conn)
                .unwrap();
            let steps = steps.into_iter().map(|step| step.detail);
            steps.collect::<Vec<_>>().join("; ")
        };
        let each = plan(diesel::debug_query::<Sqlite, _>(&in_use()).to_string());
        assert!(
            each.contains("FOR DISTINCT"),
            "each value is kept once: {each}"
        );
        assert!(
            !each.contains("GROUP BY") && !each.contains("ORDER BY"),
            "{each}"
        );
        let grouped = subjects::table
            .group_by(subjects::key_epoch)
            .select(subjects::key_epoch);
        let grouped = plan(diesel::debug_query::<Sqlite, _>(&grouped).to_string());
        assert!(
            grouped.contains("FOR GROUP BY"),
            "the plan shows it: {grouped}"
        );
    }
}
