//! Does what is due: announces it, and erases once the notice is over. Each erasure is one like any other, with
//! its entry and its ground. A run begins with an entry, of which there is one a day on whichever node, and ends
//! with one; what a run that was cut off left, the next takes up.

use super::super::erase::{ask_systems, suppress_all};
use super::super::open::App;
use super::super::refusal::Refusal;
use super::due::{Counting, DueList};
use super::{alone, held, rules};
use crate::access::{EraseSubjects, Grant, KeepRetention};
use crate::domain::duration::CalendarPeriod;
use crate::domain::event::PublicKind;
use crate::domain::ids::SubjectId;
use crate::domain::registry::ErasureReason;
use crate::domain::retention::Periods;
use crate::domain::systems::System;
use crate::store::{Committed, Erasure, Order, Recorded, WriteTx};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::sync::Arc;

/// Persons between two looks at whether the schedule was told to wait.
const BETWEEN_LOOKS: usize = 50;
/// It is not the turn of this node, or of this person.
const NOT_NOW: &str = "not_now";

/// What came of looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    /// Nobody is due.
    Nothing,
    /// What is due was announced.
    Announced,
    /// The notice is not over, or everybody who is due is kept.
    Waits,
    /// The DPO has the schedule wait.
    Paused,
    /// It ran today already.
    Today,
    /// So many persons were erased.
    Erased(u64),
}

impl App {
    /// Looks what is due, and does it where its time has come. Blocks for as long as that takes.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn keep_retention(
        &self,
        grant: &Grant<KeepRetention>,
        erasing: &Grant<EraseSubjects>,
    ) -> Result<Ran, Refusal> {
        let (list, ripe) = self.count_due(grant)?;
        let kept: u64 = list.kept.values().sum();
        if list.persons.due <= kept {
            return Ok(if list.persons.due > 0 {
                Ran::Waits
            } else {
                Ran::Nothing
            });
        }
        let counting = self.counting(grant)?;
        if self.announce_periods(grant, &counting)? {
            return Ok(Ran::Announced);
        }
        if self.schedule(grant)?.paused_on.is_some() {
            return Ok(Ran::Paused);
        }
        if ripe.is_empty() {
            return Ok(Ran::Waits);
        }
        if !self.begin_run(grant, &counting, &list, ripe.len())? {
            return Ok(Ran::Today);
        }
        let erased = self.erase_ripe(grant, erasing, &ripe);
        // what was done is swept and told, also where the rest failed
        self.sweep_now();
        let (count, failed) = erased;
        self.end_run(grant, &counting, count)?;
        failed.map_or(Ok(Ran::Erased(count)), Err)
    }

    /// Announces the rules, unless these are announced; whether it did.
    fn announce_periods(
        &self,
        grant: &Grant<KeepRetention>,
        counting: &Counting,
    ) -> Result<bool, Refusal> {
        let rules = rules(&counting.periods, self.keeping);
        let (actor, day) = (grant.clone(), counting.today);
        let announced = self.write_alone(grant, move |tx| {
            if held(tx, &actor)?.since(&rules).is_some() {
                return Err(not_now());
            }
            let told = json!({ "act": "announced", "on": day, "rules": rules });
            let entry = tx.act_on_retention(&actor, PublicKind::RetentionAnnounced, told, None);
            Ok(entry.with(()))
        });
        Ok(announced?.is_some())
    }

    /// Begins the run of a day; whether nobody had.
    fn begin_run(
        &self,
        grant: &Grant<KeepRetention>,
        counting: &Counting,
        list: &DueList,
        planned: usize,
    ) -> Result<bool, Refusal> {
        let (actor, day) = (grant.clone(), counting.today);
        let told = json!({
            "act": "begun", "on": day, "due": list.persons.due, "kept": list.kept, "planned": planned,
        });
        let begun = self.write_alone(grant, move |tx| {
            let stands = held(tx, &actor)?;
            if stands.began(day) || stands.paused_on.is_some() {
                return Err(not_now());
            }
            let kind = PublicKind::RetentionBegun;
            let entry = tx.act_on_retention(&actor, kind, told.clone(), Some(day));
            Ok(entry.with(()))
        });
        Ok(begun?.is_some())
    }

    fn end_run(
        &self,
        grant: &Grant<KeepRetention>,
        counting: &Counting,
        erased: u64,
    ) -> Result<(), Refusal> {
        let (actor, day) = (grant.clone(), counting.today);
        let told = json!({ "act": "ended", "on": day, "erased": erased });
        self.write_alone(grant, move |tx| {
            let kind = PublicKind::RetentionEnded;
            let entry = tx.act_on_retention(&actor, kind, told.clone(), None);
            Ok(entry.with(()))
        })
        .map(drop)
    }

    /// One write, and what it answers; `None` where it was not its turn.
    pub(super) fn write_alone<T>(
        &self,
        grant: &Grant<KeepRetention>,
        act: impl Fn(&mut WriteTx<'_>) -> Result<Recorded<T>, Refusal> + Send + 'static,
    ) -> Result<Option<T>, Refusal>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        in_turn(self.store.write_blocking(grant, alone(self.now()), act))
    }

    /// Erases one after the other, until somebody has the schedule wait; how many, and what went wrong.
    fn erase_ripe(
        &self,
        grant: &Grant<KeepRetention>,
        erasing: &Grant<EraseSubjects>,
        ripe: &[SubjectId],
    ) -> (u64, Option<Refusal>) {
        let mut count = 0;
        for some in ripe.chunks(BETWEEN_LOOKS) {
            let waits = self.goes_on().map_err(Refusal::from);
            match waits.and_then(|()| self.schedule(grant)) {
                Ok(stands) if stands.paused_on.is_some() => return (count, None),
                Ok(_) => {}
                Err(error) => return (count, Some(error)),
            }
            let counting = match self.counting(grant) {
                Ok(counting) => Arc::new(counting),
                Err(error) => return (count, Some(error)),
            };
            for subject in some {
                match self.erase_due((grant, erasing), &counting, *subject) {
                    Ok(erased) => count += u64::from(erased),
                    Err(error) => return (count, Some(error)),
                }
            }
        }
        (count, None)
    }

    /// Erases somebody whose time is over, if it still is and nothing keeps them; whether it did. A no of
    /// theirs stays, as a keyed hash.
    fn erase_due(
        &self,
        (grant, erasing): (&Grant<KeepRetention>, &Grant<EraseSubjects>),
        counting: &Arc<Counting>,
        subject: SubjectId,
    ) -> Result<bool, Refusal> {
        // decisions about them that wait go with the rest
        (self.recorder.sealing())()?;
        let counting = counting.clone();
        let order = Order {
            subjects: vec![subject],
            ..alone(self.now())
        };
        let (keeper, eraser, keeping) = (grant.clone(), erasing.clone(), self.keeping);
        let done = self.store.write_blocking(erasing, order, move |tx| {
            let found = tx.aged(&keeper, subject, counting.today)?;
            let (aged, kept) = found.ok_or_else(not_now)?;
            let periods = Periods::of(tx.catalogue(), keeping.proof);
            let due_on = counting
                .due_on(&aged)
                .filter(|_| periods == counting.periods);
            let ripe = due_on.is_some_and(|on| counting.is_ripe(keeping, &aged, on));
            if kept.is_some() || !ripe {
                return Err(not_now());
            }
            ask_systems(tx, &eraser, subject, |system| {
                goes_with_the_file(system, |period| counting.is_over(&aged, period))
            })?;
            let suppressed = if aged.said_no {
                suppress_all(tx, &eraser, subject)?
            } else {
                0
            };
            let why = Erasure {
                reason: ErasureReason::RetentionExpired,
                reference: Some(format!("RET-{}", counting.today)),
                suppressed,
            };
            Ok::<_, Refusal>(tx.erase(&eraser, subject, &why)?.0.with(()))
        });
        Ok(in_turn(done)?.is_some())
    }

    pub(super) fn sweep_now(&self) {
        if let Err(error) = self.store.sweep(&self.serve) {
            tracing::warn!(%error, "what was erased may still stand in the database's files for a while");
        }
    }
}

/// A system erases where the person's time there is over too, by the period that it names; a recipient is told.
/// A system that names none, or a longer one, keeps what it has by its own rules.
fn goes_with_the_file(system: &System, is_over: impl Fn(CalendarPeriod) -> bool) -> bool {
    system.recipient || system.kept_for().is_some_and(is_over)
}

/// What a write answered; `None` where it was not its turn.
fn in_turn<T>(done: Result<Committed<T>, Refusal>) -> Result<Option<T>, Refusal> {
    match done {
        Ok(done) => Ok(Some(done.value)),
        Err(Refusal::Conflict { code: NOT_NOW, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn not_now() -> Refusal {
    Refusal::conflict(NOT_NOW, "it is not the time for it")
}
