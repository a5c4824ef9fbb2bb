//! Passwords of staff: Argon2id, m = 64 MiB, t = 3, p = 1 (OWASP ASVS 5.0, appendix C, asks for less).

pub mod rule;

/// A hash that no password has: for names that nobody has, and for accounts without a password. Looking at one takes
/// as long as at any other.
pub const NOBODYS: &str = "$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

use crate::domain::personal::Secret;
use crate::domain::time::{Entropy, random};
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use rule::{Fit, PasswordError, one_form};

const MEMORY: u32 = 65_536;
const PASSES: u32 = 3;
const LANES: u32 = 1;

impl From<crate::domain::time::NoEntropy> for PasswordError {
    fn from(_: crate::domain::time::NoEntropy) -> Self {
        Self::Unhashable
    }
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| PasswordError::Unhashable)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The PHC string to keep for a new password.
///
/// # Errors
/// Where randomness is missing.
pub fn hash(password: &Fit, entropy: &dyn Entropy) -> Result<String, PasswordError> {
    hashed(&password.0, entropy)
}

fn hashed(password: &Secret<String>, entropy: &dyn Entropy) -> Result<String, PasswordError> {
    let salt: [u8; 16] = random(entropy)?;
    let hashed = argon2()?.hash_password_with_salt(password.expose().as_bytes(), &salt);
    hashed
        .map(|phc: PasswordHash| phc.to_string())
        .map_err(|_| PasswordError::Unhashable)
}

/// Whether `password` is the one behind the PHC string.
#[must_use]
pub fn verify(password: &Secret<String>, kept: &str) -> bool {
    let Ok(hash) = PasswordHash::new(kept) else {
        return false;
    };
    // longer ones are never taken, and their form would be work for nothing
    if password.expose().len() > rule::LONGEST * 4 {
        return false;
    }
    Argon2::default()
        .verify_password(one_form(password).expose().as_bytes(), &hash)
        .is_ok()
}

/// The PHC string to keep instead, where the one that is kept was made with less work; the password must be
/// known to be right.
///
/// # Errors
/// Where randomness is missing.
pub fn renewed(
    password: &Secret<String>,
    kept: &str,
    entropy: &dyn Entropy,
) -> Result<Option<String>, PasswordError> {
    let now = format!("$argon2id$v=19$m={MEMORY},t={PASSES},p={LANES}$");
    if kept.starts_with(&now) {
        return Ok(None);
    }
    hashed(&one_form(password), entropy).map(Some)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::rule::{Surroundings, fit};
    use super::*;
    use crate::domain::time::NoEntropy;

    struct Sevens;
    impl Entropy for Sevens {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            bytes.fill(7);
            Ok(())
        }
    }

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    fn kept(text: &str) -> String {
        let around = Surroundings {
            second_factor: false,
            words: &[],
        };
        hash(&fit(&secret(text), around).unwrap(), &Sevens).unwrap()
    }

    #[test]
    fn the_right_password_opens_and_a_wrong_one_does_not() {
        let kept = kept("correct horse battery");
        assert!(kept.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"));
        assert!(verify(&secret("correct horse battery"), &kept));
        assert!(!verify(&secret("correct horse batterz"), &kept));
        assert!(!verify(&secret("anything"), "no hash"));
    }

    #[test]
    fn an_accent_is_the_same_however_it_is_typed() {
        let kept = kept("fen\u{ea}tre ouverte au nord");
        assert!(verify(&secret("fene\u{302}tre ouverte au nord"), &kept));
    }

    #[test]
    fn a_hash_of_less_work_is_made_anew_and_one_of_now_is_not() {
        let (password, entropy) = (secret("correct horse battery"), Sevens);
        let less = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(19_456, 2, 1, None).unwrap(),
        );
        let old: PasswordHash = less
            .hash_password_with_salt(password.expose().as_bytes(), &[7; 16])
            .unwrap();
        let old = old.to_string();
        assert!(verify(&password, &old));
        let new = renewed(&password, &old, &entropy).unwrap().unwrap();
        assert!(verify(&password, &new));
        assert_eq!(renewed(&password, &new, &entropy), Ok(None));
    }
}
