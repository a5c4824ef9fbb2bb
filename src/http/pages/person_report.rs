//! The evidence of one person for reading: one HTML file that needs nothing else.

use std::io::{self, Write};

use askama::Template;

use super::{Finding, Language, Text, When, Words, date_time_long};

/// A label and what it says.
pub type Fact = (String, String);

/// Something that happened to the person, or a decision about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonEvent {
    /// Its place in the log.
    pub position: u64,
    /// When the registry received it.
    pub at: When,
    /// What it is, in words.
    pub title: String,
    /// What belongs to it.
    pub facts: Vec<Fact>,
    /// The words that were shown, or the reason that was given.
    pub words: Option<Text>,
}

/// One row of what was held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRow {
    /// The purpose's title.
    pub purpose: Text,
    /// The channel's code.
    pub channel: String,
    /// The answer's code.
    pub status: String,
    /// Why the state is what it is, as a stable code.
    pub reason: String,
    /// Since when.
    pub since: String,
    /// `newsletter@3`.
    pub notice: Option<String>,
    /// The entry that it rests on.
    pub position: u64,
}

/// What one record held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldPart {
    /// Objections and restriction.
    pub standing: Vec<Fact>,
    /// The choices.
    pub rows: Vec<HeldRow>,
}

/// The whole report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonReportPage {
    /// Its language.
    pub language: Language,
    /// About the export itself.
    pub about: Vec<Fact>,
    /// What does not hold.
    pub findings: Vec<Finding>,
    /// Records of which the key is gone.
    pub unreadable: u64,
    /// The instant that was asked about, and what each record held then.
    pub held: Option<(When, Vec<HeldPart>)>,
    /// Everything that was recorded, the oldest first.
    pub events: Vec<PersonEvent>,
    /// Every decision, the oldest first.
    pub decisions: Vec<PersonEvent>,
    /// Every filtered list that the person was on, the oldest first.
    pub lists: Vec<PersonEvent>,
    /// The package's file name, for the command that checks it.
    pub file_name: String,
}

#[derive(Template)]
#[template(path = "person_report.html")]
struct View<'a> {
    w: Words,
    page: &'a PersonReportPage,
}

impl View<'_> {
    fn time(&self, at: &When) -> String {
        let zone = at.format("%Z");
        format!("{} ({zone})", date_time_long(self.w, at))
    }

    fn held_title(&self, at: &When) -> String {
        self.w.get_with("person-held", &[("at", &self.time(at))])
    }
}

/// Writes the report.
///
/// # Errors
/// Whatever `out` gives.
pub fn person_report(out: &mut dyn Write, page: &PersonReportPage) -> io::Result<()> {
    let w = Words::of(page.language);
    View { w, page }.write_into(out)
}
