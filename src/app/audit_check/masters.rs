//! Which master keys open the registry, against the entries about them.

use super::Check;
use super::entry::said;
use super::findings::Collector;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::domain::ids::Position;
use crate::store::{StoreError, StoredEntry, StoredMaster};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the entries say, as far as they have been read.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct MasterCheck {
    /// Which open it, and since when.
    opens: BTreeMap<String, Position>,
    /// The registry is from before its first entry named its master key.
    unnamed: bool,
}

impl MasterCheck {
    /// Takes note of what one entry says.
    pub(super) fn note(&mut self, entry: &StoredEntry, leaf: Option<&Leaf>) {
        let about = [
            EntryKind::LogGenesis,
            EntryKind::MasterKeyAdded,
            EntryKind::MasterKeyForgotten,
        ];
        let Some((kind, payload)) = said(entry, leaf, &about) else {
            return;
        };
        let named = |name: &str| payload.get(name).and_then(Value::as_str);
        let (key, beside) = (named("master_key"), named("beside"));
        match (kind, key) {
            (EntryKind::LogGenesis, None) => self.unnamed = true,
            (EntryKind::MasterKeyForgotten, Some(key)) => {
                self.opens.remove(key);
            }
            (_, Some(key)) => self.added(key, beside, entry.position),
            (_, None) => {}
        }
    }

    fn added(&mut self, key: &str, beside: Option<&str>, position: Position) {
        if let Some(first) = beside.filter(|_| self.unnamed) {
            self.unnamed = false;
            self.opens.insert(first.to_owned(), 0);
        }
        self.opens.entry(key.to_owned()).or_insert(position);
    }

    /// Each stands in the database as the entries say, and no other.
    pub(super) fn close(
        mut self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        for row in check.tx.master_keys(check.grant)? {
            self.row(row, found);
        }
        for (key, since) in self.opens {
            found.at(
                since,
                format!("the root wrapped under master key {key} is missing"),
            );
        }
        Ok(())
    }

    fn row(&mut self, row: StoredMaster, found: &mut Collector) {
        let key = row.id.to_string();
        let said = self.opens.remove(&key);
        let is_first = said.is_none() && row.since == 0 && std::mem::take(&mut self.unnamed);
        if said != Some(row.since) && !is_first {
            found.whole(format!(
                "master key {key} opens the registry, and the log does not say so"
            ));
        }
    }
}
