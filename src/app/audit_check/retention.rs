//! The rows of what was done about retention against its entries: the schedule goes by them.

use super::Check;
use super::entry::said;
use super::findings::Collector;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::domain::ids::Position;
use crate::store::{StoreError, StoredEntry};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The entries that are about it.
const ABOUT: [EntryKind; 5] = [
    EntryKind::RetentionAnnounced,
    EntryKind::RetentionPaused,
    EntryKind::RetentionResumed,
    EntryKind::RetentionBegun,
    EntryKind::RetentionEnded,
];

/// What the entries say, as far as they have been read.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct RetentionCheck {
    /// Of each entry the day whose run it begins.
    known: BTreeMap<Position, Option<String>>,
}

impl RetentionCheck {
    /// Takes note of what one entry says.
    pub(super) fn note(&mut self, entry: &StoredEntry, leaf: Option<&Leaf>) {
        let Some((kind, payload)) = said(entry, leaf, &ABOUT) else {
            return;
        };
        let on = || payload.get("on").and_then(Value::as_str);
        let run_on = match kind {
            EntryKind::RetentionBegun => on().map(str::to_owned),
            _ => None,
        };
        self.known.insert(entry.position, run_on);
    }

    /// Each row is of an entry, and each entry has its row.
    pub(super) fn close(
        mut self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        for (position, run_on) in check.tx.audited_retention(check.grant)? {
            if self.known.remove(&position) != Some(run_on) {
                let what = "an act of retention is not what an entry recorded";
                found.at(position, what);
            }
        }
        for position in self.known.into_keys() {
            found.at(
                position,
                "the act of retention that this entry records is missing",
            );
        }
        Ok(())
    }
}
