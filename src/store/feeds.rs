//! The feeds of dates that staff subscribe their calendars to, by the hash of their address; and of which
//! requests staff were told that their last day is near, which is bookkeeping.

use super::connection::{Db, on};
use super::error::StoreError;
use super::open::Store;
use super::read::ReadTx;
use super::rows::DateFeedRow;
use super::schema::{date_feeds, request_alarms, staff};
use super::tx::{Entry, WriteTx};
use super::world::Extra;
use crate::access::token::TokenHash;
use crate::access::{Grant, KeepRequests, Principal, Serve};
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::ids::{DsrId, StaffId};
use crate::domain::registry::Role;
use crate::domain::time::Now;
use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

/// A last day of which staff are told: request, day, stage.
pub type AlarmOf = (DsrId, NaiveDate, &'static str);

impl WriteTx<'_> {
    /// Gives a member of staff a feed in place of the one before; none ends it.
    pub fn date_feed(
        &mut self,
        grant: &Grant<KeepRequests>,
        staff: StaffId,
        hash: Option<TokenHash>,
    ) -> Entry {
        let kind = match hash {
            Some(_) => PublicKind::FeedMade,
            None => PublicKind::FeedEnded,
        };
        let id = staff.as_bytes().to_vec();
        let row = hash.map(|hash| DateFeedRow {
            staff_id: id.clone(),
            hash: hash.0.to_vec(),
            created_at: self.now.micros(),
        });
        let event = PublicEvent::new(kind, grant.actor(), json!({ "staff": staff }));
        self.public_with(event, Extra::DateFeed(id, row))
    }
}

/// Writes a feed in place of the one before.
pub(super) fn replace(db: &mut Db, of: &[u8], row: Option<DateFeedRow>) -> Result<(), StoreError> {
    on!(db, conn => diesel::delete(date_feeds::table.filter(date_feeds::staff_id.eq(of))).execute(conn))
        .map_err(StoreError::failed("ending a feed"))?;
    if let Some(row) = row {
        on!(db, conn => diesel::insert_into(date_feeds::table).values(&row).execute(conn))
            .map_err(StoreError::failed("making a feed"))?;
    }
    Ok(())
}

impl ReadTx<'_> {
    /// Whether a member of staff has a feed.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn has_feed(
        &mut self,
        _grant: &Grant<KeepRequests>,
        staff: StaffId,
    ) -> Result<bool, StoreError> {
        let found: i64 = on!(self.db, conn => date_feeds::table
            .filter(date_feeds::staff_id.eq(staff.as_bytes().to_vec())).count().get_result(conn))
        .map_err(StoreError::failed("looking for a feed"))?;
        Ok(found > 0)
    }

    /// Whose feed has this address, with what they may do now.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn reader_of_feed(
        &mut self,
        _grant: &Grant<Serve>,
        hash: TokenHash,
        now: Now,
    ) -> Result<Option<Principal>, StoreError> {
        let found: Option<(Vec<u8>, String)> = on!(self.db, conn => date_feeds::table
            .inner_join(staff::table.on(staff::id.eq(date_feeds::staff_id)))
            .filter(date_feeds::hash.eq(hash.0.to_vec()))
            .filter(staff::disabled_at.is_null())
            .filter(staff::expires_at.is_null().or(staff::expires_at.gt(now.micros())))
            .select((staff::id, staff::role)).first(conn).optional())
        .map_err(StoreError::failed("looking for a feed"))?;
        let reader = |(id, role): (Vec<u8>, String)| {
            let (id, role) = (StaffId::from_slice(&id)?, Role::parse(&role)?);
            Some(Principal::Staff(id, role))
        };
        Ok(found.and_then(reader))
    }
}

impl Store {
    /// Notes that staff are told of a last day; whether nobody did before. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn note_alarm(
        &self,
        _grant: &Grant<Serve>,
        (request, due_on, stage): AlarmOf,
    ) -> Result<bool, StoreError> {
        let row = (
            request_alarms::request_id.eq(request.as_bytes().to_vec()),
            request_alarms::due_on.eq(due_on.to_string()),
            request_alarms::stage.eq(stage),
        );
        let noted = self.outside_the_ledger(|db| {
            on!(db, conn => diesel::insert_into(request_alarms::table).values(&row)
                .on_conflict_do_nothing().execute(conn))
            .map_err(StoreError::failed("noting an alarm"))
        })?;
        Ok(noted == 1)
    }

    /// Takes the note back: the mail did not go out. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn forget_alarm(
        &self,
        _grant: &Grant<Serve>,
        (request, due_on, stage): AlarmOf,
    ) -> Result<(), StoreError> {
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::delete(request_alarms::table
                .filter(request_alarms::request_id.eq(request.as_bytes().to_vec()))
                .filter(request_alarms::due_on.eq(due_on.to_string()))
                .filter(request_alarms::stage.eq(stage))).execute(conn))
            .map_err(StoreError::failed("taking an alarm back"))
        })?;
        Ok(())
    }

    /// The last days of which staff were told. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn alarm_is_noted(
        &self,
        _grant: &Grant<Serve>,
        (request, due_on, stage): AlarmOf,
    ) -> Result<bool, StoreError> {
        let found: i64 = self.read(|tx| {
            on!(tx.db, conn => request_alarms::table
                .filter(request_alarms::request_id.eq(request.as_bytes().to_vec()))
                .filter(request_alarms::due_on.eq(due_on.to_string()))
                .filter(request_alarms::stage.eq(stage)).count().get_result(conn))
            .map_err(StoreError::failed("looking for an alarm"))
        })?;
        Ok(found > 0)
    }
}
