//! The answers of a list, each once, and to how many lines each was given.

use crate::audit::roll::Answer;
use crate::policy::Outcome;
use std::sync::{Arc, LazyLock};

/// The answer for a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Whether the person may be contacted.
    pub(super) permit: bool,
    /// Why, or why not.
    pub(super) reason: Arc<str>,
}

impl Verdict {
    pub(super) fn of(outcome: &Outcome) -> Self {
        Self {
            permit: outcome.is_permit(),
            reason: outcome.reason().into(),
        }
    }

    pub(super) fn refused(reason: &str) -> Self {
        Self {
            permit: false,
            reason: reason.into(),
        }
    }
}

/// The answers given. A list meets a few dozen.
#[derive(Debug, Default)]
pub(super) struct Given(Vec<(Verdict, u64)>);

/// Where an answer stands among those given.
pub(super) type Place = u32;

/// The place of no answer: a line that has it is not passed on.
pub(super) const NO_ANSWER: Place = Place::MAX;

/// What is counted at no place; it does not happen.
static NOTHING: LazyLock<Verdict> = LazyLock::new(|| Verdict::refused(""));

impl Given {
    /// Whether no answer was given yet.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The place of an answer.
    pub(super) fn place(&mut self, verdict: Verdict) -> Place {
        let known = self.0.iter().position(|(given, _)| *given == verdict);
        let place = known.unwrap_or_else(|| {
            self.0.push((verdict, 0));
            self.0.len() - 1
        });
        place as Place
    }

    /// The answer at a place.
    pub(super) fn at(&self, place: Place) -> &Verdict {
        self.0
            .get(place as usize)
            .map_or(&NOTHING, |(verdict, _)| verdict)
    }

    /// Gives the answer at a place to one more line.
    pub(super) fn count(&mut self, place: Place) -> &Verdict {
        match self.0.get_mut(place as usize) {
            Some((verdict, lines)) => {
                *lines += 1;
                verdict
            }
            None => &NOTHING,
        }
    }

    /// The answers, in the order of their places.
    pub(super) fn answers(&self) -> Vec<Answer> {
        let answer = |(verdict, _): &(Verdict, u64)| Answer {
            permit: verdict.permit,
            reason: verdict.reason.to_string(),
        };
        self.0.iter().map(answer).collect()
    }

    /// Each answer with its lines.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(Verdict, u64)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_an_answer_is_refused_and_counts_as_none() {
        let mut given = Given::default();
        let permit = Verdict {
            permit: true,
            reason: "CONSENT_VALID".into(),
        };
        assert!(given.is_empty());
        let place = given.place(permit);
        assert!(given.count(place).permit);
        assert!(!given.count(NO_ANSWER).permit && !given.at(NO_ANSWER).permit);
        let lines: Vec<u64> = given.iter().map(|(_, lines)| *lines).collect();
        assert_eq!(lines, [1]);
    }
}
