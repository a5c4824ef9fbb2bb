//! Which policy version is in force.

use super::connection::on;
use super::error::StoreError;
use super::schema::registry;
use super::tx::{Entry, WriteTx};
use super::world::Extra;
use crate::access::{Grant, Serve};
use crate::domain::event::{PublicEvent, PublicKind};
use diesel::prelude::*;
use serde_json::json;

impl WriteTx<'_> {
    /// Records that a policy version is in force from now on; `None` where it is already.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn activate_policy(
        &mut self,
        grant: &Grant<Serve>,
        version: &str,
    ) -> Result<Option<Entry>, StoreError> {
        let held: String = self.read(
            "reading the policy in force",
            |db| on!(db, conn => registry::table.select(registry::policy).first(conn)),
        )?;
        if held == version {
            return Ok(None);
        }
        let event = PublicEvent::new(
            PublicKind::Policy,
            grant.actor(),
            json!({ "version": version }),
        );
        Ok(Some(
            self.public_with(event, Extra::Policy(version.to_owned())),
        ))
    }
}
