//! What a person did, as they read it themselves: the newest first.

use super::connection::on;
use super::error::StoreError;
use super::people::{HistoryEntry, Reads};
use super::read::ReadTx;
use super::rows::{SubjectEventRow, signed};
use super::schema::subject_events;
use crate::access::{Grant, Own};
use crate::domain::ids::{Position, SubjectId};
use diesel::prelude::*;

impl ReadTx<'_> {
    /// The events of these kinds on a person's record and on those that were merged into it, the newest
    /// first, at most `limit`; those before a position, where one is given.
    ///
    /// # Errors
    /// Where the database fails or a row was changed.
    pub fn newest<P: Reads + Own>(
        &mut self,
        _grant: &Grant<P>,
        id: SubjectId,
        kinds: &[&str],
        before: Option<Position>,
        limit: i64,
    ) -> Result<Vec<HistoryEntry>, StoreError> {
        let cluster = self.cluster(id)?;
        let before = before.map_or(i64::MAX, signed);
        let rows: Vec<SubjectEventRow> = on!(self.db, conn => subject_events::table
            .filter(subject_events::subject_id.eq_any(&cluster))
            .filter(subject_events::kind.eq_any(kinds))
            .filter(subject_events::position.lt(before))
            .order(subject_events::position.desc())
            .limit(limit)
            .load(conn))
        .map_err(StoreError::failed("loading a history"))?;
        rows.into_iter()
            .map(|row| self.history_entry(row))
            .collect()
    }
}
