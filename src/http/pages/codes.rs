//! The codes for shops' counters: which there are, and one to print.

use askama::Template;

use super::frame::rendered;
use super::{Frame, Language, Words};

/// A brand or one of its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePick {
    /// Its value in the form: `default`, or `default/lille-2`.
    pub value: String,
    /// The place; none for the brand without one.
    pub place: Option<String>,
}

/// The page on which one is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodesPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Each brand's name, with what can be chosen of it.
    pub brands: Vec<(String, Vec<CodePick>)>,
    /// What was chosen is not there.
    pub error: bool,
    /// Whether mails go out: else nobody gets in behind a code.
    pub mails: bool,
}

/// One to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePage {
    /// What surrounds the page.
    pub frame: Frame,
    /// What language links have to say again.
    pub language: Language,
    /// The brand's name in it.
    pub brand: String,
    /// The place's, where it is one's.
    pub place: Option<String>,
    /// The code, drawn by us: SVG.
    pub picture: String,
    /// What it says.
    pub url: String,
    /// The page on which another is chosen.
    pub back_url: String,
}

#[derive(Template)]
#[template(path = "codes.html")]
struct CodesView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a CodesPage,
    title: String,
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodeView<'a> {
    w: Words,
    said: Words,
    frame: &'a Frame,
    page: &'a CodePage,
    title: String,
}

impl CodesPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&CodesView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("codes-title"), self.error),
        })
    }

    /// The languages in which the page can be opened.
    const fn languages(&self) -> &'static [Language] {
        &Language::ALL
    }
}

impl CodePage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&CodeView {
            w,
            said: Words::of(self.language),
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("codes-title"), false),
        })
    }
}
