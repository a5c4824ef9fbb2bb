//! Receipts: a signed copy of a consent record for the person's own keeping, in the vocabulary
//! of ISO/IEC TS 27560, as a JWS that the registry's published key checks.

mod kept;
mod own;
mod place;

pub use kept::KeptReceipt;
pub use own::OwnReceipt;
pub use place::LogPlace;

use super::jwt::OwnKey;
use super::linked;
use super::open::App;
use super::refusal::Refusal;
use crate::access::{Grant, Serve};
use crate::audit::encoding::b64;
use crate::audit::tree::hash_leaf;
use crate::domain::ids::{Position, RecordId};
use crate::domain::personal::Secret;
use crate::store::{HistoryEntry, StoreError};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// A permission that lets a receipt be made.
pub use crate::store::Reads;

impl App {
    /// The receipt of a consent record: its content, and the same signed.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is no such record at that position.
    pub fn receipt<P: Reads>(
        &self,
        grant: &Grant<P>,
        record: RecordId,
        position: Position,
    ) -> Result<Value, Refusal> {
        let entry = self.consent_record(grant, record, position)?;
        let payload = entry.payload.reveal();
        let leaf_hash = self.leaf_hash(position)?;
        let content = json!({
            "schema_version": "ISO/IEC TS 27560:2023",
            "record_id": record,
            "pii_principal_id": payload.get("subject"),
            "pii_controller": payload.get("controller"),
            "purpose": payload.get("purpose"),
            "channel": payload.get("channel"),
            "event_state": payload.get("status"),
            "event_time": payload.get("effective_at"),
            "recorded_at": payload.get("recorded_at"),
            "validity": payload.get("valid_until"),
            "privacy_notice": payload.get("notice"),
            "language": payload.get("language"),
            "act": payload.get("act"),
            "circumstances": payload.get("circumstances"),
            "collection_method": payload.get("source").and_then(|source| source.get("kind")),
            "log": { "origin": self.origin(), "position": position, "leaf_hash": leaf_hash },
        });
        let signed = self.sign_receipt(&content)?;
        Ok(json!({ "receipt": content, "signed": signed }))
    }

    /// What lets a receipt be made for whoever holds its address.
    #[must_use]
    pub const fn by_address(&self) -> &Grant<Serve> {
        &self.serve
    }

    /// The receipt of a consent record as linked data (JSON-LD).
    ///
    /// # Errors
    /// As [`Self::receipt`].
    pub fn linked_receipt<P: Reads>(
        &self,
        grant: &Grant<P>,
        record: RecordId,
        position: Position,
    ) -> Result<Value, Refusal> {
        let entry = self.consent_record(grant, record, position)?;
        let origin = self.origin();
        let view = self.index().view();
        let place = linked::Place { origin, position };
        let receipt = linked::receipt(entry.payload.reveal(), view.catalogue(), place);
        Ok(receipt)
    }

    /// By it a kept receipt names its entry for good.
    fn leaf_hash(&self, position: Position) -> Result<Option<String>, StoreError> {
        let leaves = self
            .store
            .read(|tx| tx.leaves(&self.serve, position..position + 1))?;
        let hash = |leaf: &String| b64(&hash_leaf(leaf.as_bytes()));
        Ok(leaves.first().map(|(_, leaf)| hash(leaf)))
    }

    pub(super) fn consent_record<P: Reads>(
        &self,
        grant: &Grant<P>,
        record: RecordId,
        position: Position,
    ) -> Result<HistoryEntry, Refusal> {
        let found = self.store.read(|tx| tx.event(grant, record, position))?;
        let entry = found.filter(|entry| entry.kind.starts_with("consent."));
        entry.ok_or(Refusal::NotFound(
            "a consent record of this id at this position",
        ))
    }

    fn sign_receipt(&self, content: &Value) -> Result<String, Refusal> {
        Ok(self.receipt_key()?.sign("consent-receipt+jwt", content)?)
    }

    /// The public keys that check receipts and access tokens, as a JWK set (RFC 7517, RFC 8037).
    ///
    /// # Errors
    /// Never in practice.
    pub fn published_keys(&self) -> Result<Value, Refusal> {
        let mut keys = vec![self.receipt_key()?.jwk()];
        let tokens = self.token_keys(self.now().utc())?;
        keys.extend(tokens.iter().map(OwnKey::jwk));
        Ok(json!({ "keys": keys }))
    }

    pub(super) fn receipt_public_key(&self) -> Result<Vec<u8>, Refusal> {
        let decoded = URL_SAFE_NO_PAD.decode(self.receipt_key()?.public.x);
        Ok(decoded.unwrap_or_default())
    }

    fn receipt_key(&self) -> Result<OwnKey, StoreError> {
        OwnKey::of(Secret::new(*self.keys().receipt_seed().expose()))
    }
}
