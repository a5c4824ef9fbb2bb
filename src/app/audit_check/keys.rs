//! The rows of signing keys against the entries about them.

use super::Check;
use super::findings::Collector;
use crate::app::signing::Keys;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::audit::note::VerifierKey;
use crate::audit::signing::KeyHistory;
use crate::domain::ids::Position;
use crate::store::{StoreError, StoredEntry, StoredKeyAct};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The entries about keys, as far as they have been read.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct KeyCheck {
    said: BTreeSet<Position>,
}

impl KeyCheck {
    /// Takes note of what one entry says.
    pub(super) fn note(&mut self, entry: &StoredEntry, leaf: Option<&Leaf>) {
        let about_keys = leaf.is_some_and(|leaf| {
            matches!(
                leaf.kind,
                EntryKind::SigningKeyRotated
                    | EntryKind::SigningKeyRetired
                    | EntryKind::SigningKeyReplaced
            )
        });
        if about_keys {
            self.said.insert(entry.position);
        }
    }

    /// Each entry has its row, and they follow each other.
    pub(super) fn close(
        self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        let acts = check.tx.key_acts(check.grant)?;
        let rows: BTreeSet<Position> = acts.iter().map(|act| act.position).collect();
        for position in self.said.symmetric_difference(&rows) {
            found.at(*position, "a signing key's row and the log do not agree");
        }
        let first = check.keys.spans().next().map(|span| span.key.clone());
        if let Some(Err(fault)) = first.map(|first| Keys::read(first, acts)) {
            found.whole(fault.to_string());
        }
        Ok(())
    }
}

/// The keys as far as their entries follow each other: what does not is found at the end.
pub(super) fn lenient(first: VerifierKey, acts: &[StoredKeyAct]) -> KeyHistory {
    let mut history = KeyHistory::new(first);
    for one in acts {
        let Some(act) = &one.act else { break };
        if history.apply(one.position, act).is_err() {
            break;
        }
    }
    history
}
