//! A report as JSON lines, in codes: what was asked, then each row of each table as an object.

use super::{Language, plain};
use crate::app::reports::{About, Cell, Column, Holds, Sheets, Table, permille};
use crate::domain::time::rfc3339;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

pub(super) struct Jsonl<W> {
    out: W,
    language: Language,
    table: &'static str,
    columns: &'static [Column],
}

impl<W: Write> Jsonl<W> {
    pub const fn new(out: W, language: Language) -> Self {
        Self {
            out,
            language,
            table: "",
            columns: &[],
        }
    }

    fn value(&self, cell: &Cell) -> Value {
        match cell {
            Cell::Count(count) => json!(count),
            Cell::List(texts) => json!(texts),
            // a tenth of a percent has one shortest spelling, so that the bytes are always the same
            Cell::Share(part, whole) => {
                let tenths = permille(*part, *whole).and_then(|tenths| u32::try_from(tenths).ok());
                json!(tenths.map(|tenths| f64::from(tenths) / 10.0))
            }
            cell => json!(plain(cell, self.language)),
        }
    }

    fn line(&mut self, value: &Value) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, value)?;
        self.out.write_all(b"\n")
    }
}

impl<W: Write> Sheets for Jsonl<W> {
    fn begin(&mut self, about: &About<'_>) -> io::Result<()> {
        let last_at = about.last_at.map(rfc3339);
        self.line(&json!({ "query": about.query, "log": about.origin, "last_entry_at": last_at }))
    }

    fn table(&mut self, table: &Table) -> io::Result<()> {
        (self.table, self.columns) = (table.name, table.columns);
        Ok(())
    }

    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        let mut row = Map::new();
        row.insert("table".into(), json!(self.table));
        let shown = self.columns.iter().zip(cells);
        for (column, cell) in shown.filter(|(column, _)| column.holds != Holds::Trend) {
            row.insert(column.key.into(), self.value(cell));
        }
        self.line(&Value::Object(row))
    }

    fn end(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
