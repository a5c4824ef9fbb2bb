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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::app::testing::TestApp;
    use crate::domain::ids::Blind;
    use crate::domain::registry::{IdentifierKinds, Standing};

    /// A contact point of the first half of all, and of the second.
    const OWN: Blind = Blind([0; 32]);
    const OTHER: Blind = Blind([255; 32]);
    const FOREIGN: Blind = Blind([254; 32]);

    fn person(id: u8, contacts: &[Blind], merged_into: Option<u8>) -> Change {
        let subject = |id: u8| SubjectId::from_slice(&[id; 16]).unwrap();
        Change::Person(PersonImage {
            subject: subject(id),
            merged_into: merged_into.map(subject),
            standing: Standing::default(),
            cells: vec![],
            contacts: contacts.to_vec(),
            kinds: IdentifierKinds::NONE,
            number: Some(1),
        })
    }

    fn index() -> Index<Rules> {
        let rules = TestApp::new().app.rules();
        Index::of_shard(rules, Some("1/2".parse().unwrap()))
    }

    /// Where a contact point of another part led to somebody who is held, it must lead there no more.
    #[test]
    fn what_leaves_somebody_who_is_held_is_taken_in() {
        let index = index();
        index.load(vec![person(1, &[OWN, OTHER], None)]);
        let passes = |change: &Change| Sieve::of(&index).passes(change);
        assert!(passes(&Change::Left(OTHER)) && passes(&Change::Left(OWN)));
        assert!(!passes(&Change::Left(FOREIGN)));
        // it is somebody else's now, who has nothing of this part
        assert!(passes(&person(2, &[OTHER], None)));
        assert!(!passes(&person(2, &[FOREIGN], None)));
    }

    /// Whoever somebody of the part is now is held, though nothing of this part leads to them.
    #[test]
    fn who_somebody_was_merged_into_is_read() {
        let index = index();
        let mut sieve = Sieve::of(&index);
        assert!(!sieve.passes(&person(2, &[FOREIGN], None)));
        assert!(sieve.passes(&person(1, &[OWN], Some(2))));
        let mut read = Vec::new();
        let outcome: Result<(), ()> = sieve.complete(|sieve, subject| {
            read.push(subject);
            assert!(sieve.passes(&person(2, &[FOREIGN], Some(3))) || read.len() > 1);
            Ok(())
        });
        outcome.unwrap();
        // and whom that one was merged into
        let ids: Vec<u8> = read.iter().map(|id| id.as_bytes()[0]).collect();
        assert_eq!(ids, [2, 3]);
    }
}
