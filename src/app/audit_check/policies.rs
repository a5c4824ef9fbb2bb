//! Policy versions against the entries that proposed them and put them in force.

use super::Check;
use super::entry::said;
use super::findings::Collector;
use crate::app::policies::load;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::domain::ids::Position;
use crate::store::{StoreError, StoredEntry};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the events say of policy versions, as far as they have been read.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct PolicyCheck {
    /// The last entry about each version, and whether it put it in force.
    last: BTreeMap<String, (Position, bool)>,
    /// The last version that came into force.
    live: Option<(String, Position)>,
    /// Versions that were ever in force, with the notes that were signed.
    active: BTreeMap<String, Value>,
}

impl PolicyCheck {
    /// Takes note of what one entry says.
    pub(super) fn note(&mut self, entry: &StoredEntry, leaf: Option<&Leaf>) {
        let about = [EntryKind::PolicyProposed, EntryKind::PolicyActivated];
        let Some((kind, payload)) = said(entry, leaf, &about) else {
            return;
        };
        let activated = kind == EntryKind::PolicyActivated;
        let version = payload.get("version").and_then(Value::as_str);
        let version = version.unwrap_or_default().to_owned();
        self.last
            .insert(version.clone(), (entry.position, activated));
        if activated {
            let note = payload.get("note").cloned().unwrap_or_default();
            self.active.insert(version.clone(), note);
            self.live = Some((version, entry.position));
        }
    }

    /// Each version's row is what the entries say, and its files are those of its digest.
    pub(super) fn close(
        mut self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        let named = check.tx.policy_named(check.grant)?;
        let (live, at) = self.live.take().unwrap_or_default();
        if named != live {
            found.at(
                at,
                "the policy version in force is not the one that was activated last",
            );
        }
        for row in check.tx.policy_versions(check.grant)? {
            let Some((position, activated)) = self.last.remove(&row.digest) else {
                found.at(
                    row.position,
                    "a policy version stands in the database that nobody proposed",
                );
                continue;
            };
            let state = match (activated, row.digest == live) {
                (false, _) => "draft",
                (true, true) => "active",
                (true, false) => "retired",
            };
            if row.state != state || row.position != position {
                found.at(
                    position,
                    "the policy version's state is not what was recorded",
                );
            }
            let note = row.note.as_deref().map_or(Value::Null, Value::from);
            if activated && self.active.get(&row.digest) != Some(&note) {
                found.at(
                    position,
                    "the policy version's note is not the one that was recorded",
                );
            }
            let stored = check.tx.policy_version(check.grant, &row.digest)?;
            if stored.is_none_or(|stored| load::pack(&row.digest, &stored).is_err()) {
                found.at(
                    position,
                    "the policy version's files are not those of its digest",
                );
            }
        }
        for (version, (position, _)) in self.last {
            // before versions were stored, an activation carried no note
            if self.active.get(&version) != Some(&Value::Null) {
                found.at(position, "the policy version's row is missing");
            }
        }
        Ok(())
    }
}
