//! What is asked for, and how a file of it is made.

use crate::access::{ExportAudit, Grant};
use crate::app::export::{ExportError, ExportQuery};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::app::reports::ReportQuery;
use crate::store::{BackgroundExport, ExportMade, StoreError};
use serde::{Deserialize, Serialize};
use std::io::Write;

/// What an export of the background is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Wanted {
    /// The audit package of a period.
    Package {
        /// Which.
        query: ExportQuery,
        /// The language of its report.
        language: String,
    },
    /// A report.
    Report {
        /// Which.
        query: ReportQuery,
        /// The kind of file.
        format: String,
        /// Its language.
        language: String,
    },
}

impl Wanted {
    /// What an export was asked for.
    ///
    /// # Errors
    /// Where its row does not read.
    pub fn of(export: &BackgroundExport) -> Result<Self, StoreError> {
        let read = serde_json::from_str(&export.wanted);
        read.map_err(|_| StoreError::damaged("an export of the background"))
    }

    /// Whether the file shows what is recorded of persons; a report holds figures.
    #[must_use]
    pub const fn shows_persons(&self) -> bool {
        matches!(self, Self::Package { .. })
    }

    /// Whether it can be.
    pub(super) fn look(&self) -> Result<(), Refusal> {
        match self {
            Self::Package { query, .. } => query.look(),
            Self::Report { query, .. } => query.look(),
        }
    }
}

/// Makes files: what packages and reports look like is not known here.
pub trait Press: Send + Sync {
    /// Makes the file, recording first that it does. `progress` is told how far it is: done, in all.
    ///
    /// # Errors
    /// Where it cannot be made, recorded or written.
    fn make(
        &self,
        app: &App,
        grant: &Grant<ExportAudit>,
        wanted: &Wanted,
        out: &mut (dyn Write + Send),
        progress: &dyn Fn(u64, u64),
    ) -> Result<ExportMade, ExportError>;
}
