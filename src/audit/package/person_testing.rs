//! A made-up log of several persons, and the package about one of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::format::{
    About, EntryLine, PERSON, PURPOSES, PersonFile, PersonRecord, Positions, REPORT,
};
use super::plan::{sparse_tiles, tiles_of};
use super::testing::{NOTICE, Sample, meta, opening, signer};
use super::write::{PackageMeta, PackageWriter};
use crate::audit::commitment::{canonical_json, commit, event_tag};
use crate::audit::encoding::hex;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::audit::tree::sha256;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Anne's view key, that of the record that was merged into hers, and Berthe's.
pub const ANNE: [u8; 32] = [8; 32];
/// The merged record's.
pub const OLD: [u8; 32] = [9; 32];
/// Somebody else's.
pub const BERTHE: [u8; 32] = [7; 32];
/// The export's id.
pub const EXPORT: &str = "0192f0c1-0000-7000-8000-00000000eeee";

/// The log, and what an honest package about Anne says.
pub struct PersonSample {
    /// The log.
    pub log: Sample,
    /// Anne's entries and the export's, with their payloads.
    pub lines: Vec<EntryLine>,
    /// Somebody else's.
    pub others: Vec<EntryLine>,
    /// The file.
    pub file: PersonFile,
}

fn id(key: &[u8; 32]) -> String {
    format!("0192f0c1-0000-7000-8000-{:012x}", key[0])
}

impl PersonSample {
    /// Anne has entries 0 to 41, her old record 0 to 2; Berthe's stand between.
    pub fn new() -> Self {
        let mut sample = Self {
            log: Sample::new(0),
            lines: Vec::new(),
            others: Vec::new(),
            file: PersonFile {
                export: EXPORT.into(),
                records: [(ANNE, 42), (OLD, 3)]
                    .map(|(key, count)| PersonRecord {
                        count,
                        subject: id(&key),
                        view_key: hex(&key),
                    })
                    .to_vec(),
                unreadable: vec![],
            },
        };
        let consent = json!({"status": "given", "purpose": "newsletter"});
        for number in 0..2 {
            sample.push(
                Some((OLD, number)),
                EntryKind::ConsentGiven,
                consent.clone(),
            );
        }
        for number in 0..300 {
            if number % 8 == 3 {
                let merge = json!({"from": id(&OLD), "contacts": []});
                let (kind, payload) = match number / 8 {
                    5 => (EntryKind::SubjectMerged, merge),
                    _ => (EntryKind::ConsentGiven, consent.clone()),
                };
                sample.push(Some((ANNE, number / 8)), kind, payload);
            }
            sample.push(
                Some((BERTHE, number)),
                EntryKind::ConsentGiven,
                consent.clone(),
            );
        }
        for number in 38..41 {
            sample.push(
                Some((ANNE, number)),
                EntryKind::ConsentRefused,
                consent.clone(),
            );
        }
        let export = json!({"export": EXPORT});
        sample.push(None, EntryKind::ExportMade, export.clone());
        sample.push(
            Some((ANNE, 41)),
            EntryKind::SubjectDisclosed,
            export.clone(),
        );
        sample.push(Some((OLD, 2)), EntryKind::SubjectDisclosed, export);
        sample.push(Some((ANNE, 42)), EntryKind::ConsentGiven, consent);
        sample.lines.pop();
        sample
    }

    fn push(&mut self, whose: Option<([u8; 32], u64)>, kind: EntryKind, mut payload: Value) {
        let position = self.log.size();
        if let Some((key, _)) = whose {
            payload["subject"] = id(&key).into();
        }
        let leaf = Leaf {
            kind,
            registry: "r1".into(),
            at: 1_767_225_600 + position as i64,
            notice: (kind == EntryKind::ConsentGiven).then(|| sha256(&[NOTICE])),
            tag: whose.map(|(key, number)| event_tag(&key, number)),
            commitment: commit(&opening(position), &canonical_json(&payload).unwrap()),
        };
        let text = leaf.to_bytes().unwrap();
        self.log.push(text.clone());
        let text = String::from_utf8(text).unwrap();
        let line = EntryLine::opened(position, text, payload, &opening(position));
        match whose {
            Some((BERTHE, _)) => self.others.push(line),
            _ => self.lines.push(line),
        }
    }

    /// The package of what is here now, sound in all else: signed by the log's own key.
    pub fn package(&self) -> Vec<u8> {
        self.package_with(&[])
    }

    /// The same with further files.
    pub fn package_with(&self, files: &[(&str, String)]) -> Vec<u8> {
        let (size, end) = (self.log.size(), self.log.size());
        let meta = PackageMeta {
            about: About::Person,
            positions: Positions { first: 0, end },
            query: json!({"about": "person", "export": EXPORT}),
            ..meta(0, end)
        };
        let mut writer = PackageWriter::begin(Vec::new(), meta).unwrap();
        self.lines
            .iter()
            .for_each(|line| writer.entry(line).unwrap());
        writer.file("notices/newsletter@3.json", NOTICE).unwrap();
        writer.file(PURPOSES, b"[]").unwrap();
        writer.file(REPORT, b"<p>Bericht</p>").unwrap();
        let file = canonical_json(&serde_json::to_value(&self.file).unwrap()).unwrap();
        writer.file(PERSON, &file).unwrap();
        for (path, text) in files {
            writer.file(path, text.as_bytes()).unwrap();
        }
        let positions: BTreeSet<u64> = self.lines.iter().map(|line| line.position).collect();
        for tile in tiles_of(sparse_tiles(&positions, size), &self.log) {
            let (path, bytes) = tile.unwrap();
            writer.file(&path, &bytes).unwrap();
        }
        let checkpoint = self.log.checkpoint();
        writer
            .finish(&checkpoint, signer().verifier(), &[signer()], &[])
            .unwrap()
    }
}
