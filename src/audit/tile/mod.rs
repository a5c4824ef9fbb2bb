//! The published form of a log, C2SP tlog-tiles: hashes in tiles of 256, entries in bundles of 256,
//! each a file that never changes once it is full.

mod bundle;
mod path;
mod reader;

pub use bundle::{bundle_entries, decode_bundle, encode_bundle};
pub use path::{Content, TileId};
pub use reader::{TileReader, TileSource};

use super::Hash;

/// Hashes in a full tile, entries in a full bundle.
pub const TILE_WIDTH: u64 = 256;

/// Why bytes or a path are no tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// The path does not follow tlog-tiles, or spells a tile in a second way.
    #[error("not a tile path")]
    Path,
    /// A tile or bundle has another number of hashes or entries than its path says.
    #[error("tile does not have the width its path states")]
    Width,
    /// An entry is longer than its length prefix can say: 65,535 bytes.
    #[error("entry is longer than 65535 bytes")]
    EntryTooLong,
    /// A bundle ends within an entry.
    #[error("bundle ends within an entry")]
    Truncated,
}

/// The bytes of a tile of hashes.
#[must_use]
pub fn encode_hashes(hashes: &[Hash]) -> Vec<u8> {
    hashes.concat()
}

/// The hashes of a tile that should hold `width` of them.
///
/// # Errors
/// When it holds another number.
pub fn decode_hashes(bytes: &[u8], width: u16) -> Result<&[Hash], TileError> {
    match bytes.as_chunks::<32>() {
        (hashes, []) if hashes.len() == usize::from(width) => Ok(hashes),
        _ => Err(TileError::Width),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn hashes_round_trip() {
        let hashes = [[1; 32], [2; 32]];
        let bytes = encode_hashes(&hashes);
        assert_eq!(decode_hashes(&bytes, 2).unwrap(), hashes);
        assert_eq!(decode_hashes(&bytes, 3), Err(TileError::Width));
        assert_eq!(
            decode_hashes(bytes.get(..63).unwrap(), 2),
            Err(TileError::Width)
        );
    }
}
