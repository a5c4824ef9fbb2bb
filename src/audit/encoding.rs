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
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut out = [0; N];
    if text.len() != N.checked_mul(2)? {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(out)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
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
