//! Passkeys (Web Authentication, <https://www.w3.org/TR/webauthn-3/>): what a browser shows of one is held against
//! what was asked, to the letter. No attestation is asked for: which device it is decides nothing here.
//!
//! Everything that comes in is somebody else's text: it is bounded before it is read, and read whole or refused.

mod assertion;
mod authenticator;
mod client;
mod cose;
mod party;
mod registration;
#[cfg(test)]
mod tests;

pub use assertion::Assertion;
pub use cose::{ALGORITHMS, PublicKey};
pub use party::RelyingParty;
pub use registration::Registration;

use crate::domain::time::{Entropy, NoEntropy, random};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest::{Context, SHA256};

/// The longest text that is read of a browser: several times what the longest key needs.
const LONGEST: usize = 16 * 1024;
/// An id has 16 bytes at least and 1,023 at most (section 4, *Credential ID*).
const ID: std::ops::RangeInclusive<usize> = 16..=1023;

/// What a passkey is refused for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// It is not in the form of the standard, or too long.
    #[error("what the browser sent is no passkey")]
    Malformed,
    /// It was made for something else: enrolled where it should have been shown, or the other way round.
    #[error("it was made for another ceremony")]
    Ceremony,
    /// It answers another challenge.
    #[error("it answers another challenge")]
    Challenge,
    /// Another site asked for it.
    #[error("another site asked for it")]
    Origin,
    /// It is of another relying party.
    #[error("it is of another relying party")]
    Party,
    /// Nobody touched the device.
    #[error("nobody was there")]
    NotPresent,
    /// The device did not look at who it was.
    #[error("the device did not verify who it was")]
    NotVerified,
    /// It is of another account.
    #[error("it is of another account")]
    Owner,
    /// Its key is of no kind that was asked for.
    #[error("its key is of another kind")]
    Key,
    /// The signature is not its key's.
    #[error("the signature does not match")]
    Signature,
    /// Its counter went back: there may be a copy of it.
    #[error("its counter went back")]
    Counter,
}

/// What is asked, and answered once: 256 random bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Challenge(pub [u8; 32]);

impl Challenge {
    /// Another one.
    ///
    /// # Errors
    /// Where there is no chance to be had.
    pub fn new(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        random(entropy).map(Self)
    }

    /// As the browser is told it, and tells it back.
    #[must_use]
    pub fn text(&self) -> String {
        encoded(&self.0)
    }
}

/// Who asked, and what.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// For whom the passkey is.
    pub party: &'a RelyingParty,
    /// What it has to answer.
    pub challenge: &'a Challenge,
}

/// The id of a passkey, as its authenticator chose it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CredentialId(Vec<u8>);

impl CredentialId {
    /// Takes it; `None` where it is too short or too long for one.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        ID.contains(&bytes.len()).then(|| Self(bytes.to_vec()))
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As browsers are told it.
    #[must_use]
    pub fn text(&self) -> String {
        encoded(&self.0)
    }
}

/// A passkey as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passkey {
    /// Its id.
    pub id: CredentialId,
    /// The public half of its key.
    pub key: PublicKey,
    /// How often it was used, as it counts; 0 of one that does not count.
    pub counter: u32,
    /// Whether its maker lets it be on several devices. It never changes.
    pub may_be_copied: bool,
}

impl Passkey {
    /// What the log knows it by: a SHA-256 of its id and its key.
    #[must_use]
    pub fn mark(&self) -> [u8; 32] {
        let mut context = Context::new(&SHA256);
        for part in [self.id.as_bytes(), self.key.as_bytes()] {
            // the lengths, so that no byte goes from one to the other
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut mark = [0; 32];
        mark.copy_from_slice(context.finish().as_ref());
        mark
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(text: &str) -> Result<Vec<u8>, PasskeyError> {
    let bytes = URL_SAFE_NO_PAD.decode(text);
    bytes.map_err(|_| PasskeyError::Malformed)
}

/// Reads what the page's script sends, a JSON object with exactly the fields of `T`.
fn read<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, PasskeyError> {
    if text.len() > LONGEST || !text.starts_with('{') {
        return Err(PasskeyError::Malformed);
    }
    serde_json::from_str(text).map_err(|_| PasskeyError::Malformed)
}
