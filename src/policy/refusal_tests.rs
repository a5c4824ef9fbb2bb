//! Broken packs are refused at their place, and added or lacking policies fail closed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::facts::tests::consented_email;
use super::pack_tests::{engine, in_france};
use super::{Channel, Country, Effect, Engine, Facts, Laws, Pack, PolicyError, Situation};

const ANNOTATED: &str = "@id(\"x-1\")\n@reason(\"RESTRICTED\")\n@precedence(\"1\")\n@rules(\"R-001\")\n@source(\"s\")\n@fr(\"f\")\n@en(\"e\")\n";

/// The shipped packs plus one file, `company/x.cedar`.
fn with_file(text: &str) -> Result<Engine, PolicyError> {
    with_file_at("company/x.cedar", text)
}

fn with_file_at(path: &str, text: &str) -> Result<Engine, PolicyError> {
    let mut files: Vec<(String, String)> = Pack::embedded()
        .unwrap()
        .files()
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .collect();
    files.push((path.to_owned(), text.to_owned()));
    Engine::compile(&Pack::from_files(files).unwrap())
}

/// Refused at this line and column of the added file, with these words.
#[track_caller]
fn refused(text: &str, line: usize, column: usize, words: &str) {
    let Err(error) = with_file(text) else {
        panic!("accepted: {text}")
    };
    assert_eq!(
        (error.file.as_str(), error.line, error.column),
        ("company/x.cedar", line, column),
        "{error}"
    );
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn broken_policies_are_refused_at_their_place() {
    let rule = |condition: &str| {
        format!("// é\n{ANNOTATED}forbid (principal, action, resource)\nwhen {{ {condition} }};\n")
    };
    refused(
        "permit (principal, action, resource) when { ;",
        1,
        45,
        "unexpected token",
    );
    refused(
        &rule("context.suppresed"),
        10,
        8,
        "did you mean `suppressed`",
    );
    refused(
        &rule("context.channel == Channel::\"emial\""),
        10,
        27,
        "valid entity eids",
    );
    refused(
        &rule("\"é\" != \"e\" && context.channel == \"email\""),
        10,
        22,
        "not compatible",
    );
    refused(&rule("context.consent"), 10, 8, "Bool");
    refused(
        &rule("context.person_known && 1 + true == 2"),
        10,
        36,
        "Long",
    );
    refused(&rule("false"), 2, 1, "impossible");
    refused(
        &format!("{ANNOTATED}forbid (principal, action == Action::\"uze\", resource);"),
        8,
        30,
        "did you mean",
    );
    refused(
        &format!("{ANNOTATED}permit (principal == ?principal, action, resource);"),
        1,
        1,
        "template",
    );
}

#[test]
fn missing_annotations_and_duplicate_ids_are_refused_at_the_policy() {
    let body = "forbid (principal, action, resource);";
    refused(
        &format!(
            "// first\n\n{}{body}",
            ANNOTATED.replace("@fr(\"f\")\n", "")
        ),
        3,
        1,
        "@fr is missing",
    );
    refused(
        &format!(
            "{ANNOTATED}{body}\n  {}{body}",
            ANNOTATED
                .replace("x-1", "x-2")
                .replace("\"RESTRICTED\"", "\"bad\"")
        ),
        9,
        3,
        "@reason has a bad form",
    );
    refused(
        &format!("{ANNOTATED}{body}\n{ANNOTATED}{body}"),
        9,
        1,
        "the first is at company/x.cedar:1",
    );
    let Err(error) = with_file(&format!(
        "{}{body}",
        ANNOTATED.replace("x-1", "gdpr-objection")
    )) else {
        panic!("accepted an @id of another pack")
    };
    assert!(error.what.contains("stands twice"), "{error}");
    refused(
        &format!("@lawful_iff(\"x\")\n{ANNOTATED}{body}"),
        1,
        1,
        "@lawful_iff is not known",
    );
}

#[test]
fn a_local_policy_adds_a_stop_and_another_version() {
    let text = format!(
        "{ANNOTATED}forbid (principal, action, resource) when {{ context.channel == Channel::\"sms\" }};"
    );
    let local = with_file(&text).unwrap();
    let sms = Facts {
        channel: Channel::Sms,
        ..consented_email()
    };
    assert_eq!(local.decide(&in_france(sms)).policy_id(), "x-1");
    assert!(local.decide(&in_france(consented_email())).is_permit());
    assert_ne!(local.version(), engine().version());
}

#[test]
fn what_computes_or_can_fail_is_refused() {
    let refused_condition = |condition: &str, words: &str| {
        let text =
            format!("{ANNOTATED}forbid (principal, action, resource) when {{ {condition} }};");
        refused(&text, 1, 1, words);
    };
    // valid by type, overflows when evaluated: Cedar would leave the stop out and permit
    refused_condition(
        "(if context.objection then 1 else 9223372036854775807) + 1 == 0",
        "literal",
    );
    refused_condition("context.age + 1 < 18", "outside the part of Cedar");
    refused_condition(
        "[Channel::\"sms\", Channel::\"email\"].contains(context.channel)",
        "outside the part of Cedar",
    );
    refused_condition("context.age < context.minute_of_day", "literal");
    refused_condition("18 > context.age", "outside the part of Cedar");
    refused_condition("context.age < 10000", "not between 0 and 9999");
    refused_condition("context.age > -1", "not between 0 and 9999");
    refused(
        &format!("{ANNOTATED}forbid (principal == Controller::\"x\", action, resource);"),
        1,
        1,
        "certain principals",
    );
}

#[test]
fn more_policies_than_a_set_holds_are_refused() {
    let rule = |n: usize| {
        let id = ANNOTATED.replace("x-1", &format!("x-{n}"));
        format!("{id}forbid (principal, action, resource) when {{ context.age == {n} }};\n")
    };
    let text: String = (0..600).map(rule).collect();
    let Err(error) = with_file(&text) else {
        panic!("accepted")
    };
    assert!(error.what.contains("more than 512 policies"), "{error}");
}

/// A pack of one policy, in a folder of its own.
fn alone(manifest: &str, policy: &str) -> Result<Engine, PolicyError> {
    let schema = include_str!("../../policies/schema.cedarschema");
    let files = [
        ("schema.cedarschema", schema),
        ("own/pack.toml", manifest),
        ("own/a.cedar", policy),
    ];
    let owned = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    Engine::compile(&Pack::from_files(owned.to_vec())?)
}

const OWN: &str = "name = \"Own\"\njurisdiction = \"FR\"\ncountries = [\"FR\"]\nsources = []\n";

#[test]
fn what_no_policy_speaks_about_is_denied() {
    let text =
        format!("{ANNOTATED}permit (principal, action, resource) when {{ context.person_known }};");
    let engine = alone(OWN, &text).unwrap();
    let facts = Facts {
        person_known: false,
        ..consented_email()
    };
    let outcome = engine.decide(&in_france(facts));
    assert_eq!(
        (outcome.effect(), outcome.reason(), outcome.policy_id()),
        (Effect::Deny, "NO_GROUND", "default-deny")
    );
    assert!(engine.decide(&in_france(consented_email())).is_permit());
    assert!(alone(OWN, &text.replace(" when { context.person_known }", "")).is_err());
}

#[test]
fn a_country_whose_law_no_pack_holds_is_denied_and_asked_for() {
    let text =
        format!("{ANNOTATED}permit (principal, action, resource) when {{ context.person_known }};");
    let engine = alone(OWN, &text).unwrap();
    for country in [Some(Country::Germany), None] {
        let situation = Situation {
            laws: Laws::of(Channel::PhoneLive, country, None),
            ..in_france(consented_email())
        };
        let outcome = engine.decide(&situation);
        assert_eq!(
            (outcome.effect(), outcome.reason()),
            (Effect::Deny, "MISSING_FACT")
        );
        assert_eq!(outcome.lawful_if().unwrap().code, "fact:country");
    }
}

#[test]
fn packs_that_do_not_say_what_they_are_are_refused() {
    let policy = format!("{ANNOTATED}forbid (principal, action, resource);");
    let wrong = |manifest: &str, words: &str| {
        let Err(error) = alone(manifest, &policy) else {
            panic!("accepted: {manifest}")
        };
        assert_eq!(error.file, "own/pack.toml");
        assert!(error.to_string().contains(words), "{error}");
    };
    wrong("", "missing field");
    wrong(&OWN.replace("\"FR\"]", "\"XX\"]"), "unknown variant");
    wrong(&format!("{OWN}colour = \"red\"\n"), "colour");
    wrong(&format!("{OWN}builds_on = [\"gdpr\"]\n"), "no pack here");
    let Err(error) = with_file_at("local/x.cedar", &policy) else {
        panic!("accepted a folder without pack.toml")
    };
    assert!(error.what.contains("no pack.toml"), "{error}");
}
