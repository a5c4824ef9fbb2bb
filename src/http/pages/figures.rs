//! The DPO's reports as one HTML file that needs nothing else: a beginning, tables row by row, an
//! end. What is in the tables comes in words already.

use std::io::{self, Write};

use askama::Template;

use super::Words;
use super::chart::{BarChart, Part, spark};

/// What stands before the first table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiguresHead {
    /// Which report: its code.
    pub report: &'static str,
    /// From when.
    pub from: String,
    /// Until when.
    pub to: String,
    /// Whose purposes alone.
    pub controller: Option<String>,
    /// Which purpose alone.
    pub purpose: Option<String>,
    /// Which campaign alone.
    pub campaign: Option<String>,
    /// How many entries it rests on.
    pub position: u64,
    /// The time of the last of them.
    pub last_at: Option<String>,
    /// The log.
    pub origin: String,
    /// What was asked, for machines.
    pub query: String,
    /// The command that makes the same again.
    pub command: String,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureColumn {
    /// Its title.
    pub title: String,
    /// Whether it has numbers.
    pub numeric: bool,
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FigureCell {
    /// Nothing.
    Empty,
    /// A text.
    Text(String),
    /// A number, written out.
    Number(String),
    /// A small picture: its bars and how wide it is.
    Trend(Vec<Part>, usize),
}

impl FigureCell {
    /// A small picture of counts.
    #[must_use]
    pub fn trend(counts: &[u64]) -> Self {
        Self::Trend(spark(counts), counts.len() * 4)
    }
}

#[derive(Template)]
#[template(path = "figures_head.html")]
struct HeadView<'a> {
    w: Words,
    head: &'a FiguresHead,
}

#[derive(Template)]
#[template(path = "figures_table.html")]
struct TableView<'a> {
    w: Words,
    name: &'a str,
    cards: bool,
    columns: &'a [FigureColumn],
    picture: Option<String>,
}

#[derive(Template)]
#[template(path = "figures_row.html")]
struct RowView<'a> {
    cards: bool,
    id: &'a str,
    cells: &'a [(String, FigureCell)],
}

#[derive(Template)]
#[template(path = "figures_table_end.html")]
struct TableEndView {
    w: Words,
    cards: bool,
    columns: usize,
    rows: u64,
}

#[derive(Template)]
#[template(path = "figures_foot.html")]
struct FootView {
    w: Words,
}

/// Writes the beginning.
///
/// # Errors
/// Whatever `out` gives.
pub fn figures_head(out: &mut dyn Write, w: Words, head: &FiguresHead) -> io::Result<()> {
    HeadView { w, head }.write_into(out)
}

/// Begins a table, with its picture before it.
///
/// # Errors
/// Whatever `out` gives.
pub fn figures_table(
    out: &mut dyn Write,
    w: Words,
    name: &str,
    cards: bool,
    columns: &[FigureColumn],
    chart: Option<&BarChart>,
) -> io::Result<()> {
    let label = w.get("figures-picture");
    let picture = chart.map(|chart| chart.render(&label));
    TableView {
        w,
        name,
        cards,
        columns,
        picture,
    }
    .write_into(out)
}

/// Writes a row, each cell with its column's title.
///
/// # Errors
/// Whatever `out` gives.
pub fn figures_row(
    out: &mut dyn Write,
    cards: bool,
    id: &str,
    cells: &[(String, FigureCell)],
) -> io::Result<()> {
    RowView { cards, id, cells }.write_into(out)
}

/// Ends a table of so many columns and rows.
///
/// # Errors
/// Whatever `out` gives.
pub fn figures_table_end(
    out: &mut dyn Write,
    w: Words,
    cards: bool,
    columns: usize,
    rows: u64,
) -> io::Result<()> {
    TableEndView {
        w,
        cards,
        columns,
        rows,
    }
    .write_into(out)
}

/// Writes the end.
///
/// # Errors
/// Whatever `out` gives.
pub fn figures_foot(out: &mut dyn Write, w: Words) -> io::Result<()> {
    FootView { w }.write_into(out)
}
