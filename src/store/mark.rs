//! How far the log has come, in a small file beside an `SQLite` database.
//!
//! Every process that appends to the log says here how far it goes, while it holds the only lock
//! for writing and before it commits. Whoever has taken in as much as is said here has therefore
//! taken in everything that was acknowledged before it looked. Looking is one read of sixteen
//! bytes, where asking the database takes locks (`docs/decisions/0007`).
//!
//! The file says too much where a commit failed or a power cut took it back, which costs a look
//! at the database and nothing else; it never says too little.

use super::error::StoreError;
use crate::domain::ids::Position;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// The position, and its complement: a read amid a write does not pass for a position.
const BYTES: usize = 16;

/// The open file.
#[derive(Debug)]
pub(super) struct Mark(File);

impl Mark {
    /// Opens the mark of a database, or makes it. It is opened before the first transaction, and
    /// set within it.
    pub fn open(database: &Path) -> Result<Self, StoreError> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path(database));
        file.map(Self).map_err(refused)
    }

    /// Says how far the log will go with this commit. The database's lock for writing is held.
    pub fn set(&self, end: Position) -> Result<(), StoreError> {
        let mut bytes = [0; BYTES];
        let (said, check) = bytes.split_at_mut(BYTES / 2);
        said.copy_from_slice(&end.to_le_bytes());
        check.copy_from_slice(&(!end).to_le_bytes());
        self.0.write_all_at(&bytes, 0).map_err(refused)
    }

    /// How far the log may have come; `None` where that cannot be told from here.
    pub fn read(&self) -> Option<Position> {
        let mut bytes = [0; BYTES];
        self.0.read_exact_at(&mut bytes, 0).ok()?;
        let (said, check) = bytes.split_at(BYTES / 2);
        let number = |bytes: &[u8]| Some(Position::from_le_bytes(bytes.try_into().ok()?));
        let (said, check) = (number(said)?, number(check)?);
        (said == !check).then_some(said)
    }
}

fn path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-head");
    name.into()
}

fn refused(error: std::io::Error) -> StoreError {
    StoreError::Unreachable(format!(
        "the file beside the database that says how far the log has come cannot be used: {error}"
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_is_said_is_read_by_others_and_half_of_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let (one, other) = (
            Mark::open(&database).unwrap(),
            Mark::open(&database).unwrap(),
        );
        assert_eq!(one.read(), None);
        one.set(255).unwrap();
        assert_eq!(other.read(), Some(255));
        other.set(256).unwrap();
        assert_eq!(one.read(), Some(256));
        one.0.write_all_at(&[7], 0).unwrap();
        assert_eq!(other.read(), None);
        one.0.set_len(3).unwrap();
        assert_eq!(other.read(), None);
    }
}
