//! A set of kinds of identifier.

use super::super::IdentifierKind;

/// Which kinds of identifier are meant: a bit for each, in the order of their codes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct IdentifierKinds(u8);

impl IdentifierKinds {
    /// None.
    pub const NONE: Self = Self(0);

    /// The set of these bits.
    #[must_use]
    pub const fn of_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// Its bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The same and another kind.
    #[must_use]
    pub const fn with(self, kind: IdentifierKind) -> Self {
        Self(self.0 | 1 << kind as u8)
    }

    /// Those of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a kind is among them.
    #[must_use]
    pub const fn has(self, kind: IdentifierKind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }
}

impl FromIterator<IdentifierKind> for IdentifierKinds {
    fn from_iter<I: IntoIterator<Item = IdentifierKind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_it_is_found() {
        let kinds: IdentifierKinds = [IdentifierKind::Phone, IdentifierKind::Postal]
            .into_iter()
            .collect();
        assert!(kinds.has(IdentifierKind::Phone) && kinds.has(IdentifierKind::Postal));
        assert!(!kinds.has(IdentifierKind::Email));
        assert_eq!(IdentifierKinds::of_bits(kinds.bits()), kinds);
        let email = IdentifierKinds::NONE.with(IdentifierKind::Email);
        assert!(kinds.and(email).has(IdentifierKind::Email));
    }
}
