//! What others say of the log: a witness that it only grew, an authority that it was there, each with
//! its time.

use super::{When, Words, date_time_long};

/// One thing that somebody else said of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// The witness's name; none where a timestamping authority said it.
    pub witness: Option<String>,
    /// Entries covered.
    pub size: u64,
    /// When, by the other's clock.
    pub at: When,
}

impl Vouched {
    /// Who it was, in words.
    pub(super) fn who(&self, words: Words) -> String {
        match &self.witness {
            Some(name) => words.get_with("vouched-witness", &[("name", name)]),
            None => words.get("vouched-stamped"),
        }
    }

    /// Since when, and up to which entry.
    pub(super) fn what(&self, words: Words) -> String {
        let (size, zone) = (words.number(self.size), self.at.format("%Z"));
        let at = format!("{} ({zone})", date_time_long(words, &self.at));
        words.get_with("vouched-what", &[("size", &size), ("at", &at)])
    }
}
