//! Inclusion and consistency proofs (RFC 9162, sections 2.1.3 and 2.1.4), made from any store of
//! perfect subtrees and checked without one.

use super::Hash;
use super::tree::{empty_root, hash_node};

mod verify;
pub use verify::{verify_consistency, verify_inclusion};

/// A store of perfect subtrees: `node(level, index)` is the root over the entries
/// `index * 2^level .. (index + 1) * 2^level`, level 0 being the entries' own hashes.
pub trait NodeReader {
    /// The root of that subtree, or `None` where the store does not have it.
    fn node(&self, level: u8, index: u64) -> Option<Hash>;
}

/// Why a proof could not be made or does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The position or the smaller size lies outside the tree.
    #[error("position or size lies outside the tree")]
    OutOfRange,
    /// The store lacks a subtree.
    #[error("subtree {index} of level {level} is not in the store")]
    MissingNode {
        /// Level of the subtree: it spans 2^level entries.
        level: u8,
        /// Its index within the level.
        index: u64,
    },
    /// The proof has too many or too few hashes.
    #[error("proof has the wrong number of hashes")]
    WrongLength,
    /// The proof leads to another root than the one stated.
    #[error("proof does not lead to the stated root")]
    Mismatch,
}

/// The root of the first `size` entries.
///
/// # Errors
/// When the reader lacks a subtree.
pub fn root(size: u64, reader: &impl NodeReader) -> Result<Hash, ProofError> {
    if size == 0 {
        return Ok(empty_root());
    }
    range_root(0, size, reader)
}

/// The hashes that lead from the entry at `index` to the root of the first `size` entries,
/// nearest first.
///
/// # Errors
/// When `index` is not below `size`, or the reader lacks a subtree.
pub fn inclusion_proof(
    size: u64,
    index: u64,
    reader: &impl NodeReader,
) -> Result<Vec<Hash>, ProofError> {
    if index >= size {
        return Err(ProofError::OutOfRange);
    }
    let (mut low, mut high, mut path) = (0, size, Vec::new());
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            path.push(range_root(middle, high, reader)?);
            high = middle;
        } else {
            path.push(range_root(low, middle, reader)?);
            low = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The hashes which show that the first `old` entries are unchanged among the first `new` ones.
/// Empty when `old` is 0 or equals `new`.
///
/// # Errors
/// When `old` exceeds `new`, or the reader lacks a subtree.
pub fn consistency_proof(
    old: u64,
    new: u64,
    reader: &impl NodeReader,
) -> Result<Vec<Hash>, ProofError> {
    if old > new {
        return Err(ProofError::OutOfRange);
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let (mut low, mut high, mut path) = (0, new, Vec::new());
    while old != high {
        let middle = low + split(high - low);
        if old <= middle {
            path.push(range_root(middle, high, reader)?);
            high = middle;
        } else {
            path.push(range_root(low, middle, reader)?);
            low = middle;
        }
    }
    // the old tree itself is known to whoever checks, a part of it is not
    if low > 0 {
        path.push(range_root(low, high, reader)?);
    }
    path.reverse();
    Ok(path)
}

/// The largest power of two below `n`, for `n` of at least 2.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The root over the entries `low..high`, where `low` is aligned as the algorithms above leave it:
/// a multiple of the largest power of two within the range.
fn range_root(low: u64, high: u64, reader: &impl NodeReader) -> Result<Hash, ProofError> {
    let (mut at, mut parts) = (low, Vec::new());
    while at < high {
        let level = (high - at).ilog2() as u8;
        let index = at >> level;
        let missing = ProofError::MissingNode { level, index };
        parts.push(reader.node(level, index).ok_or(missing)?);
        at += 1 << level;
    }
    let mut parts = parts.into_iter().rev();
    let smallest = parts.next().ok_or(ProofError::OutOfRange)?;
    Ok(parts.fold(smallest, |right, left| hash_node(&left, &right)))
}

#[cfg(test)]
pub(crate) mod tests;
