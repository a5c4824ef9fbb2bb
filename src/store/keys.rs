//! The keys: one master key outside the database, from which the index key and the signing seed are
//! derived; the keys of epochs, made of it and of a file each; and one random key per person, wrapped
//! under the key of an epoch.
//!
//! A person's key opens the payloads of their events, makes the tags by which their entries
//! are found in the log, and the openings of the commitments. Destroying it is what erasure
//! does.

use super::index_key::IndexKey;
use crate::access::code::Code;
use crate::audit::encoding::hex;
use crate::domain::ids::{Blind, CaseId, Position, SubjectId};
use crate::domain::personal::Secret;
use crate::domain::time::{Entropy, NoEntropy, random};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::{hkdf, hmac};

mod epoch;
pub mod file;

pub use epoch::{Epoch, EpochKey, KeyDirectory};

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

/// The registry's keys, derived once from the master key.
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
    cases: LessSafeKey,
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
    pub fn derive(master: &Secret<[u8; 32]>, directory: KeyDirectory) -> Result<Self, KeyError> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"placet/1").extract(master.expose());
        Ok(Self {
            epochs: epoch::Epochs::derive(&root, directory)?,
            index: IndexKey::new(&expand(&root, b"index/1")?),
            signing_seed: Secret::new(expand(&root, b"sign/1")?),
            receipt_seed: Secret::new(expand(&root, b"receipt/1")?),
            policy_seed: Secret::new(expand(&root, b"policy/1")?),
            signing: cipher(&expand(&root, b"signing-seeds/1")?)?,
            forms: hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, b"forms/1")?),
            decisions: cipher(&expand(&root, b"decisions/1")?)?,
            campaigns: hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, b"campaigns/1")?),
            requests: hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, b"requests/1")?),
            files: hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, b"files/1")?),
            erased: hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, b"erased/1")?),
            doors: hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, b"doors/1")?),
            cases: cipher(&expand(&root, b"cases/1")?)?,
            check: expand(&root, b"check/1")?,
        })
    }

    /// A value by which a database knows its key again without learning it.
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

    /// The seed of the Ed25519 key that signs receipts.
    #[must_use]
    pub const fn receipt_seed(&self) -> &Secret<[u8; 32]> {
        &self.receipt_seed
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
        let seed = open(&self.signing, sealed, &signing_aad(vkey))?;
        seed.try_into()
            .map(Secret::new)
            .map_err(|_| KeyError::Sealed)
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
        let bytes = open(&self.cases, wrapped, case.as_bytes())?;
        SubjectKey::from_master(bytes.try_into().map_err(|_| KeyError::Sealed)?)
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

    /// The key of an epoch, made of the master key and the secret of its file.
    ///
    /// # Errors
    /// Never in practice.
    pub fn epoch_key(&self, epoch: Epoch, secret: &Secret<[u8; 32]>) -> Result<EpochKey, KeyError> {
        self.epochs.key(epoch, secret)
    }

    /// Where the files of epochs are.
    #[must_use]
    pub const fn directory(&self) -> &KeyDirectory {
        &self.epochs.directory
    }

    /// Whether the key of an epoch is held.
    #[must_use]
    pub fn holds(&self, epoch: Epoch) -> bool {
        self.epochs.get(epoch).is_some()
    }

    /// Holds the key of an epoch from here on. Whoever calls has seen that it is this registry's.
    pub(super) fn hold(&self, epoch: Epoch, key: EpochKey) {
        self.epochs.hold(epoch, key);
    }

    /// Holds the key of an epoch no more.
    pub(super) fn forget(&self, epoch: Epoch) {
        self.epochs.forget(epoch);
    }

    /// Wraps a person's key for the database, under the key of an epoch.
    ///
    /// # Errors
    /// Where randomness is missing, or the epoch's key is not held.
    pub fn wrap(
        &self,
        key: &SubjectKey,
        subject: SubjectId,
        epoch: Epoch,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        let under = self.epochs.get(epoch).ok_or(KeyError::NotHeld(epoch))?;
        let aad = wrap_aad(subject, epoch);
        seal(&under.wrapping, key.master.expose(), &aad, entropy)
    }

    /// A person's key wrapped under another epoch than before. What it is stays the same.
    ///
    /// # Errors
    /// As [`Self::unwrap`] and [`Self::wrap`].
    pub fn rewrap(
        &self,
        wrapped: &[u8],
        subject: SubjectId,
        (from, to): (Epoch, Epoch),
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        let before = self.epochs.get(from).ok_or(KeyError::NotHeld(from))?;
        let after = self.epochs.get(to).ok_or(KeyError::NotHeld(to))?;
        let key = open(&before.wrapping, wrapped, &wrap_aad(subject, from))?;
        let key = Secret::new(key);
        let aad = wrap_aad(subject, to);
        seal(&after.wrapping, key.expose(), &aad, entropy)
    }

    /// Opens a person's key from the database.
    ///
    /// # Errors
    /// [`KeyError::Sealed`] where the row was changed or another registry's key wrapped it,
    /// [`KeyError::NotHeld`] where the epoch's key is not held.
    pub fn unwrap(
        &self,
        wrapped: &[u8],
        subject: SubjectId,
        epoch: Epoch,
    ) -> Result<SubjectKey, KeyError> {
        let under = self.epochs.get(epoch).ok_or(KeyError::NotHeld(epoch))?;
        let bytes = open(&under.wrapping, wrapped, &wrap_aad(subject, epoch))?;
        SubjectKey::from_master(bytes.try_into().map_err(|_| KeyError::Sealed)?)
    }
}

/// What is sealed with the key of the decisions.
const DECISIONS: &[u8] = b"decisions/1";

fn signing_aad(vkey: &str) -> Vec<u8> {
    [b"signing-seed/1/".as_slice(), vkey.as_bytes()].concat()
}

fn wrap_aad(subject: SubjectId, epoch: Epoch) -> Vec<u8> {
    [
        format!("subject-key/{epoch}/").as_bytes(),
        subject.as_bytes(),
    ]
    .concat()
}

/// One person's key, with what is derived from it.
#[derive(Clone)]
pub struct SubjectKey {
    master: Secret<[u8; 32]>,
    view: Secret<[u8; 32]>,
    openings: hmac::Key,
    payloads: LessSafeKey,
}

impl std::fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SubjectKey(•••)")
    }
}

impl SubjectKey {
    /// A new person's key.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn new(entropy: &dyn Entropy) -> Result<Self, KeyError> {
        Self::from_master(random(entropy)?)
    }

    fn from_master(master: [u8; 32]) -> Result<Self, KeyError> {
        let root = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &master);
        Ok(Self {
            view: Secret::new(expand(&root, b"view")?),
            openings: hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, b"blind")?),
            payloads: cipher(&expand(&root, b"enc")?)?,
            master: Secret::new(master),
        })
    }

    /// The key that finds this person's entries in the log.
    #[must_use]
    pub const fn view(&self) -> &[u8; 32] {
        self.view.expose()
    }

    /// The opening of the commitment of the person's event number `counter`.
    #[must_use]
    pub fn opening(&self, counter: u64) -> [u8; 32] {
        tag32(&self.openings, &counter.to_be_bytes())
    }

    /// Encrypts something of this person's; `context` must be the same when it is opened.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn seal(
        &self,
        plain: &[u8],
        context: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        seal(&self.payloads, plain, context, entropy)
    }

    /// Decrypts something of this person's.
    ///
    /// # Errors
    /// [`KeyError::Sealed`] where it was changed.
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, KeyError> {
        open(&self.payloads, sealed, context)
    }
}

fn expand(root: &hkdf::Prk, label: &[u8]) -> Result<[u8; 32], KeyError> {
    let mut key = [0; 32];
    let info = [label];
    let okm = root
        .expand(&info, hkdf::HKDF_SHA256)
        .map_err(|_| KeyError::Sealed)?;
    okm.fill(&mut key).map_err(|_| KeyError::Sealed)?;
    Ok(key)
}

fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, KeyError> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| KeyError::Sealed)?;
    Ok(LessSafeKey::new(key))
}

fn tag32(key: &hmac::Key, text: &[u8]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    context.update(text);
    signed32(context)
}

pub(super) fn signed32(context: hmac::Context) -> [u8; 32] {
    let mut tag = [0; 32];
    tag.copy_from_slice(context.sign().as_ref());
    tag
}

/// Nonce, then ciphertext and tag. Few values are sealed under one key, so that random nonces
/// of 96 bits never meet.
fn seal(
    key: &LessSafeKey,
    plain: &[u8],
    context: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, KeyError> {
    let nonce: [u8; NONCE_LEN] = random(entropy)?;
    let mut body = plain.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(context),
        &mut body,
    )
    .map_err(|_| KeyError::Sealed)?;
    Ok([nonce.as_slice(), &body].concat())
}

fn open(key: &LessSafeKey, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, KeyError> {
    let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(KeyError::Sealed)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KeyError::Sealed)?;
    let mut body = body.to_vec();
    let plain = key
        .open_in_place(nonce, Aad::from(context), &mut body)
        .map_err(|_| KeyError::Sealed)?;
    Ok(plain.to_vec())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
            Ok(())
        }
    }

    #[test]
    fn a_wrapped_key_opens_for_its_person_and_registry_only() {
        let dice = Counting(1.into());
        let (ring, other) = (ring(1), ring(2));
        let (anne, bea) = (
            SubjectId::from_bytes([3; 16]),
            SubjectId::from_bytes([4; 16]),
        );
        let key = SubjectKey::new(&dice).unwrap();
        for epoch in [Epoch::OF_MASTER, Epoch::FIRST] {
            for one in [&ring, &other] {
                one.hold(epoch, one.epoch_key(epoch, &Secret::new([9; 32])).unwrap());
            }
            let wrapped = ring.wrap(&key, anne, epoch, &dice).unwrap();
            let opened = ring.unwrap(&wrapped, anne, epoch).unwrap();
            assert_eq!(opened.view(), key.view());
            let shut = other.unwrap(&wrapped, anne, epoch).unwrap_err();
            assert_eq!(shut, KeyError::Sealed);
            let shut = ring.unwrap(&wrapped, bea, epoch).unwrap_err();
            assert_eq!(shut, KeyError::Sealed);
        }
    }

    fn ring(master: u8) -> Keyring {
        let nowhere = KeyDirectory::new("/nowhere".into());
        Keyring::derive(&Secret::new([master; 32]), nowhere).unwrap()
    }

    proptest::proptest! {
        /// Master key, secret, epoch and person: with any other of the four it stays shut, and what
        /// was wrapped again is the same key.
        #[test]
        fn only_all_four_open(
            masters in (0_u8.., 0_u8..), secrets in (0_u8.., 0_u8..),
            epochs in (2..9_i32, 2..9_i32), persons in (0_u8.., 0_u8..),
        ) {
            let dice = Counting(1.into());
            let held = |master: u8, secret: u8, epoch: i32| {
                let (ring, epoch) = (ring(master), Epoch::of(epoch));
                ring.hold(epoch, ring.epoch_key(epoch, &Secret::new([secret; 32])).unwrap());
                ring
            };
            let person = |one: u8| SubjectId::from_bytes([one; 16]);
            let first = held(masters.0, secrets.0, epochs.0);
            let key = SubjectKey::new(&dice).unwrap();
            let wrapped = first.wrap(&key, person(persons.0), Epoch::of(epochs.0), &dice).unwrap();
            let same = masters.0 == masters.1 && secrets.0 == secrets.1
                && epochs.0 == epochs.1 && persons.0 == persons.1;
            let second = held(masters.1, secrets.1, epochs.1);
            let opened = second.unwrap(&wrapped, person(persons.1), Epoch::of(epochs.1));
            proptest::prop_assert_eq!(opened.is_ok(), same);
            let (from, to) = (Epoch::of(epochs.0), Epoch::of(epochs.0).next());
            first.hold(to, first.epoch_key(to, &Secret::new([secrets.1; 32])).unwrap());
            let again = first.rewrap(&wrapped, person(persons.0), (from, to), &dice).unwrap();
            first.forget(from);
            let opened = first.unwrap(&again, person(persons.0), to).unwrap();
            proptest::prop_assert_eq!(opened.view(), key.view());
            let gone = first.unwrap(&wrapped, person(persons.0), from).unwrap_err();
            proptest::prop_assert_eq!(gone, KeyError::NotHeld(from));
        }
    }

    /// Databases of before hang on it for ever: what the master key alone wrapped.
    #[test]
    fn the_epoch_of_the_master_key_is_wrapped_as_it_always_was() {
        let (dice, ring) = (Counting(1.into()), ring(1));
        let anne = SubjectId::from_bytes([3; 16]);
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"placet/1").extract(&[1; 32]);
        let before = cipher(&expand(&root, b"kek/1").unwrap()).unwrap();
        let aad = [b"subject-key/1/".as_slice(), anne.as_bytes()].concat();
        let wrapped = seal(&before, &[8; 32], &aad, &dice).unwrap();
        let opened = ring.unwrap(&wrapped, anne, Epoch::OF_MASTER).unwrap();
        assert_eq!(opened.master.expose(), &[8; 32]);
    }

    /// Stored hashes hang on it for ever.
    #[test]
    fn the_hash_of_an_identifier_is_that_of_its_canonical_form() {
        let master = Secret::new([1; 32]);
        let ring = Keyring::derive(&master, KeyDirectory::new("/nowhere".into())).unwrap();
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"placet/1").extract(master.expose());
        let key = hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, b"index/1").unwrap());
        for length in [0, 1, 40, 49, 50, 57, 58, 200] {
            let text = "a".repeat(length);
            let canonical = [b"email".as_slice(), b":", text.as_bytes()];
            let right = tag32(&key, &canonical.concat());
            assert_eq!(ring.blind(canonical).0, right);
        }
    }

    #[test]
    fn a_changed_byte_of_a_sealed_value_is_noticed() {
        let dice = Counting(1.into());
        let key = SubjectKey::new(&dice).unwrap();
        let sealed = key.seal(b"anne@example.fr", b"ctx", &dice).unwrap();
        assert_eq!(key.open(&sealed, b"ctx").unwrap(), b"anne@example.fr");
        assert!(key.open(&sealed, b"other").is_err());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open(&changed, b"ctx").is_err());
        }
        assert!(key.open(b"short", b"ctx").is_err());
    }
}
