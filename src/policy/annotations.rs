//! The annotations that every policy carries: who it is, what it means, where it comes from.
//! A missing, unknown or malformed one refuses the pack.

use super::outcome::{Effect, LawfulIf};
use super::to_person::{ToPerson, to_person};
use cedar_policy::Policy;
use chrono::NaiveDate;
use std::collections::BTreeMap;

const REQUIRED: [&str; 7] = ["id", "reason", "precedence", "rules", "source", "fr", "en"];
/// What any policy may carry besides: since when and until when it holds, which of its sources
/// was not confirmed, what it says to the person, and the explanation in further languages.
const OPTIONAL: [&str; 10] = [
    "effective_from",
    "effective_until",
    "unverified",
    "you_fr",
    "you_en",
    "de",
    "es",
    "it",
    "nl",
    "da",
];
const LANGUAGES: [&str; 5] = ["de", "es", "it", "nl", "da"];
const LAWFUL_IF: [&str; 3] = ["lawful_if", "lawful_if_fr", "lawful_if_en"];
const OBLIGATIONS: &str = "obligations";
const FACT: &str = "fact";
/// The reason of a denial for want of a fact; `@fact` then names it.
pub(super) const MISSING_FACT: &str = "MISSING_FACT";

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
    /// The first local day on which it holds; from the beginning where it names none.
    pub from: Option<NaiveDate>,
    /// The last local day on which it holds; without end where it names none.
    pub until: Option<NaiveDate>,
    /// The sources that nobody has confirmed.
    pub unverified: Option<String>,
    /// The fact that is missing, where the reason is `MISSING_FACT`.
    pub fact: Option<String>,
    /// Explanation in French.
    pub fr: String,
    /// Explanation in English.
    pub en: String,
    /// What it says to the person whom the decision is about.
    pub to_person: ToPerson,
    /// Explanation in further languages: ISO 639-1 code and text.
    pub local: Vec<(String, String)>,
    /// What would make the use lawful (denials).
    pub lawful_if: Option<LawfulIf>,
    /// What the permit obliges to (permits).
    pub obligations: Vec<String>,
    /// Path inside the pack.
    pub file: String,
    /// Line where the policy begins, from 1.
    pub line: usize,
}

impl PolicyDescription {
    /// Whether it holds on that local day.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
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
    let reason = word(&given, "reason", is_reason, "a code such as NO_CONSENT")?;
    let unverified = optional(&given, "unverified")?;
    let (from, until) = period(&given)?;
    let fact = fact(&given, &reason)?;
    Ok(PolicyDescription {
        id: word(
            &given,
            "id",
            is_id,
            "lower-case letters, digits and hyphens",
        )?,
        effect,
        precedence: precedence(&given)?,
        rules: list(required(&given, "rules")?, "rules", is_rule)?,
        source: required(&given, "source")?.to_owned(),
        from,
        until,
        fr: told(
            required(&given, "fr")?,
            unverified,
            "Source non confirmée :",
        ),
        en: told(required(&given, "en")?, unverified, "Source not confirmed:"),
        to_person: spoken(&given, &reason)?,
        local: local(&given)?,
        unverified: unverified.map(str::to_owned),
        lawful_if: lawful_if(&given, fact)?,
        fact: fact.map(str::to_owned),
        obligations: obligations(&given)?,
        reason,
        file: file.to_owned(),
        line,
    })
}

/// The explanation, with the sources that were not confirmed, so that nobody takes it for more
/// than it is.
fn told(text: &str, unverified: Option<&str>, lead: &str) -> String {
    unverified.map_or_else(
        || text.to_owned(),
        |sources| format!("{text} ({lead} {sources}.)"),
    )
}

/// An annotation that need not be there, but must say something where it is.
fn optional<'a>(given: &BTreeMap<&str, &'a str>, key: &str) -> Result<Option<&'a str>, Fault> {
    given
        .contains_key(key)
        .then(|| required(given, key))
        .transpose()
}

fn period(given: &BTreeMap<&str, &str>) -> Result<(Option<NaiveDate>, Option<NaiveDate>), Fault> {
    let day = |key: &str| {
        let text = optional(given, key)?;
        let read = text.map(str::parse).transpose();
        read.map_err(|_| fault(format!("@{key} is no date"), "write it as 2026-08-11"))
    };
    let (from, until): (Option<NaiveDate>, Option<NaiveDate>) =
        (day("effective_from")?, day("effective_until")?);
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        let mend = "@effective_until is the last day on which the policy holds";
        return Err(fault("the policy ends before it begins", mend));
    }
    Ok((from, until))
}

/// The fact that is missing: named exactly where the reason says that one is.
fn fact<'a>(given: &BTreeMap<&str, &'a str>, reason: &str) -> Result<Option<&'a str>, Fault> {
    let named = optional(given, FACT)?;
    match (named, reason == MISSING_FACT) {
        (None, true) => Err(fault(
            "a denial for want of a fact names none",
            "write @fact(\"...\") with the name by which the caller gives it",
        )),
        (Some(_), false) => Err(fault(
            "@fact goes with the reason MISSING_FACT only",
            "take it away, or change @reason",
        )),
        (Some(name), true) if !is_code(name) => Err(fault(
            "@fact has a bad form",
            "write the fact's name in lower_case",
        )),
        (named, _) => Ok(named),
    }
}

/// What is said to the person: the policy's own words, or those of its reason.
fn spoken(given: &BTreeMap<&str, &str>, reason: &str) -> Result<ToPerson, Fault> {
    match (optional(given, "you_fr")?, optional(given, "you_en")?) {
        (Some(fr), Some(en)) => Ok(ToPerson {
            fr: fr.to_owned(),
            en: en.to_owned(),
        }),
        (None, None) => to_person(reason).ok_or_else(|| {
            fault(
                format!("nothing says {reason} to the person whom a decision is about"),
                "write @you_fr(\"...\") and @you_en(\"...\"), or take a reason that is shipped",
            )
        }),
        _ => Err(fault(
            "@you_fr and @you_en go together",
            "write both, or none where the reason is one that is shipped",
        )),
    }
}

fn local(given: &BTreeMap<&str, &str>) -> Result<Vec<(String, String)>, Fault> {
    let mut texts = Vec::new();
    for language in LANGUAGES {
        if let Some(text) = optional(given, language)? {
            texts.push((language.to_owned(), text.to_owned()));
        }
    }
    Ok(texts)
}

fn effect_of(policy: &Policy) -> Effect {
    match policy.effect() {
        cedar_policy::Effect::Permit => Effect::Permit,
        cedar_policy::Effect::Forbid => Effect::Deny,
    }
}

/// Refuses what is unknown, so that a misspelt `@obligation` is not silently without effect.
fn check_known(given: &BTreeMap<&str, &str>, effect: Effect) -> Result<(), Fault> {
    let more: &[&str] = match effect {
        Effect::Permit => &[OBLIGATIONS],
        Effect::Deny => &[FACT, "lawful_if", "lawful_if_fr", "lawful_if_en"],
    };
    let known = |key: &&str| REQUIRED.contains(key) || OPTIONAL.contains(key) || more.contains(key);
    match given.keys().find(|key| !known(key)) {
        None => Ok(()),
        Some(key) => Err(fault(
            format!("annotation @{key} is not known here"),
            format!(
                "this policy carries {} and may carry {}, {}",
                at(&REQUIRED),
                at(&OPTIONAL),
                at(more)
            ),
        )),
    }
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
    let items: Vec<&str> = value.split_whitespace().collect();
    if items.iter().all(|item| good(item)) {
        return Ok(items.into_iter().map(str::to_owned).collect());
    }
    let mend = "write items separated by spaces: rules as R-001, obligations in lower_case";
    Err(fault(format!("@{key} holds an item of a bad form"), mend))
}

fn lawful_if(given: &BTreeMap<&str, &str>, fact: Option<&str>) -> Result<Option<LawfulIf>, Fault> {
    if LAWFUL_IF.iter().any(|key| given.contains_key(key)) {
        let [code, fr, en] = LAWFUL_IF;
        let form = "a code such as consent or fact:country";
        return Ok(Some(LawfulIf {
            code: word(given, code, is_code, form)?,
            fr: required(given, fr)?.to_owned(),
            en: required(given, en)?.to_owned(),
        }));
    }
    Ok(fact.map(|name| LawfulIf {
        code: format!("fact:{name}"),
        fr: format!("Le fait « {name} » est donné, et la règle le permet."),
        en: format!("The fact \"{name}\" is given, and the rule allows it."),
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

    const GOOD: &str = "@id(\"a-1\") @reason(\"NO_CONSENT\") @precedence(\"7\") @rules(\"R-001 R-002\") \
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
    fn dates_facts_and_doubts_are_read() {
        let with = |more: &str| described(&format!("{GOOD} {more}"), "forbid");
        let dated =
            with("@effective_from(\"2026-08-11\") @effective_until(\"2026-08-11\")").unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(dated.holds_on(day("2026-08-11")));
        assert!(!dated.holds_on(day("2026-08-10")) && !dated.holds_on(day("2026-08-12")));
        assert!(with("@effective_from(\"2026-08-11\") @effective_until(\"2026-08-10\")").is_err());
        assert!(with("@effective_from(\"11/08/2026\")").is_err());
        assert_eq!(
            with("@unverified(\"UWG 7(2)\")").unwrap().en,
            "no (Source not confirmed: UWG 7(2).)"
        );
        assert!(with("@unverified(\"\")").is_err());
        assert!(with("@fact(\"timezone\")").is_err());
        let missing = GOOD.replace("NO_CONSENT", "MISSING_FACT");
        assert!(described(&missing, "forbid").is_err());
        let named = described(&format!("{missing} @fact(\"timezone\")"), "forbid").unwrap();
        assert_eq!(named.lawful_if.unwrap().code, "fact:timezone");
    }

    #[test]
    fn a_reason_that_nothing_says_to_the_person_is_refused() {
        let own = GOOD.replace("NO_CONSENT", "OUR_OWN");
        assert!(described(&own, "forbid").is_err());
        assert!(described(&format!("{own} @you_fr(\"non\")"), "forbid").is_err());
        let said = format!("{own} @you_fr(\"Pas vous.\") @you_en(\"Not you.\")");
        assert_eq!(described(&said, "forbid").unwrap().to_person.en, "Not you.");
        assert_eq!(
            described(GOOD, "forbid").unwrap().to_person.en,
            "You have not agreed to this use."
        );
    }

    #[test]
    fn bad_forms_and_unknown_keys_are_refused() {
        let with = |more: &str, effect: &str| described(&format!("{GOOD} {more}"), effect);
        assert!(with("@obligation(\"x\")", "permit").is_err());
        assert!(with("@obligations(\"Bad Form\")", "permit").is_err());
        assert!(with("@obligations(\"a b\")", "permit").is_ok());
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
