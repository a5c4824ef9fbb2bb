//! Contacts with a person: written with their entry, read together with the person under their
//! lock, so that whoever counts them counts all.

mod read;
mod row;
mod seen;

pub(super) use read::{of_page, of_persons};
pub(super) use row::ContactRow;

use super::connection::{Db, on};
use super::error::StoreError;
use super::schema::contacts;
use super::tx::{Entry, Records, WriteTx};
use super::world::World;
use crate::access::{CheckDecisions, Grant, Permission, RecordContacts};
use crate::domain::event::SubjectEvent;
use crate::domain::ids::{Position, RecordId, SubjectId};
use crate::domain::registry::{COUNTED, ContactRecord, Contacts};
use diesel::prelude::*;

/// A permission that lets contacts be written down.
pub trait Reaches: Permission {}
impl Reaches for RecordContacts {}
impl Reaches for CheckDecisions {}

// whoever is reached before anybody asked them is a person of the registry from then on
impl Records for RecordContacts {}

/// A contact of a loaded person.
#[derive(Clone)]
pub(super) struct Touch {
    pub row: ContactRow,
    /// The pending entry that last changed it; its position is known at the commit.
    pub entry: Option<usize>,
}

/// What can stand against a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReleased {
    /// This person has no such contact, or it is so old that it counts no more.
    Unknown,
    /// It was recorded after it was made, not reserved.
    NotReserved,
    /// It was released before.
    Already,
}

impl WriteTx<'_> {
    /// Records a contact; one that a decision reserves counts from now on, too.
    ///
    /// # Errors
    /// Where the person is not loaded, or the database fails.
    pub fn contact<P: Reaches>(
        &mut self,
        grant: &Grant<P>,
        record: ContactRecord,
    ) -> Result<Entry, StoreError> {
        let (subject, id) = (record.subject, record.id);
        self.load_contacts(subject)?;
        let touch = Touch {
            row: ContactRow::of(&record),
            entry: Some(self.world.pending.len()),
        };
        let person = self.touch(subject)?;
        person.contacts.get_or_insert_default().push(touch);
        self.append(
            grant,
            subject,
            SubjectEvent::Contacted(Box::new(record)),
            Some(id),
        )
    }

    /// Records that a reserved contact was not made after all: it no longer counts.
    ///
    /// # Errors
    /// Where the database fails; within it, what stands against the release.
    pub fn release<P: Reaches>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
        contact: RecordId,
        reason: String,
    ) -> Result<Result<Entry, NotReleased>, StoreError> {
        self.load_contacts(subject)?;
        let pending = self.world.pending.len();
        let held = self.touch(subject)?.contacts.get_or_insert_default();
        let id = contact.as_bytes().as_slice();
        let Some(touch) = held.iter_mut().find(|touch| touch.row.id == id) else {
            return Ok(Err(NotReleased::Unknown));
        };
        if !touch.row.reserved {
            return Ok(Err(NotReleased::NotReserved));
        }
        if touch.row.released {
            return Ok(Err(NotReleased::Already));
        }
        touch.row.released = true;
        touch.entry = Some(pending);
        let event = SubjectEvent::Released { contact, reason };
        self.append(grant, subject, event, None).map(Ok)
    }

    /// Loads what counts of a person's contacts, unless that was done before: their row is locked,
    /// so that nobody adds one meanwhile.
    pub(super) fn load_contacts(&mut self, subject: SubjectId) -> Result<(), StoreError> {
        let loaded = self.world.subjects.get(&subject);
        if loaded.is_none_or(|person| person.contacts.is_some()) {
            return Ok(());
        }
        let since = self.now.utc() - COUNTED;
        let rows = self.read("loading contacts", |db| {
            read::of_one(db, subject, since.timestamp_micros())
        })?;
        if let Some(person) = self.world.subjects.get_mut(&subject) {
            let held = rows.into_iter().map(|row| Touch { row, entry: None });
            person.contacts = Some(held.collect());
        }
        Ok(())
    }

    /// Adds the contacts of a record that is merged into another's.
    pub(super) fn add_up_contacts(
        &mut self,
        from: SubjectId,
        into: SubjectId,
    ) -> Result<(), StoreError> {
        self.load_contacts(from)?;
        self.load_contacts(into)?;
        let mut moved = self.touch(from)?.contacts.replace(Vec::new());
        for touch in moved.iter_mut().flatten() {
            touch.row.subject_id = into.as_bytes().to_vec();
        }
        let staying = self.touch(into)?.contacts.get_or_insert_default();
        staying.extend(moved.into_iter().flatten());
        Ok(())
    }
}

/// What facts need of loaded contacts.
pub(super) fn image(held: &[Touch]) -> Result<Contacts, StoreError> {
    let latest = held.iter().map(|touch| touch.row.at).max();
    let since = crate::domain::time::from_micros(latest.unwrap_or_default()) - COUNTED;
    let mut image = Contacts::default();
    for touch in held {
        touch.row.count(&mut image, since)?;
    }
    Ok(image)
}

/// The rows of contacts that a batch made, released or moved, with their positions; those that
/// the tables hold of merged persons go along.
pub(super) fn changed(
    db: &mut Db,
    world: &mut World,
    first: Position,
) -> Result<Vec<ContactRow>, StoreError> {
    let merged = world.subjects.iter().filter(|(_, one)| one.changed);
    let merged: Vec<SubjectId> = merged
        .filter(|(_, one)| one.merged_into.is_some())
        .map(|(id, _)| *id)
        .collect();
    for from in merged {
        let Some(into) = world.resolve(from) else {
            continue;
        };
        let own = contacts::table.filter(contacts::subject_id.eq(from.as_bytes().to_vec()));
        on!(db, conn => diesel::update(own)
            .set(contacts::subject_id.eq(into.as_bytes().to_vec())).execute(conn))
        .map_err(StoreError::failed("merging contacts"))?;
    }
    let mut rows = Vec::new();
    for touch in world
        .subjects
        .values_mut()
        .flat_map(|one| one.contacts.iter_mut().flatten())
    {
        if let Some(entry) = touch.entry.take() {
            touch.row.position = super::rows::signed(first.saturating_add(entry as u64));
            rows.push(touch.row.clone());
        }
    }
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(rows)
}
