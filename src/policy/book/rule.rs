//! The numbered rules, as the law's file states them.

use serde::{Deserialize, Serialize};

/// Where they stand.
pub(super) const PATH: &str = "law/rules.json";

/// One rule of the law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its number, as `R-001`.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// What it says.
    pub statement: String,
    /// Its numbers and words.
    pub parameters: String,
    /// Where it holds.
    pub jurisdiction: String,
    /// The article of law.
    pub source: String,
    /// How well the source was checked.
    pub status: String,
}

impl Rule {
    /// Whether all of its source was seen: nothing in it is told from memory.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        !self.status.contains("from memory")
    }
}

/// Reads all rules.
pub(super) fn read(text: &str) -> Result<Vec<Rule>, String> {
    let rules: Vec<Rule> =
        serde_json::from_str(text).map_err(|error| format!("{PATH}: {error}"))?;
    let mut ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair.first() == pair.last()) {
        Some(pair) => Err(format!(
            "{PATH}: {} stands there twice",
            pair.first().unwrap_or(&"")
        )),
        None => Ok(rules),
    }
}
