//! Why the register outside the database cannot be used, and what to do.

use crate::store::error::StoreError;
use crate::store::keys::KeyError;
use std::path::{Path, PathBuf};

/// The register outside the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OutsideFault {
    /// A file that the database knows is not there.
    #[error(
        "the erasure register has lost {}: without it nobody knows who was erased or said no since the backup that \
         this database may come from. Bring the file back to that place (or name the right directory with \
         erasure_register). If it is lost for good, read \"A lost register\" in docs/operator.md, then run\n  \
         placet restore --finish --without-register --reason \"…\"",
        .0.display()
    )]
    Missing(PathBuf),
    /// A file was changed, or is shorter than the database remembers.
    #[error(
        "{} of the erasure register is damaged: it is not what was written. Bring it back from a copy. If there is none, read \
         \"A lost register\" in docs/operator.md, then run\n  \
         placet restore --finish --without-register --reason \"…\"",
        .0.display()
    )]
    Damaged(PathBuf),
    /// The key file of an epoch is missing.
    #[error(
        "{} of the erasure register was written under a key epoch whose file is not here ({error}): bring the file of \
         that epoch back into the key directory", .path.display()
    )]
    Shut {
        /// Which file.
        path: PathBuf,
        /// Which epoch.
        error: KeyError,
    },
    /// The file is another registry's.
    #[error(
        "{} is the erasure register of another registry, {origin}: give each registry a directory of its own \
         (erasure_register)", .path.display()
    )]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// Whose it is.
        origin: String,
    },
    /// The database went back under a running service.
    #[error(
        "the database knows less than this service has acknowledged: an older one took its place. Stop the service; its next \
         start applies again what the erasure register has"
    )]
    WentBack,
    /// A file cannot be read or written.
    #[error("the erasure register cannot be {doing} at {}: {error}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What was attempted.
        doing: &'static str,
        /// Why not.
        error: std::io::Error,
    },
    /// Nothing can be sealed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl From<OutsideFault> for StoreError {
    fn from(fault: OutsideFault) -> Self {
        Self::Outside(Box::new(fault))
    }
}

impl OutsideFault {
    pub(super) fn file(path: &Path, doing: &'static str, error: std::io::Error) -> Self {
        let path = path.to_owned();
        Self::File { path, doing, error }
    }
}
