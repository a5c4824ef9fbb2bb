//! Every version of purposes and notices that was published, with its entry: since when, and by whom.

use super::connection::on;
use super::error::StoreError;
use super::read::ReadTx;
use super::rows::unsigned;
use super::schema::{api_keys, catalogue_items as items, public_events};
use crate::access::{Grant, ReadCatalogue, Serve};
use crate::domain::ids::{KeyId, Position};
use crate::domain::registry::{Notice, Purpose};
use crate::domain::time::from_micros;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A version that was published. It never changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Published<T> {
    /// What was published.
    pub item: T,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Its entry in the ledger.
    pub position: Position,
    /// Who published it, as the ledger names them; null where the entry is not there.
    pub actor: Value,
}

/// Body, time, entry, and what the entry says.
type Row = (String, i64, i64, Option<String>);

impl ReadTx<'_> {
    /// Every version of every purpose, by name, the earliest first.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub fn published_purposes(
        &mut self,
        _grant: &Grant<ReadCatalogue>,
    ) -> Result<Vec<Published<Purpose>>, StoreError> {
        self.published("purpose")
    }

    /// Every version of every notice, by name, the earliest first.
    ///
    /// # Errors
    /// As [`ReadTx::published_purposes`].
    pub fn published_notices(
        &mut self,
        _grant: &Grant<ReadCatalogue>,
    ) -> Result<Vec<Published<Notice>>, StoreError> {
        self.published("notice")
    }

    /// What API keys are called, by their ids.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn key_names(&mut self, _grant: &Grant<Serve>) -> Result<Vec<(KeyId, String)>, StoreError> {
        let rows: Vec<(Vec<u8>, String)> = on!(self.db, conn => api_keys::table
            .select((api_keys::id, api_keys::name)).load(conn))
        .map_err(StoreError::failed("loading API keys"))?;
        let named = |(id, name): (Vec<u8>, String)| Some((KeyId::from_slice(&id)?, name));
        Ok(rows.into_iter().filter_map(named).collect())
    }

    fn published<T: DeserializeOwned>(
        &mut self,
        kind: &str,
    ) -> Result<Vec<Published<T>>, StoreError> {
        let rows: Vec<Row> = on!(self.db, conn => items::table
            .left_join(public_events::table.on(public_events::position.eq(items::position)))
            .filter(items::kind.eq(kind))
            .order((items::id, items::version))
            .select((items::body, items::since, items::position, public_events::payload.nullable()))
            .load(conn))
        .map_err(StoreError::failed("reading what was published"))?;
        rows.into_iter().map(read).collect()
    }
}

fn read<T: DeserializeOwned>(
    (body, since, position, payload): Row,
) -> Result<Published<T>, StoreError> {
    let item = serde_json::from_str(&body).map_err(|_| StoreError::damaged("a catalogue item"))?;
    let payload: Value = payload
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    Ok(Published {
        item,
        since: from_micros(since),
        position: unsigned(position),
        actor: payload.get("actor").cloned().unwrap_or_default(),
    })
}
