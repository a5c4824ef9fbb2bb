//! Numbers drawn from a seed: the same on every machine and run, so that what was found once is
//! found again. Not for secrets.

/// splitmix64.
pub(super) struct Draw(u64);

impl Draw {
    /// Draws that follow from this seed.
    pub(super) const fn of_seed(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `n`; 0 where `n` is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let n = u64::try_from(n).unwrap_or(u64::MAX).max(1);
        usize::try_from((z ^ (z >> 31)) % n).unwrap_or_default()
    }

    /// One of them.
    pub(super) fn of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        all.get(self.below(all.len())).copied()
    }
}
