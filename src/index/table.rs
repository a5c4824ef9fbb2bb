//! The tables of the index.

use super::cell::Manner;
use super::names::Names;
use super::person::{FOREVER, PackedCell, Person, PersonView, Slot};
use super::reached::Reached;
use crate::domain::ids::{Blind, Position, SubjectId};
use crate::domain::registry::{
    Catalogue, Cell, Change, Contacts, KeyImage, NoticeRef, PersonImage, Slug, Standing,
};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

/// The first 128 bits of a keyed hash. At ten million persons two meet with a chance of one in
/// 10^24; the rest of the hash is not needed to tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Handle([u8; 16]);

impl Hash for Handle {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // a UUIDv7 has its random bits at this end
        let [_, _, _, _, _, _, _, _, own @ ..] = self.0;
        state.write_u64(u64::from_be_bytes(own));
    }
}

/// The keys are keyed hashes or random ids already: their own bits serve as the hash.
#[derive(Debug, Default, Clone, Copy)]
pub struct OwnBits(u64);

impl Hasher for OwnBits {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, own: u64) {
        self.0 = own;
    }
}

type Fast<V> = HashMap<Handle, V, BuildHasherDefault<OwnBits>>;

/// What the index holds.
#[derive(Debug, Default)]
pub struct Table {
    position: Position,
    slots: Vec<Person>,
    by_contact: Fast<u32>,
    by_subject: Fast<u32>,
    suppressed: HashSet<Handle, BuildHasherDefault<OwnBits>>,
    keys: HashMap<[u8; 32], KeyImage>,
    catalogue: Arc<Catalogue>,
    purposes: Names<Slug>,
    notices: Names<NoticeRef>,
}

fn handle(blind: &Blind) -> Handle {
    let mut first = [0; 16];
    first
        .iter_mut()
        .zip(blind.0)
        .for_each(|(to, from)| *to = from);
    Handle(first)
}

fn own_handle(subject: SubjectId) -> Handle {
    Handle(*subject.as_bytes())
}

impl Table {
    /// How many ledger entries it has taken in.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// How many persons it holds.
    #[must_use]
    pub const fn persons(&self) -> usize {
        self.slots.len()
    }

    /// What is in force.
    #[must_use]
    pub const fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// The live API key of that hash.
    #[must_use]
    pub fn key(&self, hash: &[u8; 32]) -> Option<&KeyImage> {
        self.keys.get(hash).filter(|key| key.live)
    }

    /// The person that a contact point leads to.
    #[must_use]
    pub fn person(&self, contact: &Blind) -> Option<PersonView<'_>> {
        let slot = *self.by_contact.get(&handle(contact))?;
        self.at(slot)
    }

    /// Of the `count` rows from `from` on, the persons; who was merged into another is that other.
    pub fn some(&self, from: usize, count: usize) -> impl Iterator<Item = PersonView<'_>> {
        let rows = self.slots.iter().skip(from).take(count);
        let whole = rows.filter(|row| row.merged_into().is_none());
        whole.map(|person| PersonView {
            person,
            table: self,
        })
    }

    /// The person of that id, or the one that they were merged into.
    #[must_use]
    pub fn person_of(&self, subject: SubjectId) -> Option<PersonView<'_>> {
        self.at(*self.by_subject.get(&own_handle(subject))?)
    }

    /// The persons that contact points lead to, in their order. All places are looked up before
    /// the first row is read, so that what each waits for in memory is waited for at once.
    pub fn people<'t, 'c>(
        &'t self,
        contacts: impl Iterator<Item = Option<&'c Blind>>,
    ) -> Vec<Option<PersonView<'t>>> {
        let slot = |contact: Option<&Blind>| self.by_contact.get(&handle(contact?)).copied();
        let slots: Vec<Option<u32>> = contacts.map(slot).collect();
        slots.into_iter().map(|slot| self.at(slot?)).collect()
    }

    /// Whether a contact point is on the suppression list, known person or not.
    #[must_use]
    pub fn is_suppressed(&self, contact: &Blind) -> bool {
        self.suppressed.contains(&handle(contact))
    }

    fn at(&self, mut slot: u32) -> Option<PersonView<'_>> {
        for _ in 0..64 {
            let person = self.slots.get(slot as usize)?;
            match person.merged_into() {
                Some(next) => slot = next,
                None => {
                    return Some(PersonView {
                        person,
                        table: self,
                    });
                }
            }
        }
        None
    }

    pub(super) fn purpose_number(&self, purpose: &Slug) -> Option<u16> {
        self.purposes.number(purpose)
    }

    pub(super) fn purpose_name(&self, number: u16) -> Option<&Slug> {
        self.purposes.name(number)
    }

    pub(super) fn notice_name(&self, number: u16) -> Option<&NoticeRef> {
        self.notices.name(number)
    }

    pub(super) const fn move_to(&mut self, position: Position) {
        self.position = position;
    }

    pub(super) fn take_in(&mut self, change: Change) {
        match change {
            Change::Person(image) => self.take_in_person(image),
            Change::Contacts(subject, contacts) => self.take_in_contacts(subject, &contacts),
            Change::Suppressed(blind) => self.suppress(&blind),
            Change::Key(key) => drop(self.keys.insert(key.hash, key)),
            Change::Catalogue(catalogue) => self.catalogue = catalogue,
        }
    }

    fn suppress(&mut self, blind: &Blind) {
        self.suppressed.insert(handle(blind));
        let slot = self.by_contact.get(&handle(blind)).copied();
        if let Some(person) = slot.and_then(|slot| self.slots.get_mut(slot as usize)) {
            person.suppressed = true;
        }
    }

    fn take_in_person(&mut self, image: PersonImage) {
        let slot = self.slot(image.subject);
        let merged_into = image.merged_into.map(|into| self.slot(into));
        for contact in &image.contacts {
            self.by_contact.insert(handle(contact), slot);
        }
        let newly_suppressed = image
            .contacts
            .iter()
            .any(|contact| self.is_suppressed(contact));
        let cells: Vec<PackedCell> = image.cells.iter().map(|cell| self.pack(cell)).collect();
        let slots = cells.iter().zip(&image.cells).filter_map(|(packed, cell)| {
            Some(Slot {
                purpose: packed.purpose,
                channel: packed.channel,
                at: cell.state.circumstances.exact_slot?.timestamp_micros(),
            })
        });
        let slots = slots.collect();
        let inherited = self
            .slots
            .get(slot as usize)
            .is_some_and(|person| person.suppressed);
        let suppressed = inherited || newly_suppressed;
        if let Some(person) = self.slots.get_mut(slot as usize) {
            let reached = person.take_reached();
            *person = Person::new(
                image.subject,
                merged_into,
                suppressed,
                image.standing,
                &cells,
                slots,
            );
            person.reach(reached);
        }
        // who is merged carries the suppression along
        if let Some(into) = merged_into.and_then(|into| self.slots.get_mut(into as usize)) {
            into.suppressed |= suppressed;
        }
    }

    fn take_in_contacts(&mut self, subject: SubjectId, contacts: &Contacts) {
        let slot = self.slot(subject);
        let reached = Reached::of(contacts, &mut self.purposes);
        if let Some(person) = self.slots.get_mut(slot as usize) {
            person.reach(reached);
        }
    }

    fn slot(&mut self, subject: SubjectId) -> u32 {
        if let Some(slot) = self.by_subject.get(&own_handle(subject)) {
            return *slot;
        }
        let slot = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        let nothing_known = Person::new(subject, None, false, Standing::default(), &[], Vec::new());
        self.slots.push(nothing_known);
        self.by_subject.insert(own_handle(subject), slot);
        slot
    }

    fn pack(&mut self, cell: &Cell) -> PackedCell {
        let state = &cell.state;
        PackedCell {
            purpose: self.purposes.give(&cell.purpose),
            notice: state
                .notice
                .as_ref()
                .map_or(Names::<NoticeRef>::NONE, |notice| self.notices.give(notice)),
            channel: cell.channel.code(),
            answer: state.status,
            manner: Manner::of(state),
            effective_at: state.effective_at.timestamp_micros(),
            valid_until: state
                .valid_until
                .map_or(FOREVER, |until| until.timestamp_micros()),
            position: state.position,
        }
    }
}
