//! The page behind a challenge's link: whether a request, or a corrected contact point, is the reader's own.

use askama::Template;
use chrono::NaiveDate;

use super::frame::rendered;
use super::{CodeError, ConfirmBy, Frame, PostForm, When, Words, date_long, date_of};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityAsks {
    /// Whether the request is theirs.
    Request,
    /// Whether the contact point is, that was put right.
    Correction,
}

impl IdentityAsks {
    /// The word of its own for it.
    fn key(self, end: &str) -> String {
        match self {
            Self::Request => format!("identity-{end}"),
            Self::Correction => format!("correction-{end}"),
        }
    }
}

/// The page. Opening it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// What is asked.
    pub asks: IdentityAsks,
    /// The address that the mail went to, masked.
    pub masked_contact: String,
    /// What was asked for.
    pub kind: &'static str,
    /// Its number.
    pub number: String,
    /// When it came in.
    pub received_on: NaiveDate,
    /// The form.
    pub form: PostForm,
    /// How it is answered.
    pub by: ConfirmBy,
}

/// What came of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityState {
    /// It is known now.
    Known,
    /// It had been answered then.
    Before(When),
    /// Its time has passed.
    Expired,
    /// A newer one has come in its place.
    Replaced,
    /// The request waits for it no more.
    Over,
}

/// The page after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityDonePage {
    /// What surrounds the page.
    pub frame: Frame,
    /// What was asked.
    pub asks: IdentityAsks,
    /// The number of the request.
    pub number: String,
    /// What came of it.
    pub state: IdentityState,
    /// The last day for the answer.
    pub due_on: Option<NaiveDate>,
}

#[derive(Template)]
#[template(path = "identity.html")]
struct View<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a IdentityPage,
    title: String,
    lead: String,
    code: bool,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "identity_done.html")]
struct DoneView<'a> {
    w: Words,
    frame: &'a Frame,
    title: String,
    heading: String,
    text: String,
    due: Option<String>,
}

impl IdentityPage {
    fn said(&self, end: &str) -> String {
        self.frame.words().get(&self.asks.key(end))
    }

    fn button(&self) -> &'static str {
        match self.asks {
            IdentityAsks::Request => "own-request-own",
            IdentityAsks::Correction => "correction-button",
        }
    }

    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let fault = match self.by {
            ConfirmBy::Code(Some(CodeError::Wrong)) => Some(w.get("inbox-error-wrong")),
            ConfirmBy::Code(Some(CodeError::Tries)) => Some(w.get("identity-error-tries")),
            _ => None,
        };
        let (right, date) = (w.code("right", self.kind), date_long(w, self.received_on));
        let number = self.number.as_str();
        let told = [("right", &*right), ("number", number), ("date", &*date)];
        let (frame, page) = (&self.frame, self);
        rendered(&View {
            w,
            frame,
            page,
            title: frame.title(&self.said("title"), fault.is_some()),
            lead: w.get_with(&self.asks.key("lead"), &told),
            code: self.by != ConfirmBy::Button,
            fault,
        })
    }
}

impl IdentityDonePage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let number = [("number", self.number.as_str())];
        let (heading, text) = match &self.state {
            IdentityState::Known => (
                "identity-done-title",
                w.get_with(&self.asks.key("done"), &number),
            ),
            IdentityState::Before(at) => (
                "already-title",
                w.get_with(&self.asks.key("before"), &[("since", &*date_of(w, at))]),
            ),
            IdentityState::Expired => ("gone-title", w.get(&self.asks.key("expired"))),
            IdentityState::Replaced => ("gone-title", w.get("gone-replaced")),
            IdentityState::Over => ("already-title", w.get("identity-over")),
        };
        let dead = heading == "gone-title";
        let heading = w.get(heading);
        let due = |on| w.get_with("own-request-due", &[("date", &*date_long(w, on))]);
        rendered(&DoneView {
            w,
            frame: &self.frame,
            title: self.frame.title(&heading, dead),
            heading,
            text,
            due: self.due_on.map(due),
        })
    }
}
