//! Which tiles prove a range of entries to a checkpoint, and their bytes out of a store.

use super::format::LOG;
use crate::audit::Hash;
use crate::audit::tile::{Content, TILE_WIDTH, TileError, TileId, encode_bundle, encode_hashes};
use crate::audit::tree::{TILE_HEIGHT, hash_leaf};
use std::collections::BTreeSet;
use std::ops::Range;

/// What a store hands out about its log.
pub trait LogSource {
    /// The store's own error.
    type Error;

    /// The exact leaf bytes at these positions, in order.
    ///
    /// # Errors
    /// The store's own.
    fn leaf_bytes(&self, positions: Range<u64>) -> Result<Vec<Vec<u8>>, Self::Error>;

    /// The kept root of a full tile: number `index` of the hashes of `level`, from 1 (what
    /// [`crate::audit::tree::Frontier::append`] returned).
    ///
    /// # Errors
    /// The store's own.
    fn tile_root(&self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

/// Why a tile could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError<E> {
    /// The store failed.
    #[error("log could not be read")]
    Source(#[source] E),
    /// The store has fewer leaves than its size says.
    #[error("log has fewer entries than its size")]
    Missing,
    /// A leaf does not fit into a bundle.
    #[error(transparent)]
    Tile(#[from] TileError),
}

/// The tiles and bundles that prove the entries `first..end` of a log of `size`, sorted: those over
/// the range on every level, and the right edge, from which the root follows.
#[must_use]
pub fn needed_tiles(first: u64, end: u64, size: u64) -> Vec<TileId> {
    let mut needed = BTreeSet::new();
    let mut add = |content, index| needed.extend(TileId::within(size, content, index));
    for index in covering(first, end, 0) {
        add(Content::Entries, index);
    }
    for level in 0..8 {
        let hashes = size >> (level * TILE_HEIGHT);
        if hashes == 0 {
            break;
        }
        for index in covering(first, end, level) {
            add(Content::Hashes(level), index);
        }
        add(Content::Hashes(level), hashes / TILE_WIDTH);
    }
    needed.into_iter().collect()
}

/// The tiles that prove single entries of a log of `size`, sorted: those over each, and the right
/// edge. No bundles: they would hold the neighbours' leaves.
#[must_use]
pub fn sparse_tiles(positions: &BTreeSet<u64>, size: u64) -> Vec<TileId> {
    let mut needed: BTreeSet<TileId> = needed_tiles(0, 0, size).into_iter().collect();
    for position in positions.range(..size) {
        let over = needed_tiles(*position, position.saturating_add(1), size);
        needed.extend(over.into_iter().filter(|id| id.content != Content::Entries));
    }
    needed.into_iter().collect()
}

/// Indexes of the tiles of `level` over the entries `first..end`.
fn covering(first: u64, end: u64, level: u8) -> Range<u64> {
    if first >= end {
        return 0..0;
    }
    // a tile of level 7 spans all 64 bits
    let index = |entry: u64| {
        entry
            .checked_shr(u32::from((level + 1) * TILE_HEIGHT))
            .unwrap_or(0)
    };
    index(first)..index(end - 1) + 1
}

/// Tiles and bundles, one at a time, with their paths in a package.
pub fn tiles_of<S: LogSource>(
    needed: Vec<TileId>,
    source: &S,
) -> impl Iterator<Item = Result<(String, Vec<u8>), PlanError<S::Error>>> {
    needed
        .into_iter()
        .map(move |id| Ok((format!("{LOG}{id}"), tile_bytes(&id, source)?)))
}

/// The bytes of one tile or bundle.
///
/// # Errors
/// When the store fails or lacks entries.
pub fn tile_bytes<S: LogSource>(id: &TileId, source: &S) -> Result<Vec<u8>, PlanError<S::Error>> {
    let range = id.start()..id.start().saturating_add(u64::from(id.width));
    match id.content {
        Content::Entries => Ok(encode_bundle(&leaves(id, range, source)?)?),
        Content::Hashes(0) => {
            let leaves = leaves(id, range, source)?;
            let hashes: Vec<_> = leaves.iter().map(|leaf| hash_leaf(leaf)).collect();
            Ok(encode_hashes(&hashes))
        }
        Content::Hashes(level) => {
            let roots = range.map(|index| source.tile_root(level, index));
            let roots: Result<Vec<_>, _> = roots.collect();
            Ok(encode_hashes(&roots.map_err(PlanError::Source)?))
        }
    }
}

fn leaves<S: LogSource>(
    id: &TileId,
    range: Range<u64>,
    source: &S,
) -> Result<Vec<Vec<u8>>, PlanError<S::Error>> {
    let leaves = source.leaf_bytes(range).map_err(PlanError::Source)?;
    if leaves.len() == usize::from(id.width) {
        Ok(leaves)
    } else {
        Err(PlanError::Missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn paths(first: u64, end: u64, size: u64) -> Vec<String> {
        let needed = needed_tiles(first, end, size);
        needed.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_range_and_the_right_edge() {
        assert_eq!(
            paths(300, 600, 70_000),
            [
                "tile/0/001",
                "tile/0/002",
                "tile/0/273.p/112",
                "tile/1/000",
                "tile/1/001.p/17",
                "tile/2/000.p/1",
                "tile/entries/001",
                "tile/entries/002"
            ]
        );
        assert_eq!(
            paths(0, 256, 256),
            ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]
        );
        assert_eq!(paths(5, 5, 10), ["tile/0/000.p/10"]);
        assert!(paths(0, 0, 0).is_empty());
    }

    #[test]
    fn single_entries_and_the_right_edge() {
        let needed = sparse_tiles(&BTreeSet::from([3, 5, 600, 70_000]), 70_000);
        let paths: Vec<_> = needed.iter().map(ToString::to_string).collect();
        assert_eq!(
            paths,
            [
                "tile/0/000",
                "tile/0/002",
                "tile/0/273.p/112",
                "tile/1/000",
                "tile/1/001.p/17",
                "tile/2/000.p/1"
            ]
        );
    }

    proptest! {
        #[test]
        fn planning_never_panics(first: u64, length in 0u64..3_000, size: u64) {
            let _ = needed_tiles(first, first.saturating_add(length), size);
        }
    }
}
