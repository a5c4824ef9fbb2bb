//! Keeping the lists short by which a person's decisions are found.

use crate::app::open::App;
use crate::store::StoreError;

impl App {
    /// Merges such lists until there is nothing to merge. Blocks, never for long at a time.
    ///
    /// # Errors
    /// Where the database fails; what is left is merged another time.
    pub fn tidy_decisions(&self) -> Result<(), StoreError> {
        while self.store.merge_people(&self.serve, self.now())? {}
        Ok(())
    }
}
