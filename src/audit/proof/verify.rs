//! Checking proofs: RFC 9162, sections 2.1.3.2 and 2.1.4.2.

use super::ProofError;
use crate::audit::Hash;
use crate::audit::tree::{empty_root, hash_node};

/// Checks that the entry with `leaf_hash` stands at `index` of the tree of `size` with `root`.
///
/// # Errors
/// When it is not shown.
pub fn verify_inclusion(
    leaf_hash: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutOfRange);
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf_hash);
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if node & 1 == 1 || node == last {
            hash = hash_node(sibling, &hash);
            skip_missing_levels(&mut node, &mut last);
        } else {
            hash = hash_node(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    match last {
        0 if hash == *root => Ok(()),
        0 => Err(ProofError::Mismatch),
        _ => Err(ProofError::WrongLength),
    }
}

/// Checks that the tree of `new` entries with `new_root` begins with the tree of `old` entries
/// with `old_root`.
///
/// # Errors
/// When it is not shown.
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Hash,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::OutOfRange);
    }
    if old == 0 || old == new {
        let expected = if old == 0 { empty_root() } else { *new_root };
        return trivial(old_root, &expected, proof);
    }
    // a perfect old tree is a node of the new one, and not repeated in the proof
    let (first, rest) = if old.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(ProofError::WrongLength)?
    };
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if node & 1 == 1 || node == last {
            old_hash = hash_node(sibling, &old_hash);
            new_hash = hash_node(sibling, &new_hash);
            skip_missing_levels(&mut node, &mut last);
        } else {
            new_hash = hash_node(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    match last {
        0 if old_hash == *old_root && new_hash == *new_root => Ok(()),
        0 => Err(ProofError::Mismatch),
        _ => Err(ProofError::WrongLength),
    }
}

/// The last node of a ragged level has no sibling: climb until it is somebody's right child.
fn skip_missing_levels(node: &mut u64, last: &mut u64) {
    while *node & 1 == 0 && *node != 0 {
        *node >>= 1;
        *last >>= 1;
    }
}

fn trivial(found: &Hash, expected: &Hash, proof: &[Hash]) -> Result<(), ProofError> {
    match (proof.is_empty(), found == expected) {
        (false, _) => Err(ProofError::WrongLength),
        (true, false) => Err(ProofError::Mismatch),
        (true, true) => Ok(()),
    }
}
