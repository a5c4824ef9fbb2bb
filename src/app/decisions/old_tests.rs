//! Decisions and lists whose time is over: announced, then gone, except those about whom something keeps; and everything that
//! is left still holds.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use super::tests::{ask, exported, of, period, person};
use crate::app::audience::tests::{filter, query};
use crate::app::erase::{ErasureClaim, Whom};
use crate::app::holds::HoldClaim;
use crate::app::refusal::Refusal;
use crate::app::retention::{DecisionsRan, Keeping};
use crate::app::testing::{TestApp, sql};
use crate::audit::package::verify::VerifyReport;
use crate::domain::ids::{DecisionId, SubjectId};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{Connection, RunQueryDsl};

const DAY: i64 = 86_400;
const A: &str = "a@known.example";
const B: &str = "b@known.example";

/// A registry that keeps decisions for a year.
fn shop() -> TestApp {
    let mut shop = TestApp::new();
    shop.app.keep_data(Keeping {
        decisions: Some("P1Y".parse().unwrap()),
        ..Keeping::default()
    });
    shop.publish();
    shop
}

fn run(shop: &TestApp) -> DecisionsRan {
    shop.app.expire_decisions(&TestApp::grant()).unwrap()
}

const fn gone(decisions: u64, listed: u64) -> DecisionsRan {
    DecisionsRan::TakenOut { decisions, listed }
}

/// Has them announced, and the notice be over.
fn announced(shop: &TestApp) {
    assert_eq!(run(shop), DecisionsRan::Announced);
    shop.clock.pass(30 * DAY);
}

fn why_not(shop: &TestApp, id: DecisionId) -> Option<&'static str> {
    match shop.app.decision(&TestApp::grant(), id) {
        Ok(_) => None,
        Err(Refusal::NotFound(what)) => Some(what),
        Err(other) => panic!("{other}"),
    }
}

#[track_caller]
fn holds(shop: &TestApp) {
    let findings = shop.app.audit_check(&TestApp::grant(), &|_, _| ()).unwrap();
    assert!(findings.holds(), "{findings:?}");
}

fn of_campaign(shop: &TestApp, campaign: &str) -> usize {
    let (grant, most) = (TestApp::grant(), 200);
    let page = shop.app.decisions_of_campaign(&grant, campaign, 0, most);
    page.unwrap().0.len()
}

/// A package of everything from an instant on, and what the verifier says of it.
fn package(shop: &TestApp, from: DateTime<Utc>) -> (Option<u64>, VerifyReport) {
    let to = shop.app.now().utc() + TimeDelta::days(1);
    let (made, verified) = exported(shop, &period(from, to));
    let expired = made.withheld_by_reason.get("decision expired");
    (expired.copied(), verified)
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    rows: i64,
}

fn count(shop: &TestApp, table: &str) -> i64 {
    let mut conn = diesel::SqliteConnection::establish(&shop.file.to_string_lossy()).unwrap();
    let asked = format!("SELECT count(*) AS rows FROM {table}");
    let found: Count = diesel::sql_query(asked).get_result(&mut conn).unwrap();
    found.rows
}

fn says(verified: &VerifyReport, what: &str) -> bool {
    verified
        .checks
        .iter()
        .any(|check| check.detail.contains(what))
}

#[test]
fn the_old_go_once_announced_and_the_rest_holds() {
    let shop = shop();
    let (begin, a) = (shop.app.now().utc(), person(&shop, A));
    let old = ask(&shop, &[A, B], "spring");
    shop.clock.pass(364 * DAY);
    let late = ask(&shop, &[A, B], "spring");
    assert_eq!(run(&shop), DecisionsRan::Nothing);
    shop.clock.pass(2 * DAY);
    assert_eq!(run(&shop), DecisionsRan::Announced);
    shop.clock.pass(29 * DAY);
    assert_eq!(run(&shop), DecisionsRan::Waits);
    assert_eq!(
        (why_not(&shop, old[0].id), of_campaign(&shop, "spring")),
        (None, 4)
    );
    shop.clock.pass(DAY);
    assert_eq!(run(&shop), gone(2, 0));
    assert_eq!(run(&shop), DecisionsRan::Nothing);
    assert!(
        why_not(&shop, old[0].id)
            .unwrap()
            .contains("no longer kept")
    );
    assert_eq!(why_not(&shop, late[0].id), None);
    assert_eq!((of(&shop, a).len(), of_campaign(&shop, "spring")), (1, 2));
    // an id of that time which nobody was ever given
    let mut never = *late[0].id.as_bytes();
    never[15] ^= 1;
    let never = why_not(&shop, DecisionId::from_bytes(never)).unwrap();
    assert!(!never.contains("no longer kept"), "{never}");
    holds(&shop);
    let (expired, verified) = package(&shop, begin - TimeDelta::days(1));
    assert!(verified.ok, "{verified:?}");
    assert_eq!(expired, Some(2));
    assert!(
        says(
            &verified,
            "2 decisions, 0 withheld; 2 taken out since their time was over, by entry"
        ),
        "{verified:?}"
    );
    assert!(!says(&verified, "not in this package"), "{verified:?}");
    // whoever opens it again finds it so
    let again = TestApp::reopened(&shop);
    holds(&again);
    assert_eq!(of_campaign(&again, "spring"), 2);
}

/// In a package that ends before the entry which says so, that is told.
#[test]
fn an_earlier_package_names_the_entry_that_says_so() {
    let shop = shop();
    ask(&shop, &[A], "spring");
    let before = shop.app.now().utc() + TimeDelta::days(1);
    shop.clock.pass(370 * DAY);
    announced(&shop);
    assert_eq!(run(&shop), gone(1, 0));
    let (_, verified) = exported(&shop, &period(before - TimeDelta::days(9), before));
    assert!(verified.ok, "{verified:?}");
    assert!(
        says(&verified, "which is not in this package"),
        "{verified:?}"
    );
}

fn hold(shop: &TestApp, subject: SubjectId) -> u64 {
    let claim = HoldClaim {
        ground: "legal_claims".into(),
        until: (shop.app.now().utc() + TimeDelta::days(900))
            .date_naive()
            .to_string(),
        reference: "CASE-1".into(),
    };
    let grant = TestApp::grant();
    let placing = shop
        .app
        .place_hold(&grant, Whom::Subject(subject), claim, shop.app.now(), None);
    TestApp::wait(placing).unwrap().positions[0]
}

fn lift(shop: &TestApp, placed: u64) {
    let (grant, now) = (TestApp::grant(), shop.app.now());
    let lifting = shop.app.lift_hold(&grant, placed, now, None);
    TestApp::wait(lifting).unwrap();
}

#[test]
fn whom_something_keeps_keeps_their_decisions() {
    let shop = shop();
    let (a, b) = (person(&shop, A), person(&shop, B));
    ask(&shop, &[A, B], "spring");
    ask(&shop, &[B], "summer");
    let placed = hold(&shop, a);
    shop.clock.pass(370 * DAY);
    announced(&shop);
    assert_eq!(run(&shop), gone(2, 0));
    assert_eq!((of(&shop, a).len(), of(&shop, b).len()), (1, 0));
    assert_eq!(
        (of_campaign(&shop, "spring"), of_campaign(&shop, "summer")),
        (1, 0)
    );
    holds(&shop);
    // nothing is said twice of what stays
    assert_eq!(run(&shop), DecisionsRan::Nothing);
    assert_eq!(of(&shop, a).len(), 1);
    lift(&shop, placed);
    // the first look of a month begins at the beginning
    shop.clock.pass(31 * DAY);
    assert_eq!(run(&shop), gone(1, 0));
    assert_eq!(of(&shop, a).len(), 0);
    holds(&shop);
}

/// A hold on the record that another one was merged into keeps what was decided about either.
#[test]
fn who_was_merged_is_kept_with_the_one_they_became() {
    let shop = shop();
    person(&shop, A);
    person(&shop, B);
    ask(&shop, &[A, B], "spring");
    shop.record(vec![shop.claim(
        &[("email", A), ("email", B)],
        "newsletter",
        "given",
    )]);
    let named = shop.named(&[("email", A)]);
    let both = shop.app.lookup(&TestApp::grant(), &named, None).unwrap().0;
    hold(&shop, both);
    shop.clock.pass(370 * DAY);
    announced(&shop);
    assert_eq!(run(&shop), DecisionsRan::Nothing);
    assert_eq!(of(&shop, both).len(), 2);
}

/// With a longer period nothing comes back, and what is gone is still said to be.
#[test]
fn a_longer_period_brings_nothing_back() {
    let mut shop = shop();
    let old = ask(&shop, &[A], "spring");
    shop.clock.pass(300 * DAY);
    ask(&shop, &[A], "spring");
    shop.clock.pass(70 * DAY);
    announced(&shop);
    assert_eq!(run(&shop), gone(1, 0));
    shop.app.keep_data(Keeping {
        decisions: Some("P14M".parse().unwrap()),
        ..Keeping::default()
    });
    shop.clock.pass(365 * DAY);
    announced(&shop);
    assert_eq!(run(&shop), gone(1, 0));
    assert!(
        why_not(&shop, old[0].id)
            .unwrap()
            .contains("no longer kept")
    );
    holds(&shop);
}

/// The schedule that waits keeps decisions too, and a period that is another one is announced anew.
#[test]
fn whoever_waits_or_changes_the_period_takes_nothing_out() {
    let mut shop = shop();
    ask(&shop, &[A], "spring");
    shop.clock.pass(370 * DAY);
    announced(&shop);
    let pause = |pause| {
        let grant = TestApp::grant();
        let told = shop
            .app
            .pause_retention(&grant, pause, shop.app.now(), None);
        TestApp::wait(told).unwrap();
    };
    pause(true);
    assert_eq!(run(&shop), DecisionsRan::Paused);
    pause(false);
    shop.app.keep_data(Keeping {
        decisions: Some("P10M".parse().unwrap()),
        ..Keeping::default()
    });
    assert_eq!(run(&shop), DecisionsRan::Announced);
    assert_eq!(run(&shop), DecisionsRan::Waits);
    shop.app.keep_data(Keeping {
        decisions: None,
        ..Keeping::default()
    });
    shop.clock.pass(4_000 * DAY);
    assert_eq!(run(&shop), DecisionsRan::Nothing);
    assert_eq!(of_campaign(&shop, "spring"), 1);
}

/// More blocks than one step takes, merged lists of people among them: the lists go with the last block that they
/// lead to.
#[test]
fn many_go_in_steps_and_their_lists_with_them() {
    let shop = shop();
    let a = person(&shop, A);
    for n in 0..150 {
        shop.clock.pass(60);
        ask(&shop, &[A, B], ["spring", "summer"][n % 2]);
        shop.app.tidy_decisions().unwrap();
    }
    shop.clock.pass(370 * DAY);
    ask(&shop, &[A], "autumn");
    announced(&shop);
    assert_eq!(run(&shop), gone(300, 0));
    assert_eq!((of(&shop, a).len(), of_campaign(&shop, "summer")), (1, 0));
    holds(&shop);
    let left = |table: &str| count(&shop, table);
    assert_eq!(
        (left("decision_blocks"), left("decision_campaigns")),
        (1, 1)
    );
    assert!(left("decision_runs") <= 1, "{}", left("decision_runs"));
    assert_eq!(left("decision_chunks"), 0);
}

/// A sheet and a block that somebody damaged stay, for the comparison to name, and hold nothing else up.
#[test]
fn what_does_not_open_stays_and_holds_nothing_up() {
    let shop = shop();
    person(&shop, A);
    ask(&shop, &[A], "spring");
    filters(&shop, &format!("{A}\n"));
    for table in ["decision_blocks", "roll_sheets"] {
        let broken = "CAST(substr(sealed, 1, 40) || X'00' || substr(sealed, 42) AS BLOB)";
        sql(&shop.file, &format!("UPDATE {table} SET sealed = {broken}"));
    }
    ask(&shop, &[A], "spring");
    filters(&shop, &format!("{A}\n"));
    shop.clock.pass(370 * DAY);
    announced(&shop);
    assert_eq!(run(&shop), gone(1, 1));
    let findings = shop.app.audit_check(&TestApp::grant(), &|_, _| ()).unwrap();
    assert_eq!(findings.findings.len(), 3, "{findings:?}");
}

/// What a comparison finds in copies of a registry, each tampered with in its way: this, or nothing.
#[track_caller]
fn finds(shop: &TestApp, cases: &[(&str, Option<&str>)]) {
    sql(&shop.file, "PRAGMA wal_checkpoint(TRUNCATE)");
    for (tamper, what) in cases {
        let copy = TestApp::copy_of(&shop.file, 2, tamper);
        let findings = copy.app.audit_check(&TestApp::grant(), &|_, _| ()).unwrap();
        let found: Vec<String> = findings.findings.into_iter().map(|one| one.what).collect();
        match what {
            None => assert!(found.is_empty(), "{tamper}: {found:?}"),
            Some(what) => assert!(
                found.iter().any(|one| one.contains(what)),
                "{tamper}: {found:?}"
            ),
        }
    }
}

/// What a comparison finds in a registry whose old decisions are gone, tampered with.
#[test]
fn who_says_that_decisions_are_gone_is_compared_with_the_log() {
    let shop = shop();
    ask(&shop, &[A], "spring");
    shop.clock.pass(370 * DAY);
    announced(&shop);
    assert_eq!(run(&shop), gone(1, 0));
    ask(&shop, &[A], "autumn");
    let missing = "the decisions that were recorded are missing";
    let cases = [
        ("SELECT 1", None),
        ("DELETE FROM decision_blocks", Some(missing)),
        (
            "DELETE FROM decision_expiries WHERE what = 'decisions'",
            Some(missing),
        ),
        (
            "DELETE FROM decision_expiries WHERE what = 'kept'",
            Some("what this entry says of old decisions is missing"),
        ),
        (
            "UPDATE decision_expiries SET through = 9999 WHERE through IS NOT NULL; DELETE FROM decision_blocks",
            Some("which decisions are gone is not what an entry says"),
        ),
        (
            "INSERT INTO decision_expiries VALUES (9999, 'decisions', 9999); DELETE FROM decision_blocks",
            Some("which decisions are gone is not what an entry says"),
        ),
    ];
    finds(&shop, &cases);
}

/// How many lists a person was on.
fn lists(shop: &TestApp, subject: SubjectId) -> usize {
    let found = shop
        .app
        .lists_of_subject(&TestApp::grant(), subject, (0, 100), None);
    found.unwrap().0.len()
}

/// Filters a list of everybody.
fn filters(shop: &TestApp, lines: &str) {
    filter(shop, query("newsletter"), "email", lines);
}

/// Everybody goes off old lists, except whom something keeps; what is left is proved as after an erasure.
#[test]
fn nobody_is_on_lists_for_longer() {
    let shop = shop();
    let begin = shop.app.now().utc();
    let (a, b) = (person(&shop, A), person(&shop, B));
    let both = format!("{A}\n{B}\n{A}\nnobody@known.example\n");
    filters(&shop, &both);
    filters(&shop, &both);
    let placed = hold(&shop, a);
    shop.clock.pass(364 * DAY);
    filters(&shop, &both);
    assert_eq!(run(&shop), DecisionsRan::Nothing);
    shop.clock.pass(2 * DAY);
    announced(&shop);
    assert_eq!((lists(&shop, a), lists(&shop, b)), (3, 3));
    assert_eq!(run(&shop), gone(0, 2));
    assert_eq!((lists(&shop, a), lists(&shop, b)), (3, 1));
    holds(&shop);
    assert_eq!(run(&shop), DecisionsRan::Nothing);
    let (_, verified) = package(&shop, begin - TimeDelta::days(1));
    assert!(verified.ok, "{verified:?}");
    // an erasure and the next run go together with what is gone
    let erased = ErasureClaim {
        reason: "objection".into(),
        reference: None,
        keep_suppression: false,
        systems: true,
    };
    let grant = TestApp::grant();
    let now = shop.app.now();
    let erasing = shop.app.erase(&grant, Whom::Subject(b), erased, now, None);
    TestApp::wait(erasing).unwrap();
    holds(&shop);
    lift(&shop, placed);
    // the first look of a month begins at the first list
    shop.clock.pass(31 * DAY);
    assert_eq!(run(&shop), gone(0, 2));
    assert_eq!(lists(&shop, a), 1, "the late one");
    holds(&shop);
    let (_, verified) = package(&shop, begin - TimeDelta::days(1));
    assert!(verified.ok, "{verified:?}");
}

/// Whoever puts somebody back onto a list, or takes another off, is found out.
#[test]
fn what_is_left_of_old_lists_is_compared_with_the_log() {
    let shop = shop();
    person(&shop, A);
    filters(&shop, &format!("{A}\n"));
    sql(&shop.file, "PRAGMA wal_checkpoint(TRUNCATE)");
    let sheet = "CREATE TABLE kept AS SELECT * FROM roll_sheets";
    sql(&shop.file, sheet);
    shop.clock.pass(370 * DAY);
    announced(&shop);
    assert_eq!(run(&shop), gone(0, 1));
    filters(&shop, &format!("{A}\n"));
    let cases = [
        ("DROP TABLE kept", None),
        (
            "UPDATE roll_sheets SET sealed = (SELECT sealed FROM kept) WHERE position = (SELECT position FROM kept); DROP TABLE kept",
            Some("a part of who was on the list is not what an erasure left of it"),
        ),
        (
            "DELETE FROM roll_erasures; DROP TABLE kept",
            Some("the root is another"),
        ),
        (
            "DELETE FROM decision_expiries WHERE what = 'lists'; DROP TABLE kept",
            Some("what this entry says of old decisions is missing"),
        ),
    ];
    finds(&shop, &cases);
}
