//! The outcomes of one kind of use, each made once: an outcome follows from the policies that
//! determine it.

use super::super::outcome::Outcome;
use super::mask::Mask;
use std::sync::{Arc, OnceLock};

/// Places for outcomes; a registry meets a few dozen of each kind of use.
const PLACES: usize = 256;
/// Places that one set of policies may take. Where all are taken by others the outcome is made
/// each time, so that a caller who varies facts cannot fill the memory.
const TRIES: usize = 8;

type Place = OnceLock<Box<(Mask, Arc<Outcome>)>>;

/// A bounded map that is read without a lock.
pub(super) struct Outcomes(Box<[Place]>);

impl Default for Outcomes {
    fn default() -> Self {
        Self((0..PLACES).map(|_| OnceLock::new()).collect())
    }
}

impl Outcomes {
    /// The outcome of these policies: the one kept, or `make`'s.
    pub(super) fn of(&self, mask: Mask, make: impl Fn() -> Outcome) -> Arc<Outcome> {
        let first = mask.mixed() as usize;
        for at in 0..TRIES {
            let Some(place) = self.0.get(first.wrapping_add(at) % PLACES) else {
                break;
            };
            let (held, outcome) = &**place.get_or_init(|| Box::new((mask, Arc::new(make()))));
            if *held == mask {
                return Arc::clone(outcome);
            }
        }
        Arc::new(make())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(number: usize) -> Mask {
        let mut mask = Mask::default();
        mask.insert(number % Mask::MOST);
        mask.insert(number / Mask::MOST);
        mask
    }

    #[test]
    fn an_outcome_is_made_once_and_found_under_its_policies() {
        let outcomes = Outcomes::default();
        let one = outcomes.of(mask(3), Outcome::stale);
        let again = outcomes.of(mask(3), || unreachable!("it is kept"));
        assert!(Arc::ptr_eq(&one, &again));
        let other = outcomes.of(mask(4), Outcome::unknown_law);
        assert_ne!(one, other);
    }

    #[test]
    fn when_full_it_keeps_no_more_and_still_answers() {
        let outcomes = Outcomes::default();
        for number in 0..10_000 {
            assert_eq!(*outcomes.of(mask(number), Outcome::stale), Outcome::stale());
        }
        let kept = outcomes.0.iter().filter(|place| place.get().is_some());
        assert!(kept.count() > PLACES * 9 / 10);
        let late = || outcomes.of(mask(10_001), Outcome::stale);
        assert!(!Arc::ptr_eq(&late(), &late()));
    }
}
