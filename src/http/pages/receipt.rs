//! A receipt: what was answered, to which words, and whether it stands in the log.

use askama::Template;

use super::frame::rendered;
use super::{Frame, PostForm, Text, When, Words, moment};

/// Where a receipt's entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptPlace {
    /// Its position.
    pub position: u64,
    /// How many entries there are.
    pub size: u64,
    /// Whether the proof holds.
    pub holds: bool,
}

/// What can be had and done with a receipt by its address; not with one that is only kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptWays {
    /// The signed receipt.
    pub json_url: String,
    /// The same as linked data.
    pub linked_url: String,
    /// The proof to be checked elsewhere.
    pub proof_url: String,
    /// The button "this was not me"; none once it was pressed.
    pub not_me: Option<PostForm>,
}

/// The page of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptPage {
    /// What surrounds the page; its brand is the controller.
    pub frame: Frame,
    /// The purpose.
    pub title: Text,
    /// What it says: a label's key, and a text.
    pub facts: Vec<(&'static str, String)>,
    /// The words that were shown, and their reference.
    pub words: Option<(Text, String)>,
    /// Where it stands.
    pub place: ReceiptPlace,
    /// What can be had and done.
    pub ways: Option<ReceiptWays>,
    /// When the person said that it was not they.
    pub disputed: Option<When>,
    /// It was said just now.
    pub noted: bool,
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct View<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a ReceiptPage,
    title: String,
}

impl ReceiptPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let key = if self.noted {
            "receipt-noted-title"
        } else {
            "receipt-title"
        };
        rendered(&View {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get(key), false),
        })
    }

    fn standing(&self) -> String {
        let w = self.frame.words();
        if !self.place.holds {
            return w.get("receipt-fails");
        }
        let (position, size) = (w.number(self.place.position), w.number(self.place.size));
        let args = [("position", position.as_str()), ("size", size.as_str())];
        w.get_with("receipt-holds", &args)
    }

    fn since(&self, at: &When) -> String {
        let w = self.frame.words();
        w.get_with("receipt-disputed", &[("since", &moment(w, at))])
    }
}

/// The page on which a kept receipt is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptCheckPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Where it posts.
    pub form: PostForm,
    /// What was sent is no receipt of ours.
    pub wrong: bool,
    /// The page stands where somebody looked for a receipt that is not here.
    pub missing: bool,
}

#[derive(Template)]
#[template(path = "receipt_check.html")]
struct CheckView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a ReceiptCheckPage,
    title: String,
}

impl ReceiptCheckPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&CheckView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("receipt-check-title"), self.wrong),
        })
    }
}
