//! Consent records as JSON lines of linked data, for other systems: no package, no proof.

use super::{BLOCK, ExportError, ExportQuery};
use crate::access::{ExportAudit, Grant};
use crate::app::linked;
use crate::app::open::App;
use crate::app::period;
use crate::app::refusal::Refusal;
use crate::audit::leaf::Leaf;
use crate::domain::ids::{ExportId, Position};
use crate::domain::registry::Catalogue;
use crate::domain::time::Now;
use crate::store::{StoredEntry, StoredPayload};
use serde_json::json;
use std::io::Write;

/// Records that were written.
#[derive(Debug, Clone, serde::Serialize)]
pub struct RecordsExported {
    /// The export's name in the log.
    pub id: ExportId,
    /// The entry that records it.
    pub recorded: Position,
    /// How many records.
    pub records: u64,
}

impl App {
    /// Writes the consent records of a period, a line each, recording first that it does. Blocks; the
    /// memory taken does not grow with the period. `progress` is told how far it is: done, in all.
    ///
    /// # Errors
    /// Where the query cannot be, the export cannot be recorded, or `out` fails.
    pub fn export_records(
        &self,
        grant: &Grant<ExportAudit>,
        query: &ExportQuery,
        now: Now,
        out: &mut dyn Write,
        progress: &dyn Fn(u64, u64),
    ) -> Result<RecordsExported, ExportError> {
        query.look()?;
        let id = ExportId::new(now, self.entropy()).map_err(Refusal::from)?;
        let payload = json!({ "export": id, "query": query, "format": "consent_records" });
        let recorded = self.record_export(grant, payload, now)?;
        let mut records = 0;
        self.store.read(|tx| {
            let catalogue = tx.catalogue(&self.serve)?;
            let range = period::positions(tx, grant, &(query.from..query.to), recorded)?;
            let mut from = range.start;
            while from < range.end {
                let end = range.end.min(from.saturating_add(BLOCK));
                for entry in tx.entries(grant, from..end)? {
                    if let Some(line) = self.line_of(&entry, query, &catalogue) {
                        writeln!(out, "{line}")
                            .map_err(|error| ExportError::Package(error.into()))?;
                        records += 1;
                    }
                }
                from = end;
                progress(end - range.start, range.end - range.start);
            }
            Ok::<_, ExportError>(())
        })?;
        out.flush()
            .map_err(|error| ExportError::Package(error.into()))?;
        Ok(RecordsExported {
            id,
            recorded,
            records,
        })
    }

    /// The line of an entry that is a consent record, asked for, and opens.
    fn line_of(
        &self,
        entry: &StoredEntry,
        query: &ExportQuery,
        catalogue: &Catalogue,
    ) -> Option<String> {
        let leaf = Leaf::parse(entry.leaf.as_ref()?.as_bytes()).ok()?;
        let kind = leaf.kind.to_string();
        let StoredPayload::Personal(personal) = &entry.payload else {
            return None;
        };
        let asked = kind.starts_with("consent.") && query.asks_for(&kind, &personal.value);
        let (origin, position) = (self.origin(), entry.position);
        let place = linked::Place { origin, position };
        asked.then(|| linked::record(&personal.value, catalogue, place).to_string())
    }
}
