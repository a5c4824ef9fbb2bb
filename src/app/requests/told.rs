//! One request as its file shows it before anybody's words are opened: how it stands, what systems have to
//! do for it, and every entry about it.

use super::act::NONE;
use super::view::{RequestView, today};
use crate::access::Grant;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::audit::leaf::Leaf;
use crate::domain::ids::{DsrId, Position};
use crate::domain::time::Now;
use crate::store::{PublicEntry, ReadsRequests, StaffName, StoredDsr, TaskTold};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// An entry about a request.
#[derive(Debug, Clone, PartialEq)]
pub struct DsrStep {
    /// Its place.
    pub position: Position,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Its name in the leaf.
    pub kind: String,
    /// What it says.
    pub payload: Value,
}

/// A request as its file begins.
#[derive(Debug, Clone)]
pub struct DsrTold {
    /// How it stands.
    pub stored: StoredDsr,
    /// With the count of its days.
    pub view: RequestView,
    /// What systems have to do for it.
    pub tasks: Vec<TaskTold>,
    /// What was done, in its order.
    pub steps: Vec<DsrStep>,
    /// The staff.
    pub staff: Vec<StaffName>,
    /// How many entries the log has.
    pub size: Position,
}

impl App {
    /// A request without anybody's words: it is nobody's file, and to read it leaves no entry. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is none.
    pub fn request_told<P: ReadsRequests>(
        &self,
        grant: &Grant<P>,
        id: DsrId,
        now: Now,
    ) -> Result<DsrTold, Refusal> {
        let day = today(now, self.home_zone);
        self.store.read(|tx| {
            let stored = tx.dsr(grant, id)?.ok_or(NONE)?;
            let entries = tx.dsr_entries(grant, id, stored.received)?;
            Ok(DsrTold {
                view: RequestView::of(stored.request.clone(), day),
                tasks: tx.tasks_told(grant, &[id])?,
                steps: entries.iter().filter_map(step).collect(),
                staff: tx.staff_names(grant)?,
                size: tx.position(&self.serve)?,
                stored,
            })
        })
    }
}

fn step(entry: &PublicEntry) -> Option<DsrStep> {
    let leaf = Leaf::parse(entry.leaf.as_bytes()).ok()?;
    Some(DsrStep {
        position: entry.position,
        at: DateTime::from_timestamp(leaf.at, 0)?,
        kind: leaf.kind.as_str().to_owned(),
        payload: serde_json::from_str(&entry.payload).ok()?,
    })
}
