//! The keys: one master key outside the database, which wraps the registry's root; what is derived from the
//! root, as the index key and the signing seed are; the keys of epochs, made of it and of a file each; and one
//! random key per person, wrapped under the key of an epoch.
//!
//! A person's key opens the payloads of their events, makes the tags by which their entries
//! are found in the log, and the openings of the commitments. Destroying it is what erasure
//! does.

use super::index_key::IndexKey;
use crate::access::code::Code;
use crate::access::totp::TotpSecret;
use crate::audit::encoding::hex;
use crate::audit::tree::sha256;
use crate::domain::ids::{Blind, CaseId, Position, StaffId};
use crate::domain::personal::Secret;
use crate::domain::time::{Entropy, NoEntropy};
use ring::aead::LessSafeKey;
use ring::hmac;
use sealing::{cipher_of, expand, hashing_of, open, open_key, open_owned, seal, secret_of, tag32};
use zeroize::Zeroizing;

mod epoch;
pub mod file;
mod letters;
mod master;
mod register;
mod sealing;
mod subject;
#[cfg(test)]
mod tests;
mod wrapping;

pub use epoch::{Epoch, EpochKey, KeyDirectory};
pub use letters::SALT as LETTER_SALT;
pub use master::{MasterId, MasterKey, Root};
pub(super) use sealing::signed32;
pub use subject::SubjectKey;

/// What could not be opened was changed, or belongs to another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Decryption failed.
    #[error(
        "a sealed value does not open with this key: it was changed, or the key is another registry's"
    )]
    Sealed,
    /// The key of an epoch is not held.
    #[error("the key of epoch {0} is not here")]
    NotHeld(Epoch),
    /// Randomness is missing.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
}

/// The registry's keys, derived once from its root.
pub struct Keyring {
    epochs: epoch::Epochs,
    index: IndexKey,
    signing_seed: Secret<[u8; 32]>,
    receipt_seed: Secret<[u8; 32]>,
    policy_seed: Secret<[u8; 32]>,
    signing: LessSafeKey,
    forms: hmac::Key,
    decisions: LessSafeKey,
    campaigns: hmac::Key,
    files: hmac::Key,
    requests: hmac::Key,
    erased: hmac::Key,
    doors: hmac::Key,
    tokens: hmac::Key,
    cases: LessSafeKey,
    addresses: LessSafeKey,
    factors: LessSafeKey,
    snapshots: LessSafeKey,
    nodes: hmac::Key,
    check: [u8; 32],
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring(•••)")
    }
}

impl Keyring {
    /// Derives the registry's keys; those of epochs are taken from that directory when they are needed.
    ///
    /// # Errors
    /// Never in practice: derivation from 32 bytes to 32 bytes does not fail.
    pub fn derive(root: &Root, directory: KeyDirectory) -> Result<Self, KeyError> {
        let check = root.check()?;
        let root = root.derives();
        Ok(Self {
            epochs: epoch::Epochs::derive(&root, directory)?,
            index: IndexKey::new(&*expand(&root, b"index/1")?),
            signing_seed: secret_of(&root, b"sign/1")?,
            receipt_seed: secret_of(&root, b"receipt/1")?,
            policy_seed: secret_of(&root, b"policy/1")?,
            signing: cipher_of(&root, b"signing-seeds/1")?,
            forms: hashing_of(&root, b"forms/1")?,
            decisions: cipher_of(&root, b"decisions/1")?,
            campaigns: hashing_of(&root, b"campaigns/1")?,
            requests: hashing_of(&root, b"requests/1")?,
            files: hashing_of(&root, b"files/1")?,
            erased: hashing_of(&root, b"erased/1")?,
            doors: hashing_of(&root, b"doors/1")?,
            tokens: hashing_of(&root, b"tokens/1")?,
            cases: cipher_of(&root, b"cases/1")?,
            addresses: cipher_of(&root, b"addresses/1")?,
            factors: cipher_of(&root, b"factors/1")?,
            snapshots: cipher_of(&root, b"snapshots/1")?,
            nodes: hashing_of(&root, b"nodes/1")?,
            check,
        })
    }

    /// A value by which a database knows its root again without learning it.
    #[must_use]
    pub const fn check(&self) -> &[u8; 32] {
        &self.check
    }

    /// The keyed hash by which an identifier is found, made of the pieces of its canonical form.
    #[must_use]
    #[inline]
    pub fn blind(&self, canonical: [&[u8]; 3]) -> Blind {
        Blind(self.index.sign(canonical))
    }

    /// The keyed hashes of many identifiers, in their order: sooner worked out than one by one.
    #[must_use]
    pub fn blinds(&self, canonical: &[[&[u8]; 3]]) -> Vec<Blind> {
        let hashes = self.index.sign_all(canonical).into_iter();
        hashes.map(Blind).collect()
    }

    /// The seed of the Ed25519 key that signs receipts.
    #[must_use]
    pub const fn receipt_seed(&self) -> &Secret<[u8; 32]> {
        &self.receipt_seed
    }

    /// The seed of the Ed25519 key that signs access tokens in a period.
    #[must_use]
    pub fn token_seed(&self, period: i64) -> Secret<[u8; 32]> {
        Secret::new(tag32(&self.tokens, &period.to_be_bytes()))
    }

    /// The seed of the Ed25519 key that signs policy versions.
    #[must_use]
    pub const fn policy_seed(&self) -> &Secret<[u8; 32]> {
        &self.policy_seed
    }

    /// The seed of the Ed25519 key that signs checkpoints when a log begins.
    #[must_use]
    pub const fn signing_seed(&self) -> &Secret<[u8; 32]> {
        &self.signing_seed
    }

    /// Seals the seed of a later signing key; `vkey` is its public half.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn seal_signing(
        &self,
        seed: &Secret<[u8; 32]>,
        vkey: &str,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        seal(&self.signing, seed.expose(), &signing_aad(vkey), entropy)
    }

    /// Opens the seed of a later signing key.
    ///
    /// # Errors
    /// [`KeyError::Sealed`] where the row was changed, or is another key's.
    pub fn open_signing(&self, sealed: &[u8], vkey: &str) -> Result<Secret<[u8; 32]>, KeyError> {
        let seed = open_key(&self.signing, sealed, &signing_aad(vkey))?;
        Ok(Secret::new(*seed))
    }

    /// A keyed hash for form fields that must come back unchanged.
    #[must_use]
    pub fn form_tag(&self, text: &[u8]) -> [u8; 32] {
        tag32(&self.forms, text)
    }

    /// What is kept of the code of a mail; `door` is what it goes with. Keyed, since a code of six digits
    /// is found from a bare hash at once.
    #[must_use]
    pub fn code_hash(&self, door: &[u8], code: &Code) -> [u8; 32] {
        tag32(
            &self.doors,
            &[b"code/", door, b"/", code.reveal().as_bytes()].concat(),
        )
    }

    /// What is kept of the network that a request came from, to count by.
    #[must_use]
    pub fn client(&self, network: &str) -> [u8; 32] {
        tag32(&self.doors, &[b"client/", network.as_bytes()].concat())
    }

    /// Encrypts a block of decisions.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn seal_decisions(&self, block: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>, KeyError> {
        seal(&self.decisions, block, DECISIONS, entropy)
    }

    /// Decrypts a block of decisions.
    ///
    /// # Errors
    /// [`KeyError::Sealed`] where it was changed.
    pub fn open_decisions(&self, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        open(&self.decisions, sealed, DECISIONS)
    }

    /// Seals a piece of a snapshot of the index, for its place in the file.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn seal_snapshot(
        &self,
        piece: &[u8],
        place: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        seal(&self.snapshots, piece, place, entropy)
    }

    /// Opens a piece of a snapshot of the index.
    ///
    /// # Errors
    /// [`KeyError::Sealed`] where it was changed, is another file's, or stood elsewhere.
    pub fn open_snapshot(&self, sealed: Vec<u8>, place: &[u8]) -> Result<Vec<u8>, KeyError> {
        open_owned(&self.snapshots, sealed, place)
    }

    /// Wraps the key of one request, under which what systems found for it is kept.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn wrap_case(
        &self,
        key: &SubjectKey,
        case: CaseId,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        seal(&self.cases, key.master.expose(), case.as_bytes(), entropy)
    }

    /// Opens the key of one request.
    ///
    /// # Errors
    /// [`KeyError::Sealed`] where the row was changed, or is another key's.
    pub fn unwrap_case(&self, wrapped: &[u8], case: CaseId) -> Result<SubjectKey, KeyError> {
        SubjectKey::from_master(*open_key(&self.cases, wrapped, case.as_bytes())?)
    }

    /// Seals the address of somebody who has no key of their own, or a letter to them.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn seal_address(
        &self,
        plain: &[u8],
        place: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        seal(&self.addresses, plain, place, entropy)
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`KeyError::Sealed`] where the row was changed, or is another key's.
    pub fn open_address(&self, sealed: &[u8], place: &[u8]) -> Result<Vec<u8>, KeyError> {
        open(&self.addresses, sealed, place)
    }

    /// What is kept of who tries to get in, to count by: an account, a network, both.
    #[must_use]
    pub fn guesser(&self, what: &str, account: &[u8], network: &str) -> [u8; 32] {
        let network = sha256(&[network.as_bytes()]);
        tag32(
            &self.doors,
            &[b"guess/", what.as_bytes(), b"/", &network, account].concat(),
        )
    }

    /// What is kept of somebody, or of a session, at the provider by which staff sign in.
    #[must_use]
    pub fn at_provider(&self, what: &str, issuer: &str, name: &str) -> [u8; 32] {
        let issuer = sha256(&[issuer.as_bytes()]);
        tag32(
            &self.doors,
            &[
                b"provider/",
                what.as_bytes(),
                b"/",
                &issuer,
                name.as_bytes(),
            ]
            .concat(),
        )
    }

    /// Seals the second factor of a staff account.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn seal_factor(
        &self,
        factor: &TotpSecret,
        staff: StaffId,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        seal(&self.factors, factor.expose(), staff.as_bytes(), entropy)
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`KeyError::Sealed`] where the row was changed, or is another account's.
    pub fn open_factor(&self, sealed: &[u8], staff: StaffId) -> Result<TotpSecret, KeyError> {
        let bytes = Zeroizing::new(open(&self.factors, sealed, staff.as_bytes())?);
        TotpSecret::from_bytes(&bytes).ok_or(KeyError::Sealed)
    }

    /// The keyed hash by which a campaign's decisions are found: its first half is enough.
    #[must_use]
    pub fn campaign(&self, name: &str) -> [u8; 16] {
        let mut tag = [0; 16];
        let whole = tag32(&self.campaigns, name.as_bytes());
        tag.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        tag
    }

    /// A keyed hash of a request, by which its repetition is known.
    #[must_use]
    pub fn request_print(&self, pieces: [&[u8]; 4]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.requests);
        pieces.iter().for_each(|piece| context.update(piece));
        signed32(context)
    }

    /// The mark by which the ledger names a file, made of its SHA-256 in hexadecimal. The digest alone
    /// would tell who stands in a file of one line: telephone numbers and addresses can be guessed.
    #[must_use]
    pub fn file_mark(&self, sha256: &str) -> String {
        hex(&tag32(&self.files, sha256.as_bytes()))
    }

    /// A keyed hash over the positions of all entries that were ever erased, which must come in
    /// order. Keyed, so that whoever only has the log cannot try which entries vanished together.
    pub fn erased_digest(&self, positions: impl Iterator<Item = Position>) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.erased);
        positions.for_each(|position| context.update(&position.to_be_bytes()));
        signed32(context)
    }

    /// A keyed hash over the sheets of rolls out of which persons were taken who were erased, in order:
    /// the list, where the sheet began, and its hash now. Keyed for the same reason.
    pub fn rolls_digest(
        &self,
        sheets: impl Iterator<Item = (Position, u64, crate::audit::Hash)>,
    ) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.erased);
        // what else is signed with this key is positions alone, eight bytes each
        context.update(b"rolls");
        for (position, first, held) in sheets {
            context.update(&position.to_be_bytes());
            context.update(&first.to_be_bytes());
            context.update(&held);
        }
        signed32(context)
    }
}

/// What is sealed with the key of the decisions.
const DECISIONS: &[u8] = b"decisions/1";

fn signing_aad(vkey: &str) -> Vec<u8> {
    [b"signing-seed/1/".as_slice(), vkey.as_bytes()].concat()
}
