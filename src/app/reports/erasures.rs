//! Erasures, in the reports that count what erased persons had said: how many there were, and how much a
//! report may lack because of them.
//!
//! Which entries were whose is known no more, so that the entries that an erasure took away are counted
//! whole, though some may lie outside the period: *at most* so many are missing.

use super::sheet::{Cell, Column, Sheets, Table};
use super::{Job, ReportError};
use crate::app::refusal::Refusal;
use crate::domain::ids::Position;
use crate::store::CountsFigures;
use serde_json::Value;
use std::ops::Range;

const ERASURES: Column = Column::number("erasures");
const RECORDS: Column = Column::number("erased_records");
const ENTRIES: Column = Column::number("erased_entries");
const BY_SPAN: &[Column] = &[Column::text("span"), ERASURES, RECORDS, ENTRIES];
const MISSING: &[Column] = &[Column::code("erased", "erased"), ERASURES, ENTRIES];
/// Entries read at once.
const PAGE: i64 = 1_000;

/// Erasures: how many, of how many records, with how many entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    erasures: u64,
    records: u64,
    entries: u64,
}

/// Writes what there is to tell: nothing where nobody was erased.
pub(super) fn write<P: CountsFigures>(
    job: &Job<'_, P>,
    sheets: &mut dyn Sheets,
) -> Result<(), ReportError> {
    write_spans(job, sheets)?;
    write_missing(job, sheets)
}

/// The erasures of the period.
fn write_spans<P: CountsFigures>(
    job: &Job<'_, P>,
    sheets: &mut dyn Sheets,
) -> Result<(), ReportError> {
    let spans = job.spans();
    let mut sums = Vec::with_capacity(spans.len());
    for period in spans.ranges() {
        sums.push(sum(job, job.positions(&period)?)?);
    }
    if sums.iter().all(|sum| sum.erasures == 0) {
        return Ok(());
    }
    sheets.table(&Table::sum("erasures", BY_SPAN))?;
    for (name, sum) in spans.names().zip(sums) {
        sheets.row(&[
            Cell::text(name),
            Cell::Count(sum.erasures),
            Cell::Count(sum.records),
            Cell::Count(sum.entries),
        ])?;
    }
    Ok(())
}

/// The erasures since the period began, up to the entries that the report rests on and since: so much
/// was recorded, and is counted no more.
pub(super) fn write_missing<P: CountsFigures>(
    job: &Job<'_, P>,
    sheets: &mut dyn Sheets,
) -> Result<(), ReportError> {
    let start = job.positions(&(job.query.from..job.query.to))?.start;
    let rows = [
        ("until", sum(job, start..job.size)?),
        ("since", sum(job, job.size..Position::MAX)?),
    ];
    if rows.iter().all(|(_, sum)| sum.erasures == 0) {
        return Ok(());
    }
    sheets.table(&Table::sum("erasures_missing", MISSING))?;
    for (when, sum) in rows.into_iter().filter(|(_, sum)| sum.erasures > 0) {
        sheets.row(&[
            Cell::text(when),
            Cell::Count(sum.erasures),
            Cell::Count(sum.entries),
        ])?;
    }
    Ok(())
}

fn sum<P: CountsFigures>(job: &Job<'_, P>, mut range: Range<Position>) -> Result<Sum, Refusal> {
    let mut sum = Sum::default();
    loop {
        let page = range.clone();
        let told = job
            .app
            .store
            .read(|tx| tx.erasures_told(job.grant, page, PAGE))?;
        let Some((last, _)) = told.last() else {
            return Ok(sum);
        };
        range.start = last.saturating_add(1);
        for (_, payload) in &told {
            let payload: Value = serde_json::from_str(payload).unwrap_or_default();
            let number = |name: &str| payload.get(name).and_then(Value::as_u64).unwrap_or(0);
            sum.erasures += 1;
            sum.records += number("records");
            sum.entries += number("entries");
        }
    }
}
