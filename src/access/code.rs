//! The six digits of a mail, to be typed where a link cannot be followed. Short, so that tries are counted
//! where they are kept, and what is kept is a keyed hash.

use crate::domain::personal::Secret;
use crate::domain::time::{Entropy, NoEntropy, random};

/// How often a wrong code can be typed.
pub const TRIES: i32 = 5;
const DIGITS: usize = 6;
const CODES: u32 = 1_000_000;

/// Six digits. They are handed to their owner and forgotten.
#[derive(Clone, Debug)]
pub struct Code(Secret<String>);

impl Code {
    /// New digits, each code as likely as the others.
    ///
    /// # Errors
    /// Where no randomness can be had.
    pub fn new(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let most = u32::MAX - u32::MAX % CODES;
        loop {
            let drawn = u32::from_be_bytes(random(entropy)?);
            if drawn < most {
                return Ok(Self(Secret::new(format!("{:06}", drawn % CODES))));
            }
        }
    }

    /// What somebody typed, who may have put a space in the middle; `None` where it is no code.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        let is_gap = |c: char| c.is_whitespace() || c == '-';
        let digits: String = text.chars().filter(|c| !is_gap(*c)).collect();
        let fits = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| Self(Secret::new(digits)))
    }

    /// The digits, for their owner.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    struct Bytes(u8);
    impl Entropy for Bytes {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            bytes.fill(self.0);
            Ok(())
        }
    }

    #[test]
    fn a_code_has_six_digits_and_is_not_printed() {
        for byte in [0, 7, 200] {
            let code = Code::new(&Bytes(byte)).unwrap();
            assert_eq!(code.reveal().len(), 6);
            assert!(!format!("{code:?}").contains(code.reveal()));
            assert_eq!(Code::typed(code.reveal()).unwrap().reveal(), code.reveal());
        }
    }

    #[test]
    fn what_is_typed_may_have_a_gap_and_nothing_else() {
        assert_eq!(Code::typed(" 123 456\n").unwrap().reveal(), "123456");
        assert_eq!(Code::typed("123-456").unwrap().reveal(), "123456");
        for wrong in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            assert!(Code::typed(wrong).is_none(), "{wrong}");
        }
    }
}
