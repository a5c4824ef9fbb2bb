//! The audit report of a package: one HTML file that needs nothing else.
//!
//! Written in three steps, so that a period of any length takes constant memory:
//! [`report_head`], a [`report_row`] per entry, [`report_foot`].

use std::io::{self, Write};

use askama::Template;

use super::vouched::Vouched;
use super::{Language, When, Words, date_long, date_time_long};

/// Entries of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindCount {
    /// The type's code, as in the leaf.
    pub kind: String,
    /// How many.
    pub count: u64,
}

/// Choices of one purpose, channel and status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceCount {
    /// The purpose's id or title.
    pub purpose: String,
    /// The channel's code.
    pub channel: String,
    /// The status' code.
    pub status: String,
    /// How many.
    pub count: u64,
}

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The entry concerned, or none for the whole log.
    pub position: Option<u64>,
    /// What does not hold.
    pub text: String,
}

/// Everything that stands before the table of entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportHead {
    /// The report's language.
    pub language: Language,
    /// First day.
    pub from: chrono::NaiveDate,
    /// Last day.
    pub to: chrono::NaiveDate,
    /// The controllers' names; empty for all.
    pub controllers: Vec<String>,
    /// The purposes' titles; empty for all.
    pub purposes: Vec<String>,
    /// The one campaign, where one was asked for.
    pub campaign: Option<String>,
    /// Contents that are withheld: why, and how many.
    pub withheld: Vec<(String, u64)>,
    /// Who exported.
    pub exported_by: String,
    /// When.
    pub exported_at: When,
    /// The log's origin.
    pub origin: String,
    /// The checkpoint's size.
    pub checkpoint_size: u64,
    /// The checkpoint's root, base64, whole.
    pub checkpoint_root: String,
    /// When the checkpoint was signed.
    pub checkpoint_at: When,
    /// How many entries the table will have.
    pub entries: u64,
    /// Entries by type.
    pub kinds: Vec<KindCount>,
    /// Choices by purpose, channel and status.
    pub choices: Vec<ChoiceCount>,
    /// What does not hold; empty where all does.
    pub findings: Vec<Finding>,
    /// What others say of the log, with their time.
    pub vouched: Vec<Vouched>,
    /// The package's file name, for the command to check it.
    pub file_name: String,
}

/// One entry. What the package does not disclose is none, and shown as a dash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportRow {
    /// The ledger position.
    pub position: u64,
    /// The time, as in the leaf (UTC).
    pub at: Option<String>,
    /// The type's code, as in the leaf.
    pub kind: Option<String>,
    /// The purpose's id or title.
    pub purpose: Option<String>,
    /// The channel's code.
    pub channel: Option<String>,
    /// The status' code.
    pub status: Option<String>,
    /// `newsletter@3`.
    pub notice: Option<String>,
    /// The source's kind.
    pub source: Option<String>,
    /// The beginning of the commitment.
    pub commitment: Option<String>,
}

#[derive(Template)]
#[template(path = "report_head.html")]
struct HeadView<'a> {
    w: Words,
    head: &'a ReportHead,
}

#[derive(Template)]
#[template(path = "report_row.html")]
struct RowView<'a> {
    w: Words,
    row: &'a ReportRow,
}

#[derive(Template)]
#[template(path = "report_foot.html")]
struct FootView {
    w: Words,
    rows: u64,
}

impl ReportHead {
    fn period(&self, words: Words) -> String {
        let (from, to) = (date_long(words, self.from), date_long(words, self.to));
        words.get_with("period", &[("from", &from), ("to", &to)])
    }

    /// One sentence over the findings.
    fn verdict(&self, words: Words) -> String {
        match u64::try_from(self.findings.len()).unwrap_or(u64::MAX) {
            0 => words.get("report-findings-none"),
            n => words.count("report-findings-some", n),
        }
    }

    fn time(&self, words: Words, at: &When) -> String {
        let zone = at.format("%Z");
        format!("{} ({zone})", date_time_long(words, at))
    }
}

impl Finding {
    fn place(&self, words: Words) -> String {
        match self.position {
            None => words.get("report-finding-general"),
            Some(position) => {
                let position = words.number(position);
                words.get_with("report-finding-position", &[("position", &position)])
            }
        }
    }
}

impl RowView<'_> {
    /// The word for a code, or a dash.
    fn word(&self, list: &str, code: Option<&String>) -> String {
        code.map_or_else(|| "–".to_owned(), |code| self.w.code(list, code))
    }

    /// The text, or a dash.
    fn plain<'a>(&self, text: Option<&'a String>) -> &'a str {
        text.map_or("–", String::as_str)
    }
}

/// Writes the report's beginning, up to the opened table of entries.
///
/// # Errors
/// Whatever `out` gives.
pub fn report_head(out: &mut dyn Write, head: &ReportHead) -> io::Result<()> {
    let w = Words::of(head.language);
    HeadView { w, head }.write_into(out)
}

/// Writes one entry.
///
/// # Errors
/// Whatever `out` gives.
pub fn report_row(out: &mut dyn Write, language: Language, row: &ReportRow) -> io::Result<()> {
    let w = Words::of(language);
    RowView { w, row }.write_into(out)
}

/// Closes the table and the document; `rows` is how many entries were written.
///
/// # Errors
/// Whatever `out` gives.
pub fn report_foot(out: &mut dyn Write, language: Language, rows: u64) -> io::Result<()> {
    let w = Words::of(language);
    FootView { w, rows }.write_into(out)
}
