//! Lists of opt-out registers against the entries of their loads. Of each register the last load
//! counts: what it replaced is gone.

use super::Check;
use super::entry::said;
use super::findings::Collector;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::domain::ids::Position;
use crate::store::{StoreError, StoredEntry, StoredRegister};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the events say of lists, as far as they have been read.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct RegisterCheck {
    last: BTreeMap<String, (Position, Value)>,
}

impl RegisterCheck {
    /// Takes note of what one entry says.
    pub(super) fn note(&mut self, entry: &StoredEntry, leaf: Option<&Leaf>) {
        let Some((_, payload)) = said(entry, leaf, &[EntryKind::RegisterLoaded]) else {
            return;
        };
        let name = payload.get("register").and_then(Value::as_str);
        let name = name.unwrap_or_default().to_owned();
        self.last.insert(name, (entry.position, payload));
    }

    /// Each list is the one that was loaded last, to its last entry.
    pub(super) fn close(
        mut self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        for (name, stored, digest) in check.tx.audited_registers(check.grant)? {
            let Some((position, said)) = self.last.remove(&name) else {
                found.whole("a register's list stands in the database that was never loaded");
                continue;
            };
            let is = stored.is_some_and(|row| row.position == position && says(&row, &said));
            if !is {
                found.at(position, "the register's row is not what was recorded");
            }
            if said.get("list_sha256").and_then(Value::as_str) != Some(&digest) {
                found.at(
                    position,
                    "the register's list is not the one that was loaded",
                );
            }
        }
        for (position, _) in self.last.into_values() {
            found.at(position, "the register's list is missing");
        }
        Ok(())
    }
}

fn says(row: &StoredRegister, said: &Value) -> bool {
    // lists that were loaded before there were marks have the file's digest in its place
    let digest = said.get("file_sha256").map(|_| "file_sha256");
    let mark = digest.unwrap_or("file_mark");
    let expected = json!({
        "register": row.name, "issued_on": row.issued_on, "complete": row.complete,
        "kinds": row.kinds.bits(), "entries": row.entries, (mark): row.file_mark,
        "list_sha256": row.list_sha256, "recorded_at": row.loaded_at, "actor": said.get("actor"),
    });
    *said == expected
}
