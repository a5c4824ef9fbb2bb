//! One changed byte anywhere must show, and must be laid at the right door.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use super::*;
use crate::audit::encoding::hex;
use crate::audit::note::NoteSigner;
use crate::audit::package::format::EntryLine;
use crate::audit::package::seal;
use crate::audit::package::testing::{Sample, signer};
use proptest::prelude::*;
use serde_json::json;
use std::io::{Cursor, Write};
use std::sync::LazyLock;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

mod bytes;
mod entries;
mod files;
mod keys;
mod person;
mod timestamps;
mod witnesses;

/// Entries 100 to 700 of a log of 760: edges of tiles within and without.
const FIRST: u64 = 100;
const END: u64 = 700;
static SAMPLE: LazyLock<Sample> = LazyLock::new(|| Sample::new(760));
static PACKAGE: LazyLock<Vec<u8>> = LazyLock::new(|| SAMPLE.package(FIRST, END));

fn run(bytes: &[u8]) -> VerifyReport {
    verify(Cursor::new(bytes), Some(signer().verifier()), &[], &[])
}

fn names(report: &VerifyReport, position: u64) -> bool {
    report
        .failures
        .iter()
        .any(|failure| failure.position == Some(position))
}

/// Files of a package as `(name, content)`.
fn unpack(package: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(package)).unwrap();
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.push((file.name().unwrap().into_owned(), bytes));
    }
    files
}

/// Packs files as a careful forger would: with a sound seal.
fn pack(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let sealed = seal::SealedWriter::new(Vec::new());
    let mut zip = ZipWriter::new_stream(sealed);
    zip.set_comment(seal::PLACEHOLDER).unwrap();
    for (name, bytes) in files {
        let method = zip::CompressionMethod::Stored;
        let options = SimpleFileOptions::default().compression_method(method);
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner().seal().unwrap()
}

/// The same, with the manifest made to fit: whoever can write the file can do that too.
fn with_file_and_manifest(name: &str, change: impl FnOnce(&mut Vec<u8>)) -> VerifyReport {
    let mut files = unpack(&PACKAGE);
    let file = files.iter_mut().find(|(found, _)| found == name).unwrap();
    change(&mut file.1);
    relist(&mut files);
    run(&pack(&files))
}

fn relist(files: &mut [(String, Vec<u8>)]) {
    let at = files
        .iter()
        .position(|(name, _)| name == "MANIFEST.json")
        .unwrap();
    let mut manifest: serde_json::Value = serde_json::from_slice(&files[at].1).unwrap();
    let mut list: Vec<_> = files
        .iter()
        .filter(|(name, _)| name != "MANIFEST.json")
        .map(|(name, bytes)| {
            let sha256 = hex(&crate::audit::tree::sha256(&[bytes]));
            json!({"path": name, "sha256": sha256, "size": bytes.len()})
        })
        .collect();
    list.sort_by(|a, b| a["path"].as_str().cmp(&b["path"].as_str()));
    manifest["files"] = list.into();
    files[at].1 = crate::audit::commitment::canonical_json(&manifest).unwrap();
}

#[test]
fn honest_packages_hold() {
    for (first, end) in [(0, 760), (FIRST, END), (256, 512), (759, 760), (5, 5)] {
        let report = run(&SAMPLE.package(first, end));
        assert!(report.ok, "{report}");
        assert_eq!((report.entries, report.size), (end - first, Some(760)));
    }
    assert!(run(&Sample::new(0).package(0, 0)).ok);
    assert!(run(&pack(&unpack(&PACKAGE))).ok, "the test's own packing");
}

#[test]
fn the_report_says_whose_key_it_was() {
    let report = verify(Cursor::new(PACKAGE.as_slice()), None, &[], &[]);
    assert!(report.ok && !report.key_trusted);
    assert!(report.to_string().contains("taken from the package itself"));
    let other = NoteSigner::from_seed("log.example/r1/2026", &[1; 32]).unwrap();
    let report = verify(
        Cursor::new(PACKAGE.as_slice()),
        Some(other.verifier()),
        &[],
        &[],
    );
    assert!(!report.ok && report.to_string().contains("not the log's trusted key"));
}
