//! Who was on lists that were filtered: sheets of persons, sealed as decisions are
//! (`docs/decisions/0027`).
//!
//! | module | holds |
//! |---|---|
//! | [`write`] | a sealed roll and its rows |
//! | [`find`] | the lists that a person was on |
//! | [`expire`] | taking everybody off lists whose time is over |
//! | [`forget`] | taking a person off who is erased |
//! | [`audited`] | sheets and what was taken off them, as they are |

mod audited;
mod expire;
mod find;
mod forget;
mod write;

pub use audited::AuditedSheet;
pub use expire::{ExpiredLists, Sheets};
pub use find::FoundOnList;
pub use write::SealedRoll;
pub(super) use write::write;

use super::schema;
use crate::audit::roll::Sheet;
use crate::store::error::StoreError;
use crate::store::keys::Keyring;
use crate::store::rows::unsigned;
use diesel::{Insertable, Queryable};

#[derive(Insertable, Queryable, Clone)]
#[diesel(table_name = schema::roll_sheets, treat_none_as_default_value = false)]
struct SheetRow {
    position: i64,
    first: i64,
    sealed: Vec<u8>,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = schema::roll_erasures, treat_none_as_default_value = false)]
struct TakenOffRow {
    position: i64,
    first: i64,
    was: Vec<u8>,
    held: Vec<u8>,
}

impl SheetRow {
    fn open(&self, keys: &Keyring) -> Result<Sheet, StoreError> {
        let damaged = || StoreError::Damaged {
            what: "a sheet of a list's roll",
            position: Some(unsigned(self.position)),
        };
        let bytes = keys.open_decisions(&self.sealed).map_err(|_| damaged())?;
        Sheet::from_bytes(&bytes).map_err(|_| damaged())
    }
}
