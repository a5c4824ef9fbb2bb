//! Hex and base64 of fixed-size values, in the one spelling each format allows.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Lower-case hex, two digits a byte.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or(b'0');
        text.extend([digit(byte >> 4), digit(byte & 15)]);
    }
    // digits alone: it cannot fail
    String::from_utf8(text).unwrap_or_default()
}

/// Reads exactly `N` bytes of lower-case hex; upper case is refused, so that a value has one text.
#[must_use]
#[inline]
pub fn unhex<const N: usize>(text: impl AsRef<[u8]>) -> Option<[u8; N]> {
    const { assert!(N.is_multiple_of(4), "hex is read eight digits at a time") };
    let text = text.as_ref();
    let mut out = [0; N];
    if text.len() != N.checked_mul(2)? {
        return None;
    }
    // lists bring millions of them: what is no digit is looked for at the end
    let mut wrong = 0;
    let digits = text.as_chunks().0;
    for (bytes, digits) in out.as_chunks_mut().0.iter_mut().zip(digits) {
        let (four, unsound) = four(u64::from_le_bytes(*digits));
        *bytes = four.to_le_bytes();
        wrong |= unsound;
    }
    (wrong == 0).then_some(out)
}

/// The same number in each byte of a word.
const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Four bytes from eight digits, one in each byte of a word, the first one lowest; and zero, unless
/// one of them is no digit.
const fn four(digits: u64) -> (u32, u64) {
    // letters have this bit, figures do not; `a` ends in 1 and is worth 10
    let letters = (digits & each(0x40)) >> 6;
    let worth = (digits & each(0x0f)) + letters * 9;
    let over_nine = ((worth + each(6)) >> 4) & each(1);
    let written = worth + each(b'0') + over_nine * (b'a' - b'0' - 10) as u64;
    let wrong = (written ^ digits) | (worth & each(0xf0));
    let pairs = (worth << 4 | worth >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    ((fours | fours >> 16) as u32, wrong)
}

/// Standard base64 with padding (RFC 4648, section 4).
#[must_use]
pub fn b64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads exactly `N` bytes of standard base64; a missing padding or a stray bit is refused.
#[must_use]
pub fn unb64<const N: usize>(text: &str) -> Option<[u8; N]> {
    unb64_any(text)?.try_into().ok()
}

/// Reads standard base64 of any length, as strictly as [`unb64`].
#[must_use]
pub fn unb64_any(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_spelling_each() {
        assert_eq!(hex(&[0x0f, 0xa0]), "0fa0");
        assert_eq!(unhex::<4>("0fa0b1c9"), Some([0x0f, 0xa0, 0xb1, 0xc9]));
        for bad in ["0FA00000", "0fa0000", "0fa000000", "0fag0000", "éé0a00"] {
            assert_eq!(unhex::<4>(bad), None, "{bad}");
        }
        assert_eq!(unb64::<1>("AA=="), Some([0]));
        for bad in ["AA", "AB==", "AA==\n", "AAA="] {
            assert_eq!(unb64::<1>(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn round_trip(bytes: [u8; 32]) {
            prop_assert_eq!(unhex::<32>(&hex(&bytes)).unwrap(), bytes);
            prop_assert_eq!(unb64::<32>(&b64(&bytes)).unwrap(), bytes);
        }
    }

    #[test]
    fn every_byte_is_a_digit_or_refused_at_every_place() {
        for byte in 0..=u8::MAX {
            for at in 0..8 {
                let text: Vec<u8> = (0..8)
                    .map(|place| if place == at { byte } else { b'0' })
                    .collect();
                let is_digit = matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                assert_eq!(unhex::<4>(&text).is_some(), is_digit, "{byte}");
            }
        }
    }
}
