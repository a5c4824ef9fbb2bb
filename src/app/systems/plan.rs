//! What each system has to do for a request.

use super::Private;
use crate::access::{Grant, WorkRequests};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::{CaseId, TaskId};
use crate::domain::personal::Personal;
use crate::domain::registry::Slug;
use crate::domain::systems::{Erasing, Progress, Step, System, Verb, Via, ordered};
use crate::store::{NewTask, Order};
use std::collections::{BTreeMap, BTreeSet};

/// The identifiers that a request brings, by kind.
pub type Identifiers = Personal<BTreeMap<Slug, BTreeSet<String>>>;

/// What systems are run through for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// Access or portability: each tells what it holds.
    Read,
    /// Erasure: each erases, masks or keeps; recipients are told.
    Erase,
    /// Rectification: recipients are told.
    Correct,
    /// Restriction: recipients are told.
    Restrict,
}

impl Run {
    /// What a system has to do in it; none where it has no part.
    #[must_use]
    pub const fn verb(self, system: &System) -> Option<Verb> {
        match (self, system.recipient, system.on_erasure) {
            (Self::Read, false, _) => Some(Verb::Read),
            (Self::Erase, false, Erasing::Mask) => Some(Verb::Mask),
            (Self::Erase, false, _) => Some(Verb::Erase),
            (Self::Erase, true, _) => Some(Verb::TellErased),
            (Self::Correct, true, _) => Some(Verb::TellCorrected),
            (Self::Restrict, true, _) => Some(Verb::TellRestricted),
            (Self::Read, true, _) | (Self::Correct | Self::Restrict, false, _) => None,
        }
    }
}

/// Where a task begins: what is asked at once, or yields keys, is read first.
const fn first_step(system: &System, verb: Verb) -> Step {
    let reads = system.answers_at_once() || !system.yields.is_empty();
    match verb {
        Verb::Read => Step::Locate,
        _ if verb.tells() => Step::Act,
        _ if matches!(system.via, Via::Manual(_)) => Step::Act,
        _ if reads => Step::Locate,
        _ => Step::Act,
    }
}

impl App {
    /// Plans what every registered system has to do for a request; how many tasks that is. The job does
    /// them. Blocks.
    ///
    /// # Errors
    /// Where they are planned already, or no system has a part in it.
    pub fn plan_tasks(
        &self,
        grant: &Grant<WorkRequests>,
        case: CaseId,
        run: Run,
        identifiers: &Identifiers,
    ) -> Result<usize, Refusal> {
        let systems = self.systems()?;
        let all: Vec<&System> = systems.iter().collect();
        let held = self.store.read(|tx| tx.tasks_of(case))?;
        let mut tasks = Vec::new();
        for (place, one) in ordered(&all).iter().enumerate() {
            let Some(verb) = run.verb(one.system) else {
                continue;
            };
            if held
                .iter()
                .any(|task| task.system == one.system.id && task.verb == verb)
            {
                return Err(Refusal::Conflict {
                    code: "tasks_planned",
                    what: "the tasks of this request are planned already".into(),
                });
            }
            tasks.push(NewTask {
                id: TaskId::new(self.now(), self.entropy())?,
                system: one.system.id.clone(),
                verb,
                place: i32::try_from(place).unwrap_or(i32::MAX),
                progress: Progress::at(first_step(one.system, verb)),
                private: Personal::new(Private {
                    known: identifiers.reveal().clone(),
                    rows: Vec::new(),
                }),
            });
        }
        let count = tasks.len();
        if count > 0 {
            let by = grant.clone();
            self.store
                .write_blocking(grant, Order::at(self.now()), move |tx| {
                    Ok::<_, Refusal>(tx.plan_tasks(&by, case, &tasks)?.with(()))
                })?;
        }
        Ok(count)
    }

    /// The tasks of a request, in their order. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn tasks_of(
        &self,
        _grant: &Grant<WorkRequests>,
        case: CaseId,
    ) -> Result<Vec<super::StoredTask>, Refusal> {
        Ok(self.store.read(|tx| tx.tasks_of(case))?)
    }
}
