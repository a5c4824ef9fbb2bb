//! The decisions of a package's period, and the texts that they name.

use super::{ExportError, Job};
use crate::access::{ExportAudit, Grant};
use crate::audit::Hash;
use crate::audit::commitment::canonical_json;
use crate::audit::decision::line::DecisionLine;
use crate::audit::decision::{Block, Context, Record};
use crate::audit::encoding::hex;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::audit::package::format::{DECISION_TEXTS, DECISIONS};
use crate::audit::package::write::PackageWriter;
use crate::domain::ids::Position;
use crate::domain::registry::Catalogue;
use crate::store::{DECISION_BLOCKS, DecisionsGone, PublicEntry, ReadTx, StoreError};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::ops::Range;

/// Decisions that are not told: withheld, and taken out since their time was over.
#[derive(Default)]
pub(super) struct Untold {
    pub(super) withheld: u64,
    pub(super) expired: u64,
}

/// Writes both files, where anything was decided in the period; says how many decisions they do not tell.
pub(super) fn write<W: Write>(
    job: &Job<'_>,
    tx: &mut ReadTx<'_>,
    package: &mut PackageWriter<W>,
    range: Range<Position>,
) -> Result<Untold, ExportError> {
    let catalogue = tx.catalogue(&job.app.serve)?;
    let asked = |record: &Record| job.query.asks_for_decision(&record.context, &catalogue);
    let (mut texts, mut failed, mut untold) = (BTreeSet::new(), None, Untold::default());
    package
        .stream(DECISIONS, |out| {
            let told = (&mut texts, &mut untold);
            let written = lines(job, tx, range, &asked, told, out);
            written.map_err(|error| match error {
                LineError::Io(error) => error,
                LineError::Store(error) => {
                    failed = Some(error);
                    io::Error::other("the database failed")
                }
            })
        })
        .map_err(|error| failed.take().map_or(error.into(), ExportError::from))?;
    write_texts(tx, job.grant, package, &texts)?;
    Ok(untold)
}

/// Writes the texts that decisions name.
pub(super) fn write_texts<W: Write>(
    tx: &mut ReadTx<'_>,
    grant: &Grant<ExportAudit>,
    package: &mut PackageWriter<W>,
    texts: &BTreeSet<Hash>,
) -> Result<(), ExportError> {
    let mut found: Vec<(Hash, String)> = tx.decision_texts(grant, texts)?.into_iter().collect();
    found.sort();
    package.stream(DECISION_TEXTS, |out| {
        for (hash, text) in &found {
            line(&json!({ "sha256": hex(hash), "text": text }), out)?;
        }
        Ok(())
    })?;
    Ok(())
}

enum LineError {
    Io(io::Error),
    Store(StoreError),
}

fn lines(
    job: &Job<'_>,
    tx: &mut ReadTx<'_>,
    range: Range<Position>,
    asked: &dyn Fn(&Record) -> bool,
    (texts, untold): (&mut BTreeSet<Hash>, &mut Untold),
    out: &mut dyn Write,
) -> Result<(), LineError> {
    let gone = tx.decisions_gone(job.grant).map_err(LineError::Store)?;
    let mut from = range.start;
    while from < range.end {
        let end = range.end.min(from.saturating_add(DECISION_BLOCKS));
        let blocks = tx.decision_blocks(job.grant, from..end);
        let blocks = blocks.map_err(LineError::Store)?;
        if let Some(gone) = gone.filter(|gone| gone.through >= from) {
            untold.expired += expired(job, tx, (from..end, gone), &blocks, out)?;
        }
        for (position, block) in blocks {
            let items = block.iter().flat_map(Block::items);
            for (index, item) in (0..).zip(items) {
                let told = DecisionLine::of(position, index, item, asked);
                texts.extend(told.texts());
                untold.withheld += u64::from(told.hash.is_some());
                line(&told, out).map_err(LineError::Io)?;
            }
        }
        from = end;
    }
    Ok(())
}

/// A line for each block of these positions that is not there any more since its time was over; how many decisions
/// they held.
fn expired(
    job: &Job<'_>,
    tx: &mut ReadTx<'_>,
    (range, gone): (Range<Position>, DecisionsGone),
    held: &[(Position, Option<Block>)],
    out: &mut dyn Write,
) -> Result<u64, LineError> {
    let mut count: u64 = 0;
    let entries = tx.public_entries(job.grant, range, DECISION_BLOCKS as i64);
    for entry in entries.map_err(LineError::Store)? {
        let is_held = held.iter().any(|(position, _)| *position == entry.position);
        if is_held || entry.position > gone.through {
            continue;
        }
        if let Some(decisions) = recorded(&entry) {
            count = count.saturating_add(decisions);
            let told = DecisionLine::of_expired(entry.position, gone.said_by);
            line(&told, out).map_err(LineError::Io)?;
        }
    }
    Ok(count)
}

/// How many decisions an entry records; `None` where it records none.
fn recorded(entry: &PublicEntry) -> Option<u64> {
    let leaf = Leaf::parse(entry.leaf.as_bytes()).ok()?;
    let payload: Value = serde_json::from_str(&entry.payload).unwrap_or_default();
    let count = payload.get("decisions").and_then(Value::as_u64);
    (leaf.kind == EntryKind::DecisionsRecorded).then(|| count.unwrap_or_default())
}

pub(super) fn line(told: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let value = serde_json::to_value(told).map_err(io::Error::other)?;
    let mut text = canonical_json(&value).map_err(io::Error::other)?;
    text.push(b'\n');
    out.write_all(&text)
}

impl super::ExportQuery {
    /// Whether decisions of that use are asked for.
    fn asks_for_decision(&self, context: &Context, catalogue: &Catalogue) -> bool {
        let purpose = &*context.purpose;
        let of = || catalogue.purpose(purpose).map(|one| &one.controller);
        self.purpose
            .as_ref()
            .is_none_or(|asked| asked.as_str() == purpose)
            && self
                .controller
                .as_ref()
                .is_none_or(|asked| of() == Some(asked))
            && (self.campaign.is_none() || self.campaign.as_deref() == context.campaign.as_deref())
    }
}
