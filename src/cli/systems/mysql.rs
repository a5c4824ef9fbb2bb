//! `MySQL` and `MariaDB` servers.

use super::reach::{Bounds, LARGEST, Outward, Work, secret};
use crate::app::systems::{Answer, Fault};
use crate::domain::personal::Personal;
use crate::domain::systems::{Address, Failure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mysql::prelude::Queryable;
use mysql::{AccessMode, Conn, Error, OptsBuilder, Params, Row, Statement, Transaction, TxOpts};
use serde_json::{Map, Value};
use std::io::ErrorKind;
use std::net::SocketAddr;

pub(super) fn run(
    at: &Address,
    work: &Work<'_>,
    keys: &Personal<Vec<String>>,
    bounds: Bounds,
    outward: Outward<'_>,
) -> Result<Answer, Fault> {
    work_through(at, work, keys, bounds, outward).map_err(|fault| match fault.why {
        // a read that waits too long comes as a connection that broke
        Failure::Unreachable if std::time::Instant::now() > bounds.until => {
            Failure::TimedOut.into()
        }
        _ => fault,
    })
}

fn work_through(
    at: &Address,
    work: &Work<'_>,
    keys: &Personal<Vec<String>>,
    bounds: Bounds,
    outward: Outward<'_>,
) -> Result<Answer, Fault> {
    let mut conn = connect(at, bounds, outward)?;
    if let Work::Try(_, others) = work {
        // a transaction that only reads would refuse to prepare what changes
        for sql in others {
            prepared(&mut conn, sql)?;
        }
    }
    let reads = !matches!(work, Work::Change(_));
    let mode = if reads {
        AccessMode::ReadOnly
    } else {
        AccessMode::ReadWrite
    };
    let options = TxOpts::default().set_access_mode(Some(mode));
    let mut tx = conn
        .start_transaction(options)
        .map_err(|error| fault(&error))?;
    match work {
        Work::Read(sql) => read(&mut tx, sql, keys, bounds).map(Answer::Rows),
        Work::Change(all) => change(tx, all, keys, bounds).map(Answer::Changed),
        Work::Try(first, _) => read(&mut tx, first, keys, bounds).map(Answer::Rows),
    }
}

fn connect(at: &Address, bounds: Bounds, outward: Outward<'_>) -> Result<Conn, Fault> {
    let mut last = Failure::Unreachable.into();
    for place in outward.places(at, 3306, bounds)? {
        match connect_to(at, place, bounds) {
            Err(fault) if fault.why == Failure::Unreachable => last = fault,
            done => return done,
        }
    }
    Err(last)
}

fn connect_to(at: &Address, place: SocketAddr, bounds: Bounds) -> Result<Conn, Fault> {
    let password = at.password.as_ref().map(secret).transpose()?;
    let options = OptsBuilder::new()
        .ip_or_hostname(Some(place.ip().to_string()))
        .tcp_port(place.port())
        .db_name(Some(&at.database))
        .user(Some(&at.user))
        .pass(password.as_ref().map(|text| text.expose().clone()))
        .prefer_socket(false)
        .tcp_connect_timeout(Some(bounds.timeout))
        .read_timeout(Some(bounds.timeout))
        .write_timeout(Some(bounds.timeout));
    let mut conn = Conn::new(options).map_err(|error| fault(&error))?;
    // the server itself gives up as well; the two name it differently
    let seconds = bounds.timeout.as_secs();
    let theirs = [
        format!("SET SESSION max_statement_time = {seconds}"),
        format!("SET SESSION max_execution_time = {}", seconds * 1_000),
    ];
    let known = theirs.iter().any(|sql| conn.query_drop(sql).is_ok());
    known
        .then_some(conn)
        .ok_or_else(|| Failure::Statement.into())
}

/// A statement each of whose parameters is the identifier. What the server says of it quotes the
/// statement, never a value: none is there yet.
fn prepared(tx: &mut impl Queryable, sql: &str) -> Result<Statement, Fault> {
    let statement = tx.prep(sql).map_err(|error| Fault {
        detail: match &error {
            Error::MySqlError(said) => Some(said.message.clone()),
            _ => None,
        },
        ..fault(&error)
    })?;
    if statement.num_params() == 0 {
        return Err(Fault {
            why: Failure::Statement,
            detail: Some("it must take the identifier as its parameter, ?".into()),
        });
    }
    Ok(statement)
}

fn bound(statement: &Statement, key: &str) -> Params {
    let each = (0..statement.num_params()).map(|_| mysql::Value::from(key));
    Params::Positional(each.collect())
}

fn read(
    tx: &mut Transaction<'_>,
    sql: &str,
    keys: &Personal<Vec<String>>,
    bounds: Bounds,
) -> Result<Personal<Vec<Value>>, Fault> {
    let statement = prepared(tx, sql)?;
    let (mut found, mut bytes) = (Vec::new(), 0);
    for key in keys.reveal() {
        let rows = tx.exec_iter(&statement, bound(&statement, key));
        for row in rows.map_err(|error| fault(&error))? {
            found.push(object(row.map_err(|error| fault(&error))?, &mut bytes));
            if bytes > LARGEST {
                return Err(Failure::TooMuch.into());
            }
            if found.len() > bounds.rows as usize {
                return Err(Failure::TooManyRows.into());
            }
            if std::time::Instant::now() > bounds.until {
                return Err(Failure::TimedOut.into());
            }
        }
    }
    Ok(Personal::new(found))
}

fn object(row: Row, bytes: &mut u64) -> Value {
    let columns = row.columns();
    let values = row.unwrap_raw();
    let mut object = Map::new();
    for (column, value) in columns.iter().zip(values) {
        let value = match value {
            Some(mysql::Value::Bytes(text)) => {
                *bytes += text.len() as u64;
                String::from_utf8(text)
                    .unwrap_or_else(|blob| STANDARD.encode(blob.as_bytes()))
                    .into()
            }
            Some(mysql::Value::Int(number)) => number.into(),
            Some(mysql::Value::UInt(number)) => number.into(),
            Some(mysql::Value::Float(number)) => number.into(),
            Some(mysql::Value::Double(number)) => number.into(),
            Some(mysql::Value::NULL) | None => Value::Null,
            Some(moment) => moment.as_sql(true).trim_matches('\'').into(),
        };
        object.insert(column.name_str().into_owned(), value);
    }
    Value::Object(object)
}

fn change(
    mut tx: Transaction<'_>,
    all: &[String],
    keys: &Personal<Vec<String>>,
    bounds: Bounds,
) -> Result<u64, Fault> {
    let mut changed = 0;
    for sql in all {
        let statement = prepared(&mut tx, sql)?;
        for key in keys.reveal() {
            tx.exec_drop(&statement, bound(&statement, key))
                .map_err(|error| fault(&error))?;
            changed += tx.affected_rows();
        }
    }
    // dropped, the transaction is rolled back
    bounds.allow(changed, all)?;
    tx.commit().map_err(|error| fault(&error))?;
    Ok(changed)
}

fn fault(error: &Error) -> Fault {
    let why = match error {
        Error::MySqlError(said) => match said.code {
            1044 | 1045 | 1698 => Failure::Credentials,
            1792 => Failure::Writes,
            1205 | 1969 | 3024 => Failure::TimedOut,
            _ => Failure::Statement,
        },
        Error::IoError(io) if matches!(io.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock) => {
            Failure::TimedOut
        }
        _ => Failure::Unreachable,
    };
    let code = match error {
        Error::MySqlError(said) => Some(format!("error {}", said.code)),
        _ => None,
    };
    Fault { why, detail: code }
}
