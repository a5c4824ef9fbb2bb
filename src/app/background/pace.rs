//! How fast an export gets on, and how long it will take yet.

use chrono::{DateTime, Utc};

/// From which share on, in percent, the rest of the time is told: before, it would be a guess.
const TOLD_FROM: u64 = 5;

/// How an export gets on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How much is done, in whole percent.
    pub percent: u64,
    /// Steps a second.
    pub per_second: u64,
    /// How long it will take yet, in seconds.
    pub seconds_left: Option<u64>,
}

impl Pace {
    /// By what was done when that was told last.
    #[must_use]
    pub fn of(since: DateTime<Utc>, told: DateTime<Utc>, done: u64, total: u64) -> Self {
        let millis = u64::try_from((told - since).num_milliseconds()).unwrap_or(0);
        let percent = done
            .saturating_mul(100)
            .checked_div(total)
            .unwrap_or(0)
            .min(100);
        let per_second = done.saturating_mul(1_000).checked_div(millis).unwrap_or(0);
        let left = total
            .saturating_sub(done)
            .saturating_mul(millis)
            .checked_div(done.saturating_mul(1_000));
        Self {
            percent,
            per_second,
            seconds_left: left.filter(|_| percent >= TOLD_FROM),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_micros;

    #[test]
    fn the_rest_is_told_once_it_is_more_than_a_guess() {
        let (since, told) = (from_micros(0), from_micros(10_000_000));
        let pace = Pace::of(since, told, 1_000, 4_000);
        assert_eq!(
            (pace.percent, pace.per_second, pace.seconds_left),
            (25, 100, Some(30))
        );
        assert_eq!(Pace::of(since, told, 40, 1_000).seconds_left, None);
        let unknown = Pace::of(since, since, 0, 0);
        assert_eq!(
            (unknown.percent, unknown.per_second, unknown.seconds_left),
            (0, 0, None)
        );
        // a clock that was set back
        assert_eq!(Pace::of(told, since, 5, 10).per_second, 0);
    }
}
