//! How the system stands: what an operator should know before something fails. `placet doctor` and the console's page
//! look by the same functions; each says it in its own words. Nothing here is secret or about a person.

mod look;
mod rounds;

pub use rounds::{Round, Rounds};

use super::open::App;
use chrono::NaiveDate;
use serde::Serialize;
use std::sync::Arc;

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// As it should.
    Ok,
    /// It works, and could be better.
    Note,
    /// Something does not work, or soon will not.
    Wrong,
    /// What all else rests on cannot be reached.
    Failed,
}

impl Standing {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Wrong => "wrong",
            Self::Failed => "failed",
        }
    }
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The database.
    Database,
    /// The clock beside the log's times.
    Clock,
    /// The files of key epochs.
    KeyFiles,
    /// The keys that sign the log.
    SigningKeys,
    /// The policies in force.
    Policies,
    /// The keys of the API.
    ApiKeys,
    /// The lists of opt-out registers.
    Registers,
    /// Mails.
    Mails,
    /// Requests of data subjects.
    Requests,
}

impl About {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Clock => "clock",
            Self::KeyFiles => "key-files",
            Self::SigningKeys => "signing-keys",
            Self::Policies => "policies",
            Self::ApiKeys => "api-keys",
            Self::Registers => "registers",
            Self::Mails => "mails",
            Self::Requests => "requests",
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The registry of this log answers.
    Registry(String),
    /// Nothing is wrong.
    Sound,
    /// The clock is behind the log by so many seconds.
    ClockBehind(i64),
    /// A key file is not there, and so many persons' keys are wrapped under it.
    KeyFileMissing(String, u64),
    /// A key that signs the log cannot be opened.
    SigningKeyLost(String),
    /// Policies of this version are in force.
    InForce(String),
    /// The compiled policies differed from Cedar, which decides since.
    ByCedar,
    /// The policies cannot be used.
    Broken(String),
    /// These keys end within 30 days: name and day.
    KeysEnding(Vec<(String, NaiveDate)>),
    /// These keys are over.
    KeysOver(Vec<(String, NaiveDate)>),
    /// No list of a register is loaded.
    NoRegister,
    /// A list, until when it may be used, and whether that is still so.
    Register(String, Option<NaiveDate>, bool),
    /// Mails that wait, and those that were given up.
    Mails(u64, u64),
    /// Requests that are due within seven days, and those that are late.
    Requests(u64, u64),
    /// It could not be looked at.
    Unknown(String),
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub about: About,
    /// How it stands.
    pub standing: Standing,
    /// What was found.
    pub found: Found,
}

/// How a system that holds data stands with its tasks of the last days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemState {
    /// Its name.
    pub id: String,
    /// Tasks that are not over.
    pub open: u64,
    /// Those of them that did not work when they were tried last.
    pub failing: u64,
    /// Why the last of these did not.
    pub why: Option<String>,
}

/// The room of a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// What lies on it: `data` or `register`.
    pub what: &'static str,
    /// Whether it is enough.
    pub standing: Standing,
    /// Bytes that are free.
    pub free: u64,
    /// Bytes in all.
    pub all: u64,
}

/// The disks of this machine.
pub trait Disk: Send + Sync {
    /// The room of each that matters.
    fn rooms(&self) -> Vec<Room>;
}

impl App {
    /// Is told of the machine's disks.
    pub fn keep_disk(&mut self, disk: Arc<dyn Disk>) {
        self.disk = Some(disk);
    }

    /// The room of this machine's disks; none where nobody told of them.
    #[must_use]
    pub fn rooms(&self) -> Vec<Room> {
        self.disk
            .as_ref()
            .map_or_else(Vec::new, |disk| disk.rooms())
    }
}
