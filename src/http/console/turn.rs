//! One place for work that takes a node's strength: whoever comes while it is taken is told to come back.

use std::sync::atomic::{AtomicBool, Ordering};

/// Holds the place; it is free again when this is gone.
pub(super) struct Turn(&'static AtomicBool);

impl Turn {
    /// Takes it, if it is free.
    pub fn take(place: &'static AtomicBool) -> Option<Self> {
        let free = place.compare_exchange(false, true, Ordering::SeqCst, Ordering::SeqCst);
        free.ok().map(|_| Self(place))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time() {
        static PLACE: AtomicBool = AtomicBool::new(false);
        let first = Turn::take(&PLACE);
        assert!(first.is_some() && Turn::take(&PLACE).is_none());
        drop(first);
        assert!(Turn::take(&PLACE).is_some());
    }
}
