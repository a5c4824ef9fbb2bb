//! The ids of data subjects, in their order.

use super::connection::on;
use super::error::StoreError;
use super::read::ReadTx;
use super::schema::subjects;
use crate::access::{CheckDecisions, Grant};
use crate::domain::ids::SubjectId;
use diesel::prelude::*;

impl ReadTx<'_> {
    /// The ids after `after`, at most `limit`, without records that were merged into another.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn subject_ids(
        &mut self,
        _grant: &Grant<CheckDecisions>,
        after: Option<SubjectId>,
        limit: usize,
    ) -> Result<Vec<SubjectId>, StoreError> {
        let after = after.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows: Vec<Vec<u8>> = on!(self.db, conn => subjects::table
            .filter(subjects::id.gt(&after))
            .filter(subjects::merged_into.is_null())
            .order(subjects::id)
            .limit(limit)
            .select(subjects::id)
            .load(conn))
        .map_err(StoreError::failed("listing data subjects"))?;
        let read = |id: &Vec<u8>| {
            SubjectId::from_slice(id).ok_or(StoreError::damaged("a data subject's id"))
        };
        rows.iter().map(read).collect()
    }
}
