//! The staff's console: signing in, and the home page with the audit export.

use askama::Template;

use super::background::{ExportWhat, period};
use super::frame::rendered;
use super::vouched::Vouched;
use super::{
    Frame, LookAlarm, PasskeyForm, PostForm, ProviderForm, Text, When, Words, date_time_long,
};

/// Why signing in failed. One answer for a wrong name and a wrong password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInError {
    /// Name or password wrong.
    Wrong,
    /// Too many attempts.
    TooMany,
    /// The passkey was not accepted.
    Passkey,
    /// Its counter went back.
    Copied,
    /// The form's token had expired.
    StaleForm,
    /// The provider could not be asked.
    ProviderAway,
    /// It let nobody in.
    ProviderDeclined,
    /// What it said was not believed.
    ProviderUnbelieved,
    /// It said so, and it opens nothing here.
    ProviderNoRole,
    /// The browser was not sent there, or long ago.
    ProviderStale,
}

impl SignInError {
    /// Whether it is about name and password.
    const fn is_typed(self) -> bool {
        matches!(self, Self::Wrong | Self::TooMany | Self::StaleForm)
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Wrong => "sign-in-error-wrong",
            Self::TooMany => "sign-in-error-too_many",
            Self::Passkey => "sign-in-error-passkey",
            Self::Copied => "sign-in-error-copied",
            Self::StaleForm => "sign-in-error-stale_form",
            Self::ProviderAway => "sign-in-error-provider_away",
            Self::ProviderDeclined => "sign-in-error-provider_declined",
            Self::ProviderUnbelieved => "sign-in-error-provider_unbelieved",
            Self::ProviderNoRole => "sign-in-error-provider_no_role",
            Self::ProviderStale => "sign-in-error-provider_stale",
        }
    }
}

/// A message shown once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInNotice {
    /// After signing out.
    SignedOut,
    /// After the session's time.
    SessionEnded,
}

impl SignInNotice {
    const fn key(self) -> &'static str {
        match self {
            Self::SignedOut => "sign-in-notice-signed_out",
            Self::SessionEnded => "sign-in-notice-session_ended",
        }
    }
}

/// The sign-in page; posts `user` and `password`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The form.
    pub form: PostForm,
    /// The name that was typed, kept after an error.
    pub user: String,
    /// The same by a passkey alone; posts `passkey`. None where browsers have none for this address.
    pub passkey: Option<PasskeyForm>,
    /// The same at the organisation's provider, where there is one.
    pub provider: Option<ProviderForm>,
    /// Why the last attempt failed.
    pub error: Option<SignInError>,
    /// A message shown once.
    pub notice: Option<SignInNotice>,
}

/// What a count counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountKind {
    /// Data subjects.
    Subjects,
    /// Consent records.
    Records,
    /// Yes in force, per purpose and channel.
    Yes,
    /// No in force, per purpose and channel.
    No,
    /// Ledger entries.
    Entries,
    /// Purposes.
    Purposes,
}

impl CountKind {
    const fn key(self) -> &'static str {
        match self {
            Self::Subjects => "count-subjects",
            Self::Records => "count-records",
            Self::Yes => "count-yes",
            Self::No => "count-no",
            Self::Entries => "count-entries",
            Self::Purposes => "count-purposes",
        }
    }
}

/// A number on the home page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// What it counts.
    pub kind: CountKind,
    /// How many.
    pub value: u64,
}

/// The latest signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointSummary {
    /// The log's origin.
    pub origin: String,
    /// Entries covered.
    pub size: u64,
    /// The beginning of the root hash.
    pub root_short: String,
    /// When it was signed.
    pub at: When,
    /// What others said last of the log.
    pub vouched: Vec<Vouched>,
}

/// An entry of a select box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// What is posted.
    pub value: String,
    /// What is shown.
    pub label: Text,
    /// Whether it is chosen.
    pub selected: bool,
}

/// What was wrong with the export form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportError {
    /// No first date.
    From,
    /// No last date.
    To,
    /// The last date is before the first.
    Order,
    /// The last date is to come.
    Future,
    /// The export itself failed.
    Failed,
    /// The form's token had expired.
    StaleForm,
    /// A report of the whole registry was asked for with a brand or a purpose.
    Whole,
    /// No report, or no kind of file.
    Kind,
    /// Too many exports of the background wait.
    TooMany,
    /// A campaign that none can be called.
    Campaign,
    /// A report that is not made for one campaign was asked for with one.
    CampaignOfUses,
}

impl ExportError {
    const fn key(self) -> &'static str {
        match self {
            Self::From => "export-error-from",
            Self::To => "export-error-to",
            Self::Order => "export-error-order",
            Self::Future => "export-error-future",
            Self::Failed => "export-error-failed",
            Self::StaleForm => "export-error-stale_form",
            Self::Whole => "reports-error-whole",
            Self::Kind => "reports-error-kind",
            Self::TooMany => "export-error-too_many",
            Self::Campaign => "export-error-campaign",
            Self::CampaignOfUses => "export-error-campaign_of_uses",
        }
    }

    /// The field it is about: its id and name.
    const fn field(self) -> Option<&'static str> {
        match self {
            Self::From => Some("from"),
            Self::To | Self::Order | Self::Future => Some("to"),
            Self::Whole => Some("purpose"),
            Self::Kind => Some("report"),
            Self::Campaign | Self::CampaignOfUses => Some("campaign"),
            Self::Failed | Self::StaleForm | Self::TooMany => None,
        }
    }
}

/// The export form; posts `from`, `to` (`2026-11-22`), `controller` and `purpose`
/// (empty for all).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportForm {
    /// The form.
    pub form: PostForm,
    /// The first day, ISO 8601, as typed.
    pub from: String,
    /// The last day, ISO 8601, as typed.
    pub to: String,
    /// Brands to choose from; no box where there is at most one.
    pub controllers: Vec<Pick>,
    /// Purposes to choose from; no box where there is at most one.
    pub purposes: Vec<Pick>,
    /// The campaign, as typed.
    pub campaign: String,
    /// What was wrong.
    pub errors: Vec<ExportError>,
}

/// The page of the reports; posts what an [`ExportForm`] does, `report` and `format`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportsPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// The form.
    pub export: ExportForm,
    /// The reports.
    pub kinds: Vec<Pick>,
    /// The kinds of file.
    pub formats: Vec<Pick>,
    /// Whether one can be made in the background.
    pub later: bool,
}

/// An export of the background.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRow {
    /// When it was asked for.
    pub at: When,
    /// What it is.
    pub what: ExportWhat,
    /// First day.
    pub from: chrono::NaiveDate,
    /// Last day.
    pub to: chrono::NaiveDate,
    /// By whom.
    pub by: String,
    /// How it stands, by the word's key.
    pub state: &'static str,
    /// Its page.
    pub url: String,
}

/// The console's home page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleHomePage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// Numbers of the register.
    pub counts: Vec<Count>,
    /// The latest checkpoint.
    pub checkpoint: Option<CheckpointSummary>,
    /// Open requests whose last day is within seven days, and those that are late; none for who keeps none.
    pub due: Option<(u64, u64)>,
    /// Alarms about staff who looked at unusually many files; none for who keeps no accounts.
    pub looks: Vec<LookAlarm>,
    /// The export form.
    pub export: ExportForm,
    /// Whether the reader exports at all.
    pub exports_packages: bool,
    /// The pages that the reader may open: address and the key of its name.
    pub links: Vec<(&'static str, &'static str)>,
    /// The latest exports, newest first.
    pub exports: Vec<ExportRow>,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a SignInPage,
    title: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomeView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a ConsoleHomePage,
    title: String,
}

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a ReportsPage,
    title: String,
}

impl ReportsPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let failed = !self.export.errors.is_empty();
        rendered(&ReportsView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("reports-title"), failed),
        })
    }
}

impl SignInPage {
    fn is_typed_wrong(&self) -> bool {
        self.error.is_some_and(SignInError::is_typed)
    }

    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&SignInView {
            w,
            frame: &self.frame,
            page: self,
            title: self
                .frame
                .title(&w.get("sign-in-title"), self.error.is_some()),
        })
    }
}

impl ExportForm {
    /// The message beside a field: the same as in the summary.
    fn error_of(&self, field: &str) -> Option<&'static str> {
        let found = self
            .errors
            .iter()
            .find(|error| error.field() == Some(field));
        found.map(|error| error.key())
    }
}

impl ExportRow {
    fn period(&self, words: Words) -> String {
        period(words, self.from, self.to)
    }
}

impl ConsoleHomePage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let title = w.get("home-title");
        rendered(&HomeView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&title, !self.export.errors.is_empty()),
        })
    }

    fn time(&self, at: &When) -> String {
        date_time_long(self.frame.words(), at)
    }

    fn due(&self, (due, late): &(&u64, &u64)) -> String {
        let (w, due, late) = (self.frame.words(), **due, **late);
        if (due, late) == (0, 0) {
            return w.get("requests-none-due");
        }
        let (due, late) = (w.number(due), w.number(late));
        w.get_with("requests-due-soon", &[("due", &due), ("late", &late)])
    }
}
