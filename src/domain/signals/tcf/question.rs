//! The question to a string: may this vendor process for this purpose?

use super::TcString;
use super::core::RestrictionKind;
use chrono::{DateTime, Utc};

/// A purpose of the framework, 1 to 11.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TcfPurpose(u8);

impl TcfPurpose {
    /// The purpose of that number; `None` where there is none.
    #[must_use]
    pub fn new(id: u8) -> Option<Self> {
        (1..=11).contains(&id).then_some(Self(id))
    }

    /// Whether it rests on consent alone: storage on the device, and all profiling (1, 3 to 6).
    #[must_use]
    pub const fn is_consent_only(self) -> bool {
        matches!(self.0, 1 | 3..=6)
    }
}

/// On which ground the vendor would process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ground {
    /// GDPR art. 6(1)(a).
    Consent,
    /// GDPR art. 6(1)(f).
    LegitimateInterest,
}

/// The answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VendorAnswer {
    /// It may, as far as the string goes.
    Yes,
    /// The person did not allow it, objected, or the publisher restricts it.
    No,
    /// The vendor was not shown to the person: whatever else the string says of it means nothing.
    NotDisclosed,
    /// The string counts for nothing; [`TcString::defects`] says why.
    Invalid,
}

impl TcString {
    /// Whether a vendor may process for a purpose on a ground, at an instant.
    #[must_use]
    pub fn vendor_may(
        &self,
        vendor: u16,
        purpose: TcfPurpose,
        ground: Ground,
        at: DateTime<Utc>,
    ) -> VendorAnswer {
        if !self.defects(at).is_empty() {
            return VendorAnswer::Invalid;
        }
        if self
            .disclosed()
            .is_some_and(|disclosed| !disclosed.has(vendor))
        {
            return VendorAnswer::NotDisclosed;
        }
        if self.allows(vendor, purpose, ground) && !self.restricts(vendor, purpose, ground) {
            return VendorAnswer::Yes;
        }
        VendorAnswer::No
    }

    fn allows(&self, vendor: u16, purpose: TcfPurpose, ground: Ground) -> bool {
        let core = self.core();
        match ground {
            Ground::Consent => {
                core.vendor_consents.has(vendor) && core.purpose_consents.has(purpose.0)
            }
            Ground::LegitimateInterest => {
                !purpose.is_consent_only()
                    && core.vendor_li.has(vendor)
                    && core.purpose_li.has(purpose.0)
            }
        }
    }

    /// Whether the publisher leaves this vendor no such ground. A vendor that may not change its
    /// ground must not process; one that may has the other ground to ask for.
    fn restricts(&self, vendor: u16, purpose: TcfPurpose, ground: Ground) -> bool {
        let bars = |kind| match kind {
            RestrictionKind::NotAllowed => true,
            RestrictionKind::RequireConsent => ground == Ground::LegitimateInterest,
            RestrictionKind::RequireLegitimateInterest => ground == Ground::Consent,
        };
        self.core().restrictions.iter().any(|restriction| {
            restriction.purpose == purpose.0
                && bars(restriction.kind)
                && restriction.vendors.has(vendor)
        })
    }
}
