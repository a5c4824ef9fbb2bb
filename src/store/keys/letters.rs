//! What nodes of one registry write to each other: sealed under a key of the registry's, whatever line it goes by.

use super::sealing::{cipher, tag32};
use super::{KeyError, Keyring};
use crate::domain::time::{Entropy, random};
use ring::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};
use ring::hmac;

/// What each letter has for itself: its key follows from it, so that no nonce is used twice however many are written.
pub const SALT: usize = 16;

impl Keyring {
    /// Seals a letter; `about` says what it is, and is not written into it.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn seal_letter(
        &self,
        mut text: Vec<u8>,
        about: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        let salt: [u8; SALT] = random(entropy)?;
        let (key, nonce) = self.letter_key(&salt)?;
        key.seal_in_place_append_tag(nonce, Aad::from(about), &mut text)
            .map_err(|_| KeyError::Sealed)?;
        text.splice(..0, salt);
        Ok(text)
    }

    /// Opens a letter.
    ///
    /// # Errors
    /// [`KeyError::Sealed`] where it was changed, is about something else, or is of another registry.
    pub fn open_letter(&self, mut sealed: Vec<u8>, about: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (salt, text) = sealed
            .split_first_chunk_mut::<SALT>()
            .ok_or(KeyError::Sealed)?;
        let (key, nonce) = self.letter_key(salt)?;
        let opened = key.open_in_place(nonce, Aad::from(about), text);
        let length = opened.map_err(|_| KeyError::Sealed)?.len();
        sealed.drain(..SALT);
        sealed.truncate(length);
        Ok(sealed)
    }

    /// What a node shows before it hands in a letter, so that nobody reads what strangers send.
    #[must_use]
    pub fn node_pass(&self, at: i64) -> [u8; 32] {
        tag32(&self.nodes, &pass(at))
    }

    /// Whether that is what a node shows then.
    #[must_use]
    pub fn is_node_pass(&self, at: i64, shown: &[u8]) -> bool {
        hmac::verify(&self.nodes, &pass(at), shown).is_ok()
    }

    fn letter_key(&self, salt: &[u8; SALT]) -> Result<(LessSafeKey, Nonce), KeyError> {
        let key = cipher(&tag32(&self.nodes, salt))?;
        Ok((key, Nonce::assume_unique_for_key([0; NONCE_LEN])))
    }
}

/// What a pass is of: longer than a salt, so that no letter's key is one.
fn pass(at: i64) -> Vec<u8> {
    [b"node's pass/".as_slice(), &at.to_be_bytes()].concat()
}
