//! "This was not me": the rows against the entries that say so, and that close it.

use super::Check;
use super::findings::Collector;
use crate::domain::event::SubjectEvent;
use crate::domain::ids::{Position, SubjectId};
use crate::store::{PersonalPayload, StoreError, StoredDispute, StoredEntry, StoredPayload};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the entries say of disputes, as far as they have been read: by the entry that began each.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct DisputeCheck {
    known: BTreeMap<Position, StoredDispute>,
}

impl DisputeCheck {
    /// Takes note of what one entry says.
    pub(super) fn note(&mut self, entry: &StoredEntry, found: &mut Collector) {
        let StoredPayload::Personal(payload) = &entry.payload else {
            return;
        };
        if payload.kind.starts_with("dispute.") && self.take(entry.position, payload).is_none() {
            found.at(
                entry.position,
                "this cannot have been done with the dispute",
            );
        }
    }

    fn take(&mut self, position: Position, payload: &PersonalPayload) -> Option<()> {
        let at = DateTime::<Utc>::deserialize(payload.value.get("recorded_at")?).ok()?;
        match SubjectEvent::read(&payload.kind, &payload.value)? {
            SubjectEvent::Disputed(_) => {
                let fresh = StoredDispute {
                    position,
                    subject: SubjectId::deserialize(payload.value.get("subject")?).ok()?,
                    made_at: at,
                    closed: None,
                };
                self.known.insert(position, fresh).is_none().then_some(())
            }
            SubjectEvent::DisputeClosed { dispute, outcome } => {
                let one = self.known.get_mut(&dispute)?;
                one.closed.replace((at, outcome)).is_none().then_some(())
            }
            _ => None,
        }
    }

    /// Each row is what its entries add up to.
    pub(super) fn close(
        self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<(), StoreError> {
        let mut tell = |position, what: &str| found.at(position, what);
        check
            .tx
            .compare_disputes(check.grant, self.known, &mut tell)
    }
}
