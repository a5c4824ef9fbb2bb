//! How many writes wait. Where there are too many, whoever comes is sent away at once: a caller that waits for long is gone
//! before its turn, and its write would be in the way of the next.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many callers of the network may wait: at some thousand writes a second they wait for about a second.
pub const MOST_WRITES: usize = 4_096;

/// The writes that wait.
#[derive(Debug, Clone, Default)]
pub(super) struct Crowd(Arc<AtomicUsize>);

/// A place among them; free again when this is gone.
pub(super) struct Place(Arc<AtomicUsize>);

impl Crowd {
    /// A place, where there is one.
    pub fn enter(&self) -> Option<Place> {
        let place = self.join();
        (place.0.load(Ordering::SeqCst) <= MOST_WRITES).then_some(place)
    }

    /// A place in any case: for work of one's own, which waits for each of its writes.
    pub fn join(&self) -> Place {
        self.0.fetch_add(1, Ordering::SeqCst);
        Place(self.0.clone())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_once_somebody_leaves() {
        let crowd = Crowd::default();
        let mut places: Vec<_> = (0..MOST_WRITES).map(|_| crowd.enter()).collect();
        assert!(places.iter().all(Option::is_some));
        assert!(crowd.enter().is_none() && crowd.enter().is_none());
        let own = crowd.join();
        places.pop();
        assert!(
            crowd.enter().is_none(),
            "work of one's own has a place, too"
        );
        drop(own);
        assert!(crowd.enter().is_some());
        drop(places);
        assert_eq!(crowd.0.load(Ordering::SeqCst), 0);
    }
}
