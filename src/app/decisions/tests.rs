//! Decisions in a small registry: found whatever was merged, and every tampering named.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use super::story::Story;
use crate::app::check::{Decided, Question};
use crate::app::export::{ExportQuery, Exported, Report, ReportData, ReportEntry};
use crate::app::facts::Said;
use crate::app::testing::{TestApp, sql};
use crate::audit::package::verify::{VerifyReport, verify};
use crate::domain::ids::SubjectId;
use crate::domain::registry::IdentifierKinds;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::io::Write;

fn question(shop: &TestApp, email: &str, campaign: &str) -> Question {
    Question {
        blinds: shop.named(&[("email", email)]).blinds(),
        coarse: vec![],
        kinds: IdentifierKinds::NONE,
        subject: None,
        purpose: "newsletter".into(),
        channel: "email".into(),
        campaign: Some(campaign.into()),
        said: Said::default(),
        at: None,
        reserve: false,
    }
}

/// Asks for these persons in one call: one block.
pub(super) fn ask(shop: &TestApp, people: &[&str], campaign: &str) -> Vec<Decided> {
    let questions: Vec<Question> = people
        .iter()
        .map(|email| question(shop, email, campaign))
        .collect();
    let drafts = shop
        .app
        .check_blocking(&TestApp::grant(), &questions, shop.app.now())
        .unwrap();
    let answers = shop.app.record_decisions_blocking(drafts).unwrap();
    shop.app.seal_decisions().unwrap();
    answers.into_iter().map(Result::unwrap).collect()
}

pub(super) fn person(shop: &TestApp, email: &str) -> SubjectId {
    shop.record(vec![shop.claim(&[("email", email)], "newsletter", "given")]);
    let named = shop.named(&[("email", email)]);
    shop.app.lookup(&TestApp::grant(), &named, None).unwrap().0
}

pub(super) fn of(shop: &TestApp, subject: SubjectId) -> Vec<Story> {
    let (mut all, mut from) = (Vec::new(), 0);
    loop {
        let (page, next) = shop
            .app
            .decisions_of_subject(&TestApp::grant(), subject, (from, 200), None)
            .unwrap();
        all.extend(page);
        match next {
            Some(next) => from = next,
            None => return all,
        }
    }
}

/// Eighty blocks at a time, merged in between: level 1 and level 2 come about.
#[test]
fn a_person_s_decisions_are_found_whatever_was_merged() {
    let shop = TestApp::new();
    shop.publish();
    let emails = ["a@known.example", "b@known.example", "c@known.example"];
    let people = emails.map(|email| (email, person(&shop, email)));
    let mut expected: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for round in 0..9 {
        for n in 0..70 {
            shop.clock.pass(1);
            let asked = &emails[..=((n + round) % 3)];
            for (decided, email) in ask(&shop, asked, "spring").iter().zip(asked) {
                let ids = expected.entry(email).or_default();
                ids.push(decided.id.to_string());
            }
        }
        shop.app.tidy_decisions().unwrap();
        for (email, subject) in people {
            let found = of(&shop, subject);
            let found: Vec<String> = found.iter().rev().map(|one| one.id.to_string()).collect();
            assert_eq!(found, expected[email], "{email} in round {round}");
        }
    }
    let findings = shop.app.audit_check(&TestApp::grant(), &|_, _| ()).unwrap();
    assert!(findings.holds(), "{findings:?}");
}

/// A copy of a registry with one block of two decisions, tampered with: what the check finds.
fn found(tamper: &str) -> Vec<String> {
    let shop = TestApp::new();
    shop.publish();
    person(&shop, "a@known.example");
    ask(&shop, &["a@known.example", "b@known.example"], "spring");
    ask(&shop, &["b@known.example"], "spring");
    sql(&shop.file, "PRAGMA wal_checkpoint(TRUNCATE)");
    let copy = TestApp::copy_of(&shop.file, 2, tamper);
    let findings = copy.app.audit_check(&TestApp::grant(), &|_, _| ()).unwrap();
    let found = findings.findings.into_iter();
    found.map(|finding| finding.what).collect()
}

#[test]
fn what_is_tampered_with_is_named() {
    let none: [&str; 0] = [];
    assert_eq!(found("SELECT 1"), none);
    let cases = [
        (
            "UPDATE decision_blocks SET sealed = CAST(substr(sealed, 1, 40) || X'00' || substr(sealed, 42) AS BLOB)",
            "the decisions do not open, or their row is not theirs",
        ),
        (
            "UPDATE decision_blocks SET last_at = last_at - 5, first_at = first_at - 5",
            "the decisions do not open, or their row is not theirs",
        ),
        (
            "DELETE FROM decision_blocks",
            "the decisions that were recorded are missing",
        ),
        (
            "UPDATE decision_blocks SET sealed = (SELECT sealed FROM decision_blocks ORDER BY position LIMIT 1), decisions = 2",
            "2 decisions stand here, 1 were recorded",
        ),
        (
            "INSERT INTO decision_blocks SELECT 0, first_at, last_at, decisions, sealed FROM decision_blocks LIMIT 1",
            "decisions stand here that no entry records",
        ),
        (
            "INSERT INTO decision_blocks SELECT 1000, first_at, last_at, decisions, sealed FROM decision_blocks LIMIT 1",
            "decisions stand behind the end of the log",
        ),
        (
            "DELETE FROM decision_campaigns",
            "a campaign's list does not name these decisions of it",
        ),
        (
            "UPDATE decision_texts SET text = replace(text, 'permit', 'deny')",
            "texts that decisions name are missing or changed",
        ),
    ];
    for (tamper, what) in cases {
        let found = found(tamper);
        assert!(
            found.iter().any(|finding| finding.contains(what)),
            "{tamper}: {found:?}"
        );
    }
}

/// No report: what is proven stands in the other files.
struct NoReport;

impl Report for NoReport {
    fn head(&self, _: &mut dyn Write, _: &ReportData) -> std::io::Result<()> {
        Ok(())
    }

    fn row(&self, _: &mut dyn Write, _: &ReportEntry) -> std::io::Result<()> {
        Ok(())
    }

    fn foot(&self, _: &mut dyn Write, _: u64) -> std::io::Result<()> {
        Ok(())
    }
}

/// A package of what is asked for, and what the verifier says of it.
pub(super) fn exported(shop: &TestApp, query: &ExportQuery) -> (Exported, VerifyReport) {
    let (grant, mut package) = (TestApp::grant(), Vec::new());
    let now = shop.app.now();
    let made = shop
        .app
        .export(&grant, query, &NoReport, now, &mut package, &|_, _| ())
        .unwrap();
    let key = Some(shop.app.verifier());
    let verified = verify(std::io::Cursor::new(&package), key, &[], &[]);
    (made, verified)
}

/// Asks for everything of a period.
pub(super) const fn period(from: DateTime<Utc>, to: DateTime<Utc>) -> ExportQuery {
    ExportQuery {
        from,
        to,
        controller: None,
        purpose: None,
        campaign: None,
    }
}

/// The package holds the decisions of its period, and whoever changes one is caught offline.
#[test]
fn the_package_proves_them() {
    let shop = TestApp::new();
    shop.publish();
    person(&shop, "a@known.example");
    ask(&shop, &["a@known.example", "b@known.example"], "spring");
    let now = shop.app.now().utc();
    let query = period(now - TimeDelta::days(1), now + TimeDelta::days(1));
    for (campaign, kept) in [("spring", 0), ("autumn", 2)] {
        let query = ExportQuery {
            campaign: Some(campaign.into()),
            ..query.clone()
        };
        let (made, verified) = exported(&shop, &query);
        let decisions = made.withheld_by_reason.get("decision");
        assert_eq!(decisions.copied().unwrap_or(0), kept, "{campaign}");
        assert_eq!(
            made.withheld_by_reason.get("outside the query"),
            Some(&made.withheld)
        );
        assert!(verified.ok, "{verified:?}");
    }
    for purpose in [None, Some("offers")] {
        let query = ExportQuery {
            purpose: purpose.map(|purpose| purpose.parse().unwrap()),
            ..query.clone()
        };
        let (_, verified) = exported(&shop, &query);
        assert!(verified.ok, "{verified:?}");
        let checked = verified.checks.iter();
        let details: Vec<&str> = checked.map(|check| check.detail.as_str()).collect();
        let expected = match purpose {
            None => "2 decisions, 0 withheld",
            Some(_) => "2 decisions, 2 withheld",
        };
        assert!(details.contains(&expected), "{details:?}");
    }
}
