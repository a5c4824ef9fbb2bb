//! A made-up log and its package, for the tests beside this file.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::format::{About, EntryLine, PURPOSES, Period, Positions, REPORT};
use super::plan::{LogSource, needed_tiles, tiles_of};
use super::write::{PackageMeta, PackageWriter};
use crate::audit::Hash;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::commitment::{canonical_json, commit, event_tag};
use crate::audit::leaf::{EntryKind, Leaf};
use crate::audit::note::{NoteSigner, VerifierKey};
use crate::audit::proof::tests::Leaves;
use crate::audit::proof::{consistency_proof, inclusion_proof};
use crate::audit::tree::tests::naive_root;
use crate::audit::tree::{Frontier, hash_leaf, sha256};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::ops::Range;

/// The log's name and key.
pub const ORIGIN: &str = "log.example/r1/2026";
/// The one notice of the sample.
pub const NOTICE: &[u8] = br#"{"text":{"fr":"Oui, je veux recevoir la lettre."}}"#;

/// The log's signer.
pub fn signer() -> NoteSigner {
    NoteSigner::from_seed(ORIGIN, &[42; 32]).unwrap()
}

/// What the sample's packages are about.
pub fn meta(first: u64, end: u64) -> PackageMeta {
    PackageMeta {
        about: About::Period,
        period: Period {
            from: "2026-01-01T00:00:00Z".into(),
            to: "2027-01-01T00:00:00Z".into(),
        },
        positions: Positions { first, end },
        created_at: "2026-11-22T15:00:00Z".into(),
        query: json!({"controller": "default"}),
    }
}

/// A log of `n` entries of one person after another.
pub struct Sample {
    pub(super) leaves: Vec<Vec<u8>>,
    tiles: Vec<Vec<Hash>>,
    frontier: Frontier,
}

/// The opening of the entry at a position.
pub fn opening(position: u64) -> [u8; 32] {
    sha256(&[b"opening", &position.to_be_bytes()])
}

/// What was recorded at a position.
pub fn payload(position: u64) -> Value {
    json!({
        "id": format!("0192f0c1-0000-7000-8000-{position:012x}"),
        "purpose": "newsletter", "channel": "email", "status": "given",
        "notice": "newsletter@3", "language": "fr", "email": format!("p{position}@example.fr"),
        "source": {"kind": "store", "id": "lille-2"}, "collected_at": "2026-11-20T10:15:00+01:00",
    })
}

impl Sample {
    /// The log.
    pub fn new(n: u64) -> Self {
        let (leaves, tiles) = (Vec::new(), vec![Vec::new(); 4]);
        let frontier = Frontier::new();
        let mut sample = Self {
            leaves,
            tiles,
            frontier,
        };
        (0..n).for_each(|position| sample.append(position));
        sample
    }

    fn append(&mut self, position: u64) {
        let leaf = Leaf {
            kind: EntryKind::ConsentGiven,
            registry: "r1".into(),
            at: 1_767_225_600 + position as i64 / 3,
            notice: Some(sha256(&[NOTICE])),
            tag: Some(event_tag(&[8; 32], position)),
            commitment: commit(
                &opening(position),
                &canonical_json(&payload(position)).unwrap(),
            ),
        };
        self.push(leaf.to_bytes().unwrap());
    }

    /// Appends any bytes.
    pub fn push(&mut self, leaf: Vec<u8>) {
        for done in self.frontier.append(hash_leaf(&leaf)) {
            self.tiles[usize::from(done.level)].push(done.hash);
        }
        self.leaves.push(leaf);
    }

    /// How many entries.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The line of an honest export; every seventh is withheld.
    pub fn line(&self, position: u64) -> EntryLine {
        let leaf = String::from_utf8(self.leaves[position as usize].clone()).unwrap();
        if position % 7 == 6 {
            return EntryLine::withheld(position, leaf, "erased".into());
        }
        let payload = payload(position);
        let record = json!({"status": payload["status"], "purpose": payload["purpose"],
                            "source": {"kind": "store"}, "row": position});
        EntryLine::opened(position, leaf, payload, &opening(position)).with_record(Some(record))
    }

    /// The first `size` entries, signed, and the proof that this log still begins with them.
    pub fn earlier(&self, size: u64) -> (String, Vec<Hash>) {
        let hashes: Vec<_> = self.leaves.iter().map(|leaf| hash_leaf(leaf)).collect();
        let root = naive_root(&hashes[..size as usize]);
        let origin = ORIGIN.into();
        let head = Checkpoint { origin, size, root };
        let proof = consistency_proof(size, self.size(), &Leaves(hashes)).unwrap();
        (head.sign(&signer()).unwrap(), proof)
    }

    /// The head of the first `size` entries.
    pub fn head(&self, size: u64) -> Checkpoint {
        let hashes: Vec<_> = self.leaves.iter().map(|leaf| hash_leaf(leaf)).collect();
        let (origin, root) = (ORIGIN.into(), naive_root(&hashes[..size as usize]));
        Checkpoint { origin, size, root }
    }

    /// The proofs that an entry is in the first `size`, and those in the log.
    pub fn proofs(&self, position: u64, size: u64) -> [Vec<Hash>; 2] {
        let leaves = Leaves(self.leaves.iter().map(|leaf| hash_leaf(leaf)).collect());
        let inclusion = inclusion_proof(size, position, &leaves).unwrap();
        let consistency = consistency_proof(size, self.size(), &leaves).unwrap();
        [inclusion, consistency]
    }

    /// An honest package by other keys.
    pub fn package_by(
        &self,
        (first, end): (u64, u64),
        files: &[(String, String)],
        anchor: &VerifierKey,
        signers: &[NoteSigner],
    ) -> Vec<u8> {
        let files = files
            .iter()
            .map(|(name, text)| (name.clone(), text.clone().into_bytes()));
        let files: Vec<_> = files.collect();
        self.package_bytes((first, end), &files, anchor, signers)
    }

    /// The same with files of any bytes.
    pub fn package_bytes(
        &self,
        (first, end): (u64, u64),
        files: &[(String, Vec<u8>)],
        anchor: &VerifierKey,
        signers: &[NoteSigner],
    ) -> Vec<u8> {
        let note = self.head(self.size()).sign_by(signers).unwrap();
        let lines = (first..end).map(|position| self.line(position));
        let mut writer = self.written(lines, first, end, &[]);
        for (path, bytes) in files {
            writer.file(path, bytes).unwrap();
        }
        writer.finish(&note, anchor, signers, &[]).unwrap()
    }

    /// The signed head.
    pub fn checkpoint(&self) -> String {
        let (origin, size, root) = (ORIGIN.into(), self.size(), self.frontier.root());
        Checkpoint { origin, size, root }.sign(&signer()).unwrap()
    }

    /// An honest package.
    pub fn package(&self, first: u64, end: u64) -> Vec<u8> {
        self.package_of((first..end).map(|position| self.line(position)), first, end)
    }

    /// A package of those lines, with all else honest.
    pub fn package_of(
        &self,
        lines: impl Iterator<Item = EntryLine>,
        first: u64,
        end: u64,
    ) -> Vec<u8> {
        self.package_with(lines, first, end, &[])
    }

    /// An honest package with further files.
    pub fn package_and(&self, first: u64, end: u64, files: &[(String, String)]) -> Vec<u8> {
        let lines = (first..end).map(|position| self.line(position));
        self.package_with(lines, first, end, files)
    }

    fn package_with(
        &self,
        lines: impl Iterator<Item = EntryLine>,
        first: u64,
        end: u64,
        files: &[(String, String)],
    ) -> Vec<u8> {
        let key = signer().verifier().clone();
        let writer = self.written(lines, first, end, files);
        writer
            .finish(&self.checkpoint(), &key, &[signer()], &[])
            .unwrap()
    }

    fn written(
        &self,
        lines: impl Iterator<Item = EntryLine>,
        first: u64,
        end: u64,
        files: &[(String, String)],
    ) -> PackageWriter<Vec<u8>> {
        let mut writer = PackageWriter::begin(Vec::new(), meta(first, end)).unwrap();
        lines.for_each(|line| writer.entry(&line).unwrap());
        writer.file("notices/newsletter@3.json", NOTICE).unwrap();
        writer.file(PURPOSES, b"[]").unwrap();
        writer
            .file("policies/eu/consent.cedar", b"permit();")
            .unwrap();
        writer
            .file(REPORT, "<p>Bericht</p>".repeat(500).as_bytes())
            .unwrap();
        for tile in tiles_of(needed_tiles(first, end, self.size()), self) {
            let (path, bytes) = tile.unwrap();
            writer.file(&path, &bytes).unwrap();
        }
        for (path, text) in files {
            writer.file(path, text.as_bytes()).unwrap();
        }
        writer
    }
}

impl LogSource for Sample {
    type Error = Infallible;

    fn leaf_bytes(&self, positions: Range<u64>) -> Result<Vec<Vec<u8>>, Infallible> {
        Ok(self.leaves[positions.start as usize..positions.end as usize].to_vec())
    }

    fn tile_root(&self, level: u8, index: u64) -> Result<Hash, Infallible> {
        Ok(self.tiles[usize::from(level)][index as usize])
    }
}
