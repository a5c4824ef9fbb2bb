//! One-time codes of an authenticator app (TOTP, RFC 6238): HMAC-SHA-1 over the half minute, six digits. Every app
//! reads these parameters, and many read no others; SHA-1 within an HMAC is not what is broken of SHA-1.

use super::base32::{encoded, grouped};
use super::code::Code;
use crate::domain::personal::Secret;
use crate::domain::time::{Entropy, NoEntropy, Now, random};
use ring::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};

/// How long one code is shown.
const STEP_SECONDS: i64 = 30;
/// How many steps the clocks of telephone and server may be apart.
const APART: i64 = 1;
const CODES: u32 = 1_000_000;

/// What an authenticator app and the service share: 160 bits (RFC 4226, requirement 6).
#[derive(Clone, Debug)]
pub struct TotpSecret(Secret<[u8; 20]>);

impl TotpSecret {
    /// A new secret.
    ///
    /// # Errors
    /// Where no randomness can be had.
    pub fn new(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        Ok(Self(Secret::new(random(entropy)?)))
    }

    /// A secret that was kept; `None` where it is none.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Secret::new(bytes.try_into().ok()?)))
    }

    /// The bytes, to be sealed.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 20] {
        self.0.expose()
    }

    /// As it is typed into an app, in groups of four.
    #[must_use]
    pub fn typed(&self) -> String {
        grouped(&encoded(self.0.expose()))
    }

    /// As an app reads it from a picture.
    #[must_use]
    pub fn address(&self, login: &str) -> String {
        let name: String = login.bytes().map(quoted).collect();
        let secret = encoded(self.0.expose());
        format!("otpauth://totp/Placet:{name}?secret={secret}&issuer=Placet")
    }

    /// The step in which `typed` is the code, where it is one of now that comes after the last one used.
    #[must_use]
    pub fn matched(&self, typed: &Code, now: Now, used: Option<i64>) -> Option<i64> {
        let at = step(now);
        let mut found = None;
        // all of them, whichever it is: the time tells nothing
        for step in at - APART..=at + APART {
            let is = same(self.code(step).as_bytes(), typed.reveal().as_bytes());
            if is && used.is_none_or(|used| step > used) {
                found = Some(step);
            }
        }
        found
    }

    fn code(&self, step: i64) -> String {
        format!("{:06}", self.number(step) % CODES)
    }

    /// RFC 4226, 5.3.
    fn number(&self, step: i64) -> u32 {
        let key = Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.0.expose());
        let tag = sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let from = usize::from(tag.last().copied().unwrap_or_default() & 15);
        let four = tag
            .get(from..from + 4)
            .and_then(|four| four.try_into().ok());
        u32::from_be_bytes(four.unwrap_or_default()) & 0x7fff_ffff
    }
}

fn step(now: Now) -> i64 {
    now.utc().timestamp().div_euclid(STEP_SECONDS)
}

fn same(a: &[u8], b: &[u8]) -> bool {
    let differs = a.iter().zip(b).fold(0, |found, (a, b)| found | (a ^ b));
    a.len() == b.len() && differs == 0
}

/// A byte of a name as it stands in an address.
fn quoted(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        return char::from(byte).to_string();
    }
    format!("%{byte:02X}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use chrono::DateTime;

    fn secret() -> TotpSecret {
        TotpSecret::from_bytes(b"12345678901234567890").unwrap()
    }

    fn at(seconds: i64) -> Now {
        Now::at(DateTime::from_timestamp(seconds, 0).unwrap())
    }

    /// RFC 6238, appendix B, the rows of SHA-1: eight digits there, of which six are shown here.
    #[test]
    fn the_vectors_of_the_rfc() {
        for (seconds, digits) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let step = step(at(seconds));
            assert_eq!(
                format!("{:08}", secret().number(step) % 100_000_000),
                digits
            );
            assert_eq!(Some(secret().code(step).as_str()), digits.get(2..));
        }
    }

    /// RFC 4226, appendix D.
    #[test]
    fn the_vectors_of_the_counter() {
        let codes = ["755224", "287082", "359152", "969429", "338314", "254676"];
        for (counter, code) in (0..).zip(codes) {
            assert_eq!(secret().code(counter), code);
        }
    }

    #[test]
    fn a_code_is_good_for_its_step_and_its_neighbours_once() {
        let now = at(1_000 * 30 + 7);
        let typed = |step| Code::typed(&secret().code(step)).unwrap();
        for (step, found) in [
            (998, None),
            (999, Some(999)),
            (1_000, Some(1_000)),
            (1_001, Some(1_001)),
            (1_002, None),
        ] {
            assert_eq!(secret().matched(&typed(step), now, None), found, "{step}");
        }
        assert_eq!(secret().matched(&typed(1_000), now, Some(999)), Some(1_000));
        assert_eq!(
            secret().matched(&typed(1_000), now, Some(1_000)),
            None,
            "used"
        );
        assert_eq!(
            secret().matched(&typed(999), now, Some(1_000)),
            None,
            "older than the one used"
        );
    }

    #[test]
    fn it_is_typed_in_groups_and_read_from_an_address() {
        assert_eq!(secret().typed(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            secret().address("é@x"),
            "otpauth://totp/Placet:%C3%A9%40x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Placet"
        );
        assert!(!format!("{:?}", secret()).contains("123"));
    }
}
