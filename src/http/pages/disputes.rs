//! What people say they never answered: the list, and the record behind one.

use askama::Template;

use super::frame::rendered;
use super::{Frame, Pick, PostForm, Source, Text, When, Words, date_time_long};

/// Why nothing was shown, or closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeError {
    /// No reason was given for which the record may be read.
    Reason,
    /// It is closed already.
    Closed,
    /// The form's token had expired.
    StaleForm,
}

impl DisputeError {
    const fn key(self) -> &'static str {
        match self {
            Self::Reason => "disputes-error-reason",
            Self::Closed => "disputes-error-closed",
            Self::StaleForm => "agent-error-stale_form",
        }
    }
}

/// One dispute. It names nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeRow {
    /// The entry by which the person said so.
    pub position: u64,
    /// When.
    pub made_at: When,
    /// When it was closed, and with what.
    pub closed: Option<(When, &'static str)>,
    /// The form that shows the record behind it.
    pub form: PostForm,
}

/// The list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputesPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Those that are open, the oldest first.
    pub open: Vec<DisputeRow>,
    /// Those that are closed, the newest first.
    pub closed: Vec<DisputeRow>,
    /// There are more open ones than are shown.
    pub more: bool,
    /// The reasons for which a record is read.
    pub whys: Vec<Pick>,
    /// What went wrong.
    pub error: Option<DisputeError>,
}

/// The record that is disputed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputedRecord {
    /// Its entry.
    pub position: u64,
    /// Its id.
    pub record: String,
    /// The purpose's title.
    pub title: Text,
    /// The channel's code.
    pub channel: String,
    /// The answer's code.
    pub answer: &'static str,
    /// When the person is said to have answered.
    pub at: When,
    /// When the registry received it.
    pub recorded_at: When,
    /// Where it was taken down.
    pub source: Source,
    /// By whom.
    pub agent: Option<String>,
    /// By which act: its code.
    pub act: Option<&'static str>,
    /// The words that were shown, and their reference.
    pub words: Option<(Text, String)>,
    /// What was kept as evidence.
    pub evidence: Option<String>,
}

/// The record behind one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputePage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The dispute.
    pub dispute: DisputeRow,
    /// The person, by the registry's own number.
    pub subject: String,
    /// The record; `None` where it is gone.
    pub record: Option<DisputedRecord>,
    /// The form that closes it, while it is open.
    pub closing: Option<PostForm>,
    /// The outcomes' codes.
    pub outcomes: Vec<&'static str>,
    /// The list.
    pub back_url: String,
}

#[derive(Template)]
#[template(path = "disputes.html")]
struct ListView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a DisputesPage,
    title: String,
}

impl DisputesPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let title = w.get("disputes-title");
        rendered(&ListView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&title, self.error.is_some()),
        })
    }

    fn time(&self, at: &When) -> String {
        date_time_long(self.frame.words(), at)
    }
}

#[derive(Template)]
#[template(path = "dispute.html")]
struct FileView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a DisputePage,
    title: String,
}

impl DisputePage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let title = w.get("dispute-title");
        rendered(&FileView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&title, false),
        })
    }

    fn time(&self, at: &When) -> String {
        date_time_long(self.frame.words(), at)
    }
}
