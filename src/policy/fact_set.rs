//! A set of facts: those that some policies read.

use super::facts::FactName;

/// Which facts are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FactSet(u128);

const _: () = assert!(FactName::COUNT <= 128, "the facts no longer fit their set");

impl FactSet {
    /// Every fact.
    pub const ALL: Self = Self(u128::MAX);

    /// Adds a fact.
    pub fn insert(&mut self, fact: FactName) {
        self.0 |= Self::bit(fact);
    }

    /// Whether a fact is in it.
    #[must_use]
    pub const fn contains(self, fact: FactName) -> bool {
        self.0 & Self::bit(fact) != 0
    }

    /// Whether one of several facts is in it.
    #[must_use]
    pub fn has_any(self, facts: &[FactName]) -> bool {
        facts.iter().any(|fact| self.contains(*fact))
    }

    /// Whether the two have a fact in common.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The facts of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The facts, in order.
    pub fn iter(self) -> impl Iterator<Item = FactName> {
        let all = FactName::ALL.iter().copied();
        all.filter(move |fact| self.contains(*fact))
    }

    const fn bit(fact: FactName) -> u128 {
        1 << fact as u8
    }
}

impl FromIterator<FactName> for FactSet {
    fn from_iter<I: IntoIterator<Item = FactName>>(facts: I) -> Self {
        let mut set = Self::default();
        facts.into_iter().for_each(|fact| set.insert(fact));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inserted_is_found() {
        let set: FactSet = [FactName::age, FactName::weekday].into_iter().collect();
        assert!(set.contains(FactName::age) && !set.contains(FactName::channel));
        assert!(set.has_any(&[FactName::channel, FactName::weekday]));
        assert!(!set.has_any(&[FactName::channel]));
        assert_eq!(set.iter().count(), 2);
        assert_eq!(FactSet::ALL.iter().count(), FactName::COUNT);
    }
}
