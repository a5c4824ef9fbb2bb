//! Outcomes that Cedar has given, by the facts they were given on. One memo belongs to one
//! compiled pack, so an outcome can never be answered for another policy version.

use super::outcome::Outcome;
use hashbrown::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, RwLock};

/// Outcomes kept; when they are reached, further ones are evaluated each time and not kept, so a
/// caller who varies facts cannot fill the memory.
pub(super) const CAPACITY: usize = 65_536;
const SHARDS: usize = 16;

type Shard = RwLock<HashMap<u128, Arc<Outcome>, BuildHasherDefault<Fold>>>;

/// A bounded map from packed facts to outcomes, read and written by many threads.
#[derive(Default)]
pub(super) struct Memo {
    shards: [Shard; SHARDS],
}

impl Memo {
    /// The outcome kept for these facts. Allocates nothing.
    pub(super) fn get(&self, key: u128) -> Option<Arc<Outcome>> {
        self.shard(key)?.read().ok()?.get(&key).cloned()
    }

    /// Keeps an outcome, unless the memo is full.
    pub(super) fn put(&self, key: u128, outcome: &Arc<Outcome>) {
        // A poisoned lock costs speed only: the outcome is evaluated again.
        let Some(Ok(mut shard)) = self.shard(key).map(RwLock::write) else {
            return;
        };
        if shard.len() < CAPACITY / SHARDS {
            shard.insert(key, Arc::clone(outcome));
        }
    }

    /// How many outcomes are kept.
    pub(super) fn len(&self) -> usize {
        let lengths = self
            .shards
            .iter()
            .map(|shard| shard.read().map_or(0, |map| map.len()));
        lengths.sum()
    }

    /// The shard is chosen by bits that the map inside it does not use first.
    fn shard(&self, key: u128) -> Option<&Shard> {
        self.shards.get((fold(key) >> 32) as usize % SHARDS)
    }
}

/// Mixes a packed key into 64 bits: multiply wide, then fold the halves.
fn fold(key: u128) -> u64 {
    let (high, low) = ((key >> 64) as u64, key as u64);
    let mixed = u128::from(low ^ high.rotate_left(32)) * 0x9E37_79B9_7F4A_7C15_u128;
    (mixed >> 64) as u64 ^ mixed as u64
}

/// The hasher of packed keys; other input is folded in eight-byte steps.
#[derive(Default)]
pub(super) struct Fold(u64);

impl Hasher for Fold {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = fold((u128::from(self.0) << 8) | u128::from(*byte));
        }
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = fold(key);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_found_and_the_rest_is_not() {
        let memo = Memo::default();
        memo.put(7, &Arc::new(Outcome::stale()));
        assert_eq!(memo.get(7).as_deref(), Some(&Outcome::stale()));
        assert_eq!(memo.get(8), None);
    }

    #[test]
    fn a_full_memo_keeps_no_more() {
        let memo = Memo::default();
        let outcome = Arc::new(Outcome::stale());
        for key in 0..(3 * CAPACITY as u128) {
            memo.put(key << 5, &outcome);
        }
        assert!(memo.len() <= CAPACITY);
        assert!(memo.len() > CAPACITY * 9 / 10, "{} kept", memo.len());
    }

    #[test]
    fn neighbouring_keys_spread_over_the_shards() {
        let memo = Memo::default();
        let outcome = Arc::new(Outcome::stale());
        for key in 0..16_000_u128 {
            memo.put(key, &outcome);
        }
        for shard in &memo.shards {
            let kept = shard.read().map_or(0, |map| map.len());
            assert!((700..1300).contains(&kept), "{kept}");
        }
    }
}
