//! Witnesses: what they say is told, what they did not say is not, and a log that was rewritten by
//! whoever holds its key does not pass a witness.

use super::*;
use crate::audit::encoding::b64;
use crate::audit::note::{Cosigner, CosignerKey};

const AT: u64 = 1_795_348_800;

type Files = Vec<(String, String)>;

fn cosigner(number: u8) -> Cosigner {
    Cosigner::from_seed(&format!("witness.example/w{number}"), &[number; 32]).unwrap()
}

/// The files of a checkpoint that these cosigned.
fn cosigned(log: &Sample, size: u64, by: &[&Cosigner]) -> Files {
    let (mut note, proof) = log.earlier(size);
    let (text, _) = note.split_once("\n\n").unwrap();
    let text = format!("{text}\n");
    let lines = by.iter().map(|one| one.sign(&text, AT + size).unwrap());
    note.extend(lines);
    let proof: String = proof.iter().map(|hash| b64(hash) + "\n").collect();
    vec![
        (format!("log/cosigned/{size}"), note),
        (format!("log/cosigned/{size}.proof"), proof),
    ]
}

fn keys(by: &[&Cosigner]) -> (String, String) {
    let keys = by.iter().map(|one| format!("{}\n", one.key()));
    ("log/witnesses".into(), keys.collect())
}

fn checked(package: &[u8], witnesses: &[&Cosigner]) -> VerifyReport {
    let witnesses: Vec<CosignerKey> = witnesses.iter().map(|one| one.key().clone()).collect();
    verify(
        Cursor::new(package),
        Some(signer().verifier()),
        &witnesses,
        &[],
    )
}

#[test]
fn who_cosigned_and_when_is_told() {
    let (one, two, other) = (cosigner(1), cosigner(2), cosigner(3));
    let mut files = cosigned(&SAMPLE, 700, &[&one, &two]);
    files.extend(cosigned(&SAMPLE, 760, &[&two]));
    files.push(keys(&[&one, &two]));
    let package = SAMPLE.package_and(FIRST, END, &files);
    let report = checked(&package, &[]);
    assert!(report.ok, "{report}");
    let told: Vec<_> = report
        .witnesses
        .iter()
        .map(|one| (one.size, one.trusted))
        .collect();
    assert_eq!(told, [(700, false), (700, false), (760, false)]);
    let text = report.to_string();
    let line = "Cosigned by witness.example/w1 at 2026-11-22T12:11:40Z: entries 0 up to 700, a key from the package";
    assert!(text.contains(line), "{text}");
    // those that are asked for must have cosigned; the others' lines are a stranger's
    let report = checked(&package, &[&two]);
    assert!(report.ok && report.witnesses.len() == 2, "{report}");
    assert!(report.witnesses.iter().all(|one| one.trusted));
    let report = checked(&package, &[&two, &other]);
    let missing = "the witness witness.example/w3 has not cosigned this log";
    assert!(
        !report.ok && report.to_string().contains(missing),
        "{report}"
    );
}

#[test]
fn no_witness_is_no_failure_unless_one_is_asked_for() {
    let report = checked(&PACKAGE, &[]);
    assert!(report.ok && report.witnesses.is_empty());
    assert!(report.to_string().contains("nobody has cosigned this log"));
    assert!(!checked(&PACKAGE, &[&cosigner(1)]).ok);
}

/// The log's key is in the hands of whoever rewrites: everything else fits.
#[test]
fn a_log_rewritten_with_its_key_does_not_pass_a_witness() {
    let one = cosigner(1);
    let mut forged = Sample::new(120);
    forged.push(SAMPLE.line(7).leaf.into_bytes());
    (121..760).for_each(|p| forged.push(SAMPLE.line(p).leaf.into_bytes()));
    let mut files = cosigned(&SAMPLE, 700, &[&one]);
    files.push(keys(&[&one]));
    let package = forged.package_and(0, 100, &files);
    assert!(
        checked(&forged.package(0, 100), &[]).ok,
        "the forgery is a good one"
    );
    let report = checked(&package, &[]);
    let what = "is not contained in the package's checkpoint: the log was rewritten";
    assert!(!report.ok && report.to_string().contains(what), "{report}");
    assert!(!checked(&package, &[&one]).ok);
    assert!(!checked(&forged.package(0, 100), &[&one]).ok);
}

#[test]
fn edited_files() {
    let (one, two) = (cosigner(1), cosigner(2));
    let mut good = cosigned(&SAMPLE, 700, &[&one]);
    good.push(keys(&[&one]));
    let fails = |change: &dyn Fn(&mut Files)| {
        let mut files = good.clone();
        change(&mut files);
        let report = checked(&SAMPLE.package_and(FIRST, END, &files), &[]);
        let check = report
            .checks
            .iter()
            .find(|check| check.name.starts_with("witnesses"));
        !report.ok && !check.unwrap().ok
    };
    assert!(!fails(&|_| ()));
    let moved = one.sign("another text\n", AT).unwrap();
    assert!(fails(&|files| files[0].1.push_str(&moved)), "a false line");
    assert!(fails(
        &|files| files[0].1 = files[0].1.replace("\n700\n", "\n701\n")
    ));
    assert!(fails(&|files| files[1].1 = files[1].1.replacen('\n', "", 1)));
    assert!(fails(&|files| files[1].1.push_str("\u{fffd}\n")));
    assert!(fails(&|files| files[1].1.clear()));
    assert!(fails(&|files| drop(files.remove(0))), "a proof of nothing");
    assert!(fails(&|files| files[2].1 = "no key\n".into()));
    assert!(fails(&|files| files[2] = keys(&[&two])), "nobody's line");
    assert!(
        fails(&|files| drop(files.remove(2))),
        "a line of nobody known"
    );
    // one file's absence fails the package, whatever it is laid to
    let mut files = good.clone();
    files.remove(1);
    assert!(!checked(&SAMPLE.package_and(FIRST, END, &files), &[]).ok);
}
