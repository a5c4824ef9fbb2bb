//! What a person, or a system that answers later, says of a task.

use super::StoredTask;
use super::run::{changed_meanwhile, keep};
use crate::access::{Grant, WorkRequests};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::event::Actor;
use crate::domain::ids::{CaseId, TaskId};
use crate::domain::systems::{Heard, Outcome, Progress, Step, heard};
use crate::store::Order;
use serde_json::Value;

/// What came of a task, in somebody's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What.
    pub outcome: Outcome,
    /// How many rows were found, or changed.
    pub count: u64,
    /// Where it can be seen: a ticket, a protocol. Never a name.
    pub evidence: Option<String>,
}

impl App {
    /// Writes down what somebody says of a task that waits for it. Of an erasure it is *done* only
    /// when a second look found nothing: it is said twice, the second time with how many are left.
    /// Blocks.
    ///
    /// # Errors
    /// Where there is no such task, or it does not wait for anybody.
    pub fn record_outcome(
        &self,
        grant: &Grant<WorkRequests>,
        id: TaskId,
        said: Said,
    ) -> Result<StoredTask, Refusal> {
        self.said_of(id, said, Vec::new(), grant.actor())
    }

    pub(super) fn said_of(
        &self,
        id: TaskId,
        said: Said,
        rows: Vec<Value>,
        actor: &Actor,
    ) -> Result<StoredTask, Refusal> {
        let mut task = self.store.read(|tx| tx.task(id))?;
        let task = task
            .as_mut()
            .ok_or(Refusal::NotFound("a task of this id"))?;
        if task.progress.outcome.is_some() || !task.progress.awaited {
            return Err(Refusal::Conflict {
                code: "task_not_awaited",
                what: "this task does not wait for an answer; look how it stands".into(),
            });
        }
        let systems = self.systems()?;
        let system = systems.iter().find(|system| system.id == task.system);
        if let (Some(system), Some(private)) = (system, task.private.take()) {
            task.private = Some(keep(task, system, private, rows));
        }
        let digest = task.progress.digest.clone().unwrap_or_default();
        let (progress, again) = heard(
            &task.progress,
            task.verb,
            Heard::Said(said.outcome, said.count, digest),
        );
        task.progress = Progress {
            evidence: said.evidence.or_else(|| task.progress.evidence.clone()),
            ..progress
        };
        let now = self.now();
        if task.progress.outcome.is_some() {
            task.due_at = None;
            let written = self.write_end(task.clone(), actor)?;
            return written.then(|| task.clone()).ok_or_else(changed_meanwhile);
        }
        task.due_at = again.map(|_| now.utc());
        let kept = self
            .store
            .keep_task(&self.serve, task, now, self.entropy())?;
        kept.then(|| task.clone()).ok_or_else(changed_meanwhile)
    }

    /// Has a task that failed, or was not as its system said, done again. Blocks.
    ///
    /// # Errors
    /// Where there is no such task, or it did not fail.
    pub fn retry_task(&self, grant: &Grant<WorkRequests>, id: TaskId) -> Result<(), Refusal> {
        let task = self.store.read(|tx| tx.task(id))?;
        let mut task = task.ok_or(Refusal::NotFound("a task of this id"))?;
        if task.private.is_none() {
            return Err(Refusal::Conflict {
                code: "task_forgotten",
                what: "whom this task was about is forgotten; begin anew for the person".into(),
            });
        }
        let step = match task.progress.outcome {
            Some(Outcome::Failed { .. }) => task.progress.step,
            Some(Outcome::NotVerified { .. }) => Step::Act,
            _ => {
                return Err(Refusal::Conflict {
                    code: "task_not_failed",
                    what: "only a task that failed is done again".into(),
                });
            }
        };
        task.progress = Progress {
            resumed: task.progress.resumed,
            found: task.progress.found,
            changed: task.progress.changed,
            ..Progress::at(step)
        };
        task.due_at = Some(self.now().utc());
        let by = grant.clone();
        self.store
            .write_blocking(grant, Order::at(self.now()), move |tx| {
                let entry = tx.task_again(&by, &task)?;
                Ok::<_, Refusal>(entry.ok_or_else(changed_meanwhile)?.with(()))
            })?;
        Ok(())
    }

    /// Forgets what was found for a request, and whom it was about: its package is made, or its time is
    /// over. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn forget_found(&self, _grant: &Grant<WorkRequests>, case: CaseId) -> Result<(), Refusal> {
        Ok(self.store.forget_found(&self.serve, case)?)
    }
}
