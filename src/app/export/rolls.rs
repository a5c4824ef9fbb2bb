//! Who was on the lists of a package's period.

use super::decisions::line;
use super::{ExportError, Job};
use crate::audit::package::format::ROLLS;
use crate::audit::package::write::PackageWriter;
use crate::audit::roll::line::SheetLine;
use crate::domain::ids::Position;
use crate::store::{AuditedSheet, ReadTx, StoreError};
use serde_json::Value;
use std::io::{self, Write};
use std::ops::Range;

/// Writes the file, where persons were on lists in the period.
pub(super) fn write<W: Write>(
    job: &Job<'_>,
    tx: &mut ReadTx<'_>,
    package: &mut PackageWriter<W>,
    range: &Range<Position>,
) -> Result<(), ExportError> {
    let lists = tx.audited_rolls(job.grant, range)?;
    if lists.is_empty() {
        return Ok(());
    }
    let mut failed = None;
    package
        .stream(ROLLS, |out| {
            for list in lists {
                let written = roll(job, tx, list, out);
                written.map_err(|error| match error {
                    LineError::Io(error) => error,
                    LineError::Store(error) => {
                        failed = Some(error);
                        io::Error::other("the database failed")
                    }
                })?;
            }
            Ok(())
        })
        .map_err(|error| failed.take().map_or(error.into(), ExportError::from))
}

enum LineError {
    Io(io::Error),
    Store(StoreError),
}

impl From<StoreError> for LineError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn roll(
    job: &Job<'_>,
    tx: &mut ReadTx<'_>,
    list: Position,
    out: &mut dyn Write,
) -> Result<(), LineError> {
    let payloads = tx.public_payloads(job.grant, &[list])?;
    let payload: Value = payloads
        .get(&list)
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    // of a list that was not asked for the entry is withheld, and so is who was on it
    if !job.query.asks_for("audience.ended", &payload) {
        return Ok(());
    }
    let (mut index, mut from) = (0, 0);
    loop {
        let sheets = tx.audited_sheets(job.grant, list, from)?;
        let Some(last) = sheets.last() else {
            return Ok(());
        };
        from = last.first.saturating_add(1);
        for one in &sheets {
            line(&told(list, index, one), out).map_err(LineError::Io)?;
            index += 1;
        }
    }
}

fn told(list: Position, index: u64, one: &AuditedSheet) -> SheetLine {
    let was = one.taken_off.as_ref().map(|(was, _)| was);
    match &one.sheet {
        Some(sheet) => SheetLine::of(list, index, sheet, was),
        None => SheetLine::of_none(list, index),
    }
}
