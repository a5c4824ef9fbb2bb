//! A receipt that the person kept: it is read from what they hold, by the registry's own signature, and
//! held against the log. So it still tells what it told when its content was erased here.

use super::super::open::App;
use super::super::refusal::Refusal;
use super::place::LogPlace;
use crate::domain::time::Now;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::Value;

/// What a kept receipt says.
#[derive(Debug, Clone)]
pub struct KeptReceipt {
    /// Its content, in the names of ISO/IEC TS 27560.
    pub content: Value,
    /// Where its entry stands.
    pub place: LogPlace,
}

impl App {
    /// Reads a kept receipt: the file, or the signed text in it alone. `None` where it is none of this
    /// registry's, was changed, or names another entry than the log has.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub fn kept_receipt(&self, text: &str, now: Now) -> Result<Option<KeptReceipt>, Refusal> {
        let file: Option<Value> = serde_json::from_str(text).ok();
        let signed = file.as_ref().and_then(|file| file.get("signed")?.as_str());
        let Some(content) = self.signed_content(signed.unwrap_or(text.trim()))? else {
            return Ok(None);
        };
        let log = content.get("log");
        let field = |name: &str| log.and_then(|log| log.get(name));
        let named = field("origin").and_then(Value::as_str) == Some(self.origin());
        let Some(position) = field("position").and_then(Value::as_u64).filter(|_| named) else {
            return Ok(None);
        };
        let place = self.log_place(position, now)?;
        let hash = field("leaf_hash").and_then(Value::as_str);
        let place = place.filter(|place| hash == Some(place.leaf_hash.as_str()));
        Ok(place.map(|place| KeptReceipt { content, place }))
    }

    fn signed_content(&self, signed: &str) -> Result<Option<Value>, Refusal> {
        let key = UnparsedPublicKey::new(&ED25519, self.receipt_public_key()?);
        let read = || {
            let (message, signature) = signed.rsplit_once('.')?;
            let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
            key.verify(message.as_bytes(), &signature).ok()?;
            let (_, content) = message.split_once('.')?;
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(content).ok()?).ok()
        };
        Ok(read())
    }
}
