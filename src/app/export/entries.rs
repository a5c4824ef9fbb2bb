//! The entries of a package, and what they add up to.

use super::{BLOCK, ExportError, Job};
use crate::access::{ExportAudit, Grant};
use crate::audit::Hash;
use crate::audit::commitment::canonical_json;
use crate::audit::leaf::{Leaf, MAX_LEAF_BYTES};
use crate::audit::package::format::EntryLine;
use crate::audit::package::plan::LogSource;
use crate::audit::package::write::PackageWriter;
use crate::domain::ids::Position;
use crate::store::{ReadTx, StoreError, StoredEntry, StoredPayload};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;

/// What the entries of a package add up to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Entries by kind.
    pub kinds: BTreeMap<String, u64>,
    /// Choices by purpose, channel and answer.
    pub choices: BTreeMap<[String; 3], u64>,
    /// How many are withheld, by why.
    pub withheld: BTreeMap<String, u64>,
}

/// Writes the entries of a range.
pub(super) fn write<W: Write>(
    job: &Job<'_>,
    tx: &mut ReadTx<'_>,
    package: &mut PackageWriter<W>,
    range: Range<Position>,
    progress: &dyn Fn(u64, u64),
) -> Result<Tally, ExportError> {
    let mut tally = Tally::default();
    for block in blocks(&range) {
        job.app.goes_on()?;
        progress(block.start - range.start, 2 * (range.end - range.start));
        for entry in tx.entries(job.grant, block)? {
            let line = job.line(entry);
            tally.add(&line);
            package.entry(&line)?;
        }
    }
    Ok(tally)
}

/// A range in pieces that are read at once.
pub(super) fn blocks(range: &Range<Position>) -> impl Iterator<Item = Range<Position>> + use<> {
    let (start, end) = (range.start, range.end);
    (0..(end - start).div_ceil(BLOCK)).map(move |number| {
        let from = start + number * BLOCK;
        from..end.min(from + BLOCK)
    })
}

impl Job<'_> {
    /// One entry as the package has it: what is not asked for is withheld.
    pub(super) fn line(&self, entry: StoredEntry) -> EntryLine {
        let line = opened(entry);
        let asked = line.payload.as_ref().is_none_or(|payload| {
            let kind = kind_of(&line.leaf).unwrap_or_default();
            self.query.asks_for(&kind, payload)
        });
        if asked {
            return line;
        }
        EntryLine::withheld(line.position, line.leaf, "outside the query".into())
    }
}

/// One entry with all that can be told of it. A missing leaf is an empty one, so that the check
/// names it.
pub(super) fn opened(entry: StoredEntry) -> EntryLine {
    let position = entry.position;
    let leaf = entry
        .leaf
        .filter(|leaf| leaf.len() <= MAX_LEAF_BYTES)
        .unwrap_or_default();
    let (payload, opening, record) = match entry.payload {
        StoredPayload::Missing => {
            return EntryLine::withheld(position, leaf, "missing in the database".into());
        }
        StoredPayload::Erased => return EntryLine::withheld(position, leaf, "erased".into()),
        StoredPayload::Unreadable => {
            return EntryLine::withheld(position, leaf, "does not open".into());
        }
        StoredPayload::Public { text, opening } => {
            let opening = opening.as_slice().try_into().unwrap_or_default();
            (
                serde_json::from_str(&text).unwrap_or_default(),
                opening,
                None,
            )
        }
        StoredPayload::Personal(personal) => {
            (personal.value, personal.opening, Some(personal.record))
        }
    };
    if !readable(&payload) {
        return EntryLine::withheld(position, leaf, "does not read".into());
    }
    EntryLine::opened(position, leaf, payload, &opening).with_record(record)
}

/// Whether it can stand in a line.
fn readable(payload: &Value) -> bool {
    const LONGEST: usize = 1 << 19;
    payload.is_object() && canonical_json(payload).is_ok_and(|text| text.len() <= LONGEST)
}

fn kind_of(leaf: &str) -> Option<String> {
    Leaf::parse(leaf.as_bytes())
        .ok()
        .map(|leaf| leaf.kind.to_string())
}

impl Tally {
    fn add(&mut self, line: &EntryLine) {
        if let Some(why) = &line.withheld {
            *self.withheld.entry(why.clone()).or_default() += 1;
        }
        let kind = kind_of(&line.leaf).unwrap_or_else(|| "?".to_owned());
        if kind.starts_with("consent.")
            && let Some(payload) = &line.payload
        {
            let field = |name| {
                payload
                    .get(name)
                    .and_then(Value::as_str)
                    .unwrap_or("?")
                    .to_owned()
            };
            let key = [field("purpose"), field("channel"), field("status")];
            *self.choices.entry(key).or_default() += 1;
        }
        *self.kinds.entry(kind).or_default() += 1;
    }
}

/// The log as the database has it, for the tiles.
pub(super) struct Source<'a, 'b> {
    tx: RefCell<&'a mut ReadTx<'b>>,
    grant: &'a Grant<ExportAudit>,
}

impl<'a, 'b> Source<'a, 'b> {
    pub(super) fn new(tx: &'a mut ReadTx<'b>, grant: &'a Grant<ExportAudit>) -> Self {
        Self {
            tx: RefCell::new(tx),
            grant,
        }
    }
}

impl LogSource for Source<'_, '_> {
    type Error = StoreError;

    fn leaf_bytes(&self, positions: Range<u64>) -> Result<Vec<Vec<u8>>, StoreError> {
        let found = self.tx.borrow_mut().leaves(self.grant, positions.clone())?;
        let mut found: BTreeMap<_, _> = found.into_iter().collect();
        let leaf = |position| {
            found
                .remove(&position)
                .filter(|leaf| leaf.len() <= MAX_LEAF_BYTES)
        };
        Ok(positions
            .map(leaf)
            .map(|leaf| leaf.unwrap_or_default().into_bytes())
            .collect())
    }

    /// A root that is missing or damaged is none that the check could take for sound.
    fn tile_root(&self, level: u8, index: u64) -> Result<Hash, StoreError> {
        let rows = self.tx.borrow_mut().stored_tiles(
            self.grant,
            level,
            (index, index.saturating_add(1)),
        )?;
        let hash = rows
            .first()
            .and_then(|row| row.hash.as_slice().try_into().ok());
        Ok(hash.unwrap_or_default())
    }
}
