//! The file, read twice: once for its hash, once for its rows, counting bytes.

use super::failure::Failure;
use crate::domain::import::{Mapping, PRESETS, preset};
use std::cell::Cell;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

const BUFFER: usize = 256 * 1024;

/// The built-in mapping of that name, or the one in that file; with the name by which the
/// ledger knows it.
pub(super) fn mapping(name: &str) -> Result<(String, Mapping), Failure> {
    let refused = |error: crate::domain::import::MappingError| {
        Failure::usage(format!(
            "mapping {name}, line {}: {}. {}",
            error.line, error.what, error.mend
        ))
    };
    if let Some(built_in) = preset(name) {
        return Ok((name.to_owned(), built_in.map_err(refused)?));
    }
    let text = std::fs::read_to_string(name).map_err(|error| {
        let names: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
        Failure::usage(format!(
            "mapping {name}: {error}; give the path of a mapping file, or one of {}",
            names.join(", ")
        ))
    })?;
    let file_name = Path::new(name)
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    Ok((
        file_name.unwrap_or_default(),
        Mapping::load(&text).map_err(refused)?,
    ))
}

/// SHA-256 of the file's bytes, in hexadecimal digits.
pub(super) fn sha256(path: &Path) -> Result<String, Failure> {
    if path == Path::new("-") {
        return Err(Failure::usage(
            "standard input cannot be imported: the file is read twice, for its hash and for its rows; save it to a file and name that",
        ));
    }
    crate::cli::digest::sha256(open(path)?).map_err(|error| unreadable(path, &error))
}

fn open(path: &Path) -> Result<BufReader<File>, Failure> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let is_file = file.metadata().is_ok_and(|found| found.is_file());
    if !is_file {
        return Err(Failure::usage(format!(
            "{}: this is no regular file; name the CSV file itself",
            path.display()
        )));
    }
    Ok(BufReader::with_capacity(BUFFER, file))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!(
        "{}: {error}; name a file that can be read",
        path.display()
    ))
}

/// The file on its second reading.
pub(super) struct Input {
    file: BufReader<File>,
    /// Its bytes.
    pub length: u64,
    read: Rc<Cell<u64>>,
}

impl Input {
    /// Opens it.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let file = open(path)?;
        let length = file
            .get_ref()
            .metadata()
            .map_err(|error| unreadable(path, &error))?
            .len();
        Ok(Self {
            file,
            length,
            read: Rc::new(Cell::new(0)),
        })
    }

    /// How many bytes have been read, now and later.
    pub fn counted(&self) -> Rc<Cell<u64>> {
        self.read.clone()
    }
}

impl Read for Input {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(to)?;
        self.read.set(self.read.get().saturating_add(read as u64));
        Ok(read)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.file.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.read.set(self.read.get().saturating_add(bytes as u64));
        self.file.consume(bytes);
    }
}
