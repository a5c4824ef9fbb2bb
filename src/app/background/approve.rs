//! The second person of a mass export: what one asked for in the console, another lets be made, or refuses.

use super::{BackgroundExport, ExportFailure, ExportState};
use crate::access::{ExportAudit, Grant};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::BackgroundId;
use crate::domain::time::Now;
use crate::store::Order;

/// What somebody who asked themselves is refused with.
pub const OWN_EXPORT: &str = "own_export";
/// What is refused where it was settled before.
const SETTLED: &str = "export_settled";

impl App {
    /// Lets an export be made that somebody else asked for, or refuses it. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is none, [`Refusal::Conflict`] where it is one's own or waits for nobody.
    pub fn settle_export(
        &self,
        grant: &Grant<ExportAudit>,
        id: BackgroundId,
        approved: bool,
        now: Now,
    ) -> Result<(), Refusal> {
        let asked = self.background_export(grant, id)?;
        if asked.asked_by == *grant.actor() {
            return Err(own());
        }
        let actor = grant.clone();
        let order = Order {
            alone: true,
            ..Order::at(now)
        };
        self.store.write_blocking(grant, order, move |tx| {
            let entry = tx.settle_export(&actor, &next(&asked, approved, now))?;
            Ok::<_, Refusal>(entry.ok_or_else(settled)?.with(()))
        })?;
        Ok(())
    }
}

fn next(asked: &BackgroundExport, approved: bool, now: Now) -> BackgroundExport {
    let why = ExportFailure::NotApproved;
    BackgroundExport {
        state: if approved {
            ExportState::Waiting
        } else {
            ExportState::Failed { why }
        },
        changed_at: now.utc(),
        ..asked.clone()
    }
}

fn own() -> Refusal {
    Refusal::conflict(
        OWN_EXPORT,
        "you asked for this export yourself; somebody else has to approve it",
    )
}

fn settled() -> Refusal {
    Refusal::conflict(
        SETTLED,
        "this export does not wait for anybody's approval any more",
    )
}
