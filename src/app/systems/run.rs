//! Does the tasks of requests, step by step.

use super::reach::{Answer, Call, Fault, Reach};
use super::{Private, StoredTask};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::audit::encoding::hex;
use crate::audit::tree::sha256;
use crate::domain::event::Actor;
use crate::domain::ids::CaseId;
use crate::domain::personal::Personal;
use crate::domain::registry::{IdentifierKind, Slug};
use crate::domain::systems::{Erasing, Failure, Heard, Outcome, Step, System, begun, heard};
use crate::store::Order;
use chrono::TimeDelta;
use serde_json::Value;
use std::collections::BTreeSet;

/// Requests that are looked at in one round.
const CASES: i64 = 50;
/// Seconds that a step may take beyond what its system is given, before another node takes it up.
const GRACE: i64 = 5;
/// Seconds after which is looked again whether those before are done.
const AGAIN: i64 = 5;

/// Whether a task can go on.
enum Turn {
    Now,
    /// Others are read first.
    Wait,
    /// It is over without the system.
    Over(Outcome),
}

impl App {
    /// Does everything that is due; whether there was something. Blocks for as long as that takes.
    ///
    /// # Errors
    /// Where the data cannot be read or written. What a system does wrong is in its task.
    pub fn run_tasks(&self, reach: &dyn Reach) -> Result<bool, Refusal> {
        let cases = self.store.read(|tx| tx.due_cases(self.now(), CASES))?;
        let mut any = false;
        for case in cases {
            any |= self.run_case(reach, case)?;
        }
        Ok(any)
    }

    /// Does what is due of one request; whether there was something. Blocks.
    ///
    /// # Errors
    /// As [`Self::run_tasks`].
    pub fn run_case(&self, reach: &dyn Reach, case: CaseId) -> Result<bool, Refusal> {
        let systems = self.systems()?;
        let mut any = false;
        loop {
            let tasks = self.store.read(|tx| tx.tasks_of(case))?;
            let due = |task: &&StoredTask| task.due_at.is_some_and(|at| at <= self.now().utc());
            let mut waiting = Vec::new();
            let mut moved = false;
            for task in tasks.iter().filter(due) {
                let system = systems.iter().find(|system| system.id == task.system);
                match turn(task, system, &tasks, &systems) {
                    Turn::Wait => {
                        waiting.push(task.clone());
                        continue;
                    }
                    Turn::Over(outcome) => self.end(task.clone(), outcome)?,
                    Turn::Now => match system {
                        Some(system) => self.step(reach, system, task.clone(), &tasks, &systems)?,
                        None => continue,
                    },
                }
                moved = true;
                break;
            }
            any |= moved;
            if !moved {
                waiting
                    .into_iter()
                    .try_for_each(|task| self.postpone(task))?;
                return Ok(any);
            }
        }
    }

    fn postpone(&self, mut task: StoredTask) -> Result<(), Refusal> {
        let now = self.now();
        task.due_at = Some(now.utc() + TimeDelta::seconds(AGAIN));
        // whoever changed it meanwhile knows better
        self.store
            .keep_task(&self.serve, &mut task, now, self.entropy())?;
        Ok(())
    }

    fn end(&self, mut task: StoredTask, outcome: Outcome) -> Result<(), Refusal> {
        task.progress.outcome = Some(outcome);
        task.due_at = None;
        self.write_end(task, &Actor::System).map(drop)
    }

    /// Writes down that a task is over; whether it was still as it was read.
    pub(super) fn write_end(&self, task: StoredTask, actor: &Actor) -> Result<bool, Refusal> {
        let actor = actor.clone();
        let written = self
            .store
            .write_blocking(&self.serve, Order::at(self.now()), move |tx| {
                let entry = tx.task_ended(&actor, &task)?;
                let entry = entry.ok_or_else(changed_meanwhile)?;
                Ok::<_, Refusal>(entry.with(()))
            });
        match written {
            Ok(_) => Ok(true),
            Err(Refusal::Conflict { code: CHANGED, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Begins a step, has it done, and keeps what came of it.
    fn step(
        &self,
        reach: &dyn Reach,
        system: &System,
        mut task: StoredTask,
        tasks: &[StoredTask],
        systems: &[System],
    ) -> Result<(), Refusal> {
        let now = self.now();
        let lease = TimeDelta::seconds(i64::from(system.timeout) + GRACE);
        task.progress = begun(&task.progress);
        task.due_at = Some(now.utc() + lease);
        let known = gathered(&task, system, tasks, systems);
        let keys = Personal::new(
            known
                .reveal()
                .known
                .get(&system.asks_by)
                .map_or_else(Vec::new, |values| values.iter().cloned().collect()),
        );
        task.private = Some(known);
        if !self
            .store
            .keep_task(&self.serve, &mut task, now, self.entropy())?
        {
            return Ok(());
        }
        let call = Call {
            system,
            task: task.id,
            case: task.case,
            verb: task.verb,
            step: task.progress.step,
            keys: &keys,
        };
        // where those that lead here found nobody, there is nobody to ask for
        let answer = match keys.reveal().is_empty() {
            true if task.verb.tells() => {
                let ground = "nobody to tell of: those that lead to it found nobody".to_owned();
                return self.end(task, Outcome::Refused { ground });
            }
            true => Ok(Answer::Rows(Personal::new(Vec::new()))),
            false => reach.call(&call),
        };
        self.take(reach, system, task, answer).map(drop)
    }

    /// Keeps what a system answered; whether the task was still as it was read.
    pub(super) fn take(
        &self,
        reach: &dyn Reach,
        system: &System,
        mut task: StoredTask,
        answer: Result<Answer, Fault>,
    ) -> Result<bool, Refusal> {
        let (what, rows) = understood(system, answer);
        if let (Some(rows), Some(private)) = (rows, task.private.take()) {
            task.private = Some(keep(&task, system, private, rows));
        }
        let (mut progress, again) = heard(&task.progress, task.verb, what);
        if progress.step == Step::Act
            && progress.outcome.is_none()
            && system.on_erasure == Erasing::Keep
            && task.verb.erases()
        {
            progress.outcome = Some(hold(system));
        }
        task.progress = progress;
        let now = self.now();
        if task.progress.outcome.is_some() {
            task.due_at = None;
            let id = task.id;
            let kept = self.write_end(task, &Actor::System)?;
            if kept {
                reach.settle(system, id);
            }
            told(kept);
            return Ok(kept);
        }
        task.due_at = again.map(|seconds| now.utc() + TimeDelta::seconds(seconds.into()));
        let kept = self
            .store
            .keep_task(&self.serve, &mut task, now, self.entropy())?;
        told(kept);
        Ok(kept)
    }
}

const CHANGED: &str = "task_changed";

pub(in crate::app) fn changed_meanwhile() -> Refusal {
    Refusal::Conflict {
        code: CHANGED,
        what: "somebody changed this task meanwhile; look at it again".into(),
    }
}

fn told(kept: bool) {
    if !kept {
        tracing::warn!("a step of a task was taken up by two; the one that came later is not kept");
    }
}

pub(super) fn hold(system: &System) -> Outcome {
    let hold = system.hold.as_ref();
    Outcome::LegalHold {
        ground: hold.map(|hold| hold.ground.clone()).unwrap_or_default(),
        until: hold.and_then(|hold| hold.until),
    }
}

/// The tasks of the systems that yield what this one is asked by.
fn yielders<'a>(
    task: &'a StoredTask,
    system: &'a System,
    tasks: &'a [StoredTask],
    systems: &'a [System],
) -> impl Iterator<Item = (&'a StoredTask, &'a System)> {
    let of = move |other: &StoredTask| {
        systems
            .iter()
            .find(|one| one.id == other.system && one.yields.contains(&system.asks_by))
    };
    let same = move |other: &&StoredTask| {
        other.id != task.id
            && !other.verb.tells()
            && (other.verb.erases() == task.verb.erases() || task.verb.tells())
    };
    tasks
        .iter()
        .filter(same)
        .filter_map(move |other| Some((other, of(other)?)))
}

fn turn(
    task: &StoredTask,
    system: Option<&System>,
    tasks: &[StoredTask],
    systems: &[System],
) -> Turn {
    let Some(system) = system else {
        return Turn::Over(Outcome::Failed {
            why: Failure::Unregistered,
        });
    };
    if task.progress.step == Step::Act && task.verb.erases() && system.on_erasure == Erasing::Keep {
        return Turn::Over(hold(system));
    }
    let mut has_before = false;
    for (other, _) in yielders(task, system, tasks, systems) {
        has_before = true;
        match &other.progress.outcome {
            Some(Outcome::Failed { .. }) if other.progress.step == Step::Locate => {
                return Turn::Over(Outcome::Failed {
                    why: Failure::WaitsForOthers,
                });
            }
            None if other.progress.step == Step::Locate => return Turn::Wait,
            _ => {}
        }
    }
    let knows = task.private.as_ref().is_some_and(|private| {
        private
            .reveal()
            .known
            .get(&system.asks_by)
            .is_some_and(|keys| !keys.is_empty())
    });
    let brought = IdentifierKind::parse(system.asks_by.as_str()).is_some();
    if brought && !knows && !has_before {
        return Turn::Over(Outcome::Partly {
            why: format!("not asked: the request brings no {}", system.asks_by),
        });
    }
    Turn::Now
}

/// What is known of the person where this system is asked: what the request brought, and what those
/// before it yielded.
fn gathered(
    task: &StoredTask,
    system: &System,
    tasks: &[StoredTask],
    systems: &[System],
) -> Personal<Private> {
    let own = task.private.as_ref().map(Personal::reveal).cloned();
    let mut own = own.unwrap_or_default();
    let mut keys = own.known.remove(&system.asks_by).unwrap_or_default();
    for (other, _) in yielders(task, system, tasks, systems) {
        let found = other
            .private
            .as_ref()
            .and_then(|one| one.reveal().known.get(&system.asks_by));
        keys.extend(found.into_iter().flatten().cloned());
    }
    own.known.insert(system.asks_by.clone(), keys);
    Personal::new(own)
}

/// What was answered, without what is about others, and the rows of it.
fn understood(system: &System, answer: Result<Answer, Fault>) -> (Heard, Option<Vec<Value>>) {
    let limit = usize::try_from(system.most_rows).unwrap_or(usize::MAX);
    match answer {
        Ok(Answer::Rows(rows)) if rows.reveal().len() > limit => {
            (Heard::Fault(Failure::TooManyRows), None)
        }
        Ok(Answer::Rows(rows)) => {
            let rows = own(system, rows);
            let digest = digest(&rows);
            let found = Heard::Found {
                rows: rows.len() as u64,
                digest,
            };
            (found, Some(rows))
        }
        Ok(Answer::Changed(rows)) => (Heard::Changed(rows), None),
        Ok(Answer::Later(again)) => (Heard::Later(again), None),
        Ok(Answer::Said(reply)) => {
            let rows = own(system, reply.rows);
            let count = reply.count.max(rows.len() as u64);
            let said = Heard::Said(reply.outcome, count, digest(&rows));
            (said, Some(rows))
        }
        Err(fault) => (Heard::Fault(fault.why), None),
    }
}

fn own(system: &System, rows: Personal<Vec<Value>>) -> Vec<Value> {
    let mut rows = rows.reveal().clone();
    for row in rows.iter_mut().filter_map(Value::as_object_mut) {
        row.retain(|column, _| !system.others.contains(column));
    }
    rows
}

fn digest(rows: &[Value]) -> String {
    hex(&sha256(&[&serde_json::to_vec(rows).unwrap_or_default()]))
}

/// Keeps what was found: the keys that lead on, and of a reading the rows.
pub(super) fn keep(
    task: &StoredTask,
    system: &System,
    private: Personal<Private>,
    rows: Vec<Value>,
) -> Personal<Private> {
    let mut kept = private.reveal().clone();
    for kind in &system.yields {
        let values: BTreeSet<String> = rows.iter().filter_map(|row| key(row, kind)).collect();
        kept.known.entry(kind.clone()).or_default().extend(values);
    }
    // of an erasure only the keys are needed
    if !task.verb.erases() && !task.verb.tells() {
        kept.rows = rows;
    }
    Personal::new(kept)
}

fn key(row: &Value, kind: &Slug) -> Option<String> {
    match row.get(kind.as_str())? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
