//! Files of cases: the law's own, each pack's, and those that a user names.

use super::vector::{Case, read_case};
use serde_json::{Map, Value};

/// A file of cases, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFile {
    /// Where it is, for messages.
    pub path: String,
    /// JSON, or TOML where the path ends so.
    pub text: String,
}

/// Where the cases of a set of packs stand: the law's, and each pack's `tests/`.
pub(in crate::policy) fn is_case_file(path: &str) -> bool {
    let in_tests = path.split('/').rev().nth(1) == Some("tests");
    path == "law/vectors.json" || (in_tests && (is_toml(path) || path.ends_with(".json")))
}

fn is_toml(path: &str) -> bool {
    path.ends_with(".toml")
}

/// Reads the cases of a file: `decision_vectors`, each laid over the file's `defaults` where it
/// has some. Other parts of the file are no decisions and left alone.
///
/// # Errors
/// What is wrong, with the file, the case's id and the place inside it.
pub fn read_cases(file: &CaseFile) -> Result<Vec<Case>, String> {
    read(file).map_err(|what| format!("{}: {what}", file.path))
}

fn read(file: &CaseFile) -> Result<Vec<Case>, String> {
    let whole: Value = if is_toml(&file.path) {
        toml::from_str(&file.text).map_err(|error| error.to_string())?
    } else {
        serde_json::from_str(&file.text).map_err(|error| error.to_string())?
    };
    let cases = whole.get("decision_vectors").and_then(Value::as_array);
    let cases = cases.ok_or("the file has no list \"decision_vectors\"")?;
    let defaults = whole.get("defaults");
    let laid = cases.iter().map(|case| match defaults {
        Some(defaults) => laid_over(defaults, case),
        None => case.clone(),
    });
    laid.enumerate()
        .map(|(at, case)| read_case(at, &case))
        .collect()
}

/// A case over its defaults: tables are merged, everything else is replaced.
fn laid_over(defaults: &Value, case: &Value) -> Value {
    let (Some(below), Some(above)) = (defaults.as_object(), case.as_object()) else {
        return case.clone();
    };
    let mut merged: Map<String, Value> = below.clone();
    for (key, value) in above {
        let value = match merged.get(key) {
            Some(default) => laid_over(default, value),
            None => value.clone(),
        };
        merged.insert(key.clone(), value);
    }
    Value::Object(merged)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn cases(text: &str) -> Result<Vec<Case>, String> {
        read_cases(&CaseFile {
            path: "fr/tests/a.toml".to_owned(),
            text: text.to_owned(),
        })
    }

    const GOOD: &str = r#"
        [defaults]
        jurisdiction = "FR"
        at = "2026-11-23T11:00:00+01:00"
        channel = "email"
        purpose = "direct_marketing_own"
        subject = { country = "FR", timezone = "Europe/Paris" }
        [[decision_vectors]]
        id = "A-1"
        subject = { age = 12 }
        facts = { customer = true }
        expected = { decision = "deny", reason = "NO_CONSENT" }
    "#;

    #[test]
    fn a_case_lies_over_the_defaults() {
        let read = cases(GOOD).unwrap();
        let only = read.first().unwrap();
        assert_eq!(only.subject.age, Some(12));
        assert_eq!(only.subject.country.as_deref(), Some("FR"));
        assert_eq!(only.told.customer, Some(true));
    }

    #[test]
    fn unknown_words_are_refused_with_their_place() {
        for (from, to, words) in [
            ("customer", "custmer", "A-1: facts: custmer: unknown field"),
            ("age = 12", "size = 12", "A-1: subject.size: unknown field"),
            ("\"deny\"", "\"perhaps\"", "write permit or deny"),
            ("\"email\"", "\"fax\"", "unknown variant `fax`"),
            ("decision_vectors", "vectors", "no list"),
        ] {
            let error = cases(&GOOD.replace(from, to)).unwrap_err();
            assert!(error.starts_with("fr/tests/a.toml: "), "{error}");
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn case_files_are_told_from_others() {
        assert!(is_case_file("law/vectors.json") && is_case_file("fr/tests/a.toml"));
        for other in [
            "law/rules.json",
            "fr/pack.toml",
            "fr/a.cedar",
            "fr/tests/a.md",
            "tests.toml",
        ] {
            assert!(!is_case_file(other), "{other}");
        }
    }
}
