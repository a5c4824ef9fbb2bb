//! The ZIP as a set of files with safe names, each read within its limits and compared with the
//! manifest as it is read.

use super::report::{Check, Recorder};
use super::{MAX_RATIO, MAX_TOTAL, MAX_WHOLE, directory};
use crate::audit::encoding::hex;
use crate::audit::package::format::{FileLine, LOG, MANIFEST, MANIFEST_NOTE};
use crate::audit::package::path::is_safe;
use crate::audit::package::seal;
use crate::audit::tree::{finish, sha256};
use ring::digest::{Context, SHA256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use zip::read::{ArchiveOffset, Config, ZipFile};
use zip::{CompressionMethod, ZipArchive};

/// An opened archive.
pub(super) struct Archive<R> {
    zip: ZipArchive<R>,
    files: BTreeMap<String, usize>,
    listed: BTreeMap<String, FileLine>,
    unread: BTreeSet<String>,
}

/// Opens an archive; `None` where no file in it can be read.
pub(super) fn open<R: Read + Seek>(mut reader: R, log: &mut Recorder) -> Option<Archive<R>> {
    match check_outside(&mut reader) {
        Ok(true) => {}
        Ok(false) => log.fail(
            Check::Archive,
            None,
            None,
            "the seal at the archive's end does not fit: it has been changed or damaged",
        ),
        Err(error) => {
            log.fail(Check::Archive, None, None, error.to_string());
            return None;
        }
    }
    let offset = ArchiveOffset::Known(0);
    let Ok(zip) = ZipArchive::with_config(
        Config {
            archive_offset: offset,
        },
        reader,
    ) else {
        log.fail(Check::Archive, None, None, "not a readable zip archive");
        return None;
    };
    let mut archive = Archive {
        zip,
        files: BTreeMap::new(),
        listed: BTreeMap::new(),
        unread: BTreeSet::new(),
    };
    archive.check_files(log);
    log.done(Check::Archive, format!("{} files", archive.files.len()));
    Some(archive)
}

/// The directory is sound, and whether the seal fits.
fn check_outside(reader: &mut (impl Read + Seek)) -> Result<bool, directory::DirectoryError> {
    let length = reader.seek(SeekFrom::End(0))?;
    directory::check(reader, length)?;
    reader.seek(SeekFrom::Start(0))?;
    Ok(seal::holds(reader, length)?)
}

impl<R: Read + Seek> Archive<R> {
    fn check_files(&mut self, log: &mut Recorder) {
        if self.zip.validate_header_consistency().is_err() {
            let what = "headers contradict the directory, or a file stands twice in it";
            log.fail(Check::Archive, None, None, what);
        }
        let (mut folded, mut total) = (BTreeSet::new(), 0u64);
        for index in 0..self.zip.len() {
            let (name, size, fault) = self.describe(index);
            total = total.saturating_add(size);
            // names that differ in case only are one file on some systems
            let fault = fault.or((!folded.insert(name.to_lowercase())).then_some("stands twice"));
            match fault {
                Some(fault) => log.fail(Check::Archive, None, Some(&name), fault),
                None => drop(self.files.insert(name, index)),
            }
        }
        if total > MAX_TOTAL {
            log.fail(Check::Archive, None, None, "unpacks to too many bytes");
            self.files.clear();
        }
        self.unread = self.files.keys().cloned().collect();
    }

    /// Name, unpacked size, and what is wrong with a file.
    fn describe(&mut self, index: usize) -> (String, u64, Option<&'static str>) {
        let Ok(file) = self.zip.by_index_raw(index) else {
            return (format!("file number {index}"), 0, Some("cannot be read"));
        };
        let name = String::from_utf8_lossy(file.name_raw()).into_owned();
        let fault = fault_of(&file, &name);
        (name, file.size(), fault)
    }

    /// How many files can be read.
    pub(super) fn len(&self) -> u64 {
        self.files.len() as u64
    }

    /// The names of files that begin so.
    pub(super) fn names(&self, prefix: &str) -> Vec<String> {
        let names = self.files.keys().filter(|name| name.starts_with(prefix));
        names.cloned().collect()
    }

    /// Names that no check has read yet.
    pub(super) fn unread(&self) -> Vec<String> {
        self.unread.iter().cloned().collect()
    }

    /// From now on, what is read is compared with these lines.
    pub(super) fn list(&mut self, files: Vec<FileLine>, log: &mut Recorder) {
        for line in files {
            if !self.files.contains_key(&line.path) {
                log.fail(Check::Manifest, None, Some(&line.path), "is missing");
            }
            self.listed.insert(line.path.clone(), line);
        }
        for name in self.files.keys() {
            let own = name == MANIFEST || name == MANIFEST_NOTE;
            if !own && !self.listed.contains_key(name) {
                log.fail(Check::Manifest, None, Some(name), "is not in the manifest");
            }
        }
    }

    /// Reads a file that no check looks into piece by piece, and compares it with the manifest.
    /// After a damage, what could be read is handed out all the same: the failure is noted, and
    /// what follows may name the entry. `None` where the file does not exist.
    pub(super) fn read(&mut self, path: &str, log: &mut Recorder) -> Option<Vec<u8>> {
        let Some(file) = self.stream(path) else {
            log.fail(Check::Manifest, None, Some(path), "is missing");
            return None;
        };
        let (limit, mut bytes) = (file.size().min(MAX_WHOLE) + 1, Vec::new());
        let read = file.take(limit).read_to_end(&mut bytes);
        if read.is_err() || bytes.len() as u64 == limit {
            log.fail(Check::Archive, None, Some(path), "is damaged or too large");
        }
        self.compare(path, &hex(&sha256(&[&bytes])), bytes.len() as u64, log);
        Some(bytes)
    }

    /// Compares a file of any length with the manifest, piece by piece.
    pub(super) fn skim(&mut self, path: &str, log: &mut Recorder) {
        let Some(file) = self.stream(path) else {
            return;
        };
        let (mut digest, mut size) = (Context::new(&SHA256), 0u64);
        let limit = file.size().saturating_add(1);
        let mut reader = BufReader::with_capacity(1 << 16, file.take(limit));
        let intact = loop {
            match reader.fill_buf() {
                Ok([]) => break true,
                Ok(bytes) => {
                    digest.update(bytes);
                    let count = bytes.len();
                    size = size.saturating_add(count as u64);
                    reader.consume(count);
                }
                Err(_) => break false,
            }
        };
        drop(reader);
        if !intact {
            log.fail(Check::Archive, None, Some(path), "is damaged");
        }
        self.compare(path, &hex(&finish(digest)), size, log);
    }

    /// A file to be read by the caller, who then calls [`Self::compare`].
    pub(super) fn stream(&mut self, path: &str) -> Option<ZipFile<'_, R>> {
        let index = *self.files.get(path)?;
        self.unread.remove(path);
        self.zip.by_index(index).ok()
    }

    /// Compares what was read with the manifest's line.
    pub(super) fn compare(&mut self, path: &str, sha256: &str, size: u64, log: &mut Recorder) {
        let differs = |line: &FileLine| line.sha256 != sha256 || line.size != size;
        if self.listed.get(path).is_some_and(differs) {
            log.fail(
                Check::Manifest,
                None,
                Some(path),
                "is not the file that the manifest lists",
            );
        }
    }
}

fn fault_of<R: Read>(file: &ZipFile<'_, R>, name: &str) -> Option<&'static str> {
    let stored = file.compression() == CompressionMethod::Stored;
    let deflated = file.compression() == CompressionMethod::Deflated;
    let most = file
        .compressed_size()
        .saturating_mul(MAX_RATIO)
        .saturating_add(1 << 20);
    // a file type other than none or regular, in the upper bits of the mode
    let special = file
        .unix_mode()
        .is_some_and(|mode| !matches!(mode >> 12, 0 | 8));
    if !is_safe(name) {
        Some("has a name that a package cannot have")
    } else if special || file.is_dir() || file.is_symlink() {
        Some("is not a plain file")
    } else if file.encrypted() || !(stored || deflated) {
        Some("is encrypted or compressed in an unknown way")
    } else if file.size() > most || (stored && file.size() != file.compressed_size()) {
        Some("unpacks to too many bytes")
    } else if name.starts_with(LOG) && !stored {
        Some("is compressed, which a tile is not")
    } else {
        None
    }
}
