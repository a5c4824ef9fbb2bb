//! Erases a person (GDPR art. 17). Decisions that wait are brought into blocks first, so that those
//! about the person are taken out with the rest; contact points go onto the suppression list, unless
//! that is not wanted; then everything of the person goes in one transaction, with the entry that says so.
//! In the same transaction every registered system is given the task to erase too, and every recipient
//! that to be told (art. 17, 19): afterwards nobody here knows by which name to ask there.
//! While a legal hold stands on them nobody goes: their data are locked instead.

use super::contact::Named;
use super::holds::{ON_HOLD, not_held};
use super::open::App;
use super::refusal::{FieldProblem, Refusal};
use super::requests::today;
use super::systems::{Run, brought, plan_some};
use crate::access::{EraseSubjects, Grant};
use crate::domain::event::Reference;
use crate::domain::ids::{CaseId, Position, SubjectId};
use crate::domain::registry::ErasureReason;
use crate::domain::systems::System;
use crate::domain::time::Now;
use crate::store::{Erased, Erasure, IdempotencyKey, NEVER_AGAIN, Order, StoreError, WriteTx};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// So long an answer waits for the files to be swept.
const SWEPT_WITHIN: Duration = Duration::from_secs(5);

/// Who is to be erased.
#[derive(Debug, Clone)]
pub enum Whom {
    /// The person of this id.
    Subject(SubjectId),
    /// The one person whom these name.
    Named(Named),
}

/// An erasure that is asked for.
#[derive(Debug, Clone)]
pub struct ErasureClaim {
    /// On which ground: a word of [`ErasureReason`].
    pub reason: String,
    /// Whether the person's contact points are kept, as keyed hashes, on the suppression list.
    pub keep_suppression: bool,
    /// The request that it answers.
    pub reference: Option<String>,
    /// Whether the registered systems erase too, and recipients are told.
    pub systems: bool,
}

/// An erasure that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasing {
    /// The entry that records it.
    pub position: Position,
    /// What went.
    pub erased: Erased,
    /// How many keyed hashes went onto the suppression list.
    pub suppressed: u64,
    /// How many systems and recipients were given a task.
    pub asked: u64,
    /// Whether the person had been erased before, and this changed nothing.
    pub before: bool,
}

/// What the write answers: which of its entries records the erasure, what went, what stays.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Done {
    entry: usize,
    erased: Erased,
    suppressed: u64,
    asked: u64,
}

impl App {
    /// Erases a person. Whoever was erased before is answered kindly, by id.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where nobody is known, [`Refusal::Conflict`] where several persons are
    /// named or a legal hold stands, [`Refusal::Invalid`] where the reason or the reference cannot be taken.
    pub async fn erase(
        &self,
        grant: &Grant<EraseSubjects>,
        whom: Whom,
        claim: ErasureClaim,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Erasing, Refusal> {
        let reason = look(&claim).map_err(Refusal::Invalid)?;
        self.seal_what_waits().await?;
        let (actor, asked, day) = (grant.clone(), whom.clone(), today(now, self.home_zone));
        let done = self
            .store
            .write(grant, order(&whom, now, idempotency), move |tx| {
                let subject = the_one(tx, &asked)?;
                not_held(tx, &actor, subject, day)?;
                erase(tx, &actor, subject, reason, &claim)
            })
            .await;
        let done = match (done, whom) {
            (Err(held @ Refusal::Conflict { code: ON_HOLD, .. }), whom) => {
                self.lock_held(grant, whom, now).await?;
                return Err(held);
            }
            (Err(Refusal::NotFound(what)), Whom::Subject(id)) => {
                return self.erased_before(grant, id, what).await;
            }
            (done, _) => done?,
        };
        self.sweep().await;
        let position = done.positions.get(done.value.entry).copied();
        Ok(Erasing {
            position: position.ok_or(StoreError::Stopping)?,
            erased: done.value.erased,
            suppressed: done.value.suppressed,
            asked: done.value.asked,
            before: false,
        })
    }

    pub(super) async fn seal_what_waits(&self) -> Result<(), Refusal> {
        let sealed = tokio::task::spawn_blocking(self.recorder.sealing());
        Ok(sealed.await.map_err(|_| StoreError::Stopping)??)
    }

    /// The person is erased whether or not the files can be swept now; what is left is swept with the
    /// next erasure, and by the database's own upkeep. In a large database it takes long: it goes on
    /// after the answer then.
    pub(super) async fn sweep(&self) {
        let (store, serve) = (self.store.clone(), self.serve.clone());
        let swept = tokio::task::spawn_blocking(move || {
            if let Err(error) = store.sweep(&serve) {
                tracing::warn!(%error, "what was erased may still stand in the database's files for a while");
            }
        });
        drop(tokio::time::timeout(SWEPT_WITHIN, swept).await);
    }

    async fn erased_before(
        &self,
        grant: &Grant<EraseSubjects>,
        id: SubjectId,
        what: &'static str,
    ) -> Result<Erasing, Refusal> {
        let (store, grant) = (self.store.clone(), grant.clone());
        let found = tokio::task::spawn_blocking(move || store.read(|tx| tx.erased_at(&grant, id)));
        let found: Option<Position> = found.await.map_err(|_| StoreError::Stopping)??;
        Ok(Erasing {
            position: found.ok_or(Refusal::NotFound(what))?,
            erased: Erased {
                records: 0,
                entries: 0,
            },
            suppressed: 0,
            asked: 0,
            before: true,
        })
    }
}

pub(super) fn order(whom: &Whom, now: Now, idempotency: Option<IdempotencyKey>) -> Order {
    let (blinds, subjects) = match whom {
        Whom::Subject(id) => (Vec::new(), vec![*id]),
        Whom::Named(named) => (named.blinds(), Vec::new()),
    };
    Order {
        now,
        blinds,
        subjects,
        idempotency,
        alone: true,
    }
}

fn erase(
    tx: &mut WriteTx<'_>,
    grant: &Grant<EraseSubjects>,
    subject: SubjectId,
    reason: ErasureReason,
    claim: &ErasureClaim,
) -> Result<crate::store::Recorded<Done>, Refusal> {
    let suppressed = if claim.keep_suppression {
        suppress_all(tx, grant, subject)?
    } else {
        0
    };
    let asked = if claim.systems {
        ask_systems(tx, grant, subject, |_| true)?
    } else {
        0
    };
    let why = Erasure {
        reason,
        reference: claim.reference.clone(),
        suppressed,
    };
    let (entry, erased) = tx.erase(grant, subject, &why)?;
    let done = Done {
        entry: entry.index(),
        erased,
        suppressed,
        asked,
    };
    Ok(entry.with(done))
}

/// Gives those systems that `has_part` picks their tasks for an erasure without a request, while it is still
/// known by which identifiers they know the person; how many tasks that is.
pub(super) fn ask_systems(
    tx: &mut WriteTx<'_>,
    grant: &Grant<EraseSubjects>,
    subject: SubjectId,
    has_part: impl Fn(&System) -> bool,
) -> Result<u64, Refusal> {
    let case = CaseId::new(tx.now(), tx.entropy())?;
    let own = brought(&tx.own_identifiers(grant, subject)?);
    let planned = plan_some(tx, grant, (case, Run::Erase), &own, has_part)?;
    Ok(planned.map_or(0, |(_, count)| count as u64))
}

/// Keeps a person's contact points, as keyed hashes alone, on the list of those never to be contacted again;
/// how many there are.
pub(super) fn suppress_all(
    tx: &mut WriteTx<'_>,
    grant: &Grant<EraseSubjects>,
    subject: SubjectId,
) -> Result<u64, Refusal> {
    let mut suppressed = 0;
    for blind in tx.contact_points(grant, subject)? {
        let _entry = tx.suppress(grant, blind, NEVER_AGAIN)?;
        suppressed += 1;
    }
    Ok(suppressed)
}

/// Two persons are never erased by one call: who names both may mean one.
pub(super) fn the_one(tx: &WriteTx<'_>, whom: &Whom) -> Result<SubjectId, Refusal> {
    let named = match whom {
        Whom::Subject(id) => return tx.resolve(*id).ok_or(Refusal::NotFound("this person")),
        Whom::Named(named) => tx.find_hashes(&named.blinds()),
    };
    match named.as_slice() {
        [] => Err(Refusal::NotFound("a person with these identifiers")),
        [one] => Ok(*one),
        _ => Err(Refusal::Conflict {
            code: "several_persons",
            what: "these identifiers lead to several persons; name each by one of their own"
                .to_owned(),
        }),
    }
}

fn look(claim: &ErasureClaim) -> Result<ErasureReason, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let reason = ErasureReason::parse(&claim.reason);
    if reason.is_none() {
        let words = ErasureReason::ALL.map(ErasureReason::as_str).join(", ");
        let detail = format!("must be one of {words}");
        problems.push(FieldProblem::new("/reason", "reason_unknown", detail));
    }
    let fits = |text: &String| Reference::parse(text).is_some();
    if !claim.reference.as_ref().is_none_or(fits) {
        let detail = Reference::MEND;
        problems.push(FieldProblem::new(
            "/reference",
            "reference_malformed",
            detail,
        ));
    }
    match reason {
        Some(reason) if problems.is_empty() => Ok(reason),
        _ => Err(problems),
    }
}
