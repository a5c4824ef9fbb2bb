//! Exports a period as an audit package that anybody checks offline.
//!
//! The order matters. The head is signed as it is, so that what was before the export is pinned.
//! Then the export is recorded: one that cannot be logged does not happen. Then the head is signed
//! again, and it is this second checkpoint that goes into the package: so the log's own signature
//! in the regulator's hands covers the entry which says that this export was made.

mod decisions;
mod entries;
mod files;
mod head;
mod keys;
mod person;
mod query;
mod records;
mod report;
mod rolls;
#[cfg(test)]
mod tests;
mod timestamps;
mod witnesses;

pub use person::{
    Held, HeldRecord, HeldState, PersonData, PersonExported, PersonReport, TimelineEntry,
};
pub use query::ExportQuery;
pub(super) use query::campaign;
pub use records::RecordsExported;
pub use report::{Report, ReportData, ReportEntry};

use super::audit_check::{AuditFindings, BLOCK, Check, keys_of};
use super::open::App;
use super::period;
use super::refusal::Refusal;
use crate::access::{ExportAudit, Grant};
use crate::audit::package::format::{About, Period, Positions};
use crate::audit::package::plan::needed_tiles;
use crate::audit::package::write::{PackageMeta, PackageWriter, WriteError};
use crate::domain::event::{Actor, PublicEvent, PublicKind};
use crate::domain::ids::{ExportId, Position};
use crate::domain::time::{Now, from_micros, rfc3339};
use crate::store::{CountsFigures, Order, ReadTx, StoreError};
use chrono::{DateTime, Utc};
use head::Head;
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;

/// An export did not happen, or broke off.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The use case did not happen.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The package could not be written.
    #[error(transparent)]
    Package(#[from] WriteError),
    /// The log cannot be put into a package.
    #[error("the log cannot be put into a package: {0}")]
    Log(String),
}

impl From<StoreError> for ExportError {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

/// An export that was made.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Exported {
    /// Its name in the log.
    pub id: ExportId,
    /// The entry that records it.
    pub recorded: Position,
    /// The positions in the package: first, and the one after the last.
    pub positions: Positions,
    /// How many entries are in it.
    pub entries: u64,
    /// How many of them are withheld.
    pub withheld: u64,
    /// The same by why, and how many decisions.
    pub withheld_by_reason: BTreeMap<String, u64>,
    /// The size of the log that its checkpoint covers.
    pub size: u64,
    /// What the comparison of the database with the log found.
    pub findings: AuditFindings,
}

/// What the writing of a package works with.
struct Job<'a> {
    app: &'a App,
    grant: &'a Grant<ExportAudit>,
    query: &'a ExportQuery,
    report: &'a dyn Report,
    now: Now,
    id: ExportId,
    head: Head<'a>,
    progress: &'a dyn Fn(u64, u64),
}

impl App {
    /// Exports a period to `out`, recording first that it does. Blocks; the memory taken does not
    /// grow with the period. `progress` is told how far it is: done, in all.
    ///
    /// # Errors
    /// Where the query cannot be, the export cannot be recorded, or `out` fails. What does not
    /// hold in the database is no error: it is in the package's findings, and fails its check.
    #[allow(
        clippy::too_many_arguments,
        reason = "what, when, whereto and how it is told"
    )]
    pub fn export<W: Write>(
        &self,
        grant: &Grant<ExportAudit>,
        query: &ExportQuery,
        report: &dyn Report,
        now: Now,
        out: W,
        progress: &dyn Fn(u64, u64),
    ) -> Result<Exported, ExportError> {
        query.look()?;
        // what was decided until now is to be in the log
        self.seal_decisions()?;
        self.sign_head(now)?;
        let id = ExportId::new(now, self.entropy()).map_err(Refusal::from)?;
        let payload = json!({ "export": id, "query": query });
        let recorded = self.record_export(grant, payload, now)?;
        let head = self.head_for_export(grant, now)?;
        let job = Job {
            app: self,
            grant,
            query,
            report,
            now,
            id,
            head,
            progress,
        };
        self.store.read(|tx| job.write(tx, out, recorded))
    }

    /// Records that something is exported, before it is.
    pub(super) fn record_export<P: CountsFigures>(
        &self,
        grant: &Grant<P>,
        payload: Value,
        now: Now,
    ) -> Result<Position, Refusal> {
        let event = PublicEvent::new(PublicKind::Export, grant.actor(), payload);
        let committed = self
            .store
            .write_blocking(grant, Order::at(now), move |tx| {
                Ok::<_, Refusal>(tx.public(event.clone()).with(()))
            })?;
        let none = || StoreError::Log("the export has no entry".into());
        Ok(committed.positions.first().copied().ok_or_else(none)?)
    }
}

impl Job<'_> {
    /// Everything from here on is read from one unchanging state.
    fn write<W: Write>(
        &self,
        tx: &mut ReadTx<'_>,
        out: W,
        recorded: Position,
    ) -> Result<Exported, ExportError> {
        let range = self.range(tx, self.head.checkpoint.size)?;
        // each entry is compared, each of the period is written and listed
        let ahead = 2 * (range.end - range.start);
        let compared = Cell::new(0);
        let findings = self.check(tx, &|done, all| {
            compared.set(all);
            (self.progress)(done, all + ahead);
        })?;
        let further = |done, all| (self.progress)(compared.get() + done, compared.get() + all);
        let size = self.head.checkpoint.size.min(findings.entries);
        let range = self.range(tx, size)?;
        let mut package = PackageWriter::begin(out, self.meta(&range))?;
        let mut tally = entries::write(self, tx, &mut package, range.clone(), &further)?;
        files::write((self.app, self.grant), tx, &mut package)?;
        let withheld = tally.withheld.values().sum();
        let decisions = decisions::write(self, tx, &mut package, range.clone())?;
        rolls::write(self, tx, &mut package, &range)?;
        for (why, count) in [
            ("decision", decisions.withheld),
            ("decision expired", decisions.expired),
        ] {
            if count > 0 {
                tally.withheld.insert(why.into(), count);
            }
        }
        let data = ReportData {
            cosigned: witnesses::told(&self.head, tx, range.end)?,
            stamped: timestamps::chosen(&self.head, tx, range.end)?
                .iter()
                .map(|one| (one.size, at_seconds(one.at)))
                .collect(),
            ..self.data(&range, &tally, &findings)
        };
        report::write(self, tx, &mut package, &data, range.clone(), &further)?;
        let needed = needed_tiles(range.start, range.end, self.head.checkpoint.size);
        self.head.tiles(tx, &mut package, needed)?;
        self.head
            .close(tx, package, range.end, &findings.findings)?;
        Ok(Exported {
            id: self.id,
            recorded,
            positions: Positions {
                first: range.start,
                end: range.end,
            },
            entries: range.end - range.start,
            withheld,
            withheld_by_reason: tally.withheld,
            size: self.head.checkpoint.size,
            findings,
        })
    }

    fn range(&self, tx: &mut ReadTx<'_>, size: Position) -> Result<Range<Position>, StoreError> {
        period::positions(tx, self.grant, &(self.query.from..self.query.to), size)
    }

    fn check(
        &self,
        tx: &mut ReadTx<'_>,
        progress: &dyn Fn(u64, u64),
    ) -> Result<AuditFindings, StoreError> {
        let keys = keys_of(tx, self.grant, self.app.verifier())?;
        Check {
            tx,
            grant: self.grant,
            origin: self.app.origin(),
            keys,
            progress,
        }
        .run(&|| self.app.goes_on())
    }

    fn meta(&self, range: &Range<Position>) -> PackageMeta {
        PackageMeta {
            about: About::Period,
            period: Period {
                from: rfc3339(self.query.from),
                to: rfc3339(self.query.to),
            },
            positions: Positions {
                first: range.start,
                end: range.end,
            },
            created_at: rfc3339(self.now.utc()),
            query: json!(self.query),
        }
    }

    fn data(
        &self,
        range: &Range<Position>,
        tally: &entries::Tally,
        findings: &AuditFindings,
    ) -> ReportData {
        ReportData {
            query: self.query.clone(),
            exported_by: by(self.grant.actor()),
            exported_at: self.now.utc(),
            origin: self.app.origin().to_owned(),
            checkpoint: self.head.checkpoint.clone(),
            checkpoint_at: from_micros(self.head.signed_at),
            entries: range.end - range.start,
            kinds: tally.kinds.clone(),
            choices: tally.choices.clone(),
            withheld: tally.withheld.clone(),
            findings: findings.findings.clone(),
            cosigned: Vec::new(),
            stamped: Vec::new(),
        }
    }
}

fn at_seconds(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

fn by(actor: &Actor) -> String {
    match actor {
        Actor::Key(id) => format!("API key {id}"),
        Actor::Staff(id) => format!("staff {id}"),
        Actor::Subject => "data subject".to_owned(),
        Actor::Operator => "operator".to_owned(),
        Actor::System => "system".to_owned(),
    }
}
