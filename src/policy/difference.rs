//! Where the compiled policies and Cedar did not agree.

use super::outcome::Outcome;

/// What each said. No fact and no person is named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("compiled: {compiled}; Cedar: {cedar}")]
pub struct Difference {
    compiled: String,
    cedar: String,
}

impl Difference {
    /// Between the outcome that was given and the right one.
    pub(super) fn between(compiled: &Outcome, cedar: &Outcome) -> Self {
        Self {
            compiled: told(compiled),
            cedar: told(cedar),
        }
    }
}

fn told(outcome: &Outcome) -> String {
    let effect = if outcome.is_permit() {
        "permit"
    } else {
        "deny"
    };
    let policies = outcome.determining().join(" ");
    format!("{effect} {} by {policies}", outcome.reason())
}
