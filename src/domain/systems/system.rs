//! One system, as its file registers it.

use super::via::Via;
use crate::domain::duration::CalendarPeriod;
use crate::domain::registry::Slug;
use serde::{Deserialize, Serialize};

/// A system that holds data about customers, or a recipient that was given some.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// Its name.
    pub id: Slug,
    /// In words.
    pub title: String,
    /// Who answers for it.
    pub owner: String,
    /// The categories of data that it holds.
    pub holds: Vec<String>,
    /// For which purposes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Slug>,
    /// To whom it passes them on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
    /// For how long, in words or as a period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<String>,
    /// Whether it is somebody else's, who is told of erasures, corrections and restrictions
    /// (GDPR art. 19) and asked for nothing.
    #[serde(default)]
    pub recipient: bool,
    /// The identifier that it is asked by.
    pub asks_by: Slug,
    /// Identifiers that its answers hold, in columns of these names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub yields: Vec<Slug>,
    /// Columns that are about others: they never leave the system's answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// What an erasure does here.
    #[serde(default)]
    pub on_erasure: Erasing,
    /// Why data are kept in spite of an erasure, where `on_erasure` is `keep`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// Most rows that one person may have here: what would find or change more is stopped.
    #[serde(default = "thousand")]
    pub most_rows: u32,
    /// Seconds after which it is given up for the moment.
    #[serde(default = "ten")]
    pub timeout: u8,
    /// How it is reached.
    pub via: Via,
}

const fn thousand() -> u32 {
    1_000
}

const fn ten() -> u8 {
    10
}

/// What an erasure does in a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Erasing {
    /// The rows go.
    #[default]
    Erase,
    /// The rows stay and are nobody's.
    Mask,
    /// They are kept, on a ground of law.
    Keep,
}

/// Why data are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The ground.
    pub ground: String,
    /// Until when, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<chrono::NaiveDate>,
}

impl System {
    /// For how long it keeps data, where that is said as a period and not in words.
    #[must_use]
    pub fn kept_for(&self) -> Option<CalendarPeriod> {
        self.retention.as_deref()?.parse().ok()
    }

    /// Whether its answer is there at once.
    #[must_use]
    pub const fn answers_at_once(&self) -> bool {
        matches!(self.via, Via::Postgres(_) | Via::Mysql(_) | Via::Sqlite(_))
    }

    /// What is wrong with it, in words; empty where nothing is.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut found = Vec::new();
        match &self.via {
            Via::Postgres(sql) => self.statements(&sql.erase, &sql.mask, &mut found),
            Via::Mysql(sql) => {
                self.statements(&sql.erase, &sql.mask, &mut found);
                if sql.at.tls.is_some() {
                    found.push(
                        "tls is for kind = \"postgres\"; take a tunnel to a MySQL server".into(),
                    );
                }
            }
            Via::Sqlite(sql) => self.statements(&sql.erase, &sql.mask, &mut found),
            Via::Webhook(hook) if !hook.private && !hook.url.starts_with("https://") => {
                found.push("url must begin with https://; an unencrypted one of your own network needs private = true".to_owned());
            }
            Via::Webhook(_) | Via::Folder(_) | Via::Manual(_) => {}
        }
        if self.recipient && self.answers_at_once() {
            found
                .push("a recipient is told by webhook, folder or manual, not by statements".into());
        }
        if (self.on_erasure == Erasing::Keep) != self.hold.is_some() {
            found
                .push("on_erasure = \"keep\" and [system.hold] with its ground go together".into());
        }
        if self.timeout == 0 || self.most_rows == 0 {
            found.push("timeout and most_rows must be at least 1".into());
        }
        found
    }

    fn statements(&self, erase: &[String], mask: &[String], found: &mut Vec<String>) {
        if self.on_erasure == Erasing::Erase && erase.is_empty() {
            found.push(
                "erase has no statement; write one, or say on_erasure = \"mask\" or \"keep\""
                    .into(),
            );
        }
        if self.on_erasure == Erasing::Mask && mask.is_empty() {
            found.push(
                "mask has no statement; write one, or say on_erasure = \"erase\" or \"keep\""
                    .into(),
            );
        }
    }
}
