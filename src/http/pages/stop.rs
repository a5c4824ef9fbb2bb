//! The stop link of a message: look, press once, done (RFC 8058; GDPR 7(3) and 21).

use askama::Template;

use super::frame::rendered;
use super::{Frame, PostForm, Remaining, Text, Undo, When, Words, date_of, moment};

/// Something that stops: a purpose on a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopItem {
    /// The purpose's title.
    pub title: Text,
    /// The channel's code.
    pub channel: String,
}

/// The page that a stop link opens. Opening it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The contact point, masked.
    pub masked_contact: String,
    /// What the first button stops.
    pub items: Vec<StopItem>,
    /// The first button.
    pub form: PostForm,
    /// The second button, which stops everything; sends `stop_all=1`.
    pub all_form: Option<PostForm>,
    /// The page of all choices, where the link opens it.
    pub choices_url: Option<String>,
}

/// The page after pressing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoppedPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The contact point, masked.
    pub masked_contact: String,
    /// What stopped.
    pub items: Vec<StopItem>,
    /// From when on.
    pub effective_at: When,
    /// The ledger position of the change.
    pub position: Option<u64>,
    /// What may still arrive.
    pub remaining: Vec<Remaining>,
    /// The way back.
    pub undo: Option<Undo>,
    /// The page of all choices, where the link opens it.
    pub choices_url: Option<String>,
}

/// How it had already come to a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlreadyStopped {
    /// Withdrawn then.
    Withdrawn(When),
    /// Refused then.
    Refused(When),
    /// Everything was stopped then.
    Everything(When),
    /// Objected to then.
    Objected(When),
    /// Nothing was ever in force.
    NeverAsked,
}

impl AlreadyStopped {
    fn sentence(&self, words: Words) -> String {
        let dated = |key: &str, at: &When| words.get_with(key, &[("since", &date_of(words, at))]);
        match self {
            Self::Withdrawn(at) => dated("already-withdrawn", at),
            Self::Refused(at) => dated("already-refused", at),
            Self::Everything(at) => dated("already-stopped", at),
            Self::Objected(at) => dated("already-objected", at),
            Self::NeverAsked => words.get("already-never-asked"),
        }
    }
}

/// The page of a stop that had been made before: no error, nothing new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlreadyStoppedPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The contact point, masked.
    pub masked_contact: String,
    /// What was meant to stop.
    pub items: Vec<StopItem>,
    /// Since when and how.
    pub already: AlreadyStopped,
    /// The page of all choices, where the link opens it.
    pub choices_url: Option<String>,
}

#[derive(Template)]
#[template(path = "stop.html")]
struct StopView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a StopPage,
    title: String,
}

#[derive(Template)]
#[template(path = "stopped.html")]
struct StoppedView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a StoppedPage,
    title: String,
}

#[derive(Template)]
#[template(path = "already.html")]
struct AlreadyView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a AlreadyStoppedPage,
    title: String,
}

impl StopPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&StopView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("stop-title"), false),
        })
    }
}

impl StoppedPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&StoppedView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("stopped-title"), false),
        })
    }

    fn effective(&self) -> String {
        moment(self.frame.words(), &self.effective_at)
    }
}

impl AlreadyStoppedPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&AlreadyView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("already-title"), false),
        })
    }
}
