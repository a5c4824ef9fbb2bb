//! Asking for an export, and looking how it stands.

use super::{BackgroundExport, ExportState, Shelf, Wanted};
use crate::access::{ExportAudit, Grant};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::event::Actor;
use crate::domain::ids::BackgroundId;
use crate::store::StoreError;

/// Exports of a node that may wait or be made.
const MOST: usize = 20;
/// Exports that are shown.
const SHOWN: i64 = 50;

impl App {
    /// Makes and keeps exports in the background from now on.
    pub fn keep_exports(&mut self, shelf: Shelf) {
        self.shelf = Some(shelf);
    }

    /// Where this node keeps exports.
    ///
    /// # Errors
    /// Where it keeps none.
    pub fn shelf(&self) -> Result<&Shelf, Refusal> {
        let none = Refusal::NotFound("a place for exports of the background");
        self.shelf.as_ref().ok_or(none)
    }

    /// Asks for an export, which this node makes when its turn has come. Blocks.
    ///
    /// # Errors
    /// Where the query cannot be, or too many wait.
    pub fn ask_export(
        &self,
        grant: &Grant<ExportAudit>,
        wanted: &Wanted,
    ) -> Result<BackgroundExport, Refusal> {
        wanted.look()?;
        let (shelf, now) = (self.shelf()?, self.now());
        let others = self
            .store
            .read(|tx| tx.background_of(&self.serve, shelf.node()))?;
        let waits = |one: &&BackgroundExport| {
            matches!(
                one.state,
                ExportState::Asked | ExportState::Waiting | ExportState::Running { .. }
            )
        };
        if others.iter().filter(waits).count() >= MOST {
            return Err(Refusal::conflict(
                "exports_too_many",
                format!("{MOST} exports wait already; ask again when some of them are done"),
            ));
        }
        let waits_for_another = wanted.shows_persons() && self.waits_for_another(grant.actor());
        let unwritable = |_| StoreError::damaged("an export of the background");
        let export = BackgroundExport {
            id: BackgroundId::new(now, self.entropy())?,
            node: shelf.node().to_owned(),
            asked_by: grant.actor().clone(),
            asked_at: now.utc(),
            wanted: serde_json::to_string(wanted).map_err(unwritable)?,
            attempts: 0,
            state: if waits_for_another {
                ExportState::Asked
            } else {
                ExportState::Waiting
            },
            changed_at: now.utc(),
        };
        self.store.keep_background(&self.serve, &export)?;
        Ok(export)
    }

    /// Whether a mass export that somebody asks for waits for a second person.
    #[must_use]
    pub const fn waits_for_another(&self, actor: &Actor) -> bool {
        self.accounts.second_person.is_asked_of(actor)
    }

    /// The exports that were asked for last, on whichever node, the newest first. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn background_exports(
        &self,
        grant: &Grant<ExportAudit>,
    ) -> Result<Vec<BackgroundExport>, Refusal> {
        Ok(self.store.read(|tx| tx.background_exports(grant, SHOWN))?)
    }

    /// The export of that name. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is none.
    pub fn background_export(
        &self,
        grant: &Grant<ExportAudit>,
        id: BackgroundId,
    ) -> Result<BackgroundExport, Refusal> {
        let found = self.store.read(|tx| tx.background_export(grant, id))?;
        found.ok_or(Refusal::NotFound("an export of this id"))
    }
}
