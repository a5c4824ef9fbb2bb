//! The one seam between the two databases: a connection that is either, and a macro by which a
//! query is written once and compiled for each.

use super::encrypted::Encrypted;
use super::error::StoreError;
use super::url::DatabaseUrl;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use std::cell::Cell;
use std::future::Future;
use tokio::runtime::{Builder, Runtime};

/// WAL and `synchronous=FULL`: what was acknowledged survives a power cut. `secure_delete`
/// overwrites what is deleted. Another process (an import beside the service) is waited for.
///
/// The write-ahead file is brought in every 40,000 pages (160 MiB): a page that many commits changed
/// meanwhile is copied once. Not so seldom that it would be long to read after a crash.
const PRAGMAS: &str = "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 40000; \
     PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;";

/// `PostgreSQL` must not acknowledge before the commit is on its disk, and must not wait for ever.
pub(super) const SETTINGS: &str = "SET synchronous_commit = on; SET statement_timeout = '60s'; SET lock_timeout = '30s'; \
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
