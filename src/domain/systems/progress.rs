//! The next step of a task, from what was answered. An erasure is done only when a second reading finds
//! nothing, whatever the system says.

use super::task::{Failure, Outcome, Progress, Step, Verb};
use chrono::NaiveDate;

/// How often a step is tried.
pub const MOST_ATTEMPTS: u32 = 8;
/// Seconds before the second try; each further one waits twice as long.
const FIRST_WAIT: u32 = 2;

/// What is said of an outcome that is not all, without why.
pub const NEEDS_REASON: &str = "needs its reason";

/// What came back from a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// So many rows are there.
    Found {
        /// How many.
        rows: u64,
        /// SHA-256 of them.
        digest: String,
    },
    /// So many rows were changed.
    Changed(u64),
    /// It has the task, and answers later; ask again after so many seconds.
    Later(Option<u32>),
    /// It says what came of it.
    Said(Outcome, u64, String),
    /// It did not work.
    Fault(Failure),
}

/// A step that begins: what was begun before and is not known to have ended counts as resumed.
#[must_use]
pub fn begun(progress: &Progress) -> Progress {
    Progress {
        attempts: progress.attempts.saturating_add(1),
        resumed: progress.resumed.saturating_add(u32::from(progress.begun)),
        begun: true,
        ..progress.clone()
    }
}

/// Where a task stands after an answer, and after how many seconds it goes on; none where it is over or
/// waits for somebody.
#[must_use]
pub fn heard(progress: &Progress, verb: Verb, heard: Heard) -> (Progress, Option<u32>) {
    let mut next = Progress {
        begun: false,
        awaited: false,
        ..progress.clone()
    };
    match heard {
        Heard::Fault(why) => return failed(next, why),
        Heard::Later(again) => return later(next, again),
        Heard::Found { rows, digest } => {
            next.digest = Some(digest);
            found(&mut next, verb, rows);
        }
        Heard::Changed(rows) => {
            next.changed = next.changed.saturating_add(rows);
            go_on(&mut next, Step::Verify);
        }
        Heard::Said(outcome, rows, digest) => {
            next.digest = Some(digest);
            said(&mut next, verb, outcome, rows);
        }
    }
    next.last = None;
    let again = next.outcome.is_none().then_some(0);
    (next, again)
}

fn go_on(next: &mut Progress, step: Step) {
    next.step = step;
    next.attempts = 0;
}

fn found(next: &mut Progress, verb: Verb, rows: u64) {
    match next.step {
        Step::Verify if rows > 0 => next.outcome = Some(Outcome::NotVerified { left: rows }),
        Step::Verify => next.outcome = Some(Outcome::Done),
        _ => {
            next.found = rows;
            if !verb.erases() {
                next.outcome = Some(Outcome::Done);
            } else if rows == 0 {
                // its own statement says what an erasure must not leave
                go_on(next, Step::Verify);
            } else {
                go_on(next, Step::Act);
            }
        }
    }
}

/// An answer by the system's own account. That it is done is believed of a reading and of a recipient
/// that was told; of an erasure it is looked at.
fn said(next: &mut Progress, verb: Verb, outcome: Outcome, rows: u64) {
    match (outcome, next.step) {
        (Outcome::Done, Step::Locate | Step::Verify) => found(next, verb, rows),
        (Outcome::Done, Step::Act) if verb.erases() => {
            next.changed = rows;
            go_on(next, Step::Verify);
        }
        (outcome, _) => {
            next.changed = rows;
            next.outcome = Some(outcome);
        }
    }
}

fn later(mut next: Progress, again: Option<u32>) -> (Progress, Option<u32>) {
    next.awaited = true;
    next.last = None;
    // who works on it has not failed
    next.attempts = 0;
    (next, again)
}

fn failed(mut next: Progress, why: Failure) -> (Progress, Option<u32>) {
    next.last = Some(why);
    if next.attempts >= MOST_ATTEMPTS {
        next.outcome = Some(Outcome::Failed { why });
        return (next, None);
    }
    let doubled = FIRST_WAIT << next.attempts.min(MOST_ATTEMPTS);
    (next, Some(doubled))
}

/// What a person or a system may say of a task, from its parts.
///
/// # Errors
/// What is missing, in words.
pub fn outcome_of(
    word: &str,
    ground: Option<&str>,
    until: Option<NaiveDate>,
) -> Result<Outcome, &'static str> {
    let ground = ground.map(str::trim).filter(|text| !text.is_empty());
    let owned = ground.map(str::to_owned);
    match (word, owned) {
        ("done", _) => Ok(Outcome::Done),
        ("failed", _) => Ok(Outcome::Failed {
            why: Failure::SaysFailed,
        }),
        ("partly", Some(why)) => Ok(Outcome::Partly { why }),
        ("refused", Some(ground)) => Ok(Outcome::Refused { ground }),
        ("legal_hold", Some(ground)) => Ok(Outcome::LegalHold { ground, until }),
        ("partly" | "refused" | "legal_hold", None) => Err(NEEDS_REASON),
        _ => Err("must be done, partly, refused, legal_hold or failed"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn rows(rows: u64) -> Heard {
        Heard::Found {
            rows,
            digest: "d".into(),
        }
    }

    #[test]
    fn an_erasure_is_done_when_a_second_reading_finds_nothing() {
        let (one, _) = heard(&Progress::at(Step::Locate), Verb::Erase, rows(3));
        assert_eq!((one.step, one.found), (Step::Act, 3));
        let (two, again) = heard(&begun(&one), Verb::Erase, Heard::Changed(3));
        assert_eq!((two.step, again), (Step::Verify, Some(0)));
        let (done, _) = heard(&begun(&two), Verb::Erase, rows(0));
        assert_eq!(done.outcome, Some(Outcome::Done));
        let (lie, _) = heard(&begun(&two), Verb::Erase, rows(3));
        assert_eq!(lie.outcome, Some(Outcome::NotVerified { left: 3 }));
    }

    /// Who says yes is looked at; who says yes again is believed only with nothing found.
    #[test]
    fn a_yes_is_no_proof() {
        let act = Progress::at(Step::Act);
        let yes = |rows| Heard::Said(Outcome::Done, rows, "d".into());
        let (next, _) = heard(&act, Verb::Erase, yes(4));
        assert_eq!((next.step, next.outcome), (Step::Verify, None));
        let (told, _) = heard(&act, Verb::TellErased, yes(0));
        assert_eq!(told.outcome, Some(Outcome::Done));
        let (left, _) = heard(&Progress::at(Step::Verify), Verb::Mask, yes(1));
        assert_eq!(left.outcome, Some(Outcome::NotVerified { left: 1 }));
    }

    #[test]
    fn a_failure_waits_longer_each_time_and_ends() {
        let mut progress = Progress::at(Step::Act);
        let mut waits = Vec::new();
        while progress.outcome.is_none() {
            let (next, again) = heard(
                &begun(&progress),
                Verb::Erase,
                Heard::Fault(Failure::TimedOut),
            );
            waits.extend(again);
            progress = next;
        }
        assert_eq!(waits, [4, 8, 16, 32, 64, 128, 256]);
        let why = Failure::TimedOut;
        assert_eq!(progress.outcome, Some(Outcome::Failed { why }));
        assert_eq!(progress.resumed, 0);
        let crashed = begun(&begun(&Progress::at(Step::Act)));
        assert_eq!(crashed.resumed, 1);
    }
}
