//! Registers in which persons enter to be left alone, and the lists that are loaded of them.
//!
//! A register is here because a policy asks for it (`policies/law/rules.json` names the rule). The
//! law's fact and the register are two things: the list Robinson of Spain and that of France are two
//! registers of one fact.

mod entries;
mod kinds;
mod list;

pub use entries::{RegisterEntries, Since};
pub use kinds::IdentifierKinds;
pub use list::{RegisterList, is_fresh, last_day};

use super::{Channel, IdentifierKind};

/// A register.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Register {
    /// Bloctel (France, until 10 August 2026).
    Bloctel,
    /// The list Robinson of Spain.
    RobinsonEs,
    /// The list Robinson of France: addressed mail, for members.
    RobinsonFr,
    /// The Registro pubblico delle opposizioni (Italy).
    Rpo,
    /// "Ne m'appelez plus" (Belgium).
    Dncm,
    /// The Telephone Preference Service (United Kingdom).
    Tps,
}

impl Register {
    /// Every register, in the order of their bits.
    pub const ALL: [Self; 6] = [
        Self::Bloctel,
        Self::RobinsonEs,
        Self::RobinsonFr,
        Self::Rpo,
        Self::Dncm,
        Self::Tps,
    ];

    /// The name on the command line, in the ledger and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bloctel => "bloctel",
            Self::RobinsonEs => "robinson_es",
            Self::RobinsonFr => "robinson_fr",
            Self::Rpo => "rpo",
            Self::Dncm => "dncm",
            Self::Tps => "tps",
        }
    }

    /// The register of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// Its bit in a set of registers.
    #[must_use]
    pub const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The country whose rules ask for it (ISO 3166-1); numbers without a country code are of there.
    #[must_use]
    pub const fn country(self) -> &'static str {
        match self {
            Self::Bloctel | Self::RobinsonFr => "FR",
            Self::RobinsonEs => "ES",
            Self::Rpo => "IT",
            Self::Dncm => "BE",
            Self::Tps => "GB",
        }
    }

    /// What it lists; the first is what a file without a header holds.
    #[must_use]
    pub const fn lists(self) -> &'static [IdentifierKind] {
        use IdentifierKind::{Email, Phone, Postal};
        match self {
            Self::Bloctel | Self::Dncm | Self::Tps => &[Phone],
            Self::Rpo => &[Phone, Postal],
            Self::RobinsonEs => &[Phone, Email, Postal],
            Self::RobinsonFr => &[Postal],
        }
    }

    /// For how many days after its date of issue a list may be used. The RPO's is the law's,
    /// Bloctel's the month within which its users had to consult it, and the TPS's the time after
    /// which an entry must be heeded (PECR 21). No rule says one for the others: theirs is a month.
    #[must_use]
    pub const fn longest_age(self) -> u16 {
        match self {
            Self::Rpo => 15,
            Self::Tps => 28,
            Self::Bloctel | Self::Dncm | Self::RobinsonEs | Self::RobinsonFr => 30,
        }
    }

    /// Its place among the registers in which it matters since when somebody is entered.
    #[must_use]
    pub const fn dated(self) -> Option<usize> {
        match self {
            Self::Rpo => Some(0),
            Self::Dncm => Some(1),
            _ => None,
        }
    }

    /// How many those are.
    pub const DATED: usize = 2;

    /// Whether it says anything of a channel: it lists what a person is reached by there.
    #[must_use]
    pub fn is_about(self, channel: Channel) -> bool {
        reached_by(channel).is_some_and(|kind| self.lists().contains(&kind))
    }
}

/// By which identifier a person is reached on a channel, where registers list such.
#[must_use]
pub const fn reached_by(channel: Channel) -> Option<IdentifierKind> {
    match channel {
        Channel::Email => Some(IdentifierKind::Email),
        Channel::Sms | Channel::PhoneLive | Channel::PhoneAutomated => Some(IdentifierKind::Phone),
        Channel::PostAddressed => Some(IdentifierKind::Postal),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_bits_and_places_are_distinct() {
        let mut bits = 0_u8;
        let mut places = BTreeSet::new();
        for register in Register::ALL {
            assert_eq!(Register::parse(register.as_str()), Some(register));
            assert_eq!(bits & register.bit(), 0);
            bits |= register.bit();
            assert!(register.dated().is_none_or(|place| places.insert(place)));
            assert!(!register.lists().is_empty());
        }
        assert_eq!(places.len(), Register::DATED);
        assert_eq!(Register::parse("Bloctel"), None);
    }

    #[test]
    fn a_register_is_about_what_it_lists() {
        assert!(Register::Bloctel.is_about(Channel::PhoneLive));
        assert!(!Register::Bloctel.is_about(Channel::Email));
        assert!(Register::Rpo.is_about(Channel::PostAddressed));
        assert!(!Register::RobinsonEs.is_about(Channel::Push));
    }
}
