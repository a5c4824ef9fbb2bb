//! Writes a package as a stream: nothing is held but the list of files.
//!
//! Order: [`PackageWriter::begin`], files, entries in order of position, more files, tiles,
//! [`PackageWriter::finish`]. The same calls give the same bytes: times are fixed, names are ours.
//!
//! Text is deflated, since JSON and HTML shrink to a tenth. Tiles are stored: hashes do not shrink,
//! and a damaged byte in a stored file stays one damaged byte, so that the entry can be named.

use super::format::{self, About, EntryLine, FileLine, Finding, Period, Positions};
use super::path::is_safe;
use super::seal::{PLACEHOLDER, SealedWriter};
use crate::audit::Hash;
use crate::audit::commitment::{CanonicalError, canonical_json};
use crate::audit::encoding::hex;
use crate::audit::note::{NoteError, NoteSigner, VerifierKey};
use crate::audit::tree::finish;
use ring::digest::{Context, SHA256};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Write};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

/// What a package is about.
#[derive(Debug, Clone, PartialEq)]
pub struct PackageMeta {
    /// Whether entries follow each other without a gap.
    pub about: About,
    /// The period that was asked for.
    pub period: Period,
    /// The entries that will be written.
    pub positions: Positions,
    /// When the package is made, RFC 3339.
    pub created_at: String,
    /// What was asked for.
    pub query: Value,
}

/// Why a package could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The archive could not be written.
    #[error("archive could not be written")]
    Zip(#[from] zip::result::ZipError),
    /// The output failed.
    #[error("archive could not be written")]
    Io(#[from] std::io::Error),
    /// A payload, record or query has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// The manifest or the findings could not be serialised.
    #[error("manifest could not be written")]
    Json(#[from] serde_json::Error),
    /// The manifest could not be signed.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The entry is not the next one, or lies outside the package's positions.
    #[error("entry {found} came where {expected} was expected")]
    Position {
        /// The position that was due.
        expected: u64,
        /// The one that came.
        found: u64,
    },
    /// An entry came after another file had ended the list of entries.
    #[error("entries must be written in one go")]
    EntriesClosed,
    /// A file's name is unsafe, the writer's own, or came twice.
    #[error("file name is unsafe, reserved or used twice")]
    Name,
}

enum Entries {
    Waiting,
    Open { digest: Box<Context>, size: u64 },
    Closed,
}

/// Writes one package to `W`, which need not be seekable: a file or a response body.
pub struct PackageWriter<W: Write> {
    zip: ZipWriter<StreamWriter<SealedWriter<W>>>,
    meta: PackageMeta,
    /// By path: digest and size. A package of ten million entries has 80,000.
    files: BTreeMap<String, (Hash, u64)>,
    entries: Entries,
    next: u64,
}

impl<W: Write> PackageWriter<W> {
    /// Starts a package.
    ///
    /// # Errors
    /// When the output fails.
    pub fn begin(out: W, meta: PackageMeta) -> Result<Self, WriteError> {
        let mut zip = ZipWriter::new_stream(SealedWriter::new(out));
        zip.set_comment(PLACEHOLDER)?;
        let next = meta.positions.first;
        let (files, entries) = (BTreeMap::new(), Entries::Waiting);
        let mut writer = Self {
            zip,
            meta,
            files,
            entries,
            next,
        };
        let readme = writer.meta.about.readme();
        writer.put(format::README, readme.as_bytes())?;
        Ok(writer)
    }

    /// Writes the next entry.
    ///
    /// # Errors
    /// When it is not the next one, or the list of entries has been ended by another file.
    pub fn entry(&mut self, line: &EntryLine) -> Result<(), WriteError> {
        let (expected, found) = (self.next, line.position);
        let due = match self.meta.about {
            About::Period => found == expected,
            About::Person => found >= expected,
        };
        if !due || found >= self.meta.positions.end {
            return Err(WriteError::Position { expected, found });
        }
        let mut bytes = line.to_line()?;
        bytes.push(b'\n');
        self.open_entries()?;
        let Entries::Open { digest, size } = &mut self.entries else {
            return Err(WriteError::EntriesClosed);
        };
        digest.update(&bytes);
        *size += bytes.len() as u64;
        self.zip.write_all(&bytes)?;
        self.next = found.saturating_add(1);
        Ok(())
    }

    /// Writes a file: a notice, a policy, the purposes, the report, a tile.
    ///
    /// # Errors
    /// When its name is unsafe, one that the writer writes itself, or used already.
    pub fn file(&mut self, path: &str, bytes: &[u8]) -> Result<(), WriteError> {
        self.stream(path, |out| out.write_all(bytes))
    }

    /// Writes a file of any length, piece by piece.
    ///
    /// # Errors
    /// As [`Self::file`], or where `write` fails.
    pub fn stream(
        &mut self,
        path: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), WriteError> {
        let own = [format::MANIFEST, format::MANIFEST_NOTE].contains(&path);
        if own || format::REQUIRED.contains(&path) {
            return Err(WriteError::Name);
        }
        self.put_with(path, write)
    }

    /// Ends the package: head, the key that the chain of keys begins with, findings, signed manifest, seal. Gives the output back, flushed.
    ///
    /// # Errors
    /// When entries are missing or the output fails.
    pub fn finish(
        mut self,
        checkpoint: &str,
        anchor: &VerifierKey,
        signers: &[NoteSigner],
        findings: &[Finding],
    ) -> Result<W, WriteError> {
        let expected = self.meta.positions.end;
        if self.meta.about == About::Period && self.next != expected {
            let found = self.next;
            return Err(WriteError::Position { expected, found });
        }
        self.open_entries()?;
        self.put(format::CHECKPOINT, checkpoint.as_bytes())?;
        self.put(format::VKEY, format!("{anchor}\n").as_bytes())?;
        let findings = canonical_json(&serde_json::to_value(findings)?)?;
        self.put(format::FINDINGS, &findings)?;
        self.write_manifest(anchor.name(), signers)?;
        Ok(self.zip.finish()?.into_inner().seal()?)
    }

    fn write_manifest(&mut self, origin: &str, signers: &[NoteSigner]) -> Result<(), WriteError> {
        let bytes = self.manifest()?;
        self.put(format::MANIFEST, &bytes)?;
        let text = format::manifest_text(origin, &bytes);
        let note = NoteSigner::sign_by(signers, &text)?;
        self.put(format::MANIFEST_NOTE, note.as_bytes())
    }

    /// The canonical text of [`format::Manifest`], a file at a time: as one tree of values it would take
    /// more memory than everything else.
    fn manifest(&mut self) -> Result<Vec<u8>, WriteError> {
        let files = std::mem::take(&mut self.files);
        let meta = &self.meta;
        let mut text = b"{\"created_at\":".to_vec();
        text.extend(canonical(&meta.created_at)?);
        text.extend(b",\"files\":[");
        for (number, (path, (digest, size))) in files.into_iter().enumerate() {
            if number > 0 {
                text.push(b',');
            }
            let sha256 = hex(&digest);
            text.extend(canonical(&FileLine { path, sha256, size })?);
        }
        text.extend(b"],\"period\":");
        text.extend(canonical(&meta.period)?);
        text.extend(b",\"positions\":");
        text.extend(canonical(&meta.positions)?);
        text.extend(b",\"profile\":");
        text.extend(canonical(&meta.about.profile())?);
        text.extend(b",\"query\":");
        text.extend(canonical(&meta.query)?);
        text.push(b'}');
        Ok(text)
    }

    fn open_entries(&mut self) -> Result<(), WriteError> {
        if matches!(self.entries, Entries::Waiting) {
            // its size is not known beforehand, and may exceed four gigabytes
            let options = options(format::ENTRIES).large_file(true);
            self.zip.start_file(format::ENTRIES, options)?;
            let (digest, size) = (Box::new(Context::new(&SHA256)), 0);
            self.entries = Entries::Open { digest, size };
        }
        Ok(())
    }

    /// An archive has one open file at a time: another one ends the list of entries.
    fn close_entries(&mut self) {
        match std::mem::replace(&mut self.entries, Entries::Closed) {
            Entries::Open { digest, size } => {
                self.files
                    .insert(format::ENTRIES.to_owned(), (finish(*digest), size));
            }
            Entries::Waiting => self.entries = Entries::Waiting,
            Entries::Closed => {}
        }
    }

    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), WriteError> {
        self.put_with(path, |out| out.write_all(bytes))
    }

    fn put_with(
        &mut self,
        path: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), WriteError> {
        self.close_entries();
        if !is_safe(path) || self.files.contains_key(path) {
            return Err(WriteError::Name);
        }
        // report and decisions of a long period are large; the others' headers stay small
        let large = [format::REPORT, format::DECISIONS].contains(&path);
        self.zip.start_file(path, options(path).large_file(large))?;
        let mut out = Hashing {
            out: &mut self.zip,
            digest: Context::new(&SHA256),
            size: 0,
        };
        write(&mut out)?;
        let listed = (finish(out.digest), out.size);
        self.files.insert(path.to_owned(), listed);
        Ok(())
    }
}

fn canonical(value: &impl Serialize) -> Result<Vec<u8>, WriteError> {
    Ok(canonical_json(&serde_json::to_value(value)?)?)
}

/// Hashes and counts what passes through.
struct Hashing<W> {
    out: W,
    digest: Context,
    size: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.digest.update(bytes.get(..count).unwrap_or_default());
        self.size += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// No clock: the default time of the library is its epoch, 1980.
fn options(path: &str) -> SimpleFileOptions {
    let plain = path.starts_with(format::LOG) || path.starts_with("MANIFEST");
    let method = if plain {
        CompressionMethod::Stored
    } else {
        CompressionMethod::Deflated
    };
    SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o644)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::testing::{Sample, meta, signer};
    use super::*;

    fn begin() -> PackageWriter<Vec<u8>> {
        PackageWriter::begin(Vec::new(), meta(0, 2)).unwrap()
    }

    #[test]
    fn same_calls_same_bytes() {
        let sample = Sample::new(300);
        assert_eq!(sample.package(10, 290), sample.package(10, 290));
    }

    /// Written a piece at a time, it is what one canonical tree of values would be.
    #[test]
    fn the_manifest_is_canonical() {
        let mut query = meta(0, 2);
        query.query = serde_json::json!({ "z": "\u{1}\"é", "a": [1, null] });
        let mut writer = PackageWriter::begin(Vec::new(), query).unwrap();
        writer.file("purposes.json", b"{}").unwrap();
        writer.file("log/tile/0/000", &[7; 32]).unwrap();
        let text = writer.manifest().unwrap();
        let read: format::Manifest = serde_json::from_slice(&text).unwrap();
        let paths: Vec<&str> = read.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["README.txt", "log/tile/0/000", "purposes.json"]);
        assert_eq!(canonical(&read).unwrap(), text);
    }

    #[test]
    fn positions_are_contiguous() {
        let line = |position| EntryLine::withheld(position, "{}".into(), "erased".into());
        let mut writer = begin();
        assert!(writer.entry(&line(1)).is_err());
        writer.entry(&line(0)).unwrap();
        assert!(writer.entry(&line(0)).is_err());
        writer.entry(&line(1)).unwrap();
        assert!(writer.entry(&line(2)).is_err());
        assert!(
            begin()
                .finish("", signer().verifier(), &[signer()], &[])
                .is_err()
        );
    }

    #[test]
    fn entries_in_one_go_and_names_once() {
        let mut writer = begin();
        let line = EntryLine::withheld(0, "{}".into(), "erased".into());
        writer.entry(&line).unwrap();
        writer.file("purposes.json", b"{}").unwrap();
        assert!(matches!(
            writer.entry(&EntryLine {
                position: 1,
                ..line
            }),
            Err(WriteError::EntriesClosed)
        ));
        for bad in [
            "purposes.json",
            "README.txt",
            "MANIFEST.json",
            "MANIFEST.note",
            "../x",
            "/x",
            "entries.jsonl",
        ] {
            assert!(
                matches!(writer.file(bad, b""), Err(WriteError::Name)),
                "{bad}"
            );
        }
    }
}
