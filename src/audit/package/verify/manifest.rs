//! The manifest, and the files that are only compared with it.

use super::archive::Archive;
use super::report::{Check, Recorder};
use crate::audit::Hash;
use crate::audit::commitment::canonical_json;
use crate::audit::package::format::{
    About, FINDINGS, Finding, MANIFEST, MANIFEST_NOTE, Manifest, NOTICES, Period, Positions,
    REQUIRED, manifest_text,
};
use crate::audit::package::path::is_safe;
use crate::audit::signing::{KeyHistory, open_note};
use crate::audit::tree::sha256;
use chrono::DateTime;
use serde_json::Value;
use std::collections::HashSet;
use std::io::{Read, Seek};

/// What the package says it is.
pub(super) struct Asked {
    /// Every entry of a range, or those of one person.
    pub about: About,
    /// Which entries it says it holds, or among which the person's were looked for.
    pub positions: Positions,
    /// What was asked for.
    pub query: Value,
}

/// Reads the manifest; from here on every file is compared with its line.
pub(super) fn read<R: Read + Seek>(archive: &mut Archive<R>, log: &mut Recorder) -> Option<Asked> {
    let bytes = archive.read(MANIFEST, log)?;
    let Ok(manifest) = serde_json::from_slice::<Manifest>(&bytes) else {
        log.fail(Check::Manifest, None, Some(MANIFEST), "is not a manifest");
        return None;
    };
    check_form(&manifest, &bytes, log);
    archive.list(manifest.files, log);
    log.positions = Some(manifest.positions);
    let about = About::of_profile(&manifest.profile).unwrap_or(About::Period);
    log.person = about == About::Person;
    Some(Asked {
        about,
        positions: manifest.positions,
        query: manifest.query,
    })
}

/// The manifest is signed by the keys of the log's head.
pub(super) fn check_signature<R: Read + Seek>(
    archive: &mut Archive<R>,
    known: Option<&KeyHistory>,
    log: &mut Recorder,
) {
    let (Some(manifest), Some(signed)) = (
        archive.read(MANIFEST, log),
        archive.read(MANIFEST_NOTE, log),
    ) else {
        return;
    };
    let (Some(keys), Some(head)) = (known, &log.head) else {
        return;
    };
    let signed = String::from_utf8(signed).unwrap_or_default();
    match open_note(&signed, &keys.signing(head.size)) {
        Ok(found) if found.text == manifest_text(keys.anchor().name(), &manifest) => {
            log.done(Check::Signature, "by the key that signed the checkpoint");
        }
        Ok(_) => {
            let what = "is signed for another manifest: a file of the package was changed after the export";
            log.fail(Check::Signature, None, Some(MANIFEST), what);
        }
        Err(error) => log.fail(
            Check::Signature,
            None,
            Some(MANIFEST_NOTE),
            error.to_string(),
        ),
    }
}

fn check_form(manifest: &Manifest, bytes: &[u8], log: &mut Recorder) {
    let mut fail = |what: &str| log.fail(Check::Manifest, None, Some(MANIFEST), what);
    if About::of_profile(&manifest.profile).is_none() {
        fail("is of an unknown profile");
    }
    if !is_canonical(bytes) {
        fail("is not in canonical form");
    }
    if !is_period(&manifest.period) || DateTime::parse_from_rfc3339(&manifest.created_at).is_err() {
        fail("has a period or time that is none");
    }
    let paths: Vec<_> = manifest
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    if !paths.is_sorted_by(|a, b| a < b) || !paths.iter().all(|path| is_safe(path)) {
        fail("lists files out of order, twice, or under unsafe names");
    }
    for required in REQUIRED {
        if paths.binary_search(&required).is_err() {
            fail("lacks a file that every package has");
        }
    }
}

fn is_canonical(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Value>(bytes)
        .is_ok_and(|value| canonical_json(&value).is_ok_and(|canonical| canonical == bytes))
}

fn is_period(period: &Period) -> bool {
    let [from, to] = [&period.from, &period.to].map(|time| DateTime::parse_from_rfc3339(time));
    from.is_ok_and(|from| to.is_ok_and(|to| from <= to))
}

/// The hashes of the notices that the package holds.
pub(super) fn read_notices<R: Read + Seek>(
    archive: &mut Archive<R>,
    log: &mut Recorder,
) -> HashSet<Hash> {
    let names = archive.names(NOTICES).into_iter();
    let hashes = names.filter_map(|name| archive.read(&name, log).map(|bytes| sha256(&[&bytes])));
    hashes.collect()
}

/// What the exporter itself found wrong is a failure of the package.
pub(super) fn read_findings<R: Read + Seek>(archive: &mut Archive<R>, log: &mut Recorder) {
    let Some(bytes) = archive.read(FINDINGS, log) else {
        return;
    };
    let Ok(findings) = serde_json::from_slice::<Vec<Finding>>(&bytes) else {
        log.fail(
            Check::Findings,
            None,
            Some(FINDINGS),
            "is not a list of findings",
        );
        return;
    };
    for finding in findings {
        log.fail(
            Check::Findings,
            finding.position,
            Some(FINDINGS),
            finding.what,
        );
    }
    log.done(Check::Findings, "none");
}

/// Every file that no check has read is at least the one that the manifest lists.
pub(super) fn check_rest<R: Read + Seek>(archive: &mut Archive<R>, log: &mut Recorder) {
    for name in archive.unread() {
        archive.skim(&name, log);
    }
    if log.positions.is_some() {
        log.done(Check::Manifest, format!("{} files", archive.len()));
    }
}
