//! Which rules may hold for a row at all, found without asking each of them.
//!
//! Most conditions are tests joined by *and*, and most rows fail the first of them. So for each fact
//! that has few values, and each value, the rules are kept that no such test on it excludes: what is
//! left after all facts were looked at is asked in full.

use super::super::codes::Codes;
use super::super::facts::FactName;
use super::condition::Condition;
use super::rules::Rule;
use super::test::Test;

/// Rules of one sieve: a bit each.
pub(super) const RULES: usize = 64;
/// Facts with more values are left to the conditions.
const VALUES: usize = 16;

/// A sieve for up to [`RULES`] rules.
#[derive(Debug)]
pub(super) struct Sieve {
    /// The rules.
    all: u64,
    /// For each fact and value the rules that it leaves.
    facts: Vec<(FactName, [u64; VALUES])>,
}

impl Sieve {
    /// A sieve for these rules, by their places.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let all = rules.iter().take(RULES).enumerate();
        let mut sieve = Self {
            all: all.clone().fold(0, |all, (place, _)| all | 1 << place),
            facts: Vec::new(),
        };
        for (place, rule) in all {
            each_needed(&rule.condition, &mut |test| sieve.exclude(1 << place, test));
        }
        sieve
    }

    /// Takes a rule out wherever a test that it needs does not hold.
    fn exclude(&mut self, rule: u64, test: Test) {
        let fact = test.fact();
        if usize::from(fact.kind().1) >= VALUES {
            return;
        }
        let at = self.facts.iter().position(|(known, _)| *known == fact);
        let at = at.unwrap_or_else(|| {
            self.facts.push((fact, [self.all; VALUES]));
            self.facts.len() - 1
        });
        let Some((_, left)) = self.facts.get_mut(at) else {
            return;
        };
        for (code, left) in (0..).zip(left) {
            if !test.holds(code) {
                *left &= !rule;
            }
        }
    }

    /// The places of the rules that may hold, in order.
    #[inline]
    pub(super) fn left(&self, codes: &Codes) -> impl Iterator<Item = usize> + use<> {
        let mut left = self.all;
        for (fact, of_value) in &self.facts {
            // a code that is none excludes nothing: the conditions are asked
            let code = usize::from(codes.get(*fact));
            left &= of_value.get(code).copied().unwrap_or(u64::MAX);
        }
        std::iter::from_fn(move || {
            let place = (left != 0).then_some(left.trailing_zeros() as usize);
            left &= left.wrapping_sub(1);
            place
        })
    }
}

/// Each test without which a condition does not hold.
fn each_needed(condition: &Condition, told: &mut impl FnMut(Test)) {
    match condition {
        Condition::Always | Condition::Never | Condition::Any(_) => {}
        Condition::Test(test) => told(*test),
        Condition::All(parts) => parts.iter().for_each(|part| each_needed(part, told)),
    }
}
