//! The one thing that a policy asks: how does a fact compare with a literal?

use super::super::facts::FactName;

/// Whether a fact's code lies within a range, or outside it. The range is neither empty nor whole,
/// and one that reaches the fact's greatest code reaches the greatest there is: two tests that ask
/// the same are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::policy) struct Test {
    fact: FactName,
    from: u16,
    to: u16,
    within: bool,
}

/// A test, or what it comes to where the answer is the same for every value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) enum Asked {
    /// It depends.
    Test(Test),
    /// The same for every value.
    Settled(bool),
}

impl Test {
    /// Whether a fact's code is at least `from` and at most `to`.
    pub(in crate::policy) fn range(fact: FactName, from: u16, to: u16) -> Asked {
        let (_, greatest) = fact.kind();
        if from > to || from > greatest {
            return Asked::Settled(false);
        }
        let to = if to >= greatest { u16::MAX } else { to };
        if from == 0 && to == u16::MAX {
            return Asked::Settled(true);
        }
        Asked::Test(Self {
            fact,
            from,
            to,
            within: true,
        })
    }

    /// The test that holds where this one does not. At an end of the values it is a range again.
    pub(in crate::policy) const fn negated(self) -> Self {
        let (from, to) = match (self.within, self.from, self.to) {
            (true, 0, to) => (to + 1, u16::MAX),
            (true, from, u16::MAX) => (0, from - 1),
            (within, ..) => {
                return Self {
                    within: !within,
                    ..self
                };
            }
        };
        Self { from, to, ..self }
    }

    /// The fact that is asked about.
    pub(in crate::policy) const fn fact(self) -> FactName {
        self.fact
    }

    /// Whether it holds for that code of the fact.
    #[inline]
    pub(in crate::policy) const fn holds(self, code: u16) -> bool {
        (code.wrapping_sub(self.from) <= self.to - self.from) == self.within
    }

    /// Whether it holds for all codes from `low` to `high`, or for none; `None` where for some.
    pub(in crate::policy) const fn between(self, low: u16, high: u16) -> Option<bool> {
        let touched = low <= self.to && self.from <= high;
        let contained = self.from <= low && high <= self.to;
        match (touched, contained) {
            (true, true) => Some(self.within),
            (false, _) => Some(!self.within),
            (true, false) => None,
        }
    }

    /// Whether it asks for the range and not for what lies outside.
    #[cfg(test)]
    pub(in crate::policy) const fn is_within(self) -> bool {
        self.within
    }

    /// The ends of the range.
    pub(in crate::policy) const fn ends(self) -> (u16, u16) {
        (self.from, self.to)
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    fn test(fact: FactName, from: u16, to: u16) -> Test {
        match Test::range(fact, from, to) {
            Asked::Test(test) => test,
            Asked::Settled(settled) => panic!("settled: {settled}"),
        }
    }

    #[test]
    fn a_range_and_its_negation_share_every_value_out() {
        for (from, to) in [(0, 2), (3, 3), (4, 6), (1, 5), (6, 6), (0, 0)] {
            let one = test(FactName::weekday, from, to);
            for code in 0..7 {
                assert_eq!(one.holds(code), (from..=to).contains(&code), "{one:?}");
                assert_ne!(one.holds(code), one.negated().holds(code), "{one:?}");
            }
            assert_eq!(one.negated().negated(), one);
        }
    }

    #[test]
    fn what_holds_for_every_value_or_none_is_no_test() {
        let day = FactName::weekday;
        assert_eq!(Test::range(day, 0, 6), Asked::Settled(true));
        assert_eq!(Test::range(day, 7, 9), Asked::Settled(false));
        assert_eq!(Test::range(day, 3, 2), Asked::Settled(false));
        assert_eq!(test(day, 2, 6), test(day, 2, 9_000));
    }
}
