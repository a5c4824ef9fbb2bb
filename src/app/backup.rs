//! A backup: the copy, and beside it what it is. No key is in either.

use super::open::App;
use super::refusal::Refusal;
use crate::access::{BackUp, Grant};
use crate::domain::ids::Position;
use crate::domain::time::rfc3339;
use crate::store::{CopyHead, StoreError};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What a backup is: kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this list.
    pub placet_backup: u32,
    /// The program that made it.
    pub version: String,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// The name of the log.
    pub origin: String,
    /// How many entries it has.
    pub position: Position,
    /// The root of the log's tree there, in hexadecimal digits.
    pub root: String,
    /// The last signed checkpoint from before it.
    pub checkpoint: String,
    /// When it was made.
    pub made_at: String,
    /// How many bytes the copy has.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: String,
    /// The master keys, by their ids, of which one opens it. A list of an older version does not say.
    #[serde(default)]
    pub master_keys: Vec<String>,
    /// The key files without which it does not open, to be kept apart from it.
    pub keys_to_keep_apart: Vec<String>,
}

/// The only form there is.
pub const FORM: u32 = 1;

impl App {
    /// Copies an embedded database into an empty file.
    ///
    /// # Errors
    /// Where it cannot be.
    pub fn copy_into(&self, grant: &Grant<BackUp>, file: &Path) -> Result<CopyHead, StoreError> {
        self.store.copy_into(grant, file)?;
        crate::store::look_into(file)
    }

    /// Shows one state of a server's database to the program that dumps it.
    ///
    /// # Errors
    /// Where it cannot be, or what `dump` refuses.
    pub fn dumped<E: From<StoreError>>(
        &self,
        grant: &Grant<BackUp>,
        dump: impl FnOnce(&str) -> Result<(), E>,
    ) -> Result<CopyHead, E> {
        Ok(self.store.shown(grant, dump)?.0)
    }

    /// About how many bytes a copy has.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn bytes_to_copy(&self, grant: &Grant<BackUp>) -> Result<u64, StoreError> {
        self.store.bytes(grant)
    }

    /// Whether the database is a file.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.store.is_file()
    }

    /// Says what a copy is.
    #[must_use]
    pub fn manifest(
        &self,
        head: CopyHead,
        checkpoint: String,
        (bytes, sha256): (u64, String),
    ) -> Manifest {
        let database = if self.is_embedded() {
            "sqlite"
        } else {
            "postgres"
        };
        let epoch = crate::store::keys::Epoch::of(head.key_epoch);
        let masters = head.master_keys.iter().map(ToString::to_string);
        Manifest {
            placet_backup: FORM,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            database: database.to_owned(),
            origin: head.origin,
            position: head.size,
            root: head.root,
            checkpoint,
            made_at: rfc3339(self.now().utc()),
            bytes,
            sha256,
            master_keys: masters.collect(),
            keys_to_keep_apart: vec![
                "master.key".to_owned(),
                self.keys().directory().file(epoch).display().to_string(),
            ],
        }
    }

    /// The last checkpoint of the log as it is now.
    ///
    /// # Errors
    /// Where it cannot be signed.
    pub fn checkpoint_for_backup(&self, _grant: &Grant<BackUp>) -> Result<String, Refusal> {
        Ok(self.sign_head(self.now())?.note)
    }
}
