//! Keeping what decisions are found by in order: blocks sealed, lists short.

use crate::app::open::App;
use crate::store::StoreError;

impl App {
    /// Brings what waits in the journal into blocks, by which decisions are found; whether there was
    /// anything. It would come there by itself a little later. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn seal_decisions(&self) -> Result<bool, StoreError> {
        let empty = self.store.read(|tx| tx.is_journal_empty(&self.serve))?;
        if !empty {
            self.recorder.seal()?;
        }
        Ok(!empty)
    }

    /// Merges such lists until there is nothing to merge. Blocks, never for long at a time.
    ///
    /// # Errors
    /// Where the database fails; what is left is merged another time.
    pub fn tidy_decisions(&self) -> Result<(), StoreError> {
        while self.store.merge_people(&self.serve, self.now())? {}
        Ok(())
    }
}
