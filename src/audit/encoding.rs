//! Hex and base64 of fixed-size values, in the one spelling each format allows.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Lower-case hex, two digits a byte.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    bytes
        .iter()
        .flat_map(|b| [b >> 4, b & 15])
        .filter_map(|nibble| DIGITS.get(usize::from(nibble)))
        .collect()
}

/// Reads exactly `N` bytes of lower-case hex; upper case is refused, so that a value has one text.
#[must_use]
pub fn unhex<const N: usize>(text: impl AsRef<[u8]>) -> Option<[u8; N]> {
    let text = text.as_ref();
    let mut out = [0; N];
    if text.len() != N.checked_mul(2)? {
        return None;
    }
    // lists bring millions of them: one wrong digit is looked for at the end
    let mut wrong = 0;
    for (byte, [high, low]) in out.iter_mut().zip(text.as_chunks().0) {
        let (high, low) = (nibble(*high), nibble(*low));
        wrong |= high | low;
        *byte = high << 4 | low;
    }
    (wrong < 16).then_some(out)
}

/// What a digit is worth; 16 or more where it is none.
fn nibble(digit: u8) -> u8 {
    NIBBLES.get(usize::from(digit)).copied().unwrap_or(u8::MAX)
}

const NIBBLES: [u8; 256] = {
    let mut worth = [u8::MAX; 256];
    let mut digit = 0;
    while digit < 10 {
        worth[b'0' as usize + digit] = digit as u8;
        digit += 1;
    }
    while digit < 16 {
        worth[b'a' as usize + digit - 10] = digit as u8;
        digit += 1;
    }
    worth
};

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
        assert_eq!(unhex::<2>("0fa0"), Some([0x0f, 0xa0]));
        for bad in ["0FA0", "0fa", "0fa00", "0fag", "é0a"] {
            assert_eq!(unhex::<2>(bad), None, "{bad}");
        }
        assert_eq!(unb64::<1>("AA=="), Some([0]));
        for bad in ["AA", "AB==", "AA==\n", "AAA="] {
            assert_eq!(unb64::<1>(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn round_trip(bytes: [u8; 17]) {
            prop_assert_eq!(unhex::<17>(&hex(&bytes)).unwrap(), bytes);
            prop_assert_eq!(unb64::<17>(&b64(&bytes)).unwrap(), bytes);
        }
    }
}
