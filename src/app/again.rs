//! After a restore: what the register outside the database has and the database not is applied again,
//! before anything is served. After a crash likewise, where a commit did not come about whose block was
//! written.

use super::decisions::Recorder;
use crate::access::{ApplyAgain, Grant, Principal, Serve, authorize};
use crate::domain::ids::{Blind, Position, SubjectId};
use crate::domain::time::Clock;
use crate::store::keys::Keyring;
use crate::store::{Applied, Demand, Erasure, Gap, LaterAct, Marks, Order, Store, StoreError};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;

/// Acts that share a transaction.
const TOGETHER: usize = 500;

/// What was found and done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppliedAgain {
    /// How many entries the log had.
    pub restored_to: Position,
    /// How many it once had, as far as the register tells.
    pub register_to: Option<Position>,
    /// What was applied.
    pub applied: Applied,
    /// Files of the register that are lost.
    pub lost: usize,
}

/// How the register is looked at, when the service is opened.
#[derive(Debug, Clone)]
pub struct Look {
    /// Which of its files must be there.
    pub demand: Demand,
    /// Why it goes on without those that are not.
    pub reason: Option<String>,
}

impl Look {
    /// As every start looks.
    pub const USUAL: Self = Self {
        demand: Demand::Own,
        reason: None,
    };
}

/// What it takes.
pub(super) struct Again<'a> {
    pub store: &'a Arc<Store>,
    pub recorder: &'a Recorder,
    pub clock: &'a dyn Clock,
    pub serve: &'a Grant<Serve>,
}

/// Who was erased, and when.
#[derive(Default)]
struct Gone {
    records: HashMap<SubjectId, DateTime<Utc>>,
    contacts: HashMap<Blind, DateTime<Utc>>,
}

impl Gone {
    /// Notes an erasure; whether it is one.
    fn notes(&mut self, at: DateTime<Utc>, act: &LaterAct) -> bool {
        let LaterAct::Erased {
            records, contacts, ..
        } = act
        else {
            return false;
        };
        for record in records {
            let last = self.records.entry(*record).or_insert(at);
            *last = at.max(*last);
        }
        for contact in contacts {
            let last = self.contacts.entry(contact.0).or_insert(at);
            *last = at.max(*last);
        }
        true
    }

    /// Whether an act is of somebody who was erased after it.
    fn has(&self, at: DateTime<Utc>, act: &LaterAct, keys: &Keyring) -> bool {
        let Some(who) = act.who() else { return false };
        let later = |erased: &DateTime<Utc>| *erased >= at;
        let by_contact = || {
            let contacts = who.contacts(keys);
            let mut erased = contacts
                .iter()
                .filter_map(|one| self.contacts.get(&one.blind));
            erased.any(later)
        };
        self.records.get(&who.subject).is_some_and(later)
            || (!self.contacts.is_empty() && by_contact())
    }
}

/// Halts a write that has nothing to write.
enum Halt {
    Nothing,
    Store(StoreError),
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Again<'_> {
    /// Applies what is missing; `None` where nothing was.
    pub fn apply(&self, look: &Look, serves: bool) -> Result<Option<AppliedAgain>, StoreError> {
        let gap = self.store.gap(self.serve, look.demand)?;
        if gap.is_closed() {
            self.store.goes_on_with(gap, serves)?;
            return Ok(None);
        }
        let forbidden = |error: crate::access::Forbidden| StoreError::Log(error.to_string());
        let grant = authorize::<ApplyAgain>(&Principal::System).map_err(forbidden)?;
        let restored_to = self.store.read(|tx| tx.position(self.serve))?;
        let applied = self.acts(&grant, &gap)?;
        let done = AppliedAgain {
            restored_to,
            register_to: gap.end(),
            applied,
            lost: gap.lost.len(),
        };
        self.record(&grant, gap.marks(), &done, look.reason.as_deref())?;
        // a copy that somebody put in place by hand: who signed out since would be in again
        self.store.end_all_ways_in(self.serve)?;
        self.store.goes_on_with(gap, serves)?;
        tracing::warn!(
            restored_to,
            register_to = done.register_to,
            "the erasure register knew more than the database: it was applied again"
        );
        Ok(Some(done))
    }

    /// Erasures first: whoever of them the copy holds is from before. Then the noes, but for those of
    /// somebody who was erased after saying it.
    fn acts(&self, grant: &Grant<ApplyAgain>, gap: &Gap) -> Result<Applied, StoreError> {
        let mut done = Applied::default();
        let mut gone = Gone::default();
        if gap
            .acts()
            .any(|(_, act)| matches!(act, LaterAct::Erased { .. }))
        {
            self.recorder.sealing()()?;
        }
        for (at, act) in gap.acts() {
            if gone.notes(at, act) {
                done.erased += u64::from(self.erase(grant, act)?);
            }
        }
        let keys = self.store.keys();
        let said: Vec<&LaterAct> = gap
            .acts()
            .filter(|(at, act)| {
                !matches!(act, LaterAct::Erased { .. }) && !gone.has(*at, act, keys)
            })
            .map(|(_, act)| act)
            .collect();
        for chunk in said.chunks(TOGETHER) {
            done = done.and(self.say(grant, chunk)?);
        }
        if done.erased > 0 {
            self.store.sweep(self.serve)?;
        }
        Ok(done)
    }

    fn say(&self, grant: &Grant<ApplyAgain>, acts: &[&LaterAct]) -> Result<Applied, StoreError> {
        let whos = || acts.iter().filter_map(|act| act.who());
        let order = Order {
            blinds: whos()
                .flat_map(|who| who.contacts(self.store.keys()))
                .map(|contact| contact.blind)
                .chain(acts.iter().filter_map(|act| act.left()))
                .collect(),
            subjects: whos().map(|who| who.subject).collect(),
            alone: true,
            ..Order::at(self.clock.now())
        };
        let (actor, acts) = (
            grant.clone(),
            acts.iter().copied().cloned().collect::<Vec<_>>(),
        );
        let done = self.store.write_blocking(grant, order, move |tx| {
            let (last, done) = tx.say_again(&actor, &acts)?;
            Ok::<_, Halt>(last.ok_or(Halt::Nothing)?.with(done))
        });
        match done {
            Ok(done) => Ok(done.value),
            Err(Halt::Nothing) => Ok(Applied::default()),
            Err(Halt::Store(error)) => Err(error),
        }
    }

    /// One after the other, until nobody of these records is there: an older copy may hold as several
    /// persons who was one when they were erased.
    fn erase(&self, grant: &Grant<ApplyAgain>, act: &LaterAct) -> Result<bool, StoreError> {
        let LaterAct::Erased {
            records,
            contacts,
            reason,
            reference,
        } = act
        else {
            return Ok(false);
        };
        let mut any = false;
        loop {
            let why = Erasure {
                reason: *reason,
                reference: reference.clone(),
                suppressed: 0,
            };
            let (actor, ids): (_, Vec<SubjectId>) = (grant.clone(), records.clone());
            let hashes: Vec<Blind> = contacts.iter().map(|hash| hash.0).collect();
            let order = Order {
                subjects: ids.clone(),
                blinds: hashes.clone(),
                alone: true,
                ..Order::at(self.clock.now())
            };
            let erased = self.store.write_blocking(grant, order, move |tx| {
                let entry = tx.erase_again(&actor, (&ids, &hashes), &why)?;
                Ok::<_, Halt>(entry.ok_or(Halt::Nothing)?.with(()))
            });
            match erased {
                Ok(_) => any = true,
                Err(Halt::Nothing) => return Ok(any),
                Err(Halt::Store(error)) => return Err(error),
            }
        }
    }

    fn record(
        &self,
        grant: &Grant<ApplyAgain>,
        marks: Marks,
        done: &AppliedAgain,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        let told = json!({
            "restored_to": done.restored_to, "register_to": done.register_to,
            "applied": done.applied, "lost": done.lost, "reason": reason,
        });
        let actor = grant.clone();
        let order = Order {
            alone: true,
            ..Order::at(self.clock.now())
        };
        let recorded = self.store.write_blocking(grant, order, move |tx| {
            Ok::<_, StoreError>(tx.applied_again(&actor, &marks, told.clone())?.with(()))
        });
        recorded.map(drop)
    }
}
