//! Which master keys open the registry: its root, wrapped under each. Where nothing is written down, the registry
//! is from before: its root is what its master key derives, and is written down at the next start.

mod change;

pub use change::{MasterAdded, MasterAnswer, MasterForgotten};
pub(super) use change::{write_added, write_forgotten};

use super::connection::{Db, on};
use super::error::StoreError;
use super::keys::{MasterId, MasterKey, Root};
use super::log::ReadsLog;
use super::read::ReadTx;
use super::rows::{signed, unsigned};
use super::schema::master_keys;
use crate::access::{Grant, ManageMaster};
use crate::domain::ids::Position;
use crate::domain::time::Entropy;
use diesel::prelude::*;

impl ReadsLog for ManageMaster {}

/// A master key that opens the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredMaster {
    /// Which.
    pub id: MasterId,
    /// The entry since which it does.
    pub since: Position,
}

/// A master key does not open this registry.
#[derive(Debug, thiserror::Error)]
#[error(
    "the master key {held} does not belong to this database, which opens with {}; give that one, or bring it back from \
     your backup (where there was no key file, a new one was made just now, which opens nothing here). One that was \
     replaced opens no more once it was forgotten; a copy from before opens with the master key of then",
    named(opens)
)]
pub struct WrongMaster {
    /// The one that was given.
    pub held: MasterId,
    /// Those that open it.
    pub opens: Vec<MasterId>,
}

fn named(all: &[MasterId]) -> String {
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    all.join(" or ")
}

/// The root with the id of the master key that it is wrapped under.
struct Wrapped {
    id: MasterId,
    root: Vec<u8>,
    since: Position,
}

const READING: &str = "reading the master keys";

fn rows(db: &mut Db) -> Result<Vec<Wrapped>, StoreError> {
    let rows: Vec<(Vec<u8>, Vec<u8>, i64)> = on!(db, conn => master_keys::table
        .order((master_keys::since, master_keys::id)).load(conn))
    .map_err(StoreError::failed(READING))?;
    let read = |(id, root, since): (Vec<u8>, Vec<u8>, i64)| {
        let id = MasterId::from_slice(&id).ok_or(StoreError::damaged("a master key"))?;
        Ok(Wrapped {
            id,
            root,
            since: unsigned(since),
        })
    };
    rows.into_iter().map(read).collect()
}

/// The ids of the master keys that open a database, as they stand there; none where it is from before.
pub(super) fn ids(db: &mut Db) -> Result<Vec<MasterId>, StoreError> {
    Ok(rows(db)?.iter().map(|row| row.id).collect())
}

/// The root out of these rows.
fn opened(rows: &[Wrapped], master: &MasterKey, origin: &str) -> Result<Root, StoreError> {
    let own = rows.iter().find(|row| row.id == master.id());
    let own = own.ok_or_else(|| WrongMaster {
        held: master.id(),
        opens: rows.iter().map(|row| row.id).collect(),
    })?;
    let root = master.unwrap(&own.root, origin);
    root.map_err(|_| StoreError::damaged("the root of the registry"))
}

/// The root of a registry that is there, by which its database knows it again. The caller has the only lock.
pub(super) fn root(
    db: &mut Db,
    master: &MasterKey,
    (origin, check): (&str, &[u8]),
    entropy: &dyn Entropy,
) -> Result<Root, StoreError> {
    let rows = rows(db)?;
    if !rows.is_empty() {
        let root = opened(&rows, master, origin)?;
        let is_known = root.check()? == check;
        return is_known
            .then_some(root)
            .ok_or(StoreError::damaged("the root of the registry"));
    }
    let root = master.derived();
    if root.check()? != check {
        return Err(StoreError::WrongKey);
    }
    write(db, master, root, origin, (0, entropy))?;
    Ok(root.clone())
}

/// The root of a new registry.
pub(super) fn found(
    db: &mut Db,
    master: &MasterKey,
    origin: &str,
    entropy: &dyn Entropy,
) -> Result<Root, StoreError> {
    let root = Root::new(entropy)?;
    write(db, master, &root, origin, (0, entropy))?;
    Ok(root)
}

fn write(
    db: &mut Db,
    master: &MasterKey,
    root: &Root,
    origin: &str,
    (since, entropy): (Position, &dyn Entropy),
) -> Result<(), StoreError> {
    insert(
        db,
        master.id(),
        &master.wrap(root, origin, entropy)?,
        signed(since),
    )
}

fn insert(db: &mut Db, id: MasterId, root: &[u8], since: i64) -> Result<(), StoreError> {
    let row = (
        master_keys::id.eq(id.as_bytes().to_vec()),
        master_keys::wrapped.eq(root),
        master_keys::since.eq(since),
    );
    on!(db, conn => diesel::insert_into(master_keys::table).values(row).execute(conn))
        .map_err(StoreError::failed("writing the root of the registry down"))?;
    Ok(())
}

impl ReadTx<'_> {
    /// The master keys that open the registry, in the order in which they came.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn master_keys<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
    ) -> Result<Vec<StoredMaster>, StoreError> {
        let told = |row: Wrapped| StoredMaster {
            id: row.id,
            since: row.since,
        };
        Ok(rows(self.db)?.into_iter().map(told).collect())
    }
}
