//! What a request has other systems do: planned with the entry by which it is known who asks, held while that is
//! in doubt, given up with the request, and over before it is said to be fulfilled.

use super::act::order;
use super::view::today;
use crate::access::{Grant, KeepRequests, WorkRequests};
use crate::app::holds::not_held;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::app::systems::{
    Run, Said, StoredTask, begin_again, brought, changed_meanwhile, left_out, nobody_has_a_part,
    plan_within,
};
use crate::domain::event::Actor;
use crate::domain::ids::{CaseId, DsrId, SubjectId, TaskId};
use crate::domain::personal::Personal;
use crate::domain::requests::{Act, Ground, Outcome as Answered, Request, RequestKind, State};
use crate::domain::systems::{Outcome, System, Verb};
use crate::domain::time::Now;
use crate::store::{
    Committed, Entry, IdempotencyKey, Order, Plans, ReadsRequests, Records, StoredDsr, WriteTx,
};
use chrono::{Days, NaiveDate, TimeDelta};

/// So many days after the answer what a reading found is kept: the person's package is made of it.
const KEPT: Days = Days::new(30);

/// The same for what is no request's.
const LATE: TimeDelta = TimeDelta::days(30);

/// Why tasks of a request that has its answer are given up. It stays in the log.
const GIVEN_UP: &str = "the request was refused or closed";

/// Whether other systems may be asked: a no needs no proof, anything else does.
const fn may_ask(request: &Request) -> bool {
    request.identity.is_some() || !request.receipt.kind.needs_identity()
}

/// Plans what other systems have to do for a request that is not in doubt, by the identifiers that are the
/// person's. What they only named is nobody's until it is proven: nobody is asked by it.
pub(super) fn plan<P: Plans>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    request: &Request,
    subject: SubjectId,
) -> Result<Option<(Entry, usize)>, Refusal> {
    if !may_ask(request) {
        return Ok(None);
    }
    let own = tx.own_identifiers(grant, subject)?;
    let run = Run::from(request.receipt.kind);
    plan_within(tx, grant, (CaseId::of(request.id), run), &brought(&own))
}

/// Plans it without anybody's further doing, but for an erasure: what is gone elsewhere does not come back, so that
/// somebody weighs the exceptions (art. 17(3)) and begins it ([`App::plan_request_tasks`]).
pub(super) fn plan_by_itself<P: Plans>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    request: &Request,
    subject: SubjectId,
) -> Result<Option<(Entry, usize)>, Refusal> {
    if request.receipt.kind == RequestKind::Erasure {
        return Ok(None);
    }
    plan(tx, grant, request, subject)
}

/// What an act means for the tasks, in its own transaction.
pub(super) fn follow<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    (held, next): (&StoredDsr, &Request),
    act: &Act,
) -> Result<(), Refusal> {
    let case = CaseId::of(next.id);
    match act {
        Act::Identify { .. } => {
            tx.wake_tasks(grant, case)?;
            if let Some(subject) = held.subject.and_then(|one| tx.resolve(one)) {
                let _planned = plan_by_itself(tx, grant, next, subject)?;
            }
        }
        Act::AskIdentity { .. } if !may_ask(next) => tx.hold_tasks(grant, case)?,
        Act::Fulfil { except, .. } => {
            all_over(tx, grant, held, *except)?;
            forget_unless_read(tx, grant, next)?;
        }
        Act::Refuse { .. } | Act::Close { .. } => {
            tx.stop_tasks(grant, case, GIVEN_UP)?;
            forget_unless_read(tx, grant, next)?;
            tx.drop_corrections(grant, next.id)?;
        }
        Act::DropCorrection { .. } => tx.drop_corrections(grant, next.id)?,
        Act::AskIdentity { .. }
        | Act::Correct { .. }
        | Act::Confirm { .. }
        | Act::Challenge { .. }
        | Act::Extend { .. }
        | Act::Assign { .. } => {}
    }
    Ok(())
}

/// Whether a package is made of what was found.
const fn is_read(request: &Request) -> bool {
    let State::Done(answered) = request.state else {
        return false;
    };
    let reads = matches!(
        request.receipt.kind,
        RequestKind::Access | RequestKind::Portability
    );
    reads
        && matches!(
            answered,
            Answered::Fulfilled(_) | Answered::PartlyFulfilled(..)
        )
}

fn forget_unless_read<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    next: &Request,
) -> Result<(), Refusal> {
    if !is_read(next) {
        let _forgotten = tx.forget_found(grant.actor(), CaseId::of(next.id))?;
    }
    Ok(())
}

/// A request is done when every system did its part, and what one keeps has a ground.
pub(super) fn all_over<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    held: &StoredDsr,
    except: Option<Ground>,
) -> Result<(), Refusal> {
    let request = &held.request;
    let tasks = tx.tasks_of(grant, CaseId::of(request.id))?;
    let open: Vec<String> = tasks.iter().filter_map(left_to_do).collect();
    if !open.is_empty() {
        return Err(Refusal::Conflict {
            code: "tasks_open",
            what: format!("other systems are not through with it: {}", open.join("; ")),
        });
    }
    // whoever was erased can no longer be asked for
    if held.subject.is_some() {
        let systems = tx.systems(grant)?;
        let missing = left_out(&systems, &tasks, Run::from(request.receipt.kind));
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|one| one.1.to_string()).collect();
            return Err(Refusal::Conflict {
                code: "tasks_missing",
                what: format!(
                    "nothing was asked of {} yet; have it asked with POST /v1/requests/{}/tasks, and wait for it",
                    names.join(", "),
                    request.id
                ),
            });
        }
    }
    let kept: Vec<String> = tasks.iter().filter_map(kept_back).collect();
    if except.is_none() && !kept.is_empty() {
        return Err(Refusal::Conflict {
            code: "ground_missing",
            what: format!(
                "a part was not done: {}; tell the person of it, and say on which ground with except \
                 (GET /v1/requests/grounds)",
                kept.join("; ")
            ),
        });
    }
    Ok(())
}

/// What of a task has to be done before the request is.
fn left_to_do(task: &StoredTask) -> Option<String> {
    let mend = "mend it, then POST …/tasks/{task}/retry, or have it done by hand and record that with …/outcome";
    let name = format!("{} ({})", task.system, task.id);
    match &task.progress.outcome {
        None if task.progress.awaited && task.due_at.is_none() => Some(format!(
            "{name} waits for somebody to {}: record what came of it with POST …/tasks/{{task}}/outcome",
            task.verb
        )),
        None => Some(format!("{name} is still to {}: wait for it", task.verb)),
        Some(Outcome::NotVerified { left }) => Some(format!(
            "{name} says that it did, and {left} are still there: {mend}"
        )),
        Some(Outcome::Failed { why }) => Some(format!("{name} failed, {why}: {mend}")),
        Some(_) => None,
    }
}

/// What a system did not do, and has a ground for. That a recipient could not be told is no part of it.
fn kept_back(task: &StoredTask) -> Option<String> {
    let system = &task.system;
    match &task.progress.outcome {
        _ if task.verb.tells() => None,
        Some(Outcome::LegalHold { ground, until }) => {
            let until = until.map(|day| format!(" until {day}")).unwrap_or_default();
            Some(format!("{system} keeps it{until}, {ground}"))
        }
        Some(Outcome::Refused { ground }) => Some(format!("{system} refused, {ground}")),
        Some(Outcome::Partly { why }) => Some(format!("{system} did a part, {why}")),
        _ => None,
    }
}

impl App {
    /// Plans the tasks of those systems that were given none: an erasure is begun by this; else they are
    /// registered since, or the person got a further identifier by which they are asked. How many that is.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is no such request, [`Refusal::Conflict`] where it has its answer,
    /// it is not known who asks, the person was erased or a legal hold stands on them, or no system is left.
    pub async fn plan_request_tasks(
        &self,
        grant: &Grant<KeepRequests>,
        id: DsrId,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<usize>, Refusal> {
        let subject = self.stored_request(grant, id).await?.subject;
        let (actor, day) = (grant.clone(), today(now, self.home_zone));
        self.store
            .write(grant, order(subject, now, idempotency), move |tx| {
                let held = tx.dsr(&actor, id)?.ok_or(super::act::NONE)?;
                let subject = in_work(&held).and_then(|subject| {
                    let gone = Refusal::conflict("person_erased", "the person was erased");
                    tx.resolve(subject).ok_or(gone)
                })?;
                if held.request.receipt.kind == RequestKind::Erasure {
                    not_held(tx, &actor, subject, day)?;
                }
                let planned = plan(tx, &actor, &held.request, subject)?;
                let (entry, count) = planned.ok_or_else(nobody_has_a_part)?;
                Ok(entry.with(count))
            })
            .await
    }

    /// Has a task of a request done again, asking by all that is the person's now.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where the request has no such task, [`Refusal::Conflict`] where it did not fail,
    /// or the request does not allow it.
    pub async fn retry_request_task(
        &self,
        grant: &Grant<KeepRequests>,
        (id, task): (DsrId, TaskId),
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<()>, Refusal> {
        let subject = self.stored_request(grant, id).await?.subject;
        let actor = grant.clone();
        self.store
            .write(grant, order(subject, now, idempotency), move |tx| {
                let held = tx.dsr(&actor, id)?.ok_or(super::act::NONE)?;
                let tasks = tx.tasks_of(&actor, CaseId::of(id))?;
                let mut task = tasks
                    .into_iter()
                    .find(|one| one.id == task)
                    .ok_or(NO_TASK)?;
                in_work(&held)?;
                begin_again(&mut task, now)?;
                if let (Some(subject), Some(private)) = (
                    held.subject.and_then(|one| tx.resolve(one)),
                    task.private.take(),
                ) {
                    let mut private = private.reveal().clone();
                    for (kind, values) in brought(&tx.own_identifiers(&actor, subject)?).reveal() {
                        let known = private.known.entry(kind.clone()).or_default();
                        known.extend(values.iter().cloned());
                    }
                    task.private = Some(Personal::new(private));
                }
                let entry = tx.task_again(&actor, &task)?;
                Ok(entry.ok_or_else(changed_meanwhile)?.with(()))
            })
            .await
    }

    /// The tasks of a request in their order, each with its system where it is still registered. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is no such request.
    pub fn request_tasks<P: ReadsRequests>(
        &self,
        grant: &Grant<P>,
        id: DsrId,
    ) -> Result<Vec<(StoredTask, Option<System>)>, Refusal> {
        let tasks = self.store.read(|tx| {
            tx.dsr(grant, id)?.ok_or(super::act::NONE)?;
            Ok::<_, Refusal>(tx.tasks_of(CaseId::of(id))?)
        })?;
        let systems = self.systems()?;
        let with = |task: StoredTask| {
            let system = systems.iter().find(|one| one.id == task.system).cloned();
            (task, system)
        };
        Ok(tasks.into_iter().map(with).collect())
    }

    /// Writes down what a person says of a task of a request. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where the request has no such task, [`Refusal::Conflict`] where the request has
    /// its answer or the task does not wait for anybody.
    pub fn record_task_outcome(
        &self,
        (grant, working): (&Grant<KeepRequests>, &Grant<WorkRequests>),
        (id, task): (DsrId, TaskId),
        said: Said,
    ) -> Result<StoredTask, Refusal> {
        self.store.read(|tx| {
            let held = tx.dsr(grant, id)?.ok_or(super::act::NONE)?;
            let tasks = tx.tasks_of(CaseId::of(id))?;
            tasks.iter().find(|one| one.id == task).ok_or(NO_TASK)?;
            may_work(&held.request)
        })?;
        self.record_outcome(working, task, said)
    }

    /// Destroys what was found for requests that are over, each with an entry: of those that read some
    /// days after the answer, of the others at once. How many there were. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn forget_over(&self) -> Result<usize, Refusal> {
        let today = today(self.now(), self.home_zone);
        let kept = self.store.read(|tx| tx.kept_finds(&self.serve))?;
        let mut count = 0;
        for one in kept.iter().filter(|one| is_due(&one.request, today)) {
            count += usize::from(self.forget_case(CaseId::of(one.request.id))?);
        }
        count += self.forget_cases()?;
        if count > 0
            && let Err(error) = self.store.sweep(&self.serve)
        {
            tracing::warn!(%error, "what was forgotten may still stand in the database's files for a while");
        }
        Ok(count)
    }

    /// The same for cases that are no request's: a death, an end by schedule, a command. Once every system has
    /// done its part, nobody needs to know any more whom it was about; what did not end well can be tried
    /// again for some days.
    fn forget_cases(&self) -> Result<usize, Refusal> {
        let kept = self.store.read(|tx| tx.kept_cases(&self.serve))?;
        let late = (self.now().utc() - LATE).timestamp_micros();
        let mut count = 0;
        for (case, changed_at) in kept {
            let tasks = self.store.read(|tx| tx.tasks_of(case))?;
            let ended = tasks.iter().all(|one| one.progress.outcome.is_some());
            let well = |one: &StoredTask| {
                one.verb != Verb::Read && one.progress.outcome == Some(Outcome::Done)
            };
            if ended && (changed_at < late || tasks.iter().all(well)) {
                count += usize::from(self.forget_case(case)?);
            }
        }
        Ok(count)
    }

    /// Destroys what was found for one request; whether there was something.
    pub(in crate::app) fn forget_case(&self, case: CaseId) -> Result<bool, Refusal> {
        let order = Order {
            alone: true,
            ..Order::at(self.now())
        };
        let actor = Actor::System;
        let done = self.store.write_blocking(&self.serve, order, move |tx| {
            let entry = tx.forget_found(&actor, case)?;
            let none = Refusal::NotFound(NOTHING_KEPT);
            Ok::<_, Refusal>(entry.ok_or(none)?.with(()))
        });
        match done {
            Ok(_) => Ok(true),
            Err(Refusal::NotFound(NOTHING_KEPT)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

const NOTHING_KEPT: &str = "anything that was found for this request";

fn is_due(request: &Request, today: NaiveDate) -> bool {
    let on = match request.state {
        State::Done(Answered::Fulfilled(on) | Answered::PartlyFulfilled(on, _))
            if is_read(request) =>
        {
            on
        }
        _ => return !request.is_open(),
    };
    on.checked_add_days(KEPT).is_some_and(|until| until < today)
}

const NO_TASK: Refusal = Refusal::NotFound("a task of this request with this id");

fn in_work(held: &StoredDsr) -> Result<SubjectId, Refusal> {
    may_work(&held.request)?;
    let gone = "the person was erased, and by what they were known";
    held.subject.ok_or(Refusal::conflict("person_erased", gone))
}

fn may_work(request: &Request) -> Result<(), Refusal> {
    if !request.is_open() {
        let what = "the request has its answer already; a new wish of the person is a new request";
        return Err(Refusal::conflict("request_answered", what));
    }
    if !may_ask(request) {
        let what = "it is not known yet who asks; first record that with identity";
        return Err(Refusal::conflict("identity_missing", what));
    }
    Ok(())
}
