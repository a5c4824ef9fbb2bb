//! Purposes and the words of them: which are in force, every version with what it changed, and what customers see.

use askama::Template;

use super::frame::rendered;
use super::voice::Voice;
use super::{Answer, Content, Frame, Language, PurposeBlock, Text, When, Words, date_time_long};
use crate::domain::registry::Piece;

/// Something that a purpose or a notice says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What it is, in the page's words.
    pub label: String,
    /// The code of its language, where it is somebody's words.
    pub language: Option<String>,
    /// What is said.
    pub text: Text,
}

/// Something that two versions say otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedTerm {
    /// What it is.
    pub label: String,
    /// The language, where it is not the page's.
    pub lang: Option<String>,
    /// What went and what came.
    pub pieces: Vec<Piece>,
}

/// A purpose in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurposeLine {
    /// Its name in the API.
    pub id: String,
    /// Its page.
    pub url: String,
    /// Its title.
    pub title: Text,
    /// The code of what the law sees in it.
    pub law_use: String,
    /// The code of its legal basis.
    pub basis: &'static str,
    /// The codes of its channels.
    pub channels: Vec<&'static str>,
    /// For how long data are kept, in words.
    pub retention: Option<String>,
    /// The words in force, as `newsletter@3`.
    pub notice: Option<String>,
    /// Since when.
    pub since: When,
    /// Who published it.
    pub by: String,
}

/// The list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurposesPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// Brands and their purposes.
    pub brands: Vec<(String, Vec<PurposeLine>)>,
    /// The form of a new one, for whoever may publish.
    pub new_url: Option<&'static str>,
}

/// A version that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// Its number, or `newsletter@3`.
    pub name: String,
    /// Since when.
    pub since: When,
    /// Until when; none for the one in force.
    pub until: Option<When>,
    /// Who published it.
    pub by: String,
    /// Its entry in the ledger.
    pub position: u64,
    /// Whether earlier answers hold: `major` or `minor`; none where there is no such question.
    pub change: Option<&'static str>,
    /// What it changed; none for the first.
    pub changes: Option<Vec<ChangedTerm>>,
    /// What it says.
    pub terms: Vec<Term>,
}

/// What a customer sees of a purpose, in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    language: Language,
    html: String,
}

/// The page of one purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurposePage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// Its name in the API.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// Whether something of it was published a moment ago.
    pub done: bool,
    /// What it says.
    pub terms: Vec<Term>,
    /// What customers see.
    pub previews: Vec<Preview>,
    /// The languages of customers' pages in which something is missing.
    pub missing: Vec<&'static str>,
    /// Its versions, the newest first.
    pub versions: Vec<VersionRow>,
    /// Those of its words.
    pub texts: Vec<VersionRow>,
    /// The forms of its next version and of its next words, for whoever may publish.
    pub change: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "purposes.html")]
struct ListView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a PurposesPage,
    title: String,
}

#[derive(Template)]
#[template(path = "purpose.html")]
struct View<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a PurposePage,
    title: String,
    /// What stands under a heading, and its word.
    lists: [(&'static str, String, &'a [VersionRow]); 2],
}

#[derive(Template)]
#[template(path = "preview.html")]
struct PreviewView {
    w: Words,
    voice: Voice,
    purpose: PurposeBlock,
}

impl PreviewView {
    /// Nothing was answered, so that nothing is wrong.
    const fn error_of(&self, _field: &str) -> Option<String> {
        None
    }

    const fn starts(&self, _field: &str) -> bool {
        false
    }
}

impl Preview {
    /// The block of the customer's page.
    #[must_use]
    pub fn of(language: Language, purpose: PurposeBlock) -> Self {
        let html = rendered(&PreviewView {
            w: Words::of(language),
            voice: Voice::Customer,
            purpose,
        });
        Self { language, html }
    }

    pub(super) const fn code(&self) -> &'static str {
        self.language.code()
    }

    pub(super) const fn own_name(&self) -> &'static str {
        self.language.own_name()
    }

    pub(super) fn html(&self) -> &str {
        &self.html
    }
}

impl PurposesPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&ListView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("purposes-title"), false),
        })
    }
}

impl PurposeLine {
    fn channels(&self, w: Words) -> String {
        let all = self.channels.iter().map(|code| w.code("channel", code));
        all.collect::<Vec<_>>().join(", ")
    }

    fn since(&self, w: Words) -> String {
        date_time_long(w, &self.since)
    }
}

impl VersionRow {
    fn span(&self, w: Words) -> String {
        let since = date_time_long(w, &self.since);
        match &self.until {
            None => w.get_with("texts-since", &[("since", &since)]),
            Some(until) => {
                let until = date_time_long(w, until);
                w.get_with("texts-between", &[("since", &since), ("until", &until)])
            }
        }
    }

    fn told(&self, w: Words) -> String {
        let position = w.number(self.position);
        let facts = [("by", self.by.as_str()), ("position", &position)];
        w.get_with("purpose-published-by", &facts)
    }
}

impl PurposePage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&View {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&self.title.text, false),
            lists: [
                ("texts", w.get("purpose-texts"), &self.texts),
                ("versions", w.get("purpose-versions"), &self.versions),
            ],
        })
    }
}
