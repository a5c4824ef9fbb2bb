//! What staff accounts and keys are called.

use super::open::App;
use super::refusal::Refusal;
use crate::access::{ExportAudit, Grant};
use crate::store::{ReadTx, StoreError};
use std::collections::HashMap;

impl App {
    /// The names of staff accounts and keys, by their ids. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn actor_names(
        &self,
        grant: &Grant<ExportAudit>,
    ) -> Result<HashMap<String, String>, Refusal> {
        let (staff, keys) = self
            .store
            .read(|tx| Ok::<_, StoreError>((tx.audited_staff(grant)?, tx.audited_keys(grant)?)))?;
        let staff = staff
            .into_iter()
            .filter_map(|one| Some((one.id?.to_string(), one.login)));
        let keys = keys
            .into_iter()
            .filter_map(|one| Some((one.id?.to_string(), one.name)));
        Ok(staff.chain(keys).collect())
    }

    /// The same for what names who did something and is no export.
    pub(super) fn actors(
        &self,
        tx: &mut ReadTx<'_>,
    ) -> Result<HashMap<String, String>, StoreError> {
        let staff = tx.staff_names(&self.serve)?.into_iter();
        let staff = staff.map(|one| (one.id.to_string(), one.login));
        let keys = tx.key_names(&self.serve)?.into_iter();
        let keys = keys.map(|(id, name)| (id.to_string(), name));
        Ok(staff.chain(keys).collect())
    }
}
