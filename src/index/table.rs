//! The tables of the index.

use super::acts::{FOREVER, PackedCell, Sets};
use super::cell::Manner;
use super::lists::Lists;
use super::names::Names;
use super::person::{PackedPace, Person, PersonView, Slot};
use super::places::{LEFT, Places};
use super::reached::Reached;
use super::rows::Rows;
use super::trail::Trail;
use crate::domain::ids::{Blind, KeyId, Position, SubjectId};
use crate::domain::registry::{
    Catalogue, Cell, Change, Contacts, KeyImage, NoticeRef, Paced, PersonImage, RegisterList, Slug,
};
use std::collections::HashMap;
use std::sync::Arc;

/// Nobody is merged more often one into the other.
const MERGES: usize = 64;

/// The row that one was merged into, at the end.
fn last_of(rows: &Rows, mut slot: u32) -> Option<u32> {
    for _ in 0..MERGES {
        match rows.get(slot)?.merged_into() {
            Some(next) => slot = next,
            None => return Some(slot),
        }
    }
    None
}

/// What the index holds.
#[derive(Debug, Default)]
pub struct Table {
    position: Position,
    pub(super) rows: Rows,
    /// What acts said.
    pub(super) sets: Sets,
    /// The numbers of rows that have no room there.
    pub(super) far_numbers: HashMap<u32, Position>,
    pub(super) by_contact: Places,
    /// Which row they have does not matter here.
    suppressed: Places,
    pub(super) lists: Lists,
    keys: HashMap<[u8; 32], KeyImage>,
    /// Those that a secret does not open.
    clients: HashMap<KeyId, KeyImage>,
    catalogue: Arc<Catalogue>,
    pub(super) purposes: Names<Slug>,
    pub(super) notices: Names<NoticeRef>,
    trail: Trail,
}

impl Table {
    /// A table of nobody, with the catalogue and the registers' lists of this one.
    pub(super) fn of_nobody(&self) -> Self {
        Self {
            catalogue: self.catalogue.clone(),
            lists: self.lists.of_nobody(),
            ..Self::default()
        }
    }

    /// How many ledger entries it has taken in.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// How many persons it holds.
    #[must_use]
    pub const fn persons(&self) -> usize {
        self.rows.len()
    }

    /// What is in force.
    #[must_use]
    pub const fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// The live API key of that hash. It may be over.
    #[must_use]
    pub fn key(&self, hash: &[u8; 32]) -> Option<&KeyImage> {
        self.keys.get(hash).filter(|key| key.live)
    }

    /// The live client of that id. It may be over.
    #[must_use]
    pub fn client(&self, id: &KeyId) -> Option<&KeyImage> {
        self.clients.get(id).filter(|client| client.live)
    }

    /// Every key and client that nobody revoked.
    pub fn live_keys(&self) -> impl Iterator<Item = &KeyImage> {
        let all = self.keys.values().chain(self.clients.values());
        all.filter(|key| key.live)
    }

    /// The person that a contact point leads to.
    #[must_use]
    pub fn person(&self, contact: &Blind) -> Option<PersonView<'_>> {
        self.at(self.by_contact.get(contact)?)
    }

    /// Whether a contact point leads, or led, to somebody who is held.
    #[must_use]
    pub fn knows(&self, contact: &Blind) -> bool {
        self.by_contact.get(contact).is_some()
    }

    /// Whether a person has a row.
    #[must_use]
    pub fn has(&self, subject: SubjectId) -> bool {
        self.slot_of(subject).is_some()
    }

    /// Of the `count` rows from `from` on, the persons; who was merged into another is that other.
    pub fn some(&self, from: usize, count: usize) -> impl Iterator<Item = PersonView<'_>> {
        let rows = self.rows.from(from).take(count);
        let whole = rows.filter(|(_, row)| row.merged_into().is_none());
        whole.map(|(row, person)| PersonView {
            person,
            row,
            table: self,
        })
    }

    /// The person of that id, or the one that they were merged into.
    #[must_use]
    pub fn person_of(&self, subject: SubjectId) -> Option<PersonView<'_>> {
        self.at(self.slot_of(subject)?)
    }

    /// The rows that contact points lead to, in their order. What each waits for in memory is waited for at once;
    /// `prefetch` begins to read what the caller wants of a row.
    pub fn rows<'c>(
        &self,
        contacts: impl Iterator<Item = Option<&'c Blind>> + Clone,
        prefetch: impl Fn(u32),
    ) -> Vec<Option<u32>> {
        if self.suppressed.held() > 0 {
            for contact in contacts.clone().flatten() {
                self.suppressed.prefetch(contact);
            }
        }
        self.by_contact.rows(contacts, prefetch)
    }

    /// Begins to read a row, so that several can be waited for at once.
    #[inline]
    pub fn prefetch(&self, row: u32) {
        self.rows.prefetch(row);
    }

    /// How many changes of rows it has taken in.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.trail.end()
    }

    /// The rows that changed after so many changes; `None` where any may have.
    #[must_use]
    pub fn changed_since(&self, seen: u64) -> Option<impl Iterator<Item = u32> + '_> {
        self.trail.since(seen)
    }

    /// Whether a contact point is on the suppression list, known person or not.
    #[inline]
    #[must_use]
    pub fn is_suppressed(&self, contact: &Blind) -> bool {
        self.suppressed.get(contact).is_some()
    }

    pub(super) fn slot_of(&self, subject: SubjectId) -> Option<u32> {
        self.rows.of(subject)
    }

    /// The person of a row, or the one that they were merged into.
    #[inline]
    #[must_use]
    pub fn at(&self, slot: u32) -> Option<PersonView<'_>> {
        let row = last_of(&self.rows, slot)?;
        let person = self.rows.get(row)?;
        let table = self;
        Some(PersonView { person, row, table })
    }

    /// By which number lists know the person of a row: the position of the first entry about them. `None`
    /// where nobody is there any more.
    #[must_use]
    pub fn number_of(&self, row: u32) -> Option<Position> {
        if let Some(number) = self.far_numbers.get(&row) {
            return Some(*number);
        }
        let number = self.rows.get(row)?.number();
        (number > 0).then_some(number)
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
            Change::Paces(subject, paces) => self.take_in_paces(subject, &paces),
            Change::Erased(subject) => self.forget(subject),
            Change::Left(blind) => self.by_contact.insert(&blind, LEFT),
            Change::Suppressed(blind) => self.suppress(&blind),
            Change::Register(list) => self.take_in_list(list),
            Change::Key(key) => self.take_in_key(key),
            Change::Catalogue(catalogue) => self.catalogue = catalogue,
        }
    }

    /// What a secret opens is found by the secret's hash, a client by its name: never one by the other's.
    fn take_in_key(&mut self, key: KeyImage) {
        if key.public_key.is_some() {
            self.clients.insert(key.id, key);
        } else {
            self.keys.insert(key.hash, key);
        }
    }

    /// The row stays as an empty place: what led to it leads to nobody, until a contact point is
    /// somebody's again.
    fn forget(&mut self, subject: SubjectId) {
        if let Some(slot) = self.slot_of(subject)
            && let Some(person) = self.rows.get_mut(slot)
        {
            *person = Person::erased(subject);
            self.far_numbers.remove(&slot);
            self.trail.add(slot);
        }
    }

    fn number(&mut self, slot: u32, number: Position) {
        let row = self.rows.get_mut(slot);
        if row.is_some_and(|row| !row.set_number(number)) {
            self.far_numbers.insert(slot, number);
        }
    }

    fn suppress(&mut self, blind: &Blind) {
        self.suppressed.insert(blind, 0);
        if let Some(slot) = self.by_contact.get(blind)
            && let Some(person) = self.rows.get_mut(slot)
        {
            person.suppress();
            self.trail.add(slot);
        }
    }

    /// Puts a list in the place of the one before, and marks whose contact points it names.
    fn take_in_list(&mut self, list: Arc<RegisterList>) {
        self.trail.forget();
        let bit = list.register.bit();
        if let Some(before) = self.lists.take(list.register) {
            for (hash, _) in before.entries.iter() {
                self.each_row(hash, |_, row, _| row.listed &= !bit);
            }
        }
        for (hash, since) in list.entries.iter() {
            self.each_row(hash, |slot, row, lists| {
                row.listed |= bit;
                lists.enter(list.register, slot, since);
            });
        }
        self.lists.put(list);
    }

    /// Tells the row of every person that a hash of these first bits leads to.
    fn each_row(&mut self, hash: u64, mut tell: impl FnMut(u32, &mut Person, &mut Lists)) {
        for first in self.by_contact.beginning(hash) {
            let last = last_of(&self.rows, first);
            if let Some((slot, row)) = last.and_then(|at| Some((at, self.rows.get_mut(at)?))) {
                tell(slot, row, &mut self.lists);
            }
        }
    }

    fn take_in_person(&mut self, image: PersonImage) {
        let slot = self.slot(image.subject);
        self.trail.add(slot);
        let merged_into = image.merged_into.map(|into| self.slot(into));
        for contact in &image.contacts {
            self.by_contact.insert(contact, slot);
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
        let answers = self.sets.pack(cells);
        let entered = self.lists.entered(|_| true, image.contacts.iter());
        let listed = self.lists.add(slot, &entered);
        if let Some(person) = self.rows.get_mut(slot) {
            let mut row = Person::new(image.subject, merged_into, image.standing, answers, slots);
            row.reach(person.take_reached());
            row.pace(person.take_paces());
            row.kinds = person.kinds.and(image.kinds);
            row.listed = person.listed | listed;
            // the number fits wherever it did
            row.set_number(image.number.unwrap_or(person.number()));
            if person.suppressed() || newly_suppressed {
                row.suppress();
            }
            *person = row;
        }
        if let Some(number) = image.number {
            self.number(slot, number);
        }
        if let Some(into) = merged_into {
            self.carry_along(slot, into);
        }
    }

    /// Who is merged carries suppression and entries along.
    fn carry_along(&mut self, from: u32, into: u32) {
        let Some(leaving) = self.rows.get_mut(from) else {
            return;
        };
        let (suppressed, kinds) = (leaving.suppressed(), leaving.kinds);
        // lists mark only rows that are nobody else's
        let listed = std::mem::take(&mut leaving.listed);
        self.trail.add(into);
        if let Some(staying) = self.rows.get_mut(into) {
            if suppressed {
                staying.suppress();
            }
            staying.kinds = staying.kinds.and(kinds);
            staying.listed |= listed;
        }
        self.lists.carry_along(from, into);
    }

    fn take_in_contacts(&mut self, subject: SubjectId, contacts: &Contacts) {
        let slot = self.slot(subject);
        self.trail.add(slot);
        let reached = Reached::of(contacts, &mut self.purposes);
        if let Some(person) = self.rows.get_mut(slot) {
            person.reach(reached);
        }
    }

    /// Those that hold nothing back are left out; those whose time is over cannot be told here.
    fn take_in_paces(&mut self, subject: SubjectId, paces: &[Paced]) {
        let slot = self.slot(subject);
        self.trail.add(slot);
        let holding = paces.iter().filter(|paced| !paced.state.pace.is_free());
        let pack = |paced: &Paced| PackedPace {
            purpose: self.purposes.give(&paced.purpose),
            channel: paced.channel.code(),
            at_most: paced.state.pace.at_most,
            paused_until: paced
                .state
                .pace
                .paused_until
                .map_or(0, |until| until.timestamp_micros()),
        };
        let packed = holding.map(pack).collect();
        if let Some(person) = self.rows.get_mut(slot) {
            person.pace(packed);
        }
    }

    fn slot(&mut self, subject: SubjectId) -> u32 {
        match self.rows.add(Person::unknown(subject)) {
            Ok(slot) | Err(slot) => slot,
        }
    }

    /// Makes room for so many rows and contact points.
    pub(super) fn reserve(&mut self, rows: usize, contacts: usize) {
        self.rows.reserve(rows);
        self.by_contact.reserve(contacts);
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
            manner: Manner::of(state, cell.channel),
            effective_at: state.effective_at.timestamp_micros(),
            valid_until: state
                .valid_until
                .map_or(FOREVER, |until| until.timestamp_micros()),
            position: state.position,
        }
    }
}
