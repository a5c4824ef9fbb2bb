//! What a service looks at before it starts: whether keys and log belong together.

use super::{Keys, SigningFault};
use crate::access::{Grant, Serve};
use crate::audit::note::{NoteSigner, lines_by};
use crate::audit::signing::open_checkpoint;
use crate::store::keys::Keyring;
use crate::store::{ReadTx, StoreError};
use serde_json::Value;

/// Refuses keys that are lost, and a log that is another's.
///
/// # Errors
/// [`SigningFault`], as a [`StoreError`].
pub fn look(
    tx: &mut ReadTx<'_>,
    grant: &Grant<Serve>,
    first: &NoteSigner,
    keyring: &Keyring,
) -> Result<(), StoreError> {
    let origin = first.verifier().name();
    let genesis = tx.genesis(grant)?;
    let genesis: Value = serde_json::from_str(&genesis).unwrap_or_default();
    if genesis.get("origin").and_then(Value::as_str) != Some(origin) {
        return Err(SigningFault::Genesis(origin.to_owned()).into());
    }
    let keys = Keys::read(first.verifier().clone(), tx.key_acts(grant)?)?;
    if let Some((size, note, _)) = tx.checkpoint(grant, None)? {
        let expected = keys.history.signing(size).len();
        let opened = open_checkpoint(&note, &keys.history);
        // a line too many is a key's that lost its row
        if !opened.is_ok_and(|head| head.size == size) || lines_by(&note, origin) != expected {
            return Err(SigningFault::Foreign(size).into());
        }
    }
    for key in keys.history.current() {
        keys.signer(&key, first, keyring)?;
    }
    Ok(())
}
