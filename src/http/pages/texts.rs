//! The texts by which customers are asked, version by version.

use askama::Template;

use super::frame::rendered;
use super::{Frame, Language, Text, When, Words, date_of};
use crate::domain::registry::Piece;

/// One version of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownVersion {
    /// `newsletter@3`.
    pub reference: String,
    /// From when on it was shown.
    pub since: When,
    /// Until when; none for the one in force.
    pub until: Option<When>,
    /// The words.
    pub text: Text,
    /// What changed since the version before, with the language where it is not the page's.
    pub differences: Option<(Option<String>, Vec<Piece>)>,
    /// Whether whoever had said yes before had to be asked again.
    pub asks_again: bool,
    /// The same in other languages.
    pub others: Vec<Text>,
}

/// The texts of one purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownText {
    /// The purpose's id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// The versions, the newest first.
    pub versions: Vec<ShownVersion>,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextsPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// By purpose.
    pub texts: Vec<ShownText>,
}

#[derive(Template)]
#[template(path = "texts.html")]
struct View<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a TextsPage,
    title: String,
}

impl TextsPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&View {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("texts-title"), false),
        })
    }
}

impl ShownVersion {
    /// From when to when.
    fn span(&self, words: Words) -> String {
        let since = date_of(words, &self.since);
        match &self.until {
            None => words.get_with("texts-since", &[("since", &since)]),
            Some(until) => {
                let until = date_of(words, until);
                words.get_with("texts-between", &[("since", &since), ("until", &until)])
            }
        }
    }
}

/// What a language calls itself, or its code.
fn own_name(text: &Text, page: Language) -> String {
    let code = text.lang.as_deref().unwrap_or(page.code());
    Language::from_code(code).map_or_else(|| code.to_owned(), |found| found.own_name().to_owned())
}
