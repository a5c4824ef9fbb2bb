//! The publisher's segment: what the person allowed the publisher itself, beside the vendors.

use super::vendors::IdSet;
use crate::domain::signals::bits::{Bits, BitsError};

/// The publisher's own purposes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PublisherTc {
    /// The standard purposes consented to.
    pub consents: IdSet,
    /// The standard purposes for which legitimate interest was disclosed and not objected to.
    pub li: IdSet,
    /// The publisher's further purposes consented to, numbered from 1 by the publisher.
    pub custom_consents: IdSet,
    /// The same on legitimate interest.
    pub custom_li: IdSet,
}

/// Reads the segment after its type.
pub(super) fn read(bits: &mut Bits<'_>) -> Result<PublisherTc, BitsError> {
    let (consents, li) = (IdSet::read(bits, 24)?, IdSet::read(bits, 24)?);
    let custom = bits.number(6)? as u32;
    Ok(PublisherTc {
        consents,
        li,
        custom_consents: IdSet::read(bits, custom)?,
        custom_li: IdSet::read(bits, custom)?,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::TcString;
    use crate::domain::signals::testing::Writer;

    const CORE: &str = "CQuFeUAQuFeUAEsABBENCWFgAAAAAAAAAAqIAAAAAAAA.IAFP_AAA";

    #[test]
    fn standard_and_own_purposes() {
        // consent to 1 and 3, interest in 2; of two own purposes consent to one, interest in the other
        let segment = Writer::default()
            .number(3, 3)
            .number(0b101, 3)
            .flags([false; 21])
            .number(0b010, 3)
            .flags([false; 21])
            .number(2, 6)
            .number(0b1001, 4)
            .text();
        let tc = TcString::parse(&format!("{CORE}.{segment}")).unwrap();
        let publisher = tc.publisher().unwrap();
        assert_eq!(publisher.consents.iter().collect::<Vec<_>>(), [1, 3]);
        assert_eq!(publisher.li.iter().collect::<Vec<_>>(), [2]);
        assert_eq!(publisher.custom_consents.iter().collect::<Vec<_>>(), [1]);
        assert_eq!(publisher.custom_li.iter().collect::<Vec<_>>(), [2]);
    }
}
