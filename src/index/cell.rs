//! How an answer was given, in two bytes: what a check must know of it stands in the person's one
//! row, since a second place to look would be a second wait.

use crate::domain::registry::{Channel, Clarity, ConsentState, GivenBy, SourceKind};

/// How an answer was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Manner(u16);

/// The three lowest bits hold what the act was worth.
const CLARITY: u16 = 0b111;
const PROOF: u16 = 1 << 3;
const IMPORTED: u16 = 1 << 4;
const CONFIRMED: u16 = 1 << 5;
const PHONE_VERIFIED: u16 = 1 << 6;
const PHONE_NOT_VERIFIED: u16 = 1 << 7;
const EXPLICIT: u16 = 1 << 8;
const BY_PARENT: u16 = 1 << 9;
const ATTESTED: u16 = 1 << 10;
const SLOT: u16 = 1 << 11;
const OFF_HOURS: u16 = 1 << 12;
const BUNDLED: u16 = 1 << 13;

impl Manner {
    /// How the answer of a state on a channel was given.
    pub(super) fn of(state: &ConsentState, channel: Channel) -> Self {
        let told = &state.circumstances;
        let flags = [
            (state.proof, PROOF),
            (state.source == SourceKind::Import, IMPORTED),
            (told.confirmed_at.is_some(), CONFIRMED),
            (told.phone_number_verified == Some(true), PHONE_VERIFIED),
            (
                told.phone_number_verified == Some(false),
                PHONE_NOT_VERIFIED,
            ),
            (told.explicit == Some(true), EXPLICIT),
            (told.given_by == Some(GivenBy::Parent), BY_PARENT),
            (told.attested, ATTESTED),
            (told.exact_slot.is_some(), SLOT),
            (told.off_hours_general, OFF_HOURS),
            (told.bundle.reaches_beyond(channel), BUNDLED),
        ];
        let set = flags.into_iter().filter(|(holds, _)| *holds);
        let bits = set.fold(0, |bits, (_, flag)| bits | flag);
        Self(bits | state.clarity as u16)
    }

    /// Its bits.
    pub(super) const fn bits(self) -> u16 {
        self.0
    }

    /// The manner of these bits.
    pub(super) const fn of_bits(bits: u16) -> Self {
        Self(bits)
    }

    const fn has(self, flag: u16) -> bool {
        self.0 & flag != 0
    }

    /// What the act was worth.
    #[must_use]
    pub fn clarity(self) -> Clarity {
        let code = usize::from(self.0 & CLARITY);
        // what cannot be read is no clear act
        Clarity::ALL.get(code).copied().unwrap_or(Clarity::Inactive)
    }

    /// Whether there is proof for this person.
    #[must_use]
    pub const fn proof(self) -> bool {
        self.has(PROOF)
    }

    /// Whether it came with a file of another system.
    #[must_use]
    pub const fn imported(self) -> bool {
        self.has(IMPORTED)
    }

    /// Whether the person confirmed it (double opt-in).
    #[must_use]
    pub const fn confirmed(self) -> bool {
        self.has(CONFIRMED)
    }

    /// Whether the phone number was verified, as far as was told.
    #[must_use]
    pub const fn phone_number_verified(self) -> Option<bool> {
        match (self.has(PHONE_VERIFIED), self.has(PHONE_NOT_VERIFIED)) {
            (false, false) => None,
            (verified, _) => Some(verified),
        }
    }

    /// Whether it is explicit.
    #[must_use]
    pub const fn explicit(self) -> bool {
        self.has(EXPLICIT)
    }

    /// Whether who holds parental authority gave it.
    #[must_use]
    pub const fn by_parent(self) -> bool {
        self.has(BY_PARENT)
    }

    /// Whether the consent to one exact time is attested.
    #[must_use]
    pub const fn attested(self) -> bool {
        self.has(ATTESTED)
    }

    /// Whether it is a consent to other hours in general.
    #[must_use]
    pub const fn off_hours(self) -> bool {
        self.has(OFF_HOURS)
    }

    /// Whether the one tick covered other channels, too.
    #[must_use]
    pub const fn bundled(self) -> bool {
        self.has(BUNDLED)
    }

    /// Whether it is a consent to one exact time.
    #[must_use]
    pub(super) const fn has_slot(self) -> bool {
        self.has(SLOT)
    }
}
