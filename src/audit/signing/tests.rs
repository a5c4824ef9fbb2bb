#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::audit::leaf::EntryKind;
use crate::audit::note::NoteSigner;

const NAME: &str = "log.example/r1";

fn signer(seed: u8) -> NoteSigner {
    NoteSigner::from_seed(NAME, &[seed; 32]).unwrap()
}

fn key(seed: u8) -> VerifierKey {
    signer(seed).verifier().clone()
}

fn rotated(previous: u8, seed: u8) -> KeyAct {
    KeyAct::Rotated {
        key: key(seed),
        previous: key(previous),
        head: "head".into(),
    }
}

fn retired(seed: u8) -> KeyAct {
    KeyAct::Retired { key: key(seed) }
}

fn replaced(previous: u8, seed: u8) -> KeyAct {
    KeyAct::Replaced {
        key: key(seed),
        previous: key(previous),
        reason: "the disk died".into(),
    }
}

fn history(acts: &[(u64, KeyAct)]) -> KeyHistory {
    let mut history = KeyHistory::new(key(1));
    for (position, act) in acts {
        history.apply(*position, act).unwrap();
    }
    history
}

#[test]
fn an_act_reads_back() {
    for act in [rotated(1, 2), retired(1), replaced(1, 2)] {
        assert_eq!(KeyAct::read(act.kind(), &act.payload()), Some(act.clone()));
        let other = EntryKind::LogGenesis;
        assert_eq!(KeyAct::read(other, &act.payload()), None);
    }
}

#[test]
fn which_key_counts_is_told_by_size() {
    let history = history(&[(10, rotated(1, 2)), (20, retired(1)), (30, rotated(2, 3))]);
    let signing = |size| history.signing(size);
    assert_eq!(signing(10), [key(1)], "does not cover the entry yet");
    assert_eq!(signing(11), [key(1), key(2)]);
    assert_eq!(signing(20), [key(1), key(2)]);
    assert_eq!(signing(21), [key(2)]);
    assert_eq!(signing(31), [key(2), key(3)]);
    assert_eq!(history.anchor(), &key(1));
    for one in 1..=3 {
        assert_eq!(history.standing(&key(one)), Standing::Holds);
    }
    assert_eq!(history.standing(&key(4)), Standing::Unknown);
}

#[test]
fn a_lost_key_breaks_the_chain() {
    let history = history(&[
        (10, rotated(1, 2)),
        (20, replaced(2, 3)),
        (25, rotated(3, 4)),
    ]);
    assert_eq!(history.signing(20), [key(1), key(2)]);
    assert_eq!(history.signing(21), [key(3)]);
    assert_eq!(history.anchor(), &key(3));
    assert_eq!(history.standing(&key(2)), Standing::Broken(20));
    assert_eq!(history.standing(&key(4)), Standing::Holds);
}

#[test]
fn what_cannot_be_is_refused() {
    use KeyHistoryError::{Key, Order, Previous, Retired};
    let mut two = history(&[(10, rotated(1, 2))]);
    assert_eq!(two.apply(11, &rotated(2, 3)), Err(Previous), "two sign");
    assert_eq!(two.apply(11, &retired(2)), Err(Retired), "the newer stays");
    assert_eq!(two.apply(10, &retired(1)), Err(Order));
    two.apply(11, &retired(1)).unwrap();
    assert_eq!(two.apply(12, &retired(2)), Err(Retired), "one must stay");
    assert_eq!(two.apply(12, &rotated(1, 3)), Err(Previous));
    assert_eq!(two.apply(12, &rotated(2, 1)), Err(Key));
    assert_eq!(two.apply(12, &replaced(1, 3)), Err(Previous));
    let other = NoteSigner::from_seed("log.example/r2", &[3; 32]).unwrap();
    let stranger = KeyAct::Rotated {
        key: other.verifier().clone(),
        previous: key(2),
        head: String::new(),
    };
    assert_eq!(two.apply(12, &stranger), Err(Key));
}

/// A stolen old key signs nothing beyond its end, and no key is left out.
#[test]
fn every_key_of_the_size_must_have_signed() {
    let history = history(&[(10, rotated(1, 2)), (20, retired(1))]);
    let note = |size: u64, by: &[u8]| {
        let (origin, root) = (NAME.to_owned(), [7; 32]);
        let text = Checkpoint { origin, size, root }.to_string();
        let (first, rest) = by.split_first().unwrap();
        let signed = signer(*first).sign(&text).unwrap();
        rest.iter()
            .fold(signed, |note, seed| signer(*seed).add_to(&note).unwrap())
    };
    let opens = |size, by: &[u8]| open_checkpoint(&note(size, by), &history).is_ok();
    assert!(opens(10, &[1]) && opens(11, &[1, 2]) && opens(15, &[2, 1]) && opens(21, &[2]));
    assert!(!opens(10, &[2]) && !opens(21, &[1]) && !opens(3, &[3]));
    assert!(!opens(15, &[1]) && !opens(15, &[2]));
    // a further line is a stranger's, as every note may have
    assert!(opens(21, &[1, 2]));
}
