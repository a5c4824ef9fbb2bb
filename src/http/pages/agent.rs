//! The screens of shops and call centres: find, ask, done.

use askama::Template;

use super::choices::beside;
use super::frame::rendered;
use super::voice::Voice;
use super::{
    Answer, ChoiceRow, ChoicesError, Content, Frame, Language, Pick, PostForm, PurposeBlock,
    Standing, Text, Undo, When, Words, moment,
};

/// Why nobody was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentFindError {
    /// What was typed is neither an address nor a number.
    Contact,
    /// The form's token had expired.
    StaleForm,
    /// The register cannot be read now.
    Unavailable,
}

impl AgentFindError {
    const fn key(self) -> &'static str {
        match self {
            Self::Contact => "agent-error-contact",
            Self::StaleForm => "agent-error-stale_form",
            Self::Unavailable => "agent-error-unavailable",
        }
    }
}

/// The search: one exact contact point; posts `contact`, `place_kind`, `place`, `tongue`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentFindPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The form.
    pub form: PostForm,
    /// What was typed, kept after an error.
    pub contact: String,
    /// What the agent did today.
    pub day_url: String,
    /// Shop or call centre.
    pub kinds: Vec<Pick>,
    /// Which one.
    pub place: String,
    /// The customer's language.
    pub tongues: Vec<Pick>,
    /// Why nobody was looked for.
    pub error: Option<AgentFindError>,
}

/// The questions; posts `choice.<purpose>.<channel>` as `yes`, `no` or `none`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentAskPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Where both forms post. "Stop everything" sends `stop_all=1` and no choices.
    pub form: PostForm,
    /// The contact point, masked.
    pub masked_contact: String,
    /// The customer's other contact points, masked.
    pub others: Vec<String>,
    /// The e-mail addresses that a receipt can be sent to, masked.
    pub receipts: Vec<Pick>,
    /// Whether the registry knows the customer.
    pub known: bool,
    /// The purposes with questions; the words in the customer's language.
    pub purposes: Vec<PurposeBlock>,
    /// How the answer is given.
    pub acts: Vec<Pick>,
    /// The number of a call or of a paper form.
    pub reference: String,
    /// The search.
    pub again_url: String,
    /// What went wrong with the last attempt.
    pub errors: Vec<ChoicesError>,
}

/// One line of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptLine {
    /// The purpose's title.
    pub title: Text,
    /// The channel's code.
    pub channel: String,
    /// What was answered.
    pub answer: Standing,
    /// The words that a yes agrees to, with their reference.
    pub words: Option<(Text, String)>,
    /// The record.
    pub record: String,
}

/// What was taken down, with a receipt in the customer's language to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentDonePage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The customer's language.
    pub tongue: Language,
    /// The contact point, masked.
    pub masked_contact: String,
    /// Who keeps the register.
    pub controller: String,
    /// What was taken down; empty where everything was so already.
    pub lines: Vec<ReceiptLine>,
    /// The kind of place and its name.
    pub place: (String, String),
    /// When.
    pub at: When,
    /// The address that the receipt is on its way to, masked.
    pub mailed: Option<String>,
    /// The ledger's position.
    pub position: Option<u64>,
    /// It was the way back that was taken.
    pub undone: bool,
    /// The way back.
    pub undo: Option<Undo>,
    /// The search, for the next customer.
    pub next_url: String,
    /// What the agent did today.
    pub day_url: String,
}

#[derive(Template)]
#[template(path = "agent_find.html")]
struct FindView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a AgentFindPage,
    title: String,
}

impl AgentFindPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&FindView {
            w,
            frame: &self.frame,
            page: self,
            title: self
                .frame
                .title(&w.get("agent-find-title"), self.error.is_some()),
        })
    }
}

#[derive(Template)]
#[template(path = "agent_ask.html")]
struct AskView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a AgentAskPage,
    title: String,
    voice: Voice,
    errors: Vec<(Option<&'a str>, String)>,
}

impl AskView<'_> {
    fn error_of(&self, field: &str) -> Option<&str> {
        beside(&self.errors, field)
    }

    /// The first question has the focus, unless something went wrong.
    fn starts(&self, field: &str) -> bool {
        let contents = self.page.purposes.iter().map(|purpose| &purpose.content);
        let mut rows = contents.filter_map(|content| match content {
            Content::Choices(rows) => Some(rows),
            Content::Explained(_) => None,
        });
        let first = rows.find_map(|rows| rows.iter().find(|row| row.askable()));
        self.errors.is_empty() && first.is_some_and(|row| row.field_name == field)
    }
}

impl AgentAskPage {
    /// Whether the words of a purpose are read aloud: whoever said no a short while ago is left alone.
    fn asks(&self, rows: &[ChoiceRow]) -> bool {
        rows.iter().any(ChoiceRow::askable)
    }

    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let title = w.get("agent-ask-title");
        let errors = self.errors.iter();
        let errors: Vec<_> = errors
            .map(|error| error.message(w, &self.purposes))
            .collect();
        rendered(&AskView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&title, !errors.is_empty()),
            voice: Voice::Agent,
            errors,
        })
    }
}

#[derive(Template)]
#[template(path = "agent_done.html")]
struct DoneView<'a> {
    w: Words,
    /// The customer's words.
    t: Words,
    frame: &'a Frame,
    page: &'a AgentDonePage,
    title: String,
}

impl AgentDonePage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&DoneView {
            w,
            t: Words::of(self.tongue),
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get(self.key()), false),
        })
    }

    const fn key(&self) -> &'static str {
        match (self.lines.is_empty(), self.undone) {
            (true, _) => "agent-unchanged-title",
            (_, true) => "undone-title",
            _ => "agent-done-title",
        }
    }

    /// Where it was taken down, in the customer's words.
    fn place(&self) -> String {
        let (kind, name) = &self.place;
        Words::of(self.tongue).place(kind, Some(name))
    }

    fn time(&self) -> String {
        moment(Words::of(self.tongue), &self.at)
    }
}
