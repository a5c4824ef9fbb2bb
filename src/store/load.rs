//! Loads and locks the persons that a batch touches.

use super::connection::Db;
use super::error::StoreError;
use super::keys::{Epoch, Keyring};
use super::rows::{StateRow, SubjectRow, unsigned};
use super::schema::{consent_states, identifiers, subject_events, subjects};
use super::world::{Held, Subject, World};
use crate::domain::ids::{Blind, SubjectId};
use diesel::dsl::max;
use diesel::prelude::*;
use std::collections::BTreeSet;

/// As many values in one array as `PostgreSQL` takes gladly.
const CHUNK: usize = 500;

/// Loads the rows that belong to `$keys`. `PostgreSQL` takes many keys at a time, to save the ways
/// there and back. `SQLite`, in this process, is asked for one after the other: that statement is
/// prepared only once, and a list of ever another length would be parsed each time.
macro_rules! load_all {
    ($db:expr, $keys:expr, $doing:literal, $one:ident => $by_one:expr, $many:ident => $by_many:expr) => {{
        let mut rows = Vec::new();
        match $db {
            Db::Sqlite(conn) => {
                for $one in $keys {
                    let found = $by_one.load(conn).map_err(StoreError::failed($doing))?;
                    rows.extend(found);
                }
            }
            Db::Postgres(conn) => {
                let keys: Vec<&[u8]> = $keys.into_iter().collect();
                for chunk in keys.chunks(CHUNK) {
                    let $many = chunk.to_vec();
                    let found = $by_many.load(conn).map_err(StoreError::failed($doing))?;
                    rows.extend(found);
                }
            }
        }
        rows
    }};
}

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
            let subject = opened(db, keys, row)?;
            wanted.extend(
                subject
                    .merged_into
                    .filter(|next| !world.subjects.contains_key(next)),
            );
            world.subjects.insert(subject.row().subject()?, subject);
        }
    }
    // erased between the two reads, by another node: the identifier leads to nobody then
    let subjects = &world.subjects;
    let lives = |_: &Blind, owner: &mut SubjectId| subjects.contains_key(owner);
    world.by_blind.retain(lives);
    let persons: Vec<SubjectId> = world.subjects.keys().copied().collect();
    numbers(db, world, &persons)?;
    states(db, world, &persons)
}

fn owners(db: &mut Db, blinds: &BTreeSet<Blind>) -> Result<Vec<(Blind, SubjectId)>, StoreError> {
    let columns = (identifiers::blind, identifiers::subject_id);
    let keys = blinds.iter().map(|blind| blind.0.as_slice());
    let rows: Vec<(Vec<u8>, Vec<u8>)> = load_all!(db, keys, "finding identifiers",
        one => identifiers::table.filter(identifiers::blind.eq(one)).select(columns),
        many => identifiers::table.filter(identifiers::blind.eq_any(many)).select(columns));
    let read = |(blind, subject): (Vec<u8>, Vec<u8>)| {
        let pair = Blind::from_slice(&blind).zip(SubjectId::from_slice(&subject));
        pair.ok_or(StoreError::damaged("an identifier"))
    };
    rows.into_iter().map(read).collect()
}

/// On `SQLite` the transaction is the only writer already; on `PostgreSQL` the rows are locked.
fn lock(db: &mut Db, wanted: &BTreeSet<SubjectId>) -> Result<Vec<SubjectRow>, StoreError> {
    let keys = wanted.iter().map(|id| id.as_bytes().as_slice());
    let rows: Vec<SubjectRow> = load_all!(db, keys, "loading data subjects",
        one => subjects::table.filter(subjects::id.eq(one)),
        many => subjects::table.filter(subjects::id.eq_any(many)).order(subjects::id).for_update());
    Ok(rows)
}

fn opened(db: &mut Db, keys: &Keyring, row: SubjectRow) -> Result<Subject, StoreError> {
    let epoch = Epoch::of(row.key_epoch);
    super::epochs::hold(db, keys, epoch)?;
    let key = keys.unwrap(&row.wrapped_key, row.subject()?, epoch)?;
    let merged_into = row.merged()?;
    Ok(Subject::loaded(row, key, merged_into))
}

/// The number of each person's next event. Asked once their rows are locked, so that nobody else
/// can add one meanwhile; at the right end of an index, however long the history is.
fn numbers(db: &mut Db, world: &mut World, persons: &[SubjectId]) -> Result<(), StoreError> {
    let keys = persons.iter().map(|id| id.as_bytes().as_slice());
    let last = || {
        let own = subject_events::table.filter(subject_events::subject_id.eq(subjects::id));
        own.select(max(subject_events::counter)).single_value()
    };
    let rows: Vec<(Vec<u8>, Option<i64>)> = load_all!(db, keys, "counting events",
        one => subject_events::table.filter(subject_events::subject_id.eq(one))
            .order(subject_events::counter.desc()).limit(1)
            .select((subject_events::subject_id, subject_events::counter.nullable())),
        many => subjects::table.filter(subjects::id.eq_any(many)).select((subjects::id, last())));
    for (subject, counter) in rows {
        let subject = SubjectId::from_slice(&subject).ok_or(StoreError::damaged("an event"))?;
        if let (Some(loaded), Some(counter)) = (world.subjects.get_mut(&subject), counter) {
            loaded.next_event = unsigned(counter).saturating_add(1);
        }
    }
    Ok(())
}

fn states(db: &mut Db, world: &mut World, persons: &[SubjectId]) -> Result<(), StoreError> {
    let keys = persons.iter().map(|id| id.as_bytes().as_slice());
    let rows: Vec<StateRow> = load_all!(db, keys, "loading consent states",
        one => consent_states::table.filter(consent_states::subject_id.eq(one)),
        many => consent_states::table.filter(consent_states::subject_id.eq_any(many)));
    for row in rows {
        let subject = row.subject()?;
        let cell = row.cell()?;
        if let Some(loaded) = world.subjects.get_mut(&subject) {
            let held = Held {
                state: cell.state,
                entry: None,
            };
            loaded.cells.insert((cell.purpose, cell.channel), held);
        }
    }
    Ok(())
}
