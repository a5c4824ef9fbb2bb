//! Key epochs: persons' keys are wrapped under the key of an epoch, which is made of the registry's root
//! *and* a secret in a file of its own. Whoever destroys the file has destroyed every copy of what
//! was wrapped under it, also those in backups of the database.

use super::KeyError;
use super::file::{self, KeyFileError};
use super::sealing::{Key32, cipher_of, expand};
use crate::domain::personal::Secret;
use crate::domain::time::Entropy;
use ring::aead::LessSafeKey;
use ring::hkdf;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

/// The number of an epoch. It alone says how the key is made, so that no row can say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(i32);

impl Epoch {
    /// That of registries that were made before there were epochs: made of the root alone.
    pub const OF_MASTER: Self = Self(1);
    /// That with which a new registry begins.
    pub const FIRST: Self = Self(2);

    /// The epoch of that number.
    #[must_use]
    pub const fn of(number: i32) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where the files of epochs are: `epoch-2.key` and so on.
#[derive(Debug, Clone)]
pub struct KeyDirectory(PathBuf);

impl KeyDirectory {
    /// That directory; it is made when the first file is.
    #[must_use]
    pub const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The file of an epoch.
    #[must_use]
    pub fn file(&self, epoch: Epoch) -> PathBuf {
        self.0.join(format!("epoch-{epoch}.key"))
    }

    /// Whether the file is there, whatever it holds.
    #[must_use]
    pub fn has(&self, epoch: Epoch) -> bool {
        self.file(epoch).exists()
    }

    /// The secret of an epoch; `None` where there is no file.
    ///
    /// # Errors
    /// Where the file is no key, or others may read it.
    pub fn read(&self, epoch: Epoch) -> Result<Option<Secret<[u8; 32]>>, KeyFileError> {
        file::read(&self.file(epoch))
    }

    /// Makes the file of an epoch, and says whether it did; where it is there already it stays.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn make(&self, epoch: Epoch, entropy: &dyn Entropy) -> Result<bool, KeyFileError> {
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.0);
        made.map_err(|error| KeyFileError::Io {
            path: self.file(epoch),
            doing: "made",
            error,
        })?;
        file::make(&self.file(epoch), entropy)
    }

    /// Overwrites the file of an epoch and takes it away; whether it was there.
    ///
    /// # Errors
    /// Where it cannot be.
    pub fn destroy(&self, epoch: Epoch) -> Result<bool, KeyFileError> {
        file::destroy(&self.file(epoch))
    }
}

/// The key of an epoch, made of both its parts.
pub struct EpochKey {
    pub(super) wrapping: LessSafeKey,
    pub(super) register: LessSafeKey,
    self_test: [u8; 32],
}

impl EpochKey {
    /// A value by which a registry knows the epoch's file again without learning the key.
    #[must_use]
    pub const fn self_test(&self) -> &[u8; 32] {
        &self.self_test
    }
}

/// The keys of epochs that are held just now.
pub(super) struct Epochs {
    mixing: Key32,
    of_master: Arc<EpochKey>,
    held: RwLock<BTreeMap<Epoch, Arc<EpochKey>>>,
    pub(super) directory: KeyDirectory,
}

impl Epochs {
    pub(super) fn derive(root: &hkdf::Prk, directory: KeyDirectory) -> Result<Self, KeyError> {
        Ok(Self {
            mixing: expand(root, b"epochs/1")?,
            of_master: Arc::new(EpochKey {
                wrapping: cipher_of(root, b"kek/1")?,
                register: cipher_of(root, b"register/1")?,
                self_test: [0; 32],
            }),
            held: RwLock::default(),
            directory,
        })
    }

    /// Neither part alone tells anything of the key.
    pub(super) fn key(
        &self,
        epoch: Epoch,
        secret: &Secret<[u8; 32]>,
    ) -> Result<EpochKey, KeyError> {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, &*self.mixing);
        let root = salt.extract(secret.expose());
        let label = |what: &str| format!("{what}/{epoch}").into_bytes();
        Ok(EpochKey {
            wrapping: cipher_of(&root, &label("kek"))?,
            register: cipher_of(&root, &label("register"))?,
            self_test: *expand(&root, &label("self-test"))?,
        })
    }

    pub(super) fn get(&self, epoch: Epoch) -> Option<Arc<EpochKey>> {
        if epoch == Epoch::OF_MASTER {
            return Some(self.of_master.clone());
        }
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.get(&epoch).cloned()
    }

    pub(super) fn hold(&self, epoch: Epoch, key: EpochKey) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.insert(epoch, Arc::new(key));
    }

    pub(super) fn forget(&self, epoch: Epoch) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.remove(&epoch);
    }
}
