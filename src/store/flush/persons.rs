//! The persons of a batch and their identifiers.

use crate::store::bulk::{self, bulk};
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::rows::{IdentifierRow, SubjectRow};
use crate::store::schema::{identifiers, subjects};
use crate::store::world::{Subject, World};
use diesel::prelude::*;
use diesel::{insert_into, replace_into};

/// New persons and identifiers, and what changed of known ones. An identifier that another
/// node has just taken fails the batch on its primary key; it is then run again, and finds it.
pub(super) fn write_subjects(db: &mut Db, world: &World) -> Result<(), StoreError> {
    let changed = || world.subjects.values().filter(|subject| subject.changed);
    let mut persons: Vec<SubjectRow> = changed().filter_map(Subject::rewritten).cloned().collect();
    persons.sort_by(|a, b| a.id.cmp(&b.id));
    // merged within this very batch: the row is inserted where it ended up
    let moved: Vec<&IdentifierRow> = changed()
        .filter(|s| s.merged_into.is_none())
        .flat_map(|s| &s.moved_identifiers)
        .collect();
    let last = |row: &IdentifierRow| moved.iter().copied().find(|moved| moved.blind == row.blind);
    let mut new: Vec<IdentifierRow> = changed()
        .flat_map(|s| &s.new_identifiers)
        .map(|row| last(row).unwrap_or(row).clone())
        .collect();
    new.sort_by(|a, b| a.blind.cmp(&b.blind));
    write_persons(db, &persons, &new)?;
    for row in moved {
        on!(db, conn => diesel::update(identifiers::table.find(&row.blind))
            .set((identifiers::subject_id.eq(&row.subject_id), identifiers::sealed.eq(&row.sealed)))
            .execute(conn))
        .map_err(StoreError::failed("merging identifiers"))?;
    }
    Ok(())
}

/// Writes persons' rows as they are now.
pub(in crate::store) fn rewrite_persons(
    db: &mut Db,
    persons: &[SubjectRow],
) -> Result<(), StoreError> {
    write_persons(db, persons, &[])
}

fn write_persons(
    db: &mut Db,
    persons: &[SubjectRow],
    contacts: &[IdentifierRow],
) -> Result<(), StoreError> {
    match db {
        Db::Sqlite(conn) => {
            each!(
                conn,
                replace_into,
                subjects::table,
                persons,
                "writing data subjects"
            );
            each!(
                conn,
                insert_into,
                identifiers::table,
                contacts,
                "adding identifiers"
            );
            Ok(())
        }
        Db::Postgres(conn) => {
            let tables = vec![
                bulk!(persons => subjects {
                    id, wrapped_key, key_epoch, objection, objection_profiling, restricted,
                    merged_into, created_at
                } replacing [id]),
                bulk!(contacts => identifiers { blind, kind, subject_id, sealed }),
            ];
            bulk::insert(conn, tables).map_err(StoreError::failed("writing data subjects"))
        }
    }
}
