//! `SQLite` files of this machine.

use super::reach::{Bounds, LARGEST, Work};
use crate::app::systems::{Answer, Fault};
use crate::domain::personal::Personal;
use crate::domain::systems::{Failure, SqliteFile};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags, Row, Statement};
use serde_json::{Map, Value};
use std::time::Instant;

/// Instructions of its machine between two looks at the clock.
const LOOKS: i32 = 10_000;

pub(super) fn run(
    at: &SqliteFile,
    work: &Work<'_>,
    keys: &Personal<Vec<String>>,
    bounds: Bounds,
) -> Result<Answer, Fault> {
    let access = match work {
        Work::Change(_) => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Work::Read(_) | Work::Try(..) => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let mut db = Connection::open_with_flags(&at.file, access).map_err(|_| Failure::Files)?;
    let ready = db.busy_timeout(bounds.timeout).and_then(|()| {
        let late = move || Instant::now() > bounds.until;
        db.progress_handler(LOOKS, Some(late))
    });
    ready.map_err(|error| fault(&error))?;
    match work {
        Work::Read(sql) => read(&db, sql, keys, bounds).map(Answer::Rows),
        Work::Change(all) => change(&mut db, all, keys, bounds).map(Answer::Changed),
        Work::Try(first, others) => {
            for sql in others {
                prepared(&db, sql)?;
            }
            read(&db, first, keys, bounds).map(Answer::Rows)
        }
    }
}

/// A statement that takes one parameter. Its error quotes the statement, never a value.
fn prepared<'a>(db: &'a Connection, sql: &str) -> Result<Statement<'a>, Fault> {
    let statement = db.prepare(sql).map_err(|error| Fault {
        detail: Some(error.to_string()),
        ..fault(&error)
    })?;
    if statement.parameter_count() != 1 {
        return Err(Fault {
            why: Failure::Statement,
            detail: Some("it must take the identifier as its one parameter, ?1".into()),
        });
    }
    Ok(statement)
}

fn read(
    db: &Connection,
    sql: &str,
    keys: &Personal<Vec<String>>,
    bounds: Bounds,
) -> Result<Personal<Vec<Value>>, Fault> {
    let mut statement = prepared(db, sql)?;
    if !statement.readonly() {
        return Err(Failure::Writes.into());
    }
    let names: Vec<String> = statement
        .column_names()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let (mut found, mut bytes) = (Vec::new(), 0);
    for key in keys.reveal() {
        let mut rows = statement.query([key]).map_err(|error| fault(&error))?;
        while let Some(row) = rows.next().map_err(|error| fault(&error))? {
            found.push(object(row, &names, &mut bytes)?);
            if found.len() > bounds.rows as usize {
                return Err(Failure::TooManyRows.into());
            }
        }
    }
    Ok(Personal::new(found))
}

fn object(row: &Row<'_>, names: &[String], bytes: &mut u64) -> Result<Value, Fault> {
    let mut object = Map::new();
    for (at, name) in names.iter().enumerate() {
        let value = match row.get_ref(at).map_err(|error| fault(&error))? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => number.into(),
            ValueRef::Real(number) => number.into(),
            ValueRef::Text(text) => {
                *bytes += text.len() as u64;
                String::from_utf8_lossy(text).into()
            }
            ValueRef::Blob(blob) => {
                *bytes += blob.len() as u64;
                STANDARD.encode(blob).into()
            }
        };
        object.insert(name.clone(), value);
        if *bytes > LARGEST {
            return Err(Failure::TooMuch.into());
        }
    }
    Ok(Value::Object(object))
}

fn change(
    db: &mut Connection,
    all: &[String],
    keys: &Personal<Vec<String>>,
    bounds: Bounds,
) -> Result<u64, Fault> {
    // what is deleted is overwritten
    db.pragma_update(None, "secure_delete", "ON")
        .map_err(|error| fault(&error))?;
    let write = db.transaction().map_err(|error| fault(&error))?;
    let mut changed = 0;
    for sql in all {
        let mut statement = prepared(&write, sql)?;
        for key in keys.reveal() {
            changed += statement.execute([key]).map_err(|error| fault(&error))? as u64;
        }
    }
    bounds.allow(changed, all)?;
    write.commit().map_err(|error| fault(&error))?;
    Ok(changed)
}

fn fault(error: &rusqlite::Error) -> Fault {
    let why = match error.sqlite_error_code() {
        Some(
            ErrorCode::OperationInterrupted | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked,
        ) => Failure::TimedOut,
        Some(ErrorCode::ReadOnly) => Failure::Writes,
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::NotADatabase
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::SystemIoFailure
            | ErrorCode::PermissionDenied
            | ErrorCode::DiskFull,
        ) => Failure::Files,
        Some(ErrorCode::TooBig) => Failure::TooMuch,
        _ => Failure::Statement,
    };
    why.into()
}
