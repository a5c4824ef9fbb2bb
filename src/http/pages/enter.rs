//! The customer's way in: address, inbox, link; and the page behind it.

use askama::Template;

use super::frame::rendered;
use super::{Frame, KeptBack, PostForm, Words};

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
    /// Whether who is not known yet is asked as well: behind a shop's code.
    pub newcomers: bool,
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
    /// Whether who is not known yet is written to as well.
    pub newcomers: bool,
    /// Where another message is asked for.
    pub again_url: String,
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
    /// What is kept of theirs, whatever they ask for.
    pub kept: Vec<KeptBack>,
    /// Further pages: the key of a word, and where it leads.
    pub links: Vec<(&'static str, String)>,
    /// Signs out.
    pub sign_out: PostForm,
}

/// Why somebody is not in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotIn {
    /// A brand's login holds, nothing is kept of the person, and there is nothing to ask.
    Unknown,
    /// They said yes to nothing: nothing is kept.
    Nothing,
    /// What a brand's site posted opens nothing.
    Refused,
    /// The page of their first choices was open for too long, or was answered already.
    Late,
}

impl NotIn {
    const fn title(self) -> &'static str {
        match self {
            Self::Unknown => "me-title",
            Self::Nothing => "choices-title",
            Self::Refused | Self::Late => "own-refused-title",
        }
    }
}

/// The page of whom a brand's own login or a shop's code brought, and who is not in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnLoginPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Why they are not.
    pub why: NotIn,
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
    const fn begins_again(&self) -> bool {
        matches!(self.why, NotIn::Refused | NotIn::Late)
    }

    const fn again(&self) -> &'static str {
        match self.why {
            NotIn::Late => "inbox-again",
            _ => "own-sign-in",
        }
    }

    /// The page.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&OwnLoginView {
            w,
            frame: &self.frame,
            page: self,
            title: self
                .frame
                .title(&w.get(self.why.title()), self.begins_again()),
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
    /// The words of the page: of one's first choices behind a shop's code, else of signing in.
    fn key(&self, part: &str) -> &'static str {
        match (part, self.newcomers) {
            ("title", true) => "choices-title",
            ("title", false) => "enter-title",
            (_, true) => "enter-lead-first",
            (_, false) => "enter-lead",
        }
    }

    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let title = self.frame.title(&w.get(self.key("title")), self.error);
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
