//! No draft that breaks a statement under `never/` gets through, and the shipped packs break none.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::cases::{Case, read_cases};
use super::pack_tests::engine;
use super::{Broken, Engine, Never, Pack, PolicyError, PolicySource};
use std::sync::LazyLock;

/// Draws: Cedar is some ten times faster in an optimised build.
const DRAWS: usize = if cfg!(debug_assertions) { 60 } else { 5_000 };

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let files = PolicySource::Embedded.cases().unwrap();
    files
        .iter()
        .flat_map(|file| read_cases(file).unwrap())
        .collect()
});

/// The shipped packs with a text replaced in one file, or a file added.
fn draft(path: &str, from: &str, to: &str) -> Pack {
    let shipped = Pack::embedded().unwrap();
    let mut files: Vec<(String, String)> = Vec::new();
    for (name, text) in shipped.files() {
        let changed = if name == path {
            text.replacen(from, to, 1)
        } else {
            text.to_owned()
        };
        assert!(name != path || changed != text, "nothing was changed");
        files.push((name.to_owned(), changed));
    }
    if !files.iter().any(|(name, _)| name == path) {
        files.push((path.to_owned(), to.to_owned()));
    }
    Pack::from_files(files).unwrap()
}

#[track_caller]
fn broken_by(pack: &Pack) -> Box<Broken> {
    let (engine, never) = (
        Engine::compile(pack).unwrap(),
        Never::compile(pack).unwrap(),
    );
    match never.search(&engine, &CASES, DRAWS, 1) {
        Err(broken) => broken,
        Ok(searched) => panic!("nothing was found: {searched:?}"),
    }
}

#[test]
fn every_statement_is_proved_of_the_shipped_packs() {
    let never = Never::compile(&Pack::embedded().unwrap()).unwrap();
    let proofs = never
        .prove(engine())
        .unwrap_or_else(|broken| panic!("{broken}"));
    assert_eq!(proofs.len(), never.statements().len());
    assert!(proofs.iter().all(|one| one.proved), "{proofs:?}");
}

/// One row of facts among more than can be tried: no draw comes upon it.
#[test]
fn a_hole_in_one_rare_combination_is_found_by_the_proof() {
    let from = "context.restricted\n};";
    let hole = "context.restricted && !(context.age == 77 && context.minute_of_day == 613 &&\n  \
        context.weekday == DayOfWeek::\"thursday\" && context.months_since_purchase == 431 &&\n  \
        context.consent_act == ConsentAct::\"clear\" && context.country == Country::\"DK\")\n};";
    let pack = draft("gdpr/stops.cedar", from, hole);
    let (engine, never) = (
        Engine::compile(&pack).unwrap(),
        Never::compile(&pack).unwrap(),
    );
    let searched = never.search(&engine, &CASES, DRAWS, 1);
    assert!(searched.is_ok(), "the draws came upon it");
    let broken = never.prove(&engine).unwrap_err();
    assert_eq!(broken.statement.id, "never-restricted");
    let has = |name: &str, value: &str| {
        let said = broken
            .facts
            .iter()
            .any(|(of, is)| *of == name && is == value);
        assert!(said, "{name} = {value}: {broken}");
    };
    has("age", "77");
    has("minute_of_day", "613");
    has("months_since_purchase", "431");
    assert!(broken.to_string().contains("under DK"), "{broken}");
}

#[test]
fn the_shipped_packs_break_no_statement() {
    let never = Never::compile(&Pack::embedded().unwrap()).unwrap();
    let searched = never.search(engine(), &CASES, DRAWS, 7);
    let searched = searched.unwrap_or_else(|broken| panic!("{broken}"));
    assert!(searched.permits * 5 > searched.draws, "{searched:?}");
    assert!(searched.forbidden > searched.draws, "{searched:?}");
    assert!(never.statements().len() >= 10);
}

#[test]
fn a_stop_that_was_taken_away_is_found() {
    for (stop, statement) in [
        ("context.deceased", "never-deceased"),
        ("context.restricted", "never-restricted"),
        ("context.suppressed &&", "never-suppressed"),
        ("context.objection &&", "never-objecting"),
        (
            "context.consent == ConsentState::\"withdrawn\"",
            "never-against-a-no",
        ),
    ] {
        let and = if stop.ends_with("&&") {
            "context.gpc && context.gpc &&"
        } else {
            "context.gpc"
        };
        let pack = draft(
            "gdpr/stops.cedar",
            &format!("\n  {stop}"),
            &format!("\n  {and}"),
        );
        let broken = broken_by(&pack);
        assert_eq!(broken.statement.id, statement, "{broken}");
        assert!(!broken.facts.is_empty());
    }
}

#[test]
fn a_hole_at_a_border_and_in_one_country_is_found() {
    let hole = draft(
        "gdpr/stops.cedar",
        "context.suppressed &&",
        "context.suppressed && !(context.country == Country::\"FR\" && context.channel == Channel::\"sms\" && \
         context.minute_of_day >= 660) &&",
    );
    let broken = broken_by(&hole);
    assert_eq!(broken.statement.id, "never-suppressed", "{broken}");
    assert!(broken.to_string().contains("channel = sms"), "{broken}");
}

#[test]
fn statements_decide_nothing_and_are_no_rules() {
    let ids: Vec<&str> = engine().policies().map(|one| one.id.as_str()).collect();
    assert!(!ids.iter().any(|id| id.starts_with("never-")), "{ids:?}");
    let refused = |pack: &Pack| -> PolicyError { Engine::compile(pack).err().unwrap() };
    let permit = draft(
        "never/always.cedar",
        "forbid (principal",
        "permit (principal",
    );
    assert!(refused(&permit).what.contains("permit stands under never/"));
    let built = draft(
        "fr/pack.toml",
        "[\"gdpr\", \"eu\"]",
        "[\"gdpr\", \"eu\", \"never\"]",
    );
    assert!(refused(&built).what.contains("builds on `never`"));
    let placed = draft("never/pack.toml", "name =", "everywhere = true\nname =");
    assert!(refused(&placed).what.contains("names where it applies"));
}

#[test]
fn packs_without_statements_are_not_published() {
    let shipped = Pack::embedded().unwrap();
    let files = shipped
        .files()
        .filter(|(path, _)| !path.starts_with("never/"));
    let files = files
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .collect();
    let bare = Pack::from_files(files).unwrap();
    assert!(Engine::compile(&bare).is_ok());
    assert!(Never::compile(&bare).is_err());
}
