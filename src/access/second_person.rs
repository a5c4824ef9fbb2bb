//! Which acts take two persons, beside the publication of policies, which always does.

use crate::domain::event::Actor;

/// What the operator has set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SecondPerson {
    /// A mass export that somebody asks for in the console is approved by another, and somebody of the staff is by
    /// when a key is destroyed.
    #[default]
    Required,
    /// One person does it alone: where there is no other.
    NotRequired,
}

impl SecondPerson {
    /// Whether what an actor asks for waits for another. Keys are no persons, and the operator has the database.
    #[must_use]
    pub const fn is_asked_of(self, actor: &Actor) -> bool {
        matches!((self, actor), (Self::Required, Actor::Staff(_)))
    }
}
