//! One check in a thousand is decided by Cedar as well, beside the path of the answers. A
//! difference raises an alarm, and from then on Cedar decides everything.

use super::facts::{Asked, Seen};
use super::policies::rules::Rules;
use crate::policy::{Engine, Outcome, Situation};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Of so many checks one is repeated.
const EVERY: u64 = 1_000;
/// Repetitions that wait; where there are more, a check is not repeated: nobody waits for it.
const WAITING: usize = 64;

/// What decided a check, the check, and its answer.
type Given = (Arc<Engine>, Situation, Arc<Outcome>);

/// Decides, and has some of the checks repeated on a thread of its own, which ends with it.
pub(super) struct Judge {
    checks: AtomicU64,
    queue: Option<SyncSender<Given>>,
    found: Arc<Found>,
}

/// What has come of it.
#[derive(Default)]
struct Found {
    repeated: AtomicU64,
    differences: AtomicU64,
}

impl Judge {
    /// Repeats checks where it is to answer many.
    pub(super) fn new(repeats: bool) -> Self {
        let found = Arc::new(Found::default());
        Self {
            checks: AtomicU64::new(0),
            queue: repeats.then(|| start(&found)).flatten(),
            found,
        }
    }

    /// Decides by the rules, on the facts that they read, and says on which; a denial where the
    /// rules cannot be used.
    pub(super) fn decide(
        &self,
        rules: &Rules,
        asked: &Asked<'_>,
        seen: &Seen,
    ) -> (Option<Situation>, Arc<Outcome>) {
        let Ok(engine) = rules.engine() else {
            return (None, Arc::new(Outcome::evaluation_error()));
        };
        let situation = asked.as_needed(engine).situation(seen);
        let outcome = engine.decide(&situation);
        self.answered(engine, &outcome, || asked.situation(seen));
        (Some(situation), outcome)
    }

    /// Counts a check, and has it repeated if it is its turn. `situation` is asked for then only:
    /// with every fact, so that one which was wrongly left out is found as well.
    pub(super) fn answered(
        &self,
        engine: &Arc<Engine>,
        outcome: &Arc<Outcome>,
        situation: impl FnOnce() -> Situation,
    ) {
        let Some(queue) = &self.queue else {
            return;
        };
        let turn = self.checks.fetch_add(1, Ordering::Relaxed);
        if turn.is_multiple_of(EVERY) {
            // a full queue: the next turn comes
            let _full = queue.try_send((engine.clone(), situation(), outcome.clone()));
        }
    }
}

/// The thread's queue; none where it could not be started.
fn start(found: &Arc<Found>) -> Option<SyncSender<Given>> {
    let (queue, given) = sync_channel(WAITING);
    let found = found.clone();
    let started = std::thread::Builder::new()
        .name("repeats".into())
        .spawn(move || found.repeat(&given));
    if let Err(error) = &started {
        tracing::error!(%error, "no check is repeated by Cedar");
    }
    started.is_ok().then_some(queue)
}

impl Found {
    fn repeat(&self, given: &Receiver<Given>) {
        for (engine, situation, outcome) in given {
            if engine.is_by_cedar() {
                continue;
            }
            if let Err(difference) = engine.confirm(&situation, &outcome) {
                self.differences.fetch_add(1, Ordering::SeqCst);
                tracing::error!(
                    %difference,
                    version = engine.version(),
                    "the compiled policies differ from Cedar, which decides every check from now on"
                );
            }
            self.repeated.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl super::App {
    /// How many checks Cedar has repeated, and how many of them it answered otherwise.
    #[must_use]
    pub fn repeats(&self) -> (u64, u64) {
        let found = &self.judge.found;
        let of = |count: &AtomicU64| count.load(Ordering::SeqCst);
        (of(&found.repeated), of(&found.differences))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::policy::{
        Channel, ConsentFact, Country, Facts, Laws, LegalBasis, LegalDay, Pack, PurposeUse,
    };
    use std::time::{Duration, Instant};

    fn objected() -> Situation {
        let (used, channel) = (PurposeUse::DirectMarketingOwn, Channel::Email);
        Situation {
            facts: Facts {
                person_known: true,
                purpose_known: true,
                channel_of_purpose: true,
                consent: ConsentFact::Given,
                notice_current: true,
                consent_proof: crate::policy::ProofFact::Individual,
                objection: true,
                ..Facts::nothing_known(used, channel, LegalBasis::Consent)
            },
            laws: Laws::of(channel, Some(Country::France), None),
            day: LegalDay::known("2026-11-23".parse().unwrap()),
        }
    }

    fn wait(holds: impl Fn() -> bool) {
        let begun = Instant::now();
        while !holds() {
            assert!(begun.elapsed() < Duration::from_secs(60), "waited in vain");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    fn repeated(judge: &Judge) -> u64 {
        judge.found.repeated.load(Ordering::SeqCst)
    }

    #[test]
    fn one_check_in_a_thousand_is_repeated_and_agrees() {
        let engine = Arc::new(Engine::compile(&Pack::embedded().unwrap()).unwrap());
        let judge = Judge::new(true);
        let outcome = engine.decide(&objected());
        for _ in 0..=EVERY {
            judge.answered(&engine, &outcome, objected);
        }
        wait(|| repeated(&judge) == 2);
        assert!(!engine.is_by_cedar());
        assert_eq!(judge.found.differences.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn a_compiled_policy_that_is_wrong_is_found_and_cedar_decides_from_then_on() {
        let mut engine = Engine::compile(&Pack::embedded().unwrap()).unwrap();
        engine.forget("gdpr-objection");
        let engine = Arc::new(engine);
        let judge = Judge::new(true);
        let wrong = engine.decide(&objected());
        assert!(wrong.is_permit(), "the planted mistake permits");
        judge.answered(&engine, &wrong, objected);
        wait(|| repeated(&judge) == 1);
        assert_eq!(judge.found.differences.load(Ordering::SeqCst), 1);
        assert!(engine.is_by_cedar());
        let right = engine.decide(&objected());
        assert_eq!((right.is_permit(), right.reason()), (false, "OBJECTION"));
    }

    #[test]
    fn a_full_queue_holds_nobody_up() {
        let engine = Arc::new(Engine::compile(&Pack::embedded().unwrap()).unwrap());
        let (queue, given) = sync_channel(1);
        let judge = Judge {
            checks: AtomicU64::new(0),
            queue: Some(queue),
            found: Arc::default(),
        };
        let outcome = Arc::new(Outcome::stale());
        for _ in 0..3 * EVERY {
            judge.answered(&engine, &outcome, objected);
        }
        assert_eq!(given.try_iter().count(), 1);
    }
}
