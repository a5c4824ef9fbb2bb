//! How versions of the policies came into force: when, by whose proposal and whose approval, and what the gate found.

use super::approve::Gate;
use crate::access::{Grant, ReadPolicies};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::audit::leaf::Leaf;
use crate::store::{PolicyRecord, ReadTx, StoreError};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::HashMap;

/// Every version, the one that came last into its state first.
#[derive(Debug)]
pub struct PoliciesTold {
    /// The version that is in force.
    pub live: String,
    /// The versions.
    pub versions: Vec<VersionTold>,
    /// What staff accounts and keys are called, by their ids.
    pub names: HashMap<String, String>,
}

/// A version, and how it came into its state.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionTold {
    /// Since when it is in its state.
    pub since: Option<DateTime<Utc>>,
    /// What its signed note says; none of a draft.
    pub signed: Option<Signed>,
    /// What is stored of it.
    pub about: PolicyRecord,
}

/// What a signed note says.
#[derive(Debug, Clone, PartialEq)]
pub struct Signed {
    /// Who proposed it, as the ledger names them.
    pub proposed_by: Value,
    /// Who approved it.
    pub approved_by: Value,
    /// What the gate found.
    pub gate: Option<Gate>,
    /// Whether the signature is the registry's own, for these files.
    pub holds: bool,
}

impl App {
    /// Every version with how it came into its state. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn policies_told(&self, grant: &Grant<ReadPolicies>) -> Result<PoliciesTold, Refusal> {
        let live = self.live_rules()?.version().as_ref().to_owned();
        self.store.read(|tx| {
            let records = tx.policy_versions(grant)?;
            let versions = records
                .into_iter()
                .map(|about| self.version_told(tx, about));
            Ok(PoliciesTold {
                live,
                versions: versions.collect::<Result<_, StoreError>>()?,
                names: self.actors(tx)?,
            })
        })
    }

    fn version_told(
        &self,
        tx: &mut ReadTx<'_>,
        about: PolicyRecord,
    ) -> Result<VersionTold, StoreError> {
        let at = about.position;
        let leaves = tx.leaves(&self.serve, at..at.saturating_add(1))?;
        let since = leaves
            .first()
            .and_then(|(_, leaf)| Leaf::parse(leaf.as_bytes()).ok())
            .and_then(|leaf| DateTime::from_timestamp(leaf.at, 0));
        let note = about.note.as_deref();
        let signed = note.map(|note| Signed {
            proposed_by: line(note, "proposed-by"),
            approved_by: line(note, "approved-by"),
            gate: serde_json::from_value(line(note, "gate")).ok(),
            holds: self.loader.signed(&about.digest, note),
        });
        Ok(VersionTold {
            since,
            signed,
            about,
        })
    }
}

/// What stands in a note behind a name; null where nothing does.
fn line(note: &str, name: &str) -> Value {
    let mut lines = note.lines();
    let found = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    found
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_note_is_read_by_its_names() {
        let note = "placet policy version 1\nsha256:00\nproposed-by {\"kind\":\"staff\"}\ngate nonsense\n\n— x y\n";
        assert_eq!(line(note, "proposed-by"), json!({ "kind": "staff" }));
        assert_eq!(line(note, "approved-by"), Value::Null);
        assert_eq!(line(note, "gate"), Value::Null);
    }
}
