//! The board of requests: what is open, by how soon it must be answered, and the same as a table.

use askama::Template;

use super::frame::rendered;
use super::request_words::{day_long, days, next, waiting};
use super::{Frame, Pick, PostForm, Words, date_long};
use crate::app::requests::{Board, Card, Column};

/// The feed of dates for a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedView {
    /// The form that makes a new address, and so ends the old one.
    pub make: PostForm,
    /// The form that ends it; none where there is none.
    pub end: Option<PostForm>,
    /// The address, right after it was made: it is shown once.
    pub url: Option<String>,
}

/// The board.
#[derive(Clone, Debug)]
pub struct BoardPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// What is open.
    pub board: Board,
    /// Kinds to filter by.
    pub kinds: Vec<Pick>,
    /// Owners to filter by.
    pub owners: Vec<Pick>,
    /// Whether it is shown as a table.
    pub table: bool,
    /// The address of the other way to show it.
    pub other_url: String,
    /// The feed of dates, for whoever keeps requests.
    pub feed: Option<FeedView>,
    /// Whether the form was too old.
    pub stale: bool,
}

#[derive(Template)]
#[template(path = "requests.html")]
struct BoardView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a BoardPage,
    title: String,
}

impl BoardPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&BoardView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("requests-title"), self.stale),
        })
    }

    fn lead(&self) -> String {
        let w = self.frame.words();
        let open = u64::try_from(self.board.cards.len()).unwrap_or(0);
        w.count("requests-open", open)
    }

    fn first(&self) -> Vec<&Card> {
        let found = self.board.first.iter();
        found.filter_map(|at| self.board.cards.get(*at)).collect()
    }

    fn lanes(&self) -> Vec<(&'static str, Vec<&Card>)> {
        let lane = |column: Column| {
            let cards = self.board.cards.iter();
            let of = cards.filter(|card| card.column == column).collect();
            (column.as_str(), of)
        };
        Column::ALL.map(lane).to_vec()
    }
}

impl BoardView<'_> {
    fn number(&self, card: &Card) -> String {
        card.view.request.id.number()
    }

    fn url(&self, card: &Card) -> String {
        format!(
            "/console/requests/{}?lang={}",
            card.view.request.id,
            self.frame.language.code()
        )
    }

    fn kind(&self, card: &Card) -> String {
        let kind = card.view.request.receipt.kind;
        self.w.code("request-kind", kind.as_str())
    }

    fn days(&self, card: &Card) -> String {
        days(self.w, &card.view)
    }

    fn due(&self, card: &Card) -> Option<String> {
        card.view.due_on.map(|day| day_long(self.w, day))
    }

    fn statutory(&self, card: &Card) -> String {
        let day = card.view.statutory;
        day.map_or_else(|| "–".to_owned(), |day| date_long(self.w, day))
    }

    fn extended(&self, card: &Card) -> bool {
        card.view.request.extension.is_some()
    }

    fn owner(&self, card: &Card) -> String {
        let nobody = || self.w.get("request-nobody");
        card.owner.clone().unwrap_or_else(nobody)
    }

    fn waits(&self, card: &Card) -> String {
        waiting(self.w, &card.waits)
    }

    fn next(&self, card: &Card) -> String {
        next(self.w, card)
    }

    fn lane(&self, word: &str, count: usize) -> String {
        let count = self.w.number(u64::try_from(count).unwrap_or(0));
        let name = self.w.code("requests-lane", word);
        self.w
            .get_with("requests-lane", &[("name", &name), ("count", &count)])
    }
}
