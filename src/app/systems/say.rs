//! What a person, or a system that answers later, says of a task.

use super::StoredTask;
use super::run::{changed_meanwhile, keep};
use crate::access::{Grant, WorkRequests};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::event::Actor;
use crate::domain::ids::{CaseId, TaskId};
use crate::domain::systems::{Heard, Outcome, Progress, Step, heard};
use crate::domain::time::Now;
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
        let task = self.store.read(|tx| tx.task(id))?;
        match task.filter(|task| task.progress.outcome.is_some()) {
            Some(task) => self.settle_task(grant, task, said),
            None => self.said_of(id, said, Vec::new(), grant.actor()),
        }
    }

    /// What a person found where a system failed, or did not do all: with evidence, since nobody looks again.
    fn settle_task(
        &self,
        grant: &Grant<WorkRequests>,
        mut task: StoredTask,
        said: Said,
    ) -> Result<StoredTask, Refusal> {
        task.progress.outcome = Some(match (&task.progress.outcome, said.outcome) {
            (Some(Outcome::Done | Outcome::LegalHold { .. }), _) => return Err(not_awaited()),
            (_, Outcome::Done) if task.verb.erases() && said.count > 0 => {
                Outcome::NotVerified { left: said.count }
            }
            (_, outcome) => outcome,
        });
        let evidence = said.evidence.ok_or_else(|| {
            let detail = "say where it can be seen that it was done by hand: a ticket, a protocol";
            Refusal::field("/evidence", "evidence_missing", detail)
        })?;
        task.progress.evidence = Some(evidence);
        let written = self.write_end(task.clone(), grant.actor())?;
        written.then_some(task).ok_or_else(changed_meanwhile)
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
            return Err(not_awaited());
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
        begin_again(&mut task, self.now())?;
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
        self.forget_case(case).map(drop)
    }
}

fn not_awaited() -> Refusal {
    Refusal::Conflict {
        code: "task_not_awaited",
        what: "this task does not wait for an answer; look how it stands".into(),
    }
}

/// Puts a task that failed, or did not do all, before the step that it is to do again.
pub(in crate::app) fn begin_again(task: &mut StoredTask, now: Now) -> Result<(), Refusal> {
    if task.private.is_none() {
        return Err(Refusal::Conflict {
            code: "task_forgotten",
            what: "whom this task was about is forgotten; begin anew for the person".into(),
        });
    }
    let step = match task.progress.outcome {
        Some(Outcome::Failed { .. } | Outcome::Partly { .. } | Outcome::Refused { .. }) => {
            task.progress.step
        }
        Some(Outcome::NotVerified { .. }) => Step::Act,
        _ => {
            return Err(Refusal::Conflict {
                code: "task_not_failed",
                what: "only a task that failed, or did not do all, is done again".into(),
            });
        }
    };
    task.progress = Progress {
        resumed: task.progress.resumed,
        heard_at: task.progress.heard_at,
        found: task.progress.found,
        changed: task.progress.changed,
        ..Progress::at(step)
    };
    task.due_at = Some(now.utc());
    Ok(())
}
