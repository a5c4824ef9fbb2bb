//! Recovery codes: what somebody types who has lost their authenticator app. 128 random bits each, so that a plain
//! hash of them is kept, and each opens once.

use super::base32::{encoded, grouped};
use super::token::TokenHash;
use crate::domain::personal::Secret;
use crate::domain::time::{Entropy, NoEntropy, random};

/// How many somebody gets.
pub const COUNT: usize = 10;
const LETTERS: usize = 26;

/// A recovery code. It is handed to its owner and forgotten.
#[derive(Clone, Debug)]
pub struct RecoveryCode(Secret<String>);

impl RecoveryCode {
    /// A new code.
    ///
    /// # Errors
    /// Where no randomness can be had.
    pub fn new(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        Ok(Self(Secret::new(encoded(&random::<16>(entropy)?))))
    }

    /// What somebody typed, in small letters or with gaps; `None` where it is no such code.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        let is_gap = |c: char| c.is_whitespace() || c == '-';
        let letters: String = text.chars().filter(|c| !is_gap(*c)).collect();
        let fits =
            letters.len() == LETTERS && letters.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then(|| Self(Secret::new(letters.to_ascii_uppercase())))
    }

    /// The letters in groups of four, for their owner.
    #[must_use]
    pub fn reveal(&self) -> String {
        grouped(self.0.expose())
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.0.expose())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    struct Sevens;
    impl Entropy for Sevens {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            bytes.fill(7);
            Ok(())
        }
    }

    #[test]
    fn a_code_is_read_however_it_is_typed_and_is_not_printed() {
        let code = RecoveryCode::new(&Sevens).unwrap();
        let shown = code.reveal();
        assert_eq!(shown.chars().filter(|c| *c != ' ').count(), LETTERS);
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace(' ', "-")] {
            assert_eq!(RecoveryCode::typed(&typed).unwrap().hash(), code.hash());
        }
        let (first, rest) = shown.split_at(1);
        assert!(!format!("{code:?}").contains(rest.split(' ').next_back().unwrap()));
        for wrong in ["", "123456", first, rest] {
            assert!(RecoveryCode::typed(wrong).is_none(), "{wrong}");
        }
    }
}
