//! What the report for people is told. How it looks is not this layer's business: a [`Report`] is
//! handed in.

use super::entries::blocks;
use super::query::ExportQuery;
use super::{ExportError, Job};
use crate::audit::checkpoint::Checkpoint;
use crate::audit::encoding::b64;
use crate::audit::leaf::Leaf;
use crate::audit::package::format::{EntryLine, Finding, REPORT};
use crate::audit::package::write::PackageWriter;
use crate::domain::ids::Position;
use crate::domain::time::rfc3339;
use crate::store::{ReadTx, StoreError};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

/// Everything that stands before the table of entries.
#[derive(Debug, Clone)]
pub struct ReportData {
    /// What was asked for.
    pub query: ExportQuery,
    /// Who exported.
    pub exported_by: String,
    /// When.
    pub exported_at: DateTime<Utc>,
    /// The log's name.
    pub origin: String,
    /// The head that the package is proven against.
    pub checkpoint: Checkpoint,
    /// When it was signed.
    pub checkpoint_at: DateTime<Utc>,
    /// How many entries the table has.
    pub entries: u64,
    /// Entries by kind.
    pub kinds: BTreeMap<String, u64>,
    /// Choices by purpose, channel and answer.
    pub choices: BTreeMap<[String; 3], u64>,
    /// Contents that are withheld, by why.
    pub withheld: BTreeMap<String, u64>,
    /// What does not hold.
    pub findings: Vec<Finding>,
    /// What witnesses say of the checkpoints in the package: name, size, time.
    pub cosigned: Vec<(String, Position, DateTime<Utc>)>,
    /// What a timestamping authority says of them: size, time.
    pub stamped: Vec<(Position, DateTime<Utc>)>,
}

/// One row of the table; what is not disclosed is none.
#[derive(Debug, Clone, Default)]
pub struct ReportEntry {
    /// The position in the log.
    pub position: Position,
    /// The time in the leaf, RFC 3339.
    pub at: Option<String>,
    /// The kind in the leaf.
    pub kind: Option<String>,
    /// The purpose.
    pub purpose: Option<String>,
    /// The channel.
    pub channel: Option<String>,
    /// The answer.
    pub status: Option<String>,
    /// `newsletter@3`.
    pub notice: Option<String>,
    /// The kind of source.
    pub source: Option<String>,
    /// The commitment in the leaf, base64.
    pub commitment: Option<String>,
}

/// How a report is rendered: a beginning, a row an entry, an end.
pub trait Report {
    /// Writes the beginning.
    ///
    /// # Errors
    /// Whatever `out` gives.
    fn head(&self, out: &mut dyn Write, data: &ReportData) -> io::Result<()>;

    /// Writes one entry.
    ///
    /// # Errors
    /// Whatever `out` gives.
    fn row(&self, out: &mut dyn Write, entry: &ReportEntry) -> io::Result<()>;

    /// Writes the end; `rows` is how many entries were written.
    ///
    /// # Errors
    /// Whatever `out` gives.
    fn foot(&self, out: &mut dyn Write, rows: u64) -> io::Result<()>;
}

/// Writes the report. The entries are read a second time: an archive has one open file at a time,
/// and a table of a million rows is nothing to be kept.
pub(super) fn write<W: Write>(
    job: &Job<'_>,
    tx: &mut ReadTx<'_>,
    package: &mut PackageWriter<W>,
    data: &ReportData,
    range: Range<Position>,
    progress: &dyn Fn(u64, u64),
) -> Result<(), ExportError> {
    let mut failed = None;
    let outcome = package.stream(REPORT, |out| {
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        job.report.head(&mut out, data)?;
        for block in blocks(&range) {
            let half = range.end - range.start;
            progress(half + block.start - range.start, 2 * half);
            let going = job.app.goes_on();
            match going.and_then(|()| tx.entries(job.grant, block)) {
                Ok(entries) => entries
                    .into_iter()
                    .try_for_each(|entry| job.report.row(&mut out, &row(&job.line(entry))))?,
                Err(error) => return Err(stopped(error, &mut failed)),
            }
        }
        job.report.foot(&mut out, range.end - range.start)?;
        out.flush()
    });
    match (outcome, failed) {
        (_, Some(error)) => Err(error.into()),
        (outcome, None) => Ok(outcome?),
    }
}

/// Keeps the store's error, since the archive knows only those of its output.
fn stopped(error: StoreError, kept: &mut Option<StoreError>) -> io::Error {
    *kept = Some(error);
    io::Error::other("the log could not be read")
}

fn row(line: &EntryLine) -> ReportEntry {
    let leaf = Leaf::parse(line.leaf.as_bytes()).ok();
    let payload = line.payload.as_ref();
    let field = |name: &str| payload?.get(name)?.as_str().map(str::to_owned);
    let time = |leaf: &Leaf| DateTime::from_timestamp(leaf.at, 0).map(rfc3339);
    let source = || {
        payload?
            .get("source")?
            .get("kind")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    ReportEntry {
        position: line.position,
        at: leaf.as_ref().and_then(time),
        kind: leaf.as_ref().map(|leaf| leaf.kind.to_string()),
        purpose: field("purpose"),
        channel: field("channel"),
        status: field("status"),
        notice: field("notice"),
        source: source(),
        commitment: leaf.as_ref().map(|leaf| b64(&leaf.commitment)),
    }
}
