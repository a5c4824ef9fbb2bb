//! The committed page is the one generated, and nothing can be missing from it.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::policy::{Engine, PolicySource};
use std::path::Path;

fn source() -> (LawText, Engine, Vec<CaseFile>) {
    let carried = PolicySource::Embedded;
    let engine = Engine::compile(&carried.load().unwrap()).unwrap();
    (carried.law().unwrap(), engine, carried.cases().unwrap())
}

fn book() -> Book {
    let (law, engine, cases) = source();
    Book::make(&law, engine.policies(), &cases).unwrap()
}

/// What is wrong once the file written by hand has been changed.
fn wrong(change: impl Fn(&str) -> String) -> Vec<String> {
    let (mut law, engine, cases) = source();
    law.elsewhere = change(&law.elsewhere);
    Book::make(&law, engine.policies(), &cases).unwrap_err()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_page_is_the_one_generated() {
    let page = std::fs::read_to_string(root().join("docs/law.md")).unwrap();
    assert!(
        page == markdown(&book()),
        "docs/law.md is out of date; run `placet policy law > docs/law.md`"
    );
}

#[test]
fn every_rule_stands_in_the_page_once_and_every_doubt_is_shown() {
    let book = book();
    let page = markdown(&book);
    assert_eq!(book.rules.len(), 168);
    for entry in &book.rules {
        let id = &entry.rule.id;
        let row: Vec<&str> = page
            .lines()
            .filter(|line| line.starts_with(&format!("| **{id}**")))
            .collect();
        assert_eq!(row.len(), 1, "{id}");
        let doubted = row.concat().contains("⚠ Source not confirmed");
        assert_eq!(doubted, entry.rule.status.contains("memory"), "{id}");
    }
}

#[test]
fn the_files_named_exist() {
    for entry in book().rules {
        let Place::Elsewhere(elsewhere) = entry.place else {
            continue;
        };
        for path in elsewhere.files.iter().chain(&elsewhere.tests) {
            assert!(root().join(path).is_file(), "{}: {path}", entry.rule.id);
        }
    }
}

#[test]
fn a_rule_that_is_missing_is_named() {
    let what = wrong(|text| text.replace("\"R-079\"", "\"R-998\""));
    let missing = |one: &String| one.starts_with("R-079: no policy encodes it");
    assert!(what.iter().any(missing), "{what:?}");
}

#[test]
fn a_rule_that_a_policy_encodes_is_refused() {
    let what = wrong(|text| text.replace("\"R-079\"", "\"R-079\", \"R-001\""));
    assert_eq!(
        what,
        ["R-001: a policy encodes it; take it out of law/elsewhere.toml"]
    );
}

#[test]
fn a_rule_that_does_not_exist_is_refused() {
    let what = wrong(|text| text.replace("\"R-079\"", "\"R-079\", \"R-999\""));
    assert_eq!(
        what,
        ["R-999: law/elsewhere.toml names it, and law/rules.json has no such rule"]
    );
}

#[test]
fn a_group_that_says_too_little_is_refused() {
    let twice = wrong(|text| text.replace("\"R-079\"", "\"R-079\", \"R-080\""));
    assert_eq!(twice, ["law/elsewhere.toml: R-080 stands there twice"]);
    let unsaid = wrong(|text| {
        format!("{text}\n[[elsewhere]]\nrules = [\"R-999\"]\nhow = \"no_decision\"\nwhy = \" \"\n")
    });
    assert!(
        unsaid.concat().contains("needs rules and why"),
        "{unsaid:?}"
    );
    let bare = wrong(|text| {
        format!("{text}\n[[elsewhere]]\nrules = [\"R-999\"]\nhow = \"code\"\nwhy = \"so\"\n")
    });
    assert!(bare.concat().contains("name the files"), "{bare:?}");
}

#[test]
fn an_encoded_rule_without_a_case_is_refused() {
    let (law, engine, mut cases) = source();
    for case in &mut cases {
        case.text = case.text.replace("R-203", "R-202");
    }
    let what = Book::make(&law, engine.policies(), &cases).unwrap_err();
    assert_eq!(
        what,
        ["R-203: no case names it; add it to the rule_refs of one"]
    );
}
