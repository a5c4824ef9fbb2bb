//! Persons' keys, wrapped under the keys of epochs.

use super::sealing::{open_key, seal};
use super::{Epoch, EpochKey, KeyDirectory, KeyError, Keyring, SubjectKey};
use crate::domain::ids::SubjectId;
use crate::domain::personal::Secret;
use crate::domain::time::Entropy;

impl Keyring {
    /// The key of an epoch, made of the root and the secret of its file.
    ///
    /// # Errors
    /// Never in practice.
    pub fn epoch_key(&self, epoch: Epoch, secret: &Secret<[u8; 32]>) -> Result<EpochKey, KeyError> {
        self.epochs.key(epoch, secret)
    }

    /// Where the files of epochs are.
    #[must_use]
    pub const fn directory(&self) -> &KeyDirectory {
        &self.epochs.directory
    }

    /// Whether the key of an epoch is held.
    #[must_use]
    pub fn holds(&self, epoch: Epoch) -> bool {
        self.epochs.get(epoch).is_some()
    }

    /// Holds the key of an epoch from here on. Whoever calls has seen that it is this registry's.
    pub(in crate::store) fn hold(&self, epoch: Epoch, key: EpochKey) {
        self.epochs.hold(epoch, key);
    }

    /// Holds the key of an epoch no more.
    pub(in crate::store) fn forget(&self, epoch: Epoch) {
        self.epochs.forget(epoch);
    }

    /// Wraps a person's key for the database, under the key of an epoch.
    ///
    /// # Errors
    /// Where randomness is missing, or the epoch's key is not held.
    pub fn wrap(
        &self,
        key: &SubjectKey,
        subject: SubjectId,
        epoch: Epoch,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        let under = self.epochs.get(epoch).ok_or(KeyError::NotHeld(epoch))?;
        let aad = wrap_aad(subject, epoch);
        seal(&under.wrapping, key.master.expose(), &aad, entropy)
    }

    /// A person's key wrapped under another epoch than before. What it is stays the same.
    ///
    /// # Errors
    /// As [`Self::unwrap`] and [`Self::wrap`].
    pub fn rewrap(
        &self,
        wrapped: &[u8],
        subject: SubjectId,
        (from, to): (Epoch, Epoch),
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        let before = self.epochs.get(from).ok_or(KeyError::NotHeld(from))?;
        let after = self.epochs.get(to).ok_or(KeyError::NotHeld(to))?;
        let key = open_key(&before.wrapping, wrapped, &wrap_aad(subject, from))?;
        let aad = wrap_aad(subject, to);
        seal(&after.wrapping, &*key, &aad, entropy)
    }

    /// Opens a person's key from the database.
    ///
    /// # Errors
    /// [`KeyError::Sealed`] where the row was changed or another registry's key wrapped it,
    /// [`KeyError::NotHeld`] where the epoch's key is not held.
    pub fn unwrap(
        &self,
        wrapped: &[u8],
        subject: SubjectId,
        epoch: Epoch,
    ) -> Result<SubjectKey, KeyError> {
        let under = self.epochs.get(epoch).ok_or(KeyError::NotHeld(epoch))?;
        let key = open_key(&under.wrapping, wrapped, &wrap_aad(subject, epoch))?;
        SubjectKey::from_master(*key)
    }
}

fn wrap_aad(subject: SubjectId, epoch: Epoch) -> Vec<u8> {
    [
        format!("subject-key/{epoch}/").as_bytes(),
        subject.as_bytes(),
    ]
    .concat()
}
