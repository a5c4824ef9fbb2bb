//! The register outside the database: whoever was erased and whatever no was said is written there, in
//! files that only grow, before the commit that acknowledges it. A database that was brought back is
//! behind it; what it lacks is applied again before anything is served
//! (`docs/decisions/0035-backup-and-restore.md`).
//!
//! Which blocks a database has taken in stands in the database itself, moved in the same transaction.
//! So neither a crash nor a restore leaves a doubt: a block after that mark is not in this database.

mod act;
mod apply;
mod fault;
mod file;
mod gap;
mod rows;

use act::Block;
pub use act::LaterAct;
pub(super) use act::gather;
pub use apply::Applied;
pub use fault::OutsideFault;
pub use gap::{Demand, Gap, Marks};

use super::connection::Db;
use super::error::StoreError;
use super::keys::{Epoch, Keyring};
use crate::audit::Hash;
use crate::domain::ids::Position;
use crate::domain::time::Entropy;
use chrono::{DateTime, Utc};
use file::Append;
use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where the register is.
#[derive(Debug, Clone)]
pub struct RegisterPlace {
    /// The directory of its files.
    pub directory: PathBuf,
    /// By which name the database knows who writes there: machine and directory.
    pub node: String,
}

/// The register as one process writes it.
pub(super) struct Outside {
    place: RegisterPlace,
    origin: String,
    own: Mutex<Option<Own>>,
}

/// The file that this process writes. It is locked while the process lives.
struct Own {
    id: String,
    file: File,
    blocks: u64,
    head: Hash,
    end: u64,
    /// So many blocks were committed for certain.
    committed: u64,
    /// A write failed, and its beginning could not be taken back.
    broken: bool,
}

/// How what is written is sealed.
pub(super) struct Sealing<'a> {
    pub keys: &'a Keyring,
    pub epoch: Epoch,
    pub entropy: &'a dyn Entropy,
}

impl Outside {
    pub fn new(place: RegisterPlace, origin: String) -> Self {
        Self {
            place,
            origin,
            own: Mutex::default(),
        }
    }

    fn own(&self) -> MutexGuard<'_, Option<Own>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a commit's acts, durably, and moves the database's mark: the last step before the commit.
    pub fn write_down(
        &self,
        db: &mut Db,
        (end, at): (Position, DateTime<Utc>),
        acts: Vec<LaterAct>,
        sealing: &Sealing<'_>,
    ) -> Result<(), StoreError> {
        super::epochs::hold(db, sealing.keys, sealing.epoch)?;
        let mut held = self.own();
        let own = match held.take() {
            Some(own) => held.insert(own),
            None => held.insert(self.begin(sealing.entropy)?),
        };
        let after = rows::find(db, &own.id)?.map_or(0, |known| known.blocks);
        if after < own.committed || own.broken {
            return Err(OutsideFault::WentBack.into());
        }
        let block = Block {
            end,
            at,
            after,
            acts,
        };
        own.append(&block, sealing, &self.place)?;
        rows::put(db, (&own.id, &self.place.node), own.blocks, &own.head)
    }

    /// The commit has come about.
    pub fn committed(&self) {
        if let Some(own) = self.own().as_mut() {
            own.committed = own.blocks;
        }
    }

    fn begin(&self, entropy: &dyn Entropy) -> Result<Own, OutsideFault> {
        self.make_directory()?;
        let (id, file, head, end) = file::begin(&self.place.directory, &self.origin, entropy)?;
        Ok(Own {
            id,
            file,
            blocks: 0,
            head,
            end,
            committed: 0,
            broken: false,
        })
    }

    fn make_directory(&self) -> Result<(), OutsideFault> {
        let directory = &self.place.directory;
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory);
        made.map_err(|error| OutsideFault::file(directory, "begun", error))
    }
}

impl Own {
    fn append(
        &mut self,
        block: &Block,
        sealing: &Sealing<'_>,
        place: &RegisterPlace,
    ) -> Result<(), OutsideFault> {
        let number = self.blocks.saturating_add(1);
        let at = (self.id.as_str(), number, &self.head);
        let with = (sealing.keys, sealing.epoch, sealing.entropy);
        match file::append(&self.file, at, block, with) {
            Ok((head, bytes)) => {
                (self.head, self.blocks) = (head, number);
                self.end = self.end.saturating_add(bytes);
                Ok(())
            }
            Err(Append::Key(error)) => Err(error.into()),
            Err(Append::Io(error)) => {
                // a beginning of a block must not stand before the next one
                self.broken = self.file.set_len(self.end).is_err();
                let path = file::path(&place.directory, &self.id);
                Err(OutsideFault::file(&path, "written", error))
            }
        }
    }
}
