//! The packed form of a set of facts: what an outcome is remembered under.

use std::hash::{Hash, Hasher};

/// 320 bits, filled from the front.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Key([u64; 5]);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.mixed());
    }
}

impl Key {
    /// How many bits there are.
    pub(super) const BITS: u32 = 320;

    /// Puts `code` at `bit`, counted from the front, where zeros stand.
    #[inline]
    pub(super) fn set(&mut self, bit: u32, code: u64) {
        let (word, shift) = ((bit / 64) as usize, bit % 64);
        if let Some(low) = self.0.get_mut(word) {
            *low |= code << shift;
        }
        if shift > 0
            && let Some(high) = self.0.get_mut(word + 1)
        {
            // what does not fit goes on in the next word
            *high |= code >> (64 - shift);
        }
    }

    /// The key mixed into 64 bits: multiply wide, then fold the halves.
    pub(super) fn mixed(self) -> u64 {
        let [first, rest @ ..] = self.0;
        rest.iter().fold(wide(first), |mixed, word| {
            wide(mixed.rotate_left(17) ^ word ^ 0x2545_F491_4F6C_DD1D)
        })
    }
}

/// Multiplies wide and folds the halves.
#[allow(clippy::cast_possible_truncation, reason = "the halves are meant")]
fn wide(word: u64) -> u64 {
    let mixed = u128::from(word) * 0x9E37_79B9_7F4A_7C15_u128;
    (mixed >> 64) as u64 ^ mixed as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_side_by_side_over_the_borders_of_words() {
        let mut key = Key::default();
        key.set(62, 0b101);
        key.set(65, 1);
        assert_eq!(key, Key([0b01 << 62, 0b11, 0, 0, 0]));
    }
}
