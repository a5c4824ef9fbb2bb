//! Takes out the decisions that were made longer ago than they are kept for, and everybody off the lists that were
//! filtered before. As with persons nothing goes before it stood announced for as many days as are configured, and
//! nothing about somebody whom something keeps. What the log says stays: how many there were, and their root.

use super::super::open::App;
use super::super::period::first_since;
use super::super::refusal::Refusal;
use super::super::requests::today;
use super::run::not_now;
use super::{Keeping, after_notice};
use crate::access::{Grant, KeepRetention};
use crate::domain::duration::CalendarPeriod;
use crate::domain::ids::Position;
use crate::domain::time::{midnight, rfc3339};
use crate::store::{ExpiredDecisions, Expiring, Expiry, Keepers};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;

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
    /// So many decisions were taken out, and so many lines of lists.
    TakenOut {
        /// Decisions.
        decisions: u64,
        /// Lines.
        listed: u64,
    },
}

/// For how long decisions are kept, and what was done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct DecisionsKept {
    /// The period; `None` where they are kept for as long as the registry.
    pub period: Option<CalendarPeriod>,
    /// Since when it stands announced.
    pub announced: Option<NaiveDate>,
    /// Those made before this instant were taken out.
    pub gone_before: Option<DateTime<Utc>>,
}

/// What is old, on a day.
#[derive(Clone, Copy)]
pub(super) struct Old {
    period: CalendarPeriod,
    pub(super) today: NaiveDate,
    /// What was decided before has been kept for the period.
    pub(super) before: DateTime<Utc>,
    /// The first entry that was made later.
    pub(super) until: Position,
}

/// What one run works with.
pub(super) struct OldRun<'a> {
    pub(super) grant: &'a Grant<KeepRetention>,
    pub(super) old: Old,
    pub(super) keepers: Arc<Keepers>,
}

impl App {
    /// For how long decisions are kept, as it is configured, announced and done. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn decisions_kept(&self, grant: &Grant<KeepRetention>) -> Result<DecisionsKept, Refusal> {
        let (announced, gone_before) = self.store.read(|tx| tx.decision_expiry(grant))?;
        let period = self.keeping.decisions;
        let since = |told: &Value| since(told, period?, self.keeping);
        Ok(DecisionsKept {
            period,
            announced: announced.as_ref().and_then(since),
            gone_before,
        })
    }

    /// Takes out the decisions whose time is over, and everybody off lists of then, where that stood announced for long
    /// enough. Blocks for as long as that takes.
    ///
    /// # Errors
    /// Where the data cannot be read or written. What was taken out by then is on record.
    pub fn expire_decisions(&self, grant: &Grant<KeepRetention>) -> Result<DecisionsRan, Refusal> {
        let Some(old) = self.old_decisions()? else {
            return Ok(DecisionsRan::Nothing);
        };
        let millis = old.before.timestamp_millis();
        let is_due = self.store.read(|tx| {
            let decided = tx.has_decisions_before(grant, millis)?;
            Ok::<_, Refusal>(decided || tx.has_lists_before(grant, old.until)?)
        })?;
        if !is_due {
            return Ok(DecisionsRan::Nothing);
        }
        let Some(since) = self.decisions_kept(grant)?.announced else {
            self.announce_decisions(grant, &old)?;
            return Ok(DecisionsRan::Announced);
        };
        if after_notice(since, self.keeping).is_none_or(|over| over > old.today) {
            return Ok(DecisionsRan::Waits);
        }
        self.take_out_old(grant, old)
    }

    fn old_decisions(&self) -> Result<Option<Old>, Refusal> {
        let today = today(self.now(), self.home_zone);
        let old = |period: CalendarPeriod| {
            let first_kept = period.before_day(today)?.succ_opt()?;
            Some((period, midnight(self.home_zone, first_kept)?))
        };
        let Some((period, before)) = self.keeping.decisions.and_then(old) else {
            return Ok(None);
        };
        let until = self.store.read(|tx| {
            let size = tx.position(&self.serve)?;
            first_since(tx, &self.serve, before, size)
        })?;
        Ok(Some(Old {
            period,
            today,
            before,
            until,
        }))
    }

    fn announce_decisions(&self, grant: &Grant<KeepRetention>, old: &Old) -> Result<(), Refusal> {
        let (actor, old, keeping) = (grant.clone(), *old, self.keeping);
        self.write_alone(grant, move |tx| {
            // another node may have said so meanwhile
            let (announced, _) = tx.decision_expiry(&actor)?;
            if announced.is_some_and(|told| since(&told, old.period, keeping).is_some()) {
                return Err(not_now());
            }
            let told = json!({
                "on": old.today, "kept_for": old.period, "notice_days": keeping.notice,
            });
            let entry = tx.act_on_expiry(&actor, told, Expiry::Announced);
            Ok(entry.with(()))
        })
        .map(drop)
    }

    fn take_out_old(
        &self,
        grant: &Grant<KeepRetention>,
        old: Old,
    ) -> Result<DecisionsRan, Refusal> {
        let keepers = self.store.read(|tx| tx.keepers(grant, old.today))?;
        let run = OldRun {
            grant,
            old,
            keepers: Arc::new(keepers),
        };
        let Some(decisions) = self.take_out_decisions(&run)? else {
            return Ok(DecisionsRan::Paused);
        };
        let Some(listed) = self.take_off_lists(&run)? else {
            return Ok(DecisionsRan::Paused);
        };
        if decisions + listed == 0 {
            return Ok(DecisionsRan::Nothing);
        }
        self.sweep_now();
        Ok(DecisionsRan::TakenOut { decisions, listed })
    }

    /// How many decisions went; `None` where somebody has the schedule wait.
    fn take_out_decisions(&self, run: &OldRun<'_>) -> Result<Option<u64>, Refusal> {
        let mut behind = self.came_to(run, Expiring::Decisions)?;
        let mut decisions = 0;
        while self.may_go_on(run)? {
            let Some(step) = self.take_out_some(run, behind)? else {
                let through = behind.unwrap_or_default();
                self.store.drop_empty_runs(run.grant, through, self.now())?;
                return Ok(Some(decisions));
            };
            (behind, decisions) = (Some(step.through), decisions + step.decisions);
        }
        Ok(None)
    }

    fn take_out_some(
        &self,
        run: &OldRun<'_>,
        behind: Option<Position>,
    ) -> Result<Option<ExpiredDecisions>, Refusal> {
        let (actor, old, keepers) = (run.grant.clone(), run.old, run.keepers.clone());
        self.write_alone(run.grant, move |tx| {
            let before = old.before.timestamp_millis();
            let step = tx.expire_decisions(&actor, behind, before, &keepers)?;
            let step = step.ok_or_else(not_now)?;
            // a longer period brings nothing back
            let (_, gone_before) = tx.decision_expiry(&actor)?;
            let before = old.before.max(gone_before.unwrap_or_default());
            let told = json!({
                "on": old.today, "before": rfc3339(before), "through": step.gone_through,
                "blocks": step.blocks, "decisions": step.decisions,
            });
            let what = Expiry::Gone(Expiring::Decisions, step.gone_through);
            Ok(tx.act_on_expiry(&actor, told, what).with(step))
        })
    }

    /// Up to where the last run of this month came. The first of each month begins at the beginning, for those whom
    /// something kept then and nothing keeps any more.
    pub(super) fn came_to(
        &self,
        run: &OldRun<'_>,
        what: Expiring,
    ) -> Result<Option<Position>, Refusal> {
        let gone = self.store.read(|tx| tx.last_taken_out(run.grant, what))?;
        let today = run.old.today;
        let this_month = |told: &Value| {
            let on: Option<NaiveDate> = told.get("on")?.as_str()?.parse().ok();
            on.map(|on| (on.year(), on.month()) == (today.year(), today.month()))
        };
        let gone = gone.filter(|(told, _)| this_month(told) == Some(true));
        Ok(gone.map(|(_, through)| through))
    }

    /// Whether neither the service ends nor somebody has the schedule wait.
    pub(super) fn may_go_on(&self, run: &OldRun<'_>) -> Result<bool, Refusal> {
        self.goes_on()?;
        Ok(self.schedule(run.grant)?.paused_on.is_none())
    }
}

/// Since when a period stands announced by what an entry says.
fn since(told: &Value, period: CalendarPeriod, keeping: Keeping) -> Option<NaiveDate> {
    let same = told.get("kept_for") == Some(&json!(period))
        && told.get("notice_days") == Some(&json!(keeping.notice));
    let on = told.get("on").filter(|_| same)?;
    on.as_str()?.parse().ok()
}
