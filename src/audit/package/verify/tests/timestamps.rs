//! Timestamps: their time is told where they are for exactly that checkpoint of this log.

use super::*;
use crate::audit::encoding::b64;
use crate::audit::timestamp::tests::{granted, sha256_oid};

type Files = Vec<(String, Vec<u8>)>;

fn with(change: impl Fn(&mut Files)) -> VerifyReport {
    let (note, proof) = SAMPLE.earlier(700);
    let proof: String = proof.iter().map(|hash| b64(hash) + "\n").collect();
    let token = granted(0, &sha256_oid(), "20261128130504Z", None, note.as_bytes());
    let mut files: Files = vec![
        ("timestamps/700.note".into(), note.into_bytes()),
        ("timestamps/700.proof".into(), proof.into_bytes()),
        ("timestamps/700.tsr".into(), token),
    ];
    change(&mut files);
    let key = signer().verifier().clone();
    let package = SAMPLE.package_bytes((FIRST, END), &files, &key, &[signer()]);
    run(&package)
}

#[test]
fn the_time_is_told_and_how_to_check_the_signature() {
    let report = with(|_| {});
    assert!(report.ok && report.timestamps.len() == 1, "{report}");
    let text = report.to_string();
    let line = "Stamped at 2026-11-28T13:05:04Z by a timestamping authority: entries 0 up to 700.";
    assert!(text.contains(line), "{text}");
    let command = "openssl ts -verify -data timestamps/700.note -in timestamps/700.tsr -CAfile";
    assert!(text.contains(command), "{text}");
    assert!(
        run(&PACKAGE)
            .to_string()
            .contains("no authority has stamped this log")
    );
}

#[test]
fn what_is_not_for_this_checkpoint_is_a_failure() {
    let fails = |words: &str, change: fn(&mut Files)| {
        let report = with(change);
        assert!(!report.ok && report.to_string().contains(words), "{report}");
        assert!(report.timestamps.is_empty());
    };
    fails("the timestamp is for something else", |files| {
        files[0].1 = SAMPLE.earlier(699).0.into_bytes();
    });
    // a cosignature that came later is not part of what was stamped
    fails("the timestamp is for something else", |files| {
        files[0].1.extend("— w AAAAAAAA\n".as_bytes());
    });
    fails("not a timestamp response", |files| files[2].1.truncate(40));
    fails("the log was rewritten", |files| {
        files[1].1 = b64(&[1; 32]).into()
    });
    fails("is missing", |files| drop(files.remove(0)));
    fails("no known key has signed", |files| {
        let thief = NoteSigner::from_seed("log.example/r1/2026", &[1; 32]).unwrap();
        let note = SAMPLE.head(700).sign(&thief).unwrap();
        let token = granted(0, &sha256_oid(), "20261128130504Z", None, note.as_bytes());
        (files[0].1, files[2].1) = (note.into_bytes(), token);
    });
}
