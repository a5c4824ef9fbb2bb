//! When keys were used last, to a minute. A request writes nothing but a number in memory; some minutes later all
//! of them go to the database together.

use super::open::App;
use crate::domain::ids::KeyId;
use crate::domain::time::Now;
use crate::store::StoreError;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{PoisonError, RwLock};

/// Uses closer together than this, in seconds, are one.
const ONE_USE: i64 = 60;

/// The keys that were used here, and when last, in seconds since 1970.
#[derive(Debug, Default)]
pub(super) struct KeyUses {
    seen: RwLock<HashMap<KeyId, Use>>,
}

#[derive(Debug, Default)]
struct Use {
    last: AtomicI64,
    kept: AtomicI64,
}

impl KeyUses {
    /// Notes a use. Cheap: as a rule nothing is written, not even in memory.
    pub fn mark(&self, key: KeyId, now: Now) {
        let at = now.utc().timestamp();
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seen.get(&key) {
            if at.saturating_sub(known.last.load(Ordering::Relaxed)) >= ONE_USE {
                known.last.store(at, Ordering::Relaxed);
            }
            return;
        }
        drop(seen);
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        seen.entry(key)
            .or_default()
            .last
            .store(at, Ordering::Relaxed);
    }

    /// The uses that are not in the database yet.
    fn not_kept(&self) -> Vec<(KeyId, i64)> {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        let uses = seen.iter().filter_map(|(key, known)| {
            let last = known.last.load(Ordering::Relaxed);
            (last > known.kept.load(Ordering::Relaxed)).then_some((*key, last))
        });
        uses.collect()
    }

    fn keep(&self, uses: &[(KeyId, i64)]) {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        for (key, at) in uses {
            if let Some(known) = seen.get(key) {
                known.kept.fetch_max(*at, Ordering::Relaxed);
            }
        }
    }
}

impl App {
    /// Writes down when keys were used last, where that is not written yet. Blocks.
    ///
    /// # Errors
    /// Where the database fails; the next time writes it.
    pub fn keep_key_uses(&self) -> Result<(), StoreError> {
        let uses = self.key_uses.not_kept();
        if uses.is_empty() {
            return Ok(());
        }
        let at = |seconds| DateTime::<Utc>::from_timestamp(seconds, 0).unwrap_or_default();
        let rows: Vec<_> = uses.iter().map(|(key, last)| (*key, at(*last))).collect();
        self.store.keep_key_uses(&self.serve, &rows)?;
        self.key_uses.keep(&uses);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_micros;

    #[test]
    fn uses_of_one_minute_are_one() {
        let (uses, key) = (KeyUses::default(), KeyId::from_bytes([1; 16]));
        let at = |seconds: i64| Now::at(from_micros(seconds * 1_000_000));
        uses.mark(key, at(1_000));
        uses.mark(key, at(1_059));
        let first = uses.not_kept();
        assert_eq!(first, [(key, 1_000)]);
        uses.keep(&first);
        assert!(uses.not_kept().is_empty());
        uses.mark(key, at(1_060));
        assert_eq!(uses.not_kept(), [(key, 1_060)]);
        // what was used meanwhile is written the next time
        uses.keep(&first);
        assert_eq!(uses.not_kept().len(), 1);
    }
}
