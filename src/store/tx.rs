//! A write in progress. What a use case does here is pending until the writer commits it with
//! its ledger entries; a use case that fails leaves nothing.

use super::connection::{Db, on};
use super::error::StoreError;
use super::keys::{Keyring, SubjectKey};
use super::rows::{IdentifierRow, SubjectRow};
use super::schema::identifiers;
use super::world::{Extra, Held, Pending, Subject, World};
use crate::access::{
    ApplyAgain, ConfirmOwn, EraseSubjects, Grant, ImportConsents, IssueLinks, Join, OwnChoices,
    OwnFile, Permission, RecordConsents, Serve, ServeCustomers, StopOwn,
};
use crate::domain::event::{PublicEvent, SubjectEvent};
use crate::domain::ids::{Blind, RecordId, SubjectId};
use crate::domain::registry::{
    Catalogue, Channel, ConsentRecord, ConsentState, Identifier, Objection, Slug, Standing,
    latest_yes, stricter,
};
use crate::domain::time::{Entropy, Now};
use diesel::prelude::*;
use std::collections::BTreeSet;

/// A permission that lets choices be written down.
pub trait Records: Permission {}
impl Records for RecordConsents {}
impl Records for OwnChoices {}
impl Records for StopOwn {}
impl Records for ConfirmOwn {}
impl Records for Join {}
impl Records for OwnFile {}
impl Records for ImportConsents {}
impl Records for IssueLinks {}
impl Records for ServeCustomers {}
impl Records for ApplyAgain {}
// whoever may erase a person may lock their data instead
impl Records for EraseSubjects {}

/// A permission by which somebody is written to.
pub trait Posts: Permission {}
impl<P: Records> Posts for P {}
impl Posts for Serve {}

/// A permission that lets a contact point be put on the suppression list.
pub trait Suppresses: Permission {}
impl<P: Records> Suppresses for P {}

/// A permission that lets a person be erased.
pub trait Erases: Permission {}
impl Erases for EraseSubjects {}
impl Erases for ApplyAgain {}

/// An entry that is pending. Only [`WriteTx`] makes it, and only from it comes a [`Recorded`].
#[derive(Debug)]
#[must_use]
pub struct Entry(usize);

impl Entry {
    /// Which of the write's entries it is: the index of its position in
    /// [`super::Committed::positions`].
    #[must_use]
    pub const fn index(&self) -> usize {
        self.0
    }

    /// What the use case answers, now that something is recorded.
    pub fn with<T>(self, value: T) -> Recorded<T> {
        Recorded(value)
    }
}

/// An answer that has a ledger entry. A write cannot be committed with anything else.
#[derive(Debug)]
#[must_use]
pub struct Recorded<T>(pub(super) T);

impl<T> Recorded<T> {
    /// The answer.
    pub const fn value(&self) -> &T {
        &self.0
    }

    /// The same with more to answer.
    pub fn map<U>(self, more: impl FnOnce(T) -> U) -> Recorded<U> {
        Recorded(more(self.0))
    }
}

/// An identifier in its three forms: for the index, for the eye, for the record.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Its keyed hash.
    pub blind: Blind,
    /// The keyed hash of the coarser form under which a no is filed, where it is another. Nobody is
    /// looked up by it.
    pub coarse: Option<Blind>,
    /// What it is.
    pub identifier: Identifier,
}

/// A write in progress.
pub struct WriteTx<'a> {
    pub(super) db: &'a mut Db,
    pub(super) keys: &'a Keyring,
    pub(super) entropy: &'a dyn Entropy,
    pub(super) now: Now,
    pub(super) world: &'a mut World,
    /// How many entries the batch had before this write.
    pub(super) start: usize,
    pub(super) undo: Vec<(SubjectId, Option<Subject>)>,
    pub(super) linked: Vec<(Blind, Option<SubjectId>)>,
    /// A statement failed: the transaction can no longer be committed.
    pub(super) broken: bool,
}

impl WriteTx<'_> {
    /// The instant of the request.
    #[must_use]
    pub const fn now(&self) -> Now {
        self.now
    }

    /// The dice.
    #[must_use]
    pub const fn entropy(&self) -> &dyn Entropy {
        self.entropy
    }

    /// What is in force.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.world.catalogue
    }

    /// The persons that these contacts lead to, after merges.
    #[must_use]
    pub fn find(&self, contacts: &[Contact]) -> BTreeSet<SubjectId> {
        let found = contacts
            .iter()
            .filter_map(|contact| self.world.by_blind.get(&contact.blind));
        found.filter_map(|id| self.world.resolve(*id)).collect()
    }

    /// The persons that keyed hashes alone lead to, after merges.
    #[must_use]
    pub fn find_hashes(&self, hashes: &[Blind]) -> Vec<SubjectId> {
        let found = hashes
            .iter()
            .filter_map(|hash| self.world.by_blind.get(hash));
        found
            .filter_map(|id| self.world.resolve(*id))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// The person that this id stands for now, after merges.
    #[must_use]
    pub fn resolve(&self, id: SubjectId) -> Option<SubjectId> {
        self.world.resolve(id)
    }

    /// The answer that holds.
    #[must_use]
    pub fn state(
        &self,
        subject: SubjectId,
        purpose: &Slug,
        channel: Channel,
    ) -> Option<&ConsentState> {
        let subject = self.world.subjects.get(&subject)?;
        subject
            .cells
            .get(&(purpose.clone(), channel))
            .map(|held| &held.state)
    }

    /// Objections and restriction of a person.
    #[must_use]
    pub fn standing(&self, subject: SubjectId) -> Standing {
        self.world
            .subjects
            .get(&subject)
            .map(|s| s.row().standing())
            .unwrap_or_default()
    }

    /// The one person that all these contacts name: found, or made, or merged from several, the
    /// stricter choice winning.
    ///
    /// # Errors
    /// Where keys or randomness are missing, or the database fails.
    pub fn subject_for<P: Records>(
        &mut self,
        grant: &Grant<P>,
        contacts: &[Contact],
    ) -> Result<SubjectId, StoreError> {
        let new = SubjectId::new(self.now, self.entropy)?;
        self.subject_again(grant, new, contacts)
    }

    /// The same, where the id of a person whom nobody knows is told: it had that id before a restore.
    ///
    /// # Errors
    /// As [`WriteTx::subject_for`].
    pub(super) fn subject_again<P: Records>(
        &mut self,
        grant: &Grant<P>,
        id: SubjectId,
        contacts: &[Contact],
    ) -> Result<SubjectId, StoreError> {
        let mut found = self.find(contacts);
        found.extend(self.resolve(id));
        let mut found = found.into_iter();
        let subject = match found.next() {
            Some(oldest) => oldest,
            None => self.create_subject(id)?,
        };
        for other in found {
            self.merge(grant, other, subject)?;
        }
        self.link(grant, subject, contacts)?;
        Ok(subject)
    }

    fn create_subject(&mut self, id: SubjectId) -> Result<SubjectId, StoreError> {
        let key = SubjectKey::new(self.entropy)?;
        let epoch = self.world.epoch;
        let held = super::epochs::hold(self.db, self.keys, epoch);
        self.broken |= matches!(held, Err(StoreError::Failed { .. }));
        held?;
        let row = SubjectRow {
            id: id.as_bytes().to_vec(),
            wrapped_key: self.keys.wrap(&key, id, epoch, self.entropy)?,
            key_epoch: epoch.number(),
            objection: None,
            objection_profiling: None,
            restricted: None,
            merged_into: None,
            created_at: self.now.micros(),
        };
        self.undo.push((id, None));
        self.world.subjects.insert(id, Subject::new(row, key));
        Ok(id)
    }

    pub(super) fn link<P: Records>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
        contacts: &[Contact],
    ) -> Result<(), StoreError> {
        let new: Vec<&Contact> = contacts
            .iter()
            .filter(|c| !self.world.by_blind.contains_key(&c.blind))
            .collect();
        if new.is_empty() {
            return Ok(());
        }
        let mut blinds = Vec::new();
        for contact in new {
            if blinds.contains(&contact.blind) {
                continue;
            }
            let entropy = self.entropy;
            let person = self.touch(subject)?;
            let text = contact.identifier.reveal().as_bytes();
            person.new_identifiers.push(IdentifierRow {
                blind: contact.blind.0.to_vec(),
                kind: contact.identifier.kind().code(),
                subject_id: subject.as_bytes().to_vec(),
                sealed: person.key.seal(text, &contact.blind.0, entropy)?,
            });
            let before = self.world.by_blind.insert(contact.blind, subject);
            self.linked.push((contact.blind, before));
            blinds.push(contact.blind);
        }
        let _entry = self.append(grant, subject, SubjectEvent::Linked(blinds), None)?;
        Ok(())
    }

    pub(super) fn merge<P: Records>(
        &mut self,
        grant: &Grant<P>,
        from: SubjectId,
        into: SubjectId,
    ) -> Result<(), StoreError> {
        let moved = self.resealed(from, into)?;
        self.add_up_contacts(from, into)?;
        self.merge_paces(from, into)?;
        let position = u64::MAX;
        let leaving = self.touch(from)?;
        leaving.merged_into = Some(into);
        leaving.row_mut().merged_into = Some(into.as_bytes().to_vec());
        let (cells, standing) = (leaving.cells.clone(), leaving.row().standing());
        let entry = self.world.pending.len();
        let staying = self.touch(into)?;
        let own_yes = latest_yes(staying.cells.values().map(|held| &held.state));
        let others_yes = latest_yes(cells.values().map(|held| &held.state));
        let merged = staying
            .row()
            .standing()
            .merged(own_yes, &standing, others_yes);
        staying.row_mut().set_standing(&merged);
        for (key, held) in cells {
            let state = match staying.cells.get(&key) {
                Some(own) => stricter(&own.state, &held.state, position),
                None => ConsentState {
                    position,
                    ..held.state
                },
            };
            staying.cells.insert(
                key,
                Held {
                    state,
                    entry: Some(entry),
                },
            );
        }
        let blinds = moved
            .iter()
            .filter_map(|row| Blind::from_slice(&row.blind))
            .collect();
        staying.moved_identifiers.extend(moved);
        let _entry = self.append(
            grant,
            into,
            SubjectEvent::Merged {
                from,
                contacts: blinds,
            },
            None,
        )?;
        Ok(())
    }

    /// The identifiers of one person, sealed again under another's key.
    fn resealed(
        &mut self,
        from: SubjectId,
        into: SubjectId,
    ) -> Result<Vec<IdentifierRow>, StoreError> {
        let id = from.as_bytes().to_vec();
        let mut rows: Vec<IdentifierRow> = self.read("loading identifiers", |db| {
            on!(db, conn => identifiers::table.filter(identifiers::subject_id.eq(&id)).load(conn))
        })?;
        let missing = StoreError::damaged("a merged data subject");
        let leaving = self
            .world
            .subjects
            .get(&from)
            .ok_or(StoreError::damaged("a data subject"))?;
        rows.extend(leaving.new_identifiers.iter().cloned());
        rows.extend(leaving.moved_identifiers.iter().cloned());
        let staying = self.world.subjects.get(&into).ok_or(missing)?;
        for row in &mut rows {
            let plain = leaving.key.open(&row.sealed, &row.blind)?;
            row.sealed = staying.key.seal(&plain, &row.blind, self.entropy)?;
            row.subject_id = into.as_bytes().to_vec();
            if let Some(blind) = Blind::from_slice(&row.blind) {
                let before = self.world.by_blind.insert(blind, into);
                self.linked.push((blind, before));
            }
        }
        Ok(rows)
    }

    /// Appends a consent record and folds it into the person's state, which it returns.
    ///
    /// A *no* without a claimed instant always takes effect, also where the clock was set back
    /// since the *yes*: its effective instant is moved to that of the answer it ends.
    ///
    /// # Errors
    /// Where the person is not loaded or randomness is missing.
    pub fn consent<P: Records>(
        &mut self,
        grant: &Grant<P>,
        mut record: ConsentRecord,
    ) -> Result<(Entry, ConsentState), StoreError> {
        let (subject, at) = (record.subject, (record.purpose.clone(), record.channel));
        let entry = self.world.pending.len();
        let person = self.touch(subject)?;
        let held = person.cells.get(&at);
        if let Some(held) = held
            && record.status.is_no()
            && record.collected_at.is_none()
        {
            record.effective_at = record.effective_at.max(held.state.effective_at);
        }
        let newer = ConsentState::of(&record, u64::MAX);
        let replaces = held.is_none_or(|held| newer.supersedes(&held.state));
        if replaces {
            person.cells.insert(
                at.clone(),
                Held {
                    state: newer,
                    entry: Some(entry),
                },
            );
        }
        let id = record.id;
        let state = self
            .state(subject, &at.0, at.1)
            .cloned()
            .ok_or(StoreError::damaged("a state"))?;
        let entry = self.append(
            grant,
            subject,
            SubjectEvent::Consent(Box::new(record)),
            Some(id),
        )?;
        Ok((entry, state))
    }

    /// Records an objection (GDPR art. 21).
    ///
    /// # Errors
    /// As [`WriteTx::consent`].
    pub fn object<P: Records>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
        scope: Objection,
    ) -> Result<Entry, StoreError> {
        let at = self.now.utc();
        let person = self.touch(subject)?;
        // a clock that was set back does not move an objection before the yes that it ends
        let latest = person
            .cells
            .values()
            .map(|held| held.state.effective_at)
            .max();
        let effective_at = latest.map_or(at, |latest| latest.max(at));
        let standing = person.row().standing().objecting(scope, effective_at);
        person.row_mut().set_standing(&standing);
        self.append(
            grant,
            subject,
            SubjectEvent::Objected {
                scope,
                effective_at,
            },
            None,
        )
    }

    /// Restricts processing (art. 18), or lifts the restriction.
    ///
    /// # Errors
    /// As [`WriteTx::consent`].
    pub fn restrict<P: Records>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
        restricted: bool,
    ) -> Result<Entry, StoreError> {
        let at = self.now.utc();
        let person = self.touch(subject)?;
        let standing = Standing {
            restricted: restricted.then_some(at),
            ..person.row().standing()
        };
        person.row_mut().set_standing(&standing);
        self.append(
            grant,
            subject,
            SubjectEvent::Restricted {
                restricted,
                effective_at: at,
            },
            None,
        )
    }

    /// Records an event about a person that changes none of their choices.
    ///
    /// # Errors
    /// As [`WriteTx::consent`].
    pub fn note<P: Records>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
        event: SubjectEvent,
    ) -> Result<Entry, StoreError> {
        self.append(grant, subject, event, None)
    }

    pub(super) fn append<P>(
        &mut self,
        grant: &Grant<P>,
        subject: SubjectId,
        event: SubjectEvent,
        record: Option<RecordId>,
    ) -> Result<Entry, StoreError> {
        let (now, entropy) = (self.now, self.entropy);
        let record = record.map_or_else(|| RecordId::new(now, entropy), Ok)?;
        let person = self.touch(subject)?;
        let counter = person.next_event;
        person.next_event = counter.saturating_add(1);
        let actor = grant.actor().clone();
        let index = self.world.pending.len().saturating_sub(self.start);
        self.world.pending.push(Pending::Subject {
            subject,
            counter,
            event,
            actor,
            record,
            now,
        });
        Ok(Entry(index))
    }

    /// Records an event about no person.
    pub fn public(&mut self, event: PublicEvent) -> Entry {
        let index = self.world.pending.len().saturating_sub(self.start);
        self.world.pending.push(Pending::Public {
            event,
            now: self.now,
        });
        Entry(index)
    }

    /// Records an event about no person together with the row that it explains.
    pub(super) fn public_with(&mut self, event: PublicEvent, extra: Extra) -> Entry {
        self.world.extras.push((self.world.pending.len(), extra));
        self.public(event)
    }

    /// A row that goes with the entry that was recorded last.
    pub(super) fn beside_last(&mut self, extra: Extra) {
        self.world
            .extras
            .push((self.world.pending.len().saturating_sub(1), extra));
    }

    /// A person, about to be changed; remembered for the case that the use case fails.
    pub(super) fn touch(&mut self, id: SubjectId) -> Result<&mut Subject, StoreError> {
        let person = self
            .world
            .subjects
            .get_mut(&id)
            .ok_or(StoreError::damaged("a data subject that was not loaded"))?;
        if !self.undo.iter().any(|(known, _)| *known == id) {
            self.undo.push((id, Some(person.clone())));
        }
        person.changed = true;
        Ok(person)
    }

    /// Runs a query; where it fails the transaction is given up.
    pub(super) fn read<T>(
        &mut self,
        doing: &'static str,
        query: impl FnOnce(&mut Db) -> diesel::QueryResult<T>,
    ) -> Result<T, StoreError> {
        let outcome = query(self.db).map_err(StoreError::failed(doing));
        self.broken |= outcome.is_err();
        outcome
    }
}
