//! Why the log cannot be signed, and what to do.

use crate::domain::ids::Position;
use crate::store::StoreError;

/// The log cannot be signed with the keys that are here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningFault {
    /// A key that signs is missing, or cannot be opened.
    #[error(
        "the signing key {0} of this log is missing or cannot be opened, and without it no checkpoint can be signed.\n\
         Bring database and key file back from one backup. If the key is lost for good, stop every node and run\n  \
         placet keys replace-lost-signing --reason \"…\"\n\
         It begins with a new key. That breaks the chain of keys: give the new key to everybody who checks this log."
    )]
    Lost(String),
    /// The last signed checkpoint is not one of these keys'.
    #[error(
        "the last checkpoint of this log, over {0} entries, is not signed by the keys that its entries name: a key is \
         missing, or the database is put together from two logs.\n\
         Bring database and key file back from one backup, then run\n  placet audit check\n\
         If entries about signing keys lost their rows and there is no backup, stop every node and run\n  \
         placet keys replace-lost-signing --reason \"…\""
    )]
    Foreign(Position),
    /// The log's first entry names another log.
    #[error(
        "the first entry of this log names another log than {0}: the database is put together from two. Bring it back \
         from your backup"
    )]
    Genesis(String),
    /// An entry about keys cannot be read, or does not follow those before it.
    #[error(
        "entry {0} about a signing key does not follow those before it: the database was changed. Bring it back from \
         your backup, or see what changed: placet audit check"
    )]
    Entry(Position),
}

impl From<SigningFault> for StoreError {
    fn from(fault: SigningFault) -> Self {
        Self::Signing(fault.to_string())
    }
}
