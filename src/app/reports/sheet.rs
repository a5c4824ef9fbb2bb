//! What a report is made of: tables of cells, handed out row by row. How they look, and in which
//! file, is not this layer's business: [`Sheets`] are handed in.

use super::query::ReportQuery;
use crate::domain::registry::Wording;
use chrono::{DateTime, Utc};
use std::io;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in files for machines; its words are the catalogue's.
    pub key: &'static str,
    /// The list of codes that its cells are from, where they have words.
    pub codes: Option<&'static str>,
    /// What its cells are.
    pub holds: Holds,
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Words.
    Text,
    /// Numbers and shares.
    Numbers,
    /// A small picture of figures that another table has; for readers only.
    Trend,
}

impl Column {
    /// A column of words.
    #[must_use]
    pub const fn text(key: &'static str) -> Self {
        Self::new(key, None, Holds::Text)
    }

    /// A column of codes.
    #[must_use]
    pub const fn code(key: &'static str, list: &'static str) -> Self {
        Self::new(key, Some(list), Holds::Text)
    }

    /// A column of numbers.
    #[must_use]
    pub const fn number(key: &'static str) -> Self {
        Self::new(key, None, Holds::Numbers)
    }

    /// A column of small pictures.
    #[must_use]
    pub const fn trend(key: &'static str) -> Self {
        Self::new(key, None, Holds::Trend)
    }

    const fn new(key: &'static str, codes: Option<&'static str>, holds: Holds) -> Self {
        Self { key, codes, holds }
    }
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing, or not known.
    Empty,
    /// A text or a code.
    Text(String),
    /// Texts or codes.
    List(Vec<String>),
    /// A text in several languages.
    Words(Wording),
    /// How many.
    Count(u64),
    /// So many of so many; nothing where there are none.
    Share(u64, u64),
    /// An instant.
    At(DateTime<Utc>),
    /// How many in each span of the period.
    Trend(Vec<u64>),
}

impl Cell {
    /// A text; empty where it has no letter.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::maybe((!text.is_empty()).then_some(text))
    }

    /// A text; empty where there is none.
    pub fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.into()))
    }
}

/// A share in tenths of a percent, rounded down; none of nothing.
#[must_use]
pub fn permille(part: u64, whole: u64) -> Option<u64> {
    part.saturating_mul(1_000).checked_div(whole)
}

/// How a table is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Rows under columns.
    Grid,
    /// Each row for itself, since it has many columns and few rows.
    Cards,
}

/// A table about to be written.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name in files for machines; its caption is the catalogue's.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    /// How it is read.
    pub layout: Layout,
    /// Whether it is the one table that a file of one table holds.
    pub main: bool,
    /// Its figures as a picture.
    pub chart: Option<Chart>,
}

impl Table {
    /// A table in columns that sums others up.
    #[must_use]
    pub fn sum(name: &'static str, columns: &'static [Column]) -> Self {
        Self {
            name,
            columns,
            layout: Layout::Grid,
            main: false,
            chart: None,
        }
    }

    /// The table with everything that the report counts.
    #[must_use]
    pub fn main(name: &'static str, columns: &'static [Column]) -> Self {
        Self {
            main: true,
            ..Self::sum(name, columns)
        }
    }
}

/// Bars over the spans of a period; the table beside it has the same figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// The columns that the parts of a bar stand for, from the bottom.
    pub series: Vec<&'static str>,
    /// Each bar: its span, and its parts.
    pub bars: Vec<(String, Vec<u64>)>,
}

/// On what a report rests.
#[derive(Debug, Clone)]
pub struct About<'a> {
    /// What was asked, with its position.
    pub query: &'a ReportQuery,
    /// The name of the log.
    pub origin: &'a str,
    /// The time of the last entry that it rests on.
    pub last_at: Option<DateTime<Utc>>,
}

/// Where a report is written to. A table is over when the next begins.
pub trait Sheets {
    /// Begins.
    ///
    /// # Errors
    /// Whatever the output gives.
    fn begin(&mut self, about: &About<'_>) -> io::Result<()>;

    /// Begins a table.
    ///
    /// # Errors
    /// Whatever the output gives.
    fn table(&mut self, table: &Table) -> io::Result<()>;

    /// Writes a row, a cell for each column.
    ///
    /// # Errors
    /// Whatever the output gives.
    fn row(&mut self, cells: &[Cell]) -> io::Result<()>;

    /// Ends.
    ///
    /// # Errors
    /// Whatever the output gives.
    fn end(&mut self) -> io::Result<()>;
}
