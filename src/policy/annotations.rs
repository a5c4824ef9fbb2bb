//! The annotations that every policy carries: who it is, what it means, where it comes from.
//! A missing, unknown or malformed one refuses the pack.

use super::outcome::{Effect, LawfulIf};
use cedar_policy::Policy;
use std::collections::BTreeMap;

const REQUIRED: [&str; 7] = ["id", "reason", "precedence", "rules", "source", "fr", "en"];
const LAWFUL_IF: [&str; 3] = ["lawful_if", "lawful_if_fr", "lawful_if_en"];
const OBLIGATIONS: &str = "obligations";

/// What a policy says about itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PolicyDescription {
    /// Unique in the pack, kept over versions; decisions name it.
    pub id: String,
    /// Whether it permits or denies.
    pub effect: Effect,
    /// Reason code of the decision it makes.
    pub reason: String,
    /// The lower number names the reason when several apply.
    pub precedence: u32,
    /// Ids of the legal rules it puts into practice.
    pub rules: Vec<String>,
    /// Article of law.
    pub source: String,
    /// Explanation in French.
    pub fr: String,
    /// Explanation in English.
    pub en: String,
    /// What would make the use lawful (denials).
    pub lawful_if: Option<LawfulIf>,
    /// What the permit obliges to (permits).
    pub obligations: Vec<String>,
    /// Path inside the pack.
    pub file: String,
    /// Line where the policy begins, from 1.
    pub line: usize,
}

/// What is wrong and how to mend it; the caller knows where.
pub(super) type Fault = (String, String);

fn fault(what: impl Into<String>, mend: impl Into<String>) -> Fault {
    (what.into(), mend.into())
}

/// Reads the annotations of one policy.
pub(super) fn describe(
    policy: &Policy,
    file: &str,
    line: usize,
) -> Result<PolicyDescription, Fault> {
    let given: BTreeMap<&str, &str> = policy.annotations().collect();
    let effect = effect_of(policy);
    check_known(&given, effect)?;
    Ok(PolicyDescription {
        id: word(
            &given,
            "id",
            is_id,
            "lower-case letters, digits and hyphens",
        )?,
        effect,
        reason: word(&given, "reason", is_reason, "a code such as NO_CONSENT")?,
        precedence: precedence(&given)?,
        rules: list(required(&given, "rules")?, "rules", is_rule)?,
        source: required(&given, "source")?.to_owned(),
        fr: required(&given, "fr")?.to_owned(),
        en: required(&given, "en")?.to_owned(),
        lawful_if: lawful_if(&given)?,
        obligations: obligations(&given)?,
        file: file.to_owned(),
        line,
    })
}

fn effect_of(policy: &Policy) -> Effect {
    match policy.effect() {
        cedar_policy::Effect::Permit => Effect::Permit,
        cedar_policy::Effect::Forbid => Effect::Deny,
    }
}

/// Refuses what is unknown, so that a misspelt `@obligation` is not silently without effect.
fn check_known(given: &BTreeMap<&str, &str>, effect: Effect) -> Result<(), Fault> {
    for key in given.keys() {
        let optional = match effect {
            Effect::Permit => *key == OBLIGATIONS,
            Effect::Deny => LAWFUL_IF.contains(key),
        };
        if !optional && !REQUIRED.contains(key) {
            let mend = match effect {
                Effect::Permit => format!(
                    "a permit carries {} and may carry @{OBLIGATIONS}",
                    at(&REQUIRED)
                ),
                Effect::Deny => format!(
                    "a forbid carries {} and may carry {}",
                    at(&REQUIRED),
                    at(&LAWFUL_IF)
                ),
            };
            return Err(fault(format!("annotation @{key} is not known here"), mend));
        }
    }
    Ok(())
}

fn at(keys: &[&str]) -> String {
    let with: Vec<String> = keys.iter().map(|key| format!("@{key}")).collect();
    with.join(", ")
}

fn required<'a>(given: &BTreeMap<&str, &'a str>, key: &str) -> Result<&'a str, Fault> {
    match given.get(key).map(|value| value.trim()) {
        Some(value) if !value.is_empty() => Ok(value),
        _ => Err(fault(
            format!("annotation @{key} is missing or empty"),
            format!("write @{key}(\"...\") above the policy"),
        )),
    }
}

fn word(
    given: &BTreeMap<&str, &str>,
    key: &str,
    good: fn(&str) -> bool,
    form: &str,
) -> Result<String, Fault> {
    let value = required(given, key)?;
    if good(value) {
        return Ok(value.to_owned());
    }
    Err(fault(
        format!("@{key} has a bad form"),
        format!("write {form}"),
    ))
}

fn precedence(given: &BTreeMap<&str, &str>) -> Result<u32, Fault> {
    let mend = "write a whole number; the lowest names the reason when several apply";
    let value = required(given, "precedence")?;
    value
        .parse()
        .map_err(|_| fault("@precedence is no whole number", mend))
}

fn list(value: &str, key: &str, good: fn(&str) -> bool) -> Result<Vec<String>, Fault> {
    let items: Vec<&str> = value.split(',').map(str::trim).collect();
    if items.iter().all(|item| good(item)) {
        return Ok(items.into_iter().map(str::to_owned).collect());
    }
    let mend = "write items separated by commas: rules as R-001, obligations in lower_case";
    Err(fault(format!("@{key} holds an item of a bad form"), mend))
}

fn lawful_if(given: &BTreeMap<&str, &str>) -> Result<Option<LawfulIf>, Fault> {
    if !LAWFUL_IF.iter().any(|key| given.contains_key(key)) {
        return Ok(None);
    }
    let [code, fr, en] = LAWFUL_IF;
    Ok(Some(LawfulIf {
        code: word(
            given,
            code,
            is_code,
            "a code such as consent or fact:country",
        )?,
        fr: required(given, fr)?.to_owned(),
        en: required(given, en)?.to_owned(),
    }))
}

fn obligations(given: &BTreeMap<&str, &str>) -> Result<Vec<String>, Fault> {
    given
        .get(OBLIGATIONS)
        .map_or(Ok(Vec::new()), |value| list(value, OBLIGATIONS, is_code))
}

fn is_id(value: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !value.is_empty() && value.bytes().all(good)
}

fn is_reason(value: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    value.starts_with(|first: char| first.is_ascii_uppercase()) && value.bytes().all(good)
}

fn is_rule(value: &str) -> bool {
    let digits = value.strip_prefix("R-").unwrap_or_default();
    digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_code(value: &str) -> bool {
    let good =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_:".contains(&byte);
    !value.is_empty() && value.bytes().all(good)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const GOOD: &str = "@id(\"a-1\") @reason(\"NO_CONSENT\") @precedence(\"7\") @rules(\"R-001, R-002\") \
        @source(\"GDPR 6\") @fr(\"non\") @en(\"no\")";

    fn described(annotations: &str, effect: &str) -> Result<PolicyDescription, Fault> {
        let text = format!("{annotations} {effect} (principal, action, resource);");
        describe(&Policy::parse(None, text).unwrap(), "a.cedar", 3)
    }

    #[test]
    fn complete_annotations_are_read() {
        let read = described(GOOD, "forbid").unwrap();
        assert_eq!(
            (read.id.as_str(), read.precedence, read.line),
            ("a-1", 7, 3)
        );
        assert_eq!(read.rules, ["R-001", "R-002"]);
        assert_eq!(read.effect, Effect::Deny);
    }

    #[test]
    fn each_required_annotation_is_missed() {
        for key in REQUIRED {
            let without: Vec<&str> = GOOD
                .split(" @")
                .filter(|one| !one.trim_start_matches('@').starts_with(&format!("{key}(")))
                .collect();
            let text = without.join(" @");
            let text = if text.starts_with('@') {
                text
            } else {
                format!("@{text}")
            };
            let (what, _) = described(&text, "forbid").unwrap_err();
            assert_eq!(what, format!("annotation @{key} is missing or empty"));
        }
    }

    #[test]
    fn bad_forms_and_unknown_keys_are_refused() {
        let with = |more: &str, effect: &str| described(&format!("{GOOD} {more}"), effect);
        assert!(with("@obligation(\"x\")", "permit").is_err());
        assert!(with("@obligations(\"Bad Form\")", "permit").is_err());
        assert!(with("@obligations(\"a,b\")", "permit").is_ok());
        assert!(with("@obligations(\"a\")", "forbid").is_err());
        assert!(with("@lawful_if(\"consent\")", "forbid").is_err());
        for (good, bad) in [
            ("a-1", "A 1"),
            ("NO_CONSENT", "no consent"),
            ("\"7\"", "\"-1\""),
            ("R-001", "R-1"),
        ] {
            assert!(
                described(&GOOD.replace(good, bad), "forbid").is_err(),
                "{bad}"
            );
        }
    }
}
