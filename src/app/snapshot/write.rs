//! Writing the file, while checks and changes go on.

use super::frames::{Binding, FrameError};
use super::{Head, place_in, root};
use crate::app::open::App;
use crate::domain::ids::Position;
use crate::domain::time::{NoEntropy, random};
use crate::index::Making;
use crate::store::StoreError;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The file could not be written; the one before stands.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The disk.
    #[error("the snapshot of the index cannot be written: {0}")]
    Io(#[from] io::Error),
    /// The root of the log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Randomness is missing.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// A piece could not be sealed.
    #[error("the snapshot of the index cannot be sealed: {0}")]
    Sealing(String),
}

impl From<FrameError> for SnapshotError {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Io(error) => Self::Io(error),
            FrameError::Key(error) => Self::Sealing(error.to_string()),
        }
    }
}

impl App {
    /// Writes the index into the node's directory, in the place of the file before; at which entry of the ledger
    /// it stands.
    ///
    /// # Errors
    /// Where it cannot be written. What was there before stays.
    pub fn write_snapshot(&self, directory: &Path) -> Result<Position, SnapshotError> {
        let file = place_in(directory);
        let part = file.with_extension("part");
        let position = self.write_pieces(&part)?;
        std::fs::rename(&part, &file)?;
        File::open(directory)?.sync_all()?;
        Ok(position)
    }

    /// At which entry of the ledger the file stood that the index was taken from; 0 where it was from none.
    #[must_use]
    pub const fn snapshot_taken(&self) -> Position {
        self.taken_from
    }

    fn write_pieces(&self, part: &Path) -> Result<Position, SnapshotError> {
        let mut to = BufWriter::new(alone(part)?);
        let mut making = Making::default();
        let mut next = self.index.next_piece(&mut making);
        // what changes while pieces are made, the ledger says again from here on
        let position = next.as_ref().map_or(0, |(_, position)| *position);
        let root = self.store.read(|tx| root(tx, &self.serve, position))?;
        let (origin, shard) = (self.store.origin(), self.index.shard());
        let head = Head::of(origin, shard, (position, root), random(self.entropy())?);
        let line = serde_json::to_string(&head).map_err(io::Error::from)? + "\n";
        to.write_all(line.as_bytes())?;
        let binding = Binding {
            keys: self.keys(),
            head: line.as_bytes(),
        };
        for number in 0.. {
            let Some((piece, _)) = next else { break };
            next = self.index.next_piece(&mut making);
            let place = (number, next.is_none());
            binding.write(&mut to, &piece, place, self.entropy())?;
        }
        to.into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .sync_all()?;
        Ok(position)
    }
}

/// A file of this process alone, empty: where two nodes share a directory, one of them writes.
fn alone(part: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(part)?;
    file.try_lock()?;
    file.set_len(0)?;
    Ok(file)
}
