//! The state of a comparison as a text that another one goes on from: signed by the log's key, since
//! what was found stands in it.

use super::{CheckError, Walk};
use crate::audit::encoding::hex;
use crate::audit::note::{NoteSigner, VerifierKey, open};
use crate::audit::tree::sha256;
use serde::{Deserialize, Serialize};

/// What the state is, and of which version: another one remembers other things.
const PROFILE: &str = concat!("placet-audit-check/1 ", env!("CARGO_PKG_VERSION"));

#[derive(Serialize, Deserialize)]
struct Kept {
    /// A signed note over the state's digest.
    note: String,
    /// The state, as it was hashed.
    state: String,
}

/// The state as a text.
pub(super) fn write(walk: &Walk, signer: &NoteSigner) -> Result<String, CheckError> {
    let unwritable = |_| CheckError::State("it could not be written");
    let state = serde_json::to_string(walk).map_err(unwritable)?;
    let text = text_of(signer.verifier().name(), &state);
    let note = signer.sign(&text);
    let note = note.map_err(|_| CheckError::State("it could not be signed"))?;
    serde_json::to_string(&Kept { note, state }).map_err(unwritable)
}

/// The state of a text that this log's key signed.
pub(super) fn read(text: &str, key: &VerifierKey) -> Result<Walk, CheckError> {
    let unreadable = |_| CheckError::State("it does not read");
    let kept: Kept = serde_json::from_str(text).map_err(unreadable)?;
    let signed = open(&kept.note, std::slice::from_ref(key))
        .map_err(|_| CheckError::State("this log's key did not sign it"))?;
    if signed.text != text_of(key.name(), &kept.state) {
        return Err(CheckError::State(
            "it was changed, or is another version's of this program",
        ));
    }
    serde_json::from_str(&kept.state).map_err(unreadable)
}

/// What is signed. No checkpoint begins so, nor has a word in the line of its size.
fn text_of(origin: &str, state: &str) -> String {
    let digest = hex(&sha256(&[state.as_bytes()]));
    format!("{PROFILE}\n{origin}\nsha256:{digest}\n")
}

/// A map as a list of pairs: JSON has no names but texts.
pub(super) mod pairs {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::BTreeMap;

    pub fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(map)
    }

    pub fn deserialize<'de, K, V, D>(from: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::deserialize(from)?.into_iter().collect())
    }
}
