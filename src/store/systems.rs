//! The systems that hold data about customers, as they were registered last. What is read is held
//! against the log: a statement that somebody put into the database is never run.

use super::connection::{Db, on};
use super::error::StoreError;
use super::read::ReadTx;
use super::schema::{public_events, systems};
use super::tx::{Entry, WriteTx};
use super::world::Extra;
use crate::access::{Grant, RegisterSystems};
use crate::audit::encoding::hex;
use crate::audit::tree::sha256;
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::systems::System;
use diesel::prelude::*;
use serde_json::{Map, Value, json};

fn text(system: &System) -> Result<String, StoreError> {
    serde_json::to_string(system).map_err(|_| StoreError::damaged("a system"))
}

/// SHA-256 of a registration, as the log names it.
///
/// # Errors
/// Never in practice: a registration is plain JSON.
pub fn system_digest(system: &System) -> Result<String, StoreError> {
    Ok(hex(&sha256(&[text(system)?.as_bytes()])))
}

impl WriteTx<'_> {
    /// Registers these systems in the place of those of before.
    ///
    /// # Errors
    /// Never in practice.
    pub fn register_systems(
        &mut self,
        grant: &Grant<RegisterSystems>,
        all: &[System],
    ) -> Result<Entry, StoreError> {
        let (mut named, mut rows) = (Map::new(), Vec::new());
        for system in all {
            named.insert(system.id.to_string(), json!(system_digest(system)?));
            rows.push((system.id.to_string(), text(system)?));
        }
        let payload = json!({ "systems": named });
        let event = PublicEvent::new(PublicKind::SystemsRegistered, grant.actor(), payload);
        Ok(self.public_with(event, Extra::Systems(rows)))
    }
}

/// Writes the rows, now that their entry has a position.
pub(super) fn write(
    db: &mut Db,
    rows: Vec<(String, String)>,
    position: i64,
) -> Result<(), StoreError> {
    on!(db, conn => diesel::delete(systems::table).execute(conn))
        .map_err(StoreError::failed("registering systems"))?;
    for (id, body) in rows {
        let row = (
            systems::id.eq(id),
            systems::body.eq(body),
            systems::position.eq(position),
        );
        on!(db, conn => diesel::insert_into(systems::table).values(row).execute(conn))
            .map_err(StoreError::failed("registering systems"))?;
    }
    Ok(())
}

impl ReadTx<'_> {
    /// The systems that are registered, by name.
    ///
    /// # Errors
    /// Where the database fails, or a row is not what the log says was registered.
    pub fn systems(&mut self) -> Result<Vec<System>, StoreError> {
        let rows: Vec<(String, String, String)> = on!(self.db, conn => systems::table
            .inner_join(public_events::table.on(public_events::position.eq(systems::position)))
            .order(systems::id)
            .select((systems::id, systems::body, public_events::payload)).load(conn))
        .map_err(StoreError::failed("reading the systems"))?;
        let count: i64 = on!(self.db, conn => systems::table.count().get_result(conn))
            .map_err(StoreError::failed("reading the systems"))?;
        if usize::try_from(count) != Ok(rows.len()) {
            return Err(StoreError::damaged("a system"));
        }
        rows.iter()
            .map(|row| held(&row.0, &row.1, &row.2))
            .collect()
    }
}

fn held(id: &str, body: &str, payload: &str) -> Result<System, StoreError> {
    let damaged = || StoreError::damaged("a system");
    let payload: Value = serde_json::from_str(payload).map_err(|_| damaged())?;
    let logged = payload.get("systems").and_then(|all| all.get(id));
    if logged.and_then(Value::as_str) != Some(&hex(&sha256(&[body.as_bytes()]))) {
        return Err(damaged());
    }
    serde_json::from_str(body).map_err(|_| damaged())
}
