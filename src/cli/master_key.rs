//! The master key's file: made on the first start, readable by its owner alone.

use super::output::{Failure, say};
use crate::domain::personal::Secret;
use crate::domain::time::Entropy;
use crate::store::keys::file::{self, KeyFileError};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Makes the data directory, open to its owner alone.
///
/// # Errors
/// Where it cannot be made.
pub fn make_directory(directory: &Path) -> Result<(), Failure> {
    let made = DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory);
    made.map_err(|error| {
        Failure::failed(format!(
            "the data directory {} cannot be made: {error}",
            directory.display()
        ))
    })
}

/// The key from its file; a new one where there is no file.
///
/// # Errors
/// Where the file is no key, or others may read it.
pub fn load_or_make(path: &Path, entropy: &dyn Entropy) -> Result<Secret<[u8; 32]>, Failure> {
    loop {
        if let Some(key) = file::read(path)? {
            return Ok(key);
        }
        // of two first starts one makes the key, and both read it
        if file::make(path, entropy)? {
            say(&format!(
                "made the master key {}: keep a copy of it apart from the data; without it nothing can be read",
                path.display()
            ));
        }
    }
}

impl From<KeyFileError> for Failure {
    fn from(error: KeyFileError) -> Self {
        Self::failed(error.to_string())
    }
}
