//! What the authenticator says: the authenticator data (section 6.1), byte by byte.

use super::cose::PublicKey;
use super::{Asked, CredentialId, PasskeyError};
use ring::digest::{SHA256, digest};

/// The longest that is read: an id and an RSA key of 4,096 bits take less than 1,700.
const LONGEST: usize = 4 * 1024;
/// Of the device that attests, which is not looked at.
const AAGUID: usize = 16;

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const MAY_BE_COPIED: u8 = 1 << 3;
const COPIED: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;
const EXTENDED: u8 = 1 << 7;

/// What it says of every ceremony.
pub(super) struct AuthenticatorData<'a> {
    party: &'a [u8],
    flags: u8,
    /// How often it was used.
    pub(super) counter: u32,
    rest: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, PasskeyError> {
        let head = || {
            let (party, rest) = bytes.split_at_checked(32)?;
            let (flags, rest) = rest.split_first()?;
            let (counter, rest) = rest.split_first_chunk::<4>()?;
            Some(Self {
                party,
                flags: *flags,
                counter: u32::from_be_bytes(*counter),
                rest,
            })
        };
        let told = (bytes.len() <= LONGEST).then(head).flatten();
        told.ok_or(PasskeyError::Malformed)
    }

    const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Whether its maker lets it be on several devices.
    pub(super) const fn may_be_copied(&self) -> bool {
        self.has(MAY_BE_COPIED)
    }

    /// Holds it against who asked: somebody was there, and the device looked at who it was.
    pub(super) fn check(&self, asked: Asked<'_>) -> Result<(), PasskeyError> {
        if self.party != digest(&SHA256, asked.party.id().as_bytes()).as_ref() {
            return Err(PasskeyError::Party);
        }
        if !self.has(PRESENT) {
            return Err(PasskeyError::NotPresent);
        }
        if !self.has(VERIFIED) {
            return Err(PasskeyError::NotVerified);
        }
        if self.has(COPIED) && !self.may_be_copied() {
            return Err(PasskeyError::Malformed);
        }
        Ok(())
    }

    /// The key that was made, with nothing behind it but extensions that it says are there.
    pub(super) fn attested(&self) -> Result<(CredentialId, PublicKey), PasskeyError> {
        if !self.has(ATTESTED) {
            return Err(PasskeyError::Malformed);
        }
        let id = || {
            let (_, rest) = self.rest.split_at_checked(AAGUID)?;
            let (length, rest) = rest.split_first_chunk::<2>()?;
            let (id, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
            Some((CredentialId::of(id)?, rest))
        };
        let (id, rest) = id().ok_or(PasskeyError::Malformed)?;
        let (key, rest) = PublicKey::read(rest)?;
        self.ends_with(rest)?;
        Ok((id, key))
    }

    /// That it holds no key, as when one is shown.
    pub(super) fn bare(&self) -> Result<(), PasskeyError> {
        if self.has(ATTESTED) {
            return Err(PasskeyError::Malformed);
        }
        self.ends_with(self.rest)
    }

    fn ends_with(&self, rest: &[u8]) -> Result<(), PasskeyError> {
        if rest.is_empty() == self.has(EXTENDED) {
            return Err(PasskeyError::Malformed);
        }
        Ok(())
    }
}
