//! A death that somebody proved: every use for marketing ends, recipients are told, and only a correction of that
//! very record lets it begin again.

use super::open::App;
use super::refusal::Refusal;
use super::systems::{Run, brought, plan_within};
use crate::access::{Grant, KeepRequests};
use crate::domain::event::{Reference, SubjectEvent};
use crate::domain::ids::{CaseId, SubjectId};
use crate::domain::registry::Objection;
use crate::domain::time::Now;
use crate::store::{Committed, IdempotencyKey, Order, WriteTx};
use serde::{Deserialize, Serialize};

/// What is recorded of a death.
#[derive(Debug, Clone)]
pub struct Death {
    /// Whose.
    pub subject: SubjectId,
    /// Whether the person is dead, or the record of it was wrong.
    pub dead: bool,
    /// Where the proof can be found: the number of a letter.
    pub evidence: Reference,
}

/// What was recorded.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Recorded {
    /// The case under which systems are told.
    pub case: CaseId,
    /// How many are told.
    pub told: usize,
}

impl App {
    /// Records a death, or that its record was wrong. An objection stays after a correction: only the person's
    /// own later act turns a no into a yes.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where nobody has this id, [`Refusal::Conflict`] where it is recorded already, or
    /// there is nothing to correct.
    pub async fn record_death(
        &self,
        grant: &Grant<KeepRequests>,
        death: Death,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<Recorded>, Refusal> {
        let order = Order {
            subjects: vec![death.subject],
            idempotency,
            // whether it is recorded already is read from the database
            alone: true,
            ..Order::at(now)
        };
        let actor = grant.clone();
        self.store
            .write(grant, order, move |tx| {
                let unknown = Refusal::NotFound("a person with this id");
                let subject = tx.resolve(death.subject).ok_or(unknown)?;
                if tx.is_dead(&actor, subject)? == death.dead {
                    return Err(already(death.dead));
                }
                let event = SubjectEvent::Died {
                    dead: death.dead,
                    evidence: death.evidence.clone(),
                };
                let noted = tx.note(&actor, subject, event)?;
                if death.dead {
                    let _objected = tx.object(&actor, subject, Objection::DirectMarketing)?;
                }
                let _restricted = tx.restrict(&actor, subject, death.dead)?;
                let recorded = tell(tx, &actor, subject, death.dead)?;
                Ok(noted.with(recorded))
            })
            .await
    }
}

/// Has recipients, and those systems that can be told, told.
fn tell(
    tx: &mut WriteTx<'_>,
    grant: &Grant<KeepRequests>,
    subject: SubjectId,
    dead: bool,
) -> Result<Recorded, Refusal> {
    let case = CaseId::new(tx.now(), tx.entropy())?;
    let own = tx.own_identifiers(grant, subject)?;
    let run = if dead { Run::Death } else { Run::Correct };
    let planned = plan_within(tx, grant, (case, run), &brought(&own))?;
    let told = planned.map_or(0, |(_, count)| count);
    Ok(Recorded { case, told })
}

fn already(dead: bool) -> Refusal {
    let (code, what) = if dead {
        (
            "death_recorded",
            "this person's death is recorded already; if that is wrong, send corrected: true",
        )
    } else {
        (
            "death_not_recorded",
            "no death of this person is recorded; there is nothing to correct",
        )
    };
    Refusal::Conflict {
        code,
        what: what.to_owned(),
    }
}

/// Whoever is dead is restricted until that is corrected.
pub(super) fn still_dead() -> Refusal {
    Refusal::Conflict {
        code: "death_recorded",
        what: "this person's death is recorded: correct that with POST /v1/subjects/{id}/death, which \
               lifts the restriction"
            .to_owned(),
    }
}
