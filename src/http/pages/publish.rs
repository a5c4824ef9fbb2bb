//! Publishing the next version of a purpose or of its words: the forms, and the page between filling in and publishing.

use std::collections::BTreeMap;

use askama::Template;

use super::frame::rendered;
use super::{ChangedTerm, Frame, Pick, PostForm, Preview, Term, Text, Words};
use crate::domain::registry::Piece;

/// Why nothing was published, where no field is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublishFault {
    /// The form's token had expired.
    StaleForm,
    /// It says what is in force.
    Nothing,
    /// Somebody else published meanwhile.
    Meanwhile,
    /// It is not what was checked.
    Unchecked,
    /// The register does not answer.
    Unavailable,
}

impl PublishFault {
    const fn key(self) -> &'static str {
        match self {
            Self::StaleForm => "publish-fault-stale_form",
            Self::Nothing => "publish-fault-nothing",
            Self::Meanwhile => "publish-fault-meanwhile",
            Self::Unchecked => "publish-fault-unchecked",
            Self::Unavailable => "publish-fault-unavailable",
        }
    }
}

/// What was filled in, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// By the fields' names.
    pub values: BTreeMap<String, String>,
    /// Fields, and the codes of what is wrong with them.
    pub errors: Vec<(String, &'static str)>,
}

impl Filled {
    /// A field.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// A field of a row of them: `title.fr`.
    #[must_use]
    pub fn of(&self, name: &str, part: &str) -> &str {
        self.field(&format!("{name}.{part}"))
    }

    /// What is said of a field.
    fn error(&self, w: Words, name: &str) -> Option<String> {
        let mut errors = self.errors.iter();
        let found = errors.find(|(field, _)| field == name);
        found.map(|(_, code)| w.code("publish-error", code))
    }
}

/// The form of a purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurposeFormPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// The form.
    pub form: PostForm,
    /// Whether there is none of that name yet.
    pub is_new: bool,
    /// Where it was come from.
    pub back_url: String,
    /// Brands.
    pub controllers: Vec<Pick>,
    /// What the law sees in it.
    pub uses: Vec<Pick>,
    /// Legal bases.
    pub bases: Vec<Pick>,
    /// Channels, those that are ticked chosen.
    pub channels: Vec<Pick>,
    /// Whether a yes has to be confirmed.
    pub confirms: Vec<Pick>,
    /// Languages: code, own name, and whether it is shown at once.
    pub spoken: Vec<(String, String, bool)>,
    /// What was filled in.
    pub filled: Filled,
    /// What is wrong besides.
    pub fault: Option<PublishFault>,
}

/// The form of the words of a purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordsFormPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// The form.
    pub form: PostForm,
    /// Where it was come from.
    pub back_url: String,
    /// What it will be called: `newsletter@3`.
    pub name: String,
    /// Whether there were no words before.
    pub first: bool,
    /// `minor` and `major`, and which is chosen.
    pub changes: Vec<(&'static str, bool)>,
    /// The mentions of a consent to calls, those that are ticked chosen.
    pub mentions: Vec<Pick>,
    /// Whether the words name the sender.
    pub names_sender: Vec<Pick>,
    /// Languages: code, own name, and whether it is shown at once.
    pub spoken: Vec<(String, String, bool)>,
    /// What was filled in.
    pub filled: Filled,
    /// What is wrong besides.
    pub fault: Option<PublishFault>,
}

/// What would be published, before it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishCheckPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// The purpose's title.
    pub title: Text,
    /// What it will be called: `newsletter@3`.
    pub name: String,
    /// Whether it is about the words.
    pub words: bool,
    /// What it means for what was said before, in sentences.
    pub meaning: Vec<String>,
    /// What it changes; none where there was nothing before.
    pub changes: Option<Vec<ChangedTerm>>,
    /// What it says.
    pub terms: Vec<Term>,
    /// What customers would see.
    pub previews: Vec<Preview>,
    /// The languages of customers' pages in which something is missing.
    pub missing: Vec<&'static str>,
    /// The form that publishes it.
    pub publish: PostForm,
    /// The form that goes back to what was filled in.
    pub again: PostForm,
}

#[derive(Template)]
#[template(path = "purpose_form.html")]
struct PurposeView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a PurposeFormPage,
    title: String,
    heading: String,
    faults: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "words_form.html")]
struct WordsView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a WordsFormPage,
    title: String,
    heading: String,
    faults: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "publish_check.html")]
struct CheckView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a PublishCheckPage,
    title: String,
}

/// The place of each field that is wrong, and what is said of it: the same words as beside the field.
fn faults(w: Words, filled: &Filled, firsts: &[(&str, String)]) -> Vec<(String, String)> {
    let place = |field: &str| {
        let first = firsts.iter().find(|(name, _)| *name == field);
        first.map_or_else(|| field.to_owned(), |(_, place)| place.clone())
    };
    let told =
        |(field, code): &(String, &'static str)| (place(field), w.code("publish-error", code));
    filled.errors.iter().map(told).collect()
}

impl PurposeFormPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let heading = if self.is_new {
            w.get("publish-new-title")
        } else {
            w.get_with("publish-edit-title", &[("id", self.filled.field("id"))])
        };
        let language = self.spoken.first().map_or("", |(code, _, _)| code);
        let channel = self.channels.first().map_or("", |pick| &pick.value);
        let firsts = [
            ("title", format!("title.{language}")),
            ("channels", format!("channels.{channel}")),
        ];
        let faults = faults(w, &self.filled, &firsts);
        let failed = self.fault.is_some() || !faults.is_empty();
        rendered(&PurposeView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&heading, failed),
            heading,
            faults,
        })
    }
}

impl WordsFormPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let heading = w.get_with("publish-words-title", &[("name", &self.name)]);
        let language = self.spoken.first().map_or("", |(code, _, _)| code);
        let firsts = [
            ("text", format!("text.{language}")),
            ("change", "change.minor".to_owned()),
        ];
        let faults = faults(w, &self.filled, &firsts);
        let failed = self.fault.is_some() || !faults.is_empty();
        rendered(&WordsView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&heading, failed),
            heading,
            faults,
        })
    }
}

impl PublishCheckPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let heading = w.get_with("publish-check-title", &[("name", &self.name)]);
        rendered(&CheckView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&heading, false),
        })
    }
}
