//! What of the changes that the database tells an index takes in that holds a part of the persons.

use crate::app::policies::rules::Rules;
use crate::domain::ids::SubjectId;
use crate::domain::registry::{Change, PersonImage};
use crate::domain::shard::Shard;
use crate::index::Index;
use std::collections::HashSet;

/// Persons are merged one into the other, and seldom more often than once.
const ROUNDS: usize = 64;

/// Lets pass what is about persons of the part. What comes must be read from the database at one instant: there each
/// person is told whole, before what else is told of them.
pub(in crate::app) struct Sieve<'a> {
    index: &'a Index<Rules>,
    shard: Option<Shard>,
    /// Who was let pass since others were spoken of last: they may not be in the index yet.
    passed: HashSet<SubjectId>,
    /// Into whom somebody of the part was merged, and who was not let pass.
    wanted: HashSet<SubjectId>,
    /// Whether the last change was a person.
    among_persons: bool,
}

impl<'a> Sieve<'a> {
    /// A sieve for an index; one that holds everybody takes everything.
    pub(in crate::app) fn of(index: &'a Index<Rules>) -> Self {
        Self {
            index,
            shard: index.shard(),
            passed: HashSet::new(),
            wanted: HashSet::new(),
            among_persons: false,
        }
    }

    /// Whether a change is taken in.
    pub(in crate::app) fn passes(&mut self, change: &Change) -> bool {
        let Some(shard) = self.shard else {
            return true;
        };
        let were = std::mem::replace(&mut self.among_persons, matches!(change, Change::Person(_)));
        match change {
            Change::Person(image) => {
                if !were {
                    self.passed.clear();
                }
                self.passes_person(shard, image)
            }
            Change::Contacts(subject, _) | Change::Paces(subject, _) => self.has(*subject),
            Change::Left(contact) => shard.holds(contact) || self.index.view().knows(contact),
            Change::Erased(_)
            | Change::Suppressed(_)
            | Change::Register(_)
            | Change::Key(_)
            | Change::Catalogue(_) => true,
        }
    }

    fn passes_person(&mut self, shard: Shard, image: &PersonImage) -> bool {
        let is_known = || {
            let view = self.index.view();
            // a contact point may have been another's, whom it must not lead to any more
            view.has(image.subject) || image.contacts.iter().any(|contact| view.knows(contact))
        };
        let comes = self.wanted.contains(&image.subject)
            || image.contacts.iter().any(|contact| shard.holds(contact))
            || is_known();
        if !comes {
            return false;
        }
        if let Some(into) = image.merged_into.filter(|into| !self.has(*into)) {
            self.wanted.insert(into);
        }
        self.wanted.remove(&image.subject);
        self.passed.insert(image.subject);
        true
    }

    fn has(&self, subject: SubjectId) -> bool {
        self.passed.contains(&subject) || self.index.view().has(subject)
    }

    /// Has `read` tell those whom somebody of the part was merged into, until nobody is missing.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub(in crate::app) fn complete<E>(
        &mut self,
        mut read: impl FnMut(&mut Self, SubjectId) -> Result<(), E>,
    ) -> Result<(), E> {
        for _ in 0..ROUNDS {
            let missing: Vec<SubjectId> = self.wanted.iter().copied().collect();
            for subject in &missing {
                self.among_persons = false;
                read(self, *subject)?;
            }
            // who was merged and erased since is nowhere
            self.wanted.retain(|subject| !missing.contains(subject));
            if self.wanted.is_empty() {
                break;
            }
        }
        Ok(())
    }
}
