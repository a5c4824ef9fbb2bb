//! Edited, missing, added files.

use super::*;

/// The package with one file changed, sealed anew.
fn with_file(name: &str, change: impl FnOnce(&mut Vec<u8>)) -> VerifyReport {
    let mut files = unpack(&PACKAGE);
    let file = files.iter_mut().find(|(found, _)| found == name);
    change(&mut file.unwrap().1);
    run(&pack(&files))
}

#[test]
fn tiles_and_bundles() {
    // a hash of entry 300, in its tile: the tile no longer fits its parent, the entry not its hash
    let report = with_file_and_manifest("log/tile/0/001", |bytes| bytes[44 * 32] ^= 1);
    assert!(!report.ok && names(&report, 300), "{report}");
    assert!(
        report
            .to_string()
            .contains("log/tile/0/001: is not what the tile above says")
    );
    // the same on the right edge, which makes the root
    let report = with_file_and_manifest("log/tile/0/002.p/248", |bytes| bytes[0] ^= 1);
    assert!(!report.ok && names(&report, 512), "{report}");
    let report = with_file_and_manifest("log/tile/1/000.p/2", |bytes| bytes[0] ^= 1);
    assert!(
        !report.ok && report.to_string().contains("log/tile/0/000"),
        "{report}"
    );
    let report = with_file_and_manifest("log/tile/entries/001", |bytes| bytes[10] ^= 1);
    assert!(!report.ok && names(&report, 256), "{report}");
    let report = with_file_and_manifest("log/tile/entries/001", |bytes| bytes.push(0));
    assert!(!report.ok, "{report}");
    let report = with_file_and_manifest("log/tile/0/001", |bytes| bytes.truncate(bytes.len() - 1));
    assert!(!report.ok, "{report}");
}

#[test]
fn a_rewritten_log_needs_the_key() {
    // leaf, commitment, tile and bundle all rewritten, by somebody without the key
    let mut forged = Sample::new(120);
    forged.push(SAMPLE.line(7).leaf.into_bytes());
    (121..760).for_each(|p| forged.push(SAMPLE.line(p).leaf.into_bytes()));
    let mut files = unpack(&forged.package(0, 100));
    let head = files
        .iter_mut()
        .find(|(name, _)| name == "log/checkpoint")
        .unwrap();
    head.1 = SAMPLE.checkpoint().into_bytes();
    relist(&mut files);
    assert!(!run(&pack(&files)).ok);
}

#[test]
fn checkpoint_and_key() {
    for (from, to) in [
        ("760", "761"),
        ("760", "75"),
        ("log.example", "log.exomple"),
        ("— ", "- "),
    ] {
        let report = with_file_and_manifest("log/checkpoint", |bytes| {
            *bytes = String::from_utf8_lossy(bytes)
                .replace(from, to)
                .into_bytes();
        });
        assert!(!report.ok, "{from}: {report}");
    }
    let report = with_file_and_manifest("log/log.vkey", |bytes| bytes[5] ^= 1);
    assert!(!report.ok, "{report}");
}

#[test]
fn notices_and_findings() {
    let report = with_file_and_manifest("notices/newsletter@3.json", |bytes| bytes[20] ^= 1);
    assert!(!report.ok && names(&report, FIRST), "{report}");
    let report = with_file_and_manifest("findings.json", |bytes| {
        *bytes = br#"[{"position":123,"what":"row differs"}]"#.to_vec();
    });
    assert!(!report.ok && names(&report, 123), "{report}");
    for name in [
        "report.html",
        "policies/eu/consent.cedar",
        "README.txt",
        "purposes.json",
    ] {
        let report = with_file(name, |bytes| bytes[0] ^= 1);
        assert!(!report.ok && report.to_string().contains(name), "{report}");
    }
}

/// Whoever can write the file can make manifest and seal fit, but not sign.
#[test]
fn the_manifest_is_signed() {
    for name in [
        "report.html",
        "purposes.json",
        "findings.json",
        "policies/eu/consent.cedar",
        "entries.jsonl",
    ] {
        let report = with_file_and_manifest(name, |bytes| {
            let text = String::from_utf8(bytes.clone()).unwrap();
            *bytes = text
                .replace("Bericht", "Bericht ")
                .replace("[]", "[ ]")
                .replace("permit", "forbid")
                .into_bytes();
            if name == "entries.jsonl" {
                // a reason for withholding, to which nothing in the log commits
                let lines =
                    text.lines()
                        .map(|line| match EntryLine::parse(line.as_bytes()).0.unwrap() {
                            EntryLine {
                                withheld: Some(_),
                                position,
                                leaf,
                                ..
                            } => {
                                let line = EntryLine::withheld(position, leaf, "lost".into())
                                    .to_line()
                                    .unwrap();
                                String::from_utf8(line).unwrap()
                            }
                            _ => line.to_owned(),
                        });
                *bytes = lines
                    .flat_map(|line| format!("{line}\n").into_bytes())
                    .collect();
            }
        });
        assert!(
            !report.ok && report.to_string().contains("signed for another manifest"),
            "{name}: {report}"
        );
    }
    let report = with_file("MANIFEST.note", |bytes| bytes[40] ^= 1);
    assert!(
        !report.ok && report.to_string().contains("MANIFEST.note"),
        "{report}"
    );
    let report = with_file("MANIFEST.note", |bytes| {
        *bytes = SAMPLE.checkpoint().into_bytes();
    });
    assert!(!report.ok, "{report}");
    let other = NoteSigner::from_seed("log.example/r1/2026", &[1; 32]).unwrap();
    let manifest = unpack(&PACKAGE)
        .into_iter()
        .find(|(name, _)| name == "MANIFEST.json")
        .unwrap()
        .1;
    let report = with_file("MANIFEST.note", |bytes| {
        let text = crate::audit::package::format::manifest_text(other.verifier().name(), &manifest);
        *bytes = other.sign(&text).unwrap().into_bytes();
    });
    assert!(
        !report.ok && report.to_string().contains("no known key has signed"),
        "{report}"
    );
}

#[test]
fn extra_missing_and_unsafe_files() {
    let extra = |name: &str| {
        let mut files = unpack(&PACKAGE);
        files.push((name.to_owned(), b"x".to_vec()));
        run(&pack(&files))
    };
    for name in [
        "extra.txt",
        "../../etc/cron.d/x",
        "/abs",
        "a\\b",
        "readme.TXT",
        "log/tile/0/x/1",
        "dir/",
    ] {
        let report = extra(name);
        assert!(!report.ok, "{name}: {report}");
    }
    for gone in [
        "entries.jsonl",
        "log/checkpoint",
        "MANIFEST.json",
        "MANIFEST.note",
        "log/tile/0/001",
        "findings.json",
    ] {
        let mut files = unpack(&PACKAGE);
        files.retain(|(name, _)| name != gone);
        let report = run(&pack(&files));
        assert!(
            !report.ok && report.to_string().contains(gone),
            "{gone}: {report}"
        );
    }
    let mut files = unpack(&PACKAGE);
    files.push(("log/tile/0/003.p/1".into(), vec![0; 32]));
    relist(&mut files);
    assert!(!run(&pack(&files)).ok, "a tile that no one needs");
}

#[test]
fn symlink_and_duplicate() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.set_comment(seal::PLACEHOLDER).unwrap();
    zip.add_symlink("README.txt", "/etc/passwd", SimpleFileOptions::default())
        .unwrap();
    let report = run(&zip.finish().unwrap().into_inner());
    assert!(
        report.to_string().contains("is not a plain file"),
        "{report}"
    );
    // two files of one name: the second is renamed in place
    let mut bytes = pack(&[("aa.txt".into(), vec![1]), ("ab.txt".into(), vec![2])]);
    while let Some(at) = bytes.windows(6).position(|w| w == b"ab.txt") {
        bytes[at + 1] = b'a';
    }
    assert!(run(&bytes).to_string().contains("stands twice"));
}
