//! Ways in that were open when a copy was made. Since then somebody may have ended theirs, and a copy must not open
//! it again: it ends them all, and who was signed in signs in once more.

use super::connection::on;
use super::error::StoreError;
use super::open::Store;
use super::schema::{customer_sessions, passkey_challenges, provider_asks, sessions, sign_ins};
use crate::access::{Grant, Serve};
use diesel::prelude::*;

impl Store {
    /// Ends every session of staff and of customers, and forgets whoever was about to begin one. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn end_all_ways_in(&self, _grant: &Grant<Serve>) -> Result<(), StoreError> {
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::delete(passkey_challenges::table).execute(conn))
                .and_then(|_| on!(db, conn => diesel::delete(provider_asks::table).execute(conn)))
                .and_then(|_| on!(db, conn => diesel::delete(sign_ins::table).execute(conn)))
                .and_then(
                    |_| on!(db, conn => diesel::delete(customer_sessions::table).execute(conn)),
                )
                .and_then(|_| on!(db, conn => diesel::delete(sessions::table).execute(conn)))
                .map_err(StoreError::failed("ending sessions of before"))
        })?;
        Ok(())
    }
}
