//! Why did I get this message? The story of one decision, for the person it was about.

use askama::Template;

use super::frame::rendered;
use super::stop::StopItem;
use super::{Frame, PostForm, Text, When, Words, date_of, moment};

/// What the person had said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Nothing yet: a confirmation was asked for.
    Nothing,
    /// Yes.
    Yes,
    /// No.
    No,
    /// A yes taken back.
    NoMore,
}

/// The answer that a decision rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyAnswer {
    /// What was answered.
    pub said: Said,
    /// When.
    pub since: When,
    /// Where it was collected, as a code.
    pub source: String,
    /// The words that were shown, and their reference.
    pub words: Option<(Text, String)>,
}

/// What is told of the answer that a decision rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyRests {
    /// On this one.
    On(WhyAnswer),
    /// On none: there is none.
    OnNone,
    /// A filtered list keeps what was decided, and not on which answer.
    List,
}

/// How the person stops it from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyWays {
    /// The button that stops everything.
    pub stop: PostForm,
    /// The page of all choices.
    pub choices_url: String,
}

/// The story of a decision. It names nobody: whoever has its address may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// Whether the use was permitted.
    pub permitted: bool,
    /// It was a rehearsal for another instant: nothing could be sent on it.
    pub simulation: bool,
    /// The purpose and the channel.
    pub item: StopItem,
    /// When it was decided.
    pub made_at: When,
    /// The reason in words for the person.
    pub explanation: Text,
    /// The ways to stop it, where the page was opened with the person's own link.
    pub ways: Option<WhyWays>,
    /// The law that the rules follow.
    pub sources: Vec<String>,
    /// The answer that it rests on.
    pub answer: WhyRests,
    /// The version of the rules.
    pub version: String,
    /// The decision's id, or the list's.
    pub reference: String,
}

#[derive(Template)]
#[template(path = "why.html")]
struct WhyView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a WhyPage,
    title: String,
}

impl WhyPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&WhyView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("why-title"), false),
        })
    }

    fn lead(&self) -> String {
        let brand = [("brand", self.frame.brand.as_str())];
        let words = self.frame.words();
        match (self.simulation, self.permitted) {
            (true, _) => words.get_with("why-rehearsed", &brand),
            (false, true) => words.get_with("why-permitted", &brand),
            (false, false) => words.get_with("why-denied", &brand),
        }
    }

    fn when(&self) -> String {
        moment(self.frame.words(), &self.made_at)
    }
}

impl WhyAnswer {
    fn sentence(&self, words: Words) -> String {
        let source = words.code("source", &self.source);
        let named = [
            ("since", &*date_of(words, &self.since)),
            ("source", &*source),
        ];
        match self.said {
            Said::Nothing => words.get_with("why-said-nothing", &named),
            Said::Yes => words.get_with("why-said-yes", &named),
            Said::No => words.get_with("why-said-no", &named),
            Said::NoMore => words.get_with("why-said-no-more", &named),
        }
    }
}
