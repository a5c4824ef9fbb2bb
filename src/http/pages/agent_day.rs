//! An agent's own day: what was taken down, what was not, what lacks its proof.

use askama::Template;

use super::frame::rendered;
use super::{Frame, PostForm, Standing, Text, When, Words, time_of_day};

/// What came of a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayNotice {
    /// The yes holds no more.
    Corrected,
    /// It held no more already, or it was not this agent's.
    HoldsNoMore,
    /// The form's token had expired.
    StaleForm,
}

impl DayNotice {
    const fn key(self) -> &'static str {
        match self {
            Self::Corrected => "agent-day-corrected",
            Self::HoldsNoMore => "agent-day-holds-no-more",
            Self::StaleForm => "agent-error-stale_form",
        }
    }
}

/// One answer that was taken down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayRow {
    /// When.
    pub at: When,
    /// The purpose's title.
    pub title: Text,
    /// The channel's code.
    pub channel: String,
    /// What was answered.
    pub answer: Standing,
    /// The number of the call or of the form.
    pub reference: Option<String>,
    /// Whether one is missing.
    pub lacks_proof: bool,
    /// Whether it was corrected since.
    pub corrected: bool,
    /// The form that corrects it.
    pub correct: Option<PostForm>,
}

/// One answer that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayRefused {
    /// When.
    pub at: When,
    /// The purpose's title and the channel; none where it was the whole page.
    pub about: Option<(Text, String)>,
    /// Why: `changed`, `invalid`, `stale_form`.
    pub reason: String,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentDayPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// What was taken down, the newest first.
    pub rows: Vec<DayRow>,
    /// What was not taken.
    pub refused: Vec<DayRefused>,
    /// How many yeses have a number by which they are found again.
    pub proven: usize,
    /// How many yeses there are.
    pub yeses: usize,
    /// What came of a correction.
    pub notice: Option<DayNotice>,
    /// The search.
    pub find_url: String,
}

#[derive(Template)]
#[template(path = "agent_day.html")]
struct DayView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a AgentDayPage,
    title: String,
}

impl AgentDayPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&DayView {
            w,
            frame: &self.frame,
            page: self,
            title: self
                .frame
                .title(&w.get("agent-day-title"), self.fault().is_some()),
        })
    }

    /// What went wrong.
    fn fault(&self) -> Option<&'static str> {
        let wrong = |notice: &DayNotice| *notice != DayNotice::Corrected;
        self.notice.filter(wrong).map(DayNotice::key)
    }

    /// What went well.
    fn done(&self) -> Option<&'static str> {
        let well = |notice: &DayNotice| *notice == DayNotice::Corrected;
        self.notice.filter(well).map(DayNotice::key)
    }

    /// How many yeses can be found again.
    fn quality(&self, words: Words) -> String {
        let [proven, yeses] = [self.proven, self.yeses].map(|n| words.number(n as u64));
        words.get_with(
            "agent-day-quality",
            &[("proven", &proven), ("yeses", &yeses)],
        )
    }
}

impl DayView<'_> {
    fn time(&self, at: &When) -> String {
        time_of_day(self.w, at)
    }
}
