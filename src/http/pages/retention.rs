//! Erasure and retention: what is due, what was done, what is kept.

use askama::Template;
use chrono::NaiveDate;

use super::frame::rendered;
use super::{Frame, Pick, PostForm, Text, When, Words, date_long, date_time_long};
use crate::app::retention::Ahead;

/// Why nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetentionError {
    /// Nobody is known so, or several are.
    Person,
    /// The ground is none.
    Ground,
    /// The day is none, or out of reach.
    Until,
    /// The case's number is none.
    Reference,
    /// The hold is over already.
    Over,
    /// The form's token had expired.
    StaleForm,
}

impl RetentionError {
    const fn key(self) -> &'static str {
        match self {
            Self::Person => "retention-error-person",
            Self::Ground => "retention-error-ground",
            Self::Until => "retention-error-until",
            Self::Reference => "retention-error-reference",
            Self::Over => "retention-error-over",
            Self::StaleForm => "agent-error-stale_form",
        }
    }
}

/// A purpose or a system, and how many are due there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRow {
    /// Its name.
    pub title: Text,
    /// How many.
    pub ahead: Ahead,
}

/// What is due, as it was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueTable {
    /// When.
    pub at: When,
    /// Everybody who was looked at.
    pub looked_at: u64,
    /// Whose whole file is due.
    pub persons: Ahead,
    /// For how many the notice is over.
    pub ripe: u64,
    /// How many are kept, each by a code.
    pub kept: Vec<(&'static str, u64)>,
    /// By purpose.
    pub purposes: Vec<DueRow>,
    /// By system.
    pub systems: Vec<DueRow>,
}

/// A hold. It names nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldRow {
    /// Its number.
    pub id: u64,
    /// The registry's own number of the person.
    pub subject: String,
    /// The ground's code.
    pub ground: &'static str,
    /// Where it stands in the law.
    pub law: &'static str,
    /// The case.
    pub reference: String,
    /// When it was placed.
    pub placed_on: NaiveDate,
    /// Its last day.
    pub until: NaiveDate,
    /// The form that lifts it.
    pub lift: PostForm,
}

/// What the form of a hold held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldAsked {
    /// Whom it names.
    pub person: String,
    /// The ground's code.
    pub ground: String,
    /// The last day.
    pub until: String,
    /// The case.
    pub reference: String,
}

/// For how long recorded decisions are kept, and how that stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecisionsRow {
    /// The period in words; `None` where they are kept for as long as the registry.
    pub period: Option<String>,
    /// Since when it stands announced.
    pub announced: Option<NaiveDate>,
    /// Those from before this day were taken out.
    pub gone_before: Option<NaiveDate>,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// What is due; `None` before it was counted.
    pub due: Option<DueTable>,
    /// Since when the rules stand announced.
    pub announced: Option<NaiveDate>,
    /// The days of the notice.
    pub notice: u16,
    /// Since when the schedule waits.
    pub paused_on: Option<NaiveDate>,
    /// The last runs, the newest first: the day, how many were planned, how many were erased.
    pub runs: Vec<(NaiveDate, u64, Option<u64>)>,
    /// For how long backups are kept.
    pub backups: Option<String>,
    /// For how long recorded decisions are kept.
    pub decisions: DecisionsRow,
    /// The form that has the schedule wait or go on.
    pub schedule: PostForm,
    /// The holds that stand.
    pub holds: Vec<HoldRow>,
    /// There are others.
    pub more: bool,
    /// The grounds.
    pub grounds: Vec<Pick>,
    /// The form that places a hold.
    pub place: PostForm,
    /// What it held.
    pub asked: HoldAsked,
    /// What went wrong.
    pub error: Option<RetentionError>,
}

#[derive(Template)]
#[template(path = "retention.html")]
struct View<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a RetentionPage,
    title: String,
}

impl View<'_> {
    fn day(&self, day: NaiveDate) -> String {
        date_long(self.w, day)
    }

    fn number(&self, count: u64) -> String {
        self.w.number(count)
    }

    fn counted(&self, due: &DueTable) -> String {
        let (at, count) = (date_time_long(self.w, &due.at), self.number(due.looked_at));
        let facts = [("when", &*at), ("count", &*count)];
        self.w.get_with("retention-counted", &facts)
    }

    fn due(&self, due: &DueTable) -> String {
        let (count, ripe) = (self.number(due.persons.due), self.number(due.ripe));
        let facts = [("due", &*count), ("ripe", &*ripe)];
        self.w.get_with("retention-due", &facts)
    }

    /// `January 2027: 3`, month by month.
    fn months(&self, ahead: &Ahead) -> String {
        let month = |(month, count): (&String, &u64)| {
            let (year, number) = month.split_once('-').unwrap_or((month, "1"));
            let name = self
                .w
                .get(&format!("month-{}", number.trim_start_matches('0')));
            let month = format!("{name} {year}");
            let count = self.number(*count);
            let facts = [("month", &*month), ("count", &*count)];
            self.w.get_with("retention-month", &facts)
        };
        let all: Vec<String> = ahead.by_month.iter().map(month).collect();
        if all.is_empty() {
            return "–".to_owned();
        }
        all.join(", ")
    }

    fn schedule(&self) -> String {
        let (page, w) = (self.page, self.w);
        let days = page.notice.to_string();
        match (page.paused_on, page.announced) {
            (Some(on), _) => w.get_with("retention-paused", &[("day", &*self.day(on))]),
            (None, Some(on)) => {
                let facts = [("day", &*self.day(on)), ("days", &*days)];
                w.get_with("retention-announced", &facts)
            }
            (None, None) => w.get_with("retention-not-announced", &[("days", &*days)]),
        }
    }

    fn backups(&self) -> String {
        match &self.page.backups {
            Some(period) => self
                .w
                .get_with("retention-backups", &[("period", period.as_str())]),
            None => self.w.get("retention-backups-unknown"),
        }
    }

    fn decisions(&self) -> String {
        let (w, kept) = (self.w, &self.page.decisions);
        let Some(period) = &kept.period else {
            return w.get("retention-decisions-for-ever");
        };
        let days = self.page.notice.to_string();
        let stands = match kept.announced.map(|on| self.day(on)) {
            Some(on) => w.get_with(
                "retention-decisions-announced",
                &[("day", &*on), ("days", &*days)],
            ),
            None => w.get_with("retention-decisions-not-announced", &[("days", &*days)]),
        };
        let facts = [("period", period.as_str()), ("stands", &*stands)];
        w.get_with("retention-decisions", &facts)
    }

    fn decisions_gone(&self) -> Option<String> {
        let before = self.day(self.page.decisions.gone_before?);
        let facts = [("day", &*before)];
        Some(self.w.get_with("retention-decisions-gone", &facts))
    }

    fn erased(&self, erased: Option<u64>) -> String {
        let open = || self.w.get("retention-run-open");
        erased.map_or_else(open, |count| self.number(count))
    }
}

impl RetentionPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&View {
            w,
            frame: &self.frame,
            page: self,
            title: self
                .frame
                .title(&w.get("retention-title"), self.error.is_some()),
        })
    }
}
