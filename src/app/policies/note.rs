//! The signed note of a policy version: which files it has, who stands for it, and what the gate
//! found. Whoever can write into the database but has not the key cannot put other rules in force.

use crate::audit::note::{NoteError, NoteSigner, VerifierKey, open};
use crate::store::keys::Keyring;
use serde_json::Value;

/// The first line of every note.
const HEAD: &str = "placet policy version 1";

/// The name that versions are signed under.
const NAME: &str = "placet/policies";

/// The registry's signer of policy versions.
///
/// # Errors
/// Never in practice: the name can stand in a note.
pub fn signer(keys: &Keyring) -> Result<NoteSigner, NoteError> {
    NoteSigner::from_seed(NAME, keys.policy_seed().expose())
}

/// The signed note of a version. What is told of it stands on lines of their own.
///
/// # Errors
/// Never in practice: what is told has no control characters.
pub fn sign(
    signer: &NoteSigner,
    digest: &str,
    told: &[(&str, Value)],
) -> Result<String, NoteError> {
    let mut text = format!("{HEAD}\n{digest}\n");
    for (name, value) in told {
        text.push_str(name);
        text.push(' ');
        text.push_str(&value.to_string());
        text.push('\n');
    }
    signer.sign(&text)
}

/// Whether a note is about this version, and the registry's own.
#[must_use]
pub fn holds(verifier: &VerifierKey, digest: &str, note: &str) -> bool {
    let Ok(opened) = open(note, std::slice::from_ref(verifier)) else {
        return false;
    };
    let mut lines = opened.text.lines();
    lines.next() == Some(HEAD) && lines.next() == Some(digest)
}
