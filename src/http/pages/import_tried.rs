//! What an import would do.

use askama::Template;

use super::frame::rendered;
use super::imports::problem;
use super::{Frame, PostForm, Words};

/// A line that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedLine {
    /// Where it begins in the file.
    pub line: u64,
    /// The column at fault.
    pub column: Option<String>,
    /// What is wrong, by its code.
    pub code: &'static str,
    /// What is wrong and how to mend it, as the command line says it.
    pub what: String,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportTriedPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// The file's digest.
    pub sha256: String,
    /// The mapping's name.
    pub map: String,
    /// Its text, where it is none of the built-in ones.
    pub mapping: Option<String>,
    /// What would come of it, each count by its code.
    pub counts: Vec<(&'static str, u64)>,
    /// Yeses that would be marked as without proof.
    pub without_proof: u64,
    /// Answers that would be written.
    pub writes: u64,
    /// The first lines that are refused.
    pub refused: Vec<RefusedLine>,
    /// How many lines are.
    pub refused_lines: u64,
    /// The first lines whose yes is kept out.
    pub kept_out: Vec<u64>,
    /// There are more.
    pub kept_out_more: bool,
    /// The form that gives the refused lines as a file.
    pub refused_file: Option<PostForm>,
    /// The form that makes the import.
    pub run: Option<PostForm>,
    /// The file is one that a wrong filter makes harmful.
    pub warns_of_filter: bool,
    /// Where another file is chosen.
    pub back_url: String,
}

#[derive(Template)]
#[template(path = "import_tried.html")]
struct View<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a ImportTriedPage,
    title: String,
}

impl ImportTriedPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&View {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("import-tried-title"), false),
        })
    }

    fn told(&self, line: &RefusedLine) -> String {
        problem(self.frame.words(), line.code, &line.what)
    }

    fn lines(&self, w: Words) -> String {
        let lines: Vec<String> = self.kept_out.iter().map(|line| w.number(*line)).collect();
        let more = if self.kept_out_more { " …" } else { "" };
        format!("{}{more}", lines.join(", "))
    }
}
