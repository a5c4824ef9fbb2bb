//! The customer's way in: address, inbox, link; and the page behind it.

use askama::Template;

use super::frame::rendered;
use super::{Frame, PostForm, Words};

/// What is wrong with what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeError {
    /// It is not the code.
    Wrong,
    /// Too many were tried.
    Tries,
}

/// The page that asks for the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnterPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The form; none where nobody can sign in, since no mail goes out.
    pub form: Option<PostForm>,
    /// What was typed is no address.
    pub error: bool,
}

/// The page that asks for the code, the same for known and unknown addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The address that was typed, masked.
    pub masked_contact: Option<String>,
    /// The form.
    pub form: PostForm,
    /// What is wrong with the code.
    pub error: Option<CodeError>,
}

/// How a link of a sign-in's mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// It opens here.
    Opens,
    /// It was asked for in another browser.
    Elsewhere,
    /// It was used.
    Used,
    /// Its time has passed.
    Late,
}

/// The page behind the link of a sign-in's mail. Opening it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkInPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// How the link stands.
    pub state: LinkState,
    /// The button's form.
    pub form: PostForm,
}

/// One way by which the customer can be reached, or is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnContact {
    /// The kind's code.
    pub kind: String,
    /// The contact point, masked.
    pub masked: String,
    /// Opens its choices; none for what no message goes to.
    pub choices: Option<PostForm>,
}

/// The page of a customer who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MePage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The address by which they came in, masked.
    pub masked_contact: String,
    /// How they are known.
    pub contacts: Vec<OwnContact>,
    /// Further pages: the key of a word, and where it leads.
    pub links: Vec<(&'static str, String)>,
    /// Signs out.
    pub sign_out: PostForm,
}

/// The page of whom a brand's own login brought, and who is not in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnLoginPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Whether the login holds, and nothing is kept of the person.
    pub unknown: bool,
    /// The other way in; none where there is none.
    pub sign_in_url: Option<String>,
}

#[derive(Template)]
#[template(path = "own_login.html")]
struct OwnLoginView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a OwnLoginPage,
    title: String,
}

impl OwnLoginPage {
    /// The page.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let key = if self.unknown {
            "me-title"
        } else {
            "own-refused-title"
        };
        rendered(&OwnLoginView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get(key), !self.unknown),
        })
    }
}

#[derive(Template)]
#[template(path = "enter.html")]
struct EnterView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a EnterPage,
    title: String,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a InboxPage,
    title: String,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "link_in.html")]
struct LinkInView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a LinkInPage,
    title: String,
    heading: String,
    text: String,
    opens: bool,
}

#[derive(Template)]
#[template(path = "me.html")]
struct MeView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a MePage,
    title: String,
}

impl EnterPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let title = self.frame.title(&w.get("enter-title"), self.error);
        let (frame, page) = (&self.frame, self);
        rendered(&EnterView {
            w,
            frame,
            page,
            title,
        })
    }
}

impl CodeError {
    /// What is said of it, on the page to sign in.
    fn sentence(self, words: Words) -> String {
        match self {
            Self::Wrong => words.get("inbox-error-wrong"),
            Self::Tries => words.get("inbox-error-tries"),
        }
    }
}

impl InboxPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let (frame, page) = (&self.frame, self);
        rendered(&InboxView {
            w,
            frame,
            page,
            title: frame.title(&w.get("inbox-title"), self.error.is_some()),
            fault: self.error.map(|error| error.sentence(w)),
        })
    }
}

impl LinkInPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let (heading, text) = match self.state {
            LinkState::Opens => (w.get("enter-title"), w.get("link-opens")),
            LinkState::Elsewhere => (w.get("link-elsewhere-title"), w.get("link-elsewhere")),
            LinkState::Used => (w.get("link-used-title"), w.get("link-used")),
            LinkState::Late => (w.get("gone-title"), w.get("link-late")),
        };
        let opens = self.state == LinkState::Opens;
        let (frame, page) = (&self.frame, self);
        rendered(&LinkInView {
            w,
            frame,
            page,
            title: frame.title(&heading, !opens),
            heading,
            text,
            opens,
        })
    }
}

impl MePage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let (frame, page) = (&self.frame, self);
        rendered(&MeView {
            w,
            frame,
            page,
            title: frame.title(&w.get("me-title"), false),
        })
    }
}
