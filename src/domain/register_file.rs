//! Files of opt-out registers: one entry a line, or CSV with a header that names the columns.
//!
//! The first line that cannot be read ends the file: half a register would say of the other half
//! that it is not registered.

use super::ids::Blind;
use super::registry::{Identifier, IdentifierKind, IdentifierKinds, Register, Since};
use chrono::{DateTime, NaiveDate};
use csv::{Reader, ReaderBuilder, StringRecord};
use std::io::BufRead;

/// The column of the day since which somebody is entered.
const SINCE: &str = "registered_at";
/// What the column of keyed hashes of some identifiers is called after them.
const HASH: &str = "_hash";

/// Why a file is not taken, in the line of that number. Nothing of the line is repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct RegisterFileError {
    /// The line.
    pub line: u64,
    /// Why.
    pub why: String,
}

/// Who is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// By an identifier.
    Identifier(Identifier),
    /// By its keyed hash.
    Hash(Blind),
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Plain(IdentifierKind),
    Hash(IdentifierKind),
}

/// A register's file.
pub struct RegisterFile<R> {
    register: Register,
    reader: Reader<R>,
    columns: Vec<(usize, Column)>,
    since: Option<usize>,
    /// The first line, where it is no header.
    first: Option<StringRecord>,
}

impl<R: BufRead> RegisterFile<R> {
    /// Reads the header, where there is one.
    ///
    /// # Errors
    /// Where the first line cannot be read, or its columns do not fit the register.
    pub fn new(register: Register, mut input: R) -> Result<Self, RegisterFileError> {
        let delimiter = delimiter(&mut input)?;
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .delimiter(delimiter)
            .trim(csv::Trim::All)
            .from_reader(input);
        let mut first = StringRecord::new();
        if !read(&mut reader, &mut first)? {
            return Err(wrong(1, "the file is empty"));
        }
        let mut file = Self {
            register,
            reader,
            columns: vec![(0, Column::Plain(main_kind(register)))],
            since: None,
            first: None,
        };
        file.header(first)?;
        Ok(file)
    }

    /// What the file lists.
    #[must_use]
    pub fn kinds(&self) -> IdentifierKinds {
        let kind = |(_, column): &(usize, Column)| match column {
            Column::Plain(kind) | Column::Hash(kind) => *kind,
        };
        self.columns.iter().map(kind).collect()
    }

    fn header(&mut self, first: StringRecord) -> Result<(), RegisterFileError> {
        let names: Vec<String> = first.iter().map(name).collect();
        let named = names.iter().enumerate();
        let columns: Vec<(usize, Column)> = named
            .filter_map(|(at, name)| Some((at, Column::parse(name)?)))
            .collect();
        if columns.is_empty() && names.len() > 1 {
            return Err(wrong(1, &format!("no column is named {}", self.names())));
        }
        if columns.is_empty() {
            self.first = Some(first);
            return Ok(());
        }
        self.columns = columns;
        self.since = names.iter().position(|name| name == SINCE);
        let listed = self.register.lists();
        let foreign = |kind: &IdentifierKind| self.kinds().has(*kind) && !listed.contains(kind);
        if IdentifierKind::ALL.iter().any(foreign) {
            let why = format!("the register {} lists {}", self.register.as_str(), self.names());
            return Err(wrong(1, &why));
        }
        Ok(())
    }

    fn names(&self) -> String {
        let names = self.register.lists().iter().map(|kind| kind.as_str());
        names.collect::<Vec<_>>().join(", ")
    }

    /// The entries of the next line, and since when; `None` at the end of the file.
    ///
    /// # Errors
    /// Where the line cannot be read.
    pub fn line(&mut self) -> Result<Option<(Vec<Who>, Since)>, RegisterFileError> {
        let mut record = StringRecord::new();
        match self.first.take() {
            Some(first) => record = first,
            None => {
                if !read(&mut self.reader, &mut record)? {
                    return Ok(None);
                }
            }
        }
        let line = record.position().map_or(1, csv::Position::line);
        let cells = self.columns.iter().filter_map(|(at, column)| {
            let cell = record.get(*at).map(clean).filter(|cell| !cell.is_empty())?;
            Some(self.who(*column, cell))
        });
        let who: Vec<Who> = cells.collect::<Result<_, _>>().map_err(|why| wrong(line, &why))?;
        if who.is_empty() {
            return Err(wrong(line, "it names nobody"));
        }
        let since = self.since.and_then(|at| record.get(at)).unwrap_or_default();
        let since = since_of(since).ok_or_else(|| {
            wrong(line, "registered_at must be a day like 2026-01-31, or empty")
        })?;
        Ok(Some((who, since)))
    }

    fn who(&self, column: Column, cell: &str) -> Result<Who, String> {
        let (kind, as_hash) = match column {
            Column::Hash(kind) => (kind, true),
            // a list of hashes needs no header
            Column::Plain(kind) => (kind, cell.len() == 64 && unhex(cell).is_some()),
        };
        if as_hash {
            let hash = unhex(cell).map(Who::Hash);
            return hash.ok_or_else(|| "a keyed hash must have 64 hexadecimal digits".to_owned());
        }
        let identifier = match kind {
            IdentifierKind::Phone => Identifier::phone(cell, Some(self.register.country())),
            other => Identifier::parse(other, cell),
        };
        identifier
            .map(Who::Identifier)
            .map_err(|error| format!("no {} can be read. {}", kind.as_str(), error.mend()))
    }
}

impl Column {
    fn parse(name: &str) -> Option<Self> {
        match name.strip_suffix(HASH) {
            Some(kind) => IdentifierKind::parse(kind).map(Self::Hash),
            None => IdentifierKind::parse(name).map(Self::Plain),
        }
    }
}

fn main_kind(register: Register) -> IdentifierKind {
    let first = register.lists().first().copied();
    first.unwrap_or(IdentifierKind::Phone)
}

fn wrong(line: u64, why: &str) -> RegisterFileError {
    let why = why.to_owned();
    RegisterFileError { line, why }
}

/// What the first line separates its cells by.
fn delimiter(input: &mut impl BufRead) -> Result<u8, RegisterFileError> {
    let begins = input.fill_buf().map_err(|error| wrong(1, &error.kind().to_string()))?;
    let first = begins.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let used = [b';', b'\t'].into_iter().find(|sign| first.contains(sign));
    Ok(used.unwrap_or(b','))
}

/// The next record; whether there was one. The text of a line is not repeated in what is wrong.
fn read<R: BufRead>(
    reader: &mut Reader<R>,
    record: &mut StringRecord,
) -> Result<bool, RegisterFileError> {
    reader.read_record(record).map_err(|error| {
        let line = error.position().map_or(1, csv::Position::line);
        let why = match error.kind() {
            csv::ErrorKind::UnequalLengths { .. } => "it has more or fewer columns than the first",
            csv::ErrorKind::Utf8 { .. } => "it is no UTF-8",
            _ => "it cannot be read",
        };
        wrong(line, why)
    })
}

fn clean(cell: &str) -> &str {
    cell.trim_start_matches('\u{feff}').trim()
}

fn name(cell: &str) -> String {
    clean(cell).to_ascii_lowercase()
}

fn since_of(cell: &str) -> Option<Since> {
    if cell.is_empty() {
        return Some(Since::UNKNOWN);
    }
    let instant = || DateTime::parse_from_rfc3339(cell).ok().map(|at| at.date_naive());
    let formats = ["%Y-%m-%d", "%d/%m/%Y"].into_iter();
    let mut days = formats.filter_map(|format| NaiveDate::parse_from_str(cell, format).ok());
    days.next().or_else(instant).map(Since::day)
}

fn unhex(text: &str) -> Option<Blind> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| {
        let digits = std::str::from_utf8(pair).ok()?;
        let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        plain.then(|| u8::from_str_radix(digits, 16).ok())?
    };
    let bytes: Vec<u8> = pairs.iter().map(byte).collect::<Option<_>>()?;
    rest.is_empty().then(|| Blind::from_slice(&bytes))?
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    type Lines = Vec<(Vec<Who>, Since)>;

    fn all(register: Register, text: &str) -> Result<Lines, RegisterFileError> {
        let mut file = RegisterFile::new(register, text.as_bytes())?;
        let mut lines = Vec::new();
        while let Some(line) = file.line()? {
            lines.push(line);
        }
        Ok(lines)
    }

    fn phone(text: &str) -> Who {
        Who::Identifier(Identifier::phone(text, None).unwrap())
    }

    #[test]
    fn a_line_is_a_number_of_the_country() {
        let lines = all(Register::Bloctel, "0612345678\n+33 6 12 34 56 79\r\n\n").unwrap();
        let numbers: Vec<&Who> = lines.iter().flat_map(|(who, _)| who).collect();
        assert_eq!(numbers, [&phone("+33612345678"), &phone("+33612345679")]);
        assert!(lines.iter().all(|(_, since)| *since == Since::UNKNOWN));
    }

    #[test]
    fn a_header_names_the_columns() {
        let text = "\u{feff}Nome;Phone;registered_at\nx;+39 06 6982 1234;2024-01-31\ny;0669821235;31/01/2024\nz;0669821236;\n";
        let lines = all(Register::Rpo, text).unwrap();
        let day = Since::day(NaiveDate::from_ymd_opt(2024, 1, 31).unwrap());
        assert_eq!(lines[0], (vec![phone("+390669821234")], day));
        assert_eq!(lines[1].1, day);
        assert_eq!(lines[2].1, Since::UNKNOWN);
        let file = RegisterFile::new(Register::RobinsonEs, "email,postal_hash\n".as_bytes());
        let kinds = file.unwrap().kinds();
        assert!(kinds.has(IdentifierKind::Email) && kinds.has(IdentifierKind::Postal));
        assert!(!kinds.has(IdentifierKind::Phone));
    }

    #[test]
    fn a_keyed_hash_is_taken_as_it_is() {
        let hash = "0f".repeat(32);
        let expected = vec![Who::Hash(Blind([0x0f; 32]))];
        assert_eq!(all(Register::Tps, &hash).unwrap()[0].0, expected);
        let named = format!("postal_hash\n{hash}\n");
        assert_eq!(all(Register::RobinsonFr, &named).unwrap()[0].0, expected);
    }

    #[test]
    fn what_cannot_be_read_names_its_line_and_nothing_of_it() {
        for (register, text, line, why) in [
            (Register::Bloctel, "", 1, "empty"),
            (Register::Bloctel, "0612345678\nhello\n", 2, "phone"),
            (Register::Bloctel, "phone\n0612345678\n\n12\n", 4, "phone"),
            (Register::Bloctel, "email\na@example.fr\n", 1, "lists phone"),
            (Register::Bloctel, "name;city\n", 1, "no column"),
            (Register::Rpo, "phone,registered_at\n0669821234,soon\n", 2, "registered_at"),
            (Register::Rpo, "phone,registered_at\n0669821234\n", 2, "columns"),
            (Register::Rpo, "phone,postal\n,\n", 2, "nobody"),
            (Register::Tps, "phone_hash\n00ff\n", 2, "64"),
        ] {
            let error = all(register, text).unwrap_err();
            assert_eq!(error.line, line, "{text:?}: {error}");
            assert!(error.why.contains(why), "{text:?}: {error}");
            assert!(!error.to_string().contains("hello"));
        }
    }
}
