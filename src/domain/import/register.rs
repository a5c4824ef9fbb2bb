//! Files of opt-out registers: one entry a line, or CSV with a header that names the columns.
//!
//! The first line that cannot be read ends the file: half a register would say of the other half
//! that it is not registered.

use super::cells::Cells;
use super::error::{Fault, LineError, Problem};
use super::mapping::Encoding;
use super::reader::skip_mark;
use super::record::{Place, Records};
use crate::domain::ids::Blind;
use crate::domain::registry::{Identifier, IdentifierKind, IdentifierKinds, Register};
use chrono::{DateTime, NaiveDate};
use std::io::BufRead;

/// The column of the day since which somebody is entered.
const SINCE: &str = "registered_at";
/// What the column of keyed hashes of some identifiers is called after them.
const HASH: &str = "_hash";

/// Who is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// By an identifier.
    Identifier(Identifier),
    /// By its keyed hash.
    Hash(Blind),
}

/// Who a line enters, and since when, where it says so.
pub type Line = (Vec<Entered>, Option<NaiveDate>);

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Column {
    at: usize,
    kind: IdentifierKind,
    hash: bool,
}

/// A register's file.
pub struct RegisterFile<R> {
    register: Register,
    records: Records<R>,
    cells: Cells,
    width: usize,
    columns: Vec<Column>,
    since: Option<usize>,
    /// The first line, where it is no header.
    waiting: Option<Place>,
}

impl<R: BufRead> RegisterFile<R> {
    /// Reads the header, where there is one.
    ///
    /// # Errors
    /// Where the first line cannot be read, or its columns do not fit the register.
    pub fn new(register: Register, mut input: R) -> Result<Self, LineError> {
        let in_file = |problem| LineError::new(1, None, problem);
        let delimiter = delimiter(&mut input).map_err(in_file)?;
        let mut records = Records::new(input, delimiter);
        skip_mark(&mut records, Encoding::Utf8).map_err(in_file)?;
        let first = records.advance().transpose()?;
        let first = first.ok_or_else(|| in_file(Problem::FileEmpty))?;
        let mut file = Self {
            register,
            records,
            cells: Cells::default(),
            width: 0,
            columns: Vec::new(),
            since: None,
            waiting: None,
        };
        file.header(first).map_err(|fault| fault.on(first.line))?;
        Ok(file)
    }

    /// What the file lists.
    #[must_use]
    pub fn kinds(&self) -> IdentifierKinds {
        self.columns.iter().map(|column| column.kind).collect()
    }

    fn header(&mut self, first: Place) -> Result<(), Fault> {
        self.cells.fill(&self.records.cells, Encoding::Utf8)?;
        self.width = self.cells.len();
        let name = |at| self.cells.get(at).to_ascii_lowercase();
        let names: Vec<String> = (0..self.width).map(name).collect();
        self.columns = names.iter().enumerate().filter_map(column).collect();
        self.since = names.iter().position(|name| name == SINCE);
        let listed = self.register.lists();
        let foreign = |column: &&Column| !listed.contains(&column.kind);
        if let Some(column) = self.columns.iter().find(foreign) {
            return Err(Fault::at(column.kind.as_str(), Problem::NotListed));
        }
        if !self.columns.is_empty() {
            return Ok(());
        }
        let ([kind, ..], 1) = (listed, self.width) else {
            return Err(Problem::NoColumn.into());
        };
        let (at, hash) = (0, false);
        self.columns = vec![Column {
            at,
            kind: *kind,
            hash,
        }];
        self.waiting = Some(first);
        Ok(())
    }

    /// The next line; `None` at the end of the file.
    ///
    /// # Errors
    /// Where the line cannot be read.
    pub fn line(&mut self) -> Result<Option<Line>, LineError> {
        let place = match self.waiting.take() {
            Some(first) => Some(first),
            None => self.records.advance().transpose()?,
        };
        let read = place.map(|place| self.read().map_err(|fault| fault.on(place.line)));
        read.transpose()
    }

    fn read(&mut self) -> Result<Line, Fault> {
        self.cells.fill(&self.records.cells, Encoding::Utf8)?;
        let (found, expected) = (self.cells.len(), self.width);
        if found != expected {
            return Err(Problem::WrongColumns { found, expected }.into());
        }
        let given = self.columns.iter().filter_map(|column| {
            let cell = self.cells.get(column.at);
            (!cell.is_empty()).then(|| self.entered(*column, cell))
        });
        let entered: Vec<Entered> = given.collect::<Result<_, _>>()?;
        if entered.is_empty() {
            return Err(Problem::NoIdentifier.into());
        }
        let since = self.since.map_or("", |at| self.cells.get(at));
        let unreadable = || Fault::at(SINCE, Problem::TimeUnreadable);
        let day = (!since.is_empty()).then(|| day(since).ok_or_else(unreadable));
        Ok((entered, day.transpose()?))
    }

    fn entered(&self, column: Column, cell: &str) -> Result<Entered, Fault> {
        // a list of hashes needs no header
        if column.hash || cell.len() == HASH_DIGITS {
            let hash = unhex(cell).map(Entered::Hash);
            if column.hash || hash.is_some() {
                let malformed = || Fault::at(column.kind.as_str(), Problem::HashMalformed);
                return hash.ok_or_else(malformed);
            }
        }
        let identifier = match column.kind {
            IdentifierKind::Phone => Identifier::phone(cell, Some(self.register.country())),
            other => Identifier::parse(other, cell),
        };
        let wrong = |error| Fault::at(column.kind.as_str(), Problem::Identifier(error));
        identifier.map(Entered::Identifier).map_err(wrong)
    }
}

fn column((at, name): (usize, &String)) -> Option<Column> {
    let kind = name.strip_suffix(HASH);
    let hash = kind.is_some();
    let kind = IdentifierKind::parse(kind.unwrap_or(name))?;
    Some(Column { at, kind, hash })
}

/// What the first line separates its cells by.
fn delimiter(input: &mut impl BufRead) -> Result<u8, Problem> {
    let begins = input.fill_buf().map_err(|_| Problem::FileUnreadable)?;
    let first = begins.split(|byte| *byte == b'\n').next();
    let used = [b';', b'\t'].into_iter();
    let mut used = used.filter(|sign| first.is_some_and(|first| first.contains(sign)));
    Ok(used.next().unwrap_or(b','))
}

fn day(cell: &str) -> Option<NaiveDate> {
    let instant = || {
        DateTime::parse_from_rfc3339(cell)
            .ok()
            .map(|at| at.date_naive())
    };
    let formats = ["%Y-%m-%d", "%d/%m/%Y"].into_iter();
    let mut days = formats.filter_map(|format| NaiveDate::parse_from_str(cell, format).ok());
    days.next().or_else(instant)
}

/// Digits of a keyed hash.
const HASH_DIGITS: usize = 64;

fn unhex(text: &str) -> Option<Blind> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |[high, low]: &[u8; 2]| {
        let digit = |sign: u8| char::from(sign).to_digit(16);
        u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()
    };
    let bytes: Vec<u8> = pairs.iter().map(byte).collect::<Option<_>>()?;
    rest.is_empty().then(|| Blind::from_slice(&bytes))?
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn all(register: Register, text: &str) -> Result<Vec<Line>, LineError> {
        let mut file = RegisterFile::new(register, text.as_bytes())?;
        let mut lines = Vec::new();
        while let Some(line) = file.line()? {
            lines.push(line);
        }
        Ok(lines)
    }

    fn phone(text: &str) -> Entered {
        Entered::Identifier(Identifier::phone(text, None).unwrap())
    }

    #[test]
    fn a_line_is_a_number_of_the_country() {
        let lines = all(Register::Bloctel, "0612345678\n+33 6 12 34 56 79\r\n\n").unwrap();
        let numbers: Vec<&Entered> = lines.iter().flat_map(|(who, _)| who).collect();
        assert_eq!(numbers, [&phone("+33612345678"), &phone("+33612345679")]);
        assert!(lines.iter().all(|(_, since)| since.is_none()));
    }

    #[test]
    fn a_header_names_the_columns() {
        let text = "\u{feff}Nome;Phone;registered_at\nx;+39 06 6982 1234;2024-01-31\ny;0669821235;31/01/2024\nz;0669821236;\n";
        let lines = all(Register::Rpo, text).unwrap();
        let day = NaiveDate::from_ymd_opt(2024, 1, 31);
        assert_eq!(lines[0], (vec![phone("+390669821234")], day));
        assert_eq!(lines[1].1, day);
        assert_eq!(lines[2].1, None);
        let file = RegisterFile::new(Register::RobinsonEs, "email,postal_hash\n".as_bytes());
        let kinds = file.unwrap().kinds();
        assert!(kinds.has(IdentifierKind::Email) && kinds.has(IdentifierKind::Postal));
        assert!(!kinds.has(IdentifierKind::Phone));
    }

    #[test]
    fn a_keyed_hash_is_taken_as_it_is() {
        let hash = "0f".repeat(32);
        let expected = vec![Entered::Hash(Blind([0x0f; 32]))];
        assert_eq!(all(Register::Tps, &hash).unwrap()[0].0, expected);
        let named = format!("postal_hash\n{hash}\n");
        assert_eq!(all(Register::RobinsonFr, &named).unwrap()[0].0, expected);
    }

    #[test]
    fn what_cannot_be_read_names_its_line_and_nothing_of_it() {
        for (register, text, line, code) in [
            (Register::Bloctel, "", 1, "file_empty"),
            (
                Register::Bloctel,
                "0612345678\nhello\n",
                2,
                "phone_character",
            ),
            (
                Register::Bloctel,
                "phone\r\n0612345678\r\n\r\n12\r\n",
                4,
                "phone_not_in_region",
            ),
            (Register::Bloctel, "email\na@example.fr\n", 1, "not_listed"),
            (Register::Bloctel, "name;city\n", 1, "no_column"),
            (
                Register::Rpo,
                "phone,registered_at\n0669821234,soon\n",
                2,
                "time_unreadable",
            ),
            (
                Register::Rpo,
                "phone,registered_at\n0669821234\n",
                2,
                "wrong_columns",
            ),
            (Register::Rpo, "phone,postal\n,\n", 2, "no_identifier"),
            (
                Register::Rpo,
                "postal\n\"1 via roma\n2 via roma\n",
                2,
                "quote_unclosed",
            ),
            (Register::Tps, "phone_hash\n00ff\n", 2, "hash_malformed"),
        ] {
            let error = all(register, text).unwrap_err();
            assert_eq!((error.line, error.code), (line, code), "{text:?}: {error}");
            assert!(!format!("{error:?}").contains("hello"));
        }
    }
}
