//! A pause holds back and grants nothing, whoever asks and however.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::*;
use crate::access::CheckDecisions;
use crate::app::check::{Decided, Question};
use crate::app::contacts::ContactClaim;
use crate::app::facts::Said as Stated;
use crate::app::testing::TestApp;
use crate::domain::registry::SourceKind;
use chrono::TimeDelta;

const DAY: i64 = 86_400;
const ANNE: &[(&str, &str)] = &[("email", "anne@example.fr")];

fn shop() -> TestApp {
    let shop = TestApp::new();
    shop.publish();
    shop.record(vec![
        shop.claim(ANNE, "newsletter", "given"),
        shop.claim(ANNE, "offers", "given"),
    ]);
    shop
}

pub(in crate::app) fn claim(
    shop: &TestApp,
    who: &[(&str, &str)],
    purpose: &str,
    wanted: Wanted,
) -> PaceClaim {
    PaceClaim {
        named: shop.named(who),
        purpose: purpose.into(),
        channel: Some("email".into()),
        paused_until: wanted.paused_until,
        at_most: wanted
            .at_most
            .map(|most| most.map(|most| most.as_str().to_owned())),
        source: Source {
            kind: SourceKind::CallCentre,
            id: None,
            agent: None,
        },
        act: Some("oral".into()),
    }
}

fn key(byte: u8) -> IdempotencyKey {
    IdempotencyKey {
        key: [byte; 32],
        fingerprint: [byte; 32],
    }
}

pub(in crate::app) fn set(
    shop: &TestApp,
    claim: PaceClaim,
    key: Option<IdempotencyKey>,
) -> Result<WrittenPaces, Refusal> {
    let (grant, now) = (TestApp::grant(), shop.app.now());
    TestApp::wait(shop.app.set_pace(&grant, claim, now, key)).map(|done| done.value)
}

fn until(shop: &TestApp, days: i64) -> Wanted {
    Wanted {
        paused_until: Some(Some(shop.app.now().utc() + TimeDelta::days(days))),
        at_most: None,
    }
}

fn most(most: Option<AtMost>) -> Wanted {
    Wanted {
        paused_until: None,
        at_most: Some(most),
    }
}

fn question(shop: &TestApp, who: &[(&str, &str)], purpose: &str) -> Question {
    let named = shop.named(who);
    Question {
        blinds: named.blinds(),
        coarse: named.coarse(),
        kinds: named.identifier_kinds(),
        subject: None,
        purpose: purpose.into(),
        channel: "email".into(),
        campaign: None,
        said: Stated::default(),
        at: None,
        reserve: false,
    }
}

fn ask(shop: &TestApp, purpose: &str) -> Decided {
    TestApp::wait(shop.app.fresh()).unwrap();
    let grant = TestApp::grant::<CheckDecisions>();
    let asked = question(shop, ANNE, purpose);
    let mut answers = shop
        .app
        .check_blocking(&grant, &[asked], shop.app.now())
        .unwrap();
    answers.pop().unwrap().unwrap().decided()
}

fn reason(shop: &TestApp, purpose: &str) -> String {
    let first = ask(shop, purpose).outcome.reason().to_owned();
    // an index that is built anew says the same
    let again = TestApp::reopened(shop);
    assert_eq!(ask(&again, purpose).outcome.reason(), first);
    first
}

fn reached(shop: &TestApp, purpose: &str, channel: &str) {
    let claim = ContactClaim {
        named: shop.named(ANNE),
        direction: "to_person".into(),
        channel: channel.into(),
        purpose: Some(purpose.into()),
        at: None,
        answered: None,
        outcome: None,
        by: None,
        campaign: None,
    };
    let (grant, now) = (TestApp::grant(), shop.app.now());
    let claims = vec![(String::new(), claim)];
    TestApp::wait(shop.app.contacts(&grant, claims, now, None)).unwrap();
}

#[test]
fn a_pause_holds_one_stream_back_until_its_end_and_then_brings_back_what_was() {
    let shop = shop();
    let written = set(
        &shop,
        claim(&shop, ANNE, "newsletter", until(&shop, 30)),
        None,
    )
    .unwrap();
    assert_eq!(written.paces.len(), 1);
    let denied = ask(&shop, "newsletter");
    assert_eq!(denied.outcome.reason(), "PAUSED");
    let end = shop.app.now().utc() + TimeDelta::days(30);
    assert_eq!(denied.lawful.from(), Some(end), "{:?}", denied.lawful);
    assert!(denied.lawful.way().unwrap().changes.is_empty());
    assert_eq!(reason(&shop, "offers"), "CONSENT_VALID");
    shop.clock.pass(30 * DAY - 1);
    assert_eq!(reason(&shop, "newsletter"), "PAUSED");
    shop.clock.pass(1);
    assert_eq!(reason(&shop, "newsletter"), "CONSENT_VALID");
}

#[test]
fn a_pause_of_half_a_year_names_its_end() {
    let shop = shop();
    set(
        &shop,
        claim(&shop, ANNE, "newsletter", until(&shop, 180)),
        None,
    )
    .unwrap();
    let end = shop.app.now().utc() + TimeDelta::days(180);
    assert_eq!(ask(&shop, "newsletter").lawful.from(), Some(end));
}

#[test]
fn a_pause_weakens_no_no_and_makes_no_yes() {
    let shop = shop();
    set(
        &shop,
        claim(&shop, ANNE, "newsletter", until(&shop, 10)),
        None,
    )
    .unwrap();
    shop.record(vec![shop.claim(ANNE, "newsletter", "withdrawn")]);
    assert_eq!(reason(&shop, "newsletter"), "CONSENT_WITHDRAWN");
    shop.clock.pass(11 * DAY);
    assert_eq!(reason(&shop, "newsletter"), "CONSENT_WITHDRAWN");
    // nor does it lift an objection, or the lack of an answer
    let bert = [("email", "bert@example.fr")];
    set(&shop, claim(&shop, &bert, "offers", until(&shop, 1)), None).unwrap();
    shop.clock.pass(2 * DAY);
    let grant = TestApp::grant::<CheckDecisions>();
    let asked = question(&shop, &bert, "offers");
    let mut answers = shop
        .app
        .check_blocking(&grant, &[asked], shop.app.now())
        .unwrap();
    let answer = answers.pop().unwrap().unwrap().decided();
    assert_eq!(answer.outcome.reason(), "NO_CONSENT");
}

#[test]
fn one_a_week_counts_what_was_sent_for_this_purpose_on_this_channel() {
    let shop = shop();
    let weekly = most(Some(AtMost::OneAWeek));
    set(&shop, claim(&shop, ANNE, "newsletter", weekly), None).unwrap();
    assert_eq!(reason(&shop, "newsletter"), "CONSENT_VALID");
    reached(&shop, "offers", "email");
    reached(&shop, "newsletter", "sms");
    assert_eq!(reason(&shop, "newsletter"), "CONSENT_VALID");
    reached(&shop, "newsletter", "email");
    let denied = ask(&shop, "newsletter");
    assert_eq!(denied.outcome.reason(), "PACE_REACHED");
    let end = shop.app.now().utc() + TimeDelta::days(7);
    assert_eq!(denied.lawful.from(), Some(end), "{:?}", denied.lawful);
    assert_eq!(reason(&shop, "offers"), "CONSENT_VALID");
    shop.clock.pass(7 * DAY - 1);
    assert_eq!(reason(&shop, "newsletter"), "PACE_REACHED");
    shop.clock.pass(1);
    assert_eq!(reason(&shop, "newsletter"), "CONSENT_VALID");
}

#[test]
fn of_many_that_reserve_at_once_one_is_let_through() {
    let shop = shop();
    let monthly = most(Some(AtMost::OneAMonth));
    set(&shop, claim(&shop, ANNE, "newsletter", monthly), None).unwrap();
    let one = || Question {
        reserve: true,
        ..question(&shop, ANNE, "newsletter")
    };
    let grant = TestApp::grant();
    let asked = shop.app.reserve(
        &grant,
        vec![one(), one(), one()],
        shop.app.now(),
        None,
        |_| serde_json::Value::Null,
    );
    let reasons: Vec<String> = TestApp::wait(asked)
        .unwrap()
        .into_iter()
        .map(|told| match told {
            crate::app::reserve::Told::Now(outcome) => outcome.unwrap().outcome.reason().to_owned(),
            crate::app::reserve::Told::Before(_) => panic!("no key was sent"),
        })
        .collect();
    assert_eq!(reasons, ["CONSENT_VALID", "PACE_REACHED", "PACE_REACHED"]);
    assert_eq!(reason(&shop, "newsletter"), "PACE_REACHED");
}

#[test]
fn a_retry_shortens_no_pause_and_lifts_no_bound() {
    let shop = shop();
    let wish = |wanted| claim(&shop, ANNE, "newsletter", wanted);
    let both = Wanted {
        at_most: Some(Some(AtMost::TwoAMonth)),
        ..until(&shop, 60)
    };
    set(&shop, wish(both), None).unwrap();
    for looser in [
        until(&shop, 59),
        most(None),
        most(Some(AtMost::OneAWeek)),
        Wanted {
            paused_until: Some(None),
            at_most: None,
        },
    ] {
        let refused = set(&shop, wish(looser), None).unwrap_err();
        let Refusal::Invalid(problems) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(problems[0].code, "act_not_dated");
    }
    // what holds more back is as good from a retry
    set(&shop, wish(most(Some(AtMost::OneAMonth))), None).unwrap();
    let ended = Wanted {
        paused_until: Some(None),
        at_most: Some(None),
    };
    let done = set(&shop, wish(ended), Some(key(1))).unwrap();
    assert!(done.paces.is_empty());
    assert_eq!(reason(&shop, "newsletter"), "CONSENT_VALID");
    // and once a new pause stands, the old end of one, sent again, changes nothing
    set(&shop, wish(until(&shop, 5)), None).unwrap();
    set(&shop, wish(ended), Some(key(1))).unwrap();
    assert_eq!(reason(&shop, "newsletter"), "PAUSED");
}

#[test]
fn what_is_left_out_stays() {
    let shop = shop();
    let wish = |wanted| claim(&shop, ANNE, "newsletter", wanted);
    set(&shop, wish(until(&shop, 20)), None).unwrap();
    let done = set(&shop, wish(most(Some(AtMost::OneAWeek))), None).unwrap();
    assert!(done.paces[0].paused_until.is_some());
    assert_eq!(done.paces[0].at_most.as_deref(), Some("one_a_week"));
}

#[test]
fn of_two_records_that_are_one_person_the_stricter_holds() {
    for first_is_strict in [true, false] {
        let shop = shop();
        let bert: &[_] = &[("email", "bert@example.fr")];
        shop.record(vec![shop.claim(bert, "newsletter", "given")]);
        let (strict, other) = if first_is_strict {
            (ANNE, bert)
        } else {
            (bert, ANNE)
        };
        set(
            &shop,
            claim(&shop, strict, "newsletter", until(&shop, 40)),
            None,
        )
        .unwrap();
        let weekly = most(Some(AtMost::OneAWeek));
        set(&shop, claim(&shop, other, "newsletter", weekly), None).unwrap();
        let both = [ANNE[0], bert[0]];
        shop.record(vec![shop.claim(&both, "offers", "given")]);
        assert_eq!(reason(&shop, "newsletter"), "PAUSED");
        shop.clock.pass(40 * DAY);
        assert_eq!(reason(&shop, "newsletter"), "CONSENT_VALID");
        reached(&shop, "newsletter", "email");
        assert_eq!(reason(&shop, "newsletter"), "PACE_REACHED");
        let found = shop.app.audit_check(&TestApp::grant(), &|_, _| {}).unwrap();
        assert!(found.findings.is_empty(), "{:?}", found.findings);
    }
}

#[test]
fn what_cannot_be_meant_is_named() {
    let shop = shop();
    let refused = |claim: PaceClaim| {
        let Refusal::Invalid(problems) = set(&shop, claim, None).unwrap_err() else {
            panic!("refused otherwise")
        };
        let told: Vec<String> = problems
            .iter()
            .map(|one| format!("{} {}", one.pointer, one.code))
            .collect();
        told.join(", ")
    };
    let wish = |wanted| claim(&shop, ANNE, "newsletter", wanted);
    assert_eq!(
        refused(wish(Wanted::default())),
        "/paused_until field_missing"
    );
    assert_eq!(
        refused(wish(until(&shop, -1))),
        "/paused_until pause_out_of_range"
    );
    assert_eq!(
        refused(wish(until(&shop, 367))),
        "/paused_until pause_out_of_range"
    );
    let mut odd = wish(until(&shop, 3));
    odd.at_most = Some(Some("daily".into()));
    odd.channel = Some("push".into());
    odd.act = Some("winked".into());
    assert_eq!(
        refused(odd),
        "/channel channel_not_of_purpose, /at_most at_most_unknown, /act act_unknown"
    );
    let mut unknown = wish(until(&shop, 3));
    unknown.purpose = "nothing".into();
    assert_eq!(refused(unknown), "/purpose purpose_unknown");
}
