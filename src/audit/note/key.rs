//! Verifier keys: `<name>+<hex id>+<base64 of type and public key>`. The type is part of the Rust
//! type, so that a witness's key is never taken for a log's.

use super::NoteError;
use crate::audit::encoding::{b64, hex, unb64, unhex};
use crate::audit::tree::sha256;
use ring::signature::{self, UnparsedPublicKey};
use std::fmt;
use std::str::FromStr;

/// Signature type of plain Ed25519 signatures over the note's text.
const ED25519: u8 = 0x01;
/// Signature type of timestamped Ed25519 cosignatures (C2SP tlog-cosignature).
const COSIGNATURE: u8 = 0x04;

/// The public key of whoever signs notes: a log.
pub type VerifierKey = Vkey<ED25519>;
/// The public key of whoever cosigns checkpoints: a witness.
pub type CosignerKey = Vkey<COSIGNATURE>;

/// An Ed25519 public key with the name it signs under, for signatures of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vkey<const TYPE: u8> {
    name: String,
    id: [u8; 4],
    public: [u8; 32],
}

impl<const TYPE: u8> Vkey<TYPE> {
    /// The key of that name; its id follows from both.
    ///
    /// # Errors
    /// When the name cannot stand in a note.
    pub fn new(name: &str, public: [u8; 32]) -> Result<Self, NoteError> {
        check_name(name)?;
        let digest = sha256(&[name.as_bytes(), b"\n", &[TYPE], &public]);
        let id = digest.first_chunk().copied().unwrap_or_default();
        let name = name.to_owned();
        Ok(Self { name, id, public })
    }

    /// The name it signs under; of a log, its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The four bytes by which signature lines name it: a hint, no fingerprint.
    #[must_use]
    pub fn id(&self) -> &[u8; 4] {
        &self.id
    }

    /// The Ed25519 public key (RFC 8032).
    #[must_use]
    pub fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// Checks a bare Ed25519 signature over a message.
    ///
    /// # Errors
    /// When it does not hold.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), NoteError> {
        UnparsedPublicKey::new(&signature::ED25519, &self.public)
            .verify(message, signature)
            .map_err(|_| NoteError::BadSignature)
    }
}

impl<const TYPE: u8> fmt::Display for Vkey<TYPE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![TYPE];
        key.extend(self.public);
        write!(f, "{}+{}+{}", self.name, hex(&self.id), b64(&key))
    }
}

impl<const TYPE: u8> FromStr for Vkey<TYPE> {
    type Err = NoteError;

    fn from_str(vkey: &str) -> Result<Self, NoteError> {
        // base64 may itself hold a plus sign: only the first two divide
        let mut parts = vkey.splitn(3, '+');
        let mut next = || parts.next().ok_or(NoteError::Key);
        let (name, id, key) = (next()?, next()?, next()?);
        let id: [u8; 4] = unhex(id).ok_or(NoteError::Key)?;
        let key: [u8; 33] = unb64(key).ok_or(NoteError::Key)?;
        let (kind, public) = key.split_first().ok_or(NoteError::Key)?;
        let public = public.try_into().map_err(|_| NoteError::Key)?;
        let found = Self::new(name, public)?;
        if *kind == TYPE && found.id == id {
            Ok(found)
        } else {
            Err(NoteError::Key)
        }
    }
}

/// A name is not empty and has no space of any script, no plus sign, no control character.
pub(super) fn check_name(name: &str) -> Result<(), NoteError> {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.contains(forbidden) {
        Err(NoteError::Name)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::string_slice, reason = "tests")]
    use super::*;

    // of golang.org/x/mod/sumdb/note
    const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[test]
    fn only_the_whole_key_is_read() {
        assert_eq!(PETER.parse::<VerifierKey>().unwrap().to_string(), PETER);
        for from in 0..=PETER.len() {
            for to in from..=PETER.len() {
                let part = &PETER[from..to];
                assert_eq!(part.parse::<VerifierKey>().is_ok(), part == PETER, "{part}");
            }
        }
    }

    /// Keys of the tests of transparency-dev/formats: `remora` is a witness that cosigns.
    #[test]
    fn a_witness_is_no_log_and_a_log_is_no_witness() {
        let remora = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
        let log = "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6";
        assert_eq!(remora.parse::<CosignerKey>().unwrap().to_string(), remora);
        assert_eq!(log.parse::<VerifierKey>().unwrap().to_string(), log);
        assert!(remora.parse::<VerifierKey>().is_err());
        assert!(log.parse::<CosignerKey>().is_err());
    }

    #[test]
    fn one_changed_byte_is_refused() {
        for at in 0..PETER.len() {
            let mut bytes = PETER.as_bytes().to_vec();
            *bytes.get_mut(at).unwrap() += 1;
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.parse::<VerifierKey>().is_err(), "{text}");
        }
        for bad in [
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
            "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ] {
            assert!(bad.parse::<VerifierKey>().is_err(), "{bad}");
        }
    }
}
