//! Running many cases, and what they have exercised.

use super::run::{Verdict, run};
use super::vector::Case;
use crate::policy::gather::Calendar;
use crate::policy::{Codes, Engine, FactName, FactSet};
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
    let mut varied = FactSet::default();
    let mut first: Option<Codes> = None;
    for case in cases {
        let verdict = run(engine, calendar, &case);
        exercised.extend(verdict.outcome.determining().iter().cloned());
        let codes = verdict.situation.facts.codes();
        let first = *first.get_or_insert(codes);
        let differs = |fact: &FactName| codes.get(*fact) != first.get(*fact);
        varied = varied.and(FactName::ALL.iter().copied().filter(differs).collect());
        if verdict.passed {
            report.passed += 1;
        } else {
            report.failed.push((case, verdict));
        }
    }
    let ids = engine.policies().map(|one| &one.id);
    report.unexercised = ids.filter(|id| !exercised.contains(*id)).cloned().collect();
    let unvaried = FactName::ALL.iter().filter(|fact| !varied.contains(**fact));
    report.unvaried = unvaried.map(|fact| fact.as_str()).collect();
    report
}
