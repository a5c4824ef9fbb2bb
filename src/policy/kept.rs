//! A text made once of something that does not change.

use std::sync::OnceLock;

/// The text, once somebody has made it. It follows from its owner, and so is no part of what
/// makes two owners equal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept(OnceLock<Box<str>>);

impl Kept {
    /// The text; made now where nobody has asked before.
    pub fn text(&self, make: impl FnOnce() -> String) -> &str {
        self.0.get_or_init(|| make().into_boxed_str())
    }
}

impl PartialEq for Kept {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Kept {}
