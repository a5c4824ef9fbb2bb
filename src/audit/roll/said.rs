//! What the entry that ends a list says of its roll.

use crate::audit::Hash;
use crate::audit::encoding::{b64, unb64};
use serde_json::{Value, json};

/// The field of the entry's payload.
pub const FIELD: &str = "roll";

/// An answer that lines of the list got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether the person may be contacted.
    pub permit: bool,
    /// Why, or why not.
    pub reason: String,
}

/// How many sheets and lines the roll has, their root, and what its answers are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The sheets.
    pub sheets: u64,
    /// The persons, each once for each answer that they got.
    pub persons: u64,
    /// The root of the Merkle tree over the sheets.
    pub root: Hash,
    /// What [`super::Listed::answer`] counts.
    pub answers: Vec<Answer>,
}

impl Said {
    /// What the payload has of it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let answer = |one: &Answer| json!({ "permit": one.permit, "reason": one.reason });
        let answers: Vec<Value> = self.answers.iter().map(answer).collect();
        json!({
            "answers": answers, "persons": self.persons, "root": b64(&self.root), "sheets": self.sheets,
        })
    }

    /// Reads it out of an entry's payload; `None` where it has none that reads.
    #[must_use]
    pub fn of(payload: &Value) -> Option<Self> {
        let roll = payload.get(FIELD)?;
        let number = |name: &str| roll.get(name)?.as_u64();
        let answer = |one: &Value| {
            Some(Answer {
                permit: one.get("permit")?.as_bool()?,
                reason: one.get("reason")?.as_str()?.to_owned(),
            })
        };
        let answers = roll.get("answers")?.as_array()?.iter().map(answer);
        Some(Self {
            sheets: number("sheets")?,
            persons: number("persons")?,
            root: unb64(roll.get("root")?.as_str()?)?,
            answers: answers.collect::<Option<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_back() {
        let answer = |permit, reason: &str| Answer {
            permit,
            reason: reason.into(),
        };
        let said = Said {
            sheets: 2,
            persons: 9_000,
            root: [9; 32],
            answers: vec![answer(true, "CONSENT_VALID"), answer(false, "NO_CONSENT")],
        };
        let payload = json!({ FIELD: said.to_json() });
        assert_eq!(Said::of(&payload), Some(said));
        assert_eq!(Said::of(&json!({})), None);
    }
}
