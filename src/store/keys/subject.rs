//! One person's key.

use super::KeyError;
use super::sealing::{cipher_of, hashing_of, open, open_key, seal, secret_of, tag32};
use crate::domain::personal::Secret;
use crate::domain::time::{Entropy, random};
use ring::aead::LessSafeKey;
use ring::{hkdf, hmac};

/// One person's key, with what is derived from it.
#[derive(Clone)]
pub struct SubjectKey {
    pub(super) master: Secret<[u8; 32]>,
    view: Secret<[u8; 32]>,
    openings: hmac::Key,
    payloads: LessSafeKey,
}

impl std::fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SubjectKey(•••)")
    }
}

impl SubjectKey {
    /// A new person's key.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn new(entropy: &dyn Entropy) -> Result<Self, KeyError> {
        Self::from_master(random(entropy)?)
    }

    pub(super) fn from_master(master: [u8; 32]) -> Result<Self, KeyError> {
        let root = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &master);
        Ok(Self {
            view: secret_of(&root, b"view")?,
            openings: hashing_of(&root, b"blind")?,
            payloads: cipher_of(&root, b"enc")?,
            master: Secret::new(master),
        })
    }

    /// The key that finds this person's entries in the log.
    #[must_use]
    pub const fn view(&self) -> &[u8; 32] {
        self.view.expose()
    }

    /// The opening of the commitment of the person's event number `counter`.
    #[must_use]
    pub fn opening(&self, counter: u64) -> [u8; 32] {
        tag32(&self.openings, &counter.to_be_bytes())
    }

    /// Encrypts something of this person's; `context` must be the same when it is opened.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn seal(
        &self,
        plain: &[u8],
        context: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        seal(&self.payloads, plain, context, entropy)
    }

    /// Wraps another key under this one: it dies with it.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn wrap(
        &self,
        other: &Self,
        context: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        seal(&self.payloads, other.master.expose(), context, entropy)
    }

    /// Opens a key that was wrapped under this one.
    ///
    /// # Errors
    /// [`KeyError::Sealed`] where it was changed.
    pub fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Self, KeyError> {
        Self::from_master(*open_key(&self.payloads, wrapped, context)?)
    }

    /// Decrypts something of this person's.
    ///
    /// # Errors
    /// [`KeyError::Sealed`] where it was changed.
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, KeyError> {
        open(&self.payloads, sealed, context)
    }
}
