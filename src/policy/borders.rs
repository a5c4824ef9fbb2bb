//! The values that policies may tell apart: for each fact those that it is compared with, and their
//! neighbours.

use super::compiled::{Rule, Test};
use super::facts::{FactName, Facts};

/// For each fact the codes worth trying: every word; of numbers those next to a comparison.
pub(super) struct Borders(Vec<Vec<u16>>);

impl Borders {
    /// Of these rules.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let every = |fact: &FactName| match fact.kind() {
            ("Long", _) => vec![0, 1],
            (_, greatest) => (0..=greatest).collect(),
        };
        let mut codes: Vec<Vec<u16>> = FactName::ALL.iter().map(every).collect();
        for rule in rules {
            rule.condition.each_test(&mut |test| {
                if let Some(of_fact) = codes.get_mut(test.fact() as usize) {
                    of_fact.extend(borders(test));
                }
            });
        }
        for of_fact in &mut codes {
            of_fact.sort_unstable();
            of_fact.dedup();
        }
        Self(codes)
    }

    /// The codes worth trying of one fact.
    pub(super) fn near(&self, fact: FactName) -> &[u16] {
        self.0.get(fact as usize).map_or(&[], Vec::as_slice)
    }

    /// Every set of facts that differs from this one in a single fact.
    pub(super) fn neighbours(&self, facts: &Facts) -> Vec<(&'static str, Facts)> {
        let here = facts.codes();
        let mut all = Vec::new();
        for fact in FactName::ALL {
            let others = self
                .near(*fact)
                .iter()
                .filter(|code| **code != here.get(*fact));
            all.extend(others.filter_map(|code| {
                let mut codes = here;
                codes.set(*fact, *code);
                Some((fact.as_str(), Facts::of(&codes)?))
            }));
        }
        all
    }
}

/// The ends of a test's range and their neighbours outside.
pub(super) fn borders(test: Test) -> Vec<u16> {
    let (from, to) = test.ends();
    let (_, greatest) = test.fact().kind();
    let mut all = vec![from.saturating_sub(1), from, to, to.saturating_add(1)];
    all.retain(|code| *code <= greatest);
    all.dedup();
    all
}
