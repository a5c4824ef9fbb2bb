//! Requests as a comparison with the log reads them.

use super::{DsrRow, position};
use crate::access::{ExportAudit, Grant};
use crate::domain::ids::{DsrId, Position, SubjectId};
use crate::domain::requests::Request;
use crate::store::ReadTx;
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::schema::requests;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// What a row says whose it is: the request, the one that it repeats, and the row's last entry.
pub type OwnedDsr = (Option<DsrId>, Option<DsrId>, Position);

impl ReadTx<'_> {
    /// Holds the rows against requests as their entries fold: id, last entry and receipt of each. Tells of
    /// every row that says otherwise or rests on no entry, then of each request that has no row.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn compare_requests(
        &mut self,
        _grant: &Grant<ExportAudit>,
        mut expected: BTreeMap<DsrId, (Position, Position, Request)>,
        tell: &mut dyn FnMut(Position, &str),
    ) -> Result<(), StoreError> {
        let rows: Vec<DsrRow> = on!(self.db, conn => requests::table.load(conn))
            .map_err(StoreError::failed("reading requests"))?;
        for row in rows {
            let at = position(row.position);
            let known = DsrId::from_slice(&row.id).and_then(|id| expected.remove(&id));
            let Some((received, last, request)) = known else {
                tell(at, "a request rests on no entry");
                continue;
            };
            if !row.says(&request) || at != last || position(row.received) != received {
                tell(last, "the request is not what its entries add up to");
            }
        }
        for (_, last, _) in expected.into_values() {
            tell(last, "the request that this entry records is missing");
        }
        Ok(())
    }

    /// The requests whose rows name one of these persons, by person.
    pub(in crate::store) fn owned_requests(
        &mut self,
        ids: &[Vec<u8>],
    ) -> Result<BTreeMap<SubjectId, Vec<OwnedDsr>>, StoreError> {
        let rows: Vec<DsrRow> = on!(self.db, conn => requests::table
            .filter(requests::subject_id.eq_any(ids.iter().map(Some))).load(conn))
        .map_err(StoreError::failed("reading requests"))?;
        let mut owned: BTreeMap<SubjectId, Vec<OwnedDsr>> = BTreeMap::new();
        for row in rows {
            let owner = row.subject_id.as_deref().and_then(SubjectId::from_slice);
            let other = row.duplicate_of.as_deref().and_then(DsrId::from_slice);
            let one = (DsrId::from_slice(&row.id), other, position(row.position));
            if let Some(owner) = owner {
                owned.entry(owner).or_default().push(one);
            }
        }
        Ok(owned)
    }
}
