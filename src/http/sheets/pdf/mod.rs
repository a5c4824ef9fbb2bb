//! A report as a PDF that can be kept and read aloud: PDF/A-2a (ISO 19005-2) and PDF/UA-1
//! (ISO 14289-1). The pages and the tree of what stands on them are written here, by `pdf-writer`,
//! since an engine for layout would take longer to build than the rest of the sheets together.
//!
//! | module | holds |
//! |---|---|
//! | [`font`] | the embedded faces |
//! | [`paper`] | pages and their tree |
//! | [`flow`] | headings and paragraphs |
//! | [`table`], [`chart`] | tables and pictures |
//! | [`xmp`] | what the file says of itself |

mod chart;
mod flow;
mod font;
mod paper;
mod table;
#[cfg(test)]
mod tests;
mod xmp;

use super::html::figure;
use super::{Format, Language, command};
use crate::app::reports::{About, Cell, Chart, Layout, Sheets, Table};
use crate::audit::tree::sha256;
use crate::domain::time::rfc3339;
use crate::http::pages::{FigureCell, Words, date_time_long};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use flow::{heading, paragraph, section};
use paper::{DOCUMENT, Named, Paper};
use std::io::{self, Write};
use table::Grid;

/// A report on its way to paper. A page cannot be laid out before its table is known, nor the tree
/// be written before the pages: it is all in memory, some hundred bytes a cell.
pub(super) struct Pdf<W> {
    out: W,
    words: Words,
    zone: Tz,
    begun: Option<(Paper, Named)>,
    open: Option<Open>,
}

/// The table that is open.
struct Open {
    table: Table,
    rows: Vec<Vec<FigureCell>>,
}

impl<W: Write> Pdf<W> {
    pub fn new(out: W, language: Language) -> Self {
        Self {
            out,
            words: Words::of(language),
            zone: Tz::UTC,
            begun: None,
            open: None,
        }
    }

    /// What is asked and on what it rests, before the first table.
    fn about(&self, paper: &mut Paper, about: &About<'_>) {
        let (w, query) = (self.words, about.query);
        let at = |at: DateTime<Utc>| {
            let local = at.with_timezone(&query.timezone);
            format!("{} ({})", date_time_long(w, &local), local.format("%Z"))
        };
        heading(
            paper,
            DOCUMENT,
            1,
            &w.code("figures", query.report.as_str()),
        );
        let (from, to) = (at(query.from), at(query.to));
        let period = w.get_with("period", &[("from", &from), ("to", &to)]);
        paragraph(paper, DOCUMENT, &period);
        let part = section(paper);
        heading(paper, part, 2, &w.get("report-about"));
        let or = |one: Option<String>, all: &str| one.unwrap_or_else(|| w.get(all));
        let name =
            |one: &Option<crate::domain::registry::Slug>| one.as_ref().map(ToString::to_string);
        let mut rows = vec![
            (
                "report-controllers",
                or(name(&query.controller), "report-controllers-all"),
            ),
            (
                "report-purposes",
                or(name(&query.purpose), "report-purposes-all"),
            ),
            ("figures-position", w.number(query.position.unwrap_or(0))),
            ("figures-last", about.last_at.map(at).unwrap_or_default()),
            ("report-origin", about.origin.to_owned()),
            ("figures-query", query.text()),
        ];
        let campaign = query.campaign.clone();
        rows.extend(campaign.map(|campaign| ("report-campaign", campaign)));
        let pair = |(key, value)| (w.get(key), FigureCell::Text(value));
        let pairs = rows.into_iter().map(pair).collect();
        table::write(paper, part, &headed(pairs));
        let part = section(paper);
        heading(paper, part, 2, &w.get("figures-again"));
        paragraph(paper, part, &w.get("figures-again-text"));
        paragraph(paper, part, &command(query, Format::Pdf, w.language()));
        let part = section(paper);
        heading(paper, part, 2, &w.get("figures-method"));
        let note = w.code("figures-note", query.report.as_str());
        paragraph(paper, part, &note);
    }

    fn close(&mut self) {
        let (Some(open), Some((paper, _))) = (self.open.take(), &mut self.begun) else {
            return;
        };
        let w = self.words;
        let part = section(paper);
        let picture = open.table.chart.as_ref().filter(Self::has_bars);
        // a heading goes with its picture
        if picture.is_some() && paper.room() < chart::ROOM {
            paper.turn();
        }
        heading(paper, part, 2, &w.code("table", open.table.name));
        if let Some(picture) = picture {
            chart::write(paper, part, picture, w);
        }
        if open.rows.is_empty() {
            return paragraph(paper, part, &w.get("figures-none"));
        }
        let titles = open.table.columns.iter().map(|column| {
            let numeric = column.holds == crate::app::reports::Holds::Numbers;
            (w.code("column", column.key), numeric)
        });
        let titles: Vec<(String, bool)> = titles.collect();
        match open.table.layout {
            Layout::Grid => table::write(
                paper,
                part,
                &Grid {
                    head: titles,
                    rows: open.rows,
                    rows_are_headed: false,
                },
            ),
            Layout::Cards => {
                for row in open.rows {
                    let mut pairs = titles.iter().map(|(title, _)| title.clone()).zip(row);
                    if let Some((_, FigureCell::Text(name))) = pairs.next() {
                        heading(paper, part, 3, &name);
                    }
                    table::write(paper, part, &headed(pairs.collect()));
                }
            }
        }
    }

    fn has_bars(chart: &&Chart) -> bool {
        !chart.bars.is_empty()
    }
}

/// A table whose rows are headed by their first cell.
fn headed(pairs: Vec<(String, FigureCell)>) -> Grid {
    let row = |(title, cell)| {
        // a number beside its title is read from the left
        let cell = match cell {
            FigureCell::Number(text) => FigureCell::Text(text),
            cell => cell,
        };
        vec![FigureCell::Text(title), cell]
    };
    Grid {
        head: vec![(String::new(), false), (String::new(), false)],
        rows: pairs.into_iter().map(row).collect(),
        rows_are_headed: true,
    }
}

impl<W: Write> Sheets for Pdf<W> {
    fn begin(&mut self, about: &About<'_>) -> io::Result<()> {
        self.zone = about.query.timezone;
        let language = self.words.language().code();
        let asked = about.query.text();
        let named = Named {
            title: self.words.code("figures", about.query.report.as_str()),
            language,
            made: about.last_at.map(rfc3339),
            id: sha256(&[
                about.origin.as_bytes(),
                asked.as_bytes(),
                language.as_bytes(),
            ]),
        };
        let mut paper = Paper::new()?;
        self.about(&mut paper, about);
        self.begun = Some((paper, named));
        Ok(())
    }

    fn table(&mut self, table: &Table) -> io::Result<()> {
        self.close();
        self.open = Some(Open {
            table: table.clone(),
            rows: Vec::new(),
        });
        Ok(())
    }

    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        if let Some(open) = &mut self.open {
            let shown = open.table.columns.iter().zip(cells);
            let row = shown.map(|(column, cell)| figure(self.words, self.zone, column, cell));
            open.rows.push(row.collect());
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.close();
        if let Some((mut paper, named)) = self.begun.take() {
            paragraph(&mut paper, DOCUMENT, &self.words.get("figures-end"));
            self.out.write_all(&paper.finish(&named)?)?;
        }
        self.out.flush()
    }
}

/// Bytes, deflated.
fn packed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes)?;
    packer.finish()
}
