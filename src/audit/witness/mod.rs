//! What a witness answers to a log that asks for a cosignature (C2SP tlog-witness 1.0.0,
//! `add-checkpoint`): pure, so that state, clock and network are somebody else's.
//!
//! [`judge`] says whether a checkpoint may be cosigned. Whoever calls it must keep the new head
//! durably before the cosignature goes out, and judge and keep under one lock: between the two no
//! other request may be judged.

mod request;

#[cfg(test)]
mod tests;

pub use request::{AddCheckpoint, MAX_PROOF};

use super::checkpoint::Checkpoint;
use super::note::{self, NoteError, VerifierKey, unverified_text};
use super::proof::verify_consistency;
use super::tree::empty_root;

/// Why a checkpoint is not cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not such a request, or the old size exceeds the new one.
    #[error("malformed request")]
    Malformed,
    /// The witness does not follow a log of this origin.
    #[error("unknown log")]
    UnknownLog,
    /// No key of the log has signed, or a signature of one is false.
    #[error("invalid signature")]
    Signature,
    /// The old size is not the one that was cosigned last.
    #[error("the latest cosigned size is {0}")]
    Conflict(u64),
    /// The new head does not contain the old one.
    #[error("consistency proof does not hold")]
    Proof,
}

impl Refused {
    /// The HTTP status that the specification asks for.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::UnknownLog => 404,
            Self::Signature => 403,
            Self::Conflict(_) => 409,
            Self::Proof => 422,
        }
    }
}

/// The origin of a note, as its first line claims it.
#[must_use]
pub fn origin_of(note: &str) -> Option<&str> {
    note.split('\n').next().filter(|origin| !origin.is_empty())
}

/// The head in a checkpoint's text. Extension lines are the log's own matter.
///
/// # Errors
/// When it is no checkpoint.
pub fn head_of(text: &str) -> Result<Checkpoint, Refused> {
    let ends = text.match_indices('\n').nth(2).map(|(at, _)| at + 1);
    let (head, extension) = ends
        .and_then(|at| text.split_at_checked(at))
        .ok_or(Refused::Malformed)?;
    let lines = extension.strip_suffix('\n').map(|lines| lines.split('\n'));
    if lines.is_some_and(|mut lines| lines.any(str::is_empty)) {
        return Err(Refused::Malformed);
    }
    head.parse().map_err(|_| Refused::Malformed)
}

/// Whether a checkpoint may be cosigned: `keys` are those of the log of its origin, none where the
/// log is unknown; `last` is the head that was cosigned last.
///
/// # Errors
/// The first reason against it, in the order of the specification.
pub fn judge(
    request: &AddCheckpoint,
    keys: &[VerifierKey],
    last: Option<&Checkpoint>,
) -> Result<Checkpoint, Refused> {
    unverified_text(&request.checkpoint).map_err(|_| Refused::Malformed)?;
    if keys.is_empty() {
        return Err(Refused::UnknownLog);
    }
    let signed = note::open(&request.checkpoint, keys).map_err(|error| match error {
        NoteError::BadSignature | NoteError::Unsigned => Refused::Signature,
        _ => Refused::Malformed,
    })?;
    let new = head_of(&signed.text)?;
    follows(request, &new, last).map(|()| new)
}

fn follows(
    request: &AddCheckpoint,
    new: &Checkpoint,
    last: Option<&Checkpoint>,
) -> Result<(), Refused> {
    let (size, root) = last.map_or((0, empty_root()), |last| (last.size, last.root));
    if request.old > new.size {
        return Err(Refused::Malformed);
    }
    if request.old != size {
        return Err(Refused::Conflict(size));
    }
    if new.size == 0 && new.root != empty_root() {
        return Err(Refused::Proof);
    }
    verify_consistency(size, new.size, &root, &new.root, &request.proof).map_err(|_| Refused::Proof)
}
