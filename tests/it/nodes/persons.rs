//! Who is the same person as whom, and what was said about each, a write after the other in the order of their places.

use super::history::{Act, Write};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of one person, by however many contact points.
#[derive(Debug, Default)]
pub struct Known<'h> {
    same: Vec<usize>,
    /// The last word by its place.
    pub last: Option<&'h Write>,
    /// The word that takes effect last; of two at one instant the no.
    pub holds: Option<&'h Write>,
    /// Whether something was written of which nobody can tell the place.
    pub is_murky: bool,
    /// Whether somebody of the same was erased.
    pub is_kept: bool,
}

impl<'h> Known<'h> {
    fn say(&mut self, write: &'h Write) {
        let words = [self.last, Some(write)].into_iter().flatten();
        self.last = words.max_by_key(|one| one.position);
        let words = [self.holds, Some(write)].into_iter().flatten();
        self.holds = words.max_by_key(|one| (one.effective, one.act != Act::Yes, one.position));
    }

    fn join(&mut self, other: Self) {
        self.same.extend(other.same);
        for write in [other.last, other.holds].into_iter().flatten() {
            self.say(write);
        }
        self.is_murky |= other.is_murky;
        self.is_kept |= other.is_kept;
    }
}

/// All persons, after the writes so far.
#[derive(Debug, Default)]
pub struct Persons<'h> {
    /// By the least number of those that are the same.
    known: BTreeMap<usize, Known<'h>>,
    first_of: BTreeMap<usize, usize>,
    erased: BTreeSet<usize>,
    murky: BTreeSet<usize>,
}

impl<'h> Persons<'h> {
    pub fn new(murky: &BTreeSet<usize>) -> Self {
        let murky = murky.clone();
        Self {
            murky,
            ..Self::default()
        }
    }

    /// Takes the next write in.
    pub fn take(&mut self, write: &'h Write) {
        let first = self.join(&write.persons);
        let Some(known) = self.known.get_mut(&first) else {
            return;
        };
        if write.act == Act::Erasure {
            known.is_kept = true;
            self.erased.extend(&known.same);
        } else {
            known.say(write);
        }
    }

    /// What is known of a person.
    pub fn of(&mut self, person: usize) -> &Known<'h> {
        let first = self.first(person);
        &self.known[&first]
    }

    /// Whether a person's contact points are never to be used again.
    pub fn is_erased(&self, person: usize) -> bool {
        self.erased.contains(&person)
    }

    fn first(&mut self, person: usize) -> usize {
        let first = *self.first_of.entry(person).or_insert(person);
        let murky = &self.murky;
        self.known.entry(first).or_insert_with(|| Known {
            same: vec![person],
            is_murky: murky.contains(&person),
            ..Known::default()
        });
        first
    }

    /// Makes persons the same, and says by which number they are found.
    fn join(&mut self, persons: &[usize]) -> usize {
        let firsts: BTreeSet<usize> = persons.iter().map(|one| self.first(*one)).collect();
        let least = *firsts.first().expect("a write is about somebody");
        for other in firsts.into_iter().skip(1) {
            let joined = self.known.remove(&other).expect("it is known");
            self.first_of
                .extend(joined.same.iter().map(|one| (*one, least)));
            self.known
                .get_mut(&least)
                .expect("it is known")
                .join(joined);
        }
        least
    }
}
