//! Double opt-in: the page behind the link of the mail, and what came of it.

use askama::Template;

use super::enter::CodeError;
use super::frame::rendered;
use super::{Frame, PostForm, Text, When, Words, date_of};

/// One thing to confirm, with the words that the person was shown when they asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmItem {
    /// The purpose's title.
    pub title: Text,
    /// The channel's code.
    pub channel: String,
    /// Those words, and which version they are.
    pub words: Option<(Text, String)>,
}

/// How the page is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmBy {
    /// By its button.
    Button,
    /// By the mail's code: the browser did not show that it had opened the page.
    Code(Option<CodeError>),
}

/// The page that a confirmation's link opens. Opening it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The address, masked.
    pub masked_contact: String,
    /// What is confirmed.
    pub items: Vec<ConfirmItem>,
    /// The form.
    pub form: PostForm,
    /// How it is answered.
    pub by: ConfirmBy,
}

/// What came of a confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfirmedState {
    /// What is a yes now, and what stays as it was.
    Done(Vec<ConfirmItem>, Vec<ConfirmItem>),
    /// It had been confirmed then.
    Before(When),
    /// The person has said no since.
    NoSince(When),
    /// The person has said yes in another way.
    YesSince(When),
    /// Its time has passed.
    Expired,
    /// A newer link has come in its place.
    Replaced,
}

/// The page after confirming, or of a link that confirms nothing any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmedPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The address, masked.
    pub masked_contact: String,
    /// What came of it.
    pub state: ConfirmedState,
    /// The ledger position of the change.
    pub position: Option<u64>,
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a ConfirmPage,
    title: String,
    code: bool,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "confirmed.html")]
struct ConfirmedView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a ConfirmedPage,
    title: String,
    heading: String,
    text: String,
    given: &'a [ConfirmItem],
    kept: &'a [ConfirmItem],
}

impl ConfirmPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let fault = match self.by {
            ConfirmBy::Code(Some(CodeError::Wrong)) => Some(w.get("inbox-error-wrong")),
            ConfirmBy::Code(Some(CodeError::Tries)) => Some(w.get("confirm-error-tries")),
            _ => None,
        };
        let (frame, page) = (&self.frame, self);
        rendered(&ConfirmView {
            w,
            frame,
            page,
            title: frame.title(&w.get("confirm-title"), fault.is_some()),
            code: self.by != ConfirmBy::Button,
            fault,
        })
    }
}

impl ConfirmedPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let dated = |key: &str, at: &When| w.get_with(key, &[("since", &date_of(w, at))]);
        let (heading, text) = match &self.state {
            ConfirmedState::Done(..) => ("saved-title", w.get("confirmed-lead")),
            ConfirmedState::Before(at) => ("already-title", dated("confirmed-before", at)),
            ConfirmedState::NoSince(at) => ("unchanged-title", dated("confirmed-no-since", at)),
            ConfirmedState::YesSince(at) => ("already-title", dated("confirmed-yes-since", at)),
            ConfirmedState::Expired => ("gone-title", w.get("confirmed-expired")),
            ConfirmedState::Replaced => ("gone-title", w.get("gone-replaced")),
        };
        let dead = heading == "gone-title";
        let heading = w.get(heading);
        let (given, kept): (&[_], &[_]) = match &self.state {
            ConfirmedState::Done(given, kept) => (given, kept),
            _ => (&[], &[]),
        };
        let (frame, page) = (&self.frame, self);
        rendered(&ConfirmedView {
            w,
            frame,
            page,
            title: frame.title(&heading, dead),
            heading,
            text,
            given,
            kept,
        })
    }
}
