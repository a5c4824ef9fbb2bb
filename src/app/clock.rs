//! A clock that jumps. The log's times never go back: while the clock is behind, entries bear the
//! time of the last one. A clock that went forward cannot be told from a night of rest by the log
//! alone, but while the service runs it can, and it is told before much bears the wrong time.

use super::open::App;
use crate::domain::time::Now;
use crate::store::StoreError;
use std::sync::{Mutex, PoisonError};

/// What is no jump, in seconds: clocks are adjusted by less.
const SLACK: i64 = 2;
/// What is a jump forward, in seconds: a day.
const FORWARD: i64 = 86_400;

/// The clock jumped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClockJump {
    /// To the past, by so many seconds.
    #[error(
        "the clock went back by {0} s, or is that far behind the last entry: new entries bear the last one's time until \
         it has caught up"
    )]
    Back(i64),
    /// To the future, by so many seconds.
    #[error(
        "the clock is {0} s after the last time that was seen: if the machine did not rest for so long, set the clock \
         right at once, since the log's times never go back"
    )]
    Forward(i64),
}

/// How the clock stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClockState {
    /// By how many seconds it is behind the last entry; 0 where it is not.
    pub behind: i64,
    /// How often it went back, since the start.
    pub back: u64,
    /// How often it went forward, since the start.
    pub forward: u64,
}

/// Watches the clock.
#[derive(Debug, Default)]
pub struct ClockWatch(Mutex<(Option<i64>, ClockState)>);

impl ClockWatch {
    /// Takes in an instant, beside the time of the last entry; the jump that it shows, once.
    fn look(&self, now: i64, last_at: i64) -> Option<ClockJump> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (seen, state) = &mut *held;
        let moved = now.saturating_sub(seen.unwrap_or(last_at));
        *seen = Some(now);
        state.behind = last_at.saturating_sub(now).max(0);
        if moved < -SLACK {
            state.back = state.back.saturating_add(1);
            return Some(ClockJump::Back(moved.saturating_neg()));
        }
        (moved > FORWARD).then(|| {
            state.forward = state.forward.saturating_add(1);
            ClockJump::Forward(moved)
        })
    }
}

impl App {
    /// Looks at the clock; call it often. Before the first call, the last entry's time is what was
    /// seen last.
    ///
    /// # Errors
    /// Where the head of the log cannot be read.
    pub fn watch_clock(&self, now: Now) -> Result<Option<ClockJump>, StoreError> {
        let last_at = self.store.read(|tx| tx.head(&self.serve))?.last_at;
        Ok(self.clock_watch.look(now.utc().timestamp(), last_at))
    }

    /// By how many seconds the clock is behind the last entry, where it is by more than clocks are adjusted by. Unlike
    /// [`Self::watch_clock`] it takes nothing in: whoever watches learns of a jump all the same.
    ///
    /// # Errors
    /// Where the head of the log cannot be read.
    pub fn clock_is_behind(&self, now: Now) -> Result<Option<i64>, StoreError> {
        let last_at = self.store.read(|tx| tx.head(&self.serve))?.last_at;
        let behind = last_at.saturating_sub(now.utc().timestamp());
        Ok((behind > SLACK).then_some(behind))
    }

    /// How the clock stood when it was looked at last.
    #[must_use]
    pub fn clock_state(&self) -> ClockState {
        let held = &self.clock_watch.0;
        held.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::app::testing::{ORIGIN, TestApp};
    use crate::audit::leaf::Leaf;

    fn times(home: &TestApp) -> Vec<i64> {
        let serve = &home.app.serve;
        let leaves = home.app.store.read(|tx| tx.leaves(serve, 0..1000)).unwrap();
        let leaf = |(_, text): (u64, String)| Leaf::parse(text.as_bytes()).unwrap();
        let leaves: Vec<_> = leaves.into_iter().map(leaf).collect();
        assert!(leaves.iter().all(|leaf| leaf.registry == ORIGIN));
        leaves.into_iter().map(|leaf| leaf.at).collect()
    }

    fn records(home: &TestApp, who: &str) -> i64 {
        home.record(vec![home.claim(&[("email", who)], "newsletter", "given")]);
        *times(home).last().unwrap()
    }

    #[test]
    fn the_logs_time_never_goes_back_and_the_jump_is_told_once() {
        let home = TestApp::new();
        home.publish();
        let (app, clock) = (&home.app, &home.clock);
        let look = || app.watch_clock(app.now()).unwrap();
        let start = records(&home, "anne@example.fr");
        assert_eq!((look(), app.clock_state()), (None, ClockState::default()));
        let before = app.sign_head(app.now()).unwrap();
        clock.pass(-7_200);
        assert_eq!(look(), Some(ClockJump::Back(7_200)));
        assert_eq!((look(), app.clock_state().behind), (None, 7_200));
        assert_eq!(records(&home, "bea@example.fr"), start, "clamped");
        let signed = app.sign_head(app.now()).unwrap();
        assert!(signed.size > before.size && signed.signed_at == before.signed_at);
        clock.pass(7_260);
        assert_eq!((look(), app.clock_state().behind), (None, 0));
        assert_eq!(records(&home, "carl@example.fr"), start + 60);
        assert!(times(&home).is_sorted());
    }

    /// A yes, the clock goes back, a no: the no is later, and holds.
    #[test]
    fn a_withdrawal_after_a_jump_back_still_ends_the_yes() {
        let home = TestApp::new();
        home.publish();
        let who = [("email", "anne@example.fr")];
        home.record(vec![home.claim(&who, "newsletter", "given")]);
        home.clock.pass(-86_400 * 400);
        home.record(vec![home.claim(&who, "newsletter", "withdrawn")]);
        let grant = TestApp::grant::<crate::access::ExportAudit>();
        let found = home.app.audit_check(&grant, &|_, _| {}).unwrap();
        assert!(found.holds(), "{:?}", found.findings);
        assert!(times(&home).is_sorted());
    }

    #[test]
    fn more_than_a_day_forward_is_told() {
        let home = TestApp::new();
        home.publish();
        let (app, clock) = (&home.app, &home.clock);
        let look = || app.watch_clock(app.now()).unwrap();
        assert_eq!(look(), None);
        clock.pass(86_400);
        assert_eq!(look(), None, "a day of rest");
        clock.pass(86_401);
        assert_eq!(look(), Some(ClockJump::Forward(86_401)));
        assert_eq!((look(), app.clock_state().forward), (None, 1));
        // what bears the wrong time keeps it; setting the clock right is told, too
        records(&home, "anne@example.fr");
        clock.pass(-86_401);
        assert_eq!(look(), Some(ClockJump::Back(86_401)));
        assert_eq!(app.clock_state().behind, 86_401);
    }

    #[test]
    fn a_start_compares_the_clock_with_the_last_entry() {
        let home = TestApp::new();
        home.publish();
        home.clock.pass(-100);
        let again = TestApp::reopened(&home);
        let look = again.app.watch_clock(again.app.now()).unwrap();
        assert_eq!(look, Some(ClockJump::Back(100)));
    }
}
