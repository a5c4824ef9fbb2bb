//! The DPO's reports: figures over a period, as at a position of the log.
//!
//! A report rests on the first so many entries of the log and on nothing else, neither on the present
//! nor on who asks: asked again for that position it is the same to the byte. Who asked, when and for
//! what stands in the log: a report that cannot be logged is not made.
//!
//! | module | holds |
//! |---|---|
//! | [`query`] | what is asked for, and which purposes answer it |
//! | [`sheet`] | what a report is made of |
//! | [`spans`] | a period in days, weeks, months or years |
//! | [`processing`], [`consents`], [`uses`], [`access`], [`requests`] | the reports |
//! | [`erasures`] | who was erased, and how much a report may lack for it |

pub(super) mod access;
mod consents;
mod erasures;
mod processing;
mod query;
mod requests;
mod sheet;
mod spans;
#[cfg(test)]
mod tests;
mod uses;

pub use query::{ReportKind, ReportQuery};
pub use sheet::{About, Cell, Chart, Column, Holds, Layout, Sheets, Table, permille};

use super::export::ExportError;
use super::open::App;
use super::period;
use super::refusal::Refusal;
use crate::access::{ExportAudit, Forbidden, Grant, Permission, ReadFigures};
use crate::audit::leaf::Leaf;
use crate::domain::ids::{ExportId, Position};
use crate::domain::time::Now;
use crate::store::{CountsFigures, StoreError};
use chrono::{DateTime, TimeDelta, Utc};
use query::{Published, Scope};
use serde::Serialize;
use serde_json::json;
use spans::Spans;
use std::io;
use std::ops::Range;

/// Positions that are counted at once: what the database sorts for it is some megabytes.
const SLICE: u64 = 65_536;

/// A report did not come about, or broke off.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The use case did not happen.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It could not be written.
    #[error("the report could not be written: {0}")]
    Output(#[from] io::Error),
}

impl From<StoreError> for ReportError {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<ReportError> for ExportError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Refused(refusal) => Self::Refused(refusal),
            ReportError::Output(error) => Self::Package(error.into()),
        }
    }
}

/// A report that was made.
#[derive(Debug, Clone, Serialize)]
pub struct Reported {
    /// Its name in the log.
    pub id: ExportId,
    /// The entry that records it.
    pub recorded: Position,
    /// What was asked, with the position that it rests on.
    pub query: ReportQuery,
}

/// What the making of a report works with.
struct Job<'a, P = ExportAudit> {
    app: &'a App,
    grant: &'a Grant<P>,
    query: ReportQuery,
    /// How many entries it rests on.
    size: Position,
    published: Published,
    scope: Scope,
    /// The part of the period that the log has entries of.
    lived: Range<DateTime<Utc>>,
    progress: &'a dyn Fn(u64, u64),
}

/// How many entries a report rests on, what they published, and the times of the first and the last.
type Basis = (Position, Published, Option<Range<DateTime<Utc>>>);

impl App {
    /// Makes a report, recording first that it does. Blocks; the memory taken does not grow with the
    /// period. `format` is for the record; `progress` is told how far it is: done, in all.
    ///
    /// # Errors
    /// Where the query cannot be, the report cannot be recorded, or the output fails.
    pub fn report(
        &self,
        grant: &Grant<ExportAudit>,
        (query, format): (ReportQuery, &'static str),
        now: Now,
        sheets: &mut dyn Sheets,
        progress: &dyn Fn(u64, u64),
    ) -> Result<Reported, ReportError> {
        let (job, reported) = self.begin_report(grant, (query, format), now, sheets, progress)?;
        match job.query.report {
            ReportKind::Access => {
                access::write(&job, sheets)?;
                erasures::write_missing(&job, sheets)
            }
            ReportKind::Requests => requests::write(&job, sheets),
            _ => figures(&job, sheets),
        }?;
        sheets.end()?;
        Ok(reported)
    }

    /// Makes a report of figures in which nobody is found, over the brands and purposes of whoever asks, in the
    /// same way.
    ///
    /// # Errors
    /// As [`App::report`], and [`Refusal::Forbidden`] where another report is asked for.
    pub fn figures(
        &self,
        grant: &Grant<ReadFigures>,
        (query, format): (ReportQuery, &'static str),
        now: Now,
        sheets: &mut dyn Sheets,
        progress: &dyn Fn(u64, u64),
    ) -> Result<Reported, ReportError> {
        if !query.report.is_figures() {
            return Err(Refusal::from(Forbidden(ExportAudit::NAME)).into());
        }
        let (job, reported) = self.begin_report(grant, (query, format), now, sheets, progress)?;
        figures(&job, sheets)?;
        sheets.end()?;
        Ok(reported)
    }

    fn begin_report<'a, P: CountsFigures>(
        &'a self,
        grant: &'a Grant<P>,
        (mut query, format): (ReportQuery, &'static str),
        now: Now,
        sheets: &mut dyn Sheets,
        progress: &'a dyn Fn(u64, u64),
    ) -> Result<(Job<'a, P>, Reported), ReportError> {
        query.look()?;
        // what was decided until now is to be in the log
        self.seal_decisions()?;
        let (size, published, life) = self.basis(grant, query.position)?;
        query.position = Some(size);
        let scope = Scope::of(&query, &published, grant)?;
        let id = ExportId::new(now, self.entropy()).map_err(Refusal::from)?;
        let payload = json!({ "export": id, "query": query, "format": format });
        let recorded = self.record_export(grant, payload, now)?;
        sheets.begin(&About {
            query: &query,
            origin: self.origin(),
            last_at: life.as_ref().map(|life| life.end),
        })?;
        let job = Job {
            app: self,
            grant,
            query: query.clone(),
            size,
            published,
            scope,
            lived: lived(&query, life),
            progress,
        };
        let reported = Reported {
            id,
            recorded,
            query,
        };
        Ok((job, reported))
    }

    /// What a report rests on: all entries, or as many as were asked for.
    fn basis<P: CountsFigures>(
        &self,
        grant: &Grant<P>,
        asked: Option<Position>,
    ) -> Result<Basis, Refusal> {
        self.store.read(|tx| {
            let head = tx.position(&self.serve)?;
            let size = asked.unwrap_or(head);
            if size > head {
                let mend = "is more entries than the log has";
                return Err(Refusal::field("/at", "position_ahead", mend));
            }
            let published = Published::of(&tx.published_items(grant)?, size);
            let mut at = |position: Position| -> Result<_, StoreError> {
                let leaves = tx.leaves(grant, position..size.min(position + 1))?;
                let leaf = leaves
                    .first()
                    .and_then(|(_, leaf)| Leaf::parse(leaf.as_bytes()).ok());
                Ok(leaf.and_then(|leaf| DateTime::from_timestamp(leaf.at, 0)))
            };
            let life = at(0)?.zip(at(size.saturating_sub(1))?);
            Ok((size, published, life.map(|(first, last)| first..last)))
        })
    }
}

/// The reports in which nobody is found.
fn figures<P: CountsFigures>(job: &Job<'_, P>, sheets: &mut dyn Sheets) -> Result<(), ReportError> {
    match job.query.report {
        ReportKind::Processing => return processing::write(job, sheets),
        ReportKind::Consents => consents::write(job, sheets)?,
        _ => uses::write(job, sheets)?,
    }
    erasures::write(job, sheets)
}

/// The part of the query's period in which the log was written. A leaf's time is to the second.
fn lived(query: &ReportQuery, life: Option<Range<DateTime<Utc>>>) -> Range<DateTime<Utc>> {
    let life = life.unwrap_or(query.from..query.from);
    let from = query.from.max(life.start);
    let to = query.to.min(life.end + TimeDelta::seconds(1));
    from..to.max(from)
}

impl<P: CountsFigures> Job<'_, P> {
    /// Whether uses of that campaign are asked for.
    fn asks_for_campaign(&self, campaign: Option<&str>) -> bool {
        let asked = self.query.campaign.as_deref();
        asked.is_none() || asked == campaign
    }

    /// The spans of the period, as far as the log reaches.
    fn spans(&self) -> Spans {
        Spans::of(&self.lived, self.query.timezone)
    }

    /// The positions of the entries of a period.
    fn positions(&self, period: &Range<DateTime<Utc>>) -> Result<Range<Position>, Refusal> {
        let app = self.app;
        Ok(app
            .store
            .read(|tx| period::positions(tx, self.grant, period, self.size))?)
    }
}

/// A range in slices, each small enough to be counted at once.
fn slices(range: &Range<Position>) -> impl Iterator<Item = Range<Position>> + use<> {
    let end = range.end;
    let starts = (range.start..end).step_by(SLICE as usize);
    starts.map(move |start| start..end.min(start + SLICE))
}
