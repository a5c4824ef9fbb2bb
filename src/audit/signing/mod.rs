//! Which keys sign a log, from which of its sizes to which. A date proves nothing, and a size is in
//! what is signed: so keys are valid by size, and every node that knows the log's entries knows who
//! signs which head.
//!
//! A new key comes by an entry of the log. The old one signs beside it until another entry retires
//! it, so that a checkpoint signed by both covers the entry that brings the new one: whoever trusts
//! the old key so learns of the new. Every key that is valid for a size must have signed it.

mod act;
#[cfg(test)]
mod tests;

pub use act::KeyAct;

use super::checkpoint::{Checkpoint, CheckpointError};
use super::note::{self, Note, NoteError, VerifierKey};

/// How a key came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Introduced {
    /// With the log.
    First,
    /// By the key before it.
    Rotated,
    /// By nobody: the keys before were lost. Why, in the operator's words.
    Replaced(String),
}

/// A key, and the sizes that it signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySpan {
    /// The key.
    pub key: VerifierKey,
    /// The first size that it signs.
    pub from: u64,
    /// The last size that it signs; `None` as long as it signs.
    pub until: Option<u64>,
    /// How it came.
    pub by: Introduced,
}

impl KeySpan {
    /// Whether it signs heads of that size.
    #[must_use]
    pub fn covers(&self, size: u64) -> bool {
        self.from <= size && self.until.is_none_or(|until| size <= until)
    }

    /// Whether the chain of keys is broken before it.
    #[must_use]
    pub const fn is_break(&self) -> bool {
        matches!(self.by, Introduced::Replaced(_))
    }
}

/// An entry says of keys what cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyHistoryError {
    /// The key that is named as the one before does not sign alone.
    #[error("the key before it is not the one that signs")]
    Previous,
    /// The new key was there before, or bears another log's name.
    #[error("the new key is an old one, or another log's")]
    Key,
    /// Only the older of two keys can be retired.
    #[error("the key is not the older of two that sign")]
    Retired,
    /// Entries come in order.
    #[error("the entries about keys are out of order")]
    Order,
}

/// All keys of a log, in the order in which they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHistory {
    first: KeySpan,
    later: Vec<KeySpan>,
    end: u64,
}

impl KeyHistory {
    /// A log that begins with that key.
    #[must_use]
    pub const fn new(key: VerifierKey) -> Self {
        let first = KeySpan {
            key,
            from: 0,
            until: None,
            by: Introduced::First,
        };
        Self {
            first,
            later: Vec::new(),
            end: 0,
        }
    }

    /// The keys, in the order in which they came.
    pub fn spans(&self) -> impl Iterator<Item = &KeySpan> {
        std::iter::once(&self.first).chain(&self.later)
    }

    /// Takes in the entry at a position. A head that covers it is the first that follows it.
    ///
    /// # Errors
    /// Where what it says cannot be; nothing changes then.
    pub fn apply(&mut self, position: u64, act: &KeyAct) -> Result<(), KeyHistoryError> {
        if position < self.end {
            return Err(KeyHistoryError::Order);
        }
        let from = position.saturating_add(1);
        match act {
            KeyAct::Rotated { key, previous, .. } => {
                if self.current() != [previous.clone()] {
                    return Err(KeyHistoryError::Previous);
                }
                self.introduce(key, from, Introduced::Rotated)?;
            }
            KeyAct::Retired { key } => {
                if !matches!(&self.current()[..], [older, _] if older == key) {
                    return Err(KeyHistoryError::Retired);
                }
                let mut spans = self.spans_mut();
                if let Some(span) = spans.find(|span| span.key == *key) {
                    span.until = Some(position);
                }
            }
            KeyAct::Replaced {
                key,
                previous,
                reason,
            } => {
                if !self.current().contains(previous) {
                    return Err(KeyHistoryError::Previous);
                }
                let live = self.spans().filter(|span| span.until.is_none()).count();
                self.introduce(key, from, Introduced::Replaced(reason.clone()))?;
                let ended = self.spans_mut().filter(|span| span.until.is_none());
                ended
                    .take(live)
                    .for_each(|span| span.until = Some(position));
            }
        }
        self.end = from;
        Ok(())
    }

    fn introduce(
        &mut self,
        key: &VerifierKey,
        from: u64,
        by: Introduced,
    ) -> Result<(), KeyHistoryError> {
        let known = self.spans().any(|span| span.key == *key);
        if known || key.name() != self.first.key.name() {
            return Err(KeyHistoryError::Key);
        }
        let (key, until) = (key.clone(), None);
        self.later.push(KeySpan {
            key,
            from,
            until,
            by,
        });
        Ok(())
    }

    fn spans_mut(&mut self) -> impl Iterator<Item = &mut KeySpan> {
        std::iter::once(&mut self.first).chain(&mut self.later)
    }

    /// The keys that sign heads of that size, the older first.
    #[must_use]
    pub fn signing(&self, size: u64) -> Vec<VerifierKey> {
        let spans = self.spans().filter(|span| span.covers(size));
        spans.map(|span| span.key.clone()).collect()
    }

    /// The keys that sign from here on, the older first.
    #[must_use]
    pub fn current(&self) -> Vec<VerifierKey> {
        let spans = self.spans().filter(|span| span.until.is_none());
        spans.map(|span| span.key.clone()).collect()
    }

    /// The key that vouches for all after it: the first, or the first since keys were lost.
    #[must_use]
    pub fn anchor(&self) -> &VerifierKey {
        let broken = self.later.iter().rfind(|span| span.is_break());
        &broken.unwrap_or(&self.first).key
    }

    /// Where a key stands to the chain that the newest stands in.
    #[must_use]
    pub fn standing(&self, key: &VerifierKey) -> Standing {
        let Some(at) = self.spans().position(|span| span.key == *key) else {
            return Standing::Unknown;
        };
        let after = self.spans().skip(at + 1).find(|span| span.is_break());
        after.map_or(Standing::Holds, |span| {
            Standing::Broken(span.from.saturating_sub(1))
        })
    }
}

/// What trust in one key says of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The keys after it came by it, and those before are named in what it signed.
    Holds,
    /// It was lost, and the one after came by nobody, with the entry at that position.
    Broken(u64),
    /// It is none of this log's.
    Unknown,
}

/// Reads a note that each of `keys` has signed.
///
/// # Errors
/// As [`note::open`], or where a key's signature is missing.
pub fn open_note(signed: &str, keys: &[VerifierKey]) -> Result<Note, NoteError> {
    let note = note::open(signed, keys)?;
    if keys.iter().all(|key| note.signed_by.contains(key)) {
        Ok(note)
    } else {
        Err(NoteError::Unsigned)
    }
}

/// Reads a checkpoint that every key of its size has signed.
///
/// # Errors
/// As [`Checkpoint::open`], or where a key's signature is missing.
pub fn open_checkpoint(signed: &str, history: &KeyHistory) -> Result<Checkpoint, CheckpointError> {
    let claimed: Checkpoint = note::unverified_text(signed)?.parse()?;
    let keys = history.signing(claimed.size);
    open_note(signed, &keys)?;
    Checkpoint::open(signed, &keys)
}
