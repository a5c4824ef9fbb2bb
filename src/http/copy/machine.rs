//! The tables for programs: CSV in which no field is taken for a formula, and JSON.

use super::{PORTABLE, is_portable};
use crate::app::export::ExportError;
use crate::app::package::{Cell, Collected, Scope, Table};
use crate::domain::spreadsheet::safe;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// A table as CSV (RFC 4180).
pub(super) fn csv(
    out: &mut dyn Write,
    collected: &mut Collected<'_, '_>,
    table: Table,
    scope: Scope,
) -> Result<(), ExportError> {
    let mut csv = writer(out);
    csv.write_record(table.columns().iter().map(|column| column.name))
        .map_err(io::Error::from)?;
    collected.rows(table, scope, &mut |row| {
        let fields = row
            .iter()
            .map(|cell| safe(cell.clone().unwrap_or_default()));
        Ok(csv.write_record(fields)?)
    })?;
    Ok(csv.flush()?)
}

/// What a system found as CSV: a column for each name that a row has.
pub(super) fn system_csv(
    out: &mut dyn Write,
    collected: &Collected<'_, '_>,
    index: usize,
) -> Result<(), ExportError> {
    let found = collected.found().get(index);
    let rows = found.map(|found| found.rows.reveal().as_slice());
    let rows = rows.unwrap_or_default();
    let names = rows.iter().filter_map(Value::as_object).flat_map(Map::keys);
    let names: BTreeSet<&String> = names.collect();
    let mut csv = writer(out);
    if names.is_empty() {
        return Ok(());
    }
    let header = names.iter().map(|name| safe((*name).clone()));
    csv.write_record(header).map_err(io::Error::from)?;
    for row in rows {
        let field = |name: &&String| safe(row.get(name.as_str()).map(plain).unwrap_or_default());
        csv.write_record(names.iter().map(field))
            .map_err(io::Error::from)?;
    }
    Ok(csv.flush()?)
}

fn writer(out: &mut dyn Write) -> ::csv::Writer<&mut dyn Write> {
    let mut builder = ::csv::WriterBuilder::new();
    builder.terminator(::csv::Terminator::CRLF);
    builder.from_writer(out)
}

/// A value without quotation marks, where it is a text.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Everything as one JSON object.
pub(super) fn json(
    out: &mut dyn Write,
    collected: &mut Collected<'_, '_>,
    scope: Scope,
) -> Result<(), ExportError> {
    write!(out, "{{\"about\":{},\n\"tables\":{{", collected.about())?;
    let tables = match scope {
        Scope::All => Table::ALL,
        Scope::Portable => &PORTABLE,
    };
    for (index, table) in tables.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(out, "{comma}\n\"{}\":[", table.name())?;
        let mut first = true;
        collected.rows(*table, scope, &mut |row| {
            let comma = if std::mem::take(&mut first) { "" } else { "," };
            write!(out, "{comma}\n{}", object(*table, row))
        })?;
        write!(out, "]")?;
    }
    write!(out, "}},\n\"systems\":{{")?;
    let told = collected.found().iter();
    let told = told.filter(|found| scope == Scope::All || is_portable(collected, found));
    for (index, found) in told.enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let rows = Value::Array(found.rows.reveal().clone());
        write!(out, "{comma}\n\"{}\":{rows}", found.system.id)?;
    }
    writeln!(out, "}}}}")?;
    Ok(())
}

fn object(table: Table, row: &[Cell]) -> Value {
    let named = table.columns().iter().zip(row);
    let fields = named.map(|(column, cell)| {
        let value = cell.clone().map_or(Value::Null, Value::String);
        (column.name.to_owned(), value)
    });
    Value::Object(fields.collect())
}
