//! What nodes of one registry write to each other: sealed under a key of the registry's, whatever line it goes by.

use super::sealing::{cipher, tag32};
use super::{KeyError, Keyring};
use crate::domain::time::{Entropy, random};
use ring::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};

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

    fn letter_key(&self, salt: &[u8; SALT]) -> Result<(LessSafeKey, Nonce), KeyError> {
        let key = cipher(&tag32(&self.nodes, salt))?;
        Ok((key, Nonce::assume_unique_for_key([0; NONCE_LEN])))
    }
}
