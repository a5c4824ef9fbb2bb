//! A set of policies, by their places among the rules of one kind of use.

/// Words of a set.
const WORDS: usize = 8;

/// Which policies are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::policy) struct Mask([u64; WORDS]);

impl Mask {
    /// How many policies there can be.
    pub(in crate::policy) const MOST: usize = WORDS * 64;

    /// Adds the policy at a place.
    #[inline]
    pub(in crate::policy) fn insert(&mut self, place: usize) {
        if let Some(word) = self.0.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    /// Whether there is none.
    #[inline]
    pub(in crate::policy) fn is_empty(&self) -> bool {
        self.0 == [0; WORDS]
    }

    /// The places, in order.
    pub(in crate::policy) fn places(self) -> impl Iterator<Item = usize> {
        let holds = move |place: &usize| {
            let word = self.0.get(place / 64);
            word.is_some_and(|word| word >> (place % 64) & 1 == 1)
        };
        (0..Self::MOST).filter(holds)
    }

    /// A number that looks random: the words turned into one, multiplied, the halves folded.
    pub(in crate::policy) fn mixed(&self) -> u64 {
        let words = self.0.iter();
        let one = words.fold(0, |one: u64, word| one.rotate_left(23) ^ word);
        let wide = u128::from(one ^ 0x2545_F491_4F6C_DD1D) * 0x9E37_79B9_7F4A_7C15_u128;
        (wide >> 64) as u64 ^ wide as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inserted_is_there_in_order() {
        let mut mask = Mask::default();
        assert!(mask.is_empty());
        for place in [511, 0, 64, 63] {
            mask.insert(place);
        }
        assert_eq!(mask.places().collect::<Vec<_>>(), [0, 63, 64, 511]);
        assert!(!mask.is_empty());
        assert_ne!(mask.mixed(), Mask::default().mixed());
    }
}
