//! What the register has and the database not: after a restore, and for a block whose commit a crash
//! took away.

use super::act::{Block, LaterAct};
use super::fault::OutsideFault;
use super::file::{self, ENDING, Scan};
use super::rows::{self, Known};
use super::{Outside, Own};
use crate::access::{Grant, Serve};
use crate::audit::Hash;
use crate::domain::ids::Position;
use crate::store::error::StoreError;
use crate::store::keys::{KeyError, Keyring};
use crate::store::open::Store;
use crate::store::url::DatabaseUrl;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// Which files of the register must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// Those that this node wrote; all of them where the database is a file, which has one machine.
    Own,
    /// All that the database knows.
    All,
    /// None: what is lost is forgotten. It is to be recorded with its reason.
    None,
}

/// A file of the register that was lost, and is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Its name.
    pub id: String,
}

/// What the database lacks. As long as it is held no other process looks for the same.
pub struct Gap {
    /// Of each file.
    pub files: Vec<FileGap>,
    /// What is given up.
    pub lost: Vec<Lost>,
    _alone: File,
}

/// How far the files are taken in, and which are given up.
#[derive(Debug, Clone)]
pub struct Marks {
    pub(super) moved: Vec<Mark>,
    pub(super) lost: Vec<Lost>,
}

/// How far one is taken in.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub id: String,
    pub node: String,
    pub blocks: u64,
    pub head: Hash,
}

/// What the database lacks of one file.
pub struct FileGap {
    id: String,
    node: String,
    blocks: u64,
    head: Hash,
    file: File,
    end: u64,
    known: u64,
    /// The blocks that it has not taken in, but for those that were given up.
    pub later: Vec<Block>,
}

impl Gap {
    /// Every act that the database lacks, with the instant at which it was recorded; those of one file
    /// in their order.
    pub fn acts(&self) -> impl Iterator<Item = (DateTime<Utc>, &LaterAct)> {
        let blocks = self.files.iter().flat_map(|file| &file.later);
        blocks.flat_map(|block| block.acts.iter().map(|act| (block.at, act)))
    }

    /// How far the log had come, as far as the register tells.
    #[must_use]
    pub fn end(&self) -> Option<Position> {
        let blocks = self.files.iter().flat_map(|file| &file.later);
        blocks.map(|block| block.end).max()
    }

    /// Whether there is nothing to apply and nothing to record.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.acts().next().is_none() && self.lost.is_empty()
    }

    /// How far each file is taken in, once its blocks are.
    #[must_use]
    pub fn marks(&self) -> Marks {
        let mark = |file: &FileGap| Mark {
            id: file.id.clone(),
            node: file.node.clone(),
            blocks: file.blocks,
            head: file.head,
        };
        Marks {
            moved: self.files.iter().map(mark).collect(),
            lost: self.lost.clone(),
        }
    }
}

impl Store {
    /// Compares the register with the database. Blocks.
    ///
    /// # Errors
    /// [`StoreError::Outside`] where the register, or what it takes to open it, is missing or damaged.
    pub fn gap(&self, _grant: &Grant<Serve>, demand: Demand) -> Result<Gap, StoreError> {
        let outside = self.outside();
        outside.make_directory()?;
        let alone = outside.alone()?;
        let known = self.in_one_statement(rows::all)?;
        let mut look = Look {
            outside,
            keys: self.keys(),
            demand,
            live: BTreeSet::new(),
            lost: Vec::new(),
        };
        let files = look.files(&known)?;
        let everywhere = demand != Demand::Own || matches!(self.url(), DatabaseUrl::Sqlite(_));
        for one in &known {
            let found = files.iter().any(|file| file.id == one.id) || look.live.contains(&one.id);
            if !found && (everywhere || one.node == outside.place.node) {
                let path = file::path(&outside.place.directory, &one.id);
                look.gives_up(&one.id, OutsideFault::Missing(path))?;
            }
        }
        Ok(Gap {
            files,
            lost: look.lost,
            _alone: alone,
        })
    }

    /// Goes on with one of the files that nobody writes any more. Whoever serves has a file from the
    /// beginning, so that its loss is seen, be there nothing in it yet.
    ///
    /// # Errors
    /// Where a file cannot be begun.
    pub fn goes_on_with(&self, gap: Gap, serves: bool) -> Result<(), StoreError> {
        let outside = self.outside();
        let mut own = outside.own();
        if let Some(file) = gap.files.into_iter().next() {
            let committed = file.known;
            *own = Some(Own {
                id: file.id,
                file: file.file,
                blocks: file.blocks,
                head: file.head,
                end: file.end,
                committed,
                broken: false,
            });
        } else if serves {
            *own = Some(outside.begin(self.entropy())?);
        }
        let Some(own) = own.as_ref().filter(|_| serves) else {
            return Ok(());
        };
        let (id, node) = (own.id.as_str(), outside.place.node.as_str());
        // what was written after the mark stays after it
        self.outside_the_ledger(|db| match rows::find(db, id)? {
            Some(_) => Ok(()),
            None => rows::put(db, (id, node), own.blocks, &own.head),
        })
    }
}

impl Outside {
    /// One process looks at a time.
    fn alone(&self) -> Result<File, OutsideFault> {
        let path = self.place.directory.join("lock");
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false);
        let file = options
            .open(&path)
            .map_err(|error| OutsideFault::file(&path, "locked", error))?;
        // a file system without locks has one process
        drop(file.lock());
        Ok(file)
    }

    fn paths(&self) -> Result<Vec<PathBuf>, OutsideFault> {
        let directory = &self.place.directory;
        let failed = |error| OutsideFault::file(directory, "read", error);
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(directory).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|ending| ending == ENDING) {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }
}

/// A look at the files.
struct Look<'a> {
    outside: &'a Outside,
    keys: &'a Keyring,
    demand: Demand,
    live: BTreeSet<String>,
    lost: Vec<Lost>,
}

impl Look<'_> {
    fn files(&mut self, known: &[Known]) -> Result<Vec<FileGap>, OutsideFault> {
        let mut files = Vec::new();
        for path in self.outside.paths()? {
            let id = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let mut options = OpenOptions::new();
            let file = options.read(true).append(true).open(&path);
            let file = file.map_err(|error| OutsideFault::file(&path, "read", error))?;
            if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
                // whoever writes it takes in what is in it
                self.live.insert(id);
                continue;
            }
            let known = known.iter().find(|known| known.id == id);
            match self.one(&path, file, &id, known) {
                Ok(file) => files.push(file),
                Err(fault @ (OutsideFault::Damaged(_) | OutsideFault::Shut { .. })) => {
                    self.gives_up(&id, fault)?;
                    let aside = path.with_extension("damaged");
                    std::fs::rename(&path, &aside)
                        .map_err(|error| OutsideFault::file(&path, "put aside", error))?;
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(files)
    }

    fn one(
        &self,
        path: &Path,
        file: File,
        id: &str,
        known: Option<&Known>,
    ) -> Result<FileGap, OutsideFault> {
        let since = known.map_or(0, |known| known.blocks);
        let scan = file::scan(path, &file, since)?;
        if scan.id != id {
            return Err(OutsideFault::Damaged(path.to_owned()));
        }
        if scan.origin != self.outside.origin {
            let (path, origin) = (path.to_owned(), scan.origin);
            return Err(OutsideFault::Foreign { path, origin });
        }
        let then = scan.head_then.map(|head| head.to_vec());
        if then.is_none() || known.is_some_and(|known| Some(&known.head) != then.as_ref()) {
            return Err(OutsideFault::Damaged(path.to_owned()));
        }
        let later = self.opened(path, &scan)?;
        file.set_len(scan.end)
            .map_err(|error| OutsideFault::file(path, "mended", error))?;
        let node = known.map_or_else(
            || self.outside.place.node.clone(),
            |known| known.node.clone(),
        );
        Ok(FileGap {
            id: scan.id,
            node,
            blocks: scan.blocks,
            head: scan.head,
            file,
            end: scan.end,
            known: since,
            later,
        })
    }

    /// The blocks after the mark, but for those that a later one says were given up.
    fn opened(&self, path: &Path, scan: &Scan) -> Result<Vec<Block>, OutsideFault> {
        let mut blocks: Vec<(u64, Block)> = Vec::new();
        for sealed in &scan.later {
            let path = path.to_owned();
            let block = sealed
                .open(&scan.id, self.keys)
                .map_err(|error| match error {
                    KeyError::NotHeld(_) => OutsideFault::Shut { path, error },
                    _ => OutsideFault::Damaged(path),
                })?;
            while blocks.pop_if(|(number, _)| *number > block.after).is_some() {}
            blocks.push((sealed.number, block));
        }
        Ok(blocks.into_iter().map(|(_, block)| block).collect())
    }

    fn gives_up(&mut self, id: &str, fault: OutsideFault) -> Result<(), OutsideFault> {
        if self.demand != Demand::None {
            return Err(fault);
        }
        self.lost.push(Lost { id: id.to_owned() });
        Ok(())
    }
}
