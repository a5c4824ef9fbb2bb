//! Tokens whose signature was found to be ours, until they end: a client shows the same one for minutes, and a check
//! must not wait for a signature each time. That a token is held opens nothing: whether its client still may is
//! looked at with every request.

use super::token::Holder;
use crate::access::token::TokenHash;
use crate::app::jwt::MOST as LONGEST;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// Most that are held; beyond, those that ended go, or else all.
const MOST: usize = 10_000;

/// The tokens, by their hashes.
#[derive(Debug, Default)]
pub(in crate::app) struct Held(RwLock<HashMap<TokenHash, Holder>>);

impl Held {
    pub(super) fn find(&self, text: &str) -> Option<Holder> {
        // what is longer is no token, and not worth a hash
        let hash = (text.len() <= LONGEST).then(|| TokenHash::of(text))?;
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        held.get(&hash).copied()
    }

    pub(super) fn keep(&self, text: &str, holder: Holder, now: DateTime<Utc>) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST {
            held.retain(|_, holder| holder.ends > now);
        }
        if held.len() >= MOST {
            held.clear();
        }
        held.insert(TokenHash::of(text), holder);
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }
}
