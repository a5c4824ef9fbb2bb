//! When each job of this process last went round, and whether it worked.

use crate::app::open::App;
use crate::domain::time::Now;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A round of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// Whether it worked.
    pub well: bool,
}

/// The last round of each job.
#[derive(Debug, Default)]
pub struct Rounds(Mutex<BTreeMap<&'static str, Round>>);

impl App {
    /// A job went round.
    pub fn went_round(&self, job: &'static str, well: bool, now: Now) {
        let round = Round {
            at: now.utc(),
            well,
        };
        let mut known = self.rounds.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(job, round);
    }

    /// The last round of each job that has gone round since the start, by name.
    #[must_use]
    pub fn rounds(&self) -> Vec<(&'static str, Round)> {
        let known = self.rounds.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().map(|(job, round)| (*job, *round)).collect()
    }
}
