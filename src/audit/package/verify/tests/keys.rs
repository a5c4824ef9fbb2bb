//! Keys that follow each other: whoever trusts one of a chain trusts what the others signed, and
//! nobody joins the chain but by the key before.

use super::*;
use crate::audit::commitment::{canonical_json, commit};
use crate::audit::encoding::b64;
use crate::audit::leaf::Leaf;
use crate::audit::note::VerifierKey;
use crate::audit::package::format::{Handover, KEYS};
use crate::audit::package::testing::ORIGIN;
use crate::audit::signing::KeyAct;

const RANGE: (u64, u64) = (10, 40);

fn by(seed: u8) -> NoteSigner {
    NoteSigner::from_seed(ORIGIN, &[seed; 32]).unwrap()
}

fn key(seed: u8) -> VerifierKey {
    by(seed).verifier().clone()
}

fn rotated(previous: u8, seed: u8) -> KeyAct {
    let (key, previous) = (key(seed), key(previous));
    let head = "the head before".into();
    KeyAct::Rotated {
        key,
        previous,
        head,
    }
}

fn replaced(previous: u8, seed: u8) -> KeyAct {
    let (key, previous) = (key(seed), key(previous));
    let reason = "the disk died".into();
    KeyAct::Replaced {
        key,
        previous,
        reason,
    }
}

/// A log of some entries, then acts, each with the checkpoint that these keys signed over it.
struct Chain {
    log: Sample,
    acts: Vec<(KeyAct, u64, Leaf, Vec<u8>)>,
}

impl Chain {
    fn new(acts: &[(KeyAct, &[u8])]) -> Self {
        let (mut log, mut kept) = (Sample::new(50), Vec::new());
        for (act, signers) in acts {
            let position = log.size();
            let payload = canonical_json(&act.payload()).unwrap();
            let leaf = Leaf {
                kind: act.kind(),
                registry: "r1".into(),
                at: 1_767_225_700,
                notice: None,
                tag: None,
                commitment: commit(&[3; 32], &payload),
            };
            log.push(leaf.to_bytes().unwrap());
            kept.push((act.clone(), position, leaf, signers.to_vec()));
        }
        Self { log, acts: kept }
    }

    fn handovers(&self) -> Vec<Handover> {
        let words = |hashes: &[crate::audit::Hash]| hashes.iter().map(|hash| b64(hash)).collect();
        let one = |(act, position, leaf, signers): &(KeyAct, u64, Leaf, Vec<u8>)| {
            let signers: Vec<_> = signers.iter().map(|seed| by(*seed)).collect();
            let size = position + 1;
            let [inclusion, consistency] = self.log.proofs(*position, size);
            Handover {
                checkpoint: self.log.head(size).sign_by(&signers).unwrap(),
                consistency: words(&consistency),
                inclusion: words(&inclusion),
                leaf: String::from_utf8(leaf.to_bytes().unwrap()).unwrap(),
                opening: hex(&[3; 32]),
                payload: act.payload(),
                position: *position,
            }
        };
        self.acts.iter().map(one).collect()
    }

    fn package(&self, handovers: &[Handover], anchor: u8, signers: &[u8]) -> Vec<u8> {
        let value = serde_json::to_value(handovers).unwrap();
        let text = String::from_utf8(canonical_json(&value).unwrap()).unwrap();
        let signers: Vec<_> = signers.iter().map(|seed| by(*seed)).collect();
        let files = [(KEYS.to_owned(), text)];
        self.log.package_by(RANGE, &files, &key(anchor), &signers)
    }
}

fn checked(package: &[u8], trusted: u8) -> VerifyReport {
    verify(Cursor::new(package), Some(&key(trusted)), &[], &[])
}

fn fails(report: &VerifyReport, words: &str) {
    assert!(!report.ok && report.to_string().contains(words), "{report}");
}

#[test]
fn the_chain_leads_from_each_key_to_the_others() {
    let retired = KeyAct::Retired { key: key(1) };
    let chain = Chain::new(&[
        (rotated(1, 2), &[1, 2]),
        (retired, &[2]),
        (rotated(2, 3), &[2, 3]),
    ]);
    let package = chain.package(&chain.handovers(), 1, &[2, 3]);
    for trusted in 1..=3 {
        let report = checked(&package, trusted);
        assert!(report.ok, "{trusted}: {report}");
        let spans: Vec<_> = report
            .keys
            .iter()
            .map(|key| (key.from, key.until))
            .collect();
        assert_eq!(spans, [(0, Some(51)), (51, None), (53, None)]);
    }
    fails(&checked(&package, 4), "is not the log's trusted key");
    let own = verify(Cursor::new(&package), None, &[], &[]);
    assert!(own.ok && !own.key_trusted, "{own}");
    // each of the keys that sign that size must have
    for short in [&[2][..], &[3], &[1], &[1, 3]] {
        fails(
            &checked(&chain.package(&chain.handovers(), 1, short), 1),
            "no known key",
        );
    }
}

/// What a thief of an old key, or somebody with none, can make.
#[test]
fn a_key_joins_by_the_one_before_only() {
    let forged = |acts: &[(KeyAct, &[u8])], signers: &[u8]| {
        let chain = Chain::new(acts);
        checked(&chain.package(&chain.handovers(), 1, signers), 1)
    };
    fails(
        &forged(&[(rotated(1, 2), &[2])], &[2]),
        "the checkpoint that covers it",
    );
    fails(
        &forged(&[(rotated(1, 2), &[1])], &[1, 2]),
        "the checkpoint that covers it",
    );
    fails(
        &forged(&[(rotated(5, 2), &[5, 2])], &[5, 2]),
        "is not the key that its chain",
    );
    let retired = KeyAct::Retired { key: key(2) };
    fails(
        &forged(&[(rotated(1, 2), &[1, 2]), (retired, &[1])], &[1]),
        "older of two",
    );
    // the old key is ended before it has signed anything that covers the new one
    let retired = KeyAct::Retired { key: key(1) };
    let chain = Chain::new(&[(rotated(1, 2), &[2]), (retired, &[2])]);
    let mut handovers = chain.handovers();
    let [inclusion, consistency] = chain.log.proofs(50, 52);
    handovers[0] = Handover {
        checkpoint: handovers[1].checkpoint.clone(),
        inclusion: inclusion.iter().map(|hash| b64(hash)).collect(),
        consistency: consistency.iter().map(|hash| b64(hash)).collect(),
        ..handovers[0].clone()
    };
    let package = chain.package(&handovers, 1, &[2]);
    fails(&checked(&package, 1), "the key before has not signed");
    let chain = Chain::new(&[(rotated(1, 2), &[1, 2])]);
    let with = |change: fn(&mut Handover)| {
        let mut handovers = chain.handovers();
        handovers.iter_mut().for_each(change);
        checked(&chain.package(&handovers, 1, &[1, 2]), 1)
    };
    assert!(with(|_| {}).ok);
    fails(&with(|one| one.position -= 1), "is not in the log");
    fails(&with(|one| one.opening = hex(&[4; 32])), "about no key");
    fails(
        &with(|one| one.payload["head"] = "x".into()),
        "about no key",
    );
    fails(
        &with(|one| one.inclusion[0] = b64(&[1; 32])),
        "is not in the log",
    );
    fails(
        &with(|one| one.consistency.push(b64(&[1; 32]))),
        "is not in the log",
    );
    // without its entry a key is nobody's
    let without = chain.package(&[], 1, &[1, 2]);
    assert!(checked(&without, 1).ok, "the old key has signed, too");
    fails(&checked(&chain.package(&[], 1, &[2]), 1), "no known key");
}

#[test]
fn a_lost_key_is_told_as_a_break_and_needs_the_new_one() {
    let chain = Chain::new(&[(rotated(1, 2), &[1, 2]), (replaced(2, 3), &[3])]);
    let package = chain.package(&chain.handovers(), 3, &[3]);
    let report = checked(&package, 3);
    let told = "BREAK at entry 51: the key before was lost (the disk died)";
    assert!(report.ok && report.to_string().contains(told), "{report}");
    for old in [1, 2] {
        fails(&checked(&package, old), "which was lost: entry 51");
    }
    // a key that came just before the loss, and that no checkpoint of the old one covers
    let sudden = Chain::new(&[(rotated(1, 2), &[3]), (replaced(2, 3), &[3])]);
    let mut handovers = sudden.handovers();
    let [inclusion, consistency] = sudden.log.proofs(50, 52);
    handovers[0] = Handover {
        checkpoint: handovers[1].checkpoint.clone(),
        inclusion: inclusion.iter().map(|hash| b64(hash)).collect(),
        consistency: consistency.iter().map(|hash| b64(hash)).collect(),
        ..handovers[0].clone()
    };
    let report = checked(&sudden.package(&handovers, 3, &[3]), 3);
    assert!(report.ok, "{report}");
    // whoever says that a key was lost begins anew: the old key is no longer named as the anchor
    fails(
        &checked(&chain.package(&chain.handovers(), 1, &[3]), 3),
        "its chain of keys",
    );
}
