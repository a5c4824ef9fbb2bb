//! Facts of which each may be one of several values: what some rules may say of them, and what they
//! say of them in any case. It errs on the side of *may*: facts that go together are tried apart.

use super::super::codes::Codes;
use super::super::fact_set::FactSet;
use super::super::facts::FactName;
use super::condition::{Rows, Truth};
use super::rules::Rules;
use super::test::Test;

/// Each fact lies between its two codes; one that is free may be anything.
#[derive(Debug, Clone, Copy)]
pub(in crate::policy) struct Span {
    one: Codes,
    other: Codes,
    free: FactSet,
}

/// What is so for some of the values, and what for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) struct Maybe {
    may: bool,
    must: bool,
}

impl Span {
    /// All between two rows, and anything for the facts that are free.
    pub(in crate::policy) const fn new(one: Codes, other: Codes, free: FactSet) -> Self {
        Self { one, other, free }
    }

    /// The same under the law of a country.
    pub(in crate::policy) fn under(mut self, country: u16) -> Self {
        self.one.set(FactName::country, country);
        self.other.set(FactName::country, country);
        self
    }
}

impl Truth for Maybe {
    const ALL: Self = Self {
        may: true,
        must: true,
    };
    const NONE: Self = Self {
        may: false,
        must: false,
    };

    fn and(self, other: Self) -> Self {
        Self {
            may: self.may && other.may,
            must: self.must && other.must,
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            may: self.may || other.may,
            must: self.must || other.must,
        }
    }

    fn is_all(self) -> bool {
        self.must
    }

    fn is_none(self) -> bool {
        !self.may
    }
}

impl Rows for Span {
    type Truth = Maybe;

    fn test(&self, test: &Test) -> Maybe {
        let fact = test.fact();
        if self.free.contains(fact) {
            // a test is neither empty nor whole
            return Maybe {
                may: true,
                must: false,
            };
        }
        let (one, other) = (self.one.get(fact), self.other.get(fact));
        test.between(one.min(other), one.max(other)).map_or(
            Maybe {
                may: true,
                must: false,
            },
            |same| {
                if same { Maybe::ALL } else { Maybe::NONE }
            },
        )
    }
}

impl Rules {
    /// Whether some of the values may be permitted.
    pub(in crate::policy) fn may_permit(&self, span: &Span) -> bool {
        let stopped =
            |stops: &[super::Rule]| stops.iter().any(|one| one.condition.holds(span).must);
        let open =
            |permits: &[super::Rule]| permits.iter().any(|one| one.condition.holds(span).may);
        !stopped(self.stops()) && open(self.permits())
    }

    /// Whether all of the values are permitted, for all that can be told without trying each.
    pub(in crate::policy) fn must_permit(&self, span: &Span) -> bool {
        let stopped = |stops: &[super::Rule]| stops.iter().any(|one| one.condition.holds(span).may);
        let open =
            |permits: &[super::Rule]| permits.iter().any(|one| one.condition.holds(span).must);
        !stopped(self.stops()) && open(self.permits())
    }

    /// The facts on which a denial rests: of its first stop, or of all permits where nothing stops.
    /// While none of them changes, it stays.
    pub(in crate::policy) fn rests_on(&self, codes: &Codes) -> Option<FactSet> {
        let first = self.stops().iter().find(|one| one.condition.holds(codes));
        if let Some(first) = first {
            return Some(first.condition.reads());
        }
        let permits = self.permits();
        let open = permits.iter().any(|one| one.condition.holds(codes));
        let reads = permits.iter().map(|one| one.condition.reads());
        (!open).then(|| reads.fold(FactSet::default(), FactSet::and))
    }

    /// The facts that the stops read which hold.
    pub(in crate::policy) fn stops_read(&self, codes: &Codes) -> FactSet {
        let held = self.stops().iter().filter(|one| one.condition.holds(codes));
        held.fold(FactSet::default(), |reads, one| {
            reads.and(one.condition.reads())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::facts::tests::consented_email;
    use super::super::condition::Condition;
    use super::*;

    #[test]
    fn between_two_values_a_test_may_hold_or_must() {
        let (mut young, mut old) = (consented_email().codes(), consented_email().codes());
        young.set(FactName::age, 10);
        old.set(FactName::age, 20);
        let child = Condition::from(Test::range(FactName::age, 1, 14));
        let person = Condition::from(Test::range(FactName::age, 5, 90));
        let span = Span::new(young, old, FactSet::default());
        assert_eq!(
            child.holds(&span),
            Maybe {
                may: true,
                must: false
            }
        );
        assert_eq!(person.holds(&span), Maybe::ALL);
        assert_eq!(person.clone().negated().holds(&span), Maybe::NONE);
        let free = Span::new(young, young, [FactName::age].into_iter().collect());
        assert_eq!(
            person.holds(&free),
            Maybe {
                may: true,
                must: false
            }
        );
        assert_eq!(
            child.holds(&Span::new(young, young, FactSet::default())),
            Maybe::ALL
        );
    }
}
