//! The body of `add-checkpoint`: old size, consistency proof, empty line, checkpoint.

use super::Refused;
use crate::audit::Hash;
use crate::audit::encoding::{b64, unb64};
use std::fmt;
use std::str::FromStr;

/// The most hashes of a proof: no tree has more levels.
pub const MAX_PROOF: usize = 63;

/// A log asks for a cosignature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the log believes was cosigned last.
    pub old: u64,
    /// Shows that the checkpoint contains that size.
    pub proof: Vec<Hash>,
    /// The signed note.
    pub checkpoint: String,
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof
            .iter()
            .try_for_each(|hash| writeln!(f, "{}", b64(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for AddCheckpoint {
    type Err = Refused;

    fn from_str(body: &str) -> Result<Self, Refused> {
        parse(body).ok_or(Refused::Malformed)
    }
}

fn parse(body: &str) -> Option<AddCheckpoint> {
    let (head, checkpoint) = body.split_once("\n\n")?;
    let mut lines = head.split('\n');
    let old = decimal(lines.next()?.strip_prefix("old ")?)?;
    let proof: Option<Vec<Hash>> = lines.take(MAX_PROOF + 1).map(unb64).collect();
    let proof = proof.filter(|proof| proof.len() <= MAX_PROOF)?;
    Some(AddCheckpoint {
        old,
        proof,
        checkpoint: checkpoint.to_owned(),
    })
}

/// A size in its one spelling.
fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
