//! By which mark the ledger names a file.

use super::open::App;
use crate::access::{ExportAudit, Grant};

impl App {
    /// The mark of a file with this SHA-256, in hexadecimal digits: what the ledger says of a file that was
    /// imported, of a register's list and of a filtered list. Without the registry's key it tells nothing.
    #[must_use]
    pub fn file_mark(&self, _grant: &Grant<ExportAudit>, sha256: &str) -> String {
        self.keys().file_mark(sha256)
    }
}
