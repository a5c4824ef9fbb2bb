//! What the columns of a file mean, and what its words mean.

use askama::Template;

use super::frame::rendered;
use super::{Frame, ImportFault, Pick, PostForm, Words};

/// A column of the file. Its cells are personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct ColumnView {
    /// Its name.
    pub name: String,
    /// Some of its cells.
    pub samples: Vec<String>,
}

/// The page that asks what the columns mean.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportColumnsPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// The form, with the file in it.
    pub form: PostForm,
    /// How many records the file has.
    pub rows: u64,
    /// Its encoding.
    pub encoding: &'static str,
    /// What stands between two cells.
    pub delimiter: char,
    /// Its columns.
    pub columns: Vec<ColumnView>,
    /// The system that it comes from.
    pub source: String,
    /// The country where phone numbers were written down.
    pub country: String,
    /// The column of mail addresses.
    pub email: Vec<Pick>,
    /// The column of phone numbers.
    pub phone: Vec<Pick>,
    /// The column of customers' numbers.
    pub customer: Vec<Pick>,
    /// Purposes with their channels.
    pub wanted: Vec<Pick>,
    /// The column of the answers, or one answer for all.
    pub answer: Vec<Pick>,
    /// The column of the times.
    pub date: Vec<Pick>,
    /// Versions of notices.
    pub notice: Vec<Pick>,
    /// Languages.
    pub language: Vec<Pick>,
    /// The column that shows the person's act.
    pub act: Vec<Pick>,
    /// What was chosen wrongly.
    pub fault: Option<ImportFault>,
}

#[derive(Template)]
#[template(path = "import_columns.html")]
struct ColumnsView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a ImportColumnsPage,
    title: String,
}

impl ImportColumnsPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let title = w.get("import-columns-title");
        rendered(&ColumnsView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&title, self.fault.is_some()),
        })
    }

    fn seen(&self, w: Words) -> String {
        let (rows, delimiter) = (w.number(self.rows), self.delimiter.to_string());
        let delimiter = match self.delimiter {
            '\t' => w.get("import-tabulator"),
            _ => delimiter,
        };
        let facts = [
            ("rows", rows.as_str()),
            ("encoding", self.encoding),
            ("delimiter", delimiter.as_str()),
        ];
        w.get_with("import-seen", &facts)
    }

    /// The fields that choose among columns and the like: name, choices, whether one is needed.
    fn selects(&self) -> [(&'static str, &[Pick]); 9] {
        [
            ("email", &self.email),
            ("phone", &self.phone),
            ("customer", &self.customer),
            ("wanted", &self.wanted),
            ("answer", &self.answer),
            ("date", &self.date),
            ("notice", &self.notice),
            ("language", &self.language),
            ("act", &self.act),
        ]
    }
}

/// A word of the answers. It may be anything that stood in the file.
#[derive(Clone, PartialEq, Eq)]
pub struct WordView {
    /// The field's name.
    pub field: String,
    /// The word; empty for empty cells.
    pub word: String,
    /// What it may mean.
    pub picks: Vec<Pick>,
}

/// The page that asks what the words mean.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportMeaningsPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// The form, with the file and what was chosen in it.
    pub form: PostForm,
    /// The column of the answers.
    pub column: String,
    /// Its words.
    pub words: Vec<WordView>,
    /// The column of the times and how they may be written, where that is open.
    pub formats: Option<(String, Vec<Pick>)>,
    /// What was not answered.
    pub fault: Option<ImportFault>,
}

#[derive(Template)]
#[template(path = "import_meanings.html")]
struct MeaningsView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a ImportMeaningsPage,
    title: String,
}

impl ImportMeaningsPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let title = w.get("import-meanings-title");
        rendered(&MeaningsView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&title, self.fault.is_some()),
        })
    }
}
