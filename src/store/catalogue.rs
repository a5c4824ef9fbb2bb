//! Controllers, purposes and notices: published, and read as of now or as of an instant.

use super::connection::{Db, on};
use super::error::StoreError;
use super::read::ReadTx;
use super::rows::{CatalogueRow, signed_version};
use super::schema::catalogue_items as items;
use super::tx::{Entry, WriteTx};
use super::world::Extra;
use crate::access::{Grant, PublishCatalogue, Serve};
use crate::audit::Hash;
use crate::audit::commitment::canonical_json;
use crate::audit::tree::sha256;
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::registry::{Catalogue, Controller, Notice, Purpose};
use crate::domain::time::from_micros;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::sync::Arc;

/// The bytes of a notice by which it is known for ever: its canonical JSON.
///
/// # Errors
/// Never in practice: a notice is plain JSON.
pub fn notice_bytes(notice: &Notice) -> Result<Vec<u8>, StoreError> {
    let value = serde_json::to_value(notice).map_err(|error| StoreError::Log(error.to_string()))?;
    canonical_json(&value).map_err(|error| StoreError::Log(error.to_string()))
}

/// SHA-256 of [`notice_bytes`]: what the leaf of a consent names.
///
/// # Errors
/// As [`notice_bytes`].
pub fn notice_hash(notice: &Notice) -> Result<Hash, StoreError> {
    Ok(sha256(&[&notice_bytes(notice)?]))
}

/// What is in force now.
pub(super) fn load(db: &mut Db) -> Result<Catalogue, StoreError> {
    as_of(db, i64::MAX)
}

/// What was in force at an instant, in microseconds since 1970.
pub(super) fn as_of(db: &mut Db, at: i64) -> Result<Catalogue, StoreError> {
    let rows: Vec<CatalogueRow> = on!(db, conn => items::table
        .filter(items::since.le(at))
        .order((items::kind, items::id, items::version))
        .load(conn))
    .map_err(StoreError::failed("reading the catalogue"))?;
    let mut catalogue = Catalogue::default();
    for row in rows {
        add(&mut catalogue, &row)?;
    }
    Ok(catalogue)
}

/// Later versions come later, so that the last one stays.
fn add(catalogue: &mut Catalogue, row: &CatalogueRow) -> Result<(), StoreError> {
    match row.kind.as_str() {
        "controller" => {
            let controller: Controller = read(&row.body)?;
            catalogue
                .controllers
                .insert(controller.id.clone(), controller);
        }
        "purpose" => {
            let purpose: Purpose = read(&row.body)?;
            catalogue.purposes.insert(purpose.id.clone(), purpose);
        }
        "notice" => {
            let notice: Notice = read(&row.body)?;
            catalogue.notices.insert(notice.reference(), notice);
        }
        _ => return Err(StoreError::damaged("the kind of a catalogue item")),
    }
    Ok(())
}

impl ReadTx<'_> {
    /// Every version of every notice, with the instant from which it was in force, the earliest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn notice_versions(
        &mut self,
        _grant: &Grant<Serve>,
    ) -> Result<Vec<(Notice, DateTime<Utc>)>, StoreError> {
        let rows: Vec<CatalogueRow> = on!(self.db, conn => items::table
            .filter(items::kind.eq("notice"))
            .order((items::id, items::version))
            .load(conn))
        .map_err(StoreError::failed("reading the notices"))?;
        rows.iter()
            .map(|row| Ok((read(&row.body)?, from_micros(row.since))))
            .collect()
    }
}

fn read<T: DeserializeOwned>(body: &str) -> Result<T, StoreError> {
    serde_json::from_str(body).map_err(|_| StoreError::damaged("a catalogue item"))
}

impl WriteTx<'_> {
    /// Publishes a controller.
    ///
    /// # Errors
    /// Never in practice: a controller is plain JSON.
    pub fn publish_controller(
        &mut self,
        grant: &Grant<PublishCatalogue>,
        controller: &Controller,
    ) -> Result<Entry, StoreError> {
        let entry = self.publish(
            grant,
            PublicKind::Controller,
            ("controller", controller.id.as_str(), controller.version),
            controller,
        )?;
        let catalogue = Arc::make_mut(&mut self.world.catalogue);
        catalogue
            .controllers
            .insert(controller.id.clone(), controller.clone());
        Ok(entry)
    }

    /// Publishes a version of a purpose.
    ///
    /// # Errors
    /// Never in practice: a purpose is plain JSON.
    pub fn publish_purpose(
        &mut self,
        grant: &Grant<PublishCatalogue>,
        purpose: &Purpose,
    ) -> Result<Entry, StoreError> {
        let named = ("purpose", purpose.id.as_str(), purpose.version);
        let entry = self.publish(grant, PublicKind::Purpose, named, purpose)?;
        Arc::make_mut(&mut self.world.catalogue)
            .purposes
            .insert(purpose.id.clone(), purpose.clone());
        Ok(entry)
    }

    /// Publishes a version of a notice.
    ///
    /// # Errors
    /// Never in practice: a notice is plain JSON.
    pub fn publish_notice(
        &mut self,
        grant: &Grant<PublishCatalogue>,
        notice: &Notice,
    ) -> Result<Entry, StoreError> {
        let named = ("notice", notice.id.as_str(), notice.version);
        let entry = self.publish(grant, PublicKind::Notice, named, notice)?;
        Arc::make_mut(&mut self.world.catalogue)
            .notices
            .insert(notice.reference(), notice.clone());
        Ok(entry)
    }

    fn publish<T: Serialize>(
        &mut self,
        grant: &Grant<PublishCatalogue>,
        kind: PublicKind,
        (table, id, version): (&str, &str, u32),
        item: &T,
    ) -> Result<Entry, StoreError> {
        let body =
            serde_json::to_value(item).map_err(|error| StoreError::Log(error.to_string()))?;
        let row = CatalogueRow {
            kind: table.to_owned(),
            id: id.to_owned(),
            version: signed_version(version),
            body: body.to_string(),
            since: self.now.micros(),
            position: 0,
        };
        let event = PublicEvent::new(
            kind,
            grant.actor(),
            json!({ "id": id, "version": version, "body": body }),
        );
        Ok(self.public_with(event, Extra::Catalogue(row)))
    }
}
