//! Cosignatures: a witness says that until an instant the log only ever grew to this head (C2SP
//! tlog-cosignature 1.0.1, `cosignature/v1`, Ed25519). What is signed names the instant before the
//! checkpoint's own text.

use super::{CosignerKey, NoteError, check_text, line, split};
use ring::signature::{Ed25519KeyPair, KeyPair};
use std::fmt;

/// Cosigns checkpoints under a name.
pub struct Cosigner {
    pair: Ed25519KeyPair,
    key: CosignerKey,
}

/// A cosignature that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// Whose.
    pub by: CosignerKey,
    /// When, by the witness's clock, in seconds since 1970.
    pub at: u64,
    /// Its line in the note, with the newline.
    pub line: String,
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({})", self.key)
    }
}

impl Cosigner {
    /// The cosigner whose private key is that seed (RFC 8032, section 5.1.5). What is signed does
    /// not name the cosigner: a seed serves one name only.
    ///
    /// # Errors
    /// When the name cannot stand in a note.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteError::Key)?;
        let public = pair.public_key().as_ref();
        let key = CosignerKey::new(name, public.try_into().map_err(|_| NoteError::Key)?)?;
        Ok(Self { pair, key })
    }

    /// The public half.
    #[must_use]
    pub fn key(&self) -> &CosignerKey {
        &self.key
    }

    /// The signature line that cosigns a checkpoint's text at an instant.
    ///
    /// # Errors
    /// When the text cannot stand in a note.
    pub fn sign(&self, text: &str, at: u64) -> Result<String, NoteError> {
        check_text(text)?;
        let signature = self.pair.sign(&message(text, at));
        let stamped = [&at.to_be_bytes(), signature.as_ref()].concat();
        Ok(line(&self.key, &stamped))
    }
}

/// The cosignatures of known witnesses on a note, in the order of their lines, each witness once.
/// Whether the log itself has signed is another question.
///
/// # Errors
/// When the note is malformed or a known witness's cosignature is false.
pub fn cosignatures(note: &str, known: &[CosignerKey]) -> Result<Vec<Cosignature>, NoteError> {
    let (text, signatures) = split(note)?;
    let mut found: Vec<Cosignature> = Vec::new();
    for (name, id, stamped) in &signatures {
        for by in known.iter().filter(|k| k.name() == *name && k.id() == id) {
            let at = check(text, by, stamped)?;
            if found.iter().all(|one| one.by != *by) {
                let (by, line) = (by.clone(), line(by, stamped));
                found.push(Cosignature { by, at, line });
            }
        }
    }
    Ok(found)
}

/// The instant of a cosignature that holds. One without an instant says nothing.
fn check(text: &str, by: &CosignerKey, stamped: &[u8]) -> Result<u64, NoteError> {
    let (at, signature) = stamped
        .split_first_chunk::<8>()
        .ok_or(NoteError::BadSignature)?;
    let at = u64::from_be_bytes(*at);
    if at == 0 || i64::try_from(at).is_err() {
        return Err(NoteError::BadSignature);
    }
    by.verify(&message(text, at), signature).map(|()| at)
}

fn message(text: &str, at: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {at}\n{text}").into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::audit::encoding::unb64_any;
    use crate::audit::note::NoteSigner;
    use proptest::prelude::*;

    const TEXT: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    fn witness(seed: u8) -> Cosigner {
        Cosigner::from_seed("witness.example/w1", &[seed; 32]).unwrap()
    }

    fn signed() -> String {
        let log = NoteSigner::from_seed("example.com/behind-the-sofa", &[5; 32]).unwrap();
        log.sign(TEXT).unwrap()
    }

    /// The message of the specification, word for word, under its instant.
    #[test]
    fn message_of_the_specification() {
        let expected = format!("cosignature/v1\ntime 1679315147\n{TEXT}");
        assert_eq!(message(TEXT, 1_679_315_147), expected.as_bytes());
    }

    /// The instants of the specification's example and of one in transparency-dev/formats, whose
    /// witnesses' keys nobody published: the form is read, the signature cannot be checked.
    #[test]
    fn instants_of_published_cosignatures() {
        for (line, at) in [
            (
                "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==",
                1_679_315_147,
            ),
            (
                "ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA==",
                1_727_964_367,
            ),
        ] {
            let bytes = unb64_any(line).unwrap();
            let (_, stamped) = bytes.split_first_chunk::<4>().unwrap();
            let (found, signature) = stamped.split_first_chunk::<8>().unwrap();
            assert_eq!((u64::from_be_bytes(*found), signature.len()), (at, 64));
        }
    }

    #[test]
    fn a_cosigned_checkpoint() {
        let (first, second) = (witness(1), witness(2));
        let lines = [&first, &second].map(|one| one.sign(TEXT, 1_679_315_147).unwrap());
        let note = format!("{}{}", signed(), lines.concat());
        let found = cosignatures(&note, &[second.key().clone()]).unwrap();
        let [one] = found.as_slice() else {
            unreachable!("{found:?}")
        };
        assert_eq!((&one.by, one.at), (second.key(), 1_679_315_147));
        assert_eq!(Some(&one.line), lines.last());
        let both = [first.key().clone(), second.key().clone()];
        assert_eq!(cosignatures(&note, &both).unwrap().len(), 2);
        assert_eq!(cosignatures(&note, &[]), Ok(vec![]));
        // a known witness's line on another head, or another instant, refuses the note
        let grown = note.replace("20852163", "20852164");
        assert_eq!(cosignatures(&grown, &both), Err(NoteError::BadSignature));
        let again = format!("{note}{}", first.sign(TEXT, 1_700_000_000).unwrap());
        assert_eq!(cosignatures(&again, &both).unwrap().len(), 2);
    }

    #[test]
    fn no_instant_no_statement() {
        let one = witness(1);
        for at in [0, 1 << 63, u64::MAX] {
            let note = format!("{}{}", signed(), one.sign(TEXT, at).unwrap());
            let found = cosignatures(&note, &[one.key().clone()]);
            assert_eq!(found, Err(NoteError::BadSignature), "{at}");
        }
        // a plain signature under the same name and key is no cosignature: its id is another
        let plain = NoteSigner::from_seed("witness.example/w1", &[1; 32]).unwrap();
        let note = plain.add_to(&signed()).unwrap();
        assert_eq!(cosignatures(&note, &[one.key().clone()]), Ok(vec![]));
    }

    proptest! {
        #[test]
        fn a_changed_byte_is_no_cosignature(at in 1u64..1 << 62, byte in 0usize..72, bit in 0u8..8) {
            let one = witness(3);
            let stamped = one.sign(TEXT, at).unwrap();
            let good = format!("{}{stamped}", signed());
            prop_assert_eq!(cosignatures(&good, &[one.key().clone()]).unwrap().len(), 1);
            let (_, encoded) = stamped.trim_end().rsplit_once(' ').unwrap();
            let mut bytes = unb64_any(encoded).unwrap();
            *bytes.get_mut(4 + byte).unwrap() ^= 1 << bit;
            let bad = format!("{}{}", signed(), line(one.key(), bytes.get(4..).unwrap()));
            prop_assert_eq!(cosignatures(&bad, &[one.key().clone()]), Err(NoteError::BadSignature));
        }
    }
}
