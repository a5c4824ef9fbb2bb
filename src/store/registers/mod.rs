//! The lists of opt-out registers: keyed hashes cut short, in blocks, as they were last loaded.

mod read;
mod write;

pub use read::{StoredRegister, TellsRegisters};
pub(super) use read::{any_since, of_contacts, since};
pub(super) use write::write;
pub use write::{NotLoaded, RegisterLoad};

use super::schema;
use diesel::prelude::*;

#[derive(Insertable, Queryable, Clone)]
#[diesel(table_name = schema::registers)]
struct RegisterRow {
    name: String,
    issued_on: String,
    complete: bool,
    kinds: i16,
    entries: i64,
    file_mark: String,
    list_sha256: String,
    loaded_at: i64,
    position: i64,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::register_blocks)]
struct BlockRow {
    register: String,
    first: Vec<u8>,
    packed: Vec<u8>,
}
