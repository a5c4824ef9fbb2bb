//! Witnesses: others who saw this log only grow, and say so (C2SP tlog-witness, tlog-cosignature).
//!
//! Nobody waits for them. Checkpoints are signed and served without; a cosignature that comes later
//! is kept beside its checkpoint and served with it.

mod submit;
#[cfg(test)]
mod tests;

pub use submit::SubmitError;

use super::checkpoint::Signed;
use super::open::App;
use super::refusal::Refusal;
use super::tile::LogRead;
use crate::access::{Grant, Serve};
use crate::audit::Hash;
use crate::audit::note::CosignerKey;
use crate::audit::package::plan::tile_bytes;
use crate::audit::proof::{consistency_proof, inclusion_proof};
use crate::audit::tile::{TileId, TileReader, TileSource};
use crate::domain::ids::Position;
use crate::store::{ReadTx, StoreError};
use std::str::FromStr;

/// A witness that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its key.
    pub key: CosignerKey,
    /// Its submission prefix, without a slash at the end.
    pub url: String,
}

impl FromStr for Witness {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong =
            "must be VKEY=URL: a witness's key of type 04 and an http:// or https:// address";
        let (key, url) = text.split_once('=').ok_or(wrong)?;
        let key = key.parse().map_err(|_| wrong)?;
        let url = url.trim_end_matches('/').to_owned();
        let address = url.starts_with("http://") || url.starts_with("https://");
        if address {
            Ok(Self { key, url })
        } else {
            Err(wrong)
        }
    }
}

/// The way out to a witness, handed in. It takes seconds at most, follows no redirect, and reads
/// no more than a few kilobytes.
pub trait Courier: Send + Sync {
    /// Posts `body` to `url`.
    ///
    /// # Errors
    /// Where no whole answer came in time.
    fn post(&self, url: &str, body: String) -> Result<Reply, Unreached>;
}

/// What a witness answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body, where it is text.
    pub body: String,
}

/// No answer came; why, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreached(pub String);

impl App {
    /// The signed head of the log, as [`App::sign_head`], with the cosignatures on it, if any.
    ///
    /// # Errors
    /// As [`App::sign_head`].
    pub fn checkpoint(&self) -> Result<String, Refusal> {
        let Signed { size, note, .. } = self.sign_head(self.now())?;
        Ok(self
            .store
            .read(|tx| with_cosignatures(tx, &self.serve, size, note))?)
    }

    /// The newest checkpoint that some witness has cosigned, with its cosignatures.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn cosigned_checkpoint(&self) -> Result<Option<String>, Refusal> {
        let found = self.store.read(|tx| {
            let size = tx.newest_cosigned(&self.serve, Position::MAX)?;
            size.map_or(Ok(None), |size| cosigned(tx, &self.serve, size))
        });
        Ok(found?)
    }
}

/// What others said last of the log: who, how many entries, when.
pub struct Vouchers {
    /// The witnesses of the newest cosigned checkpoint: name, size, time in seconds since 1970.
    pub cosigned: Vec<(String, Position, i64)>,
    /// The newest timestamp: size, time.
    pub stamped: Option<(Position, i64)>,
}

impl App {
    /// What others said last of the log, as far as it was written down.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn vouchers(&self) -> Result<Vouchers, Refusal> {
        let found = self.store.read(|tx| {
            let size = tx.newest_cosigned(&self.serve, Position::MAX)?;
            let rows = match size {
                Some(size) => tx.cosignatures(&self.serve, size, size)?,
                None => Vec::new(),
            };
            let stamped = tx.newest_timestamp(&self.serve, Position::MAX)?;
            Ok::<_, StoreError>((rows, stamped))
        })?;
        let name = |vkey: &str| vkey.split('+').next().unwrap_or_default().to_owned();
        let cosigned = found.0.iter();
        Ok(Vouchers {
            cosigned: cosigned
                .map(|row| (name(&row.witness), row.size, row.at))
                .collect(),
            stamped: found.1.map(|one| (one.size, one.at)),
        })
    }
}

/// The checkpoint of a size with its cosignatures; `None` where none was signed for that size.
pub(super) fn cosigned(
    tx: &mut ReadTx<'_>,
    grant: &Grant<Serve>,
    size: Position,
) -> Result<Option<String>, StoreError> {
    let kept = tx.checkpoint(grant, Some(size))?;
    let note = kept.filter(|(kept, ..)| *kept == size).map(|kept| kept.1);
    note.map(|note| with_cosignatures(tx, grant, size, note))
        .transpose()
}

fn with_cosignatures(
    tx: &mut ReadTx<'_>,
    grant: &Grant<Serve>,
    size: Position,
    note: String,
) -> Result<String, StoreError> {
    let lines = tx.cosignatures(grant, size, size)?;
    Ok(lines.iter().fold(note, |note, one| note + &one.line))
}

/// The proof that the log's first `old` entries stand unchanged among its first `new`.
pub(super) fn proof_between(
    tx: &mut ReadTx<'_>,
    grant: &Grant<Serve>,
    old: Position,
    new: Position,
) -> Result<Vec<Hash>, StoreError> {
    let reader = TileReader::new(new, Tiles(LogRead::new(tx, grant)));
    consistency_proof(old, new, &reader).map_err(|error| StoreError::Log(error.to_string()))
}

/// The proof that the entry at a position stands among the log's first `size`.
pub(super) fn inclusion_in(
    tx: &mut ReadTx<'_>,
    grant: &Grant<Serve>,
    position: Position,
    size: Position,
) -> Result<Vec<Hash>, StoreError> {
    let reader = TileReader::new(size, Tiles(LogRead::new(tx, grant)));
    inclusion_proof(size, position, &reader).map_err(|error| StoreError::Log(error.to_string()))
}

/// The tiles of the log as a read transaction sees it.
pub(super) struct Tiles<'a, 'b>(pub(super) LogRead<'a, 'b>);

impl TileSource for Tiles<'_, '_> {
    fn tile(&self, id: &TileId) -> Option<Vec<u8>> {
        tile_bytes(id, &self.0).ok()
    }
}
