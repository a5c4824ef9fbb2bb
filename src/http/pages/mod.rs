//! The server-rendered pages: what customers and staff read, without script.
//!
//! A pure view layer. A handler fills a page's plain data and calls `render()`.
//! Words come from one catalogue per language ([`Words`]); only what an operator
//! wrote (titles and texts of purposes) comes in as data, as [`Text`]. Everything
//! is escaped by the templates.

mod access;
mod agent;
mod agent_day;
mod background;
mod chart;
mod choice_row;
mod choices;
mod confirm;
mod console;
mod dates;
mod enter;
mod figures;
mod frame;
mod history;
mod keys;
mod language;
mod mail;
mod pace;
mod person_report;
mod problem;
mod receipt;
mod report;
mod saved;
mod stop;
mod style;
mod texts;
mod voice;
mod vouched;
mod why;
mod words;

#[cfg(test)]
mod enter_fixtures;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod staff_fixtures;

pub use access::AccessPage;
pub use agent::{AgentAskPage, AgentDonePage, AgentFindError, AgentFindPage, ReceiptLine};
pub use agent_day::{AgentDayPage, DayNotice, DayRefused, DayRow};
pub use background::{BackgroundPage, BackgroundState, ExportWhat};
pub use chart::BarChart;
pub use choice_row::{Answer, ChoiceRow, Lock, NoKind, RowState, Source};
pub use choices::{ChoicesError, ChoicesPage, Content, Notice, PurposeBlock, WhyNoChoice};
pub use confirm::{ConfirmBy, ConfirmItem, ConfirmPage, ConfirmedPage, ConfirmedState};
pub use console::{
    CheckpointSummary, ConsoleHomePage, Count, CountKind, ExportError, ExportForm, ExportRow, Pick,
    ReportsPage, SignInError, SignInNotice, SignInPage,
};
pub use dates::{When, date_long, date_of, date_time_long, moment, time_of_day};
pub use enter::{
    CodeError, EnterPage, InboxPage, LinkInPage, LinkState, MePage, OwnContact, OwnLoginPage,
};
pub use figures::{
    FigureCell, FigureColumn, FiguresHead, figures_foot, figures_head, figures_row, figures_table,
    figures_table_end,
};
pub use frame::{Account, Frame, Help, LogoView, PostForm, Text};
pub use history::{Done, HistoryItem, HistoryPage};
pub use keys::{EpochFile, EpochRow, KeysPage, SigningRow};
pub use language::Language;
pub use mail::MailWords;
pub use pace::{NONE, PaceControl, PaceTold};
pub use person_report::{Fact, HeldPart, HeldRow, PersonEvent, PersonReportPage, person_report};
pub use problem::{LinkGonePage, ProblemKind, ProblemPage, WhyGone};
pub use receipt::{ReceiptCheckPage, ReceiptPage, ReceiptPlace, ReceiptWays};
pub use report::{
    ChoiceCount, Finding, KindCount, ReportHead, ReportRow, report_foot, report_head, report_row,
};
pub use saved::{Change, Remaining, Restored, SavedPage, Standing, Undo};
pub use stop::{AlreadyStopped, AlreadyStoppedPage, StopItem, StopPage, StoppedPage};
pub use style::{STYLE, STYLE_HASH, fnv1a, style_url};
pub use texts::{ShownText, ShownVersion, TextsPage};
pub use vouched::Vouched;
pub use why::{Said, WhyAnswer, WhyPage, WhyRests, WhyWays};
pub use words::Words;
