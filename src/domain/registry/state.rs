//! What a person's answer is now: the fold of the history.

use super::{
    Act, Answer, Channel, Circumstances, Clarity, ConsentRecord, NoticeRef, Slug, SourceKind,
};
use crate::domain::ids::{Position, RecordId};
use chrono::{DateTime, Utc};

/// The answer that holds for one purpose and channel, and the record that it rests on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConsentState {
    /// The answer.
    pub status: Answer,
    /// Since when.
    pub effective_at: DateTime<Utc>,
    /// Until when a yes holds.
    pub valid_until: Option<DateTime<Utc>>,
    /// The words that were shown.
    pub notice: Option<NoticeRef>,
    /// Where it was taken down.
    pub source: SourceKind,
    /// Whether there is proof for this person.
    pub proof: bool,
    /// What the act was worth.
    pub clarity: Clarity,
    /// What else belongs to the act.
    pub circumstances: Circumstances,
    /// The record that it rests on.
    pub record: RecordId,
    /// The ledger entry that last changed it.
    pub position: Position,
}

/// One purpose and channel of one person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    /// What for.
    pub purpose: Slug,
    /// By which channel.
    pub channel: Channel,
    /// The answer that holds.
    pub state: ConsentState,
}

impl ConsentState {
    /// The state that a record alone makes.
    #[must_use]
    pub fn of(record: &ConsentRecord, position: Position) -> Self {
        Self {
            status: record.status,
            effective_at: record.effective_at,
            valid_until: record.valid_until,
            notice: record.notice.clone(),
            source: record.source.kind,
            proof: record.proof,
            clarity: record.act.map(Act::clarity).unwrap_or_default(),
            circumstances: record.circumstances,
            record: record.id,
            position,
        }
    }

    /// One step of the fold: the state after `newer` has been received.
    ///
    /// The later act wins, whenever it arrives; of two acts at one instant the *no* wins; and
    /// an import never turns a *no* into a *yes*.
    #[must_use]
    pub fn after(before: Option<&Self>, newer: Self) -> Self {
        match before {
            Some(held) if !newer.supersedes(held) => held.clone(),
            _ => newer,
        }
    }

    /// Whether this state, received after `held`, takes its place.
    #[must_use]
    pub fn supersedes(&self, held: &Self) -> bool {
        match (self.is_open(), held.is_open()) {
            // a request to confirm is no answer: it takes the place of none, and any answer its own
            (true, false) => return false,
            (false, true) => return true,
            _ => {}
        }
        let turns_no_into_yes = held.status.is_no() && !self.status.is_no();
        if turns_no_into_yes && self.source == SourceKind::Import {
            return false;
        }
        match self.effective_at.cmp(&held.effective_at) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Equal => !turns_no_into_yes,
        }
    }

    /// Whether it waits for the person's confirmation.
    const fn is_open(&self) -> bool {
        matches!(self.status, Answer::Requested)
    }

    /// Whether a yes has run out at `at`. A no never runs out.
    #[must_use]
    pub fn expired(&self, at: DateTime<Utc>) -> bool {
        self.status == Answer::Given && self.valid_until.is_some_and(|until| until <= at)
    }
}

/// The stricter of two states, where two records are found to be one person's: a *no* before a
/// *yes*, of two yeses the one that ends first. It counts from the later of the two instants,
/// so that a replay of either cannot reopen it.
#[must_use]
pub fn stricter(a: &ConsentState, b: &ConsentState, position: Position) -> ConsentState {
    let no = |state: &ConsentState| state.status.is_no();
    let a_wins = match (no(a), no(b)) {
        // a request to confirm is no answer
        (false, false) if a.is_open() != b.is_open() => b.is_open(),
        (true, false) => true,
        (false, true) => false,
        (true, true) => a.effective_at >= b.effective_at,
        (false, false) => ends(a) <= ends(b),
    };
    let mut chosen = if a_wins { a.clone() } else { b.clone() };
    if chosen.status.is_no() {
        chosen.effective_at = a.effective_at.max(b.effective_at);
    }
    chosen.position = position;
    chosen
}

/// The latest yes among these answers.
#[must_use]
pub fn latest_yes<'a>(states: impl Iterator<Item = &'a ConsentState>) -> Option<DateTime<Utc>> {
    let yeses = states.filter(|state| state.status.is_yes());
    yeses.map(|state| state.effective_at).max()
}

fn ends(state: &ConsentState) -> DateTime<Utc> {
    state.valid_until.unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::time::from_micros;
    use proptest::prelude::*;

    fn state(status: Answer, at: i64, source: SourceKind) -> ConsentState {
        ConsentState {
            status,
            effective_at: from_micros(at),
            valid_until: None,
            notice: None,
            source,
            proof: true,
            clarity: Clarity::Clear,
            circumstances: Circumstances::default(),
            record: RecordId::from_bytes([0; 16]),
            position: 0,
        }
    }

    fn answers() -> impl Strategy<Value = Answer> {
        prop_oneof![
            Just(Answer::Requested),
            Just(Answer::Given),
            Just(Answer::Refused),
            Just(Answer::Withdrawn)
        ]
    }

    fn states() -> impl Strategy<Value = ConsentState> {
        (
            answers(),
            0_i64..6,
            prop_oneof![Just(SourceKind::Store), Just(SourceKind::Import)],
        )
            .prop_map(|(status, at, source)| state(status, at, source))
    }

    #[test]
    fn a_late_older_event_changes_nothing() {
        let no = state(Answer::Withdrawn, 5, SourceKind::WebForm);
        let late = state(Answer::Given, 3, SourceKind::Store);
        assert_eq!(ConsentState::after(Some(&no), late), no);
        let yes = state(Answer::Given, 5, SourceKind::WebForm);
        let late = state(Answer::Refused, 3, SourceKind::Store);
        assert_eq!(ConsentState::after(Some(&yes), late), yes);
    }

    #[test]
    fn at_one_instant_the_no_wins() {
        let yes = state(Answer::Given, 5, SourceKind::Store);
        let no = state(Answer::Refused, 5, SourceKind::Store);
        assert!(ConsentState::after(Some(&yes), no.clone()).status.is_no());
        assert!(ConsentState::after(Some(&no), yes).status.is_no());
    }

    #[test]
    fn a_refusal_never_expires() {
        let mut no = state(Answer::Refused, 1, SourceKind::Store);
        no.valid_until = Some(from_micros(2));
        assert!(!no.expired(from_micros(10)));
    }

    proptest! {
        /// Promise 1: a yes at the end stands on an act of the person later than every no
        /// received before it.
        #[test]
        fn a_yes_stands_only_on_a_later_act(history in prop::collection::vec(states(), 1..12)) {
            let mut held: Option<ConsentState> = None;
            let mut latest_no: Option<DateTime<Utc>> = None;
            for event in history {
                let after = ConsentState::after(held.as_ref(), event.clone());
                if event.status.is_no() {
                    latest_no = latest_no.max(Some(event.effective_at));
                }
                if after.status == Answer::Given {
                    prop_assert!(latest_no.is_none_or(|no| after.effective_at > no));
                }
                held = Some(after);
            }
        }

        /// Receiving the same history again changes nothing.
        #[test]
        fn a_replay_changes_nothing(history in prop::collection::vec(states(), 1..12)) {
            let fold = |start: Option<ConsentState>| history.iter().fold(start, |held, event| {
                Some(ConsentState::after(held.as_ref(), event.clone()))
            });
            let once = fold(None);
            let twice = fold(once.clone());
            prop_assert_eq!(once.unwrap().status.is_no(), twice.unwrap().status.is_no());
        }

        /// After a merge nothing that was received before can reopen a no.
        #[test]
        fn a_merge_keeps_the_no(a in states(), b in states(), replay in 0..2) {
            let merged = stricter(&a, &b, 9);
            prop_assert_eq!(merged.status.is_no(), a.status.is_no() || b.status.is_no());
            let again = ConsentState::after(Some(&merged), if replay == 0 { a } else { b });
            prop_assert_eq!(again.status.is_no(), merged.status.is_no());
        }
    }
}
