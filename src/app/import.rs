//! Brings existing consents in from the file of another system.
//!
//! An import never turns a *no* into a *yes*, and what carries no proof is marked so. Lines are
//! taken in by chunks, each one transaction; after a crash the same file is imported again, and
//! what is held already stays as it is.

mod desk;
mod ledger;
mod line;
mod rehearsal;
mod report;
pub mod verdict;

use super::open::App;
use super::refusal::Refusal;
use crate::access::{Grant, ImportConsents};
use crate::domain::ids::{Blind, Position};
use crate::domain::import::{ImportRow, LineError, Mapping};
use crate::domain::registry::{Channel, Slug};
use crate::domain::time::Now;
use crate::store::{Order, Recorded, StoreError};
use desk::{Registry, take_in};
pub use ledger::{ImportPage, Imported};
use line::{Line, Lines};
use rehearsal::{Known, Rehearsal};
use report::Tally;
pub use report::{Counts, ImportReport, LISTED};
use serde_json::json;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Rows of one transaction: enough to share the price of a commit, few enough that a running
/// service beside it waits a fraction of a second.
const CHUNK: u64 = 500;

/// The file, as the ledger and each record name it. Its name is left out: names of files hold
/// names of people.
#[derive(Debug, Clone)]
pub struct ImportFile {
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// The mapping's name.
    pub map: String,
}

impl App {
    /// Imports rows; or, on a dry run, counts what an import would do and writes nothing.
    /// `progress` is told how many rows were read.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where the mapping names what is not in force: nothing was written.
    /// [`Refusal::Store`] where the database fails: whole chunks before were written, and the
    /// same import can be run again.
    #[expect(
        clippy::too_many_arguments,
        reason = "what happens, to what, when, and who is told"
    )]
    pub fn import(
        &self,
        grant: &Grant<ImportConsents>,
        rows: impl Iterator<Item = Result<ImportRow, LineError>>,
        file: &ImportFile,
        mapping: &Mapping,
        dry_run: bool,
        now: Now,
        progress: &dyn Fn(u64),
    ) -> Result<ImportReport, Refusal> {
        let catalogue = self.store.read(|tx| tx.catalogue(&self.serve))?;
        line::check_mapping(&catalogue, mapping)?;
        let lines = Lines {
            keys: self.keys(),
            catalogue: &catalogue,
            source: mapping.source(),
            file,
            now,
        };
        let rehearsal = dry_run.then(|| Rehearsal::new(now, self.entropy()));
        let mut intake = Intake {
            app: self,
            grant,
            lines,
            cells: cells(mapping),
            rehearsal,
            waiting: Vec::new(),
            seen: HashSet::new(),
            report: ImportReport::default(),
        };
        for (read, row) in (1_u64..).zip(rows) {
            intake.row(row);
            if read.is_multiple_of(CHUNK) {
                intake.take_in()?;
                progress(read);
            }
        }
        intake.take_in()?;
        progress(intake.report.counts.rows);
        let mut report = intake.report;
        if !dry_run {
            report.position = self.announce(grant, file, mapping, &report, now)?;
        }
        Ok(report)
    }

    /// The ledger's entry about the import as a whole.
    fn announce(
        &self,
        grant: &Grant<ImportConsents>,
        file: &ImportFile,
        mapping: &Mapping,
        report: &ImportReport,
        now: Now,
    ) -> Result<Option<Position>, Refusal> {
        let payload = json!({
            "file_mark": self.keys().file_mark(&file.sha256),
            "map": file.map,
            "source": mapping.source(),
            "counts": report.counts,
            "refused_lines": report.errors.len(),
        });
        let by = grant.clone();
        let recorded = self.store.write_blocking(grant, Order::at(now), move |tx| {
            Ok::<_, StoreError>(tx.import_made(&by, payload.clone()).with(()))
        });
        Ok(recorded?.positions.last().copied())
    }
}

/// The purposes and channels that a mapping makes claims about.
fn cells(mapping: &Mapping) -> Arc<[(Slug, Channel)]> {
    mapping
        .claims()
        .filter_map(|(purpose, channel)| purpose.parse().ok().zip(Channel::parse(channel)))
        .collect()
}

/// An import on its way.
struct Intake<'a> {
    app: &'a App,
    grant: &'a Grant<ImportConsents>,
    lines: Lines<'a>,
    cells: Arc<[(Slug, Channel)]>,
    rehearsal: Option<Rehearsal<'a>>,
    waiting: Vec<Line>,
    /// A part of the keyed hash of every identifier so far: it only serves a count.
    seen: HashSet<u64>,
    report: ImportReport,
}

impl Intake<'_> {
    fn row(&mut self, row: Result<ImportRow, LineError>) {
        self.report.counts.rows += 1;
        let row = match row {
            Ok(row) => row,
            Err(error) => return self.report.errors.add(error),
        };
        let (line, wrong) = self.lines.read(row);
        let nothing = line.consents.is_empty() && wrong.is_none();
        self.report.counts.skipped_rows += u64::from(nothing);
        self.report.counts.duplicate_rows += u64::from(self.is_repeated(&line));
        if let Some(error) = wrong {
            self.report.errors.add(error);
        }
        if !line.consents.is_empty() {
            self.waiting.push(line);
        }
    }

    fn is_repeated(&mut self, line: &Line) -> bool {
        let mut repeated = false;
        for contact in &line.named.contacts {
            let part = contact
                .blind
                .0
                .iter()
                .take(8)
                .fold(0_u64, |part, byte| part << 8 | u64::from(*byte));
            repeated |= !self.seen.insert(part);
        }
        repeated
    }

    /// Takes in what is waiting.
    fn take_in(&mut self) -> Result<(), Refusal> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let lines = std::mem::take(&mut self.waiting);
        let blinds: Vec<Blind> = lines.iter().flat_map(|line| line.named.blinds()).collect();
        let mut tally = Tally::default();
        if self.rehearsal.is_some() {
            let known = self.look_up(blinds)?;
            if let Some(rehearsal) = &mut self.rehearsal {
                rehearsal.learn(known);
                take_in(rehearsal, &lines, &mut tally)?;
            }
        } else {
            tally = self.write(lines, blinds)?;
        }
        self.report.add(tally);
        Ok(())
    }

    fn write(&self, lines: Vec<Line>, blinds: Vec<Blind>) -> Result<Tally, Refusal> {
        let (order, actor) = (self.order(blinds), self.grant.clone());
        // the writer may run this several times: each run counts anew
        let counted = Arc::new(Mutex::new(Tally::default()));
        let told = counted.clone();
        let outcome = self.app.store.write_blocking(self.grant, order, move |tx| {
            let mut desk = Registry {
                tx,
                grant: &actor,
                entry: None,
            };
            let mut tally = Tally::default();
            take_in(&mut desk, &lines, &mut tally)?;
            *told.lock().unwrap_or_else(PoisonError::into_inner) = tally;
            desk.entry.map(|entry| entry.with(())).ok_or(Halt::Nothing)
        });
        match outcome {
            Ok(_) | Err(Halt::Nothing | Halt::Known(_)) => Ok(std::mem::take(
                &mut counted.lock().unwrap_or_else(PoisonError::into_inner),
            )),
            Err(Halt::Refused(refusal)) => Err(refusal),
        }
    }

    /// What the registry holds about a chunk, by a write that refuses itself.
    fn look_up(&self, blinds: Vec<Blind>) -> Result<Known, Refusal> {
        let (order, cells) = (self.order(blinds.clone()), self.cells.clone());
        let outcome = self.app.store.write_blocking(self.grant, order, move |tx| {
            Err::<Recorded<()>, _>(Halt::Known(Known::look_up(tx, &blinds, &cells)))
        });
        match outcome {
            Err(Halt::Known(known)) => Ok(known),
            Err(Halt::Refused(refusal)) => Err(refusal),
            Ok(_) | Err(Halt::Nothing) => Ok(Known::default()),
        }
    }

    fn order(&self, blinds: Vec<Blind>) -> Order {
        Order {
            blinds,
            ..Order::at(self.lines.now)
        }
    }
}

/// Why a chunk commits nothing.
enum Halt {
    /// Everything in it is held already, or was kept out.
    Nothing,
    /// It was only looked up.
    Known(Known),
    /// It could not be written.
    Refused(Refusal),
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
