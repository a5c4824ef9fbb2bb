//! Puts a register's list in the place of the one before.

use super::{BlockRow, RegisterRow};
use crate::access::{Grant, LoadRegisters};
use crate::audit::encoding::hex;
use crate::audit::tree::sha256;
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::registry::{Change, RegisterList};
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::rows::{signed, unsigned};
use crate::store::schema::{register_blocks, registers};
use crate::store::tx::{Entry, WriteTx};
use crate::store::world::Extra;
use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;
use std::sync::Arc;

/// Blocks of one statement: some megabytes.
const AT_A_TIME: usize = 64;

/// A list that is to be loaded, ready to be written.
#[derive(Clone)]
pub struct RegisterLoad {
    list: RegisterList,
    file_mark: String,
    list_sha256: String,
    blocks: Arc<[Vec<u8>]>,
    loaded_at: i64,
}

impl RegisterLoad {
    /// Of a list and the file that it came from.
    #[must_use]
    pub fn new(list: RegisterList, file_mark: String) -> Self {
        let blocks: Arc<[Vec<u8>]> = list.entries.blocks().collect();
        Self {
            list_sha256: digest(blocks.iter().map(Vec::as_slice)),
            list,
            file_mark,
            blocks,
            loaded_at: 0,
        }
    }
}

/// The digest of a list's blocks, in their order.
pub(super) fn digest<'a>(blocks: impl Iterator<Item = &'a [u8]>) -> String {
    hex(&sha256(&blocks.collect::<Vec<_>>()))
}

/// Why a list was not loaded: a newer one is, of that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotLoaded(pub NaiveDate);

impl WriteTx<'_> {
    /// Puts a list in the place of the one before, unless that is newer.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn load_register(
        &mut self,
        grant: &Grant<LoadRegisters>,
        load: &RegisterLoad,
    ) -> Result<Result<Entry, NotLoaded>, StoreError> {
        let (list, name) = (&load.list, load.list.register.as_str());
        let held: Option<String> = self.read("reading the registers", |db| {
            on!(db, conn => registers::table.find(name).select(registers::issued_on)
                .first(conn).optional())
        })?;
        let held = held.and_then(|day| day.parse::<NaiveDate>().ok());
        if let Some(newer) = held.filter(|held| *held > list.issued_on) {
            return Ok(Err(NotLoaded(newer)));
        }
        let payload = json!({
            "register": name, "issued_on": list.issued_on, "complete": list.complete,
            "kinds": list.kinds.bits(), "entries": list.entries.len(),
            "file_mark": load.file_mark, "list_sha256": load.list_sha256,
        });
        let event = PublicEvent::new(PublicKind::Register, grant.actor(), payload);
        let loaded_at = self.now().micros();
        let load = RegisterLoad {
            loaded_at,
            ..load.clone()
        };
        Ok(Ok(self.public_with(event, Extra::Register(Box::new(load)))))
    }
}

/// Writes the rows of a list, now that its entry has a position; what the index is told.
pub(in crate::store) fn write(
    db: &mut Db,
    load: RegisterLoad,
    position: i64,
) -> Result<Change, StoreError> {
    let failed = |doing| StoreError::failed(doing);
    let list = load.list;
    let name = list.register.as_str();
    let row = RegisterRow {
        name: name.to_owned(),
        issued_on: list.issued_on.to_string(),
        complete: list.complete,
        kinds: list.kinds.bits().into(),
        entries: signed(list.entries.len() as u64),
        file_mark: load.file_mark,
        list_sha256: load.list_sha256,
        loaded_at: load.loaded_at,
        position,
    };
    // a newer one that somebody loaded meanwhile stays, and fails this batch on its key
    on!(db, conn => diesel::delete(registers::table.find(name)
        .filter(registers::issued_on.le(&row.issued_on))).execute(conn))
    .map_err(failed("replacing a register's list"))?;
    on!(db, conn => diesel::insert_into(registers::table).values(&row).execute(conn))
        .map_err(failed("loading a register's list"))?;
    on!(db, conn => diesel::delete(register_blocks::table
        .filter(register_blocks::register.eq(name))).execute(conn))
    .map_err(failed("replacing a register's list"))?;
    for blocks in load.blocks.chunks(AT_A_TIME) {
        let rows: Vec<BlockRow> = blocks.iter().map(|packed| block(name, packed)).collect();
        on!(db, conn => diesel::insert_into(register_blocks::table).values(&rows).execute(conn))
            .map_err(failed("loading a register's list"))?;
    }
    let position = unsigned(position);
    Ok(Change::Register(Arc::new(RegisterList {
        position,
        ..list
    })))
}

fn block(register: &str, packed: &[u8]) -> BlockRow {
    BlockRow {
        register: register.to_owned(),
        first: packed.iter().take(8).copied().collect(),
        packed: packed.to_vec(),
    }
}
