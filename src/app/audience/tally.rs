//! What came of a list.

use super::judge::Verdict;
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
    pub(super) fn at(&mut self, position: Position, policy_version: &str) {
        if self.lines == 0 {
            self.from_position = position;
        }
        self.to_position = position;
        if self.policy_version != policy_version {
            policy_version.clone_into(&mut self.policy_version);
        }
    }

    pub(super) fn count(&mut self, verdict: &Verdict) {
        self.lines += 1;
        if verdict.permit {
            self.permitted += 1;
        } else if let Some(count) = self.refused.get_mut(&*verdict.reason) {
            *count += 1;
        } else {
            self.refused.insert(verdict.reason.to_string(), 1);
        }
    }
}
