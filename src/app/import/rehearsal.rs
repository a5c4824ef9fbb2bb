//! The desk of a dry run: persons as they would be, in memory. Nothing here is ever written.

use super::desk::Desk;
use crate::app::contact::Named;
use crate::app::record::{Consent, record_of};
use crate::app::refusal::Refusal;
use crate::domain::ids::{Blind, RecordId, SubjectId};
use crate::domain::registry::{Channel, ConsentState, Slug, Standing, latest_yes, stricter};
use crate::domain::time::{Entropy, Now};
use crate::store::WriteTx;
use std::collections::{BTreeSet, HashMap};

type Cells = Vec<((Slug, Channel), ConsentState)>;

/// A person as they would be.
#[derive(Debug, Default)]
struct Person {
    cells: Cells,
    standing: Standing,
    merged_into: Option<SubjectId>,
}

/// What the registry holds about the contacts of a chunk.
#[derive(Debug, Default)]
pub(super) struct Known {
    owners: Vec<(Blind, SubjectId)>,
    persons: HashMap<SubjectId, (Cells, Standing)>,
}

impl Known {
    /// Looks contacts up in the registry, with the answers to these purposes and channels.
    pub fn look_up(tx: &WriteTx<'_>, blinds: &[Blind], wanted: &[(Slug, Channel)]) -> Self {
        let mut known = Self::default();
        for blind in blinds {
            for person in tx.find_hashes(std::slice::from_ref(blind)) {
                known.owners.push((*blind, person));
                known.persons.entry(person).or_insert_with(|| {
                    let cell = |key: &(Slug, Channel)| {
                        Some((key.clone(), tx.state(person, &key.0, key.1)?.clone()))
                    };
                    (
                        wanted.iter().filter_map(cell).collect(),
                        tx.standing(person),
                    )
                });
            }
        }
        known
    }
}

/// The rehearsal.
pub(super) struct Rehearsal<'a> {
    now: Now,
    entropy: &'a dyn Entropy,
    owners: HashMap<Blind, SubjectId>,
    persons: HashMap<SubjectId, Person>,
}

impl<'a> Rehearsal<'a> {
    /// An empty one.
    pub fn new(now: Now, entropy: &'a dyn Entropy) -> Self {
        Self {
            now,
            entropy,
            owners: HashMap::new(),
            persons: HashMap::new(),
        }
    }

    /// Takes in what the registry holds; what was rehearsed about it already stays.
    pub fn learn(&mut self, known: Known) {
        for (blind, person) in known.owners {
            self.owners.entry(blind).or_insert(person);
        }
        for (person, (cells, standing)) in known.persons {
            self.persons.entry(person).or_insert(Person {
                cells,
                standing,
                merged_into: None,
            });
        }
    }

    fn resolve(&self, mut id: SubjectId) -> SubjectId {
        while let Some(next) = self.persons.get(&id).and_then(|person| person.merged_into) {
            id = next;
        }
        id
    }

    /// As the registry's own: the oldest stays, the stricter wins.
    fn subject_for(&mut self, named: &Named) -> Result<SubjectId, Refusal> {
        let mut found = self.persons(named).into_iter();
        let subject = found
            .next()
            .map_or_else(|| SubjectId::new(self.now, self.entropy), Ok)?;
        self.persons.entry(subject).or_default();
        for other in found {
            self.merge(other, subject);
        }
        for contact in &named.contacts {
            self.owners.entry(contact.blind).or_insert(subject);
        }
        Ok(subject)
    }

    fn merge(&mut self, from: SubjectId, into: SubjectId) {
        let Some(leaving) = self.persons.get_mut(&from) else {
            return;
        };
        leaving.merged_into = Some(into);
        let (cells, standing) = (std::mem::take(&mut leaving.cells), leaving.standing.clone());
        let Some(staying) = self.persons.get_mut(&into) else {
            return;
        };
        let own_yes = latest_yes(staying.cells.iter().map(|(_, state)| state));
        let others_yes = latest_yes(cells.iter().map(|(_, state)| state));
        staying.standing = staying.standing.merged(own_yes, &standing, others_yes);
        for (key, other) in cells {
            match staying.cells.iter_mut().find(|(own, _)| *own == key) {
                Some((_, own)) => *own = stricter(own, &other, u64::MAX),
                None => staying.cells.push((key, other)),
            }
        }
    }
}

impl Desk for Rehearsal<'_> {
    fn now(&self) -> Now {
        self.now
    }

    fn persons(&self, named: &Named) -> BTreeSet<SubjectId> {
        let found = named
            .contacts
            .iter()
            .filter_map(|contact| self.owners.get(&contact.blind));
        found.map(|id| self.resolve(*id)).collect()
    }

    fn state(&self, person: SubjectId, consent: &Consent) -> Option<&ConsentState> {
        let cells = &self.persons.get(&person)?.cells;
        let is_it = |(purpose, channel): &(Slug, Channel)| {
            *purpose == consent.purpose && *channel == consent.channel
        };
        cells
            .iter()
            .find(|(key, _)| is_it(key))
            .map(|(_, state)| state)
    }

    fn standing(&self, person: SubjectId) -> Standing {
        self.persons
            .get(&person)
            .map(|person| person.standing.clone())
            .unwrap_or_default()
    }

    /// As [`WriteTx::consent`], an undated no moved to the answer that it ends included.
    fn write(&mut self, consent: &Consent) -> Result<(), Refusal> {
        let subject = self.subject_for(&consent.named)?;
        let mut record = record_of(
            RecordId::new(self.now, self.entropy)?,
            subject,
            consent,
            self.now,
        );
        let Some(person) = self.persons.get_mut(&subject) else {
            return Ok(());
        };
        let key = (consent.purpose.clone(), consent.channel);
        match person.cells.iter_mut().find(|(known, _)| *known == key) {
            Some((_, held)) => {
                if record.status.is_no() && record.collected_at.is_none() {
                    record.effective_at = record.effective_at.max(held.effective_at);
                }
                *held = ConsentState::after(Some(held), ConsentState::of(&record, u64::MAX));
            }
            None => person
                .cells
                .push((key, ConsentState::of(&record, u64::MAX))),
        }
        Ok(())
    }
}
