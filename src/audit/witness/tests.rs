//! The exchange that torchwood's litewitness is tested with (`cmd/litewitness/testdata/litewitness.txt`
//! and `sumdb.txt`), then every refusal of the specification. Its bodies are data: a log's real key
//! signed them. Two statuses are those of tlog-witness 1.0.0, which litewitness predates.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::audit::Hash;
use crate::audit::encoding::unhex;
use crate::audit::note::NoteSigner;
use crate::audit::proof::consistency_proof;
use crate::audit::proof::tests::Leaves;
use crate::audit::tree::tests::{leaves, naive_root};

const SIGSUM: &str =
    "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
const SIGSUM_KEY: &str = "ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f";
const ONE: &str = "1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
const ONE_SIGNED: &str =
    "UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=";
const THREE: &str = "3\nRcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=\n";
const THREE_SIGNED: &str =
    "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=";
const FIVE: &str = "5\nQrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=\n";
const FIVE_SIGNED: &str =
    "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=";
const TO_THREE: &str =
    "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nKgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
const ONE_TO_FIVE: &str = "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=\nKgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
const THREE_TO_FIVE: &str = "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nKgMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nwgiIFdZfYNv6WU1OllBKsWnLYIS/DBMqt8Uh/S4OukE=\nKgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

/// A witness that follows one log.
struct Following {
    keys: Vec<VerifierKey>,
    last: Option<Checkpoint>,
}

impl Following {
    fn says(&mut self, body: &str) -> Result<(), Refused> {
        let request: AddCheckpoint = body.parse()?;
        assert_eq!(request.to_string(), body);
        self.last = Some(judge(&request, &self.keys, self.last.as_ref())?);
        Ok(())
    }
}

fn body(old: u64, proof: &str, head: &str, signature: &str) -> String {
    format!("old {old}\n{proof}\n{SIGSUM}\n{head}\n— {SIGSUM} {signature}\n")
}

#[test]
fn the_exchange_of_litewitness() {
    let key = VerifierKey::new(SIGSUM, unhex(SIGSUM_KEY).unwrap()).unwrap();
    let (keys, last) = (vec![key], None);
    let mut witness = Following { keys, last };
    let bad = THREE_SIGNED.replace("6go=", "6gx=");
    assert_eq!(witness.says(&body(0, "", ONE, ONE_SIGNED)), Ok(()));
    // a stray bit in base64: litewitness calls it a bad signature, to us it is no note
    let refused = witness.says(&body(1, TO_THREE, THREE, &bad));
    assert_eq!(refused, Err(Refused::Malformed));
    let bad = THREE_SIGNED.replace("VbtIcd", "VbtIce");
    let refused = witness.says(&body(1, TO_THREE, THREE, &bad));
    assert_eq!(refused, Err(Refused::Signature));
    let refused = witness.says(&body(1, "", THREE, THREE_SIGNED));
    assert_eq!(refused, Err(Refused::Proof));
    let other = TO_THREE.replace(
        "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABA=",
    );
    let refused = witness.says(&body(1, &other, THREE, THREE_SIGNED));
    assert_eq!(refused, Err(Refused::Proof));
    assert_eq!(
        witness.says(&body(1, TO_THREE, THREE, THREE_SIGNED)),
        Ok(())
    );
    let refused = witness.says(&body(1, ONE_TO_FIVE, FIVE, FIVE_SIGNED));
    assert_eq!(refused, Err(Refused::Conflict(3)));
    assert_eq!(
        witness.says(&body(3, THREE_TO_FIVE, FIVE, FIVE_SIGNED)),
        Ok(())
    );
    let refused = witness.says(&body(0, "", FIVE, FIVE_SIGNED));
    assert_eq!(refused, Err(Refused::Conflict(5)));
    // and never back
    let refused = witness.says(&body(3, "", THREE, THREE_SIGNED));
    assert_eq!(refused, Err(Refused::Conflict(5)));
    witness.keys.clear();
    let refused = witness.says(&body(5, "", FIVE, FIVE_SIGNED));
    assert_eq!(refused, Err(Refused::UnknownLog));
}

#[test]
fn a_log_whose_origin_is_not_its_keys_name() {
    let key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    let (keys, last) = (vec![key.parse().unwrap()], None);
    let mut witness = Following { keys, last };
    let note = "go.sum database tree\n35225469\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n\n— sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n";
    assert_eq!(origin_of(note), Some("go.sum database tree"));
    assert_eq!(witness.says(&format!("old 0\n\n{note}")), Ok(()));
    assert_eq!(witness.last.map(|last| last.size), Some(35_225_469));
}

fn log() -> NoteSigner {
    NoteSigner::from_seed("log.example/r1", &[5; 32]).unwrap()
}

fn checkpoint(size: u64, root: Hash) -> Checkpoint {
    let origin = "log.example/r1".into();
    Checkpoint { origin, size, root }
}

fn asks(old: u64, proof: Vec<Hash>, head: &Checkpoint) -> AddCheckpoint {
    let checkpoint = head.sign(&log()).unwrap();
    AddCheckpoint {
        old,
        proof,
        checkpoint,
    }
}

#[test]
fn what_the_specification_refuses() {
    let keys = [log().verifier().clone()];
    let all = leaves(9);
    let at = |size: usize| checkpoint(size as u64, naive_root(all.get(..size).unwrap()));
    let seven = at(7);
    let judged = |request: &AddCheckpoint, last: Option<&Checkpoint>| {
        judge(request, &keys, last).map(|head| head.size)
    };
    // the empty tree has one root
    assert_eq!(judged(&asks(0, vec![], &at(0)), None), Ok(0));
    let false_empty = checkpoint(0, [7; 32]);
    assert_eq!(
        judged(&asks(0, vec![], &false_empty), None),
        Err(Refused::Proof)
    );
    // no proof is asked for from the empty tree, and none may come
    assert_eq!(
        judged(&asks(0, vec![[1; 32]], &seven), None),
        Err(Refused::Proof)
    );
    assert_eq!(judged(&asks(0, vec![], &seven), Some(&at(0))), Ok(7));
    // the same again is cosigned again; another root of the same size is a fork
    assert_eq!(judged(&asks(7, vec![], &seven), Some(&seven)), Ok(7));
    let fork = checkpoint(7, [7; 32]);
    assert_eq!(
        judged(&asks(7, vec![], &fork), Some(&seven)),
        Err(Refused::Proof)
    );
    let smaller = judged(&asks(7, vec![], &at(5)), Some(&seven));
    assert_eq!(smaller, Err(Refused::Malformed));
    let rolled_back = judged(&asks(5, vec![], &at(5)), Some(&seven));
    assert_eq!(rolled_back, Err(Refused::Conflict(7)));
    // another key under the log's name, and a false line of the right one
    let other = NoteSigner::from_seed("log.example/r1", &[6; 32]).unwrap();
    let checkpoint = seven.sign(&other).unwrap();
    let (old, proof) = (0, vec![]);
    let request = AddCheckpoint {
        old,
        proof,
        checkpoint,
    };
    assert_eq!(judged(&request, None), Err(Refused::Signature));
    let true_line = log().sign(&at(5).to_string()).unwrap();
    let (_, line) = true_line.split_once("\n\n").unwrap();
    let mut request = asks(0, vec![], &seven);
    request.checkpoint.push_str(line);
    assert_eq!(judged(&request, None), Err(Refused::Signature));
}

#[test]
fn growth_is_cosigned_from_every_size() {
    let keys = [log().verifier().clone()];
    let all = leaves(20);
    let nodes = Leaves(all.clone());
    for old in 1..=20usize {
        let last = checkpoint(old as u64, naive_root(all.get(..old).unwrap()));
        let new = checkpoint(20, naive_root(&all));
        let proof = consistency_proof(old as u64, 20, &nodes).unwrap();
        let request = asks(old as u64, proof, &new);
        assert_eq!(judge(&request, &keys, Some(&last)).as_ref(), Ok(&new));
    }
}

#[test]
fn extension_lines_are_the_logs_own() {
    let text = "log.example/r1\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    assert_eq!(head_of(text).unwrap().size, 0);
    assert_eq!(head_of(&format!("{text}more\nand more\n")).unwrap().size, 0);
    for bad in ["", "\n", "more\n\nand more\n", "\nmore\n"] {
        let refused = head_of(&format!("{text}{bad}"));
        assert_eq!(refused.is_err(), !bad.is_empty(), "{bad:?}");
    }
    assert!(head_of("log.example/r1\n00\n").is_err());
}

#[test]
fn malformed_requests() {
    let good = asks(7, vec![[1; 32]], &checkpoint(9, [9; 32])).to_string();
    assert!(good.parse::<AddCheckpoint>().is_ok());
    let most = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n";
    for (from, to) in [
        ("old 7", "old 07"),
        ("old 7", "old +7"),
        ("old 7", "old -7"),
        ("old 7", "old  7"),
        ("old 7", "old 18446744073709551616"),
        ("old 7", "Old 7"),
        ("old 7\n", ""),
        ("\n\n", "\n"),
        (most, "AQEB\n"),
        (most, most.trim_end()),
        (most, &most.replace('\n', "\r\n")),
        (most, &most.repeat(64)),
    ] {
        let body = good.replacen(from, to, 1);
        let read = body.parse::<AddCheckpoint>();
        let keys = [log().verifier().clone()];
        let refused = read.and_then(|request| judge(&request, &keys, None).map(|_| ()));
        assert_eq!(refused, Err(Refused::Malformed), "{body}");
    }
    let longest = good.replacen(most, &most.repeat(63), 1);
    assert_eq!(longest.parse::<AddCheckpoint>().unwrap().proof.len(), 63);
}
