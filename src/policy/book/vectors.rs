//! Which cases are examples of which rule. Decision cases name their rules in `rule_refs`; the
//! law's other vectors (deadlines, zones, retention…) name one in `rule_ref`.

use super::ByRule;
use crate::policy::cases::{CaseFile, read_cases};
use serde_json::Value;

/// File and id of every case, by rule.
pub(super) fn by_rule(files: &[CaseFile]) -> Result<ByRule, String> {
    let mut found = ByRule::new();
    for file in files {
        for case in read_cases(file)? {
            for rule in &case.rules {
                add(&mut found, rule, &file.path, &case.id);
            }
        }
        if file.path.ends_with(".json") {
            let whole: Value = serde_json::from_str(&file.text)
                .map_err(|error| format!("{}: {error}", file.path))?;
            others(&whole, &file.path, &mut found);
        }
    }
    Ok(found)
}

/// The vectors that are no decisions.
fn others(whole: &Value, path: &str, found: &mut ByRule) {
    let lists = whole.as_object().into_iter().flat_map(|all| all.values());
    for vector in lists.filter_map(Value::as_array).flatten() {
        let text = |key: &str| vector.get(key).and_then(Value::as_str);
        if let (Some(id), Some(rule)) = (text("id"), text("rule_ref")) {
            add(found, rule, path, id);
        }
    }
}

fn add(found: &mut ByRule, rule: &str, path: &str, id: &str) {
    let cases = found.entry(rule.to_owned()).or_default();
    cases.push((path.to_owned(), id.to_owned()));
}
