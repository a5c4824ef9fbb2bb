//! Persons with everything that the tables say of them.

use super::reached::Reached;
use crate::access::{ExportAudit, Grant};
use crate::domain::event::SubjectEvent;
use crate::domain::ids::{Blind, Position, RecordId, SubjectId};
use crate::domain::registry::{Cell, Identifier, IdentifierKind, Paced, Standing};
use crate::store::ReadTx;
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::holds::{self, StoredHold};
use crate::store::keys::{Keyring, SubjectKey};
use crate::store::paces::{self, PaceRow};
use crate::store::requests::OwnedDsr;
use crate::store::rows::{IdentifierRow, StateRow, SubjectEventRow, SubjectRow, unsigned};
use crate::store::schema::{consent_states, identifiers, subject_events, subjects};
use diesel::prelude::*;
use std::collections::HashMap;

/// One event of a person as it was recorded.
#[derive(Debug, Clone)]
pub struct PersonEvent {
    /// Its place in the ledger.
    pub position: Position,
    /// Its number among the person's events.
    pub counter: u64,
    /// What happened; `None` where the payload does not open or read.
    pub event: Option<SubjectEvent>,
}

/// One row of the consent states.
#[derive(Debug, Clone)]
pub struct StoredState {
    /// The entry that it says it rests on.
    pub position: Position,
    /// What it says; `None` where it does not read.
    pub cell: Option<Cell>,
}

/// One row of the pauses and bounds.
#[derive(Debug, Clone)]
pub struct StoredPace {
    /// The entry that it says it rests on.
    pub position: Position,
    /// What it says; `None` where it does not read.
    pub paced: Option<Paced>,
}

/// One person with everything that the tables say of them.
#[derive(Debug, Clone)]
pub struct StoredPerson {
    /// The person.
    pub id: SubjectId,
    /// The record that this one was merged into.
    pub merged_into: Option<SubjectId>,
    /// Objections and restriction.
    pub standing: Standing,
    /// The events that there are, in the order of the ledger.
    pub events: Vec<PersonEvent>,
    /// The rows of the consent states.
    pub states: Vec<StoredState>,
    /// The rows of the pauses and bounds.
    pub paces: Vec<StoredPace>,
    /// The rows of the contacts.
    pub reached: Vec<(Option<RecordId>, Reached)>,
    /// The rows of the holds on them, each with the entry that it says it rests on; none for one that does
    /// not read.
    pub holds: Vec<(Position, Option<StoredHold>)>,
    /// The rows of their requests.
    pub requests: Vec<OwnedDsr>,
    /// Keyed hash of each identifier, and whether the identifier opens and is the one hashed.
    pub identifiers: Vec<(Blind, bool)>,
}

impl ReadTx<'_> {
    /// A page of persons in the order of their ids, and the id that the next page begins after.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_persons(
        &mut self,
        grant: &Grant<ExportAudit>,
        after: &[u8],
        limit: i64,
    ) -> Result<(Vec<StoredPerson>, Option<Vec<u8>>), StoreError> {
        let rows: Vec<SubjectRow> = on!(self.db, conn => subjects::table
            .filter(subjects::id.gt(after)).order(subjects::id).limit(limit).load(conn))
        .map_err(StoreError::failed("loading data subjects"))?;
        let last = rows.last().map(|row| row.id.clone());
        Ok((self.with_details(grant, rows)?, last))
    }

    /// One person; `None` where there is no row.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_person(
        &mut self,
        grant: &Grant<ExportAudit>,
        id: SubjectId,
    ) -> Result<Option<StoredPerson>, StoreError> {
        let rows = self.subject_row(id)?.into_iter().collect();
        Ok(self.with_details(grant, rows)?.pop())
    }

    /// How many persons there are.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_count(&mut self, _grant: &Grant<ExportAudit>) -> Result<u64, StoreError> {
        let count: i64 = on!(self.db, conn => subjects::table.count().get_result(conn))
            .map_err(StoreError::failed("counting data subjects"))?;
        Ok(unsigned(count))
    }

    /// Positions named by states of persons that do not exist, and how many identifiers lead to
    /// such persons.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn orphans(
        &mut self,
        _grant: &Grant<ExportAudit>,
    ) -> Result<(Vec<Position>, u64), StoreError> {
        let states: Vec<i64> = on!(self.db, conn => consent_states::table
            .filter(consent_states::subject_id.ne_all(subjects::table.select(subjects::id)))
            .select(consent_states::position).limit(100).load(conn))
        .map_err(StoreError::failed("looking for states of nobody"))?;
        let contacts: i64 = on!(self.db, conn => identifiers::table
            .filter(identifiers::subject_id.ne_all(subjects::table.select(subjects::id)))
            .count().get_result(conn))
        .map_err(StoreError::failed("looking for identifiers of nobody"))?;
        Ok((
            states.into_iter().map(unsigned).collect(),
            unsigned(contacts),
        ))
    }

    fn with_details(
        &mut self,
        _grant: &Grant<ExportAudit>,
        rows: Vec<SubjectRow>,
    ) -> Result<Vec<StoredPerson>, StoreError> {
        self.hold_where_possible(rows.iter().map(|row| row.key_epoch))?;
        let ids: Vec<Vec<u8>> = rows.iter().map(|row| row.id.clone()).collect();
        let events: Vec<SubjectEventRow> = on!(self.db, conn => subject_events::table
            .filter(subject_events::subject_id.eq_any(&ids)).order(subject_events::position).load(conn))
        .map_err(StoreError::failed("loading histories"))?;
        let states: Vec<StateRow> = on!(self.db, conn => consent_states::table
            .filter(consent_states::subject_id.eq_any(&ids)).load(conn))
        .map_err(StoreError::failed("loading consent states"))?;
        let contacts: Vec<IdentifierRow> = on!(self.db, conn => identifiers::table
            .filter(identifiers::subject_id.eq_any(&ids)).load(conn))
        .map_err(StoreError::failed("loading identifiers"))?;
        let slowed = paces::of_persons(self.db, &ids)?;
        let mut reached = super::reached::of_persons(self.db, &ids)?;
        let mut kept = holds::of_persons(self.db, &ids)?;
        let mut asked = self.owned_requests(&ids)?;
        let mut events = grouped(events, |row| &row.subject_id);
        let mut states = grouped(states, |row| &row.subject_id);
        let mut slowed = grouped(slowed, |row| &row.subject_id);
        let mut contacts = grouped(contacts, |row| &row.subject_id);
        let person = |row: SubjectRow| {
            let key = self.held_key(&row).ok();
            let events = events.remove(&row.id).unwrap_or_default();
            let states = states.remove(&row.id).unwrap_or_default();
            let slowed = slowed.remove(&row.id).unwrap_or_default();
            let contacts = contacts.remove(&row.id).unwrap_or_default();
            let id = SubjectId::from_slice(&row.id)?;
            Some(StoredPerson {
                id,
                requests: asked.remove(&id).unwrap_or_default(),
                merged_into: row.merged().ok().flatten(),
                standing: row.standing(),
                events: events.iter().map(|row| event(row, key.as_ref())).collect(),
                states: states.into_iter().map(state).collect(),
                paces: slowed.iter().map(pace).collect(),
                reached: reached.remove(&row.id).unwrap_or_default(),
                holds: kept.remove(&row.id).unwrap_or_default(),
                identifiers: contacts
                    .iter()
                    .filter_map(|row| contact(self.keys, row, key.as_ref()))
                    .collect(),
            })
        };
        Ok(rows.into_iter().filter_map(person).collect())
    }
}

fn grouped<T>(rows: Vec<T>, owner: impl Fn(&T) -> &Vec<u8>) -> HashMap<Vec<u8>, Vec<T>> {
    let mut groups: HashMap<Vec<u8>, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(owner(&row).clone()).or_default().push(row);
    }
    groups
}

fn event(row: &SubjectEventRow, key: Option<&SubjectKey>) -> PersonEvent {
    let read = || {
        let plain = key?.open(&row.sealed, &row.record_id).ok()?;
        SubjectEvent::read(&row.kind, &serde_json::from_slice(&plain).ok()?)
    };
    PersonEvent {
        position: unsigned(row.position),
        counter: unsigned(row.counter),
        event: read(),
    }
}

fn state(row: StateRow) -> StoredState {
    StoredState {
        position: unsigned(row.position),
        cell: row.cell().ok(),
    }
}

fn pace(row: &PaceRow) -> StoredPace {
    StoredPace {
        position: unsigned(row.position),
        paced: row.paced().ok(),
    }
}

/// The keyed hash, and whether the sealed text is of the kind and hash that the row says.
fn contact(keys: &Keyring, row: &IdentifierRow, key: Option<&SubjectKey>) -> Option<(Blind, bool)> {
    let blind = Blind::from_slice(&row.blind)?;
    let read = || {
        let text = String::from_utf8(key?.open(&row.sealed, &row.blind).ok()?).ok()?;
        Identifier::parse(IdentifierKind::from_code(row.kind)?, &text).ok()
    };
    let sound = read().is_some_and(|found| keys.blind(found.canonical()) == blind);
    Some((blind, sound))
}
