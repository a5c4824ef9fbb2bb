//! Facts as a row of small numbers: what compiled policies read.

use super::facts::FactName;

/// One code for each fact, in the order of [`FactName::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Codes([u16; FactName::COUNT]);

impl Codes {
    /// The row of these codes.
    pub(super) const fn of(codes: [u16; FactName::COUNT]) -> Self {
        Self(codes)
    }

    /// The code of a fact.
    #[inline]
    #[must_use]
    pub fn get(&self, fact: FactName) -> u16 {
        // a name is always in range, and the compiler knows
        self.0.get(fact as usize).copied().unwrap_or_default()
    }

    /// Sets the code of a fact.
    #[inline]
    pub(super) fn set(&mut self, fact: FactName, code: u16) {
        if let Some(held) = self.0.get_mut(fact as usize) {
            *held = code;
        }
    }
}
