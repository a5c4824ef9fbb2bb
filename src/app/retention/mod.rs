//! What is due to be erased since its time is over: counted without names, announced, then done by schedule.
//!
//! Nobody is erased before the rules that say so stood announced, and the person stood due, for as many days as
//! are configured; nobody of whom something was heard meanwhile; nobody whom a hold, a request, a dispute or a
//! restriction keeps. All of that is looked at again in the transaction that erases.

mod decisions;
mod due;
mod lists;
mod run;

pub use decisions::{DecisionsKept, DecisionsRan};
pub use due::{Ahead, DueList};
pub use run::Ran;

use super::open::App;
use super::refusal::Refusal;
use super::requests::today;
use crate::access::{Grant, KeepRetention};
use crate::domain::duration::CalendarPeriod;
use crate::domain::event::PublicKind;
use crate::domain::retention::Periods;
use crate::domain::time::Now;
use crate::store::{Committed, IdempotencyKey, Order, RetentionAct, StoreError, WriteTx};
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

/// How the operator has it.
#[derive(Debug, Clone, Copy)]
pub struct Keeping {
    /// So many days it stands announced before it is done.
    pub notice: u16,
    /// Within which something may have to be proven.
    pub proof: CalendarPeriod,
    /// For how long backups are kept, where that is known.
    pub backups: Option<CalendarPeriod>,
    /// For how long recorded decisions are kept, and who was on lists; `None` for as long as the registry.
    pub decisions: Option<CalendarPeriod>,
}

impl Default for Keeping {
    fn default() -> Self {
        Self {
            notice: 30,
            proof: CalendarPeriod::FIVE_YEARS,
            backups: None,
            decisions: Some(CalendarPeriod::FIVE_YEARS),
        }
    }
}

/// How the schedule stands, as its entries add up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The rules that were announced last, and on which day.
    pub announced: Option<(Value, NaiveDate)>,
    /// Since when it waits.
    pub paused_on: Option<NaiveDate>,
    /// The runs, the oldest first: the day, how many were to be erased, how many were; not yet known where it
    /// did not end.
    pub runs: Vec<(NaiveDate, u64, Option<u64>)>,
}

impl Schedule {
    fn of(acts: &[RetentionAct]) -> Result<Self, StoreError> {
        let mut stands = Self::default();
        for act in acts {
            let read = stands.after(&act.told);
            read.ok_or(StoreError::Damaged {
                what: "an act of retention",
                position: Some(act.position),
            })?;
        }
        Ok(stands)
    }

    fn after(&mut self, told: &Value) -> Option<()> {
        let day = told.get("on")?.as_str()?.parse().ok()?;
        let count = |name: &str| told.get(name)?.as_u64();
        match told.get("act")?.as_str()? {
            "announced" => self.announced = Some((told.get("rules")?.clone(), day)),
            "paused" => self.paused_on = Some(day),
            "resumed" => self.paused_on = None,
            "begun" => self.runs.push((day, count("planned")?, None)),
            "ended" => {
                let run = self.runs.iter_mut().find(|run| run.0 == day)?;
                run.2 = Some(count("erased")?);
            }
            _ => return None,
        }
        Some(())
    }

    /// Since when these rules stand announced.
    fn since(&self, rules: &Value) -> Option<NaiveDate> {
        let (announced, on) = self.announced.as_ref()?;
        (announced == rules).then_some(*on)
    }

    fn began(&self, day: NaiveDate) -> bool {
        self.runs.iter().any(|run| run.0 == day)
    }
}

/// What is announced: whoever changes one of them announces anew.
fn rules(periods: &Periods, keeping: Keeping) -> Value {
    json!({ "purposes": periods.purposes, "proof": periods.proof, "notice_days": keeping.notice })
}

/// The day on which a notice of that day is over.
fn after_notice(day: NaiveDate, keeping: Keeping) -> Option<NaiveDate> {
    day.checked_add_days(Days::new(keeping.notice.into()))
}

impl App {
    /// Keeps data as the operator has it.
    pub const fn keep_data(&mut self, keeping: Keeping) {
        self.keeping = keeping;
    }

    /// How the operator has it.
    #[must_use]
    pub const fn keeping(&self) -> Keeping {
        self.keeping
    }

    /// How the schedule stands. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn schedule(&self, grant: &Grant<KeepRetention>) -> Result<Schedule, Refusal> {
        let acts = self.store.read(|tx| tx.retention_acts(grant))?;
        Ok(Schedule::of(&acts)?)
    }

    /// Has the schedule wait, or go on.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] where it stands so already.
    pub async fn pause_retention(
        &self,
        grant: &Grant<KeepRetention>,
        pause: bool,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<()>, Refusal> {
        let (actor, day) = (grant.clone(), today(now, self.home_zone));
        let order = Order {
            idempotency,
            ..alone(now)
        };
        self.store
            .write(grant, order, move |tx| {
                let stands = held(tx, &actor)?;
                if stands.paused_on.is_some() == pause {
                    return Err(so_already(pause));
                }
                let (kind, act) = if pause {
                    (PublicKind::RetentionPaused, "paused")
                } else {
                    (PublicKind::RetentionResumed, "resumed")
                };
                let told = json!({ "act": act, "on": day });
                Ok(tx.act_on_retention(&actor, kind, told, None).with(()))
            })
            .await
    }
}

fn alone(now: Now) -> Order {
    Order {
        alone: true,
        ..Order::at(now)
    }
}

fn held(tx: &mut WriteTx<'_>, grant: &Grant<KeepRetention>) -> Result<Schedule, StoreError> {
    let acts = tx.retention_acts(grant)?;
    Schedule::of(&acts)
}

fn so_already(pause: bool) -> Refusal {
    let what = if pause {
        "the schedule waits already"
    } else {
        "the schedule does not wait; there is nothing to resume"
    };
    Refusal::conflict("schedule_unchanged", what)
}
