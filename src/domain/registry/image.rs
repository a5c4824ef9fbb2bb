//! What the index is told when the ledger moves on: whole images, so that applying one twice
//! does no harm.

use super::{Catalogue, Cell, Contacts, IdentifierKinds, KeyImage, Paced, RegisterList, Standing};
use crate::domain::ids::{Blind, Position, SubjectId};
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
