//! The head of a log: origin, size, root (C2SP tlog-checkpoint 1.0.0), the text of a signed note.
//! Extension lines are neither written nor read: monitors cannot audit them.

use super::Hash;
use super::encoding::{b64, unb64};
use super::note::{self, NoteError, NoteSigner, VerifierKey};
use std::fmt;
use std::str::FromStr;

/// What a log signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log, as `host/registry/year`; the signing key has the same name.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Why a checkpoint is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not the three lines of a checkpoint.
    #[error("not a checkpoint of origin, size and root")]
    Malformed,
    /// The note around it does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The key that signed it bears another name than the origin.
    #[error("checkpoint is signed under another name than its origin")]
    Origin,
}

impl Checkpoint {
    /// The checkpoint as a note signed by the log.
    ///
    /// # Errors
    /// When the origin is not the signer's name.
    pub fn sign(&self, signer: &NoteSigner) -> Result<String, CheckpointError> {
        if signer.verifier().name() != self.origin {
            return Err(CheckpointError::Origin);
        }
        Ok(signer.sign(&self.to_string())?)
    }

    /// The checkpoint as a note signed by each of the log's keys.
    ///
    /// # Errors
    /// When the origin is not each signer's name, or there is none.
    pub fn sign_by(&self, signers: &[NoteSigner]) -> Result<String, CheckpointError> {
        if signers
            .iter()
            .any(|one| one.verifier().name() != self.origin)
        {
            return Err(CheckpointError::Origin);
        }
        Ok(NoteSigner::sign_by(signers, &self.to_string())?)
    }

    /// Reads a signed checkpoint of the log whose keys are `known`.
    ///
    /// # Errors
    /// When no known key under the origin's name has signed it, a known key's signature is false,
    /// or the text is no checkpoint.
    pub fn open(signed: &str, known: &[VerifierKey]) -> Result<Self, CheckpointError> {
        let note = note::open(signed, known)?;
        let checkpoint: Self = note.text.parse()?;
        if note.signed_by.iter().any(|k| k.name() == checkpoint.origin) {
            Ok(checkpoint)
        } else {
            Err(CheckpointError::Origin)
        }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, b64(&self.root))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let found = parse(text).filter(|found| found.to_string() == text);
        found.ok_or(CheckpointError::Malformed)
    }
}

fn parse(text: &str) -> Option<Checkpoint> {
    let mut lines = text.split('\n');
    let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
    let plain = !origin.is_empty() && !origin.contains(char::is_control);
    plain.then_some(Checkpoint {
        origin: origin.to_owned(),
        size: size.parse().ok()?,
        root: unb64(root)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    const SPEC: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn example_of_the_specification() {
        let checkpoint: Checkpoint = SPEC.parse().unwrap();
        assert_eq!(checkpoint.origin, "example.com/behind-the-sofa");
        assert_eq!(checkpoint.size, 20_852_163);
        assert_eq!(checkpoint.to_string(), SPEC);
    }

    #[test]
    fn refusals() {
        for (from, to) in [
            ("example.com/behind-the-sofa", ""),
            ("20852163", "020852163"),
            ("20852163", "+20852163"),
            ("20852163", ""),
            ("20852163", "18446744073709551616"),
            ("q2I=\n", "q2I="),
            ("q2I=\n", "q2I=\nextension\n"),
            ("q2I=\n", "q2I=\n\n"),
            ("q2I=\n", "q2I\n"),
            ("\n2085", "\r\n2085"),
        ] {
            let text = SPEC.replacen(from, to, 1);
            assert_eq!(
                text.parse::<Checkpoint>(),
                Err(CheckpointError::Malformed),
                "{text}"
            );
        }
    }

    #[test]
    fn signed_under_its_origin_only() {
        let signer = NoteSigner::from_seed("log.example/r1", &[5; 32]).unwrap();
        let known = [signer.verifier().clone()];
        let (size, root) = (7, [9; 32]);
        let origin = "log.example/r1".to_owned();
        let checkpoint = Checkpoint { origin, size, root };
        let signed = checkpoint.sign(&signer).unwrap();
        assert_eq!(Checkpoint::open(&signed, &known).unwrap(), checkpoint);
        let origin = "log.example/r2".to_owned();
        let foreign = Checkpoint {
            origin,
            ..checkpoint
        };
        assert_eq!(foreign.sign(&signer), Err(CheckpointError::Origin));
        let signed = signer.sign(&foreign.to_string()).unwrap();
        assert_eq!(
            Checkpoint::open(&signed, &known),
            Err(CheckpointError::Origin)
        );
    }

    proptest! {
        #[test]
        fn round_trip(origin in "[a-z./0-9é ]{1,40}", size: u64, root: [u8; 32]) {
            let checkpoint = Checkpoint { origin, size, root };
            prop_assert_eq!(checkpoint.to_string().parse(), Ok(checkpoint));
        }
    }
}
