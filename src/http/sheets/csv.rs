//! The report's main table as CSV (RFC 4180, UTF-8), in codes. Each row carries the query that it
//! answers, so that a figure never goes without what it was taken from.

use super::{Language, plain};
use crate::app::reports::{About, Cell, Holds, Sheets, Table};
use crate::domain::spreadsheet::safe;
use std::io::{self, Write};

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
