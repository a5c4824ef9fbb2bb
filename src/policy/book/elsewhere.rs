//! The rules that no policy encodes: where each lives, and why it is no rule on a decision.
//! Written by hand; the checks around it keep it honest.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where they stand.
pub(super) const PATH: &str = "law/elsewhere.toml";

/// What became of a rule that no policy encodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Other code carries it out.
    Code,
    /// It belongs to a part that is not built, or not whole.
    NotBuilt,
    /// It asks nothing of the service: a fine, a duty of people, a definition.
    NoDecision,
}

/// What the file says of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Elsewhere {
    /// What became of it.
    pub how: How,
    /// The files that carry it out, from the root of the source.
    pub files: Vec<String>,
    /// The files that test these.
    pub tests: Vec<String>,
    /// Why no policy encodes it.
    pub why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    elsewhere: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    rules: Vec<String>,
    how: How,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    tests: Vec<String>,
    why: String,
}

/// Reads the file.
pub(super) fn read(text: &str) -> Result<BTreeMap<String, Elsewhere>, String> {
    let written: Written = toml::from_str(text).map_err(|error| format!("{PATH}: {error}"))?;
    let mut by_rule = BTreeMap::new();
    for group in written.elsewhere {
        let (rules, elsewhere) = checked(group)?;
        for rule in rules {
            if by_rule.insert(rule.clone(), elsewhere.clone()).is_some() {
                return Err(format!("{PATH}: {rule} stands there twice"));
            }
        }
    }
    Ok(by_rule)
}

fn checked(group: Group) -> Result<(Vec<String>, Elsewhere), String> {
    let named = group.rules.join(", ");
    if group.rules.is_empty() || group.why.trim().is_empty() {
        return Err(format!(
            "{PATH}: a group needs rules and why ({named}; {})",
            group.why
        ));
    }
    if group.how == How::Code && (group.files.is_empty() || group.tests.is_empty()) {
        return Err(format!(
            "{PATH}: {named}: name the files that carry it out, and their tests"
        ));
    }
    let elsewhere = Elsewhere {
        how: group.how,
        files: group.files,
        tests: group.tests,
        why: group.why.trim().to_owned(),
    };
    Ok((group.rules, elsewhere))
}
