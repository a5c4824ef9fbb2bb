//! The reports as files: for people (HTML, PDF, XLSX, in the catalogue's words) and for machines (CSV, JSON
//! lines, in codes). What is written follows from the report alone: no clock, no chance.

mod csv;
mod html;
mod jsonl;
mod pdf;
#[cfg(test)]
mod tests;
mod xlsx;

use super::pages::Language;
use crate::app::reports::{Cell, ReportQuery, Sheets, permille};
use crate::domain::registry::{self, Wording};
use crate::domain::time::rfc3339;
use std::io::Write;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One page that needs nothing else, to read and to print.
    Html,
    /// Pages to keep and to print (PDF/A-2a, PDF/UA-1).
    Pdf,
    /// The report's main table.
    Csv,
    /// A workbook, a sheet for each table.
    Xlsx,
    /// A line for each row of each table.
    Jsonl,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Html, Self::Pdf, Self::Csv, Self::Xlsx, Self::Jsonl];

    /// Its name, which is also what its files end with.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Jsonl => "jsonl",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Jsonl => "application/jsonl; charset=utf-8",
        }
    }

    /// Writes a report to `out`.
    pub fn to<'a>(self, out: impl Write + Send + 'a, language: Language) -> Box<dyn Sheets + 'a> {
        match self {
            Self::Html => Box::new(html::Html::new(out, language)),
            Self::Pdf => Box::new(pdf::Pdf::new(out, language)),
            Self::Csv => Box::new(csv::Csv::new(out, language)),
            Self::Xlsx => Box::new(xlsx::Xlsx::new(out, language)),
            Self::Jsonl => Box::new(jsonl::Jsonl::new(out, language)),
        }
    }
}

/// The command that makes a report again, to the byte.
#[must_use]
pub fn command(query: &ReportQuery, format: Format, language: Language) -> String {
    let mut words = vec![
        format!("placet report {}", query.report),
        format!("--from {} --to {}", rfc3339(query.from), rfc3339(query.to)),
        format!("--timezone {}", query.timezone.name()),
    ];
    let options = [
        ("controller", &query.controller),
        ("purpose", &query.purpose),
    ];
    for (name, value) in options {
        words.extend(value.as_ref().map(|value| format!("--{name} {value}")));
    }
    if let Some(campaign) = &query.campaign {
        // any text may be one: the shell must take it as it is
        let quoted = campaign.replace('\'', r"'\''");
        words.push(format!("--campaign '{quoted}'"));
    }
    words.extend(query.position.map(|position| format!("--at {position}")));
    let (format, language) = (format.as_str(), language.code());
    words.push(format!(
        "--format {format} --language {language} -o report.{format}"
    ));
    words.join(" ")
}

/// What stands between the texts of a list.
const BETWEEN: &str = "; ";

/// A cell as machines read it; none where it is empty.
fn plain(cell: &Cell, language: Language) -> Option<String> {
    match cell {
        Cell::Empty | Cell::Trend(_) => None,
        Cell::Text(text) => Some(text.clone()),
        Cell::List(texts) => Some(texts.join(BETWEEN)),
        Cell::Words(wording) => Some(in_language(wording, language).to_owned()),
        Cell::Count(count) => Some(count.to_string()),
        Cell::Share(part, whole) => {
            let tenths = permille(*part, *whole)?;
            Some(format!("{}.{}", tenths / 10, tenths % 10))
        }
        Cell::At(instant) => Some(rfc3339(*instant)),
    }
}

fn in_language(wording: &Wording, language: Language) -> &str {
    let wanted = registry::Language::parse(language.code()).unwrap_or(registry::Language::FR);
    wording.in_or_else(wanted).map_or("", |(_, text)| text)
}
