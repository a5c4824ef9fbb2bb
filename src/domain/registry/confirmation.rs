//! Double opt-in: a consent that was asked for, and the confirmation that makes it one.
//!
//! A confirmation completes the wish of the request: it is ordered by the instant of the request, and not
//! by its own. Every no of that instant or later therefore wins by the fold alone, whenever it arrives.

use super::{ConsentState, Standing};
use crate::domain::ids::{Position, RecordId};
use chrono::{DateTime, Utc};

/// A request that waits for its confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenRequest {
    /// The consent record that asked.
    pub record: RecordId,
    /// When the person asked.
    pub at: DateTime<Utc>,
    /// The entry that says so.
    pub position: Position,
}

/// What a confirmation finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirming {
    /// Nothing was said since: the request becomes a yes.
    Confirms,
    /// The person has said yes since, in another way.
    YesSince(DateTime<Utc>),
    /// The person has said no since, which holds.
    NoSince(DateTime<Utc>),
}

/// What the confirmation of `request` finds where `held` and `standing` are what holds now.
///
/// An answer that was written down after the request counts as said after it, too, whatever instant it
/// has: a clock that was set back must not lose a no.
#[must_use]
pub fn confirming(
    held: Option<&ConsentState>,
    standing: &Standing,
    request: &OpenRequest,
) -> Confirming {
    let later = |state: &&ConsentState| {
        state.effective_at >= request.at || state.position > request.position
    };
    let said = held.filter(later);
    if let Some(no) = said.filter(|state| state.status.is_no()) {
        return Confirming::NoSince(no.effective_at);
    }
    if let Some(objected) = standing.objection.filter(|at| *at >= request.at) {
        return Confirming::NoSince(objected);
    }
    match said.filter(|state| state.status.is_yes()) {
        Some(yes) => Confirming::YesSince(yes.effective_at),
        None => Confirming::Confirms,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::registry::{Answer, Circumstances, Clarity, SourceKind, stricter};
    use crate::domain::time::from_micros;
    use proptest::prelude::*;

    const ASKED: i64 = 5;

    fn state(status: Answer, at: i64, position: Position) -> ConsentState {
        ConsentState {
            status,
            effective_at: from_micros(at),
            valid_until: None,
            notice: None,
            source: SourceKind::WebForm,
            proof: true,
            clarity: Clarity::Clear,
            circumstances: Circumstances::default(),
            record: RecordId::from_bytes([0; 16]),
            position,
        }
    }

    /// What can happen around one request.
    #[derive(Debug, Clone)]
    enum Step {
        /// An answer of that instant arrives, by whatever way.
        Answer(Answer, i64),
        /// The button is pressed, maybe for the second time.
        Press,
        /// The confirming record arrives again, or out of order, without anybody looking.
        Replay,
        /// The record is found to be the same person's as one with this answer.
        Merge(Answer, i64),
        /// The person objects.
        Object(i64),
    }

    fn answers() -> impl Strategy<Value = Answer> {
        prop::sample::select(vec![
            Answer::Requested,
            Answer::Given,
            Answer::Refused,
            Answer::Withdrawn,
        ])
    }

    fn steps() -> impl Strategy<Value = Step> {
        prop_oneof![
            (answers(), 0_i64..10).prop_map(|(answer, at)| Step::Answer(answer, at)),
            Just(Step::Press),
            Just(Step::Replay),
            (answers(), 0_i64..10).prop_map(|(answer, at)| Step::Merge(answer, at)),
            (0_i64..10).prop_map(Step::Object),
        ]
    }

    proptest! {
        /// Promise 1: whatever comes in whatever order, a request that is confirmed takes no no back that
        /// was said when it was asked or later. What such a no leaves is never the request's yes.
        #[test]
        fn a_no_since_wins_for_ever(steps in prop::collection::vec(steps(), 1..14)) {
            let request = OpenRequest { record: RecordId::from_bytes([9; 16]), at: from_micros(ASKED), position: 0 };
            let confirmed = |position| ConsentState {
                record: request.record,
                ..state(Answer::Given, ASKED, position)
            };
            let mut held = Some(state(Answer::Requested, ASKED, 0));
            let mut standing = Standing::default();
            let (mut no_since, mut position) = (false, 1);
            for step in steps {
                match step {
                    Step::Answer(answer, at) => {
                        no_since |= answer.is_no() && at >= ASKED;
                        held = Some(ConsentState::after(held.as_ref(), state(answer, at, position)));
                    }
                    Step::Press => {
                        let found = confirming(held.as_ref(), &standing, &request);
                        let objected = standing.objection.is_some_and(|at| at >= request.at);
                        let no = held.as_ref().is_some_and(|held| held.status.is_no());
                        // a no that was written down later than the request is never overruled
                        if objected || (no && held.as_ref().unwrap().position > 0) {
                            prop_assert!(matches!(found, Confirming::NoSince(_)));
                        }
                        if found == Confirming::Confirms {
                            held = Some(ConsentState::after(held.as_ref(), confirmed(position)));
                        }
                    }
                    Step::Replay => held = Some(ConsentState::after(held.as_ref(), confirmed(position))),
                    Step::Merge(answer, at) => {
                        no_since |= answer.is_no() && at >= ASKED;
                        held = Some(stricter(&held.unwrap(), &state(answer, at, position), position));
                    }
                    Step::Object(at) => standing.objection = standing.objection.max(Some(from_micros(at))),
                }
                position += 1;
                let held = held.as_ref().unwrap();
                let by_request = held.status.is_yes() && held.record == request.record;
                prop_assert!(!(no_since && by_request), "{held:?}");
            }
        }
    }

    #[test]
    fn an_older_no_gives_way_to_what_was_asked_for_since() {
        let standing = Standing::default();
        let request = OpenRequest {
            record: RecordId::from_bytes([9; 16]),
            at: from_micros(ASKED),
            position: 7,
        };
        let found = |held: &ConsentState| confirming(Some(held), &standing, &request);
        assert_eq!(found(&state(Answer::Refused, 3, 2)), Confirming::Confirms);
        assert_eq!(
            found(&state(Answer::Requested, ASKED, 7)),
            Confirming::Confirms
        );
        // at the same instant, and on a clock that was set back
        for no in [
            state(Answer::Refused, ASKED, 2),
            state(Answer::Withdrawn, 3, 8),
        ] {
            assert!(matches!(found(&no), Confirming::NoSince(_)));
        }
        let yes = state(Answer::Given, 6, 9);
        assert_eq!(found(&yes), Confirming::YesSince(from_micros(6)));
        assert_eq!(confirming(None, &standing, &request), Confirming::Confirms);
    }
}
