//! The system's clock and dice: the only place that asks for them.

#![allow(
    clippy::disallowed_methods,
    reason = "this is where time and randomness are taken from the system"
)]

use crate::domain::time::{Clock, Entropy, NoEntropy, Now};
use ring::rand::{SecureRandom, SystemRandom};
use std::cell::RefCell;

/// The system's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Now {
        Now::at(chrono::Utc::now())
    }
}

/// Bytes asked of the system at once, per thread.
const POOL: usize = 1024;
/// The longest request that is served from the pool: ids and nonces. Keys and tokens are longer
/// and never rest in it.
const SHORT: usize = 16;

/// Random bytes that were asked for and not yet handed out. What is handed out is overwritten,
/// so that no byte is handed out twice.
struct Pool {
    bytes: [u8; POOL],
    left: usize,
}

thread_local! {
    static RESERVE: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; POOL], left: 0 }) };
}

impl Pool {
    fn take(&mut self, random: &SystemRandom, into: &mut [u8]) -> Result<(), NoEntropy> {
        if self.left < into.len() {
            self.left = 0;
            random.fill(&mut self.bytes).map_err(|_| NoEntropy)?;
            self.left = POOL;
        }
        let start = self.left.saturating_sub(into.len());
        let taken = self.bytes.get_mut(start..self.left).ok_or(NoEntropy)?;
        into.copy_from_slice(taken);
        taken.fill(0);
        self.left = start;
        Ok(())
    }
}

/// The system's random generator.
#[derive(Debug, Clone)]
pub struct SystemEntropy(SystemRandom);

impl SystemEntropy {
    /// The generator.
    #[must_use]
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Default for SystemEntropy {
    fn default() -> Self {
        Self::new()
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        if bytes.len() <= SHORT {
            return RESERVE.with_borrow_mut(|pool| pool.take(&self.0, bytes));
        }
        self.0.fill(bytes).map_err(|_| NoEntropy)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_bytes_are_handed_out_twice_across_refills_and_threads() {
        let draw = || {
            let entropy = SystemEntropy::new();
            (0..1000).map(move |_| crate::domain::time::random::<10>(&entropy).unwrap())
        };
        let threads: Vec<_> = (0..4)
            .map(|_| std::thread::spawn(move || draw().collect::<Vec<_>>()))
            .collect();
        let all: Vec<_> = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 4000);
        assert!(!all.contains(&[0; 10]));
    }
}
