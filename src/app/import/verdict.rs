//! What an imported claim does to the answer that is held. Pure: no clock, no registry.
//!
//! Promise 1: an import never turns a *no* into a *yes*. So a claimed yes never meets a held no
//! by its date: whatever the file says, only the person's own act, taken down where they
//! acted, says yes again.

use crate::domain::registry::{Answer, NoticeRef};
use chrono::{DateTime, Utc};

/// The answer that holds for one purpose and channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The answer.
    pub answer: Answer,
    /// Since when.
    pub effective_at: DateTime<Utc>,
    /// Whether somebody said when the person acted. An imported yes without a date counts from
    /// its import, which is no act of the person: every no outranks it.
    pub dated: bool,
    /// Whether a yes has run out.
    pub expired: bool,
    /// Whether there is proof for this person (GDPR art. 7(1)).
    pub proof: bool,
    /// The words that were shown.
    pub notice: Option<NoticeRef>,
}

/// What a line of a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The answer.
    pub answer: Answer,
    /// When the person acted, if the file knows. A no without a date counts from now.
    pub at: Option<DateTime<Utc>>,
    /// Whether the file proves it.
    pub proof: bool,
    /// The words that were shown.
    pub notice: Option<NoticeRef>,
}

/// What becomes of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is written: it is a new answer.
    New,
    /// It is written: the same answer on firmer ground. A yes with proof or to newer words, or
    /// a no of a later date, which outranks a yes that arrives late.
    Strengthens,
    /// Nothing to write: this answer is held.
    Unchanged,
    /// Kept out: a no that is older than the yes that is held.
    Older,
    /// Kept out always: a yes where the person has said no.
    WouldReopen,
}

impl Verdict {
    /// Whether the claim is written down.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(self, Self::New | Self::Strengthens)
    }
}

/// What becomes of `claim` where `held` holds and the person objected at `objected` (art. 21).
#[must_use]
pub fn verdict(held: Option<&Held>, objected: Option<DateTime<Utc>>, claim: &Claimed) -> Verdict {
    // a request to confirm is no answer yet
    let held = held.filter(|held| held.answer != Answer::Requested);
    if claim.answer.is_no() {
        return held.map_or(Verdict::New, |held| no(held, claim));
    }
    if said_no(held, objected) {
        return Verdict::WouldReopen;
    }
    held.map_or(Verdict::New, |held| yes(held, claim))
}

/// A no, or an objection that no later yes has lifted.
fn said_no(held: Option<&Held>, objected: Option<DateTime<Utc>>) -> bool {
    let yes_since = held
        .filter(|held| !held.answer.is_no())
        .map(|held| held.effective_at);
    let objection_stands =
        objected.is_some_and(|objected| yes_since.is_none_or(|yes| yes <= objected));
    objection_stands || held.is_some_and(|held| held.answer.is_no())
}

fn no(held: &Held, claim: &Claimed) -> Verdict {
    let later = claim.at.is_some_and(|at| at > held.effective_at);
    let older = claim.at.is_some_and(|at| at < held.effective_at);
    match held.answer.is_no() {
        true if later => Verdict::Strengthens,
        true => Verdict::Unchanged,
        false if older && held.dated => Verdict::Older,
        false => Verdict::New,
    }
}

fn yes(held: &Held, claim: &Claimed) -> Verdict {
    let later = claim.at.is_some_and(|at| at > held.effective_at);
    let not_earlier = later || claim.at == Some(held.effective_at);
    if held.expired && later {
        Verdict::New
    } else if claim.proof
        && ((not_earlier && !held.proof) || (later && has_newer_words(held, claim)))
    {
        Verdict::Strengthens
    } else {
        Verdict::Unchanged
    }
}

fn has_newer_words(held: &Held, claim: &Claimed) -> bool {
    let shown = held.notice.as_ref().zip(claim.notice.as_ref());
    shown.is_some_and(|(old, new)| old.id == new.id && new.version > old.version)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::domain::time::from_micros;
    use proptest::prelude::*;

    fn held(answer: Answer, at: i64) -> Held {
        Held {
            answer,
            effective_at: from_micros(at),
            dated: true,
            expired: false,
            proof: true,
            notice: None,
        }
    }

    fn claim(answer: Answer, at: Option<i64>) -> Claimed {
        Claimed {
            answer,
            at: at.map(from_micros),
            proof: true,
            notice: None,
        }
    }

    #[test]
    fn the_table() {
        use Answer::{Given, Refused, Withdrawn};
        for (before, claimed, expected) in [
            (None, claim(Given, None), Verdict::New),
            (None, claim(Refused, Some(1)), Verdict::New),
            // a yes never reopens a no, whatever the dates
            (
                Some(held(Refused, 5)),
                claim(Given, Some(1)),
                Verdict::WouldReopen,
            ),
            (
                Some(held(Withdrawn, 5)),
                claim(Given, Some(9)),
                Verdict::WouldReopen,
            ),
            (
                Some(held(Withdrawn, 5)),
                claim(Given, None),
                Verdict::WouldReopen,
            ),
            // a no wins, but for one that is dated older than the yes
            (
                Some(held(Given, 5)),
                claim(Withdrawn, Some(9)),
                Verdict::New,
            ),
            (Some(held(Given, 5)), claim(Refused, Some(5)), Verdict::New),
            (Some(held(Given, 5)), claim(Withdrawn, None), Verdict::New),
            (
                Some(held(Given, 5)),
                claim(Withdrawn, Some(4)),
                Verdict::Older,
            ),
            // the same again
            (
                Some(held(Given, 5)),
                claim(Given, Some(5)),
                Verdict::Unchanged,
            ),
            (
                Some(held(Given, 5)),
                claim(Given, Some(9)),
                Verdict::Unchanged,
            ),
            (
                Some(held(Refused, 5)),
                claim(Withdrawn, Some(4)),
                Verdict::Unchanged,
            ),
            (
                Some(held(Withdrawn, 5)),
                claim(Withdrawn, None),
                Verdict::Unchanged,
            ),
            (
                Some(held(Withdrawn, 5)),
                claim(Withdrawn, Some(9)),
                Verdict::Strengthens,
            ),
        ] {
            assert_eq!(
                verdict(before.as_ref(), None, &claimed),
                expected,
                "{before:?} {claimed:?}"
            );
        }
    }

    #[test]
    fn proof_newer_words_and_expiry_make_a_yes_worth_writing() {
        let weak = Held {
            proof: false,
            ..held(Answer::Given, 5)
        };
        let yes = |at| claim(Answer::Given, at);
        assert_eq!(
            verdict(Some(&weak), None, &yes(Some(5))),
            Verdict::Strengthens
        );
        assert_eq!(
            verdict(Some(&weak), None, &yes(Some(4))),
            Verdict::Unchanged
        );
        assert_eq!(
            verdict(
                Some(&weak),
                None,
                &Claimed {
                    proof: false,
                    ..yes(Some(9))
                }
            ),
            Verdict::Unchanged
        );
        let old = Held {
            notice: "n@1".parse().ok(),
            ..held(Answer::Given, 5)
        };
        let new = Claimed {
            notice: "n@2".parse().ok(),
            ..yes(Some(9))
        };
        assert_eq!(verdict(Some(&old), None, &new), Verdict::Strengthens);
        let over = Held {
            expired: true,
            ..held(Answer::Given, 5)
        };
        assert_eq!(verdict(Some(&over), None, &yes(Some(9))), Verdict::New);
        assert_eq!(
            verdict(Some(&over), None, &yes(Some(5))),
            Verdict::Unchanged
        );
    }

    #[test]
    fn an_objection_is_a_no_to_every_yes() {
        let yes = claim(Answer::Given, Some(9));
        let at = |at| Some(from_micros(at));
        assert_eq!(verdict(None, at(1), &yes), Verdict::WouldReopen);
        assert_eq!(
            verdict(Some(&held(Answer::Given, 5)), at(5), &yes),
            Verdict::WouldReopen
        );
        assert_eq!(
            verdict(Some(&held(Answer::Given, 5)), at(4), &yes),
            Verdict::Unchanged
        );
        assert_eq!(
            verdict(None, at(9), &claim(Answer::Refused, Some(1))),
            Verdict::New
        );
    }

    #[test]
    fn every_no_outranks_an_undated_import() {
        let undated = Held {
            dated: false,
            proof: false,
            ..held(Answer::Given, 5)
        };
        assert_eq!(
            verdict(Some(&undated), None, &claim(Answer::Withdrawn, Some(1))),
            Verdict::New
        );
    }

    fn answers() -> impl Strategy<Value = Answer> {
        prop_oneof![
            Just(Answer::Given),
            Just(Answer::Refused),
            Just(Answer::Withdrawn)
        ]
    }

    fn helds() -> impl Strategy<Value = Held> {
        (answers(), 0_i64..6, any::<[bool; 3]>()).prop_map(
            |(answer, at, [dated, expired, proof])| Held {
                dated,
                expired: expired && !answer.is_no(),
                proof,
                ..held(answer, at)
            },
        )
    }

    proptest! {
        #[test]
        fn a_yes_is_never_written_over_a_no(
            before in prop::option::of(helds()),
            objected in prop::option::of(0_i64..6),
            at in prop::option::of(0_i64..9),
            proof in any::<bool>(),
        ) {
            let objected = objected.map(from_micros);
            let yes = Claimed { proof, ..claim(Answer::Given, at) };
            let outcome = verdict(before.as_ref(), objected, &yes);
            let no = before.as_ref().is_some_and(|held| held.answer.is_no());
            prop_assert!(!(no && outcome.writes()));
            let yes_since = before.filter(|held| !held.answer.is_no()).map(|held| held.effective_at);
            prop_assert!(!outcome.writes() || objected.is_none() || yes_since > objected);
        }

        /// A no is kept out by a yes of a known and later date alone.
        #[test]
        fn a_no_always_wins_but_against_a_later_yes(before in helds(), at in prop::option::of(0_i64..9)) {
            let outcome = verdict(Some(&before), None, &claim(Answer::Withdrawn, at));
            let outranked = before.dated && at.is_some_and(|at| from_micros(at) < before.effective_at);
            prop_assert_eq!(!before.answer.is_no() && !outranked, outcome == Verdict::New);
        }
    }
}
