//! The suppression list: keyed hashes only. It survives erasure, and nothing here lifts it.

use super::error::StoreError;
use super::rows::SuppressionRow;
use super::tx::{Entry, Suppresses, WriteTx};
use super::world::Extra;
use crate::access::Grant;
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::ids::Blind;
use serde_json::json;

impl WriteTx<'_> {
    /// Puts a contact point on the list.
    ///
    /// # Errors
    /// Never today; kept so that callers treat it as every other write.
    pub fn suppress<P: Suppresses>(
        &mut self,
        grant: &Grant<P>,
        contact: Blind,
        reason: &str,
    ) -> Result<Entry, StoreError> {
        let row = SuppressionRow {
            blind: contact.0.to_vec(),
            reason: reason.to_owned(),
            since: self.now.micros(),
            position: 0,
        };
        let hash: String = contact.0.iter().map(|byte| format!("{byte:02x}")).collect();
        let payload = json!({ "contact": hash, "reason": reason });
        let event = PublicEvent::new(PublicKind::Suppression, grant.actor(), payload);
        Ok(self.public_with(event, Extra::Suppression(row)))
    }
}
