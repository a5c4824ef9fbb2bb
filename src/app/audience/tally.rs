//! What came of a list.

use super::given::Given;
use crate::domain::ids::Position;
use serde::Serialize;
use std::collections::BTreeMap;

/// Lines by answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Lines in all, without the header and empty ones.
    pub lines: u64,
    /// Lines permitted.
    pub permitted: u64,
    /// Lines refused, by reason.
    pub refused: BTreeMap<String, u64>,
    /// The policies' version, of the last answers.
    pub policy_version: String,
    /// The ledger position of the first answers.
    pub from_position: Position,
    /// The ledger position of the last answers.
    pub to_position: Position,
}

impl Tally {
    /// Says on what the answers that follow are given.
    pub(super) fn at(&mut self, given: &Given, position: Position, policy_version: &str) {
        if given.is_empty() {
            self.from_position = position;
        }
        self.to_position = position;
        if self.policy_version != policy_version {
            policy_version.clone_into(&mut self.policy_version);
        }
    }

    /// The same with the lines of each answer.
    pub(super) fn counted(mut self, given: &Given) -> Self {
        for (verdict, lines) in given.iter().filter(|(_, lines)| *lines > 0) {
            self.lines += lines;
            if verdict.permit {
                self.permitted += lines;
            } else {
                *self.refused.entry(verdict.reason.to_string()).or_default() += lines;
            }
        }
        self
    }
}
