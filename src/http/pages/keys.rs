//! The page of master keys, key epochs and signing keys.

use askama::Template;

use super::frame::rendered;
use super::{Frame, When, Words, date_time_long};

/// How it stands with the file of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpochFile {
    /// It is made of the root alone, and cannot be destroyed.
    None,
    /// It is there.
    There,
    /// It is missing: whoever is under it cannot be read after a restart.
    Missing,
    /// The epoch is destroyed, and its file is gone.
    Gone,
    /// The epoch is destroyed, and its file is still here.
    Left,
}

impl EpochFile {
    const fn key(self) -> &'static str {
        match self {
            Self::None => "keys-file-none",
            Self::There => "keys-file-there",
            Self::Missing => "keys-file-missing",
            Self::Gone => "keys-file-gone",
            Self::Left => "keys-file-left",
        }
    }

    const fn is_wrong(self) -> bool {
        matches!(self, Self::Missing | Self::Left)
    }
}

/// One epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochRow {
    /// Its number.
    pub number: i32,
    /// `prepared`, `current`, `past` or `destroyed`.
    pub state: &'static str,
    /// When it began.
    pub begun: Option<When>,
    /// How many days ago that was.
    pub days: Option<u64>,
    /// When it was destroyed.
    pub destroyed: Option<When>,
    /// How many persons' keys are wrapped under it.
    pub persons: u64,
    /// Its file.
    pub file: EpochFile,
}

impl EpochRow {
    /// Whether nothing stands in the way of its end.
    const fn is_to_destroy(&self) -> bool {
        matches!(self.file, EpochFile::Left)
            || (matches!(self.state.as_bytes(), b"past")
                && self.persons == 0
                && !matches!(self.file, EpochFile::None))
    }
}

/// One master key that opens the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterRow {
    /// By what it is told from others.
    pub id: String,
    /// When it came.
    pub since: Option<When>,
    /// Whether this server was started with it.
    pub here: bool,
}

/// One key that signs, or signed, the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningRow {
    /// The four bytes by which signature lines name it.
    pub id: String,
    /// `signs`, `retired` or `lost`.
    pub state: &'static str,
    /// Since when it signs.
    pub since: Option<When>,
    /// The first size of the log that it signs.
    pub from: u64,
    /// The last.
    pub until: Option<u64>,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// The master keys, in the order in which they came: two while one is replaced.
    pub masters: Vec<MasterRow>,
    /// The epochs, in the order in which they came.
    pub epochs: Vec<EpochRow>,
    /// The signing keys, likewise.
    pub signing: Vec<SigningRow>,
}

#[derive(Template)]
#[template(path = "keys.html")]
struct KeysView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a KeysPage,
    title: String,
}

impl KeysPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&KeysView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("keys-title"), false),
        })
    }

    /// The one that is to go, where there are two.
    fn leaving(&self) -> Option<&MasterRow> {
        self.masters.first().filter(|_| self.masters.len() > 1)
    }

    fn time(&self, at: Option<&When>) -> String {
        at.map_or_else(
            || "–".to_owned(),
            |at| date_time_long(self.frame.words(), at),
        )
    }

    fn number(&self, number: Option<u64>) -> String {
        number.map_or_else(
            || "–".to_owned(),
            |number| self.frame.words().number(number),
        )
    }
}
