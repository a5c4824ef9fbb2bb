//! The one seam between the two databases: a connection that is either, and a macro by which a
//! query is written once and compiled for each.

use super::encrypted::Encrypted;
use super::error::StoreError;
use super::url::DatabaseUrl;
use diesel::backend::Backend;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::cell::Cell;
use std::future::Future;
use tokio::runtime::{Builder, Runtime};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// WAL and `synchronous=FULL`: what was acknowledged survives a power cut. `secure_delete`
/// overwrites what is deleted. Another process (an import beside the service) is waited for.
///
/// The write-ahead file is brought in every 40,000 pages (160 MiB): a page that many commits changed
/// meanwhile is copied once. Not so seldom that it would be long to read after a crash.
const PRAGMAS: &str = "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 40000; \
     PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;";

/// `PostgreSQL` must not acknowledge before the commit is on its disk, and must not wait for ever.
const SETTINGS: &str = "SET synchronous_commit = on; SET statement_timeout = '60s'; SET lock_timeout = '30s'; \
     SET idle_in_transaction_session_timeout = '60s'; SET timezone = 'UTC';";

/// What the writer looks for it finds by key. A statement is planned once, while a new registry's
/// tables are still so small that reading them whole looks cheap; they do not stay small. Nothing
/// that it asks is worth compiling.
const BY_KEY: &str = "SET enable_seqscan = off; SET jit = off;";

pub(super) type PgConnection = AsyncConnectionWrapper<AsyncPgConnection, Waiting>;

/// Waits for `PostgreSQL` on a small runtime of the connection's own: with timers, so that a
/// server that is silent can be given up, and independent of the threads that answer requests.
pub(super) struct Waiting(Runtime);

impl BlockOn for Waiting {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }

    #[allow(
        clippy::expect_used,
        reason = "the trait leaves no way to refuse; tokio's own macro does the same"
    )]
    fn get_runtime() -> Self {
        if let Some(runtime) = BEGUN.take() {
            return Self(runtime);
        }
        let runtime = Builder::new_current_thread().enable_all().build();
        Self(runtime.expect("the system gives no event queue"))
    }
}

thread_local! {
    /// The runtime on which this thread has just begun a connection: the connection goes on on it.
    static BEGUN: Cell<Option<Runtime>> = const { Cell::new(None) };
}

/// Connects to `PostgreSQL`, encrypted where the address says so.
fn established(url: &str) -> Result<PgConnection, StoreError> {
    let unreachable = |why: String| StoreError::Unreachable(why);
    let Some(encrypted) = Encrypted::of(url).map_err(unreachable)? else {
        return PgConnection::establish(&bounded(url))
            .map_err(|error| unreachable(error.to_string()));
    };
    let Waiting(runtime) = Waiting::get_runtime();
    let begun = runtime.block_on(encrypted.connect(bounded));
    let connection = begun.map_err(unreachable)?;
    BEGUN.set(Some(runtime));
    Ok(PgConnection::from(connection))
}

/// Of which version of this program the tables of a database are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tables {
    /// Of this one.
    OfThisProgram,
    /// Of an older one: migrations wait.
    Older,
    /// Of a newer one.
    Newer,
}

type Anything = Box<dyn std::error::Error + Send + Sync>;

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

fn compared<B: Backend>(
    applied: &[MigrationVersion<'static>],
    own: EmbeddedMigrations,
) -> Result<Tables, Anything> {
    let own = MigrationSource::<B>::migrations(&own)?;
    let own: Vec<MigrationVersion<'static>> = own
        .iter()
        .map(|one| one.name().version().as_owned())
        .collect();
    Ok(if applied.iter().any(|one| !own.contains(one)) {
        Tables::Newer
    } else if own.iter().any(|one| !applied.contains(one)) {
        Tables::Older
    } else {
        Tables::OfThisProgram
    })
}

/// A connection to either database.
#[allow(clippy::large_enum_variant, reason = "a handful of them in a process")]
pub(super) enum Db {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Compiles `$body` once for each database, with `$conn` its concrete connection.
macro_rules! on {
    ($db:expr, $conn:ident => $body:expr) => {
        match $db {
            $crate::store::connection::Db::Sqlite($conn) => $body,
            $crate::store::connection::Db::Postgres($conn) => $body,
        }
    };
}
pub(super) use on;

impl Db {
    /// Opens a connection with the settings that the promises rest on.
    pub fn connect(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let mut db = match url {
            DatabaseUrl::Sqlite(path) => {
                let opened = SqliteConnection::establish(&path.to_string_lossy());
                let opened = opened.map_err(|error| StoreError::Unreachable(error.to_string()));
                opened.map(Self::Sqlite)
            }
            DatabaseUrl::Postgres(url) => established(url).map(Self::Postgres),
        }?;
        let settings = if matches!(db, Self::Sqlite(_)) {
            PRAGMAS
        } else {
            SETTINGS
        };
        db.execute(settings, "setting the connection up")?;
        Ok(db)
    }

    /// Opens the connection of a writer.
    pub fn connect_writer(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let mut db = Self::connect(url)?;
        if matches!(db, Self::Postgres(_)) {
            db.execute(BY_KEY, "setting the connection up")?;
        }
        Ok(db)
    }

    /// Brings the tables up to date. Several nodes may start at once: one migrates, the others wait.
    pub fn migrate(&mut self) -> Result<(), StoreError> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
            StoreError::Migration(error.to_string())
        };
        match self {
            Self::Sqlite(conn) => {
                // two processes that start at once: the lock is taken before looking
                conn.batch_execute("PRAGMA locking_mode = NORMAL;")
                    .map_err(StoreError::failed("migrating"))?;
                retry_locked(|| conn.run_pending_migrations(SQLITE).map(drop)).map_err(failed)
            }
            Self::Postgres(conn) => {
                let stand = applied(conn).and_then(|all| compared::<Pg>(&all, POSTGRES));
                if stand.map_err(failed)? == Tables::OfThisProgram {
                    return Ok(());
                }
                conn.batch_execute("SELECT pg_advisory_lock(7306924)")
                    .map_err(StoreError::failed("migrating"))?;
                let outcome = conn
                    .run_pending_migrations(POSTGRES)
                    .map(drop)
                    .map_err(failed);
                conn.batch_execute("SELECT pg_advisory_unlock(7306924)")
                    .map_err(StoreError::failed("migrating"))?;
                outcome
            }
        }
    }

    /// Whose the tables are; nothing of them is changed.
    pub fn tables(&mut self) -> Result<Tables, StoreError> {
        match self {
            Self::Sqlite(conn) => {
                let applied = conn.applied_migrations();
                applied.and_then(|applied| compared::<Sqlite>(&applied, SQLITE))
            }
            Self::Postgres(conn) => {
                applied(conn).and_then(|applied| compared::<Pg>(&applied, POSTGRES))
            }
        }
        .map_err(|error| StoreError::Migration(error.to_string()))
    }

    /// Runs SQL without parameters.
    pub fn execute(&mut self, sql: &str, doing: &'static str) -> Result<(), StoreError> {
        on!(self, conn => conn.batch_execute(sql)).map_err(StoreError::failed(doing))
    }

    /// Brings what was committed from the write-ahead file into the database file, so that a copy
    /// of that one file is whole. `PostgreSQL` looks after itself.
    pub fn settle(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(_) => self.execute("PRAGMA wal_checkpoint(TRUNCATE)", "settling"),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Begins a write: at once the only writer on `SQLite`, row by row on `PostgreSQL`.
    pub fn begin_write(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(conn) => {
                AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")
            }
            Self::Postgres(conn) => {
                <PgConnection as Connection>::TransactionManager::begin_transaction(conn)
            }
        }
        .map_err(StoreError::failed("beginning a transaction"))
    }

    /// Begins a read of one unchanging state.
    pub fn begin_read(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN"),
            Self::Postgres(conn) => {
                <PgConnection as Connection>::TransactionManager::begin_transaction(conn).and_then(
                    |()| {
                        conn.batch_execute(
                            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
                        )
                    },
                )
            }
        }
        .map_err(StoreError::failed("beginning a read"))
    }

    pub fn commit(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(conn) => AnsiTransactionManager::commit_transaction(conn),
            Self::Postgres(conn) => {
                <PgConnection as Connection>::TransactionManager::commit_transaction(conn)
            }
        }
        .map_err(StoreError::failed("committing"))
    }

    /// Undoes what the open transaction did. A connection that cannot even do that is of no more use.
    pub fn rollback(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(conn) => AnsiTransactionManager::rollback_transaction(conn),
            Self::Postgres(conn) => {
                <PgConnection as Connection>::TransactionManager::rollback_transaction(conn)
            }
        }
        .map_err(StoreError::failed("rolling back"))
    }
}

/// A server that does not answer is given up after a while, unless the operator says otherwise.
fn bounded(url: &str) -> String {
    if url.contains("connect_timeout=") {
        return url.to_owned();
    }
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}connect_timeout=3&tcp_user_timeout=10")
}

/// `SQLite` answers "locked" without waiting where a read would have to become a write: the
/// other process is migrating, and will be done soon.
fn retry_locked<E: std::fmt::Display>(mut attempt: impl FnMut() -> Result<(), E>) -> Result<(), E> {
    let mut tries = 0;
    loop {
        match attempt() {
            Err(error) if tries < 50 && error.to_string().contains("locked") => {
                tries += 1;
                std::thread::park_timeout(std::time::Duration::from_millis(100));
            }
            outcome => return outcome,
        }
    }
}
