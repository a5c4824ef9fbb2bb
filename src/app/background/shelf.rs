//! The files, in a directory of the node's own that is open to its owner alone. One is there under its
//! name only once it is whole; until then it ends with `.part`.

use crate::audit::encoding::hex;
use crate::domain::ids::BackgroundId;
use crate::domain::time::{Entropy, random};
use chrono::TimeDelta;
use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

/// The file with the node's name.
const NODE: &str = "node";
/// The file that the process locks which makes this node's exports.
const LOCK: &str = "lock";
/// The most letters of a host's name.
const HOST: usize = 40;

/// The files of a node.
#[derive(Debug)]
pub struct Shelf {
    directory: PathBuf,
    node: String,
    keep: TimeDelta,
    lock: Mutex<Option<File>>,
    /// One maker at a time chooses what is next.
    pub(super) choosing: Mutex<()>,
    /// Whether what an earlier process left has been looked at.
    pub(super) tidied: AtomicBool,
}

impl Shelf {
    /// The shelf in a directory, which is made where it is not there. The node keeps its name for as
    /// long as the directory is kept; files are kept for `keep`.
    ///
    /// # Errors
    /// Where the directory cannot be used.
    pub fn open(
        directory: &Path,
        host: &str,
        keep: TimeDelta,
        entropy: &dyn Entropy,
    ) -> io::Result<Self> {
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory);
        made?;
        let node = match std::fs::read_to_string(directory.join(NODE)) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                baptise(directory, &name(host, entropy)?)?
            }
            read => read?,
        };
        Ok(Self {
            directory: directory.to_owned(),
            node: node.trim().to_owned(),
            keep,
            lock: Mutex::default(),
            choosing: Mutex::default(),
            tidied: AtomicBool::new(false),
        })
    }

    /// The node's name: its host's, and some letters that tell it from another of that name.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.node
    }

    /// For how long a file is kept.
    #[must_use]
    pub const fn keep(&self) -> TimeDelta {
        self.keep
    }

    /// Whether this process makes the node's exports: of several with one directory, the first.
    pub(super) fn is_ours(&self) -> io::Result<bool> {
        let mut held = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_some() {
            return Ok(true);
        }
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(self.directory.join(LOCK))?;
        match file.try_lock() {
            Ok(()) => *held = Some(file),
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(true)
    }

    /// Begins a file anew.
    pub(super) fn begin(&self, id: BackgroundId) -> io::Result<File> {
        self.discard(id)?;
        let mut options = OpenOptions::new();
        let options = options.write(true).create_new(true).mode(0o600);
        options.open(self.part(id))
    }

    /// Ends it: on the disk, then under its name. How large it is.
    pub(super) fn end(&self, id: BackgroundId, file: &File) -> io::Result<u64> {
        file.sync_all()?;
        std::fs::rename(self.part(id), self.path(id))?;
        File::open(&self.directory)?.sync_all()?;
        Ok(file.metadata()?.len())
    }

    /// Throws away what was begun, if anything.
    pub(super) fn discard(&self, id: BackgroundId) -> io::Result<()> {
        removed(&self.part(id))
    }

    /// Takes a file away, if it is there.
    pub(super) fn remove(&self, id: BackgroundId) -> io::Result<()> {
        removed(&self.path(id))
    }

    /// The file, to be read.
    pub(super) fn file(&self, id: BackgroundId) -> io::Result<File> {
        File::open(self.path(id))
    }

    /// Takes away the files of exports that nobody knows any more.
    pub(super) fn sweep(&self, known: &BTreeSet<BackgroundId>) -> io::Result<()> {
        for entry in std::fs::read_dir(&self.directory)? {
            let path = entry?.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let id = stem.and_then(|stem| stem.parse::<BackgroundId>().ok());
            if id.is_some_and(|id| !known.contains(&id)) {
                removed(&path)?;
            }
        }
        Ok(())
    }

    fn part(&self, id: BackgroundId) -> PathBuf {
        self.directory.join(format!("{id}.part"))
    }

    fn path(&self, id: BackgroundId) -> PathBuf {
        self.directory.join(format!("{id}.file"))
    }
}

fn removed(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

fn name(host: &str, entropy: &dyn Entropy) -> io::Result<String> {
    let fits = |c: &char| c.is_ascii_alphanumeric() || "-.".contains(*c);
    let host: String = host.chars().filter(fits).take(HOST).collect();
    let host = if host.is_empty() { "node" } else { &host };
    let random: [u8; 3] = random(entropy).map_err(io::Error::other)?;
    Ok(format!("{host}-{}", hex(&random)))
}

/// Gives the node its name: of two processes that start at once, one does.
fn baptise(directory: &Path, name: &str) -> io::Result<String> {
    let draft = directory.join(format!("{NODE}.new-{}", std::process::id()));
    let mut options = OpenOptions::new();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&draft)?;
    writeln!(file, "{name}")?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, directory.join(NODE));
    removed(&draft)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => std::fs::read_to_string(directory.join(NODE)),
    }
}
