//! Receipts: a signed copy of a consent record for the person's own keeping, in the vocabulary
//! of ISO/IEC TS 27560, as a JWS that the registry's published key checks.

mod kept;
mod own;
mod place;

pub use kept::KeptReceipt;
pub use own::OwnReceipt;
pub use place::LogPlace;

use super::linked;
use super::open::App;
use super::refusal::Refusal;
use crate::access::{Grant, Serve};
use crate::audit::encoding::b64;
use crate::audit::tree::hash_leaf;
use crate::domain::ids::{Position, RecordId};
use crate::store::{HistoryEntry, StoreError};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

/// The DER head of a PKCS #8 Ed25519 private key (RFC 8410); the 32 bytes of the seed follow.
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

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
        let failed = |_| StoreError::Log("a receipt could not be signed".into());
        let header = Header {
            typ: Some("consent-receipt+jwt".into()),
            kid: Some(self.receipt_key_id()?),
            ..Header::new(Algorithm::EdDSA)
        };
        let seed = self.keys().receipt_seed().expose();
        let key = EncodingKey::from_ed_der(&[PKCS8.as_slice(), seed].concat());
        Ok(encode(&header, content, &key).map_err(failed)?)
    }

    /// The public keys that check receipts, as a JWK set (RFC 7517, RFC 8037).
    ///
    /// # Errors
    /// Never in practice.
    pub fn receipt_keys(&self) -> Result<Value, Refusal> {
        let x = URL_SAFE_NO_PAD.encode(self.receipt_public_key()?);
        let kid = self.receipt_key_id()?;
        Ok(
            json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": x }] }),
        )
    }

    pub(super) fn receipt_public_key(&self) -> Result<Vec<u8>, Refusal> {
        let pair = Ed25519KeyPair::from_seed_unchecked(self.keys().receipt_seed().expose())
            .map_err(|_| StoreError::Log("the receipt key does not work".into()))?;
        Ok(pair.public_key().as_ref().to_vec())
    }

    /// The first bytes of the public key's hash: enough to tell keys apart.
    fn receipt_key_id(&self) -> Result<String, Refusal> {
        let hash = crate::audit::tree::sha256(&[&self.receipt_public_key()?]);
        Ok(URL_SAFE_NO_PAD.encode(hash).chars().take(11).collect())
    }
}
