//! When a policy holds: tests joined by *and* and *or*. A *not* is carried down to the tests.

use super::super::codes::Codes;
use super::super::fact_set::FactSet;
use super::super::facts::FactName;
use super::test::{Asked, Test};

/// A condition without needless parts: no empty or single list, and none within one of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::policy) enum Condition {
    /// It holds for all facts.
    Always,
    /// It holds for none.
    Never,
    /// It holds where the test does.
    Test(Test),
    /// It holds where each part does.
    All(Box<[Condition]>),
    /// It holds where one of the parts does.
    Any(Box<[Condition]>),
}

/// Yes and no for what is asked about: one row of facts, or many at once.
pub(in crate::policy) trait Truth: Copy {
    /// Yes for each.
    const ALL: Self;
    /// No for each.
    const NONE: Self;
    /// Where both are yes.
    fn and(self, other: Self) -> Self;
    /// Where one of the two is yes.
    fn or(self, other: Self) -> Self;
    /// Whether it is yes for each.
    fn is_all(self) -> bool;
    /// Whether it is no for each.
    fn is_none(self) -> bool;
}

/// What conditions are asked of.
pub(in crate::policy) trait Rows {
    /// How the answer is given.
    type Truth: Truth;
    /// Where a test holds.
    fn test(&self, test: &Test) -> Self::Truth;
}

impl Truth for bool {
    const ALL: Self = true;
    const NONE: Self = false;

    fn and(self, other: Self) -> Self {
        self && other
    }

    fn or(self, other: Self) -> Self {
        self || other
    }

    fn is_all(self) -> bool {
        self
    }

    fn is_none(self) -> bool {
        !self
    }
}

impl Rows for Codes {
    type Truth = bool;

    #[inline]
    fn test(&self, test: &Test) -> bool {
        test.holds(self.get(test.fact()))
    }
}

impl Condition {
    /// A condition that is the same for all facts.
    pub(in crate::policy) const fn settled(holds: bool) -> Self {
        if holds { Self::Always } else { Self::Never }
    }

    /// Each part holds.
    pub(in crate::policy) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::Always => {}
                Self::Never => return Self::Never,
                Self::All(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        match kept.len() {
            0 => Self::Always,
            1 => kept.pop().unwrap_or(Self::Always),
            _ => Self::All(kept.into()),
        }
    }

    /// One of the parts holds.
    pub(in crate::policy) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::Never => {}
                Self::Always => return Self::Always,
                Self::Any(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        match kept.len() {
            0 => Self::Never,
            1 => kept.pop().unwrap_or(Self::Never),
            _ => Self::Any(kept.into()),
        }
    }

    /// The condition that holds where this one does not.
    pub(in crate::policy) fn negated(self) -> Self {
        match self {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            Self::Test(test) => Self::Test(test.negated()),
            Self::All(parts) => Self::any(parts.into_iter().map(Self::negated)),
            Self::Any(parts) => Self::all(parts.into_iter().map(Self::negated)),
        }
    }

    /// The condition that is left where some facts are known.
    pub(in crate::policy) fn given(&self, known: &impl Fn(FactName) -> Option<u16>) -> Self {
        match self {
            Self::Always => Self::Always,
            Self::Never => Self::Never,
            Self::Test(test) => match known(test.fact()) {
                Some(code) => Self::settled(test.holds(code)),
                None => Self::Test(*test),
            },
            Self::All(parts) => Self::all(parts.iter().map(|part| part.given(known))),
            Self::Any(parts) => Self::any(parts.iter().map(|part| part.given(known))),
        }
    }

    /// Where it holds.
    pub(in crate::policy) fn holds<R: Rows>(&self, rows: &R) -> R::Truth {
        match self {
            Self::Always => R::Truth::ALL,
            Self::Never => R::Truth::NONE,
            Self::Test(test) => rows.test(test),
            Self::All(parts) => {
                let mut truth = R::Truth::ALL;
                for part in parts {
                    truth = truth.and(part.holds(rows));
                    if truth.is_none() {
                        break;
                    }
                }
                truth
            }
            Self::Any(parts) => {
                let mut truth = R::Truth::NONE;
                for part in parts {
                    truth = truth.or(part.holds(rows));
                    if truth.is_all() {
                        break;
                    }
                }
                truth
            }
        }
    }

    /// Each of its tests.
    pub(in crate::policy) fn each_test(&self, told: &mut impl FnMut(Test)) {
        match self {
            Self::Always | Self::Never => {}
            Self::Test(test) => told(*test),
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.each_test(told));
            }
        }
    }

    /// The facts that it reads.
    pub(in crate::policy) fn reads(&self) -> FactSet {
        let mut facts = FactSet::default();
        self.each_test(&mut |test| facts.insert(test.fact()));
        facts
    }
}

impl From<Asked> for Condition {
    fn from(asked: Asked) -> Self {
        match asked {
            Asked::Test(test) => Self::Test(test),
            Asked::Settled(holds) => Self::settled(holds),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::super::facts::tests::consented_email;
    use super::*;

    fn is(fact: FactName, code: u16) -> Condition {
        Test::range(fact, code, code).into()
    }

    #[test]
    fn conditions_fold_and_flatten() {
        let (a, b) = (is(FactName::restricted, 1), is(FactName::age, 7));
        assert_eq!(Condition::all([]), Condition::Always);
        assert_eq!(Condition::any([]), Condition::Never);
        assert_eq!(Condition::all([a.clone(), Condition::Always]), a);
        assert_eq!(
            Condition::any([b.clone(), Condition::Always]),
            Condition::Always
        );
        let nested = Condition::all([a.clone(), Condition::all([b.clone(), a.clone()])]);
        assert_eq!(nested, Condition::All([a.clone(), b, a].into()));
        assert_eq!(nested.clone().negated().negated(), nested);
    }

    #[test]
    fn what_is_known_falls_out() {
        let sunday = is(FactName::weekday, 6);
        let either = Condition::any([
            sunday.clone(),
            Condition::all([is(FactName::channel, 1), is(FactName::age, 7)]),
        ]);
        let on = |channel| either.given(&|fact| (fact == FactName::channel).then_some(channel));
        assert_eq!(on(0), sunday);
        let reads: Vec<_> = on(1).reads().iter().collect();
        assert_eq!(reads, [FactName::age, FactName::weekday]);
    }

    #[test]
    fn a_condition_holds_where_its_tests_say() {
        let codes = consented_email().codes();
        let known = is(FactName::person_known, 1);
        let email = is(FactName::channel, 0);
        let child = Condition::from(Test::range(FactName::age, 1, 14));
        let both = Condition::all([known.clone(), email]);
        assert!(both.holds(&codes) && !both.clone().negated().holds(&codes));
        let one = Condition::any([child.clone(), known]);
        assert!(one.holds(&codes) && !child.holds(&codes));
        assert!(!Condition::all([one, child]).holds(&codes));
    }
}
