//! Names held once and written as small numbers.

use std::collections::HashMap;
use std::hash::Hash;

/// Up to 65,535 names. One that does not fit gets the number [`Names::NONE`], which nothing
/// is ever found under.
#[derive(Debug)]
pub(super) struct Names<T> {
    numbers: HashMap<T, u16>,
    names: Vec<T>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self {
            numbers: HashMap::new(),
            names: Vec::new(),
        }
    }
}

impl<T: Hash + Eq + Clone> Names<T> {
    /// No name.
    pub const NONE: u16 = u16::MAX;

    /// The number of a name, given now where it has none.
    pub fn give(&mut self, name: &T) -> u16 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let Ok(number) = u16::try_from(self.names.len()) else {
            return Self::NONE;
        };
        if number == Self::NONE {
            return Self::NONE;
        }
        self.names.push(name.clone());
        self.numbers.insert(name.clone(), number);
        number
    }

    /// The number of a name.
    pub fn number(&self, name: &T) -> Option<u16> {
        self.numbers.get(name).copied()
    }

    /// All names, in the order of their numbers.
    pub fn all(&self) -> &[T] {
        &self.names
    }

    /// The name of a number.
    pub fn name(&self, number: u16) -> Option<&T> {
        self.names.get(usize::from(number))
    }
}
