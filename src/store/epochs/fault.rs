//! Why the key of an epoch cannot be had, and what to do.

use crate::store::StoreError;
use crate::store::keys::file::KeyFileError;
use crate::store::keys::{Epoch, KeyError};
use std::path::PathBuf;

/// The key of an epoch cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum EpochFault {
    /// Its file is not there.
    #[error(
        "the file of key epoch {epoch} is missing: {}. What is kept of persons under it cannot be opened without it.\n\
         Bring it back from your backup of the key files, or from another node's key directory.\n\
         If the epoch was destroyed on purpose (placet keys destroy-epoch {epoch}), this database is a copy from \
         before that: nobody of that time can be read any more, and it must not be used. Bring back a later one.",
        .file.display()
    )]
    Missing {
        /// Which epoch.
        epoch: Epoch,
        /// Where it should be.
        file: PathBuf,
    },
    /// Its file is another key's.
    #[error(
        "the file {} is not that of key epoch {epoch} of this registry: it was changed, or is another registry's.\n\
         Bring the right one back from your backup of the key files, or from another node's key directory.",
        .file.display()
    )]
    Foreign {
        /// Which epoch.
        epoch: Epoch,
        /// The file.
        file: PathBuf,
    },
    /// Its file cannot be read.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// The key cannot be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Nothing says that there is such an epoch.
    #[error(
        "a person's key names key epoch {0}, of which this database knows nothing: it was changed. See what: placet \
         audit check"
    )]
    Unknown(Epoch),
    /// It was destroyed.
    #[error(
        "a person's key is wrapped under key epoch {0}, which was destroyed: the database was changed. See what: placet \
         audit check"
    )]
    Destroyed(Epoch),
}

impl EpochFault {
    /// What is wrong in a few words, without the place of a file.
    #[must_use]
    pub fn brief(&self) -> String {
        match self {
            Self::Missing { epoch, .. } => format!("the file of key epoch {epoch} is missing"),
            Self::Foreign { epoch, .. } => {
                format!("the file of key epoch {epoch} is not this registry's")
            }
            Self::File(_) => "the file of a key epoch cannot be read".into(),
            Self::Key(_) => "the key of an epoch cannot be made".into(),
            Self::Unknown(epoch) => format!("key epoch {epoch} is not known"),
            Self::Destroyed(epoch) => format!("key epoch {epoch} was destroyed"),
        }
    }
}

impl From<EpochFault> for StoreError {
    fn from(fault: EpochFault) -> Self {
        Self::Epoch(Box::new(fault))
    }
}

impl From<KeyFileError> for StoreError {
    fn from(error: KeyFileError) -> Self {
        EpochFault::File(error).into()
    }
}
