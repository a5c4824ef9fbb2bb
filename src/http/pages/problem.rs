//! When something does not work: dead links, and problems in plain words.

use askama::Template;

use super::frame::rendered;
use super::{Frame, Words};

/// Why a link is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyGone {
    /// Its time has passed.
    Expired,
    /// A newer one replaced it.
    Replaced,
    /// It was never made, or was copied in part.
    Unknown,
}

impl WhyGone {
    const fn key(self) -> &'static str {
        match self {
            Self::Expired => "gone-expired",
            Self::Replaced => "gone-replaced",
            Self::Unknown => "gone-unknown",
        }
    }
}

/// The page of a link that is no longer valid (to be sent with 404 or 410).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkGonePage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Why.
    pub why: WhyGone,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The change was not committed (500, 503).
    NotSaved,
    /// The form's token had expired or was missing (403).
    StaleForm,
    /// The request could not be read (400, 413, 422).
    BadRequest,
    /// No such page (404, 405).
    NotFound,
    /// Signed in, but not allowed (403).
    Forbidden,
    /// Too many requests (429).
    TooMany,
    /// Starting, stopping, or without its database (503).
    Unavailable,
    /// A choice was to be undone too late, or after another one (409).
    UndoLate,
}

impl ProblemKind {
    /// In a word, for the log.
    #[must_use]
    pub fn word(self) -> &'static str {
        let (_, key) = self.keys();
        let own = key.strip_prefix("problem").unwrap_or(key);
        own.trim_start_matches('-')
    }

    const fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::NotSaved => ("problem-not_saved-title", "problem-not_saved"),
            Self::StaleForm => ("problem-stale_form-title", "problem-stale_form"),
            Self::BadRequest => ("problem-bad_request-title", "problem-bad_request"),
            Self::NotFound => ("problem-not_found-title", "problem-not_found"),
            Self::Forbidden => ("problem-forbidden-title", "problem-forbidden"),
            Self::TooMany => ("problem-too_many-title", "problem-too_many"),
            Self::Unavailable => ("problem-unavailable-title", "problem-unavailable"),
            Self::UndoLate => ("undo-late-title", "undo-late"),
        }
    }
}

/// A problem, said plainly, with the way on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// What went wrong.
    pub kind: ProblemKind,
    /// The request's id, for the help line.
    pub reference: Option<String>,
    /// The way back.
    pub back_url: Option<String>,
}

#[derive(Template)]
#[template(path = "gone.html")]
struct GoneView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a LinkGonePage,
    title: String,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a ProblemPage,
    title: String,
    heading: String,
    text: String,
}

impl LinkGonePage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&GoneView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("gone-title"), true),
        })
    }
}

impl ProblemPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let (heading, text) = self.kind.keys();
        let heading = w.get(heading);
        rendered(&ProblemView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&heading, true),
            heading,
            text: w.get(text),
        })
    }
}
