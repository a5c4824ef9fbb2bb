//! The page of an export that is made in the background.

use askama::Template;

use super::frame::rendered;
use super::{Frame, PostForm, When, Words, date_long, date_time_long};

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportWhat {
    /// The audit package of a period.
    Package,
    /// The report of that name.
    Report(&'static str),
}

impl ExportWhat {
    /// What it is called.
    #[must_use]
    pub(super) fn title(self, words: Words) -> String {
        match self {
            Self::Package => words.get("export-title"),
            Self::Report(kind) => words.code("figures", kind),
        }
    }
}

/// How an export stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackgroundState {
    /// It waits for a second person.
    Asked,
    /// Others are made before it.
    Waiting,
    /// It is made.
    Running {
        /// Steps that are done.
        done: u64,
        /// Steps in all; 0 where that is not known yet.
        total: u64,
        /// Percent done, steps a second, and how many seconds it will take yet.
        pace: (u64, u64, Option<u64>),
    },
    /// The file is there.
    Ready {
        /// Its size.
        bytes: u64,
        /// Until when it is kept.
        until: When,
        /// The entry that records the export.
        recorded: u64,
        /// Whether the database held against its log.
        holds: bool,
    },
    /// The file is on the node of that name.
    Elsewhere(String),
    /// It could not be made: why, in a word.
    Failed(&'static str),
    /// The file was taken away: why, in a word.
    Gone(&'static str),
}

impl BackgroundState {
    /// Its word in a list.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Asked => "background-asked",
            Self::Waiting => "background-waiting",
            Self::Running { .. } => "background-running",
            Self::Ready { .. } | Self::Elsewhere(_) => "background-ready",
            Self::Failed(_) => "background-failed",
            Self::Gone(_) => "background-gone",
        }
    }

    /// What it means, and what to do.
    fn text(&self, words: Words) -> String {
        match self {
            Self::Asked => words.get("background-asked-text"),
            Self::Waiting => words.get("background-waiting-text"),
            Self::Running { .. } => words.get("background-running-text"),
            Self::Ready { until, .. } => {
                let until = date_time_long(words, until);
                words.get_with("background-ready-text", &[("until", &until)])
            }
            Self::Elsewhere(node) => words.get_with("background-elsewhere", &[("node", node)]),
            Self::Failed(why) => words.code("background-failed", why),
            Self::Gone(why) => words.code("background-gone", why),
        }
    }

    const fn is_on_its_way(&self) -> bool {
        matches!(self, Self::Asked | Self::Waiting | Self::Running { .. })
    }
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackgroundPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// What is exported.
    pub what: ExportWhat,
    /// First day.
    pub from: chrono::NaiveDate,
    /// Last day.
    pub to: chrono::NaiveDate,
    /// When it was asked for.
    pub asked_at: When,
    /// By whom.
    pub by: String,
    /// How it stands.
    pub state: BackgroundState,
    /// What goes along where the reader may let it be made or refuse it; none where they asked themselves.
    pub settle: Option<Vec<(String, String)>>,
    /// Whether a form was too old.
    pub stale: bool,
    /// The page's own address, which is asked for again; the file is below it.
    pub url: String,
}

#[derive(Template)]
#[template(path = "background.html")]
struct BackgroundView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a BackgroundPage,
    heading: String,
    title: String,
}

impl BackgroundPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let heading = self.what.title(w);
        // a page that is asked for again tells in its title what has changed
        let state = w.get(self.state.word());
        let title = w.get_with("background-title", &[("state", &state), ("what", &heading)]);
        rendered(&BackgroundView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&title, false),
            heading,
        })
    }

    /// The forms of the second person: address and the button's word.
    fn settling(&self) -> Vec<(PostForm, &'static str)> {
        let hidden = self.settle.as_ref();
        let hidden = hidden.filter(|_| self.state == BackgroundState::Asked);
        let form = |hidden: &Vec<(String, String)>, act: &str| PostForm {
            action_url: format!("{}/{act}", self.url),
            hidden: hidden.clone(),
        };
        let acts = [
            ("approve", "background-approve"),
            ("refuse", "background-refuse"),
        ];
        let both = |hidden| acts.map(|(act, word)| (form(hidden, act), word));
        hidden.map(both).into_iter().flatten().collect()
    }

    fn period(&self, words: Words) -> String {
        period(words, self.from, self.to)
    }

    fn asked(&self, words: Words) -> String {
        date_time_long(words, &self.asked_at)
    }
}

/// A period in words.
pub(super) fn period(words: Words, from: chrono::NaiveDate, to: chrono::NaiveDate) -> String {
    let (from, to) = (date_long(words, from), date_long(words, to));
    words.get_with("period", &[("from", &from), ("to", &to)])
}

/// `12 kB`, `405 MB`: rounded up.
fn size(words: Words, bytes: u64) -> String {
    let (unit, key) = match bytes {
        0..1_000_000 => (1_000, "size-kilo"),
        1_000_000..10_000_000_000 => (1_000_000, "size-mega"),
        _ => (1_000_000_000, "size-giga"),
    };
    words.get_with(key, &[("n", &words.number(bytes.div_ceil(unit)))])
}

/// `about 3 minutes`.
fn time_left(words: Words, seconds: u64) -> String {
    match seconds {
        0..90 => words.count("background-left-seconds", seconds.max(1)),
        _ => words.count("background-left-minutes", seconds.div_ceil(60)),
    }
}
