//! What the index is told when the ledger moves on: whole images, so that applying one twice
//! does no harm.

use super::{Catalogue, Cell, Contacts, IdentifierKinds, KeyImage, Paced, RegisterList, Standing};
use crate::domain::ids::{Blind, Position, SubjectId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One person as checks need them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonImage {
    /// The person.
    pub subject: SubjectId,
    /// The person that this record was merged into.
    pub merged_into: Option<SubjectId>,
    /// Objections and restriction.
    pub standing: Standing,
    /// All choices.
    pub cells: Vec<Cell>,
    /// Contact points that lead here; may leave out such as were told before.
    pub contacts: Vec<Blind>,
    /// Of which kinds those contact points are.
    pub kinds: IdentifierKinds,
    /// The position of the first entry about this record, by which lists know the person; `None` where it
    /// was told before.
    pub number: Option<Position>,
}

/// The role of an API key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Records consents.
    Collector,
    /// Asks before it sends.
    Marketing,
    /// Reads, exports, requests.
    Dpo,
    /// Administers catalogue and keys.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: &[Self] = &[Self::Collector, Self::Marketing, Self::Dpo, Self::Admin];

    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Collector => "collector",
            Self::Marketing => "marketing",
            Self::Dpo => "dpo",
            Self::Admin => "admin",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.as_str() == text)
    }
}

/// One thing that changed.
#[derive(Clone, Debug)]
pub enum Change {
    /// A person.
    Person(PersonImage),
    /// A person's contacts: all that count.
    Contacts(SubjectId, Contacts),
    /// A person's pauses and bounds: all that there are.
    Paces(SubjectId, Vec<Paced>),
    /// A person was erased: nothing leads to them any more.
    Erased(SubjectId),
    /// A contact point is its person's no more: it leads to nobody, until it is somebody's again.
    Left(Blind),
    /// A contact point came onto the suppression list.
    Suppressed(Blind),
    /// A register's list was loaded, in the place of the one before.
    Register(Arc<RegisterList>),
    /// An API key was made or revoked.
    Key(KeyImage),
    /// Purposes or notices changed.
    Catalogue(Arc<Catalogue>),
}
