//! The rows that find imports against the entries that tell of them: one that is taken away hides an import from the
//! page of them.

use super::Check;
use super::findings::Collector;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::domain::ids::Position;
use crate::store::{StoreError, StoredEntry};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Which entries tell of an import, as far as they have been read.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct ImportCheck {
    told: BTreeSet<Position>,
}

impl ImportCheck {
    /// Takes note of what one entry says.
    pub(super) fn note(&mut self, entry: &StoredEntry, leaf: Option<&Leaf>) {
        if leaf.is_some_and(|leaf| leaf.kind == EntryKind::ImportMade) {
            self.told.insert(entry.position);
        }
    }

    /// Each row is of an entry, and each entry has its row.
    pub(super) fn close(
        mut self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        for position in check.tx.audited_imports(check.grant)? {
            if !self.told.remove(&position) {
                found.at(position, "a row says that this entry tells of an import");
            }
        }
        for position in self.told {
            found.at(position, "the row that finds this import is missing");
        }
        Ok(())
    }
}
