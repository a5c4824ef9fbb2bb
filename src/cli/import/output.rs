//! The report, for the eye and for programs.

use super::Done;
use super::failure::Failure;
use crate::app::import::{Counts, LISTED};
use crate::domain::import::LineError;
use serde_json::{Value, json};
use std::io::Write;

/// How many refused lines are shown; `--errors` writes them all.
const SHOWN: usize = 100;
/// How many line numbers are shown; `--json` lists them.
const NUMBERS: usize = 10;

/// Prints the report on standard output.
pub(super) fn print(done: &Done, json: bool) -> Result<(), Failure> {
    let text = if json {
        format!("{:#}\n", as_json(done))
    } else {
        as_text(done)
    };
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Failure::service(format!("the report cannot be written: {error}")))
}

fn as_json(done: &Done) -> Value {
    let (report, errors) = (&done.report, &done.report.errors);
    let error = |error: &LineError| json!({ "line": error.line, "column": error.column, "code": error.code, "what": error.what, "mend": error.mend });
    json!({
        "dry_run": done.dry_run,
        "file_sha256": done.file.sha256,
        "map": done.file.map,
        "counts": report.counts,
        "would_reopen_lines": report.would_reopen_lines,
        "refused_lines": errors.len(),
        "refused_by_code": errors.counts(),
        "refused": errors.first().iter().take(SHOWN).map(error).collect::<Vec<_>>(),
    })
}

fn as_text(done: &Done) -> String {
    let report = &done.report;
    let head = if done.dry_run {
        "Dry run: nothing was written."
    } else {
        "Imported."
    };
    let mut lines = vec![head.to_owned()];
    lines.extend(counts(&report.counts, report.errors.len()));
    if !report.would_reopen_lines.is_empty() {
        lines.push(reopened(&report.would_reopen_lines));
    }
    lines.extend(report.errors.first().iter().take(SHOWN).map(|error| {
        let column = error
            .column
            .as_ref()
            .map(|column| format!(", column {column}"))
            .unwrap_or_default();
        format!(
            "line {}{column}: {}. {}",
            error.line, error.what, error.mend
        )
    }));
    if report.errors.len() > SHOWN as u64 {
        lines.push(format!(
            "Only the first {SHOWN} refused lines are shown; --errors FILE.csv writes them all."
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// What is not zero, a line each.
fn counts(counts: &Counts, refused: u64) -> Vec<String> {
    let named = [
        (counts.rows, "rows read"),
        (refused, "lines refused"),
        (counts.skipped_rows, "rows that say nothing"),
        (
            counts.duplicate_rows,
            "rows about a person of an earlier row",
        ),
        (counts.new_given, "new yes"),
        (counts.without_proof, "yes without proof, marked so"),
        (counts.new_refused, "new refusals"),
        (counts.new_withdrawn, "new withdrawals"),
        (counts.strengthened, "held answers put on firmer ground"),
        (counts.unchanged, "unchanged"),
        (counts.older, "no kept out: older than the yes that is held"),
        (counts.would_reopen, "yes kept out: the person has said no"),
        (counts.persons_new, "new persons"),
        (
            counts.persons_merged,
            "records merged into another of the same person",
        ),
    ];
    let shown = named.into_iter().filter(|(count, _)| *count > 0);
    shown
        .map(|(count, name)| format!("{count:>10}  {name}"))
        .collect()
}

fn reopened(lines: &[u64]) -> String {
    let shown: Vec<String> = lines
        .iter()
        .take(NUMBERS)
        .map(ToString::to_string)
        .collect();
    let more = match lines.len() {
        all if all <= NUMBERS => String::new(),
        all if all < LISTED => format!(" and {} more (--json lists them)", all - NUMBERS),
        _ => format!(" and more (--json lists the first {LISTED})"),
    };
    format!("Lines whose yes was kept out: {}{more}.", shown.join(", "))
}
