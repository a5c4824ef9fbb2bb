//! Every decision vector of the law files, and the borders between them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::Report;
use super::{Case, CaseFile, read_cases, run, run_all};
use crate::policy::PolicySource;
use crate::policy::gather::LegalCalendar;
use crate::policy::pack_tests::engine;
use std::fmt::Write as _;

const VECTORS: &str = include_str!("../../../policies/law/vectors.json");

fn law() -> Vec<Case> {
    let file = CaseFile {
        path: "law/vectors.json".to_owned(),
        text: VECTORS.to_owned(),
    };
    read_cases(&file).unwrap()
}

fn told(report: &Report) -> String {
    let mut told = String::new();
    for (case, verdict) in &report.failed {
        let outcome = &verdict.outcome;
        let _ = writeln!(
            told,
            "{} {}: expected {:?}, got {:?} {} by {:?}, also {:?}",
            case.id,
            case.title,
            case.expected,
            outcome.effect(),
            outcome.reason(),
            outcome.determining(),
            outcome.also()
        );
    }
    told
}

#[test]
fn all_decision_vectors_pass() {
    let cases = law();
    assert_eq!(cases.len(), 76);
    let report = run_all(engine(), &LegalCalendar, cases);
    assert!(report.failed.is_empty(), "{}", told(&report));
}

#[test]
fn the_packs_own_cases_pass_and_leave_no_policy_out() {
    let files = PolicySource::Embedded.cases().unwrap();
    assert!(files.len() > 9);
    let cases: Vec<Case> = files
        .iter()
        .flat_map(|file| read_cases(file).unwrap())
        .collect();
    let mut ids: Vec<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "a case's id stands twice");
    let report = run_all(engine(), &LegalCalendar, cases);
    assert!(report.failed.is_empty(), "{}", told(&report));
    assert_eq!(
        report.unexercised,
        Vec::<String>::new(),
        "exercised by no case"
    );
    assert_eq!(
        report.unvaried,
        Vec::<&str>::new(),
        "the same in every case"
    );
}

/// What the law answers to a call without consent, Bloctel consulted, at some instant.
fn french_call(at: &str, zone: &str) -> (String, Vec<String>) {
    let text = format!(
        r#"{{"decision_vectors":[{{"id":"border","jurisdiction":"FR","at":"{at}",
        "channel":"phone_live","purpose":"direct_marketing_own",
        "subject":{{"country":"FR","timezone":"{zone}"}},
        "facts":{{"consents":[],"on_bloctel":false}},
        "expected":{{"decision":"deny","reason":"x"}}}}]}}"#
    );
    let path = "border.json".to_owned();
    let cases = read_cases(&CaseFile { path, text }).unwrap();
    let verdict = run(engine(), &LegalCalendar, &cases[0]);
    let reason = verdict.outcome.reason().to_owned();
    (reason, verdict.outcome.determining().to_vec())
}

#[test]
fn french_calls_need_consent_from_the_persons_own_midnight_on() {
    for (zone, last, first) in [
        (
            "Europe/Paris",
            "2026-08-10T23:59:59+02:00",
            "2026-08-11T00:00:00+02:00",
        ),
        (
            "America/Martinique",
            "2026-08-10T23:59:59-04:00",
            "2026-08-11T00:00:00-04:00",
        ),
        (
            "Indian/Reunion",
            "2026-08-10T23:59:59+04:00",
            "2026-08-11T00:00:00+04:00",
        ),
        (
            "Pacific/Honolulu",
            "2026-08-10T23:59:59-10:00",
            "2026-08-11T00:00:00-10:00",
        ),
    ] {
        // at night the hours stop every call; under the old law nothing else did
        let (reason, by) = french_call(last, zone);
        assert_eq!(reason, "OUTSIDE_HOURS", "{zone} {by:?}");
        assert!(
            by.iter().any(|id| id == "fr-call-hours-before"),
            "{zone} {by:?}"
        );
        let (reason, by) = french_call(first, zone);
        assert_eq!(reason, "NO_CONSENT", "{zone} {by:?}");
    }
    assert_eq!(
        french_call("2026-08-10T11:00:00+02:00", "Europe/Paris").0,
        "OPT_OUT_REGIME"
    );
    // 19:00 on the tenth in Martinique is one in the morning of the eleventh in Paris
    assert_eq!(
        french_call("2026-08-10T19:00:00-04:00", "America/Martinique").0,
        "OPT_OUT_REGIME"
    );
    assert_eq!(
        french_call("2026-08-10T19:00:00-04:00", "Europe/Paris").0,
        "NO_CONSENT"
    );
    // on the eleventh at 11:00 in Paris it is five o'clock there, already on the eleventh
    assert_eq!(
        french_call("2026-08-11T11:00:00+02:00", "America/Martinique").0,
        "NO_CONSENT"
    );
}

#[test]
fn where_the_zone_is_not_known_the_stricter_law_holds_and_the_zone_is_asked_for() {
    let (reason, _) = french_call("2026-08-10T12:00:00+02:00", "nowhere");
    assert_eq!(reason, "NO_CONSENT");
    let (reason, by) = french_call("2026-08-09T12:00:00+02:00", "nowhere");
    assert_eq!(reason, "MISSING_FACT");
    assert!(
        by.iter().any(|id| id == "fr-call-timezone-missing"),
        "{by:?}"
    );
}
