//! A fresh database for a test, on `SQLite` or on PostgreSQL, with a data directory beside it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::postgres::{self, Cluster};
use super::reaper::directory;
use super::waits::POSTGRES;

/// A database of one test, empty at first.
pub enum Db {
    /// A file in the data directory.
    Sqlite { data: Arc<TempDir> },
    /// A database in a cluster: as the service reaches it, and as the owner of its tables does, where the
    /// service has a role of its own.
    Postgres {
        data: Arc<TempDir>,
        url: String,
        owner: Option<String>,
    },
}

impl Db {
    pub fn sqlite() -> Self {
        let data = Arc::new(directory("sqlite"));
        Self::Sqlite { data }
    }

    /// A database in the cluster that all tests share, with a role of its own for the service. Where there is
    /// none, `test` waits for it.
    pub fn postgres(test: &str) -> Option<Self> {
        match postgres::shared() {
            Ok(cluster) => Some(Self::of_a_role(cluster)),
            Err(why) => {
                POSTGRES.missing(test, why);
                None
            }
        }
    }

    /// A database in this cluster whose tables are the service's own, for a test that stops it or kills it.
    pub fn in_cluster(cluster: &Cluster) -> Self {
        Self::Postgres {
            data: Arc::new(directory("data")),
            url: cluster.database(),
            owner: None,
        }
    }

    /// The same database, reached at another port of this machine.
    pub fn through(&self, port: u16) -> Self {
        let Self::Postgres { data, url, owner } = self else {
            panic!("a file is reached by no port")
        };
        let (before, rest) = url.rsplit_once(':').expect("a port in the URL");
        let (_, name) = rest.split_once('/').expect("a database in the URL");
        Self::Postgres {
            data: data.clone(),
            url: format!("{before}:{port}/{name}"),
            owner: owner.clone(),
        }
    }

    fn of_a_role(cluster: &Cluster) -> Self {
        let owner = cluster.database();
        Self::Postgres {
            data: Arc::new(directory("data")),
            url: cluster.as_service(&owner),
            owner: Some(owner),
        }
    }

    /// As whoever owns the tables reaches it.
    pub fn by_owner(&self) -> String {
        self.owner().map_or_else(|| self.url(), str::to_owned)
    }

    /// What `database_owner_url` takes.
    pub fn owner(&self) -> Option<&str> {
        match self {
            Self::Sqlite { .. } => None,
            Self::Postgres { owner, .. } => owner.as_deref(),
        }
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres { .. })
    }

    /// The directory, which goes when nobody holds it any more: a server needs it for as long as it
    /// runs.
    pub fn directory(&self) -> Arc<TempDir> {
        match self {
            Self::Sqlite { data } | Self::Postgres { data, .. } => data.clone(),
        }
    }

    /// Where the key file and, on `SQLite`, the database are.
    pub fn data_dir(&self) -> &Path {
        match self {
            Self::Sqlite { data } | Self::Postgres { data, .. } => data.path(),
        }
    }

    /// What `--database-url` takes.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite { .. } => format!("sqlite://{}", self.file().display()),
            Self::Postgres { url, .. } => url.clone(),
        }
    }

    /// The file of a `SQLite` database.
    pub fn file(&self) -> PathBuf {
        self.data_dir().join("placet.db")
    }

    /// What the database answers to an expression of one text or number, past the program.
    pub fn ask(&self, expression: &str) -> String {
        match self {
            Self::Sqlite { .. } => ask_sqlite(&self.file(), expression),
            Self::Postgres { url, .. } => {
                let name = url.rsplit('/').next().expect("a database in the URL");
                let cluster = postgres::shared().expect("the cluster of this database");
                cluster.sql(name, &format!("SELECT ({expression})"))
            }
        }
    }

    /// A literal of these bytes, given in hexadecimal.
    pub fn bytes(&self, hex: &str) -> String {
        match self {
            Self::Sqlite { .. } => format!("X'{hex}'"),
            Self::Postgres { .. } => format!("'\\x{hex}'::bytea"),
        }
    }

    /// Changes the database behind the program's back, as an intruder or an operator does.
    pub fn tamper(&self, sql: &str) {
        match self {
            Self::Sqlite { .. } => tamper_sqlite(&self.file(), sql),
            Self::Postgres { url, .. } => {
                let name = url.rsplit('/').next().expect("a database in the URL");
                let cluster = postgres::shared().expect("the cluster of this database");
                assert!(
                    url.contains(&format!(":{}/", cluster.port())),
                    "of another cluster"
                );
                cluster.sql(name, sql);
            }
        }
    }
}

fn tamper_sqlite(file: &Path, sql: &str) {
    use diesel::connection::SimpleConnection as _;
    use diesel::{Connection as _, SqliteConnection};
    let path = file.to_str().expect("a path in UTF-8");
    let mut connection = SqliteConnection::establish(path).expect("open the database");
    let sql = format!("PRAGMA busy_timeout = 10000; {sql}");
    connection.batch_execute(&sql).expect("run the statement");
}

fn ask_sqlite(file: &Path, expression: &str) -> String {
    use diesel::connection::SimpleConnection as _;
    use diesel::{Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_types};
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = sql_types::Text)]
        answer: String,
    }
    let path = file.to_str().expect("a path in UTF-8");
    let mut connection = SqliteConnection::establish(path).expect("open the database");
    connection
        .batch_execute("PRAGMA busy_timeout = 10000")
        .expect("wait for others");
    let query = diesel::sql_query(format!("SELECT CAST(({expression}) AS TEXT) AS answer"));
    let rows: Vec<Answer> = query.load(&mut connection).expect("ask the database");
    rows.into_iter().map(|row| row.answer).collect()
}

/// A test on both databases: `name::sqlite` and `name::postgres`.
///
/// ```text
/// on_both! {
///     /// What must hold.
///     fn a_refusal_holds(db: &Db) { … }
/// }
/// ```
macro_rules! on_both {
    ($($(#[$about:meta])* fn $name:ident($db:ident: &Db) $body:block)+) => {$(
        $(#[$about])*
        mod $name {
            #[allow(unused_imports, reason = "a body may need nothing from its surroundings")]
            use super::*;

            fn on($db: &$crate::support::database::Db) $body

            #[test]
            fn sqlite() {
                on(&$crate::support::database::Db::sqlite());
            }

            #[test]
            fn postgres() {
                let test = concat!(module_path!(), "::postgres");
                if let Some(db) = $crate::support::database::Db::postgres(test) {
                    on(&db);
                }
            }
        }
    )+};
}
