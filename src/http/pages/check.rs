//! Whether data may be used, asked by staff: one decision explained, or a list counted.

use askama::Template;

use super::frame::rendered;
use super::{Frame, Pick, PostForm, When, Words, date_time_long};

/// Why nothing was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckFault {
    /// The form's token had expired.
    StaleForm,
    /// What was typed names nobody.
    Contact,
    /// No such purpose, or it has no such channel.
    Wanted,
    /// The file is larger than a browser sends well.
    TooLong,
    /// The first line of the file names no column that can be used.
    Header,
}

impl CheckFault {
    const fn key(self) -> &'static str {
        match self {
            Self::StaleForm => "checking-fault-stale_form",
            Self::Contact => "checking-fault-contact",
            Self::Wanted => "checking-fault-wanted",
            Self::TooLong => "checking-fault-too_long",
            Self::Header => "checking-fault-header",
        }
    }

    /// The field that it is about.
    const fn field(self) -> Option<&'static str> {
        match self {
            Self::StaleForm => None,
            Self::Contact => Some("contact"),
            Self::Wanted => Some("wanted"),
            Self::TooLong | Self::Header => Some("list"),
        }
    }
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedOne {
    /// Whether it is permitted.
    pub permitted: bool,
    /// The reason's code.
    pub reason: String,
    /// The reason in words.
    pub explanation: String,
    /// Other reasons that apply as well.
    pub also: Vec<String>,
    /// What would make it lawful.
    pub lawful: Option<String>,
    /// What whoever sends has to do.
    pub obligations: Vec<String>,
    /// The policies that determined it.
    pub policies: Vec<String>,
    /// Until when a permit holds.
    pub valid_until: Option<When>,
    /// From when on the person may be asked again.
    pub ask_again: Option<When>,
    /// The words that the person had seen.
    pub notice: Option<String>,
    /// The position that it was made on.
    pub position: u64,
    /// The policies' version.
    pub version: String,
    /// Its name on record.
    pub id: String,
}

/// Lines that were refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonRow {
    /// The reason's code.
    pub reason: String,
    /// What the policies say of it.
    pub words: String,
    /// How many lines.
    pub lines: u64,
}

/// A list that was filtered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedList {
    /// Lines in all.
    pub lines: u64,
    /// Lines permitted.
    pub permitted: u64,
    /// Lines refused, the most frequent reason first.
    pub rows: Vec<ReasonRow>,
    /// The picture, as HTML.
    pub picture: String,
    /// The form that gives the permitted lines as a file.
    pub file: PostForm,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckingPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// The form that asks about one contact point.
    pub ask: PostForm,
    /// The form that sends a list.
    pub filter: PostForm,
    /// Whom it was about.
    pub contact: String,
    /// Purposes with their channels.
    pub wanted: Vec<Pick>,
    /// The answer.
    pub one: Option<CheckedOne>,
    /// What came of a list.
    pub list: Option<CheckedList>,
    /// Why nothing was asked.
    pub fault: Option<CheckFault>,
}

#[derive(Template)]
#[template(path = "check.html")]
struct View<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a CheckingPage,
    title: String,
}

impl CheckingPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&View {
            w,
            frame: &self.frame,
            page: self,
            title: self
                .frame
                .title(&w.get("checking-title"), self.fault.is_some()),
        })
    }

    fn time(&self, at: &When) -> String {
        date_time_long(self.frame.words(), at)
    }

    /// What is said beside a field.
    fn fault(&self, field: &str) -> Option<String> {
        let fault = self.fault.filter(|fault| fault.field() == Some(field))?;
        Some(self.frame.words().get(fault.key()))
    }
}
