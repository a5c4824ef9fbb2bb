//! Files that were brought in, and the form that brings one in.

use askama::Template;

use super::frame::rendered;
use super::{Frame, Pick, PostForm, When, Words, date_time_long};
use crate::domain::import::LineError;

/// Why nothing was brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportFault {
    /// The form's token had expired, or the form was not made for whoever sent it.
    StaleForm,
    /// The file is larger than a browser sends well.
    TooLong,
    /// No file, or an empty one.
    NoFile,
    /// No such layout, or no file of the mapping.
    NoMapping,
    /// Another import is under way.
    Busy,
    /// The file cannot be read.
    File(LineError),
    /// The mapping is wrong: in which line, and what.
    Mapping(u64, String),
    /// The mapping names what is not in force.
    Unfit(Vec<String>),
    /// No column says who it is.
    Contact,
    /// No such purpose and channel.
    Wanted,
    /// Nothing says what people answered.
    Answer,
    /// The column of the answers holds too many different words.
    Words,
    /// The times are written in no known way.
    Date,
    /// The system that the file comes from has no name.
    Source,
    /// A word was not given its meaning, or the times no reading.
    Meaning,
}

impl ImportFault {
    const fn code(&self) -> &'static str {
        match self {
            Self::StaleForm => "stale_form",
            Self::TooLong => "too_long",
            Self::NoFile => "no_file",
            Self::NoMapping => "no_mapping",
            Self::Busy => "busy",
            Self::File(_) => "file",
            Self::Mapping(..) => "mapping",
            Self::Unfit(_) => "unfit",
            Self::Contact => "contact",
            Self::Wanted => "wanted",
            Self::Answer => "answer",
            Self::Words => "words",
            Self::Date => "date",
            Self::Source => "source",
            Self::Meaning => "meaning",
        }
    }

    /// What is said, in one sentence.
    pub(super) fn sentence(&self, w: Words) -> String {
        w.code("import-fault", self.code())
    }

    /// What is told besides, each in a line; a text that no catalogue has is in English.
    pub(super) fn details(&self, w: Words) -> Vec<String> {
        match self {
            Self::File(error) => vec![problem(
                w,
                error.code,
                &format!("{}. {}", error.what, error.mend),
            )],
            Self::Mapping(line, what) => {
                let (line, what) = (w.number(*line), what.as_str());
                vec![w.get_with("import-line-told", &[("line", &line), ("what", what)])]
            }
            Self::Unfit(problems) => problems.clone(),
            _ => Vec::new(),
        }
    }
}

/// What is wrong with a line, by the catalogue; where it has no word for it, as it was told.
pub(super) fn problem(w: Words, code: &str, told: &str) -> String {
    let said = w.code("import-problem", code);
    if said == code { told.to_owned() } else { said }
}

/// An import, in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportLine {
    /// When.
    pub at: When,
    /// By whom, by name.
    pub by: Option<String>,
    /// What kind of actor that is.
    pub actor: String,
    /// The mapping's name.
    pub map: String,
    /// Rows of the file.
    pub rows: u64,
    /// New yeses.
    pub yes: u64,
    /// New noes.
    pub no: u64,
    /// Lines that were refused.
    pub refused: u64,
    /// Its page.
    pub url: String,
}

impl ImportLine {
    pub(super) fn who(&self, w: Words) -> String {
        self.by
            .clone()
            .unwrap_or_else(|| w.code("actor", &self.actor))
    }

    pub(super) fn layout(&self, w: Words) -> String {
        let word = w.code("import-layout", &self.map);
        if word.is_empty() {
            self.map.clone()
        } else {
            word
        }
    }
}

/// The page of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportsPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// The imports, the newest first.
    pub rows: Vec<ImportLine>,
    /// Where older ones are.
    pub older: Option<String>,
    /// The form that sends a file, for who may.
    pub upload: Option<PostForm>,
    /// How a file may be laid out.
    pub layouts: Vec<Pick>,
    /// Why nothing was brought in.
    pub fault: Option<ImportFault>,
}

#[derive(Template)]
#[template(path = "imports.html")]
struct ListView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a ImportsPage,
    title: String,
}

impl ImportsPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&ListView {
            w,
            frame: &self.frame,
            page: self,
            title: self
                .frame
                .title(&w.get("imports-title"), self.fault.is_some()),
        })
    }

    fn time(&self, at: &When) -> String {
        date_time_long(self.frame.words(), at)
    }
}

/// The page of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportShownPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// The import.
    pub line: ImportLine,
    /// Its place in the log.
    pub position: u64,
    /// The system that the file came from.
    pub source: String,
    /// The mark of the file.
    pub file_mark: Option<String>,
    /// What came of it, each count by its code.
    pub counts: Vec<(&'static str, u64)>,
}

#[derive(Template)]
#[template(path = "import.html")]
struct ShownView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a ImportShownPage,
    title: String,
}

impl ImportShownPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&ShownView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("import-title"), false),
        })
    }

    fn time(&self, at: &When) -> String {
        date_time_long(self.frame.words(), at)
    }
}
