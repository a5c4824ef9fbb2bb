//! Proofs against the definitions and the published vectors.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::*;
use crate::audit::encoding::{hex, unhex};
use crate::audit::tree::tests::{REFERENCE_ROOTS, leaves, naive_root, reference_entries};
use crate::audit::tree::{hash_leaf, perfect_root};
use proptest::prelude::*;

/// A store of every subtree over these hashes.
pub(crate) struct Leaves(pub(crate) Vec<Hash>);
impl NodeReader for Leaves {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        let (start, width) = ((index << level) as usize, 1 << level);
        perfect_root(self.0.get(start..start + width)?)
    }
}

/// RFC 9162, section 2.1.3.1, word for word.
fn naive_path(m: usize, d: &[Hash]) -> Vec<Hash> {
    if d.len() == 1 {
        return vec![];
    }
    let k = d.len().next_power_of_two() / 2;
    let (mut path, other) = if m < k {
        (naive_path(m, &d[..k]), naive_root(&d[k..]))
    } else {
        (naive_path(m - k, &d[k..]), naive_root(&d[..k]))
    };
    path.push(other);
    path
}

/// RFC 9162, section 2.1.4.1, word for word.
fn naive_subproof(m: usize, d: &[Hash], whole: bool) -> Vec<Hash> {
    if m == d.len() {
        return if whole { vec![] } else { vec![naive_root(d)] };
    }
    let k = d.len().next_power_of_two() / 2;
    let (mut path, other) = if m <= k {
        (naive_subproof(m, &d[..k], whole), naive_root(&d[k..]))
    } else {
        (naive_subproof(m - k, &d[k..], false), naive_root(&d[..k]))
    };
    path.push(other);
    path
}

/// Published proofs of the Certificate Transparency reference tests.
#[test]
fn reference_proofs() {
    let tree = Leaves(reference_entries().iter().map(|e| hash_leaf(e)).collect());
    let to_hex = |proof: Vec<Hash>| proof.iter().map(|h| hex(h)).collect::<Vec<_>>();
    assert_eq!(
        to_hex(inclusion_proof(8, 0, &tree).unwrap()),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
    assert_eq!(
        to_hex(inclusion_proof(5, 1, &tree).unwrap()),
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]
    );
    assert_eq!(
        to_hex(consistency_proof(6, 8, &tree).unwrap()),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(root(8, &tree).ok(), unhex(REFERENCE_ROOTS[7]));
    assert_eq!(root(0, &tree), Ok(empty_root()));
}

#[test]
fn out_of_range_and_missing() {
    let tree = Leaves(leaves(3));
    assert_eq!(inclusion_proof(3, 3, &tree), Err(ProofError::OutOfRange));
    assert_eq!(consistency_proof(4, 3, &tree), Err(ProofError::OutOfRange));
    assert!(matches!(
        inclusion_proof(4, 0, &tree),
        Err(ProofError::MissingNode { .. })
    ));
    let hash = [0; 32];
    assert!(verify_inclusion(&hash, 0, 0, &[], &hash).is_err());
    assert!(verify_consistency(0, 3, &hash, &hash, &[]).is_err());
    assert!(verify_consistency(0, 3, &empty_root(), &hash, &[]).is_ok());
    assert!(verify_consistency(3, 3, &hash, &hash, &[hash]).is_err());
}

proptest! {
    #[test]
    fn inclusion(n in 1u64..400, pick: prop::sample::Index, flip: prop::sample::Index) {
        let (all, index) = (leaves(n), pick.index(n as usize));
        let root = naive_root(&all);
        let proof = inclusion_proof(n, index as u64, &Leaves(all.clone())).unwrap();
        prop_assert_eq!(&proof, &naive_path(index, &all));
        let check = |i: u64, p: &[Hash]| verify_inclusion(&all[index], i, n, p, &root);
        prop_assert_eq!(check(index as u64, &proof), Ok(()));
        prop_assert!(verify_inclusion(&[9; 32], index as u64, n, &proof, &root).is_err());
        let longer = [proof.as_slice(), &[[1; 32]]].concat();
        prop_assert!(check(index as u64, &longer).is_err());
        if n > 1 {
            prop_assert!(check((index as u64 + 1) % n, &proof).is_err());
            prop_assert!(check(index as u64, &proof[1..]).is_err());
            let mut bad = proof.clone();
            bad[flip.index(proof.len())][5] ^= 1;
            prop_assert_eq!(check(index as u64, &bad), Err(ProofError::Mismatch));
        }
    }

    #[test]
    fn consistency(n in 1u64..400, pick: prop::sample::Index, flip: prop::sample::Index) {
        let (all, old) = (leaves(n), 1 + pick.index(n as usize));
        let (before, after) = (naive_root(&all[..old]), naive_root(&all));
        let proof = consistency_proof(old as u64, n, &Leaves(all.clone())).unwrap();
        prop_assert_eq!(&proof, &naive_subproof(old, &all, true));
        let check = |p: &[Hash]| verify_consistency(old as u64, n, &before, &after, p);
        prop_assert_eq!(check(&proof), Ok(()));
        prop_assert!(verify_consistency(old as u64, n, &[9; 32], &after, &proof).is_err());
        prop_assert!(verify_consistency(old as u64, n, &before, &[9; 32], &proof).is_err());
        prop_assert!(check(&[proof.as_slice(), &[[1; 32]]].concat()).is_err());
        if !proof.is_empty() {
            prop_assert!(check(&proof[1..]).is_err());
            let mut bad = proof.clone();
            bad[flip.index(proof.len())][5] ^= 1;
            prop_assert_eq!(check(&bad), Err(ProofError::Mismatch));
        }
    }

    #[test]
    fn checks_never_panic(
        a: u64, b: u64, proof in proptest::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let hash = [3; 32];
        prop_assert!(verify_inclusion(&hash, a, b, &proof, &hash).is_err() || b == 1);
        let _ = verify_consistency(a, b, &hash, &hash, &proof);
    }
}
