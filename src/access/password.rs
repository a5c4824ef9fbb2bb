//! Passwords of staff: Argon2id, m = 64 MiB, t = 3, p = 1 (OWASP ASVS 5.0, appendix C, asks for
//! less). Without a second factor a password has at least 15 characters (NIST SP 800-63B-4).

use crate::domain::personal::Secret;
use crate::domain::time::{Entropy, NoEntropy, random};
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};

/// The fewest characters of a password that stands alone.
pub const SHORTEST: usize = 15;
/// The most; a longer one is refused rather than cut.
pub const LONGEST: usize = 256;

/// The password cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("a password needs at least {SHORTEST} characters; four plain words make a good one")]
    TooShort,
    /// Too long.
    #[error("a password may have at most {LONGEST} characters")]
    TooLong,
    /// The hash could not be made.
    #[error("the password could not be hashed")]
    Unhashable,
}

impl From<NoEntropy> for PasswordError {
    fn from(_: NoEntropy) -> Self {
        Self::Unhashable
    }
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(65_536, 3, 1, None).map_err(|_| PasswordError::Unhashable)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The PHC string to keep for a new password.
///
/// # Errors
/// Where the password is too short or too long, or randomness is missing.
pub fn hash(password: &Secret<String>, entropy: &dyn Entropy) -> Result<String, PasswordError> {
    match password.expose().chars().count() {
        0..SHORTEST => return Err(PasswordError::TooShort),
        SHORTEST..=LONGEST => {}
        _ => return Err(PasswordError::TooLong),
    }
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
    Argon2::default()
        .verify_password(password.expose().as_bytes(), &hash)
        .is_ok()
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
    fn the_right_password_opens_and_a_wrong_one_does_not() {
        let kept = hash(&Secret::new("correct horse battery".into()), &Sevens).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"));
        assert!(verify(&Secret::new("correct horse battery".into()), &kept));
        assert!(!verify(&Secret::new("correct horse batterz".into()), &kept));
        assert!(!verify(&Secret::new("anything".into()), "no hash"));
    }

    #[test]
    fn a_short_password_is_refused() {
        assert_eq!(
            hash(&Secret::new("14 characters.".into()), &Sevens),
            Err(PasswordError::TooShort)
        );
    }
}
