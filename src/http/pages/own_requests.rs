//! A customer's own requests: by when each must be answered, where it stands, what was written about it.

use askama::Template;
use chrono::{Datelike, NaiveDate};

use super::frame::rendered;
use super::{Frame, KeptBack, PostForm, When, Words, date_long, moment};

/// How a request stands, and the day that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnState {
    /// It must be answered by then.
    Due(NaiveDate),
    /// It had to be answered by then.
    Late(NaiveDate),
    /// The person was asked who they are then.
    Waits(NaiveDate),
    /// It ended then: the word for how.
    Done(&'static str, NaiveDate),
}

/// One of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnItem {
    /// What was asked for.
    pub kind: &'static str,
    /// Its number.
    pub number: String,
    /// How it stands.
    pub state: OwnState,
    /// Its page.
    pub url: String,
}

/// The page of all of one's requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRequestsPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The newest first.
    pub items: Vec<OwnItem>,
    /// What is kept of theirs, whatever they ask for.
    pub kept: Vec<KeptBack>,
    /// Further pages: the key of a word, and where it leads.
    pub links: Vec<(&'static str, String)>,
}

/// How it is known who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnIdentity {
    /// It is not, and nobody was asked.
    Open,
    /// The person was asked then.
    Asked(NaiveDate),
    /// The end of the word's key for how it is known.
    Known(&'static str),
}

/// Two further months: why, when they were told, the first date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnExtension {
    /// The word for why.
    pub reason: &'static str,
    /// When the person was told.
    pub told_on: NaiveDate,
    /// The first date.
    pub first: Option<NaiveDate>,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnMessage {
    /// Whether the person wrote it, or whoever acts for them.
    pub mine: bool,
    /// When.
    pub at: When,
    /// What it says.
    pub text: String,
}

/// The page of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRequestPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// What was asked for.
    pub kind: &'static str,
    /// Its number.
    pub number: String,
    /// How it stands.
    pub state: OwnState,
    /// Why it was closed without an answer: the end of a word's key.
    pub closed_as: Option<&'static str>,
    /// Why it was refused, in whole or in part: the end of a word's key, and the law.
    pub ground: Option<(&'static str, &'static str)>,
    /// Two further months.
    pub extension: Option<OwnExtension>,
    /// The number of the one that it repeats.
    pub repeats: Option<String>,
    /// When it came in.
    pub received_on: NaiveDate,
    /// How it is known who asks.
    pub identity: OwnIdentity,
    /// Whether somebody works on it, or has.
    pub in_work: bool,
    /// Whether it holds before it is answered.
    pub at_once: bool,
    /// What sort of corrected contact point waits for them: the end of a word's key.
    pub correction: Option<&'static str>,
    /// By which the person says that it is theirs, where that is wanted.
    pub own: Option<PostForm>,
    /// What was written.
    pub messages: Vec<OwnMessage>,
    /// By which they write.
    pub write: PostForm,
    /// What they wrote and was not taken.
    pub wrong: Option<String>,
    /// By which they take it back.
    pub withdraw: Option<PostForm>,
    /// To whom they can complain, and where.
    pub authority: Option<(&'static str, &'static str)>,
    /// Further pages: the key of a word, and where it leads.
    pub links: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "own_requests.html")]
struct ListView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a OwnRequestsPage,
    title: String,
}

#[derive(Template)]
#[template(path = "own_request.html")]
struct OneView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a OwnRequestPage,
    title: String,
    heading: String,
    fault: Option<String>,
}

/// `vendredi 18 décembre 2026`: a day that somebody waits for.
fn day(w: Words, date: NaiveDate) -> String {
    let weekday = w.get(&format!("weekday-{}", date.weekday().number_from_monday()));
    let date = date_long(w, date);
    w.get_with("date-weekday", &[("weekday", &weekday), ("date", &date)])
}

impl OwnState {
    fn sentence(self, w: Words) -> String {
        let dated = |key: &str, date| w.get_with(key, &[("date", &*day(w, date))]);
        match self {
            Self::Due(on) => dated("own-request-due", on),
            Self::Late(on) => dated("own-request-late", on),
            Self::Waits(since) => dated("own-request-waits", since),
            Self::Done(how, on) => dated(&format!("own-request-{how}"), on),
        }
    }

    const fn is_done(self) -> bool {
        matches!(self, Self::Done(..))
    }
}

impl OwnItem {
    fn see(&self, w: Words) -> String {
        w.get_with("own-requests-see", &[("number", self.number.as_str())])
    }
}

impl OwnMessage {
    fn head(&self, w: Words) -> String {
        let by = if self.mine {
            w.get("own-request-by-person")
        } else {
            w.get("own-request-by-staff")
        };
        format!("{by} · {}", moment(w, &self.at))
    }
}

impl OwnRequestPage {
    fn identity(&self, w: Words) -> String {
        match self.identity {
            OwnIdentity::Open => w.get("own-request-identity-open"),
            OwnIdentity::Asked(on) => w.get_with(
                "own-request-identity-asked",
                &[("date", &*date_long(w, on))],
            ),
            OwnIdentity::Known(how) => w.code("own-request-identity", how),
        }
    }

    fn work(&self, w: Words) -> String {
        w.get(if self.in_work {
            "own-request-step-yes"
        } else {
            "own-request-step-not"
        })
    }

    fn answer(&self, w: Words) -> String {
        match self.state {
            OwnState::Due(on) | OwnState::Late(on) => {
                w.get_with("own-request-step-by", &[("date", &*date_long(w, on))])
            }
            OwnState::Waits(_) => w.get("own-request-step-not"),
            OwnState::Done(..) => self.state.sentence(w),
        }
    }

    fn received(&self, w: Words) -> String {
        date_long(w, self.received_on)
    }

    fn extended(&self, w: Words) -> Option<String> {
        let extension = self.extension?;
        let reason = w.code("own-request-extended", extension.reason);
        let told = date_long(w, extension.told_on);
        let first = extension.first.map(|first| date_long(w, first));
        let first = first.unwrap_or_default();
        let facts = [("told", &*told), ("reason", &*reason), ("first", &*first)];
        Some(w.get_with("own-request-extended", &facts))
    }

    fn is_erasure(&self) -> bool {
        self.kind == "erasure" && !self.state.is_done()
    }

    fn numbered(&self, w: Words, key: &str, number: &str) -> String {
        w.get_with(key, &[("number", number)])
    }

    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let heading = self.numbered(w, "own-request-title", &self.number);
        let (frame, page) = (&self.frame, self);
        rendered(&OneView {
            w,
            frame,
            page,
            title: frame.title(&heading, self.wrong.is_some()),
            heading,
            fault: self
                .wrong
                .as_ref()
                .map(|_| w.get("own-request-write-error")),
        })
    }
}

impl OwnRequestsPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let (frame, page) = (&self.frame, self);
        rendered(&ListView {
            w,
            frame,
            page,
            title: frame.title(&w.get("own-requests-title"), false),
        })
    }
}
