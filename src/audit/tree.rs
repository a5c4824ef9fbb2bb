//! The Merkle tree of RFC 6962, section 2.1 (the same in RFC 9162): hashes and the growing edge.

use super::Hash;
use ring::digest::{Context, SHA256};

/// Hashes that a tile is wide, as a power of two: a tile spans eight levels of the tree.
pub const TILE_HEIGHT: u8 = 8;

/// SHA-256 of the concatenation of `parts`.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    finish(context)
}

/// The digest of a running SHA-256.
#[must_use]
pub fn finish(context: Context) -> Hash {
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// The hash of an entry: SHA-256 of `0x00 || entry`.
#[must_use]
pub fn hash_leaf(entry: &[u8]) -> Hash {
    sha256(&[&[0], entry])
}

/// The hash of two subtrees: SHA-256 of `0x01 || left || right`.
#[must_use]
pub fn hash_node(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// The root of a tree without entries: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// The root of the complete tile: its hashes joined pairwise until one is left.
/// `None` unless their number is a power of two.
#[must_use]
pub fn perfect_root(hashes: &[Hash]) -> Option<Hash> {
    if !hashes.len().is_power_of_two() {
        return None;
    }
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level = level
            .chunks_exact(2)
            .filter_map(|pair| match pair {
                [left, right] => Some(hash_node(left, right)),
                _ => None,
            })
            .collect();
    }
    level.first().copied()
}

/// The root of a completed tile, which becomes one hash of the tile a level up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileRoot {
    /// Level of the tile that holds this hash: 1 for the root of 256 entries, 2 for 65,536, …
    pub level: u8,
    /// Index of this hash among all hashes of that level.
    pub index: u64,
    /// The root.
    pub hash: Hash,
}

/// Why stored bytes are not a frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// The length does not fit the size that the bytes begin with.
    #[error("stored log head has {found} bytes where its size asks for {expected}")]
    Length {
        /// Bytes that were given.
        found: usize,
        /// Bytes that the stated size needs; 8 where not even a size was given.
        expected: usize,
    },
    /// No log grows to 2^63 entries.
    #[error("stored log head has an impossible size")]
    Size,
}

/// The right edge of a log (a *compact range*): one hash for each perfect subtree, largest first.
/// It is all that is needed to append and to know the root: 32 bytes for each set bit of the size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    // INVARIANT: as many hashes as `size` has set bits
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// The frontier of an empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries the log has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends the hash of an entry, which gets position [`Self::size`], and returns the roots of
    /// the tiles that it completed, lowest level first: what a store keeps beside the entries.
    pub fn append(&mut self, leaf_hash: Hash) -> Vec<TileRoot> {
        let mut completed = Vec::new();
        let (mut hash, mut height) = (leaf_hash, 0u8);
        while self.size >> height & 1 == 1 {
            let Some(left) = self.subtrees.pop() else {
                break;
            };
            hash = hash_node(&left, &hash);
            height += 1;
            if height.is_multiple_of(TILE_HEIGHT) {
                let (level, index) = (height / TILE_HEIGHT, self.size >> height);
                completed.push(TileRoot { level, index, hash });
            }
        }
        self.subtrees.push(hash);
        self.size += 1;
        completed
    }

    /// The root of the whole log.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut subtrees = self.subtrees.iter().rev();
        let Some(smallest) = subtrees.next() else {
            return empty_root();
        };
        subtrees.fold(*smallest, |right, left| hash_node(left, &right))
    }

    /// A compact form for a database column: the size in eight bytes, big-endian, then the hashes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.size.to_be_bytes().to_vec();
        out.extend(self.subtrees.iter().flatten());
        out
    }

    /// Reads [`Self::to_bytes`] back.
    ///
    /// # Errors
    /// When the length does not fit the size that the bytes begin with, or no log has that size.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let found = bytes.len();
        let Some((size, rest)) = bytes.split_first_chunk::<8>() else {
            return Err(FrontierError::Length { found, expected: 8 });
        };
        let size = u64::from_be_bytes(*size);
        if size >> 63 == 1 {
            return Err(FrontierError::Size);
        }
        let (subtrees, tail) = rest.as_chunks::<32>();
        let wanted = size.count_ones() as usize;
        if subtrees.len() != wanted || !tail.is_empty() {
            let expected = 8 + 32 * wanted;
            return Err(FrontierError::Length { found, expected });
        }
        let subtrees = subtrees.to_vec();
        Ok(Self { size, subtrees })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests"
    )]
    use super::*;
    use crate::audit::encoding::{hex, unhex};
    use proptest::prelude::*;

    /// RFC 6962, section 2.1, word for word: the oracle of every test below this module.
    pub(crate) fn naive_root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [one] => *one,
            _ => {
                let k = leaves.len().next_power_of_two() / 2;
                hash_node(&naive_root(&leaves[..k]), &naive_root(&leaves[k..]))
            }
        }
    }

    /// Hashes of `n` made-up entries.
    pub(crate) fn leaves(n: u64) -> Vec<Hash> {
        (0..n).map(|i| hash_leaf(&i.to_be_bytes())).collect()
    }

    /// The eight entries of the Certificate Transparency reference tests.
    pub(crate) fn reference_entries() -> Vec<Vec<u8>> {
        vec![
            vec![],
            vec![0x00],
            vec![0x10],
            vec![0x20, 0x21],
            vec![0x30, 0x31],
            vec![0x40, 0x41, 0x42, 0x43],
            (0x50..=0x57).collect(),
            (0x60..=0x6f).collect(),
        ]
    }

    /// The published roots of the trees over the first 1, 2, … 8 of them.
    pub(crate) const REFERENCE_ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn reference_roots() {
        assert_eq!(
            hex(&empty_root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        let mut frontier = Frontier::new();
        for (entry, root) in reference_entries().iter().zip(REFERENCE_ROOTS) {
            frontier.append(hash_leaf(entry));
            assert_eq!(Some(frontier.root()), unhex(root));
        }
    }

    #[test]
    fn completed_tiles_are_told() {
        let (all, mut frontier, mut told) = (leaves(1025), Frontier::new(), vec![]);
        for leaf in &all {
            told.extend(frontier.append(*leaf));
        }
        let expected: Vec<_> = (0..4)
            .map(|i| TileRoot {
                level: 1,
                index: i as u64,
                hash: naive_root(&all[i * 256..(i + 1) * 256]),
            })
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn level_two_is_told_at_65536() {
        let (mut frontier, mut last) = (Frontier::new(), vec![]);
        for leaf in leaves(65_536) {
            last = frontier.append(leaf);
        }
        assert_eq!(last.len(), 2);
        assert_eq!((last[0].level, last[0].index), (1, 255));
        assert_eq!((last[1].level, last[1].index), (2, 0));
        assert_eq!(last[1].hash, frontier.root());
    }

    #[test]
    fn wrong_lengths_are_refused() {
        assert!(Frontier::from_bytes(&[]).is_err());
        assert!(Frontier::from_bytes(&[0; 7]).is_err());
        assert!(Frontier::from_bytes(&[0; 9]).is_err());
        assert_eq!(
            Frontier::from_bytes(&[0xff; 8 + 64 * 32]),
            Err(FrontierError::Size)
        );
        let mut frontier = Frontier::new();
        frontier.append([7; 32]);
        let bytes = frontier.to_bytes();
        assert!(Frontier::from_bytes(&bytes[..39]).is_err());
        assert!(Frontier::from_bytes(&[bytes.as_slice(), &[0]].concat()).is_err());
    }

    proptest! {
        #[test]
        fn frontier_agrees_with_the_definition(n in 0u64..700) {
            let all = leaves(n);
            let mut frontier = Frontier::new();
            for leaf in &all {
                frontier.append(*leaf);
            }
            prop_assert_eq!(frontier.root(), naive_root(&all));
            prop_assert_eq!(Frontier::from_bytes(&frontier.to_bytes()).unwrap(), frontier);
        }

        #[test]
        fn from_bytes_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Frontier::from_bytes(&bytes);
        }
    }
}
