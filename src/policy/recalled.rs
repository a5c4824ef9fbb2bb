//! The facts of a recorded decision, to be decided on again.

use super::codes::Codes;
use super::engine::Engine;
use super::fact_set::FactSet;
use super::facts::{FactName, Facts};
use super::situation::Situation;
use super::vocabulary::{ConsentFact, Stated};
use serde_json::{Map, Value};

/// What a decision was made on, as far as it was written down.
#[derive(Debug, Clone, Copy)]
pub struct Recalled {
    /// What was known.
    pub situation: Situation,
    /// The facts that could be written down then.
    pub shape: FactSet,
}

/// The facts of the local time: they are found out together, where policies read one of them.
const LOCAL: [FactName; 3] = [
    FactName::local_time_known,
    FactName::minute_of_day,
    FactName::weekday,
];

impl Facts {
    /// The facts that a record holds under their names; the others are as nobody knew them. `None`
    /// where a value is none of its fact's any more.
    #[must_use]
    pub fn recalled(known: &Map<String, Value>) -> Option<Self> {
        let mut codes = Codes::of([0; FactName::COUNT]);
        for (name, value) in known {
            // a fact that is gone is read by no policy
            if let Some(fact) = FactName::parse(name) {
                codes.set(fact, fact.code_of(value)?);
            }
        }
        Self::of(&codes)
    }
}

impl FactSet {
    /// Those of these names that are facts.
    #[must_use]
    pub fn named<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        names.filter_map(FactName::parse).collect()
    }
}

impl Engine {
    /// Whether the policies may read something of a use that its record does not tell: a fact that
    /// was not one then, or that was not found out since no policy read it.
    #[must_use]
    pub fn may_miss(&self, recalled: &Recalled) -> bool {
        let Situation { facts, laws, day } = &recalled.situation;
        let needs = self.needs(facts, *laws, *day);
        let not_asked = |fact: FactName| match fact {
            FactName::public_holiday => facts.public_holiday == Stated::NotStated,
            FactName::consent_age_months => {
                facts.consent != ConsentFact::NeverAsked && facts.codes().get(fact) == 0
            }
            fact => LOCAL.contains(&fact) && !facts.local_time_known,
        };
        needs
            .iter()
            .any(|fact| !recalled.shape.contains(fact) || not_asked(fact))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::audit::decision::shape;
    use crate::policy::draw::Draw;
    use crate::policy::{Engine, Pack};

    /// What is packed reads back as the same facts.
    #[test]
    fn facts_are_recalled() {
        let engine = Engine::compile(&Pack::embedded().unwrap()).unwrap();
        let mut draw = Draw::of_seed(7);
        for _ in 0..2_000 {
            let facts = engine.borders().facts(&mut draw);
            let mut packed = Vec::new();
            facts
                .known()
                .for_each(|(fact, value)| shape::pack(&mut packed, fact, value));
            let known = shape::unpack(&Facts::shape(), &packed).unwrap();
            assert_eq!(Facts::recalled(&known), Some(facts));
        }
    }

    #[test]
    fn a_word_that_is_none_any_more_is_not_guessed() {
        let known = serde_json::json!({ "consent": "perhaps" });
        assert_eq!(Facts::recalled(known.as_object().unwrap()), None);
        let gone = serde_json::json!({ "a_fact_that_is_gone": true, "person_known": true });
        let facts = Facts::recalled(gone.as_object().unwrap()).unwrap();
        assert!(facts.person_known);
    }
}
