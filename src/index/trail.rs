//! Which rows changed lately: who keeps something of every row asks only these again.

use std::collections::VecDeque;

/// So many changes are remembered; whoever comes later than that begins anew.
const REMEMBERED: usize = 1 << 16;

/// The rows that changed, in the order in which they did.
#[derive(Debug, Default)]
pub(super) struct Trail {
    rows: VecDeque<u32>,
    /// How many changes were forgotten.
    forgotten: u64,
}

impl Trail {
    /// A row changes.
    pub fn add(&mut self, row: u32) {
        if self.rows.len() == REMEMBERED {
            self.rows.pop_front();
            self.forgotten += 1;
        }
        self.rows.push_back(row);
    }

    /// Any row may have changed.
    pub fn forget(&mut self) {
        // one more, so that who has seen everything until now begins anew too
        self.forgotten = self.end() + 1;
        self.rows.clear();
    }

    /// How many changes there were.
    pub fn end(&self) -> u64 {
        self.forgotten + self.rows.len() as u64
    }

    /// The rows that changed after so many changes; `None` where that is not remembered.
    pub fn since(&self, seen: u64) -> Option<impl Iterator<Item = u32> + '_> {
        let known = usize::try_from(seen.checked_sub(self.forgotten)?).ok()?;
        Some(self.rows.iter().skip(known).copied())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whoever looks now and then hears of every row, or that any may have changed.
        #[test]
        fn no_change_is_missed(
            steps in prop::collection::vec((0_u32..40_000, prop::bool::weighted(0.1)), 1..40),
        ) {
            let (mut trail, mut seen) = (Trail::default(), 0);
            for (rows, any) in steps {
                (0..rows).for_each(|row| trail.add(row));
                if any {
                    trail.forget();
                }
                let heard = trail.since(seen).map(Iterator::collect::<Vec<u32>>);
                let whole = (0..rows).collect::<Vec<u32>>();
                prop_assert_eq!(heard, (!any).then_some(whole));
                seen = trail.end();
            }
        }
    }

    #[test]
    fn what_is_long_past_is_not_remembered() {
        let mut trail = Trail::default();
        (0..70_000).for_each(|row| trail.add(row));
        assert!(trail.since(0).is_none());
        let first = 70_000 - REMEMBERED as u64;
        assert_eq!(trail.since(first).unwrap().count(), REMEMBERED);
        assert_eq!(trail.since(70_000).unwrap().count(), 0);
    }
}
