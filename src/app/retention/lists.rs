//! Takes everybody off the lists that were filtered longer ago than decisions are kept for.

use super::super::open::App;
use super::super::refusal::Refusal;
use super::decisions::OldRun;
use super::run::not_now;
use crate::domain::ids::Position;
use crate::domain::time::rfc3339;
use crate::store::{ExpiredLists, Expiring, Expiry, Sheets};
use serde_json::json;

/// Behind every sheet of a list.
const LAST: u64 = i64::MAX as u64;

impl App {
    /// How many lines went; `None` where somebody has the schedule wait.
    pub(super) fn take_off_lists(&self, run: &OldRun<'_>) -> Result<Option<u64>, Refusal> {
        let came_to = self.came_to(run, Expiring::Lists)?;
        // a list may have been left in its midst
        let before = |list: Position| (list.saturating_sub(1), LAST);
        let mut behind: Sheets = came_to.map_or((0, 0), before);
        let mut listed = 0;
        while self.may_go_on(run)? {
            let Some(step) = self.take_off_some(run, behind)? else {
                return Ok(Some(listed));
            };
            (behind, listed) = (step.through, listed + step.listed);
        }
        Ok(None)
    }

    /// Takes everybody off the next sheets, except whom something keeps.
    fn take_off_some(
        &self,
        run: &OldRun<'_>,
        behind: Sheets,
    ) -> Result<Option<ExpiredLists>, Refusal> {
        let (actor, old, keepers) = (run.grant.clone(), run.old, run.keepers.clone());
        self.write_alone(run.grant, move |tx| {
            let step = tx.expire_lists(&actor, behind, old.until, &keepers)?;
            let step = step.ok_or_else(not_now)?;
            let (through, _) = step.through;
            let told = json!({
                "on": old.today, "before": rfc3339(old.before), "through": through,
                "listed": step.listed, "rolls_digest": step.digest,
            });
            let what = Expiry::Gone(Expiring::Lists, through);
            Ok(tx.act_on_expiry(&actor, told, what).with(step))
        })
    }
}
