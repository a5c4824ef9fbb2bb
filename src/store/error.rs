//! What can go wrong with the data.

use super::epochs::EpochFault;
use super::keys::KeyError;
use super::masters::WrongMaster;
use super::outside::OutsideFault;
use super::programs::newest;
use crate::domain::ids::Position;
use crate::domain::time::NoEntropy;
use crate::domain::tip::Loss;

/// The data could not be read or written. Says what was attempted and holds no personal data:
/// a database's own message is kept as its kind only, since it may quote a value.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached or refused the connection.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// A statement failed.
    #[error("the database failed while {doing} ({kind})")]
    Failed {
        /// What was attempted.
        doing: &'static str,
        /// The kind of failure.
        kind: String,
    },
    /// A row does not read as what it should be.
    #[error("{what} in the database does not read as it should{}", at(*.position))]
    Damaged {
        /// What it is.
        what: &'static str,
        /// Which ledger entry it belongs to.
        position: Option<Position>,
    },
    /// The master key is not among those that open this database.
    #[error(transparent)]
    WrongMaster(Box<WrongMaster>),
    /// The key file is not this database's, which is from before master keys were told apart.
    #[error(
        "this key file does not belong to this database; give the one that it was made with, or bring it back from \
         your backup (where there was no key file, a new one was made just now, which opens nothing here)"
    )]
    WrongKey,
    /// A signing key is not there, or not this log's. What to do is part of the words.
    #[error("{0}")]
    Signing(String),
    /// The key of an epoch cannot be had. What to do is part of the words.
    #[error(transparent)]
    Epoch(Box<EpochFault>),
    /// The register outside the database cannot be used. What to do is part of the words.
    #[error(transparent)]
    Outside(Box<OutsideFault>),
    /// A role of its own was asked for where there are none.
    #[error("database_owner_url is for PostgreSQL; leave it out")]
    NoRoles,
    /// Owner and service are one role.
    #[error(
        "database_owner_url and database_url connect as the same role; give database_url a role of its own, which owns nothing"
    )]
    OneRole,
    /// A migration failed.
    #[error("the database could not be brought up to date: {0}")]
    Migration(String),
    /// An idempotency key came back with another request.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// Too many writes wait already.
    #[error("too many writes wait already: nothing of this one was written; ask again in a moment")]
    Crowded,
    /// The database did not say whether it committed.
    #[error(
        "the database did not say whether it committed; ask again with the same Idempotency-Key"
    )]
    Uncertain,
    /// The log is not the one that this node followed.
    #[error(
        "the log in the database went another way than this node followed: the database is an older or another copy. \
         This node permits nothing any more; started anew, it reads everything again"
    )]
    AnotherWay,
    /// The tables are for newer programs.
    #[error(
        "the tables of this database are for programs that know migration {needs:04}, and this one knows them up to {knows:04}: \
         run the newer version. This one permits nothing and writes nothing there"
    )]
    TooOld {
        /// The migration that a program has to know.
        needs: i32,
        /// The newest that this one knows.
        knows: i32,
    },
    /// The service is stopping.
    #[error("the service is stopping")]
    Stopping,
    /// A sealed value does not open.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Randomness is missing.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// The log's arithmetic does not hold.
    #[error("the log does not hold together: {0}")]
    Log(String),
}

impl From<WrongMaster> for StoreError {
    fn from(wrong: WrongMaster) -> Self {
        Self::WrongMaster(Box::new(wrong))
    }
}

impl From<Loss> for StoreError {
    fn from(loss: Loss) -> Self {
        match loss {
            Loss::AnotherWay => Self::AnotherWay,
            Loss::TooOld { needs } => Self::TooOld {
                needs,
                knows: newest(),
            },
        }
    }
}

fn at(position: Option<Position>) -> String {
    position
        .map(|position| format!(" (entry {position})"))
        .unwrap_or_default()
}

impl StoreError {
    /// A failed statement, with what was attempted.
    pub fn failed(doing: &'static str) -> impl FnOnce(diesel::result::Error) -> Self {
        move |error| Self::Failed {
            doing,
            kind: kind_of(&error),
        }
    }

    /// Whether a node that meets this may not go on, and why.
    #[must_use]
    pub const fn loss(&self) -> Option<Loss> {
        match self {
            Self::AnotherWay => Some(Loss::AnotherWay),
            Self::TooOld { needs, .. } => Some(Loss::TooOld { needs: *needs }),
            _ => None,
        }
    }

    /// A row that does not read.
    #[must_use]
    pub const fn damaged(what: &'static str) -> Self {
        Self::Damaged {
            what,
            position: None,
        }
    }
}

/// A database's message may quote a value; only constraint and table names are kept.
fn kind_of(error: &diesel::result::Error) -> String {
    use diesel::result::Error;
    match error {
        Error::DatabaseError(kind, info) => {
            let table = info.table_name().unwrap_or_default();
            let constraint = info.constraint_name().unwrap_or_default();
            let clean = if info.message().contains("locked") {
                "database is locked"
            } else {
                ""
            };
            format!("{kind:?} {table} {constraint} {clean}")
                .trim()
                .to_owned()
        }
        Error::NotFound => "not found".to_owned(),
        Error::SerializationError(_) | Error::DeserializationError(_) => {
            "a value does not fit its column".to_owned()
        }
        _ => "statement failed".to_owned(),
    }
}
