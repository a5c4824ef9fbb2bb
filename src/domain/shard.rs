//! A part of the persons, by the hashes of their contact points: what one node of several holds in memory where
//! all of them have no room on one machine.

use super::ids::Blind;
use std::fmt;
use std::str::FromStr;

/// More parts than this are not made.
pub const MOST: u32 = 1_024;

/// One of several parts of equal size. Hashes are spread evenly; a part is a range of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Shard {
    /// Which one, from 0 on.
    number: u32,
    /// Of how many.
    of: u32,
}

/// It is no part.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be a number and how many there are, like 2/8: from 1 to 1024")]
pub struct NoShard;

impl Shard {
    /// The part that contact points of this hash belong to, where there are so many.
    #[must_use]
    pub const fn of(contact: &Blind, of: u32) -> Self {
        let [one, two, three, four, ..] = contact.0;
        let first = u32::from_be_bytes([one, two, three, four]);
        let number = ((first as u64 * of as u64) >> u32::BITS) as u32;
        Self { number, of }
    }

    /// The part beside this one that a contact point belongs to, or this one.
    #[must_use]
    pub const fn home(self, contact: &Blind) -> Self {
        Self::of(contact, self.of)
    }

    /// Whether a contact point belongs to it.
    #[must_use]
    pub fn holds(self, contact: &Blind) -> bool {
        self.home(contact) == self
    }

    /// How many there are.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.of
    }

    /// All of them, in the order of their hashes.
    pub fn all(self) -> impl Iterator<Item = Self> {
        (0..self.of).map(move |number| Self { number, ..self })
    }
}

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        let (number, of) = text.split_once('/').ok_or(NoShard)?;
        let read = |text: &str| text.parse::<u32>().ok().filter(|n| (1..=MOST).contains(n));
        match (read(number), read(of)) {
            (Some(number), Some(of)) if number <= of => Ok(Self {
                number: number - 1,
                of,
            }),
            _ => Err(NoShard),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number + 1, self.of)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_part_is_refused() {
        for wrong in [
            "", "1", "0/2", "3/2", "1/0", "1/1025", "a/2", "1/2/3", "-1/2", "1 /2",
        ] {
            assert_eq!(wrong.parse::<Shard>(), Err(NoShard), "{wrong}");
        }
        assert_eq!("2/8".parse::<Shard>().unwrap().to_string(), "2/8");
    }

    proptest! {
        /// Each hash belongs to one part and no other, and parts follow one another as hashes do.
        #[test]
        fn each_hash_has_one_home(of in 1_u32..40, mut hashes in prop::collection::vec(any::<[u8; 32]>(), 1..50)) {
            let whole: Shard = format!("1/{of}").parse().unwrap();
            hashes.sort_unstable();
            let homes: Vec<Shard> = hashes.iter().map(|hash| whole.home(&Blind(*hash))).collect();
            prop_assert!(homes.is_sorted());
            for (hash, home) in hashes.iter().zip(homes) {
                let holding: Vec<Shard> = whole.all().filter(|one| one.holds(&Blind(*hash))).collect();
                prop_assert_eq!(holding, vec![home]);
            }
        }
    }

    /// Parts differ little in how many they hold.
    #[test]
    fn parts_are_of_one_size() {
        let hashes = (0..80_000_u32).map(|n| {
            let hash = ring::digest::digest(&ring::digest::SHA256, &n.to_be_bytes());
            Blind(hash.as_ref().try_into().unwrap())
        });
        let mut held = [0; 8];
        for hash in hashes {
            held[Shard::of(&hash, 8).number as usize] += 1;
        }
        assert!(
            held.iter().all(|many| (9_500..10_500).contains(many)),
            "{held:?}"
        );
    }
}
