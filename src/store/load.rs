//! Loads and locks the persons that a batch touches.

use super::connection::{Db, on};
use super::error::StoreError;
use super::keys::Keyring;
use super::rows::{StateRow, SubjectRow};
use super::schema::{consent_states, identifiers, subjects};
use super::world::{Held, Subject, World};
use crate::domain::ids::{Blind, SubjectId};
use diesel::prelude::*;
use std::collections::BTreeSet;

/// As many values in one `IN (…)` as both databases take gladly.
const CHUNK: usize = 500;

/// Finds the persons behind `blinds`, then loads and locks them and `ids`, in the order of
/// their ids, so that two nodes never wait for each other in a circle.
pub(super) fn load(
    db: &mut Db,
    keys: &Keyring,
    world: &mut World,
    blinds: &BTreeSet<Blind>,
    ids: &BTreeSet<SubjectId>,
) -> Result<(), StoreError> {
    let mut wanted = ids.clone();
    for (blind, subject) in owners(db, blinds)? {
        world.by_blind.insert(blind, subject);
        wanted.insert(subject);
    }
    while !wanted.is_empty() {
        let rows = lock(db, &wanted)?;
        wanted.clear();
        for row in rows {
            let subject = opened(keys, row)?;
            wanted.extend(
                subject
                    .merged_into
                    .filter(|next| !world.subjects.contains_key(next)),
            );
            world.subjects.insert(subject.row.subject()?, subject);
        }
    }
    states(db, world)
}

fn owners(db: &mut Db, blinds: &BTreeSet<Blind>) -> Result<Vec<(Blind, SubjectId)>, StoreError> {
    let mut found = Vec::new();
    let all: Vec<&[u8]> = blinds.iter().map(|blind| blind.0.as_slice()).collect();
    for chunk in all.chunks(CHUNK) {
        let rows: Vec<(Vec<u8>, Vec<u8>)> = on!(db, conn => identifiers::table
            .filter(identifiers::blind.eq_any(chunk.to_vec()))
            .select((identifiers::blind, identifiers::subject_id))
            .load(conn))
        .map_err(StoreError::failed("finding identifiers"))?;
        for (blind, subject) in rows {
            let pair = Blind::from_slice(&blind).zip(SubjectId::from_slice(&subject));
            found.push(pair.ok_or(StoreError::damaged("an identifier"))?);
        }
    }
    Ok(found)
}

/// On `SQLite` the transaction is the only writer already; on `PostgreSQL` the rows are locked.
fn lock(db: &mut Db, wanted: &BTreeSet<SubjectId>) -> Result<Vec<SubjectRow>, StoreError> {
    let mut rows = Vec::with_capacity(wanted.len());
    let all: Vec<&[u8]> = wanted.iter().map(|id| id.as_bytes().as_slice()).collect();
    for chunk in all.chunks(CHUNK) {
        let query = subjects::table
            .filter(subjects::id.eq_any(chunk.to_vec()))
            .order(subjects::id);
        let found: Vec<SubjectRow> = match db {
            Db::Sqlite(conn) => query.load(conn),
            Db::Postgres(conn) => query.for_update().load(conn),
        }
        .map_err(StoreError::failed("loading data subjects"))?;
        rows.extend(found);
    }
    Ok(rows)
}

fn opened(keys: &Keyring, row: SubjectRow) -> Result<Subject, StoreError> {
    Ok(Subject {
        key: keys.unwrap(&row.wrapped_key, row.subject()?)?,
        merged_into: row.merged()?,
        cells: std::collections::BTreeMap::new(),
        new_identifiers: Vec::new(),
        moved_identifiers: Vec::new(),
        fresh: false,
        changed: false,
        row,
    })
}

fn states(db: &mut Db, world: &mut World) -> Result<(), StoreError> {
    let all: Vec<Vec<u8>> = world
        .subjects
        .keys()
        .map(|id| id.as_bytes().to_vec())
        .collect();
    for chunk in all.chunks(CHUNK) {
        let rows: Vec<StateRow> = on!(db, conn => consent_states::table
            .filter(consent_states::subject_id.eq_any(chunk.to_vec()))
            .load(conn))
        .map_err(StoreError::failed("loading consent states"))?;
        for row in rows {
            let subject = row.subject()?;
            let cell = row.cell()?;
            if let Some(loaded) = world.subjects.get_mut(&subject) {
                let held = Held {
                    state: cell.state,
                    entry: None,
                    stored: true,
                };
                loaded.cells.insert((cell.purpose, cell.channel), held);
            }
        }
    }
    Ok(())
}
