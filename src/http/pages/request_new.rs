//! The form by which staff write down what came by letter, phone or at the counter: one request, or an
//! agent's many.

use askama::Template;

use super::frame::rendered;
use super::request_words::day_long;
use super::{Frame, Pick, PostForm, Words};
use chrono::NaiveDate;

/// A request that was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiledRow {
    /// Its number.
    pub number: String,
    /// The code of its kind.
    pub kind: &'static str,
    /// The last day.
    pub due: Option<NaiveDate>,
    /// Its file, for those who may see it.
    pub url: Option<String>,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestNewPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// The form.
    pub form: PostForm,
    /// What can be asked for.
    pub kinds: Vec<Pick>,
    /// How it can have come in.
    pub vias: Vec<Pick>,
    /// What was typed: field and text.
    pub typed: Vec<(String, String)>,
    /// What was wrong: the field where it is one of the form's, and the words.
    pub errors: Vec<(Option<String>, String)>,
    /// What was just written down.
    pub filed: Vec<FiledRow>,
    /// Where it goes back to.
    pub back_url: String,
}

#[derive(Template)]
#[template(path = "request_new.html")]
struct NewView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a RequestNewPage,
    title: String,
}

impl RequestNewPage {
    /// What a person can be named by.
    const CONTACTS: [&'static str; 4] = ["email", "phone", "postal", "crm_id"];

    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&NewView {
            title: self
                .frame
                .title(&w.get("requests-new"), !self.errors.is_empty()),
            w,
            frame: &self.frame,
            page: self,
        })
    }

    fn typed(&self, name: &str) -> &str {
        let found = self.typed.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, text)| text)
    }

    fn is_wrong(&self, name: &str) -> bool {
        self.errors
            .iter()
            .any(|(field, _)| field.as_deref() == Some(name))
    }

    fn due(&self, row: &FiledRow) -> String {
        row.due
            .map_or_else(|| "–".to_owned(), |day| day_long(self.frame.words(), day))
    }
}
