//! Reads the lists of registers: for the index, for one person, and to be told about.

use super::{BlockRow, RegisterRow};
use crate::access::{ExportAudit, Grant, LoadRegisters, Permission, ReadState};
use crate::domain::ids::{Blind, Position};
use crate::domain::registry::{Change, IdentifierKinds, Register, RegisterEntries, RegisterList};
use crate::domain::time::from_micros;
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::read::ReadTx;
use crate::store::rows::unsigned;
use crate::store::schema::{register_blocks, registers};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of a list besides who is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRegister {
    /// The register's name, as it stands there.
    pub name: String,
    /// On which day it was issued.
    pub issued_on: NaiveDate,
    /// Whether it holds the whole register.
    pub complete: bool,
    /// What it lists.
    pub kinds: IdentifierKinds,
    /// How many entries.
    pub entries: u64,
    /// The mark of the file.
    pub file_mark: String,
    /// SHA-256 of the blocks.
    pub list_sha256: String,
    /// When it was loaded.
    pub loaded_at: DateTime<Utc>,
    /// The entry of its load.
    pub position: Position,
}

impl StoredRegister {
    fn read(row: &RegisterRow) -> Result<Self, StoreError> {
        let damaged = || StoreError::damaged("a register");
        Ok(Self {
            name: row.name.clone(),
            issued_on: row.issued_on.parse().map_err(|_| damaged())?,
            complete: row.complete,
            kinds: u8::try_from(row.kinds)
                .map(IdentifierKinds::of_bits)
                .map_err(|_| damaged())?,
            entries: unsigned(row.entries),
            file_mark: row.file_mark.clone(),
            list_sha256: row.list_sha256.clone(),
            loaded_at: from_micros(row.loaded_at),
            position: unsigned(row.position),
        })
    }

    fn list(&self, entries: RegisterEntries) -> Result<RegisterList, StoreError> {
        let register = Register::parse(&self.name).ok_or(StoreError::damaged("a register"))?;
        Ok(RegisterList {
            register,
            issued_on: self.issued_on,
            complete: self.complete,
            kinds: self.kinds,
            position: self.position,
            entries: Arc::new(entries),
        })
    }
}

/// May know which lists are loaded.
pub trait TellsRegisters: Permission {}
impl TellsRegisters for LoadRegisters {}
impl TellsRegisters for ReadState {}

impl ReadTx<'_> {
    /// What was last loaded of each register.
    ///
    /// # Errors
    /// Where the database fails or a row is damaged.
    pub fn registers<P: TellsRegisters>(
        &mut self,
        _grant: &Grant<P>,
    ) -> Result<Vec<StoredRegister>, StoreError> {
        loaded_since(self.db, 0)
    }

    /// The name of each, what is known of it where that can be read, and the digest of what is really
    /// in its blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn audited_registers(
        &mut self,
        _grant: &Grant<ExportAudit>,
    ) -> Result<Vec<(String, Option<StoredRegister>, String)>, StoreError> {
        let rows = rows_since(self.db, 0)?;
        let digested = rows.into_iter().map(|row| {
            let blocks = blocks(self.db, &row.name)?;
            let digest = super::write::digest(blocks.iter().map(Vec::as_slice));
            let stored = StoredRegister::read(&row).ok();
            Ok((row.name, stored, digest))
        });
        digested.collect()
    }
}

/// Hands the lists that were loaded from a position on to `tell`.
pub(in crate::store) fn since(
    db: &mut Db,
    since: i64,
    tell: &mut dyn FnMut(Change),
) -> Result<(), StoreError> {
    for stored in loaded_since(db, since)? {
        let blocks = blocks(db, &stored.name)?;
        let entries = RegisterEntries::of_blocks(blocks.iter().map(Vec::as_slice))
            .ok_or(StoreError::damaged("a register's list"))?;
        tell(Change::Register(Arc::new(stored.list(entries)?)));
    }
    Ok(())
}

/// Whether any was loaded by an entry from a position on.
pub(in crate::store) fn any_since(db: &mut Db, since: i64) -> Result<bool, StoreError> {
    Ok(!rows_since(db, since)?.is_empty())
}

/// Hands every list to `tell`, with the entries of these contact points alone.
pub(in crate::store) fn of_contacts(
    db: &mut Db,
    contacts: &[Blind],
    tell: &mut dyn FnMut(Change),
) -> Result<(), StoreError> {
    for stored in loaded_since(db, 0)? {
        let mut found: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        for contact in contacts {
            let block = block_of(db, &stored.name, contact)?;
            found.extend(block.map(|block| (block.first, block.packed)));
        }
        let entries = RegisterEntries::of_blocks(found.values().map(Vec::as_slice))
            .ok_or(StoreError::damaged("a register's list"))?;
        let list = stored.list(entries.only(contacts))?;
        tell(Change::Register(Arc::new(list)));
    }
    Ok(())
}

fn loaded_since(db: &mut Db, since: i64) -> Result<Vec<StoredRegister>, StoreError> {
    let rows = rows_since(db, since)?;
    rows.iter().map(StoredRegister::read).collect()
}

fn rows_since(db: &mut Db, since: i64) -> Result<Vec<RegisterRow>, StoreError> {
    on!(db, conn => registers::table
        .filter(registers::position.ge(since)).order(registers::name).load(conn))
    .map_err(StoreError::failed("reading the registers"))
}

fn blocks(db: &mut Db, register: &str) -> Result<Vec<Vec<u8>>, StoreError> {
    on!(db, conn => register_blocks::table
        .filter(register_blocks::register.eq(register))
        .order(register_blocks::first).select(register_blocks::packed).load(conn))
    .map_err(StoreError::failed("reading a register's list"))
}

/// The block that a contact point stands in, if it stands in any.
fn block_of(db: &mut Db, register: &str, contact: &Blind) -> Result<Option<BlockRow>, StoreError> {
    let begins = RegisterEntries::begin(contact);
    on!(db, conn => register_blocks::table
        .filter(register_blocks::register.eq(register))
        .filter(register_blocks::first.le(begins.as_slice()))
        .order(register_blocks::first.desc()).first(conn).optional())
    .map_err(StoreError::failed("reading a register's list"))
}
