//! The report's main table as CSV (RFC 4180, UTF-8), in codes. Each row carries the query that it
//! answers, so that a figure never goes without what it was taken from.

use super::{Language, is_formula, plain};
use crate::app::reports::{About, Cell, Holds, Sheets, Table};
use std::io::{self, Write};

/// What begins another cell somewhere: separators, and the ends of lines.
const PARTS: [char; 4] = [';', '\t', '\r', '\n'];
/// What may stand before the first sign of a cell.
const OPENS: [char; 2] = ['"', ' '];

/// The columns that every row ends with.
const ASKED: &str = "query";

pub(super) struct Csv<W: Write> {
    out: ::csv::Writer<W>,
    language: Language,
    query: String,
    /// Of each column of the main table, whether it is written; none outside it.
    columns: Option<Vec<bool>>,
}

impl<W: Write> Csv<W> {
    pub fn new(out: W, language: Language) -> Self {
        let mut builder = ::csv::WriterBuilder::new();
        builder.terminator(::csv::Terminator::CRLF);
        Self {
            out: builder.from_writer(out),
            language,
            query: String::new(),
            columns: None,
        }
    }
}

impl<W: Write> Sheets for Csv<W> {
    fn begin(&mut self, about: &About<'_>) -> io::Result<()> {
        self.query = about.query.text();
        Ok(())
    }

    fn table(&mut self, table: &Table) -> io::Result<()> {
        let written = table
            .columns
            .iter()
            .map(|column| column.holds != Holds::Trend);
        self.columns = table.main.then(|| written.collect());
        if table.main {
            let shown = table
                .columns
                .iter()
                .filter(|column| column.holds != Holds::Trend);
            self.out
                .write_record(shown.map(|column| column.key).chain([ASKED]))?;
        }
        Ok(())
    }

    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        let Some(columns) = &self.columns else {
            return Ok(());
        };
        let shown = cells.iter().zip(columns).filter(|(_, written)| **written);
        for (cell, _) in shown {
            self.out
                .write_field(safe(plain(cell, self.language).unwrap_or_default()))?;
        }
        self.out.write_field(&self.query)?;
        Ok(self.out.write_record(None::<&[u8]>)?)
    }

    fn end(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A text that a spreadsheet would take for a formula, behind an apostrophe. Where another sign than the comma parts
/// cells, as it does in half of Europe, quotation marks that are not at the beginning of a cell keep nothing together:
/// whatever such a sign or a line's end begins is looked at, too.
pub(in crate::http) fn safe(text: String) -> String {
    let begins = |at: usize| {
        let (before, piece) = text.split_at(at);
        let is_cell = at == 0 || before.ends_with(PARTS);
        is_cell && (is_formula(piece) || is_formula(piece.trim_start_matches(OPENS)))
    };
    let marked: Vec<usize> = text
        .char_indices()
        .map(|(at, _)| at)
        .filter(|at| begins(*at))
        .collect();
    let mut safe = text;
    for at in marked.into_iter().rev() {
        safe.insert(at, '\'');
    }
    safe
}
