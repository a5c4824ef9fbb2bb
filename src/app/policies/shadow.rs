//! A draft beside the live version: asked the same, counted where it differs, never answered by.

use super::rules::Rules;
use crate::policy::{Outcome, Situation};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A draft that is asked beside the live version. Counts are of this process, since its start.
pub struct Shadow {
    rules: Rules,
    asked: AtomicU64,
    differ: Mutex<BTreeMap<Kind, u64>>,
}

/// What the live version and the draft said: permit or not, and the reason.
type Kind = (bool, String, bool, String);

/// How often the two answered so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Differing {
    /// The live version's decision.
    pub live: &'static str,
    /// The live version's reason.
    pub live_reason: String,
    /// The draft's decision.
    pub draft: &'static str,
    /// The draft's reason.
    pub draft_reason: String,
    /// How many checks.
    pub checks: u64,
}

impl Shadow {
    /// A draft to be asked.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            asked: AtomicU64::new(0),
            differ: Mutex::default(),
        }
    }

    /// The draft's version.
    pub const fn version(&self) -> &Arc<str> {
        self.rules.version()
    }

    /// What the draft would answer.
    pub(in crate::app) fn decide(&self, situation: &Situation) -> Arc<Outcome> {
        self.rules.decide(situation)
    }

    /// Counts one check.
    pub(in crate::app) fn count(&self, live: &Outcome, draft: &Outcome) {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if live.is_permit() == draft.is_permit() && live.reason() == draft.reason() {
            return;
        }
        let (from, to) = (live.reason().to_owned(), draft.reason().to_owned());
        let kind = (live.is_permit(), from, draft.is_permit(), to);
        let mut differ = self.differ.lock().unwrap_or_else(PoisonError::into_inner);
        *differ.entry(kind).or_default() += 1;
    }

    /// Checks that the draft was asked about.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Where it differed.
    pub fn differing(&self) -> Vec<Differing> {
        let word = |permit: bool| if permit { "permit" } else { "deny" };
        let differ = self.differ.lock().unwrap_or_else(PoisonError::into_inner);
        let one = |((live, live_reason, draft, draft_reason), checks): (&Kind, &u64)| Differing {
            live: word(*live),
            live_reason: live_reason.clone(),
            draft: word(*draft),
            draft_reason: draft_reason.clone(),
            checks: *checks,
        };
        differ.iter().map(one).collect()
    }
}
