//! Which entries a period has: by the leaves' times, which never go back.

use crate::access::Grant;
use crate::audit::leaf::Leaf;
use crate::domain::ids::Position;
use crate::store::{ReadTx, ReadsLog, StoreError};
use chrono::{DateTime, Utc};
use std::ops::Range;

/// Leaves looked at where one does not read.
const NEXT: u64 = 256;

/// The positions of the entries from the period's start up to its end, in a log of `size` entries.
pub(super) fn positions<P: ReadsLog>(
    tx: &mut ReadTx<'_>,
    grant: &Grant<P>,
    period: &Range<DateTime<Utc>>,
    size: Position,
) -> Result<Range<Position>, StoreError> {
    let first = first_since(tx, grant, period.start, size)?;
    let end = first_since(tx, grant, period.end, size)?;
    Ok(first..end.max(first))
}

/// The first entry that is not before `instant`.
pub(super) fn first_since<P: ReadsLog>(
    tx: &mut ReadTx<'_>,
    grant: &Grant<P>,
    instant: DateTime<Utc>,
    size: Position,
) -> Result<Position, StoreError> {
    let (mut low, mut high) = (0, size);
    while low < high {
        let middle = low + (high - low) / 2;
        if time_from(tx, grant, middle, size)?.is_none_or(|at| at >= instant) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

/// The time of the first entry from `position` on that reads; entries that do not read so count
/// to the time of the next.
fn time_from<P: ReadsLog>(
    tx: &mut ReadTx<'_>,
    grant: &Grant<P>,
    position: Position,
    size: Position,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let mut from = position;
    let mut end = size.min(from + 1);
    while from < end {
        let leaves = tx.leaves(grant, from..end)?;
        let mut times = leaves
            .iter()
            .filter_map(|(_, leaf)| Leaf::parse(leaf.as_bytes()).ok());
        if let Some(leaf) = times.next() {
            return Ok(DateTime::from_timestamp(leaf.at, 0));
        }
        (from, end) = (end, size.min(end + NEXT));
    }
    Ok(None)
}
