//! A report as a workbook: what was asked, then a sheet for each table. A row that is written is no
//! longer kept in memory. Texts are cells of text, never formulas; such as could become one when
//! somebody edits the cell are marked as text.

use super::{BETWEEN, Format as File, Language, command, in_language, plain};
use crate::app::reports::{About, Cell, Column, Holds, Sheets, Table};
use crate::domain::spreadsheet::is_formula;
use crate::http::pages::Words;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use std::io::{self, Write};

/// Rows that a sheet can have.
const ROWS: u32 = 1_048_576;
/// Characters that a cell can have.
const LONGEST: usize = 32_767;
/// How wide columns are, in characters.
const WIDE: u32 = 24;

pub(super) struct Xlsx<W> {
    out: W,
    book: Workbook,
    words: Words,
    columns: Vec<Option<Column>>,
    name: &'static str,
    /// How many sheets the table has, and the next row of the last one.
    at: (u32, u32),
    looks: Looks,
}

/// How cells look.
struct Looks {
    bold: Format,
    share: Format,
    quoted: Format,
}

impl<W: Write + Send> Xlsx<W> {
    pub fn new(out: W, language: Language) -> Self {
        Self {
            out,
            book: Workbook::new(),
            words: Words::of(language),
            columns: Vec::new(),
            name: "",
            at: (0, 0),
            looks: Looks {
                bold: Format::new().set_bold(),
                share: Format::new().set_num_format("0.0%"),
                quoted: Format::new().set_quote_prefix(),
            },
        }
    }

    fn about(&mut self, about: &About<'_>) -> Result<(), XlsxError> {
        let words = self.words;
        // the time of the log, not of the making: the same report is the same file
        let at = about.last_at.map_or(0, |at| at.timestamp());
        let made = ExcelDateTime::from_timestamp(at)?;
        let title = words.code("figures", about.query.report.as_str());
        let properties = DocProperties::new()
            .set_title(&title)
            .set_creation_datetime(&made);
        self.book.set_properties(&properties);
        let language = words.language();
        let rows = [
            (words.get("report-about"), title),
            (words.get("figures-query"), about.query.text()),
            (words.get("report-origin"), about.origin.to_owned()),
            (
                words.get("figures-again"),
                command(about.query, File::Xlsx, language),
            ),
            (
                words.get("figures-method"),
                words.code("figures-note", about.query.report.as_str()),
            ),
        ];
        let sheet = self
            .book
            .add_worksheet_with_constant_memory()?
            .set_name("about")?;
        sheet
            .set_column_width(0, WIDE)?
            .set_column_width(1, 4 * WIDE)?;
        for (row, (name, value)) in (0..).zip(rows) {
            sheet.write_string_with_format(row, 0, name, &self.looks.bold)?;
            sheet.write_string(row, 1, value)?;
        }
        Ok(())
    }

    /// Begins another sheet of the table.
    fn sheet(&mut self) -> Result<(), XlsxError> {
        let (number, _) = self.at;
        self.at = (number + 1, 1);
        let name = match number {
            0 => self.name.to_owned(),
            number => format!("{} {}", self.name, number + 1),
        };
        let sheet = self
            .book
            .add_worksheet_with_constant_memory()?
            .set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        for (at, column) in (0..).zip(self.columns.iter().flatten()) {
            let title = self.words.code("column", column.key);
            sheet.set_column_width(at, WIDE)?;
            sheet.write_string_with_format(0, at, title, &self.looks.bold)?;
        }
        Ok(())
    }

    fn write(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        if self.at.1 >= ROWS {
            self.sheet()?;
        }
        let row = self.at.1;
        let last = self.book.worksheets().len().saturating_sub(1);
        let sheet = self.book.worksheet_from_index(last)?;
        let shown = self.columns.iter().zip(cells);
        let shown = shown.filter_map(|(column, cell)| Some((column.as_ref()?, cell)));
        for (at, (column, cell)) in (0..).zip(shown) {
            self.looks
                .write(sheet, (row, at), self.words, column, cell)?;
        }
        self.at.1 += 1;
        Ok(())
    }
}

impl Looks {
    #[allow(
        clippy::cast_precision_loss,
        reason = "a spreadsheet's numbers are exact up to 2^53: there are not so many entries"
    )]
    fn write(
        &self,
        sheet: &mut Worksheet,
        (row, at): (u32, u16),
        words: Words,
        column: &Column,
        cell: &Cell,
    ) -> Result<(), XlsxError> {
        match cell {
            Cell::Count(count) => sheet.write_number(row, at, *count as f64)?,
            Cell::Share(part, whole) if *whole > 0 => {
                let share = *part as f64 / *whole as f64;
                sheet.write_number_with_format(row, at, share, &self.share)?
            }
            cell => {
                let text = shown(cell, column, words);
                let text: String = text.chars().take(LONGEST).collect();
                if text.is_empty() {
                    return Ok(());
                }
                if is_formula(&text) {
                    sheet.write_string_with_format(row, at, text, &self.quoted)?
                } else {
                    sheet.write_string(row, at, text)?
                }
            }
        };
        Ok(())
    }
}

/// A cell in words.
fn shown(cell: &Cell, column: &Column, words: Words) -> String {
    let word = |code: &String| match column.codes {
        Some(list) => words.code(list, code),
        None => code.clone(),
    };
    match cell {
        Cell::Text(text) => word(text),
        Cell::List(texts) => texts.iter().map(word).collect::<Vec<_>>().join(BETWEEN),
        Cell::Words(wording) => in_language(wording, words.language()).to_owned(),
        cell => plain(cell, words.language()).unwrap_or_default(),
    }
}

impl<W: Write + Send> Sheets for Xlsx<W> {
    fn begin(&mut self, about: &About<'_>) -> io::Result<()> {
        self.about(about).map_err(io::Error::other)
    }

    fn table(&mut self, table: &Table) -> io::Result<()> {
        let shown = |column: &Column| (column.holds != Holds::Trend).then_some(*column);
        self.columns = table.columns.iter().map(shown).collect();
        (self.name, self.at) = (table.name, (0, 0));
        self.sheet().map_err(io::Error::other)
    }

    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.write(cells).map_err(io::Error::other)
    }

    fn end(&mut self) -> io::Result<()> {
        self.book
            .save_to_writer(&mut self.out)
            .map_err(io::Error::other)?;
        self.out.flush()
    }
}
