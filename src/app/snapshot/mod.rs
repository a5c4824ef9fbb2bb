//! The index in a file of the node's own, from which it is there again in seconds where the database would take
//! minutes: the file, then what the ledger says since.
//!
//! The file is sealed under a key of the registry's, piece by piece: nobody reads in it without the key, a piece
//! that was changed, moved or left out is noticed, and so is the file of another registry. It also says which
//! entry of the ledger it stands at and the root of the log there: after a restore, a ledger that went another
//! way is noticed as well. Whatever is wrong with it, the index is built from the database as if it were not
//! there, and a line of the log says so.

mod frames;
mod read;
#[cfg(test)]
pub(super) mod tests;
mod write;

pub(super) use read::{Unused, load};

use super::tile::LogRead;
use super::witness::Tiles;
use crate::access::{Grant, Serve};
use crate::audit::encoding::hex;
use crate::audit::proof;
use crate::audit::tile::TileReader;
use crate::domain::ids::Position;
use crate::domain::shard::Shard;
use crate::index::FORM;
use crate::store::{ReadTx, StoreError};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The first line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    placet_index: u32,
    /// The program that wrote it.
    version: String,
    /// Of which registry: the name of the log.
    origin: String,
    /// The entry of the ledger from which on it is to be followed.
    position: Position,
    /// The root of the log there.
    root: String,
    /// Which part of the persons is in it, where not everybody is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shard: Option<String>,
    /// By which the pieces of this file are told from those of another.
    file: String,
}

impl Head {
    fn of(
        origin: &str,
        shard: Option<Shard>,
        (position, root): (Position, String),
        file: [u8; 16],
    ) -> Self {
        Self {
            placet_index: FORM,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            origin: origin.to_owned(),
            position,
            root,
            shard: shard.map(|shard| shard.to_string()),
            file: hex(&file),
        }
    }
}

/// The file in a directory of the node's own.
#[must_use]
pub fn place_in(directory: &Path) -> PathBuf {
    directory.join("index.snapshot")
}

/// The root of the log's first entries, in hexadecimal digits.
fn root(
    tx: &mut ReadTx<'_>,
    grant: &Grant<Serve>,
    position: Position,
) -> Result<String, StoreError> {
    let reader = TileReader::new(position, Tiles(LogRead::new(tx, grant)));
    let root = proof::root(position, &reader);
    root.map(|root| hex(&root))
        .map_err(|error| StoreError::Log(error.to_string()))
}
