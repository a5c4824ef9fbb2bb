//! Whether a question can be answered from memory, and who can where this node cannot.

use crate::app::check::Question;
use crate::app::open::App;
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

impl App {
    /// Whether other nodes hold persons whom this one does not, and can be asked.
    #[must_use]
    pub fn asks_nodes(&self) -> bool {
        self.nodes.is_some() && self.index.shard().is_some()
    }

    /// Which other nodes a question is better asked of: those that hold the part of its first contact point, where this
    /// one knows nobody by it. `None` where this one answers. Whoever is asked answers rightly; this is about speed.
    #[must_use]
    pub fn home_of(&self, question: &Question) -> Option<Shard> {
        let own = self.index.shard().filter(|_| self.nodes.is_some())?;
        let first = question.blinds.first()?;
        let is_away = question.subject.is_none() && !question.reserve && !own.holds(first);
        (is_away && self.index.view().person(first).is_none()).then(|| own.home(first))
    }
}
