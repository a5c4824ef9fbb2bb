//! What a write sees of a person, as the index would be told of it: so that a decision within a
//! write is made by the same functions as one from memory, on rows that nobody can change.

use super::image;
use crate::access::{CheckDecisions, Grant};
use crate::domain::ids::{Blind, Position, SubjectId};
use crate::domain::registry::{Change, IdentifierKind, IdentifierKinds, PersonImage};
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::schema::{identifiers, suppressions};
use crate::store::tx::WriteTx;
use crate::store::world::{Extra, Subject};
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// As many values in one list as both databases take gladly.
const CHUNK: usize = 500;

/// From here on a position is that of an entry that is still pending, by its place in the batch.
const PENDING: Position = 1 << 62;

/// The contact points of a person.
#[derive(Default)]
struct Held {
    blinds: BTreeSet<Blind>,
    kinds: IdentifierKinds,
}

impl WriteTx<'_> {
    /// Everything that a check of these contact points reads: catalogue, persons with all that the
    /// writes before this one did to them, suppressions of these and of `coarse`, and what registers'
    /// lists say of them; and how many entries the log held.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn seen(
        &mut self,
        _grant: &Grant<CheckDecisions>,
        blinds: &[Blind],
        coarse: &[Blind],
    ) -> Result<(Position, Vec<Change>), StoreError> {
        let position = self.log_size()?;
        let mut changes = vec![Change::Catalogue(self.world.catalogue.clone())];
        let asked = blinds.iter().filter_map(|blind| {
            let owner = self.world.by_blind.get(blind)?;
            Some((self.world.resolve(*owner)?, *blind))
        });
        let mut persons: BTreeMap<SubjectId, Held> = BTreeMap::new();
        for (subject, blind) in asked {
            persons.entry(subject).or_default().blinds.insert(blind);
        }
        self.add_identifiers(&mut persons)?;
        let known = persons
            .values()
            .flat_map(|held| held.blinds.iter().copied());
        let all: BTreeSet<Blind> = blinds.iter().chain(coarse).copied().chain(known).collect();
        changes.extend(self.suppressed_of(&all)?);
        changes.extend(self.listed_of(&all)?);
        for (subject, contacts) in persons {
            changes.extend(self.person_seen(subject, contacts)?);
        }
        Ok((position, changes))
    }

    /// What counts of a person's contacts now.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn contacts_seen(&mut self, subject: SubjectId) -> Result<Change, StoreError> {
        self.load_contacts(subject)?;
        let person = self.world.subjects.get(&subject);
        let held = person.and_then(|person| person.contacts.as_deref());
        Ok(Change::Contacts(subject, image(held.unwrap_or_default())?))
    }

    /// Whether a position is that of an entry that is still pending.
    #[must_use]
    pub const fn is_pending(seen: Position) -> bool {
        seen >= PENDING
    }

    /// The position that `seen` will have once the entry `own` of this write has the position
    /// `at`: what was pending with it in the same batch stands right before it.
    #[must_use]
    pub fn settled(seen: Position, own: usize, at: Position) -> Position {
        match seen.checked_sub(PENDING) {
            None => seen,
            Some(entry) => at.saturating_sub((own as u64).saturating_sub(entry)),
        }
    }

    /// The place in the batch of this write's entry of that index.
    #[must_use]
    pub const fn place(&self, index: usize) -> usize {
        self.start + index
    }

    fn log_size(&mut self) -> Result<Position, StoreError> {
        let size = crate::store::open::size(self.db);
        self.broken |= size.is_err();
        size
    }

    fn person_seen(&mut self, subject: SubjectId, held: Held) -> Result<[Change; 3], StoreError> {
        let (reached, slowed) = (self.contacts_seen(subject)?, self.paces_seen(subject)?);
        let damaged = StoreError::damaged("a data subject");
        let person = self.world.subjects.get(&subject).ok_or(damaged)?;
        let image = PersonImage {
            subject,
            merged_into: None,
            standing: person.row().standing(),
            cells: cells(person),
            contacts: held.blinds.into_iter().collect(),
            kinds: held.kinds.and(person.new_kinds()),
            number: None,
        };
        Ok([Change::Person(image), reached, slowed])
    }

    fn add_identifiers(
        &mut self,
        persons: &mut BTreeMap<SubjectId, Held>,
    ) -> Result<(), StoreError> {
        let ids: Vec<Vec<u8>> = persons.keys().map(|id| id.as_bytes().to_vec()).collect();
        let mut rows: Vec<(Vec<u8>, Vec<u8>, i16)> = Vec::new();
        for chunk in ids.chunks(CHUNK) {
            let found = self.read("loading identifiers", |db| {
                on!(db, conn => identifiers::table.filter(identifiers::subject_id.eq_any(chunk))
                    .select((identifiers::subject_id, identifiers::blind, identifiers::kind))
                    .load(conn))
            })?;
            rows.extend::<Vec<(Vec<u8>, Vec<u8>, i16)>>(found);
        }
        // those that the batch added or moved
        for (blind, owner) in &self.world.by_blind {
            let owner = self.world.resolve(*owner);
            if let Some(held) = owner.and_then(|owner| persons.get_mut(&owner)) {
                held.blinds.insert(*blind);
            }
        }
        for (subject, blind, kind) in rows {
            let pair = SubjectId::from_slice(&subject).zip(Blind::from_slice(&blind));
            let read = pair.zip(IdentifierKind::from_code(kind));
            let ((subject, blind), kind) = read.ok_or(StoreError::damaged("an identifier"))?;
            let held = persons.entry(subject).or_default();
            held.blinds.insert(blind);
            held.kinds = held.kinds.with(kind);
        }
        Ok(())
    }

    fn listed_of(&mut self, blinds: &BTreeSet<Blind>) -> Result<Vec<Change>, StoreError> {
        let (all, mut found) = (blinds.iter().copied().collect::<Vec<_>>(), Vec::new());
        let tell = &mut |change| found.push(change);
        let read = crate::store::registers::of_contacts(self.db, &all, tell);
        self.broken |= read.is_err();
        read.map(|()| found)
    }

    fn suppressed_of(&mut self, blinds: &BTreeSet<Blind>) -> Result<Vec<Change>, StoreError> {
        let wanted: Vec<Vec<u8>> = blinds.iter().map(|blind| blind.0.to_vec()).collect();
        let mut found: Vec<Vec<u8>> = Vec::new();
        for chunk in wanted.chunks(CHUNK) {
            let some: Vec<Vec<u8>> = self.read("reading the suppression list", |db| {
                on!(db, conn => suppressions::table.filter(suppressions::blind.eq_any(chunk))
                    .select(suppressions::blind).load(conn))
            })?;
            found.extend(some);
        }
        let pending = self
            .world
            .extras
            .iter()
            .filter_map(|(_, extra)| match extra {
                Extra::Suppression(row) => Some(row.blind.clone()),
                _ => None,
            });
        found.extend(pending);
        let found = found.iter().filter_map(|blind| Blind::from_slice(blind));
        Ok(found.map(Change::Suppressed).collect())
    }
}

fn cells(person: &Subject) -> Vec<crate::domain::registry::Cell> {
    let mut cells = person.cells();
    for (cell, held) in cells.iter_mut().zip(person.cells.values()) {
        if let Some(entry) = held.entry {
            cell.state.position = PENDING.saturating_add(entry as u64);
        }
    }
    cells
}
