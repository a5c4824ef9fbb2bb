#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::sealing::cipher;
use super::*;
use crate::domain::ids::SubjectId;
use crate::domain::time::Entropy;
use ring::hkdf;

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
    let master = MasterKey::new(&Secret::new([master; 32])).unwrap();
    Keyring::derive(master.derived(), nowhere).unwrap()
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
    let ring = ring(1);
    let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"placet/1").extract(&[1; 32]);
    let key = hashing_of(&root, b"index/1").unwrap();
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
