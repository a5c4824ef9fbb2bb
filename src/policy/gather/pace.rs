//! Whether the person asked to be left alone for a while, or has been reached as often as they asked for
//! at most. It only ever holds back.

use crate::domain::registry::Pace;
use crate::policy::Facts;
use chrono::{DateTime, Utc};

/// What a pause and a bound hold back at an instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Slowed {
    paused: bool,
    reached: bool,
}

impl Slowed {
    /// At an instant, where contacts for this very use were made at these.
    #[must_use]
    pub fn of(pace: &Pace, made: impl Iterator<Item = DateTime<Utc>>, at: DateTime<Utc>) -> Self {
        Self {
            paused: pace.paused(at).is_some(),
            reached: pace.full_until(made, at).is_some(),
        }
    }

    /// The facts.
    pub const fn facts(self, facts: &mut Facts) {
        facts.paused = self.paused;
        facts.pace_reached = self.reached;
    }
}
