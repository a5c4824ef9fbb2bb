//! Reads an export row by row.

use std::io::BufRead;

use chrono::{DateTime, Utc};

use crate::domain::registry::identifier::{Identifier, IdentifierError, IdentifierKind};

use super::cells::Cells;
use super::claim::Record;
use super::columns::Columns;
use super::error::{Fault, LineError, Problem};
use super::mapping::{Encoding, IdentifierRule, Mapping};
use super::record::{Place, Records};
use super::row::{ImportRow, ImportStatus};
use super::when::Clock;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
/// Heads of files that are no CSV: UTF-16 in both orders, and ZIP (`.xlsx`).
const NO_TEXT: [&[u8]; 3] = [b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04"];

/// The rows of a file, one at a time; at most a record and what must be read
/// again is held in memory. Duplicates are left to the caller.
#[derive(Debug)]
pub struct Reader<'m, R> {
    mapping: &'m Mapping,
    records: Records<R>,
    cells: Cells,
    columns: Columns,
    clock: Clock,
    waiting: Option<Place>,
}

impl<'m, R: BufRead> Reader<'m, R> {
    /// Reads the head of the file and finds the mapping's columns in it.
    /// `now` is the latest instant that a time may tell.
    ///
    /// # Errors
    /// The file cannot be read with this mapping at all.
    pub fn new(input: R, mapping: &'m Mapping, now: DateTime<Utc>) -> Result<Self, LineError> {
        let mut records = Records::new(input, mapping.file.delimiter.0);
        skip_mark(&mut records, mapping.file.encoding)
            .map_err(|problem| LineError::new(1, None, problem))?;
        let first = records.advance().transpose()?;
        let first = first.ok_or_else(|| LineError::new(1, None, Problem::FileEmpty))?;
        let mut cells = Cells::default();
        let columns = cells
            .fill(&records.cells, mapping.file.encoding)
            .and_then(|()| Columns::find(mapping, &cells))
            .map_err(|fault| fault.on(first.line))?;
        Ok(Self {
            mapping,
            records,
            cells,
            columns,
            clock: Clock {
                zone: mapping.timezone.0,
                now,
            },
            waiting: (!mapping.file.header).then_some(first),
        })
    }

    fn row(&mut self, place: Place) -> Result<ImportRow, Fault> {
        self.cells
            .fill(&self.records.cells, self.mapping.file.encoding)?;
        let (found, expected) = (self.cells.len(), self.columns.count());
        if found != expected {
            return Err(Problem::WrongColumns { found, expected }.into());
        }
        let identifiers = self.identifiers()?;
        let record = Record {
            cells: &self.cells,
            columns: &self.columns,
            clock: &self.clock,
        };
        let mut claims = Vec::with_capacity(self.mapping.consent.len());
        for rule in &self.mapping.consent {
            claims.extend(record.claim(rule.get_ref(), &identifiers)?);
        }
        // such a line may be text that somebody typed into a cell: their no is
        // harmless, their yes would be another person's
        if place.inside_unclosed && claims.iter().any(|c| c.status == ImportStatus::Given) {
            return Err(Problem::InsideUnclosed.into());
        }
        Ok(ImportRow {
            line: place.line,
            identifiers,
            claims,
        })
    }

    fn identifiers(&self) -> Result<Vec<Identifier>, Fault> {
        let mut found = Vec::with_capacity(self.mapping.identifiers.len());
        for rule in &self.mapping.identifiers {
            let rule = rule.get_ref();
            let cell = self.columns.cell(&self.cells, &rule.column);
            if cell.is_empty() {
                continue;
            }
            let identifier = self.identifier(rule, cell);
            found.push(identifier.map_err(|e| Fault::at(&rule.column.0, Problem::Identifier(e)))?);
        }
        if found.is_empty() {
            return Err(Problem::NoIdentifier.into());
        }
        Ok(found)
    }

    fn identifier(&self, rule: &IdentifierRule, cell: &str) -> Result<Identifier, IdentifierError> {
        if rule.kind != IdentifierKind::Phone {
            return Identifier::parse(rule.kind, cell);
        }
        if rule.international && !cell.starts_with('+') {
            return Identifier::phone(&format!("+{cell}"), None);
        }
        let column = rule.region_column.as_ref();
        let from_cell = column.map(|column| self.columns.cell(&self.cells, column));
        let region = from_cell.or(rule.region.as_deref());
        Identifier::phone(cell, region.filter(|region| !region.is_empty()))
    }
}

impl<R: BufRead> Iterator for Reader<'_, R> {
    type Item = Result<ImportRow, LineError>;

    fn next(&mut self) -> Option<Self::Item> {
        let place = match self.waiting.take() {
            Some(first) => first,
            None => match self.records.advance()? {
                Ok(place) => place,
                Err(error) => return Some(Err(error)),
            },
        };
        Some(self.row(place).map_err(|fault| fault.on(place.line)))
    }
}

pub(super) fn skip_mark<R: BufRead>(
    records: &mut Records<R>,
    encoding: Encoding,
) -> Result<(), Problem> {
    let head = records.peek()?;
    if NO_TEXT.iter().any(|mark| head.starts_with(mark)) {
        return Err(Problem::FileNotText);
    }
    if !head.starts_with(UTF8_MARK) {
        return Ok(());
    }
    if encoding != Encoding::Utf8 {
        return Err(Problem::FileNotText);
    }
    records.skip(UTF8_MARK.len());
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
#[path = "reader_tests.rs"]
mod tests;
