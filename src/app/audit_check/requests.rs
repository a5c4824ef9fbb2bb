//! Requests of data subjects against the entries about them, folded once more.

use super::Check;
use super::findings::Collector;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::domain::ids::{DsrId, Position};
use crate::domain::requests::{Act, Receipt, Request};
use crate::store::{StoreError, StoredEntry, StoredPayload};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the events say of requests, as far as they have been read.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct RequestCheck {
    /// Of each: its receipt, its last entry, and how it stands.
    known: BTreeMap<DsrId, (Position, Position, Request)>,
}

impl RequestCheck {
    /// Takes note of what one entry says.
    pub(super) fn note(&mut self, entry: &StoredEntry, leaf: Option<&Leaf>, found: &mut Collector) {
        let (Some(leaf), StoredPayload::Public { text, .. }) = (leaf, &entry.payload) else {
            return;
        };
        let step = match leaf.kind {
            EntryKind::RequestReceived => self.receive(entry.position, text),
            EntryKind::RequestIdentity
            | EntryKind::RequestExtended
            | EntryKind::RequestAssigned
            | EntryKind::RequestAnswered
            | EntryKind::RequestCorrection
            | EntryKind::RequestClosed => self.step(entry.position, text),
            _ => return,
        };
        if step.is_none() {
            found.at(
                entry.position,
                "this cannot have been done with the request",
            );
        }
    }

    fn receive(&mut self, position: Position, text: &str) -> Option<()> {
        let payload: Value = serde_json::from_str(text).ok()?;
        let id = DsrId::deserialize(payload.get("request")?).ok()?;
        let receipt = Receipt::deserialize(payload.get("receipt")?).ok()?;
        let fresh = (position, position, Request::received(id, receipt));
        self.known.insert(id, fresh).is_none().then_some(())
    }

    fn step(&mut self, position: Position, text: &str) -> Option<()> {
        let payload: Value = serde_json::from_str(text).ok()?;
        let id = DsrId::deserialize(payload.get("request")?).ok()?;
        let act = Act::deserialize(payload.get("act")?).ok()?;
        let (_, last, request) = self.known.get_mut(&id)?;
        let next = request.after(&act).ok()?;
        let version = payload.get("version").and_then(Value::as_u64);
        let follows = version == Some(u64::from(next.version));
        (*last, *request) = (position, next);
        follows.then_some(())
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
            .compare_requests(check.grant, self.known, &mut tell)
    }
}
