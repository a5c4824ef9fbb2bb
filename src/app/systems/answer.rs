//! An answer that a system sends by itself, instead of waiting until it is asked again.

use super::reach::{Answer, Posted, Reach};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::TaskId;
use crate::domain::systems::Step;
use std::sync::Arc;

/// The refusal of whatever is not signed with the system's secret, and of systems that there are not: which of
/// both is told to nobody.
pub const FORGED: Refusal = Refusal::NotFound("a system of this name with this signature");

impl App {
    /// Systems are reached by this way from now on, also where they answer by themselves.
    pub fn keep_reach(&mut self, reach: Arc<dyn Reach>) {
        self.reach = Some(reach);
    }

    /// Takes a system's own answer to a task that waits for it; whether it was still waited for. What is
    /// said twice, or was said before, changes nothing. Blocks.
    ///
    /// # Errors
    /// [`FORGED`] where the signature, its time, or the system is wrong, [`Refusal::NotFound`] where the system
    /// has no such task.
    pub fn hear_answer(&self, system: &str, posted: &Posted<'_>) -> Result<bool, Refusal> {
        let systems = self.systems()?;
        let system = systems.iter().find(|one| one.id.as_str() == system);
        let (system, reach) = system.zip(self.reach.as_deref()).ok_or(FORGED)?;
        let (at, answer) = reach.heard(system, posted).ok_or(FORGED)?;
        let (id, step) = task_of(posted.id).ok_or(NO_TASK)?;
        let task = self.store.read(|tx| tx.task(id))?;
        let mut task = task.filter(|one| one.system == system.id).ok_or(NO_TASK)?;
        let progress = &task.progress;
        let waits = progress.awaited && progress.outcome.is_none() && progress.step == step;
        // a request that is in doubt holds its tasks, and what was said once is not said anew
        if !waits || task.due_at.is_none() || progress.heard_at >= Some(at) {
            return Ok(false);
        }
        task.progress.heard_at = Some(at);
        self.take(reach, system, task, answer.map(Answer::Said))
    }
}

const NO_TASK: Refusal = Refusal::NotFound("a task of this system with this webhook-id");

/// `TASK.STEP`, as we called.
fn task_of(id: &str) -> Option<(TaskId, Step)> {
    let (task, step) = id.split_once('.')?;
    Some((task.parse().ok()?, Step::parse(step)?))
}
