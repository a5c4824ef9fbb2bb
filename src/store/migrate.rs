//! Bringing the tables up to date, and telling of which program they are.

use super::connection::{Db, PgConnection, SETTINGS};
use super::error::StoreError;
use super::programs::{admits, oldest};
use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::time::Duration;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Whoever waits for a table has all others wait behind them, and holds what they have: so a migration gives way soon and
/// tries again. A check waits three seconds for the head of the log at the most, and a migration changes four tables that
/// were there, at the most (`tests/it/migrations.rs`). How long it takes once it has its tables is no matter.
const BRIEFLY: &str = "SET lock_timeout = '250ms'";
/// How often, and after which pause: a long read, like an export, may have a table for minutes.
const TRIES: u32 = 300;
const PAUSE: Duration = Duration::from_secs(1);

/// One node migrates, the others wait, however long that takes.
const TURN: &str =
    "SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock(7306924)";
const TURN_OVER: &str = "SELECT pg_advisory_unlock(7306924)";

const OF_ANOTHER_LINE: &str = "it has migrations that this program does not know, and lacks some that it does: it is another version's; \
     run that one, or a newer one";

/// Of which version of this program the tables of a database are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tables {
    /// Of this one.
    OfThisProgram,
    /// Of an older one: migrations wait.
    Older,
    /// Of a newer one, which lets this one go on working with them.
    Expanded,
    /// Of a newer one, and not for this one.
    Newer,
}

type Anything = Box<dyn std::error::Error + Send + Sync>;

fn failed(error: Anything) -> StoreError {
    StoreError::Migration(error.to_string())
}

/// The versions of all migrations that this program knows.
pub(super) fn migrations() -> Vec<String> {
    let own = known::<Sqlite>(&SQLITE).unwrap_or_default();
    own.iter().map(ToString::to_string).collect()
}

fn known<B: Backend>(own: &EmbeddedMigrations) -> Result<Vec<MigrationVersion<'static>>, Anything> {
    let own = MigrationSource::<B>::migrations(own)?;
    let versions = own.iter().map(|one| one.name().version().as_owned());
    Ok(versions.collect())
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// What was applied, by looking alone: asking Diesel makes its table where it is not there, which whoever
/// owns nothing may not.
fn applied(conn: &mut PgConnection) -> Result<Vec<MigrationVersion<'static>>, Anything> {
    let there = "SELECT coalesce(to_regclass('__diesel_schema_migrations')::text, '') AS version";
    let there: Applied = diesel::sql_query(there).get_result(conn)?;
    if there.version.is_empty() {
        return Ok(Vec::new());
    }
    let all = "SELECT version FROM __diesel_schema_migrations";
    let all: Vec<Applied> = diesel::sql_query(all).load(conn)?;
    Ok(all.into_iter().map(|one| one.version.into()).collect())
}

/// Whether something was applied that a program does not know, and whether it knows something that was not.
fn compared<B: Backend>(
    applied: &[MigrationVersion<'static>],
    own: &EmbeddedMigrations,
) -> Result<(bool, bool), Anything> {
    let own = known::<B>(own)?;
    let unknown = applied.iter().any(|one| !own.contains(one));
    let missing = own.iter().any(|one| !applied.contains(one));
    Ok((unknown, missing))
}

impl Db {
    /// Brings the tables up to date, where they are this program's to change; whose they are then. Several nodes may
    /// start at once: one migrates, the others wait.
    pub fn migrate(&mut self) -> Result<Tables, StoreError> {
        let mut whose = self.tables()?;
        if whose == Tables::Older {
            self.run()?;
            // a newer program may have come first
            whose = self.tables()?;
        }
        match whose {
            Tables::Newer => Err(self.refusal()),
            whose => Ok(whose),
        }
    }

    /// Whose the tables are; nothing of them is changed.
    pub fn tables(&mut self) -> Result<Tables, StoreError> {
        match self.difference()? {
            (false, false) => Ok(Tables::OfThisProgram),
            (false, true) => Ok(Tables::Older),
            (true, true) => Ok(Tables::Newer),
            (true, false) => match oldest(self).and_then(admits) {
                Ok(()) => Ok(Tables::Expanded),
                Err(error) if error.loss().is_some() => Ok(Tables::Newer),
                Err(error) => Err(error),
            },
        }
    }

    fn difference(&mut self) -> Result<(bool, bool), StoreError> {
        match self {
            Self::Sqlite(conn) => retry_locked(|| conn.applied_migrations())
                .and_then(|applied| compared::<Sqlite>(&applied, &SQLITE)),
            Self::Postgres(conn) => {
                applied(conn).and_then(|applied| compared::<Pg>(&applied, &POSTGRES))
            }
        }
        .map_err(failed)
    }

    /// Why this program does not work with newer tables.
    fn refusal(&mut self) -> StoreError {
        let asked = oldest(self).and_then(admits);
        let of_another_line = || StoreError::Migration(OF_ANOTHER_LINE.into());
        asked.err().unwrap_or_else(of_another_line)
    }

    fn run(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(conn) => {
                retry_locked(|| conn.run_pending_migrations(SQLITE).map(drop)).map_err(failed)
            }
            Self::Postgres(conn) => {
                let mut tries = 1;
                while let Err(error) = in_turn(conn)? {
                    if tries == TRIES || !gave_way(&error) {
                        return Err(failed(error));
                    }
                    tracing::info!(%error, "a table is in use: the migration is tried again");
                    tries += 1;
                    std::thread::park_timeout(PAUSE);
                }
                Ok(())
            }
        }
    }
}

/// Runs what waits, once no other node does.
fn in_turn(conn: &mut PgConnection) -> Result<Result<(), Anything>, StoreError> {
    let execute = |conn: &mut PgConnection, sql| {
        conn.batch_execute(sql)
            .map_err(StoreError::failed("migrating"))
    };
    execute(conn, TURN)?;
    execute(conn, BRIEFLY)?;
    let outcome = conn.run_pending_migrations(POSTGRES).map(drop);
    execute(conn, SETTINGS)?;
    execute(conn, TURN_OVER)?;
    Ok(outcome)
}

/// Whether somebody else had a table, or waited for what was held here.
fn gave_way(error: &Anything) -> bool {
    let told = error.to_string();
    ["lock timeout", "deadlock"]
        .iter()
        .any(|one| told.contains(one))
}

/// `SQLite` answers "locked" without waiting where a read would have to become a write: the
/// other process is migrating, and will be done soon.
fn retry_locked<T, E: std::fmt::Display>(
    mut attempt: impl FnMut() -> Result<T, E>,
) -> Result<T, E> {
    let mut tries = 0;
    loop {
        match attempt() {
            Err(error) if tries < 50 && error.to_string().contains("locked") => {
                tries += 1;
                std::thread::park_timeout(Duration::from_millis(100));
            }
            outcome => return outcome,
        }
    }
}
