//! Wrappers for values that must never be printed: personal data and secrets.

use std::fmt;

/// Personal data. It has no `Display` and no `Serialize`, and its `Debug` is a row of dots,
/// so that it cannot slip into a log, a metric or an error text. [`Personal::reveal`] is the
/// one way to its content, and is easy to search for.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the few places that need it.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

/// A secret: a key, a password, a token. Wiped from memory when dropped.
#[derive(Clone)]
pub struct Secret<T: zeroize::Zeroize>(T);

impl<T: zeroize::Zeroize> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the few places that need it.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: zeroize::Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: zeroize::Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_wrapped_is_printed() {
        assert_eq!(format!("{:?}", Personal::new("anne@example.fr")), "•••");
        assert_eq!(format!("{:?}", Secret::new(String::from("hunter2"))), "•••");
    }
}
