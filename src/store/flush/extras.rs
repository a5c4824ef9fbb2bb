//! Rows that go with an entry about no person: what is published, suppressed, issued.

use crate::domain::ids::{Blind, Position};
use crate::domain::registry::Change;
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::policies::{self, PolicyRow};
use crate::store::rows::{CatalogueRow, KeyRow, SuppressionRow, signed};
use crate::store::schema::{
    api_keys, catalogue_items, confirmations, customer_sessions, links, mails, registry, staff,
    suppressions,
};
use crate::store::world::{Extra, World};
use diesel::prelude::*;

/// One row of a table that is rarely written.
macro_rules! insert_one {
    ($db:expr, $table:path, $row:expr, $doing:literal) => {
        on!($db, conn => diesel::insert_into($table).values(&$row).execute(conn))
            .map_err(StoreError::failed($doing))?
    };
}

pub(super) fn write_extras(
    db: &mut Db,
    world: &mut World,
    first: Position,
    at: i64,
) -> Result<(), StoreError> {
    let (mut catalogue, mut decisions) = (false, Vec::new());
    for (entry, extra) in std::mem::take(&mut world.extras) {
        let position = signed(first.saturating_add(entry as u64));
        match extra {
            Extra::Suppression(row) => {
                world
                    .changes
                    .extend(Blind::from_slice(&row.blind).map(Change::Suppressed));
                add_suppression(db, SuppressionRow { position, ..row })?;
            }
            Extra::Catalogue(row) => {
                catalogue = true;
                let row = CatalogueRow { position, ..row };
                insert_one!(db, catalogue_items::table, row, "publishing");
            }
            Extra::Key(row) => {
                world
                    .changes
                    .push(Change::Key(crate::store::api_keys::key_image(&row)?));
                write_key(db, KeyRow { position, ..row })?;
            }
            Extra::Staff(row) => {
                insert_one!(db, staff::table, row, "adding a staff account");
            }
            Extra::DateFeed(staff, row) => crate::store::feeds::replace(db, &staff, row)?,
            Extra::Link(row) => {
                insert_one!(db, links::table, row, "issuing a link");
            }
            Extra::Mail(row) => {
                insert_one!(db, mails::table, row, "writing a mail");
            }
            Extra::Confirmation(row) => {
                insert_one!(db, confirmations::table, row, "asking for a confirmation");
            }
            Extra::Replaced(hash) => crate::store::confirmations::replace(db, &hash)?,
            Extra::Confirmed(hash) => crate::store::confirmations::confirm(db, &hash, at)?,
            Extra::CustomerSession(row) => {
                insert_one!(db, customer_sessions::table, row, "opening a session");
            }
            Extra::Package(row) => crate::store::packages::insert(db, &row)?,
            Extra::Dispute(row) => crate::store::disputes::write(db, row, position)?,
            Extra::DisputeClosed(dispute, outcome) => {
                crate::store::disputes::close(db, dispute, outcome, at)?;
            }
            Extra::Hold(row) => crate::store::holds::write(db, row, position)?,
            Extra::HoldLifted(hold, on) => crate::store::holds::lift(db, hold, on)?,
            Extra::Retention(run_on) => crate::store::retention::write(db, run_on, position)?,
            Extra::Expiry(what) => crate::store::expiries::write(db, what, position)?,
            Extra::Import => crate::store::imports::write(db, position)?,
            Extra::Challenge(row) => crate::store::requests::write_challenge(db, &row)?,
            Extra::Dsr(row) => crate::store::requests::write(db, *row, position)?,
            Extra::Register(load) => {
                let change = crate::store::registers::write(db, *load, position)?;
                world.changes.push(change);
            }
            Extra::Decisions(block, texts) => {
                decisions.push((first.saturating_add(entry as u64), block, texts));
            }
            Extra::Roll(roll) => crate::store::rolls::write(db, &roll, position)?,
            Extra::EpochBegun(epoch) => crate::store::epochs::write_begun(db, epoch, position)?,
            Extra::EpochDestroyed(epoch) => {
                crate::store::epochs::write_destroyed(db, epoch, position)?;
            }
            Extra::MasterAdded(id, root) => {
                crate::store::masters::write_added(db, (id, &root), position)?;
            }
            Extra::MasterForgotten(id) => crate::store::masters::write_forgotten(db, id)?,
            Extra::SigningAct(rows) => crate::store::signing::write(db, rows, position)?,
            Extra::OutOfJournal(ids) => crate::store::decisions::clear_journal(db, &ids)?,
            Extra::Systems(systems) => crate::store::systems::write(db, systems, position)?,
            Extra::Tasks(case, tasks) => crate::store::tasks::write(db, &case, &tasks)?,
            Extra::PolicyDraft(row) => policies::draft(db, PolicyRow { position, ..*row })?,
            Extra::Policy(activated) => {
                policies::activate(db, *activated, position)?;
                world.policy = Some(policies::in_force(db)?);
            }
        }
    }
    if !decisions.is_empty() {
        crate::store::decisions::write(db, &decisions)?;
    }
    if catalogue {
        let at = signed(first.saturating_add(1));
        on!(db, conn => diesel::update(registry::table).set(registry::catalogue_at.eq(at)).execute(conn))
            .map_err(StoreError::failed("publishing"))?;
        world.catalogue_changed = true;
    }
    Ok(())
}

/// Suppressing twice is no error: the first reason stays.
fn add_suppression(db: &mut Db, row: SuppressionRow) -> Result<(), StoreError> {
    on!(db, conn => diesel::insert_into(suppressions::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(conn))
    .map_err(StoreError::failed("adding to the suppression list"))?;
    Ok(())
}

/// A new key, or one that is revoked.
fn write_key(db: &mut Db, row: KeyRow) -> Result<(), StoreError> {
    let changed = on!(db, conn => diesel::update(api_keys::table.find(&row.id))
        .set((api_keys::revoked_at.eq(row.revoked_at), api_keys::position.eq(row.position)))
        .execute(conn))
    .map_err(StoreError::failed("changing an API key"))?;
    if changed == 0 {
        insert_one!(db, api_keys::table, row, "adding an API key");
    }
    Ok(())
}
