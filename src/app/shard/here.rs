//! Whether a question can be answered from memory.

use crate::app::check::Question;
use crate::domain::shard::Shard;
use crate::index::Table;

/// Whether everybody whom a question is about is held, and nobody who is not held can be one of them: each contact
/// point is of the part, or leads to somebody who is held. Holds for the view that it is asked of, and no other.
pub(in crate::app) fn is_here(shard: Option<Shard>, table: &Table, question: &Question) -> bool {
    let Some(shard) = shard else {
        return true;
    };
    let mut contacts = question.blinds.iter();
    let by_id = question
        .subject
        .is_none_or(|subject| table.person_of(subject).is_some());
    by_id && contacts.all(|contact| shard.holds(contact) || table.person(contact).is_some())
}
