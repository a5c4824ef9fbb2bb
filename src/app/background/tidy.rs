//! What a restart left is begun anew, and files whose time is over are taken away.

use super::{BackgroundExport, ExportFailure, ExportGone, ExportState, Shelf, Wanted};
use crate::app::export::ExportError;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::audit::package::write::WriteError;
use chrono::TimeDelta;
use std::io::ErrorKind;
use std::sync::atomic::Ordering;

/// How often an export is begun at most.
pub(super) const ATTEMPTS: i32 = 3;
/// For how long it is told that there was a file.
const REMEMBERED: TimeDelta = TimeDelta::days(30);

impl App {
    /// Looks after this node's exports. Blocks.
    ///
    /// # Errors
    /// Where the data or the directory cannot be read or written.
    pub fn tidy_exports(&self) -> Result<(), ExportError> {
        let shelf = self.shelf()?;
        if !shelf.is_ours().map_err(WriteError::from)? {
            return Ok(());
        }
        let first = !shelf.tidied.load(Ordering::Acquire);
        let all = self
            .store
            .read(|tx| tx.background_of(&self.serve, shelf.node()))?;
        if first {
            let known = all.iter().map(|one| one.id).collect();
            shelf.sweep(&known).map_err(WriteError::from)?;
        }
        for mut export in all {
            let next = match &export.state {
                ExportState::Running { .. } if first => Some(again(shelf, &export)?),
                ExportState::Ready { .. } => self.over(shelf, &export)?,
                _ => None,
            };
            if let Some(next) = next {
                export.state = next;
                self.keep_state(&mut export)?;
            }
        }
        let before = self.now().utc() - shelf.keep() - REMEMBERED;
        if first {
            self.store.forget_background(&self.serve, before)?;
        }
        shelf.tidied.store(true, Ordering::Release);
        Ok(())
    }

    /// Takes a file away whose time is over, or which may show somebody who was erased.
    fn over(
        &self,
        shelf: &Shelf,
        export: &BackgroundExport,
    ) -> Result<Option<ExportState>, ExportError> {
        let Some(why) = self.gone(shelf, export)? else {
            return Ok(None);
        };
        shelf.remove(export.id).map_err(WriteError::from)?;
        Ok(Some(ExportState::Gone { why }))
    }

    /// Why a file is to be handed out no more, if so.
    pub(super) fn gone(
        &self,
        shelf: &Shelf,
        export: &BackgroundExport,
    ) -> Result<Option<ExportGone>, Refusal> {
        let ExportState::Ready { made, .. } = &export.state else {
            return Ok(None);
        };
        if self.now().utc() >= export.changed_at + shelf.keep() {
            return Ok(Some(ExportGone::Expired));
        }
        if Wanted::of(export)?.shows_persons() && self.erased_since(made.size)? {
            return Ok(Some(ExportGone::Erased));
        }
        let file = shelf.file(export.id);
        let missing = file.is_err_and(|error| error.kind() == ErrorKind::NotFound);
        Ok(missing.then_some(ExportGone::Missing))
    }
}

/// What was made when the service stopped is begun anew, but not for ever: it may be what stops it.
fn again(shelf: &Shelf, export: &BackgroundExport) -> Result<ExportState, ExportError> {
    shelf.discard(export.id).map_err(WriteError::from)?;
    Ok(if export.attempts < ATTEMPTS {
        ExportState::Waiting
    } else {
        ExportState::Failed {
            why: ExportFailure::Interrupted,
        }
    })
}
