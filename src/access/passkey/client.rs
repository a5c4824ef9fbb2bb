//! What the browser says it was asked: the client data (section 5.8.1), which the signature covers.

use super::{Asked, PasskeyError};
use serde::Deserialize;

/// The longest that is read; an origin and a challenge take less than 400.
const LONGEST: usize = 4 * 1024;

#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    ceremony: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
}

/// Holds it against what was asked; `ceremony` is `webauthn.create` or `webauthn.get`.
pub(super) fn check(bytes: &[u8], ceremony: &str, asked: Asked<'_>) -> Result<(), PasskeyError> {
    if bytes.len() > LONGEST || bytes.first() != Some(&b'{') {
        return Err(PasskeyError::Malformed);
    }
    let said: ClientData = serde_json::from_slice(bytes).map_err(|_| PasskeyError::Malformed)?;
    if said.ceremony != ceremony {
        return Err(PasskeyError::Ceremony);
    }
    if said.challenge != asked.challenge.text() {
        return Err(PasskeyError::Challenge);
    }
    // in a frame of another site nothing of ours is shown
    if said.origin != asked.party.origin() || said.cross_origin {
        return Err(PasskeyError::Origin);
    }
    Ok(())
}
