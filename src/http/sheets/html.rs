//! A report as one HTML file, to read and to print: each table with its picture beside it.

use super::{BETWEEN, Format, Language, command, in_language, plain};
use crate::app::reports::{About, Cell, Column, Holds, Layout, Sheets, Table};
use crate::http::pages::{
    BarChart, FigureCell, FigureColumn, FiguresHead, Words, date_time_long, figures_foot,
    figures_head, figures_row, figures_table, figures_table_end,
};
use chrono_tz::Tz;
use std::io::{self, Write};

pub(super) struct Html<W> {
    out: W,
    words: Words,
    zone: Tz,
    /// The table that is open, and how many rows it has.
    open: Option<(&'static str, Layout, Vec<Column>, u64)>,
}

impl<W: Write> Html<W> {
    pub fn new(out: W, language: Language) -> Self {
        Self {
            out,
            words: Words::of(language),
            zone: Tz::UTC,
            open: None,
        }
    }

    fn close(&mut self) -> io::Result<()> {
        let Some((_, layout, columns, rows)) = self.open.take() else {
            return Ok(());
        };
        let cards = layout == Layout::Cards;
        figures_table_end(&mut self.out, self.words, cards, columns.len(), rows)
    }
}

/// A cell as people read it.
pub(super) fn figure(words: Words, zone: Tz, column: &Column, cell: &Cell) -> FigureCell {
    let word = |code: &String| match column.codes {
        Some(list) => words.code(list, code),
        None => code.clone(),
    };
    match cell {
        Cell::Text(text) => FigureCell::Text(word(text)),
        Cell::List(texts) => {
            let texts: Vec<String> = texts.iter().map(word).collect();
            FigureCell::Text(texts.join(BETWEEN))
        }
        Cell::Words(wording) => FigureCell::Text(in_language(wording, words.language()).to_owned()),
        Cell::Count(count) => FigureCell::Number(words.number(*count)),
        Cell::Share(..) => {
            let share = plain(cell, words.language());
            let percent = |share: String| words.get_with("percent", &[("n", &share)]);
            share.map_or(FigureCell::Empty, |share| {
                FigureCell::Number(percent(share))
            })
        }
        Cell::At(at) => FigureCell::Text(date_time_long(words, &at.with_timezone(&zone))),
        Cell::Trend(counts) => FigureCell::trend(counts),
        Cell::Empty => FigureCell::Empty,
    }
}

impl<W: Write> Sheets for Html<W> {
    fn begin(&mut self, about: &About<'_>) -> io::Result<()> {
        let query = about.query;
        self.zone = query.timezone;
        let at = |at: chrono::DateTime<chrono::Utc>| {
            let local = at.with_timezone(&query.timezone);
            let zone = local.format("%Z");
            format!("{} ({zone})", date_time_long(self.words, &local))
        };
        let head = FiguresHead {
            report: query.report.as_str(),
            from: at(query.from),
            to: at(query.to),
            controller: query.controller.as_ref().map(ToString::to_string),
            purpose: query.purpose.as_ref().map(ToString::to_string),
            campaign: query.campaign.clone(),
            position: query.position.unwrap_or(0),
            last_at: about.last_at.map(at),
            origin: about.origin.to_owned(),
            query: query.text(),
            command: command(query, Format::Html, self.words.language()),
        };
        figures_head(&mut self.out, self.words, &head)
    }

    fn table(&mut self, table: &Table) -> io::Result<()> {
        self.close()?;
        let chart = table.chart.as_ref().map(|chart| {
            let series = chart
                .series
                .iter()
                .map(|key| self.words.code("column", key));
            BarChart::new(series.collect(), &chart.bars, self.words)
        });
        let column = |column: &Column| FigureColumn {
            title: self.words.code("column", column.key),
            numeric: column.holds == Holds::Numbers,
        };
        let columns: Vec<FigureColumn> = table.columns.iter().map(column).collect();
        let cards = table.layout == Layout::Cards;
        figures_table(
            &mut self.out,
            self.words,
            table.name,
            cards,
            &columns,
            chart.as_ref(),
        )?;
        self.open = Some((table.name, table.layout, table.columns.to_vec(), 0));
        Ok(())
    }

    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        let Some((name, layout, columns, rows)) = &mut self.open else {
            return Ok(());
        };
        *rows += 1;
        let (id, cards) = (format!("{name}-{rows}"), *layout == Layout::Cards);
        let columns = columns.clone();
        let shown = columns.iter().zip(cells);
        let shown = shown.map(|(column, cell)| {
            (
                self.words.code("column", column.key),
                figure(self.words, self.zone, column, cell),
            )
        });
        let cells: Vec<(String, FigureCell)> = shown.collect();
        figures_row(&mut self.out, cards, &id, &cells)
    }

    fn end(&mut self) -> io::Result<()> {
        self.close()?;
        figures_foot(&mut self.out, self.words)?;
        self.out.flush()
    }
}
