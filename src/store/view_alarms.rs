//! That a member of staff looked at unusually many persons' files: raised once, on whichever node, and told once.

use super::connection::on;
use super::error::StoreError;
use super::open::Store;
use super::read::ReadTx;
use super::schema::view_alarms;
use crate::access::{Grant, Permission, ReadAccounts, Serve};
use crate::domain::ids::StaffId;
use crate::domain::looking::{Alarm, QUIET, Unusual};
use crate::domain::time::from_micros;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// May read which alarms there are about staff.
pub trait ReadsAlarms: Permission {}
impl ReadsAlarms for ReadAccounts {}
impl ReadsAlarms for Serve {}

/// Who, when, why, how many.
type Row = (Vec<u8>, i64, String, i64);

fn alarm((staff, at, why, persons): Row) -> Option<Alarm> {
    Some(Alarm {
        staff: StaffId::from_slice(&staff)?,
        at: from_micros(at),
        why: Unusual::parse(&why)?,
        persons: u64::try_from(persons).ok()?,
    })
}

impl ReadTx<'_> {
    /// The alarms since an instant, the newest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn view_alarms<P: ReadsAlarms>(
        &mut self,
        _grant: &Grant<P>,
        since: DateTime<Utc>,
    ) -> Result<Vec<Alarm>, StoreError> {
        let rows: Vec<Row> = on!(self.db, conn => view_alarms::table
            .filter(view_alarms::at.ge(since.timestamp_micros()))
            .order((view_alarms::at.desc(), view_alarms::staff_id))
            .select((view_alarms::staff_id, view_alarms::at, view_alarms::why, view_alarms::persons))
            .load(conn))
        .map_err(StoreError::failed("reading alarms about looks"))?;
        Ok(rows.into_iter().filter_map(alarm).collect())
    }
}

impl Store {
    /// Raises an alarm, unless one about the same member of staff was raised within the hour before; whether it was
    /// raised now. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn raise_view_alarm(
        &self,
        _grant: &Grant<Serve>,
        alarm: &Alarm,
    ) -> Result<bool, StoreError> {
        let (staff, at) = (alarm.staff.as_bytes().to_vec(), alarm.at.timestamp_micros());
        let quiet = (alarm.at - QUIET).timestamp_micros();
        let row = (
            view_alarms::staff_id.eq(staff.clone()),
            view_alarms::at.eq(at),
            view_alarms::why.eq(alarm.why.as_str()),
            view_alarms::persons.eq(i64::try_from(alarm.persons).unwrap_or(i64::MAX)),
            view_alarms::told.eq(false),
        );
        let raised = self.outside_the_ledger(|db| {
            let before: i64 = on!(db, conn => view_alarms::table
                .filter(view_alarms::staff_id.eq(&staff))
                .filter(view_alarms::at.gt(quiet))
                .filter(view_alarms::at.lt(at))
                .count().get_result(conn))
            .map_err(StoreError::failed("looking for an alarm about looks"))?;
            if before > 0 {
                return Ok(0);
            }
            // two nodes that saw the same look raise the same alarm
            on!(db, conn => diesel::insert_into(view_alarms::table).values(&row)
                .on_conflict_do_nothing().execute(conn))
            .map_err(StoreError::failed("raising an alarm about looks"))
        })?;
        Ok(raised == 1)
    }

    /// Takes on the telling of the alarms since an instant that nobody was told of: of several nodes one gets each.
    /// Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn take_on_view_alarms(
        &self,
        _grant: &Grant<Serve>,
        since: DateTime<Utc>,
    ) -> Result<Vec<Alarm>, StoreError> {
        self.outside_the_ledger(|db| {
            let waiting: Vec<Row> = on!(db, conn => view_alarms::table
                .filter(view_alarms::told.eq(false))
                .filter(view_alarms::at.ge(since.timestamp_micros()))
                .order(view_alarms::at)
                .select((view_alarms::staff_id, view_alarms::at, view_alarms::why, view_alarms::persons))
                .load(conn))
            .map_err(StoreError::failed("reading alarms about looks"))?;
            let mut ours = Vec::new();
            for row in waiting {
                let untold = view_alarms::table
                    .find((row.0.clone(), row.1))
                    .filter(view_alarms::told.eq(false));
                let taken = on!(db, conn => diesel::update(untold)
                    .set(view_alarms::told.eq(true)).execute(conn))
                .map_err(StoreError::failed("telling an alarm about looks"))?;
                ours.extend((taken == 1).then(|| alarm(row)).flatten());
            }
            Ok(ours)
        })
    }

    /// Gives the telling back: the mail did not go out. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn give_back_view_alarm(
        &self,
        _grant: &Grant<Serve>,
        alarm: &Alarm,
    ) -> Result<(), StoreError> {
        let row =
            view_alarms::table.find((alarm.staff.as_bytes().to_vec(), alarm.at.timestamp_micros()));
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::update(row).set(view_alarms::told.eq(false)).execute(conn))
                .map_err(StoreError::failed("giving an alarm back"))
        })?;
        Ok(())
    }
}
