//! Running many cases, and what they have exercised.

use super::run::{Verdict, run};
use super::vector::Case;
use crate::policy::gather::Calendar;
use crate::policy::{Engine, Facts};
use std::collections::BTreeSet;

/// What a run of cases came to.
#[derive(Debug, Clone)]
pub struct Report {
    /// How many gave the right answer.
    pub passed: usize,
    /// The others, each with what the policies answered.
    pub failed: Vec<(Case, Verdict)>,
    /// Ids of the policies that determined no answer.
    pub unexercised: Vec<String>,
    /// Names of the facts that were the same in every case.
    pub unvaried: Vec<&'static str>,
}

/// Runs cases, in their order.
#[must_use]
pub fn run_all(engine: &Engine, calendar: &dyn Calendar, cases: Vec<Case>) -> Report {
    let mut report = Report {
        passed: 0,
        failed: Vec::new(),
        unexercised: Vec::new(),
        unvaried: Vec::new(),
    };
    let mut exercised = BTreeSet::new();
    let mut varied = BTreeSet::new();
    let mut first: Option<Facts> = None;
    for case in cases {
        let verdict = run(engine, calendar, &case);
        exercised.extend(verdict.outcome.determining().iter().cloned());
        let facts = verdict.situation.facts;
        varied.extend(first.get_or_insert(facts).differing(&facts));
        if verdict.passed {
            report.passed += 1;
        } else {
            report.failed.push((case, verdict));
        }
    }
    let ids = engine.policies().map(|one| &one.id);
    report.unexercised = ids.filter(|id| !exercised.contains(*id)).cloned().collect();
    report.unvaried = Facts::names()
        .filter(|name| !varied.contains(name))
        .collect();
    report
}
