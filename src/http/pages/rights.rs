//! A customer's rights: which there are, one question a page, and the answers once more before they go out.

use askama::Template;
use chrono::NaiveDate;

use super::frame::rendered;
use super::{Frame, PostForm, Words, date_long};

/// One of the rights: its word in the API, and where asking for it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RightItem {
    /// Its word.
    pub kind: &'static str,
    /// Whether it holds before it is answered.
    pub at_once: bool,
    /// Where asking begins.
    pub url: String,
}

/// The page of all rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RightsPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The rights.
    pub items: Vec<RightItem>,
    /// Further pages: the key of a word, and where it leads.
    pub links: Vec<(&'static str, String)>,
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskError {
    /// There is none.
    Empty,
    /// It is too long.
    Long,
}

/// A request of the same kind that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRequest {
    /// Its number.
    pub number: String,
    /// Since when.
    pub since: NaiveDate,
    /// Its page.
    pub url: String,
}

/// The page of one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Which right.
    pub kind: &'static str,
    /// The word's key of the question.
    pub question: String,
    /// Which question of how many.
    pub step: (u64, u64),
    /// Whether it must be answered.
    pub wanted: bool,
    /// What was answered before.
    pub answer: String,
    /// What is wrong with it.
    pub error: Option<AskError>,
    /// Requests of the kind that are open.
    pub open: Vec<OpenRequest>,
    /// The form.
    pub form: PostForm,
    /// The page before.
    pub back_url: String,
}

/// One answer that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedItem {
    /// The word's key of the question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// Where it is changed.
    pub change_url: String,
}

/// The page that shows all answers before they go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Which right.
    pub kind: &'static str,
    /// Whether it holds before it is answered.
    pub at_once: bool,
    /// The answers.
    pub items: Vec<AskedItem>,
    /// By which address they are in, masked.
    pub masked_contact: String,
    /// Requests of the kind that are open.
    pub open: Vec<OpenRequest>,
    /// The form; none where there are too many open ones.
    pub form: Option<PostForm>,
    /// The page before.
    pub back_url: String,
}

#[derive(Template)]
#[template(path = "rights.html")]
struct RightsView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a RightsPage,
    title: String,
}

#[derive(Template)]
#[template(path = "right_ask.html")]
struct AskView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a AskPage,
    title: String,
    step: Option<String>,
    hint: String,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "right_check.html")]
struct CheckView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a CheckPage,
    title: String,
    does: String,
}

impl OpenRequest {
    fn sentence(&self, w: Words) -> String {
        let since = date_long(w, self.since);
        let told = [("number", self.number.as_str()), ("date", since.as_str())];
        w.get_with("check-open", &told)
    }

    fn see(&self, w: Words) -> String {
        w.get_with("check-open-see", &[("number", self.number.as_str())])
    }
}

impl RightsPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let (frame, page) = (&self.frame, self);
        rendered(&RightsView {
            w,
            frame,
            page,
            title: frame.title(&w.get("rights-title"), false),
        })
    }
}

impl AskPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let (frame, page) = (&self.frame, self);
        let fault = self.error.map(|error| match error {
            AskError::Empty => w.get("ask-error-empty"),
            AskError::Long => w.get("ask-error-long"),
        });
        let (step, of) = self.step;
        let told = [("step", &*w.number(step)), ("of", &*w.number(of))];
        rendered(&AskView {
            w,
            frame,
            page,
            title: frame.title(&w.get(&self.question), fault.is_some()),
            hint: w.get(&format!("{}-hint", self.question)),
            step: (of > 1).then(|| w.get_with("ask-step", &told)),
            fault,
        })
    }
}

impl CheckPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let (frame, page) = (&self.frame, self);
        rendered(&CheckView {
            w,
            frame,
            page,
            title: frame.title(&w.get("check-title"), false),
            does: w.get(&format!("right-{}-does", self.kind)),
        })
    }
}
