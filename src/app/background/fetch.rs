//! Hands a file out, recording first that it is.

use super::{BackgroundExport, ExportGone, ExportState, Wanted};
use crate::access::{ExportAudit, Grant};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::BackgroundId;
use crate::store::Order;
use std::fs::File;

/// A file that may be handed out: that it is, is in the log.
#[derive(Debug)]
pub struct Fetched {
    /// What it is.
    pub wanted: Wanted,
    /// The file.
    pub file: File,
    /// How large it is.
    pub bytes: u64,
}

impl App {
    /// Opens the file of an export, and records that it is fetched. Blocks.
    ///
    /// # Errors
    /// Where there is no such export or no file of it, where that lies on another node, or where
    /// the fetching cannot be recorded.
    pub fn fetch_export(
        &self,
        grant: &Grant<ExportAudit>,
        id: BackgroundId,
    ) -> Result<Fetched, Refusal> {
        let shelf = self.shelf()?;
        let export = self.background_export(grant, id)?;
        let ExportState::Ready { made, bytes } = &export.state else {
            return Err(not_there(&export));
        };
        if export.node != shelf.node() {
            return Err(elsewhere(&export));
        }
        if let Some(why) = self.gone(shelf, &export)? {
            return Err(taken(why));
        }
        let file = shelf.file(id).map_err(|_| taken(ExportGone::Missing))?;
        let (wanted, name) = (Wanted::of(&export)?, made.export);
        let shows = wanted.shows_persons().then_some(made.size);
        let by = grant.clone();
        self.store
            .write_blocking(grant, Order::at(self.now()), move |tx| {
                let entry = tx.export_fetched(&by, name, shows)?;
                let entry = entry.ok_or_else(|| taken(ExportGone::Erased))?;
                Ok::<_, Refusal>(entry.with(()))
            })?;
        Ok(Fetched {
            wanted,
            file,
            bytes: *bytes,
        })
    }
}

fn not_there(export: &BackgroundExport) -> Refusal {
    let (code, what) = match &export.state {
        ExportState::Gone { why } => return taken(*why),
        ExportState::Failed { .. } => (
            "export_failed",
            "this export could not be made; its page says why. Ask for it again",
        ),
        _ => (
            "export_not_ready",
            "this export is not made yet; ask again when its state is ready",
        ),
    };
    Refusal::conflict(code, what)
}

fn elsewhere(export: &BackgroundExport) -> Refusal {
    Refusal::conflict(
        "export_elsewhere",
        format!(
            "the file lies on the node {}, which made it; ask that node, or ask this one for a new export",
            export.node
        ),
    )
}

fn taken(why: ExportGone) -> Refusal {
    let what = match why {
        ExportGone::Expired => "the time for which this file was kept is over; ask for it again",
        ExportGone::Erased => {
            "somebody was erased since this export was made, and may have been in it: the file is gone; ask for it again"
        }
        ExportGone::Missing => "the file is no longer where it was put; ask for it again",
    };
    Refusal::conflict("export_gone", what)
}
