//! What the systems found, for the package that the person is given.

use crate::access::{Grant, WorkRequests};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::CaseId;
use crate::domain::personal::Personal;
use crate::domain::systems::{System, Verb};
use serde_json::Value;

/// What one system holds about the person, with what is registered of it (GDPR art. 15(1)).
pub struct FoundRows {
    /// The system, as it is registered.
    pub system: System,
    /// Its rows, without those columns that are about others.
    pub rows: Personal<Vec<Value>>,
}

impl App {
    /// What the systems found for a request. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn found_rows(
        &self,
        _grant: &Grant<WorkRequests>,
        case: CaseId,
    ) -> Result<Vec<FoundRows>, Refusal> {
        let tasks = self.store.read(|tx| tx.tasks_of(case))?;
        let systems = self.systems()?;
        let reads = tasks.iter().filter(|task| task.verb == Verb::Read);
        let each = reads.filter_map(|task| {
            let system = systems.iter().find(|system| system.id == task.system)?;
            Some(FoundRows {
                system: system.clone(),
                rows: Personal::new(task.private.as_ref()?.reveal().rows.clone()),
            })
        });
        Ok(each.collect())
    }
}
