//! The server-rendered pages: what customers and staff read, without script but for staff's passkeys.
//!
//! A pure view layer. A handler fills a page's plain data and calls `render()`.
//! Words come from one catalogue per language ([`Words`]); only what an operator
//! wrote (titles and texts of purposes) comes in as data, as [`Text`]. Everything
//! is escaped by the templates.

mod access;
mod account;
mod agent;
mod agent_day;
mod background;
mod chart;
mod check;
mod choice_row;
mod choices;
mod codes;
mod confirm;
mod console;
mod copy;
mod dates;
mod disputes;
mod enter;
mod figures;
mod frame;
mod history;
mod identity;
mod import_columns;
mod import_tried;
mod imports;
mod kept;
mod keys;
mod language;
mod looks;
mod mail;
mod onward;
mod own_data;
mod own_requests;
mod pace;
mod passkeys;
mod person_report;
mod policies;
mod problem;
mod publish;
mod purposes;
mod receipt;
mod reply_words;
mod report;
mod request_board;
mod request_file;
mod request_new;
mod request_words;
mod retention;
mod rights;
mod saved;
mod staff;
mod stop;
mod style;
mod system;
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
mod import_fixtures;
#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod policy_fixtures;
#[cfg(test)]
mod publish_fixtures;
#[cfg(test)]
mod request_fixtures;
#[cfg(test)]
mod rights_fixtures;
#[cfg(test)]
mod staff_fixtures;

pub use access::AccessPage;
pub use account::{
    AccountPage, FactorPage, PasswordFault, ProofError, ProofFor, ProofPage, RecoveryPage,
    SessionRow,
};
pub use agent::{AgentAskPage, AgentDonePage, AgentFindError, AgentFindPage, ReceiptLine};
pub use agent_day::{AgentDayPage, DayNotice, DayRefused, DayRow};
pub use background::{BackgroundPage, BackgroundState, ExportWhat};
pub use chart::BarChart;
pub use check::{CheckFault, CheckedList, CheckedOne, CheckingPage, ReasonRow};
pub use choice_row::{Answer, ChoiceRow, Lock, NoKind, RowState, Source};
pub use choices::{ChoicesError, ChoicesPage, Content, Notice, PurposeBlock, WhyNoChoice};
pub use codes::{CodePage, CodePick, CodesPage};
pub use confirm::{ConfirmBy, ConfirmItem, ConfirmPage, ConfirmedPage, ConfirmedState};
pub use console::{
    CheckpointSummary, ConsoleHomePage, Count, CountKind, ExportError, ExportForm, ExportRow, Pick,
    ReportsPage, SignInError, SignInNotice, SignInPage,
};
pub use copy::{
    CopyFacts, CopyHead, copy_foot, copy_head, copy_row, copy_table, copy_table_end, left_out,
};
pub use dates::{When, date_long, date_of, date_time_long, moment, time_of_day};
pub use disputes::{DisputeError, DisputePage, DisputeRow, DisputedRecord, DisputesPage};
pub use enter::{
    CodeError, EnterPage, InboxPage, LinkInPage, LinkState, MePage, NotIn, OwnContact, OwnLoginPage,
};
pub use figures::{
    FigureCell, FigureColumn, FiguresHead, figures_foot, figures_head, figures_row, figures_table,
    figures_table_end,
};
pub use frame::{Account, Frame, Help, LogoView, PostForm, Text};
pub use history::{Done, HistoryItem, HistoryPage};
pub use identity::{IdentityAsks, IdentityDonePage, IdentityPage, IdentityState};
pub use import_columns::{ColumnView, ImportColumnsPage, ImportMeaningsPage, WordView};
pub use import_tried::{ImportTriedPage, RefusedLine};
pub use imports::{ImportFault, ImportLine, ImportShownPage, ImportsPage};
pub use kept::KeptBack;
pub use keys::{EpochFile, EpochRow, KeysPage, MasterRow, SigningRow};
pub use language::Language;
pub use looks::LookAlarm;
pub use mail::MailWords;
pub use onward::{OnwardPage, ProviderForm, WhereTo};
pub use own_data::{CopyCard, CopyFile, CopyState, OwnDataPage};
pub use own_requests::{
    OwnExtension, OwnIdentity, OwnItem, OwnMessage, OwnRequestPage, OwnRequestsPage, OwnState,
};
pub use pace::{NONE, PaceControl, PaceTold};
pub use passkeys::{PasskeyForm, PasskeyRow, SCRIPT, script_url};
pub use person_report::{Fact, HeldPart, HeldRow, PersonEvent, PersonReportPage, person_report};
pub use policies::{
    ChangedPolicy, FlipRow, PackRow, PoliciesPage, PolicyFault, PolicyPage, PolicyRow, ShadowView,
    SimulationView, UseRow, VersionLine,
};
pub use problem::{LinkGonePage, ProblemKind, ProblemPage, WhyGone};
pub use publish::{Filled, PublishCheckPage, PublishFault, PurposeFormPage, WordsFormPage};
pub use purposes::{
    ChangedTerm, Preview, PurposeLine, PurposePage, PurposesPage, Term, VersionRow,
};
pub use receipt::{ReceiptCheckPage, ReceiptPage, ReceiptPlace, ReceiptWays};
pub use reply_words::{Reply, Said as ReplySaid, reply};
pub use report::{
    ChoiceCount, Finding, KindCount, ReportHead, ReportRow, report_foot, report_head, report_row,
};
pub use request_board::{BoardPage, FeedView};
pub use request_file::{
    Acts, CorrectionActs, LetterPage, Moment, Opened, PackageTold, ReplyPage, RequestFilePage, Who,
};
pub use request_new::{FiledRow, RequestNewPage};
pub use request_words::day_long;
pub use retention::{
    DecisionsRow, DueRow, DueTable, HoldAsked, HoldRow, RetentionError, RetentionPage,
};
pub use rights::{AskError, AskPage, AskedItem, CheckPage, OpenRequest, RightItem, RightsPage};
pub use saved::{Change, Remaining, Restored, SavedPage, Standing, Undo};
pub use staff::{AccountRow, LogRow, LogView, StaffError, StaffPage};
pub use stop::{AlreadyStopped, AlreadyStoppedPage, StopItem, StopPage, StoppedPage};
pub use style::{STYLE, STYLE_HASH, fnv1a, style_url};
pub use system::{JobRow, SystemPage};
pub use texts::{ShownText, ShownVersion, TextsPage};
pub use vouched::Vouched;
pub use why::{Said, WhyAnswer, WhyPage, WhyRests, WhyWays};
pub use words::Words;
