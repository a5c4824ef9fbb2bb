//! After saving: what changed, from when on, and how to undo it.

use askama::Template;

use super::frame::rendered;
use super::{Frame, PaceTold, PostForm, Text, When, Words, date_long, moment, time_of_day};

/// A choice as it stood before or stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Yes.
    Yes,
    /// No.
    No,
    /// No answer was on record.
    NoAnswer,
    /// A yes that waits for its confirmation by mail.
    Waiting,
    /// How often, beside a yes.
    Pace(PaceTold),
}

impl Standing {
    pub(super) fn word(self, words: Words) -> String {
        match self {
            Self::Yes => words.get("yes"),
            Self::No => words.get("no"),
            Self::NoAnswer => words.get("no-answer"),
            Self::Waiting => words.get("waiting"),
            Self::Pace(pace) => pace.word(words),
        }
    }
}

/// One choice that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The purpose's title.
    pub title: Text,
    /// The channel's code.
    pub channel: String,
    /// What it was.
    pub before: Standing,
    /// What it is.
    pub after: Standing,
}

/// What the person may still receive after a no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remaining {
    /// Messages of the contract.
    ServiceMessages,
    /// Post that left the printer before the choice.
    PostUntil(chrono::NaiveDate),
    /// Another thing, in the operator's words.
    Named(Text),
}

impl Remaining {
    pub(super) fn text(&self, words: Words) -> Text {
        match self {
            Self::ServiceMessages => Text::new(words.get("saved-remaining-service")),
            Self::PostUntil(day) => {
                let date = date_long(words, *day);
                Text::new(words.get_with("saved-remaining-post", &[("date", &date)]))
            }
            Self::Named(text) => text.clone(),
        }
    }
}

/// One choice that the way back leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The purpose's title.
    pub title: Text,
    /// The channel's code.
    pub channel: String,
    /// What it would be again.
    pub to: Standing,
    /// The words that a yes agrees to, with their reference.
    pub words: Option<(Text, String)>,
}

/// The way back, open for a short while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// The form of the undo button.
    pub form: PostForm,
    /// What it leads back to.
    pub rows: Vec<Restored>,
    /// Not all that changed can be had back by it.
    pub partly: bool,
    /// Until when it works.
    pub until: When,
}

impl Undo {
    pub(super) fn sentence(&self, words: Words) -> String {
        let until = time_of_day(words, &self.until);
        words.get_with("saved-undo-text", &[("until", &until)])
    }
}

/// The page after saving; with no changes it says that nothing changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The contact point, masked.
    pub masked_contact: String,
    /// What changed; empty where the choices were already so.
    pub changes: Vec<Change>,
    /// The instant from which the new choices hold.
    pub effective_at: When,
    /// The ledger position of the change, where there was one.
    pub position: Option<u64>,
    /// What may still arrive.
    pub remaining: Vec<Remaining>,
    /// The way back.
    pub undo: Option<Undo>,
    /// It was the way back that was taken.
    pub undone: bool,
    /// The page of all choices.
    pub choices_url: String,
}

#[derive(Template)]
#[template(path = "saved.html")]
struct View<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a SavedPage,
    title: String,
}

impl SavedPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let key = if self.changes.is_empty() {
            "unchanged-title"
        } else if self.undone {
            "undone-title"
        } else {
            "saved-title"
        };
        rendered(&View {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get(key), false),
        })
    }

    /// Whether a mail has to be answered before a yes counts.
    fn waits(&self) -> bool {
        let mut changes = self.changes.iter();
        changes.any(|change| change.after == Standing::Waiting)
    }

    fn effective(&self) -> String {
        moment(self.frame.words(), &self.effective_at)
    }
}
