//! A consistent copy of the database beside a running service, and what is looked at before one takes a
//! database's place.

use super::connection::{Db, on};
use super::error::StoreError;
use super::keys::MasterId;
use super::migrate::Tables;
use super::open::Store;
use super::rows::unsigned;
use super::schema::{log_head, registry};
use super::url::DatabaseUrl;
use crate::access::{BackUp, Grant};
use crate::audit::encoding::hex;
use crate::audit::tree::Frontier;
use crate::domain::ids::Position;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::path::Path;

/// Whose registry a copy is, and how far its log goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyHead {
    /// The name of the log.
    pub origin: String,
    /// How many entries it has.
    pub size: Position,
    /// The root of the tree, in hexadecimal digits.
    pub root: String,
    /// The key epoch of new persons.
    pub key_epoch: i32,
    /// The master keys that open it; none where it is from before they were told apart.
    pub master_keys: Vec<MasterId>,
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    told: String,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    counted: i64,
}

fn head(db: &mut Db) -> Result<CopyHead, StoreError> {
    let (origin, key_epoch): (String, i32) = on!(db, conn => registry::table
        .select((registry::origin, registry::key_epoch)).first(conn))
    .map_err(StoreError::failed("reading whose registry this is"))?;
    let (size, frontier): (i64, Vec<u8>) = on!(db, conn => log_head::table
        .select((log_head::size, log_head::frontier)).first(conn))
    .map_err(StoreError::failed("reading the head of the log"))?;
    let frontier =
        Frontier::from_bytes(&frontier).map_err(|error| StoreError::Log(error.to_string()))?;
    Ok(CopyHead {
        origin,
        size: unsigned(size),
        root: hex(&frontier.root()),
        key_epoch,
        master_keys: master_keys(db)?,
    })
}

/// A copy of an older version has no table of them.
fn master_keys(db: &mut Db) -> Result<Vec<MasterId>, StoreError> {
    let tables = match db {
        Db::Sqlite(_) => "SELECT COUNT(*) AS counted FROM sqlite_master WHERE name = 'master_keys'",
        Db::Postgres(_) => {
            "SELECT COUNT(*) AS counted FROM pg_tables WHERE tablename = 'master_keys' \
             AND schemaname = current_schema()"
        }
    };
    let there: Counted = on!(db, conn => diesel::sql_query(tables).get_result(conn))
        .map_err(StoreError::failed("reading whose registry this is"))?;
    if there.counted == 0 {
        return Ok(Vec::new());
    }
    super::masters::ids(db)
}

impl Store {
    /// Whether the database is a file.
    #[must_use]
    pub const fn is_file(&self) -> bool {
        matches!(self.url(), DatabaseUrl::Sqlite(_))
    }

    /// About how many bytes a copy has.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn bytes(&self, _grant: &Grant<BackUp>) -> Result<u64, StoreError> {
        let count = if self.is_file() {
            "SELECT page_count * page_size AS counted FROM pragma_page_count, pragma_page_size"
        } else {
            "SELECT pg_database_size(current_database()) AS counted"
        };
        let mut db = Db::connect(self.url())?;
        let counted: Counted = on!(&mut db, conn => diesel::sql_query(count).get_result(conn))
            .map_err(StoreError::failed("measuring the database"))?;
        Ok(unsigned(counted.counted))
    }

    /// Copies an embedded database into an empty file: one unchanging state, without the room of what
    /// was deleted. Blocks.
    ///
    /// # Errors
    /// Where the database fails or the file cannot be written.
    pub fn copy_into(&self, _grant: &Grant<BackUp>, file: &Path) -> Result<(), StoreError> {
        let mut db = Db::connect(self.url())?;
        let copied = diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(file.to_string_lossy());
        match &mut db {
            Db::Sqlite(conn) => copied.execute(conn).map(drop),
            Db::Postgres(_) => Ok(()),
        }
        .map_err(StoreError::failed("copying the database"))
    }

    /// Shows one unchanging state of a server's database under a name by which another program sees the
    /// same. Blocks.
    ///
    /// # Errors
    /// Where the database fails, or what `dump` refuses.
    pub fn shown<T, E: From<StoreError>>(
        &self,
        _grant: &Grant<BackUp>,
        dump: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<(CopyHead, T), E> {
        let mut db = Db::connect(self.url())?;
        db.execute(
            "SET idle_in_transaction_session_timeout = 0",
            "beginning a copy",
        )?;
        db.begin_read()?;
        let query = diesel::sql_query("SELECT pg_export_snapshot() AS told");
        let shown: Told = match &mut db {
            Db::Sqlite(_) => return Err(StoreError::damaged("the kind of a database").into()),
            Db::Postgres(conn) => query.get_result(conn),
        }
        .map_err(StoreError::failed("beginning a copy"))?;
        let head = head(&mut db)?;
        let dumped = dump(&shown.told)?;
        db.rollback()?;
        Ok((head, dumped))
    }
}

/// What a database file holds, looked at as it is: nothing of it is changed.
///
/// # Errors
/// Where it is no registry.
pub fn look_into(file: &Path) -> Result<CopyHead, StoreError> {
    let conn = SqliteConnection::establish(&file.to_string_lossy())
        .map_err(|error| StoreError::Unreachable(error.to_string()))?;
    head(&mut Db::Sqlite(conn))
}

/// What a server's database holds; `None` where it is empty.
///
/// # Errors
/// Where it cannot be reached, or is something else.
pub fn look_at(url: &DatabaseUrl) -> Result<Option<CopyHead>, StoreError> {
    let mut db = Db::connect(url)?;
    let query = "SELECT COUNT(*) AS counted FROM pg_tables WHERE schemaname = current_schema()";
    let tables: Counted = on!(&mut db, conn => diesel::sql_query(query).get_result(conn))
        .map_err(StoreError::failed("looking into the database"))?;
    (tables.counted > 0).then(|| head(&mut db)).transpose()
}

/// Of which version of this program the tables of a database are.
///
/// # Errors
/// Where it cannot be reached.
pub fn tables_of(url: &DatabaseUrl) -> Result<Tables, StoreError> {
    Db::connect(url)?.tables()
}

/// Whether anybody else is connected to a database. A file is brought into the state of a single user
/// by asking; whoever comes later brings it back.
///
/// # Errors
/// Where it cannot be told.
pub fn in_use(url: &DatabaseUrl) -> Result<bool, StoreError> {
    let mut db = match url {
        DatabaseUrl::Sqlite(file) => SqliteConnection::establish(&file.to_string_lossy())
            .map(Db::Sqlite)
            .map_err(|error| StoreError::Unreachable(error.to_string()))?,
        DatabaseUrl::Postgres(_) => Db::connect(url)?,
    };
    match &mut db {
        Db::Sqlite(conn) => {
            let asked: QueryResult<Mode> =
                diesel::sql_query("PRAGMA journal_mode = DELETE").get_result(conn);
            // a file that is damaged is used by nobody who would miss it
            Ok(asked.is_err_and(|error| error.to_string().contains("locked")))
        }
        Db::Postgres(conn) => {
            let others = "SELECT COUNT(*) AS counted FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()";
            let others: Counted = diesel::sql_query(others)
                .get_result(conn)
                .map_err(StoreError::failed("looking who uses the database"))?;
            Ok(others.counted > 0)
        }
    }
}

#[derive(QueryableByName)]
struct Mode {
    #[diesel(sql_type = Text, column_name = "journal_mode")]
    _mode: String,
}
