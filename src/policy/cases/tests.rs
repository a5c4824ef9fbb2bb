//! Every decision vector of the law files, and the borders between them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::{Case, read_cases, run};
use crate::policy::gather::LegalCalendar;
use crate::policy::pack_tests::engine;
use std::fmt::Write as _;

const VECTORS: &str = include_str!("../../../policies/law/vectors.json");

fn failures(cases: &[Case]) -> String {
    let mut failed = String::new();
    for case in cases {
        let verdict = run(engine(), &LegalCalendar, case);
        if !verdict.passed {
            let _ = writeln!(
                failed,
                "{} {}: expected {:?}, got {:?} {} by {:?}, also {:?}",
                case.id,
                case.title,
                case.expected,
                verdict.outcome.effect(),
                verdict.outcome.reason(),
                verdict.outcome.determining(),
                verdict.outcome.also()
            );
        }
    }
    failed
}

#[test]
fn all_decision_vectors_pass() {
    let cases = read_cases(VECTORS).unwrap();
    assert_eq!(cases.len(), 76);
    let failed = failures(&cases);
    assert!(failed.is_empty(), "{failed}");
}
