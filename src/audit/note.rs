//! Text signed with Ed25519 (C2SP signed-note 1.0.0, signature type 0x01), and cosigned by witnesses
//! (C2SP tlog-cosignature 1.0.1, signature type 0x04).

use super::encoding::{b64, unb64_any};
use ring::signature::{Ed25519KeyPair, KeyPair};
use std::fmt;
use std::sync::Arc;

mod cosignature;
mod key;
pub use cosignature::{Cosignature, Cosigner, cosignatures};
pub use key::{CosignerKey, VerifierKey};

/// The longest note that is read, in bytes: room for sixteen post-quantum signatures.
const MAX_NOTE_BYTES: usize = 1 << 17;
/// The most signature lines that are read; the specification asks for at least 16.
const MAX_SIGNATURES: usize = 64;

/// Why a note or key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The key's name is empty or has a space, a plus sign or a control character.
    #[error("key name is empty or has a space, plus sign or control character")]
    Name,
    /// Not `name+id+key`, or the id does not belong to name and key, or not Ed25519.
    #[error("not an ed25519 verifier key")]
    Key,
    /// The text does not end with a newline or has another control character.
    #[error("text of the note does not end with a newline or has control characters")]
    Text,
    /// Not a signed note.
    #[error("not a signed note")]
    Malformed,
    /// A known key's signature does not hold.
    #[error("signature does not hold")]
    BadSignature,
    /// No known key has signed.
    #[error("no known key has signed this")]
    Unsigned,
}

/// Signs notes under a name.
#[derive(Clone)]
pub struct NoteSigner {
    pair: Arc<Ed25519KeyPair>,
    verifier: VerifierKey,
}

/// A note of which at least one known key's signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What was signed, with its final newline.
    pub text: String,
    /// The known keys that signed it, in the order of their lines, each once.
    pub signed_by: Vec<VerifierKey>,
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteSigner({})", self.verifier)
    }
}

impl NoteSigner {
    /// The signer whose private key is that seed (RFC 8032, section 5.1.5).
    ///
    /// # Errors
    /// When the name cannot stand in a note.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteError::Key)?;
        let public = pair.public_key().as_ref();
        let public = public.try_into().map_err(|_| NoteError::Key)?;
        let verifier = VerifierKey::new(name, public)?;
        let pair = Arc::new(pair);
        Ok(Self { pair, verifier })
    }

    /// The public half.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The note with this text and one signature line. Ed25519 is deterministic: the same text
    /// gives the same note.
    ///
    /// # Errors
    /// When the text does not end with a newline or has other control characters.
    pub fn sign(&self, text: &str) -> Result<String, NoteError> {
        check_text(text)?;
        Ok(format!("{text}\n{}", self.line(text)))
    }

    /// The note with this text and a line of each of `signers`, in their order.
    ///
    /// # Errors
    /// As [`Self::sign`], or where there is no signer.
    pub fn sign_by(signers: &[Self], text: &str) -> Result<String, NoteError> {
        check_text(text)?;
        if signers.is_empty() {
            return Err(NoteError::Unsigned);
        }
        let lines: String = signers.iter().map(|signer| signer.line(text)).collect();
        Ok(format!("{text}\n{lines}"))
    }

    /// The note with one more signature line, as while a key is being rotated.
    ///
    /// # Errors
    /// When `note` is not a signed note.
    pub fn add_to(&self, note: &str) -> Result<String, NoteError> {
        let (text, _) = split(note)?;
        Ok(format!("{note}{}", self.line(text)))
    }

    fn line(&self, text: &str) -> String {
        let signature = self.pair.sign(text.as_bytes());
        line(&self.verifier, signature.as_ref())
    }
}

/// A signature line.
fn line<const TYPE: u8>(by: &key::Vkey<TYPE>, signature: &[u8]) -> String {
    let bytes = [by.id(), signature].concat();
    format!("— {} {}\n", by.name(), b64(&bytes))
}

/// Checks a note against known keys. Lines of unknown keys are ignored, as the specification
/// demands; one false line of a known key refuses the whole note.
///
/// # Errors
/// When the note is malformed, a known key's signature is false, or no known key has signed.
pub fn open(note: &str, known: &[VerifierKey]) -> Result<Note, NoteError> {
    let (text, signatures) = split(note)?;
    let mut signed_by: Vec<VerifierKey> = Vec::new();
    for (name, id, signature) in &signatures {
        for key in known.iter().filter(|k| k.name() == *name && k.id() == id) {
            key.verify(text.as_bytes(), signature)?;
            if !signed_by.contains(key) {
                signed_by.push(key.clone());
            }
        }
    }
    if signed_by.is_empty() {
        return Err(NoteError::Unsigned);
    }
    let text = text.to_owned();
    Ok(Note { text, signed_by })
}

/// The note with the lines of known keys alone, each checked: what is kept of a stranger's note.
///
/// # Errors
/// As [`open`].
pub fn signed_only(note: &str, known: &[VerifierKey]) -> Result<String, NoteError> {
    let text = open(note, known)?.text;
    let (_, signatures) = split(note)?;
    let is_known =
        |(name, id, _): &&Signature<'_>| known.iter().any(|k| k.name() == *name && k.id() == id);
    let lines = signatures
        .iter()
        .filter(is_known)
        .map(|(name, id, signature)| {
            format!("— {name} {}\n", b64(&[id, signature.as_slice()].concat()))
        });
    Ok(format!("{text}\n{}", lines.collect::<String>()))
}

/// The text of a note whose signatures are not looked at: to say what is wrong with it, never to
/// believe it.
///
/// # Errors
/// When it is not a signed note.
pub fn unverified_text(note: &str) -> Result<&str, NoteError> {
    split(note).map(|(text, _)| text)
}

/// How many signature lines bear that name; none where it is no signed note.
#[must_use]
pub fn lines_by(note: &str, name: &str) -> usize {
    let lines = split(note).map(|(_, lines)| lines).unwrap_or_default();
    lines.iter().filter(|(by, ..)| *by == name).count()
}

type Signature<'a> = (&'a str, [u8; 4], Vec<u8>);

/// Text and signature lines: the last empty line stands between them.
fn split(note: &str) -> Result<(&str, Vec<Signature<'_>>), NoteError> {
    let malformed = NoteError::Malformed;
    let controls = note.bytes().any(|b| b < 0x20 && b != b'\n');
    if note.len() > MAX_NOTE_BYTES || controls {
        return Err(malformed);
    }
    let (text, lines) = note.rsplit_once("\n\n").ok_or(malformed)?;
    let (text, _) = note.split_at_checked(text.len() + 1).ok_or(malformed)?;
    let lines = lines.strip_suffix('\n').ok_or(malformed)?;
    let signatures: Option<Vec<_>> = lines
        .split('\n')
        .take(MAX_SIGNATURES + 1)
        .map(parse_line)
        .collect();
    let signatures = signatures.filter(|s| s.len() <= MAX_SIGNATURES);
    Ok((text, signatures.ok_or(malformed)?))
}

fn parse_line(line: &str) -> Option<Signature<'_>> {
    let (name, bytes) = line.strip_prefix("— ")?.split_once(' ')?;
    key::check_name(name).ok()?;
    let bytes = unb64_any(bytes)?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    let found = (name, *id, signature.to_vec());
    (!signature.is_empty()).then_some(found)
}

fn check_text(text: &str) -> Result<(), NoteError> {
    let controls = text.bytes().any(|b| b < 0x20 && b != b'\n');
    if text.ends_with('\n') && !controls {
        Ok(())
    } else {
        Err(NoteError::Text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn key(vkey: &str) -> VerifierKey {
        vkey.parse().unwrap()
    }

    #[test]
    fn worked_example_of_the_specification() {
        let note = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
        let foo = key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
        let opened = open(note, std::slice::from_ref(&foo)).unwrap();
        assert_eq!(opened.text, "This is an example message.\n");
        assert_eq!(opened.signed_by, std::slice::from_ref(&foo));
        assert_eq!(open(note, &[]), Err(NoteError::Unsigned));
        let edited = note.replace("example message", "exomple message");
        assert_eq!(open(&edited, &[foo]), Err(NoteError::BadSignature));
    }

    // keys and signatures of golang.org/x/mod/sumdb/note
    const TEXT: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const PETER_LINE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    const PETER_SEED: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
    const ENOCH_LINE: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

    #[test]
    fn go_examples() {
        let (peter, enoch) = (key(PETER), key(ENOCH));
        let both = format!("{TEXT}\n{PETER_LINE}{ENOCH_LINE}");
        let signed_by = |keys: &[VerifierKey]| open(&both, keys).unwrap().signed_by;
        let one = std::slice::from_ref(&peter);
        assert_eq!(signed_by(one), one);
        assert_eq!(
            signed_by(&[enoch.clone(), peter.clone()]),
            [peter.clone(), enoch.clone()]
        );
        let twice = format!("{TEXT}\n{PETER_LINE}{PETER_LINE}");
        assert_eq!(open(&twice, &[peter]).unwrap().signed_by.len(), 1);
        // a known key's false line refuses the note, whoever else signed
        let mixed = both.replace("rwz+eBzm", "rwz+eBzn");
        assert_eq!(
            open(&mixed, &[key(PETER), enoch]),
            Err(NoteError::BadSignature)
        );
        assert!(open(&mixed, &[key(PETER)]).is_ok());
    }

    #[test]
    fn lines_of_strangers_are_left_out() {
        let both = format!("{TEXT}\n{PETER_LINE}{ENOCH_LINE}");
        let kept = signed_only(&both, &[key(ENOCH)]).unwrap();
        assert_eq!(kept, format!("{TEXT}\n{ENOCH_LINE}"));
        assert_eq!(signed_only(&both, &[key(PETER), key(ENOCH)]), Ok(both));
    }

    #[test]
    fn go_signature_is_reproduced() {
        let seed = unb64_any(PETER_SEED).unwrap();
        let seed = seed.split_first().unwrap().1.try_into().unwrap();
        let signer = NoteSigner::from_seed("PeterNeumann", &seed).unwrap();
        assert_eq!(signer.verifier().to_string(), PETER);
        let note = signer.sign(TEXT).unwrap();
        assert_eq!(note, format!("{TEXT}\n{PETER_LINE}"));
        let other = NoteSigner::from_seed("other", &[7; 32]).unwrap();
        let opened = open(
            &other.add_to(&note).unwrap(),
            &[key(PETER), other.verifier().clone()],
        );
        assert_eq!(opened.unwrap().signed_by.len(), 2);
        assert!(!format!("{signer:?}").contains(PETER_SEED));
    }

    #[test]
    fn malformed_notes() {
        for bad in [
            String::new(),
            TEXT.into(),
            format!("{TEXT}\n"),
            format!("{TEXT}\n{}", PETER_LINE.trim_end()),
            format!("\u{1}{TEXT}\n{PETER_LINE}"),
            format!("{TEXT}\r\n\n{PETER_LINE}"),
            format!("{TEXT}\n{}", PETER_LINE.replace("PeterNeumann", "Bad Name")),
            format!("{TEXT}\n{}", PETER_LINE.replace("PeterNeumann", "a+b")),
            format!("{TEXT}\n{}", PETER_LINE.replace("PeterNeumann", "")),
            format!("{TEXT}\n{PETER_LINE}Unexpected line.\n"),
            format!("{TEXT}\n{}", PETER_LINE.repeat(65)),
            format!("{TEXT}\n— PeterNeumann x08gow==\n"),
        ] {
            assert_eq!(
                open(&bad, &[key(PETER)]),
                Err(NoteError::Malformed),
                "{bad}"
            );
        }
        let signer = NoteSigner::from_seed("n", &[1; 32]).unwrap();
        assert_eq!(signer.sign("abc"), Err(NoteError::Text));
        assert_eq!(signer.sign("a\tb\n"), Err(NoteError::Text));
        assert_eq!(
            NoteSigner::from_seed("a b", &[1; 32]).unwrap_err(),
            NoteError::Name
        );
    }

    proptest! {
        #[test]
        fn what_is_signed_opens(text in "([ -~é]{0,20}\n){1,6}", seed: [u8; 32]) {
            let signer = NoteSigner::from_seed("log.example/r1", &seed).unwrap();
            let note = signer.sign(&text).unwrap();
            let known = [signer.verifier().clone()];
            prop_assert_eq!(open(&note, &known).unwrap().text, text);
        }

        #[test]
        fn opening_never_panics(note in "(\\PC|\n|— ){0,80}") {
            let _ = open(&note, &[key(PETER)]);
        }
    }
}
