//! How often somebody asks: so many a second for as long as they like, and some more at once after a rest. Who asks
//! too often waits, or is asked to come back in so many seconds; nobody is shut out.
//!
//! It is the generic cell rate algorithm: of each there is kept one number, the instant at which all that they asked would
//! have come at an even pace. Whoever asks is found by a keyed hash in a table of fixed size, so that no crowd can fill
//! the memory, and nobody can choose whom they share a place with.

use super::time::Now;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Two of them share a place once in as many.
const PLACES: usize = 1 << 17;
const SECOND: i64 = 1_000_000_000;

/// So many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    each_second: u32,
    seconds_at_once: u32,
}

impl Rate {
    /// The most in each second.
    pub const MOST: u32 = 1_000_000;

    /// So many in each second for as long as they like, and so many seconds' worth at once after a rest; `None` where
    /// it is none or more than [`Rate::MOST`].
    #[must_use]
    pub const fn new(each_second: u32, seconds_at_once: u32) -> Option<Self> {
        if each_second == 0 || each_second > Self::MOST || seconds_at_once == 0 {
            return None;
        }
        Some(Self {
            each_second,
            seconds_at_once,
        })
    }

    /// How many seconds' worth may be asked at once.
    #[must_use]
    pub const fn seconds_at_once(self) -> u32 {
        self.seconds_at_once
    }

    /// So many at once, at the most.
    #[must_use]
    pub const fn at_once(self) -> u32 {
        self.each_second.saturating_mul(self.seconds_at_once)
    }
}

/// Counts who asks how often.
pub struct Meter {
    rate: Rate,
    /// For each place the instant at an even pace, in nanoseconds of 1970.
    even: Box<[AtomicI64]>,
    hasher: RandomState,
}

/// How somebody stands who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// So many more they may ask at once.
    pub left: u32,
    /// So long this one has to wait.
    pub wait: Duration,
}

/// Somebody asks too often: this one is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOften {
    /// After so long they may ask again without a wait.
    pub again_in: Duration,
}

impl Meter {
    /// One that has counted nothing.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        let even = (0..PLACES).map(|_| AtomicI64::new(0)).collect();
        let hasher = RandomState::new();
        Self { rate, even, hasher }
    }

    /// What it allows.
    #[must_use]
    pub const fn rate(&self) -> Rate {
        self.rate
    }

    /// Counts that `who` asks, where they need not wait for more than `patience`.
    ///
    /// # Errors
    /// [`TooOften`] where they would.
    pub fn ask(&self, who: impl Hash, now: Now, patience: Duration) -> Result<Standing, TooOften> {
        let now = now.micros().saturating_mul(1_000);
        let place = self.place(who);
        let mut outcome = Err(TooOften {
            again_in: Duration::ZERO,
        });
        // an error of `fetch_update` says that nothing was to be changed; `outcome` says so, too
        let _ = place.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |even| {
            let (next, answer) = self.counted(even, now, patience);
            outcome = answer;
            outcome.is_ok().then_some(next)
        });
        outcome
    }

    #[allow(clippy::indexing_slicing, reason = "there are as many as PLACES")]
    fn place(&self, who: impl Hash) -> &AtomicI64 {
        let hash = self.hasher.hash_one(who) % PLACES as u64;
        &self.even[usize::try_from(hash).unwrap_or(0)]
    }

    fn counted(
        &self,
        even: i64,
        now: i64,
        patience: Duration,
    ) -> (i64, Result<Standing, TooOften>) {
        let step = SECOND / i64::from(self.rate.each_second);
        let ahead = step * i64::from(self.rate.at_once());
        let patience = i64::try_from(patience.as_nanos()).unwrap_or(SECOND);
        // no count reaches further: the clock was set back since, and nobody waits for that
        let even = if even - now > ahead + patience.max(LONGEST) {
            now
        } else {
            even.max(now)
        };
        let next = even + step;
        let wait = (next - now - ahead).max(0);
        if wait > patience {
            let again_in = nanoseconds(wait);
            return (even, Err(TooOften { again_in }));
        }
        let left = u32::try_from((now + ahead - next).max(0) / step).unwrap_or(u32::MAX);
        let wait = nanoseconds(wait);
        (next, Ok(Standing { left, wait }))
    }
}

/// No request waits longer, in nanoseconds.
const LONGEST: i64 = 60 * SECOND;

fn nanoseconds(count: i64) -> Duration {
    Duration::from_nanos(u64::try_from(count).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::super::time::from_micros;
    use super::*;
    use proptest::prelude::*;

    fn meter(each_second: u32, at_once: u32) -> Meter {
        Meter::new(Rate::new(each_second, at_once).unwrap())
    }

    fn at(milliseconds: i64) -> Now {
        Now::at(from_micros(1_700_000_000_000_000 + milliseconds * 1_000))
    }

    #[test]
    fn a_burst_passes_then_one_has_to_wait() {
        let meter = meter(2, 5);
        for left in (0..10).rev() {
            let standing = meter.ask("a", at(0), Duration::ZERO).unwrap();
            assert_eq!((standing.left, standing.wait), (left, Duration::ZERO));
        }
        let refused = meter.ask("a", at(0), Duration::ZERO).unwrap_err();
        assert_eq!(refused.again_in, Duration::from_millis(500));
        // who is refused is not counted: half a second later one passes
        assert!(meter.ask("a", at(500), Duration::ZERO).is_ok());
        assert!(meter.ask("a", at(500), Duration::ZERO).is_err());
        assert!(meter.ask("b", at(0), Duration::ZERO).is_ok());
    }

    #[test]
    fn who_has_patience_waits_their_turn() {
        let meter = meter(2, 1);
        let waits = |_| meter.ask("a", at(0), Duration::from_secs(1));
        let waits: Vec<_> = (0..5)
            .map(waits)
            .map(|one| one.map(|one| one.wait.as_millis()))
            .collect();
        assert_eq!(waits[..4], [Ok(0), Ok(0), Ok(500), Ok(1_000)]);
        assert!(waits[4].is_err());
    }

    #[test]
    fn a_clock_that_is_set_back_shuts_nobody_out() {
        let meter = meter(1, 1);
        assert!(meter.ask("a", at(3_600_000), Duration::ZERO).is_ok());
        assert!(meter.ask("a", at(0), Duration::ZERO).is_ok());
    }

    #[test]
    fn at_once_is_counted_once_each() {
        let meter = meter(1, 100);
        let passes = |_: &i32| meter.ask("a", at(0), Duration::ZERO).is_ok();
        let passed: usize = std::thread::scope(|scope| {
            let asks = || scope.spawn(|| (0..100).filter(passes).count());
            let threads: Vec<_> = (0..8).map(|_| asks()).collect();
            threads.into_iter().map(|one| one.join().unwrap()).sum()
        });
        assert_eq!(passed, 100);
    }

    proptest! {
        /// In no stretch of time do more pass than the burst and the pace allow; and whoever keeps the pace always passes.
        #[test]
        fn never_more_than_the_rate(
            each_second in 1_u32..50, at_once in 1_u32..5, gaps in prop::collection::vec(0_i64..400, 1..200),
        ) {
            let meter = meter(each_second, at_once);
            let (mut time, mut passed) = (0, Vec::new());
            for gap in gaps {
                time += gap;
                if meter.ask("a", at(time), Duration::ZERO).is_ok() {
                    passed.push(time);
                }
            }
            for (first, from) in passed.iter().enumerate() {
                for (last, to) in passed.iter().enumerate().skip(first) {
                    let most = i64::from(meter.rate().at_once()) + (to - from) * i64::from(each_second) / 1_000 + 1;
                    prop_assert!(i64::try_from(last - first + 1).unwrap() <= most);
                }
            }
        }

        /// Whoever keeps the pace never waits.
        #[test]
        fn who_keeps_the_pace_never_waits(each_second in 1_u32..200, count in 1_i64..500) {
            let meter = meter(each_second, 1);
            let pace = 1_000 / i64::from(each_second) + 1;
            for step in 0..count {
                prop_assert!(meter.ask("a", at(step * pace), Duration::ZERO).is_ok());
            }
        }
    }
}
