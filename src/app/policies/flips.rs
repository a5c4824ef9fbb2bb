//! What a draft would turn over, as it is counted.

use super::rules::Rules;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::policy::Pack;

/// Examples named for each kind of flip.
const EXAMPLES: usize = 5;

/// How many flip alike, and some of them.
#[derive(Debug)]
pub(super) struct Counted<E> {
    pub count: u64,
    pub examples: Vec<E>,
}

impl<E> Default for Counted<E> {
    fn default() -> Self {
        Self {
            count: 0,
            examples: Vec::new(),
        }
    }
}

impl<E> Counted<E> {
    /// One more.
    pub fn add(&mut self, example: E) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(example);
        }
    }
}

/// What is answered where it permits, or where it does not.
pub(super) const fn word(permit: bool) -> &'static str {
    if permit { "permit" } else { "deny" }
}

impl App {
    /// A draft, ready to decide.
    ///
    /// # Errors
    /// Where it does not compile.
    pub(super) fn drafted(&self, draft: &Pack) -> Result<Rules, Refusal> {
        let rules = self.loader.compiled(draft);
        match rules.engine() {
            Ok(_) => Ok(rules),
            Err(why) => Err(Refusal::field("/files", "policy_invalid", why)),
        }
    }
}
