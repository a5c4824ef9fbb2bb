//! Outcomes that Cedar has given, by the facts they were given on. One memo belongs to one
//! compiled pack, so an outcome can never be answered for another policy version.

use super::key::Key;
use super::outcome::Outcome;
use hashbrown::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, RwLock};

/// Outcomes kept; when they are reached, further ones are evaluated each time and not kept, so a
/// caller who varies facts cannot fill the memory.
pub(super) const CAPACITY: usize = 65_536;
const SHARDS: usize = 16;

type Shard = RwLock<HashMap<Key, Arc<Outcome>, BuildHasherDefault<Own>>>;

/// A bounded map from packed facts to outcomes, read and written by many threads.
#[derive(Default)]
pub(super) struct Memo {
    shards: [Shard; SHARDS],
}

impl Memo {
    /// The outcome kept for these facts. Allocates nothing.
    pub(super) fn get(&self, key: Key) -> Option<Arc<Outcome>> {
        self.shard(key)?.read().ok()?.get(&key).cloned()
    }

    /// Keeps an outcome, unless the memo is full.
    pub(super) fn put(&self, key: Key, outcome: &Arc<Outcome>) {
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
    fn shard(&self, key: Key) -> Option<&Shard> {
        self.shards.get((key.mixed() >> 32) as usize % SHARDS)
    }
}

/// The hasher of packed keys, which bring their hash along.
#[derive(Default)]
pub(super) struct Own(u64);

impl Hasher for Own {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, mixed: u64) {
        self.0 = mixed;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u64) -> Key {
        let mut key = Key::default();
        key.set(7, number);
        key
    }

    #[test]
    fn what_is_put_is_found_and_the_rest_is_not() {
        let memo = Memo::default();
        memo.put(key(7), &Arc::new(Outcome::stale()));
        assert_eq!(memo.get(key(7)).as_deref(), Some(&Outcome::stale()));
        assert_eq!(memo.get(key(8)), None);
    }

    #[test]
    fn a_full_memo_keeps_no_more() {
        let memo = Memo::default();
        let outcome = Arc::new(Outcome::stale());
        for number in 0..(3 * CAPACITY as u64) {
            memo.put(key(number << 5), &outcome);
        }
        assert!(memo.len() <= CAPACITY);
        assert!(memo.len() > CAPACITY * 9 / 10, "{} kept", memo.len());
    }

    #[test]
    fn neighbouring_keys_spread_over_the_shards() {
        let memo = Memo::default();
        let outcome = Arc::new(Outcome::stale());
        for number in 0..16_000 {
            memo.put(key(number), &outcome);
        }
        for shard in &memo.shards {
            let kept = shard.read().map_or(0, |map| map.len());
            assert!((700..1300).contains(&kept), "{kept}");
        }
    }
}
