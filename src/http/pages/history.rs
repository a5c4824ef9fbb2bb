//! What a customer said, with the words of that time.

use askama::Template;

use super::frame::rendered;
use super::{Frame, PaceTold, Source, Text, When, Words, moment};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// A choice: the code of its answer.
    Answered(&'static str),
    /// A pause, fewer messages, or neither any more.
    Paced(PaceTold),
    /// No advertising at all.
    Stopped,
    /// No profile for advertising.
    NoProfile,
    /// The use of the data is restricted.
    Restricted,
    /// It is no longer.
    Unrestricted,
    /// "This was not me".
    Disputed,
    /// What came of it, as a code.
    DisputeClosed(&'static str),
    /// Data are kept, on a ground of the law.
    Held,
    /// They no longer are.
    HoldLifted,
}

/// One line of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryItem {
    /// What was done.
    pub done: Done,
    /// When.
    pub at: When,
    /// For which purpose and channel.
    pub about: Option<(Text, String)>,
    /// By which step: the end of a word's key.
    pub step: Option<&'static str>,
    /// Where it was taken down.
    pub source: Option<Source>,
    /// The words that were shown, and their reference.
    pub words: Option<(Text, String)>,
    /// Its receipt.
    pub receipt_url: Option<String>,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The newest first.
    pub items: Vec<HistoryItem>,
    /// Those before.
    pub further_url: Option<String>,
    /// Back to the customer's page.
    pub me_url: String,
}

#[derive(Template)]
#[template(path = "history.html")]
struct View<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a HistoryPage,
    title: String,
}

impl HistoryItem {
    fn headline(&self, w: Words) -> String {
        match self.done {
            Done::Answered(answer) => w.code("receipt-said", answer),
            Done::Paced(pace) => pace.word(w),
            Done::Stopped => w.get("history-stopped"),
            Done::NoProfile => w.get("history-no-profile"),
            Done::Restricted => w.get("history-restricted"),
            Done::Unrestricted => w.get("history-unrestricted"),
            Done::Disputed => w.get("history-disputed"),
            Done::DisputeClosed(outcome) => w.code("history-dispute", outcome),
            Done::Held => w.get("did-hold-placed"),
            Done::HoldLifted => w.get("did-hold-lifted"),
        }
    }

    fn receipt(&self, w: Words) -> String {
        w.get_with("history-receipt", &[("when", &moment(w, &self.at))])
    }

    /// When, where and by which step.
    fn facts(&self, w: Words) -> Vec<String> {
        let step = self.step.map(|step| w.code("history-by", step));
        let source = self.source.as_ref().map(|source| source.phrase(w));
        let when = Some(moment(w, &self.at));
        [when, source, step].into_iter().flatten().collect()
    }
}

impl HistoryPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&View {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("history-title"), false),
        })
    }
}
