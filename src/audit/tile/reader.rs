//! Any subtree of the log out of its tiles: what proofs are made from.

use super::{Content, TILE_WIDTH, TileId, decode_hashes};
use crate::audit::Hash;
use crate::audit::proof::NodeReader;
use crate::audit::tree::{TILE_HEIGHT, perfect_root};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Where the bytes of a tile come from: files, rows, an archive.
pub trait TileSource {
    /// The bytes of that tile, or `None` where it is not kept.
    fn tile(&self, id: &TileId) -> Option<Vec<u8>>;
}

/// Reads subtrees of a log of a given size. Each tile is asked for once in the reader's life, so
/// make one for each proof, or one for a short batch.
pub struct TileReader<S> {
    size: u64,
    source: S,
    seen: RefCell<BTreeMap<TileId, Option<Vec<u8>>>>,
}

impl<S: TileSource> TileReader<S> {
    /// A reader of the log's first `size` entries.
    #[must_use]
    pub fn new(size: u64, source: S) -> Self {
        let seen = RefCell::default();
        Self { size, source, seen }
    }
}

impl<S: TileSource> NodeReader for TileReader<S> {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        // the tile holds every eighth level; the seven between are hashed together here
        let count = 1u64 << (level % TILE_HEIGHT);
        let start = index.checked_mul(count)?;
        let content = Content::Hashes(level / TILE_HEIGHT);
        let id = TileId::within(self.size, content, start / TILE_WIDTH)?;
        let mut seen = self.seen.borrow_mut();
        let bytes = seen.entry(id).or_insert_with(|| self.source.tile(&id));
        let hashes = decode_hashes(bytes.as_deref()?, id.width).ok()?;
        let offset = (start % TILE_WIDTH) as usize;
        perfect_root(hashes.get(offset..offset + count as usize)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::audit::proof::{consistency_proof, inclusion_proof, root};
    use crate::audit::proof::{verify_consistency, verify_inclusion};
    use crate::audit::tile::encode_hashes;
    use crate::audit::tree::Frontier;
    use crate::audit::tree::tests::{leaves, naive_root};
    use proptest::prelude::*;
    use std::cell::Cell;

    /// What a store keeps: the entries' hashes, and the completed tiles that the frontier told.
    struct Store {
        levels: Vec<Vec<Hash>>,
        reads: Cell<usize>,
    }

    impl Store {
        fn of(all: &[Hash]) -> (Self, Frontier) {
            let (mut levels, mut frontier) = (vec![all.to_vec(), vec![], vec![]], Frontier::new());
            for leaf in all {
                for done in frontier.append(*leaf) {
                    let level = &mut levels[usize::from(done.level)];
                    assert_eq!(level.len() as u64, done.index);
                    level.push(done.hash);
                }
            }
            let reads = Cell::default();
            (Self { levels, reads }, frontier)
        }
    }

    impl TileSource for &Store {
        fn tile(&self, id: &TileId) -> Option<Vec<u8>> {
            let Content::Hashes(level) = id.content else {
                return None;
            };
            self.reads.set(self.reads.get() + 1);
            let start = id.start() as usize;
            let hashes = self.levels.get(usize::from(level))?;
            Some(encode_hashes(
                hashes.get(start..start + usize::from(id.width))?,
            ))
        }
    }

    #[test]
    fn few_reads_for_a_proof() {
        let all = leaves(70_000);
        let (store, frontier) = Store::of(&all);
        let reader = TileReader::new(70_000, &store);
        let proof = inclusion_proof(70_000, 12_345, &reader).unwrap();
        let (leaf, root) = (all[12_345], frontier.root());
        assert_eq!(
            verify_inclusion(&leaf, 12_345, 70_000, &proof, &root),
            Ok(())
        );
        assert!(store.reads.get() <= 5, "{}", store.reads.get());
    }

    #[test]
    fn what_is_not_there_is_none() {
        let (store, _) = Store::of(&leaves(300));
        let reader = TileReader::new(300, &store);
        assert!(reader.node(0, 299).is_some());
        assert!(reader.node(0, 300).is_none());
        assert!(reader.node(8, 1).is_none());
        assert!(reader.node(255, 0).is_none());
        assert!(reader.node(7, u64::MAX).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn tiles_agree_with_the_frontier(n in 1u64..2_000, pick: prop::sample::Index) {
            let (all, index) = (leaves(n), pick.index(n as usize));
            let (store, frontier) = Store::of(&all);
            let (reader, head) = (TileReader::new(n, &store), frontier.root());
            prop_assert_eq!(root(n, &reader).unwrap(), head);
            let proof = inclusion_proof(n, index as u64, &reader).unwrap();
            prop_assert_eq!(verify_inclusion(&all[index], index as u64, n, &proof, &head), Ok(()));
            let old = naive_root(&all[..index]);
            let proof = consistency_proof(index as u64, n, &reader).unwrap();
            prop_assert_eq!(verify_consistency(index as u64, n, &old, &head, &proof), Ok(()));
        }
    }
}
