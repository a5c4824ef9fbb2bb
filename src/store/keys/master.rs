//! The master key, which lies outside the database, and the root, which it wraps. Everything else is derived
//! from the root: so another master key changes nothing that is stored.

use super::KeyError;
use super::sealing::{cipher_of, expand, open_key, seal};
use crate::audit::encoding::hex;
use crate::domain::personal::Secret;
use crate::domain::time::{Entropy, random};
use ring::aead::LessSafeKey;
use ring::{hkdf, hmac};
use std::fmt;

/// What the roots of registries were made by that had none written down.
const DERIVED: &[u8] = b"placet/1";
/// What a master key wraps by.
const WRAPPING: &[u8] = b"placet/master/1";

/// By what a master key is told from others. It tells nothing of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MasterId([u8; 8]);

impl MasterId {
    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }

    /// From its bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for MasterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl std::str::FromStr for MasterId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const MEND: &str = "must be the 16 digits by which placet keys list names a master key";
        let number = u64::from_str_radix(text, 16).map_err(|_| MEND)?;
        let id = Self(number.to_be_bytes());
        let is_written_so = id.to_string() == text.to_ascii_lowercase();
        is_written_so.then_some(id).ok_or(MEND)
    }
}

/// What every key of a registry is derived from.
#[derive(Clone)]
pub struct Root(Secret<[u8; 32]>);

impl Root {
    /// The root of a new registry.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn new(entropy: &dyn Entropy) -> Result<Self, KeyError> {
        Ok(Self(Secret::new(random(entropy)?)))
    }

    pub(super) fn derives(&self) -> hkdf::Prk {
        hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, self.0.expose())
    }

    /// A value by which a database knows its root again without learning it.
    ///
    /// # Errors
    /// Never in practice.
    pub fn check(&self) -> Result<[u8; 32], KeyError> {
        Ok(*expand(&self.derives(), b"check/1")?)
    }
}

/// A master key, as far as it is needed: the 32 bytes themselves are not kept.
#[derive(Clone)]
pub struct MasterKey {
    id: MasterId,
    wrapping: LessSafeKey,
    derived: Root,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

impl MasterKey {
    /// What is made of the 32 bytes.
    ///
    /// # Errors
    /// Never in practice: derivation from 32 bytes to 32 bytes does not fail.
    pub fn new(secret: &Secret<[u8; 32]>) -> Result<Self, KeyError> {
        let own = hkdf::Salt::new(hkdf::HKDF_SHA256, WRAPPING).extract(secret.expose());
        let id = expand(&own, b"id/1")?.first_chunk().copied();
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, DERIVED), secret.expose());
        let derived = derived.as_ref().try_into().map_err(|_| KeyError::Sealed)?;
        Ok(Self {
            id: MasterId(id.ok_or(KeyError::Sealed)?),
            wrapping: cipher_of(&own, b"wrap/1")?,
            derived: Root(Secret::new(derived)),
        })
    }

    /// By what it is told from others.
    #[must_use]
    pub const fn id(&self) -> MasterId {
        self.id
    }

    /// The root of a registry from before roots were written down: what its master key derived (the first half of
    /// HKDF, which is an HMAC).
    #[must_use]
    pub const fn derived(&self) -> &Root {
        &self.derived
    }

    /// Wraps the root of the registry whose log has that name.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn wrap(
        &self,
        root: &Root,
        origin: &str,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        seal(&self.wrapping, root.0.expose(), &self.aad(origin), entropy)
    }

    /// Opens the root of the registry whose log has that name.
    ///
    /// # Errors
    /// [`KeyError::Sealed`] where it was changed, or wrapped by another key or for another registry.
    pub fn unwrap(&self, wrapped: &[u8], origin: &str) -> Result<Root, KeyError> {
        let root = open_key(&self.wrapping, wrapped, &self.aad(origin))?;
        Ok(Root(Secret::new(*root)))
    }

    fn aad(&self, origin: &str) -> Vec<u8> {
        [b"root/1/".as_slice(), &self.id.0, origin.as_bytes()].concat()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::domain::time::NoEntropy;

    struct Nines;
    impl Entropy for Nines {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            bytes.fill(9);
            Ok(())
        }
    }

    fn key(byte: u8) -> MasterKey {
        MasterKey::new(&Secret::new([byte; 32])).unwrap()
    }

    #[test]
    fn the_root_opens_for_its_key_and_its_registry_and_as_it_was() {
        let root = Root::new(&Nines).unwrap();
        let wrapped = key(1).wrap(&root, "log.example/a", &Nines).unwrap();
        let opened = key(1).unwrap(&wrapped, "log.example/a").unwrap();
        assert_eq!(opened.check().unwrap(), root.check().unwrap());
        assert!(key(2).unwrap(&wrapped, "log.example/a").is_err());
        assert!(key(1).unwrap(&wrapped, "log.example/b").is_err());
        for at in 0..wrapped.len() {
            let mut changed = wrapped.clone();
            changed[at] ^= 1;
            assert!(key(1).unwrap(&changed, "log.example/a").is_err(), "{at}");
        }
        // what is wrapped has not the key's own bytes, and the key derives nothing of the registry's any more
        assert!(!wrapped.windows(32).any(|bytes| bytes == [9; 32]));
        let derived = key(1).derived().check().unwrap();
        assert_ne!(derived, root.check().unwrap());
    }

    /// Registries of before hang on it for ever.
    #[test]
    fn what_a_master_key_derived_is_a_root() {
        let before = hkdf::Salt::new(hkdf::HKDF_SHA256, DERIVED).extract(&[1; 32]);
        let check = *expand(&before, b"check/1").unwrap();
        assert_eq!(key(1).derived().check().unwrap(), check);
    }

    #[test]
    fn a_key_is_named_by_what_it_derives() {
        let (one, other) = (key(1).id(), key(2).id());
        assert_ne!(one, other);
        assert_eq!(one.to_string().parse(), Ok(one));
        assert_eq!(one.to_string().to_uppercase().parse(), Ok(one));
        for wrong in [
            "",
            "12",
            "+123456789abcdef",
            "zz23456789abcdef",
            "00123456789abcdef",
        ] {
            assert!(wrong.parse::<MasterId>().is_err(), "{wrong}");
        }
        assert_eq!(format!("{:?}", key(1)), format!("MasterKey({one})"));
    }
}
