//! How much of what holds a thread for long may be under way at once: lists, which last as long as their senders like.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts what is under way, by whom.
#[derive(Debug)]
pub struct AtOnce<K> {
    of_one: usize,
    of_all: usize,
    open: Mutex<HashMap<K, usize>>,
}

/// One that is under way, until this is dropped.
#[derive(Debug)]
pub struct Place<K: Hash + Eq>(Arc<AtOnce<K>>, K);

impl<K: Hash + Eq + Copy> AtOnce<K> {
    /// At most so many of one, and of all together.
    #[must_use]
    pub fn new(of_one: usize, of_all: usize) -> Arc<Self> {
        let open = Mutex::default();
        Arc::new(Self {
            of_one,
            of_all,
            open,
        })
    }

    /// A place for one more of somebody; `None` where there is none.
    #[must_use]
    pub fn place(self: &Arc<Self>, who: K) -> Option<Place<K>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.get(&who).copied().unwrap_or(0);
        let all: usize = open.values().sum();
        if own >= self.of_one || all >= self.of_all {
            return None;
        }
        open.insert(who, own + 1);
        Some(Place(self.clone(), who))
    }
}

impl<K: Hash + Eq> Drop for Place<K> {
    fn drop(&mut self) {
        let Self(all, who) = self;
        let mut open = all.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(who) {
            *own -= 1;
            if *own == 0 {
                open.remove(who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn one_has_so_many_and_all_together_have_so_many() {
        let all = AtOnce::new(2, 3);
        let first = all.place('a').unwrap();
        let second = all.place('a').unwrap();
        assert!(all.place('a').is_none());
        let other = all.place('b').unwrap();
        assert!(all.place('b').is_none() && all.place('c').is_none());
        drop(first);
        let again = all.place('c').unwrap();
        drop((second, other, again));
        assert!(all.open.lock().unwrap().is_empty());
    }
}
