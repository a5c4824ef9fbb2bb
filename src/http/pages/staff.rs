//! The page of staff: who has an account, and who looked at what.

use askama::Template;

use super::frame::rendered;
use super::{Frame, LookAlarm, Pick, PostForm, When, Words, date_time_long};

/// An account of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// The name to sign in with.
    pub login: String,
    /// Its role.
    pub role: &'static str,
    /// For which brands; empty for all.
    pub brands: Vec<String>,
    /// Until when somebody signs in with it.
    pub until: Option<When>,
    /// Whether it has a second factor.
    pub has_factor: bool,
    /// When somebody signed in with it last.
    pub last: Option<When>,
    /// How many sessions of it are open.
    pub sessions: u64,
    /// Since when nobody signs in with it.
    pub disabled: Option<When>,
    /// Whether it is the reader's own.
    pub own: bool,
    /// The form that disables it, or lets it in again; none for one's own, and for who may not.
    pub change: Option<PostForm>,
    /// The form that ends its sessions, where any is open; none in the same way.
    pub end: Option<PostForm>,
}

/// An access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// Its place in the log.
    pub position: u64,
    /// When.
    pub at: When,
    /// What kind of entry it is.
    pub entry: &'static str,
    /// What kind of actor it was; empty where that cannot be read any more.
    pub actor: String,
    /// What they are called.
    pub name: Option<String>,
    /// Whose file it was, by the registry's own number.
    pub subject: Option<String>,
    /// Which part of it.
    pub view: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// For which request.
    pub reference: Option<String>,
    /// The account that it is about.
    pub account: Option<String>,
    /// Whatever else of it is told.
    pub told: String,
}

/// The log of accesses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogView {
    /// Staff to filter by.
    pub staff: Vec<Pick>,
    /// Kinds to filter by.
    pub kinds: Vec<Pick>,
    /// The day to filter by, as typed.
    pub day: String,
    /// The newest first.
    pub rows: Vec<LogRow>,
    /// Where the older ones are.
    pub older: Option<String>,
    /// Where the newest are, from a page of older ones.
    pub newest: Option<String>,
}

/// What was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffError {
    /// The form's token had expired.
    StaleForm,
    /// It is one's own account.
    Own,
    /// There is no such day.
    Day,
}

impl StaffError {
    const fn key(self) -> &'static str {
        match self {
            Self::StaleForm => "export-error-stale_form",
            Self::Own => "staff-error-own",
            Self::Day => "staff-error-day",
        }
    }
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// What was wrong.
    pub error: Option<StaffError>,
    /// Alarms about staff who looked at unusually many files.
    pub looks: Vec<LookAlarm>,
    /// The accounts, by name.
    pub accounts: Vec<AccountRow>,
    /// The log; none for who may not read it.
    pub log: Option<LogView>,
}

#[derive(Template)]
#[template(path = "staff.html")]
struct StaffView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a StaffPage,
    title: String,
}

impl StaffPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&StaffView {
            w,
            frame: &self.frame,
            page: self,
            title: self
                .frame
                .title(&w.get("staff-title"), self.error.is_some()),
        })
    }

    fn time(&self, at: &When) -> String {
        date_time_long(self.frame.words(), at)
    }

    fn last(&self, row: &AccountRow) -> String {
        row.last
            .as_ref()
            .map_or_else(|| self.frame.words().get("staff-never"), |at| self.time(at))
    }

    fn state(&self, row: &AccountRow) -> String {
        let w = self.frame.words();
        match &row.disabled {
            Some(at) => w.get_with("staff-disabled-since", &[("at", &self.time(at))]),
            None => match &row.until {
                Some(at) => w.get_with("staff-until", &[("at", &self.time(at))]),
                None => w.get("staff-enabled"),
            },
        }
    }

    fn day_fault(&self) -> Option<String> {
        let error = self.error.filter(|error| *error == StaffError::Day)?;
        Some(self.frame.words().get(error.key()))
    }
}

impl LogRow {
    fn who(&self, w: Words) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        if self.actor.is_empty() {
            return w.get("staff-unreadable");
        }
        w.code("actor", &self.actor)
    }

    /// Which part of a file, for which reason and which request.
    fn what(&self, w: Words) -> String {
        let view = self.view.as_ref().map(|view| w.code("view", view));
        let why = self.reason.as_ref().map(|why| w.code("view-why", why));
        let account = self
            .account
            .as_ref()
            .map(|name| w.get_with("staff-account", &[("name", name)]));
        let told = (!self.told.is_empty()).then(|| self.told.clone());
        let parts = [view, why, self.reference.clone(), account, told];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}
