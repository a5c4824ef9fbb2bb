//! The policies of one law in one era for one kind of use, and what they say about a row.

use super::super::annotations::PolicyDescription;
use super::super::codes::Codes;
use super::super::explain;
use super::super::fact_set::FactSet;
use super::super::outcome::{Effect, Outcome};
use super::block::{Bits, Block};
use super::classes::{Class, Classes};
use super::condition::{Condition, Truth};
use super::mask::Mask;
use super::outcomes::Outcomes;
use super::sieve::{self, Sieve};
use std::sync::Arc;

/// A policy: when it holds, and what it says then.
#[derive(Debug, Clone)]
pub(in crate::policy) struct Rule {
    /// When it holds.
    pub(in crate::policy) condition: Condition,
    /// What it says.
    pub(in crate::policy) description: Arc<PolicyDescription>,
}

/// The rules that may hold, the stops before the permits, each in their order of precedence.
pub(in crate::policy) struct Rules {
    stops: Vec<Rule>,
    permits: Vec<Rule>,
    needs: FactSet,
    /// For so many stops at a time.
    stop_sieves: Vec<Sieve>,
    /// And for so many permits.
    permit_sieves: Vec<Sieve>,
    outcomes: Outcomes,
}

impl Rules {
    /// Puts them in order.
    pub(super) fn new(mut rules: Vec<Rule>) -> Self {
        rules.sort_by(|a, b| {
            let order = |rule: &Rule| rule.description.precedence;
            (order(a), &a.description.id).cmp(&(order(b), &b.description.id))
        });
        let reads = rules.iter().map(|rule| rule.condition.reads());
        let needs = reads.fold(FactSet::default(), FactSet::and);
        let stops = |rule: &Rule| rule.description.effect == Effect::Deny;
        let (stops, permits): (Vec<Rule>, Vec<Rule>) = rules.into_iter().partition(stops);
        let sieves = |rules: &[Rule]| rules.chunks(sieve::RULES).map(Sieve::of).collect();
        Self {
            stop_sieves: sieves(&stops),
            permit_sieves: sieves(&permits),
            stops,
            permits,
            needs,
            outcomes: Outcomes::default(),
        }
    }

    /// The facts that they read.
    pub(in crate::policy) const fn needs(&self) -> FactSet {
        self.needs
    }

    /// The stops, in their order of precedence.
    pub(super) fn stops(&self) -> &[Rule] {
        &self.stops
    }

    /// The permits, in theirs.
    pub(super) fn permits(&self) -> &[Rule] {
        &self.permits
    }

    /// What they say about a row of facts. A stop that holds decides, and only stops then do.
    pub(in crate::policy) fn decide(&self, codes: &Codes) -> Arc<Outcome> {
        let mut mask = Mask::default();
        let stops = holding(&self.stops, &self.stop_sieves, codes);
        stops.for_each(|place| mask.insert(place));
        if mask.is_empty() {
            let permits = holding(&self.permits, &self.permit_sieves, codes);
            permits.for_each(|place| mask.insert(self.stops.len() + place));
        }
        self.outcome(mask)
    }

    /// For each row of a block the class of the rules that determine its answer, as
    /// [`Rules::decide`] finds them.
    pub(in crate::policy) fn classify(
        &self,
        block: &Block,
        classes: &mut Classes,
        of_row: &mut Vec<Class>,
    ) {
        of_row.clear();
        of_row.resize(block.rows(), 0);
        let mut stopped = Bits::NONE;
        for (place, rule) in self.stops.iter().enumerate() {
            let holds = rule.condition.holds(block);
            stopped = stopped.or(holds);
            classes.refine(place, holds, of_row);
        }
        let open = stopped.not();
        for (at, rule) in self.permits.iter().enumerate() {
            let holds = rule.condition.holds(block).and(open);
            classes.refine(self.stops.len() + at, holds, of_row);
        }
    }

    /// The ids of all that hold, permits beside stops.
    #[cfg(test)]
    pub(super) fn holding(&self, codes: &Codes) -> std::collections::BTreeSet<String> {
        let all = self.stops.iter().chain(&self.permits);
        let holding = all.filter(|rule| rule.condition.holds(codes));
        holding.map(|rule| rule.description.id.clone()).collect()
    }

    /// The outcome that some of the rules determine.
    pub(in crate::policy) fn outcome(&self, mask: Mask) -> Arc<Outcome> {
        self.outcomes.of(mask, || {
            let rules = mask.places().filter_map(|place| self.rule(place));
            let applied: Vec<_> = rules.map(|rule| &*rule.description).collect();
            explain::outcome(&applied)
        })
    }

    fn rule(&self, place: usize) -> Option<&Rule> {
        let permit = || self.permits.get(place - self.stops.len());
        self.stops.get(place).or_else(permit)
    }
}

/// The places of the rules that hold.
#[inline]
fn holding(rules: &[Rule], sieves: &[Sieve], codes: &Codes) -> impl Iterator<Item = usize> {
    let chunks = rules.chunks(sieve::RULES).zip(sieves).enumerate();
    chunks.flat_map(move |(chunk, (rules, sieve))| {
        let left = sieve.left(codes).filter(|place| {
            let rule = rules.get(*place);
            rule.is_some_and(|rule| rule.condition.holds(codes))
        });
        left.map(move |place| chunk * sieve::RULES + place)
    })
}
