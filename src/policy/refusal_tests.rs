//! Broken packs are refused at their place, and added or lacking policies fail closed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::facts::tests::consented_email;
use super::pack_tests::engine;
use super::{Channel, Effect, Engine, Facts, Pack, PolicyError};

const ANNOTATED: &str = "@id(\"x-1\")\n@reason(\"R\")\n@precedence(\"1\")\n@rules(\"R-001\")\n@source(\"s\")\n@fr(\"f\")\n@en(\"e\")\n";

/// The shipped pack plus one file, `local/x.cedar`.
fn with_file(text: &str) -> Result<Engine, PolicyError> {
    let mut files: Vec<(String, String)> = Pack::embedded()
        .unwrap()
        .files()
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .collect();
    files.push(("local/x.cedar".to_owned(), text.to_owned()));
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
        ("local/x.cedar", line, column),
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
            ANNOTATED.replace("x-1", "x-2").replace("\"R\"", "\"bad\"")
        ),
        9,
        3,
        "@reason has a bad form",
    );
    refused(
        &format!("{ANNOTATED}{body}\n{ANNOTATED}{body}"),
        9,
        1,
        "the first is at local/x.cedar:1",
    );
    refused(
        &format!("{}{body}", ANNOTATED.replace("x-1", "eu-objection")),
        1,
        1,
        "stop",
    );
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
    assert_eq!(local.decide(&sms).policy_id(), "x-1");
    assert!(local.decide(&consented_email()).is_permit());
    assert_ne!(local.version(), engine().version());
}

#[test]
fn an_evaluation_error_anywhere_denies() {
    // Valid by type, overflows when evaluated; Cedar would leave the stop out and permit.
    let overflow = "(if context.objection then 1 else 9223372036854775807) + 1 == 0";
    let engine = with_file(&format!(
        "{ANNOTATED}forbid (principal, action, resource) when {{ {overflow} }};"
    ));
    let Err(error) = engine else {
        panic!("a pack that errs on the trial request was accepted")
    };
    assert!(error.what.contains("cannot answer"), "{error}");
    let text = format!(
        "{ANNOTATED}forbid (principal, action, resource) when {{ context.person_known && {overflow} }};"
    );
    let engine = with_file(&text).unwrap();
    let outcome = engine.decide(&consented_email());
    assert_eq!(
        (outcome.effect(), outcome.reason()),
        (Effect::Deny, "EVALUATION_ERROR")
    );
}

#[test]
fn what_no_policy_speaks_about_is_denied() {
    let schema = include_str!("../../policies/schema.cedarschema").to_owned();
    let text =
        format!("{ANNOTATED}permit (principal, action, resource) when {{ context.person_known }};");
    let files = vec![
        ("schema.cedarschema".to_owned(), schema),
        ("a.cedar".to_owned(), text),
    ];
    let engine = Engine::compile(&Pack::from_files(files.clone()).unwrap()).unwrap();
    let facts = Facts {
        person_known: false,
        ..consented_email()
    };
    let outcome = engine.decide(&facts);
    assert_eq!(
        (outcome.effect(), outcome.reason(), outcome.policy_id()),
        (Effect::Deny, "NO_GROUND", "default-deny")
    );
    let open = files
        .into_iter()
        .map(|(path, text)| (path, text.replace(" when { context.person_known }", "")));
    assert!(Engine::compile(&Pack::from_files(open.collect()).unwrap()).is_err());
}
