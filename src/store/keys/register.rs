//! Sealing blocks of the register outside the database.

use super::sealing::{open, seal};
use super::{Epoch, KeyError, Keyring};
use crate::domain::time::Entropy;

impl Keyring {
    /// Seals a block of the register outside the database, under an epoch: what destroys the backups
    /// that it is kept for destroys it as well.
    ///
    /// # Errors
    /// Where randomness is missing, or the epoch's key is not held.
    pub fn seal_register(
        &self,
        block: &[u8],
        epoch: Epoch,
        place: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        let under = self.epochs.get(epoch).ok_or(KeyError::NotHeld(epoch))?;
        seal(&under.register, block, place, entropy)
    }

    /// Opens a block of the register. A database that was brought back may not know its epoch: the key
    /// is taken from the file then, and that the block opens shows that it is the right one.
    ///
    /// # Errors
    /// [`KeyError::NotHeld`] where the epoch's key cannot be had, [`KeyError::Sealed`] where the block
    /// was changed or is elsewhere than it was.
    pub fn open_register(
        &self,
        sealed: &[u8],
        epoch: Epoch,
        place: &[u8],
    ) -> Result<Vec<u8>, KeyError> {
        if let Some(under) = self.epochs.get(epoch) {
            return open(&under.register, sealed, place);
        }
        let secret = self.directory().read(epoch).ok().flatten();
        let secret = secret.ok_or(KeyError::NotHeld(epoch))?;
        open(&self.epoch_key(epoch, &secret)?.register, sealed, place)
    }
}
