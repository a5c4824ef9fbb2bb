//! What each system has to do for a request.

use super::Private;
use super::StoredTask;
use crate::access::{Grant, WorkRequests};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::{CaseId, TaskId};
use crate::domain::personal::Personal;
use crate::domain::registry::{Identifier, Slug};
use crate::domain::requests::RequestKind;
use crate::domain::systems::{Erasing, Progress, Step, System, Verb, Via, ordered};
use crate::store::{Entry, NewTask, Order, Plans, WriteTx};
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
    /// Objection: recipients are told.
    Object,
    /// Death: recipients are told, and all systems that are not asked by statements.
    Death,
}

impl From<RequestKind> for Run {
    fn from(kind: RequestKind) -> Self {
        match kind {
            RequestKind::Access | RequestKind::Portability => Self::Read,
            RequestKind::Erasure => Self::Erase,
            RequestKind::Rectification => Self::Correct,
            RequestKind::Restriction => Self::Restrict,
            RequestKind::Objection => Self::Object,
        }
    }
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
            (Self::Object, true, _) => Some(Verb::TellObjected),
            (Self::Death, true, _) => Some(Verb::TellDeceased),
            (Self::Death, false, _) if !system.answers_at_once() => Some(Verb::TellDeceased),
            (Self::Read, true, _)
            | (Self::Death | Self::Correct | Self::Restrict | Self::Object, false, _) => None,
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

/// The identifiers of a person, as systems are asked by them.
#[must_use]
pub fn brought(own: &[Identifier]) -> Identifiers {
    let mut all: BTreeMap<Slug, BTreeSet<String>> = BTreeMap::new();
    for one in own {
        if let Ok(kind) = one.kind().as_str().parse() {
            all.entry(kind).or_default().insert(one.reveal().to_owned());
        }
    }
    Personal::new(all)
}

/// Those that have a part in it and were given none of these tasks yet, in their places.
#[must_use]
pub fn left_out(systems: &[System], held: &[StoredTask], run: Run) -> Vec<(usize, Slug, Verb)> {
    let all: Vec<&System> = systems.iter().collect();
    let part = |(place, system): (usize, &System)| {
        let verb = run.verb(system)?;
        let has = |task: &StoredTask| task.system == system.id && task.verb == verb;
        (!held.iter().any(has)).then(|| (place, system.id.clone(), verb))
    };
    let order = ordered(&all);
    let places = order.iter().map(|one| one.system).enumerate();
    places.filter_map(part).collect()
}

/// Plans what every registered system has to do for a request and was not given yet, within a write;
/// `None` where that is nothing.
///
/// # Errors
/// Where the data cannot be read or randomness is missing.
pub fn plan<P: Plans>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    asked: (CaseId, Run),
    identifiers: &Identifiers,
) -> Result<Option<(Entry, usize)>, Refusal> {
    plan_some(tx, grant, asked, identifiers, |_| true)
}

/// The same for those systems alone that `has_part` picks.
///
/// # Errors
/// As [`plan`].
pub fn plan_some<P: Plans>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    (case, run): (CaseId, Run),
    identifiers: &Identifiers,
    has_part: impl Fn(&System) -> bool,
) -> Result<Option<(Entry, usize)>, Refusal> {
    let mut systems = tx.systems(grant)?;
    systems.retain(has_part);
    let held = tx.tasks_of(grant, case)?;
    let mut tasks = Vec::new();
    for (place, id, verb) in left_out(&systems, &held, run) {
        let Some(system) = systems.iter().find(|system| system.id == id) else {
            continue;
        };
        tasks.push(NewTask {
            id: TaskId::new(tx.now(), tx.entropy())?,
            system: id,
            verb,
            place: i32::try_from(place).unwrap_or(i32::MAX),
            progress: Progress::at(first_step(system, verb)),
            private: Personal::new(Private {
                known: identifiers.reveal().clone(),
                rows: Vec::new(),
            }),
        });
    }
    if tasks.is_empty() {
        return Ok(None);
    }
    Ok(Some((tx.plan_tasks(grant, case, &tasks)?, tasks.len())))
}

impl App {
    /// Plans what every registered system has to do; how many tasks that is. The job does them. Blocks.
    ///
    /// # Errors
    /// Where no registered system has a part in it.
    pub fn plan_tasks(
        &self,
        grant: &Grant<WorkRequests>,
        case: CaseId,
        run: Run,
        identifiers: &Identifiers,
    ) -> Result<usize, Refusal> {
        let (by, brought) = (grant.clone(), identifiers.clone());
        let order = Order {
            alone: true,
            ..Order::at(self.now())
        };
        let done = self.store.write_blocking(grant, order, move |tx| {
            let planned = plan(tx, &by, (case, run), &brought)?;
            let (entry, count) = planned.ok_or_else(nobody_has_a_part)?;
            Ok::<_, Refusal>(entry.with(count))
        })?;
        Ok(done.value)
    }

    /// The tasks of a request, in their order. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn tasks_of(
        &self,
        _grant: &Grant<WorkRequests>,
        case: CaseId,
    ) -> Result<Vec<StoredTask>, Refusal> {
        Ok(self.store.read(|tx| tx.tasks_of(case))?)
    }
}

pub(in crate::app) fn nobody_has_a_part() -> Refusal {
    Refusal::Conflict {
        code: "no_system_left",
        what: "every registered system that has a part in this was given its task already".into(),
    }
}
