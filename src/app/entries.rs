//! A page of the ledger, for the DPO.

use super::open::App;
use super::refusal::Refusal;
use crate::access::{ExportAudit, Grant};
use crate::domain::ids::Position;
use crate::domain::personal::Personal;
use crate::store::{StoredEntry, StoredPayload};
use serde_json::Value;

/// One entry.
#[derive(Debug)]
pub struct Entry {
    /// Its place.
    pub position: Position,
    /// What the log says of it in public; null where its row is missing.
    pub leaf: Value,
    /// What it commits to; null where that cannot be read.
    pub content: Personal<Value>,
}

impl App {
    /// A page of the ledger from a position on, and where the next page begins. It leaves an entry.
    ///
    /// # Errors
    /// Where the data cannot be read, or where that it is read cannot be recorded.
    pub fn entries(
        &self,
        grant: &Grant<ExportAudit>,
        from: Position,
        limit: u32,
    ) -> Result<(Vec<Entry>, Option<Position>), Refusal> {
        let page = self.store.read(|tx| {
            let size = tx.position(&self.serve)?;
            let end = from.saturating_add(u64::from(limit)).min(size);
            let entries = tx.entries(grant, from.min(end)..end)?;
            Ok::<_, Refusal>((
                entries.into_iter().map(entry).collect(),
                (end < size).then_some(end),
            ))
        })?;
        self.view_pages(grant, "entries", from)?;
        Ok(page)
    }
}

fn entry(stored: StoredEntry) -> Entry {
    let text = match &stored.payload {
        StoredPayload::Public { text, .. } => text.as_str(),
        StoredPayload::Personal(personal) => personal.text.as_str(),
        StoredPayload::Unreadable | StoredPayload::Missing | StoredPayload::Erased => "null",
    };
    Entry {
        position: stored.position,
        leaf: stored
            .leaf
            .and_then(|leaf| serde_json::from_str(&leaf).ok())
            .unwrap_or_default(),
        content: Personal::new(serde_json::from_str(text).unwrap_or_default()),
    }
}
