//! What is erased against the entries that record erasures: an entry's payload is gone because a
//! person was erased, or somebody took it away.

use super::Check;
use super::entry::said;
use super::findings::Collector;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::domain::ids::Position;
use crate::store::{StoreError, StoredEntry};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the events say of erasures, as far as they have been read.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct ErasureCheck {
    /// Records that each erasure took away.
    records: BTreeMap<Position, u64>,
    /// Entries that all of them took away.
    entries: u64,
    /// The last one, with what it says of them all.
    last: Option<(Position, Value)>,
}

impl ErasureCheck {
    /// Takes note of what one entry says.
    pub(super) fn note(&mut self, entry: &StoredEntry, leaf: Option<&Leaf>) {
        let Some((_, payload)) = said(entry, leaf, &[EntryKind::SubjectErased]) else {
            return;
        };
        self.records
            .insert(entry.position, number(&payload, "records"));
        self.entries = self.entries.saturating_add(number(&payload, "entries"));
        self.last = Some((entry.position, payload));
    }

    /// What is said to be erased is what the entries add up to, and nobody of it is there again.
    pub(super) fn close(
        mut self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        self.whole(check, found)?;
        for row in check.tx.audited_erasures(check.grant)? {
            if row.is_back {
                found.at(
                    row.position,
                    "a person who was erased is in the database again",
                );
            }
            match self.records.get_mut(&row.position) {
                Some(left) if *left > 0 => *left -= 1,
                _ => found.at(row.position, "a record is said to be erased by no entry"),
            }
        }
        for (position, left) in self.records {
            if left > 0 {
                found.at(position, "who was erased by this entry is not noted");
            }
        }
        Ok(())
    }

    fn whole(
        &self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        let (count, digest) = check.tx.audited_erased_entries(check.grant)?;
        let Some((position, said)) = &self.last else {
            if count > 0 {
                found.whole(format!(
                    "{count} payloads are said to be erased, but no erasure was recorded"
                ));
            }
            return Ok(());
        };
        let said_digest = said.get("erased_digest").and_then(Value::as_str);
        if count != self.entries || count != number(said, "erased_entries") {
            let entries = self.entries;
            found.at(
                *position,
                format!("{count} payloads are said to be erased, {entries} were"),
            );
        } else if said_digest != Some(&digest) {
            found.at(
                *position,
                "the payloads that are said to be erased are not those that were",
            );
        }
        Ok(())
    }
}

fn number(payload: &Value, name: &str) -> u64 {
    payload
        .get(name)
        .and_then(Value::as_u64)
        .unwrap_or_default()
}
