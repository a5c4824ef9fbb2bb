//! What was found, bounded: somebody who overwrote everything must not fill the memory too.

use crate::audit::package::format::Finding;
use crate::domain::ids::Position;
use serde::{Deserialize, Serialize};

/// The most findings that are listed; the rest are counted.
const MOST: usize = 1_000;

/// What the comparison found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct AuditFindings {
    /// What does not hold; empty where everything does.
    pub findings: Vec<Finding>,
    /// How many entries were compared.
    pub entries: u64,
    /// How many persons were compared.
    pub persons: u64,
}

impl AuditFindings {
    /// Whether everything holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Gathers findings.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Collector {
    list: Vec<Finding>,
    omitted: u64,
}

impl Collector {
    /// Something about one entry.
    pub(super) fn at(&mut self, position: Position, what: impl Into<String>) {
        self.add(Some(position), what.into());
    }

    /// Something about no single entry.
    pub(super) fn whole(&mut self, what: impl Into<String>) {
        self.add(None, what.into());
    }

    fn add(&mut self, position: Option<Position>, what: String) {
        if self.list.len() < MOST {
            self.list.push(Finding { position, what });
        } else {
            self.omitted = self.omitted.saturating_add(1);
        }
    }

    pub(super) fn close(mut self, entries: u64, persons: u64) -> AuditFindings {
        if self.omitted > 0 {
            let what = format!("and {} further findings that are not listed", self.omitted);
            self.list.push(Finding {
                position: None,
                what,
            });
        }
        AuditFindings {
            findings: self.list,
            entries,
            persons,
        }
    }
}
