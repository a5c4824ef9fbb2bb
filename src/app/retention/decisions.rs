//! Takes out the decisions that were made longer ago than they are kept for. As with persons nothing goes before it
//! stood announced for as many days as are configured, and nothing about somebody whom something keeps. What the log
//! says of a block stays: how many decisions it held, and their root.

use super::super::open::App;
use super::super::refusal::Refusal;
use super::super::requests::today;
use super::run::{NOT_NOW, not_now};
use super::{after_notice, alone};
use crate::access::{Grant, KeepRetention};
use crate::domain::duration::CalendarPeriod;
use crate::domain::ids::Position;
use crate::domain::time::{midnight, rfc3339};
use crate::store::ExpiredDecisions;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

/// What came of looking for old decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecisionsRan {
    /// None is old enough.
    Nothing,
    /// The period was announced.
    Announced,
    /// The notice is not over.
    Waits,
    /// The DPO has the schedule wait.
    Paused,
    /// So many decisions were taken out.
    TakenOut(u64),
}

/// For how long decisions are kept, and what was done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DecisionsKept {
    /// The period; `None` where they are kept for as long as the registry.
    pub period: Option<CalendarPeriod>,
    /// Since when it stands announced.
    pub announced: Option<NaiveDate>,
    /// Those made before this instant were taken out.
    pub gone_before: Option<DateTime<Utc>>,
}

/// What one run works with.
struct Old {
    period: CalendarPeriod,
    today: NaiveDate,
    /// What was decided before has been kept for the period.
    before: DateTime<Utc>,
}

impl App {
    /// For how long decisions are kept, as it is configured, announced and done. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn decisions_kept(&self, grant: &Grant<KeepRetention>) -> Result<DecisionsKept, Refusal> {
        let (announced, gone_before) = self.store.read(|tx| tx.decision_expiry(grant))?;
        let period = self.keeping.decisions;
        let since = |told: &Value| self.stands(told, period?);
        Ok(DecisionsKept {
            period,
            announced: announced.as_ref().and_then(since),
            gone_before,
        })
    }

    /// Takes out the decisions whose time is over, where that stood announced for long enough. Blocks for as long as
    /// that takes.
    ///
    /// # Errors
    /// Where the data cannot be read or written. What was taken out by then is on record.
    pub fn expire_decisions(&self, grant: &Grant<KeepRetention>) -> Result<DecisionsRan, Refusal> {
        let Some(old) = self.old_decisions() else {
            return Ok(DecisionsRan::Nothing);
        };
        let millis = old.before.timestamp_millis();
        if !self
            .store
            .read(|tx| tx.has_decisions_before(grant, millis))?
        {
            return Ok(DecisionsRan::Nothing);
        }
        match self.decisions_kept(grant)?.announced {
            None => {
                self.announce_decisions(grant, &old)?;
                return Ok(DecisionsRan::Announced);
            }
            Some(since)
                if after_notice(since, self.keeping).is_none_or(|over| over > old.today) =>
            {
                return Ok(DecisionsRan::Waits);
            }
            Some(_) => {}
        }
        self.take_out_old(grant, &old)
    }

    fn old_decisions(&self) -> Option<Old> {
        let period = self.keeping.decisions?;
        let today = today(self.now(), self.home_zone);
        let first_kept = period.before_day(today)?.succ_opt()?;
        Some(Old {
            period,
            today,
            before: midnight(self.home_zone, first_kept)?,
        })
    }

    /// Since when a period stands announced by what an entry says.
    fn stands(&self, told: &Value, period: CalendarPeriod) -> Option<NaiveDate> {
        let same = told.get("kept_for") == Some(&json!(period))
            && told.get("notice_days") == Some(&json!(self.keeping.notice));
        let on = told.get("on").filter(|_| same)?;
        on.as_str()?.parse().ok()
    }

    fn announce_decisions(&self, grant: &Grant<KeepRetention>, old: &Old) -> Result<(), Refusal> {
        let told = json!({
            "on": old.today, "kept_for": old.period, "notice_days": self.keeping.notice,
        });
        let (actor, said) = (grant.clone(), told.clone());
        self.write_alone(grant, move |tx| {
            // another node may have said so meanwhile
            let (announced, _) = tx.decision_expiry(&actor)?;
            if announced.is_some_and(|other| says_the_same(&other, &said)) {
                return Err(not_now());
            }
            Ok(tx.act_on_decisions(&actor, said.clone(), None).with(()))
        })
        .map(drop)
    }

    /// One step after the other, until nothing is left or somebody has the schedule wait.
    fn take_out_old(
        &self,
        grant: &Grant<KeepRetention>,
        old: &Old,
    ) -> Result<DecisionsRan, Refusal> {
        let (mut behind, mut decisions) = (None, 0);
        loop {
            self.goes_on()?;
            if self.schedule(grant)?.paused_on.is_some() {
                return Ok(DecisionsRan::Paused);
            }
            let Some(step) = self.take_out_some(grant, old, behind)? else {
                break;
            };
            (behind, decisions) = (Some(step.through), decisions + step.decisions);
        }
        if let Some(through) = behind {
            self.store.drop_empty_runs(grant, through, self.now())?;
            self.sweep_now();
        }
        Ok(match behind {
            Some(_) => DecisionsRan::TakenOut(decisions),
            None => DecisionsRan::Nothing,
        })
    }

    fn take_out_some(
        &self,
        grant: &Grant<KeepRetention>,
        old: &Old,
        behind: Option<Position>,
    ) -> Result<Option<ExpiredDecisions>, Refusal> {
        let (actor, day, before) = (grant.clone(), old.today, old.before);
        let written = self
            .store
            .write_blocking(grant, alone(self.now()), move |tx| {
                let limits = (before.timestamp_millis(), day);
                let step = tx.expire_decisions(&actor, behind, limits)?;
                let step = step.ok_or_else(not_now)?;
                let told = json!({
                    "on": day, "before": rfc3339(before), "through": step.gone_through,
                    "blocks": step.blocks, "decisions": step.decisions,
                });
                let entry = tx.act_on_decisions(&actor, told, Some(step.gone_through));
                Ok::<_, Refusal>(entry.with(step))
            });
        match written {
            Ok(done) => Ok(Some(done.value)),
            Err(Refusal::Conflict { code: NOT_NOW, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Whether two entries announce the same, on whichever day, by whomever.
fn says_the_same(one: &Value, other: &Value) -> bool {
    ["kept_for", "notice_days"]
        .iter()
        .all(|name| one.get(name) == other.get(name))
}
