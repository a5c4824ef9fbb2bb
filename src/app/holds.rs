//! Legal holds on a person (GDPR 17(3)): placed and lifted by whoever answers for it, each with an entry. While
//! one stands nobody erases the person; where an erasure was asked for, their data are locked instead, as art.
//! 18 has it. A lock stays when the hold is over: only the person lets marketing begin again.

use super::erase::{Whom, order, the_one};
use super::open::App;
use super::refusal::{FieldProblem, Refusal};
use super::requests::today;
use crate::access::{EraseSubjects, Grant, KeepHolds, OwnFile};
use crate::domain::event::Reference;
use crate::domain::ids::{Position, SubjectId};
use crate::domain::requests::{Hold, HoldGround, RequestKind};
use crate::domain::time::Now;
use crate::store::{
    Committed, Entry, IdempotencyKey, Order, Records, StoreError, StoredHold, WriteTx,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

const NONE: Refusal = Refusal::NotFound("a hold at this position");
/// The code by which callers know that a hold stands against what they want.
pub const ON_HOLD: &str = "on_hold";

/// A hold as it is asked for, not yet looked at.
#[derive(Debug, Clone)]
pub struct HoldClaim {
    /// On which ground: a word of [`HoldGround`].
    pub ground: String,
    /// Until which day.
    pub until: String,
    /// For which case.
    pub reference: String,
}

/// A hold that was placed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Placed {
    /// Which of the write's entries it is.
    pub entry: usize,
    /// Whose data it keeps.
    pub subject: SubjectId,
    /// Whether the data are locked, since an erasure was asked for.
    pub locked: bool,
}

impl App {
    /// Places a hold. Where an erasure is asked for and open, the person's data are locked with it.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where a field is wrong, [`Refusal::NotFound`] where nobody is known,
    /// [`Refusal::Conflict`] where several persons are named.
    pub async fn place_hold(
        &self,
        grant: &Grant<KeepHolds>,
        whom: Whom,
        claim: HoldClaim,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<Placed>, Refusal> {
        let hold = look(&claim, today(now, self.home_zone)).map_err(Refusal::Invalid)?;
        let (order, actor) = (order(&whom, now, idempotency), grant.clone());
        self.store
            .write(grant, order, move |tx| {
                let subject = the_one(tx, &whom)?;
                let asked = !tx
                    .open_dsrs(&actor, subject, RequestKind::Erasure)?
                    .is_empty();
                let placed = tx.place_hold(&actor, subject, hold.clone())?;
                let entry = placed.index();
                let locked = if asked {
                    lock(tx, &actor, subject)?
                } else {
                    None
                };
                let done = Placed {
                    entry,
                    subject,
                    locked: asked,
                };
                Ok::<_, Refusal>(locked.unwrap_or(placed).with(done))
            })
            .await
    }

    /// Ends a hold before its last day. What was locked stays so.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is none, [`Refusal::Conflict`] where it is over.
    pub async fn lift_hold(
        &self,
        grant: &Grant<KeepHolds>,
        at: Position,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<()>, Refusal> {
        let (store, reader) = (self.store.clone(), grant.clone());
        let found = tokio::task::spawn_blocking(move || store.read(|tx| tx.hold(&reader, at)));
        let found: Option<StoredHold> = found.await.map_err(|_| StoreError::Stopping)??;
        let order = Order {
            subjects: vec![found.ok_or(NONE)?.subject],
            idempotency,
            // whoever erases next sees that it is lifted
            alone: true,
            ..Order::at(now)
        };
        let (actor, day) = (grant.clone(), today(now, self.home_zone));
        self.store
            .write(grant, order, move |tx| {
                let held = tx.held_hold(&actor, at)?.ok_or(NONE)?;
                if !held.stands(day) {
                    return Err(Refusal::Conflict {
                        code: "hold_over",
                        what: "this hold is over already; there is nothing to lift".into(),
                    });
                }
                Ok(tx.lift_hold(&actor, &held, day)?.with(()))
            })
            .await
    }

    /// A page of holds, those that stand or those that are over, the oldest first, and where the next page
    /// begins. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn holds(
        &self,
        grant: &Grant<KeepHolds>,
        standing: bool,
        (from, limit): (Position, u32),
    ) -> Result<(Vec<StoredHold>, Option<Position>), Refusal> {
        let (more, day) = (i64::from(limit) + 1, today(self.now(), self.home_zone));
        let mut found = self
            .store
            .read(|tx| tx.holds(grant, (standing, day), from, more))?;
        let next = found.get(limit as usize).map(|one| one.position);
        found.truncate(limit as usize);
        Ok((found, next))
    }

    /// What keeps the data of whoever is signed in, today. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn own_holds(&self, grant: &Grant<OwnFile>) -> Result<Vec<Hold>, Refusal> {
        let day = today(self.now(), self.home_zone);
        let found = self.store.read(|tx| {
            let own = match grant.customer() {
                Some(own) => tx.subject(grant, own)?,
                None => None,
            };
            own.map_or_else(|| Ok(Vec::new()), |own| tx.holds_of(grant, own))
        })?;
        let standing = found.into_iter().filter(|one| one.stands(day));
        Ok(standing.map(|one| one.hold).collect())
    }

    /// Locks the data of a person whom somebody wanted to erase and a hold keeps: afterwards no marketing use
    /// of them is permitted.
    pub(super) async fn lock_held(
        &self,
        grant: &Grant<EraseSubjects>,
        whom: Whom,
        now: Now,
    ) -> Result<(), Refusal> {
        let actor = grant.clone();
        let done = self.store.write(grant, order(&whom, now, None), move |tx| {
            let subject = the_one(tx, &whom)?;
            let locked = lock(tx, &actor, subject)?;
            Ok::<_, Refusal>(locked.ok_or_else(locked_already)?.with(()))
        });
        match done.await {
            Err(Refusal::Conflict { code, .. }) if code == LOCKED => Ok(()),
            done => done.map(drop),
        }
    }
}

const LOCKED: &str = "locked_already";

fn locked_already() -> Refusal {
    Refusal::Conflict {
        code: LOCKED,
        what: "the data are locked already".into(),
    }
}

/// Locks a person's data, unless they are.
fn lock<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    subject: SubjectId,
) -> Result<Option<Entry>, Refusal> {
    if tx.standing(subject).restricted.is_some() {
        return Ok(None);
    }
    Ok(Some(tx.restrict(grant, subject, true)?))
}

/// Where a hold stands on a person who asks to be erased, their data are locked.
pub(super) fn lock_where_held<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    subject: SubjectId,
    day: NaiveDate,
) -> Result<Option<Entry>, Refusal> {
    match tx.hold_on(grant, subject, day)? {
        Some(_) => lock(tx, grant, subject),
        None => Ok(None),
    }
}

/// Nobody is erased while a hold stands.
pub(super) fn not_held<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    subject: SubjectId,
    day: NaiveDate,
) -> Result<(), Refusal> {
    match tx.hold_on(grant, subject, day)? {
        Some(held) => Err(on_hold(&held)),
        None => Ok(()),
    }
}

/// What is locked stays so while a hold stands.
pub(super) fn stays_locked<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    subject: SubjectId,
    day: NaiveDate,
) -> Result<(), Refusal> {
    match tx.hold_on(grant, subject, day)? {
        Some(held) => Err(Refusal::Conflict {
            code: ON_HOLD,
            what: format!(
                "a legal hold keeps this person's data until {}, and they stay locked: lift the hold first, with \
                 POST /v1/holds/{}/lift",
                held.hold.until, held.position
            ),
        }),
        None => Ok(()),
    }
}

fn on_hold(held: &StoredHold) -> Refusal {
    let (hold, at) = (&held.hold, held.position);
    Refusal::Conflict {
        code: ON_HOLD,
        what: format!(
            "this person's data are kept by a legal hold ({}, {}; case {}) until {}. They are locked: no marketing \
             use is permitted. Erase once the hold is over, or lift it first with POST /v1/holds/{at}/lift; a \
             request is answered with its refusal on the same ground",
            hold.ground.as_str(),
            hold.ground.source(),
            hold.reference.as_str(),
            hold.until,
        ),
    }
}

fn look(claim: &HoldClaim, placed_on: NaiveDate) -> Result<Hold, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let ground = claim.ground.parse().map_err(|_| {
        let words = HoldGround::ALL.map(HoldGround::as_str).join(", ");
        let detail = format!("must be one of {words}");
        problems.push(FieldProblem::new("/ground", "ground_unknown", detail));
    });
    let reference = Reference::parse(&claim.reference).ok_or_else(|| {
        let detail = Reference::MEND;
        let problem = FieldProblem::new("/reference", "reference_malformed", detail);
        problems.push(problem);
    });
    let until = claim.until.parse().map_err(|_| {
        let detail = "must be a day like 2027-06-30";
        problems.push(FieldProblem::new("/until", "day_malformed", detail));
    });
    let (Ok(ground), Ok(reference), Ok(until)) = (ground, reference, until) else {
        return Err(problems);
    };
    let hold = Hold {
        ground,
        reference,
        placed_on,
        until,
    };
    if hold.lasts_well() {
        return Ok(hold);
    }
    let detail = "must not lie in the past, nor more than eleven years ahead: until when the ground surely holds; \
                  place another when it holds longer";
    Err(vec![FieldProblem::new(
        "/until",
        "day_out_of_range",
        detail,
    )])
}
