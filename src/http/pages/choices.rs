//! The customer's choices, per purpose and channel (GDPR 7(3): no as easy as yes).

use askama::Template;

use super::frame::rendered;
use super::voice::Voice;
use super::{Answer, ChoiceRow, Frame, PostForm, Text, Words};

/// Why a purpose is explained and not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNoChoice {
    /// Performance of a contract (GDPR 6(1)(b)).
    Contract,
    /// Legal obligation (GDPR 6(1)(c)).
    LegalObligation,
    /// Another basis that leaves no choice on this page.
    Other,
}

impl WhyNoChoice {
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Contract => "choices-explained-contract",
            Self::LegalObligation => "choices-explained-legal_obligation",
            Self::Other => "choices-explained-other",
        }
    }
}

/// What a purpose's block holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Questions, one per channel.
    Choices(Vec<ChoiceRow>),
    /// A sentence and no control (fairness rule F10).
    Explained(WhyNoChoice),
}

/// The words that are in force for a purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// `newsletter@3`; posted as `notice.<purpose id>`: the words this page showed.
    pub reference: String,
    /// The text itself.
    pub text: Text,
}

/// One purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurposeBlock {
    /// The purpose's id: `[A-Za-z0-9._-]`.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// One sentence.
    pub description: Text,
    /// The notice's words, one step away.
    pub notice: Option<Notice>,
    /// Questions, or why there are none.
    pub content: Content,
}

/// What went wrong with the last attempt to save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChoicesError {
    /// The state of this field changed after the page was rendered.
    Changed {
        /// The row's `field_name`.
        field: String,
    },
    /// This field held neither yes nor no.
    Invalid {
        /// The row's `field_name`.
        field: String,
    },
    /// The form's token had expired.
    StaleForm,
}

/// The page of a customer's choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoicesPage {
    /// What surrounds the page; its brand is the controller.
    pub frame: Frame,
    /// The contact point, masked: `a•••@exemple.fr`.
    pub masked_contact: String,
    /// Where both forms post. "Stop everything" sends `stop_all=1` and no choices.
    pub form: PostForm,
    /// The purposes, in the order shown.
    pub purposes: Vec<PurposeBlock>,
    /// Empty on a first view.
    pub errors: Vec<ChoicesError>,
}

#[derive(Template)]
#[template(path = "choices.html")]
struct View<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a ChoicesPage,
    title: String,
    voice: Voice,
    errors: Vec<(Option<&'a str>, String)>,
}

impl View<'_> {
    fn error_of(&self, field: &str) -> Option<&str> {
        beside(&self.errors, field)
    }

    /// No question has the focus at once: a page is read from its top.
    const fn starts(&self, _field: &str) -> bool {
        false
    }
}

impl ChoicesPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let title = self
            .frame
            .title(&w.get("choices-title"), !self.errors.is_empty());
        let errors = self
            .errors
            .iter()
            .map(|error| error.message(w, &self.purposes))
            .collect();
        rendered(&View {
            w,
            frame: &self.frame,
            page: self,
            title,
            voice: Voice::Customer,
            errors,
        })
    }

    fn has_choices(&self) -> bool {
        let mut contents = self.purposes.iter().map(|purpose| &purpose.content);
        contents.any(|content| matches!(content, Content::Choices(rows) if !rows.is_empty()))
    }
}

impl ChoicesError {
    /// The field that it is about, and what is said of it.
    pub(super) fn message(
        &self,
        words: Words,
        purposes: &[PurposeBlock],
    ) -> (Option<&str>, String) {
        let (field, key) = match self {
            Self::Changed { field } => (field, "choices-error-changed"),
            Self::Invalid { field } => (field, "choices-error-invalid"),
            Self::StaleForm => return (None, words.get("choices-error-form")),
        };
        let (purpose, channel) = names(purposes, field);
        let channel = words.code("channel", channel);
        let message = words.get_with(key, &[("purpose", purpose), ("channel", &channel)]);
        (Some(field), message)
    }
}

/// The purpose's title and the channel's code of a field.
fn names<'a>(purposes: &'a [PurposeBlock], field: &str) -> (&'a str, &'a str) {
    for purpose in purposes {
        let Content::Choices(rows) = &purpose.content else {
            continue;
        };
        if let Some(row) = rows.iter().find(|row| row.field_name == field) {
            return (&purpose.title.text, &row.channel);
        }
    }
    ("", "none")
}

/// The message that stands beside a field: the same as in the summary (WCAG 3.3.1).
pub(super) fn beside<'a>(errors: &'a [(Option<&str>, String)], field: &str) -> Option<&'a str> {
    let found = errors.iter().find(|(name, _)| *name == Some(field));
    found.map(|(_, message)| message.as_str())
}
