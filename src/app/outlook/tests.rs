//! What is told of a decision's future is what the engine answers then.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use super::steps::{Act, steps};
use super::{Lawful, WayOut};
use crate::access::CheckDecisions;
use crate::app::check::{Decided, Question};
use crate::app::contacts::ContactClaim;
use crate::app::facts::Said;
use crate::app::pace::{Wanted, tests as pace};
use crate::app::publish::Publication;
use crate::app::record::Claim;
use crate::app::testing::TestApp;
use crate::domain::registry::AtMost;
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

const ANNE: &[(&str, &str)] = &[("email", "anne@example.fr"), ("phone", "+33612345678")];
const ANNE_AND_ANOTHER: [&[(&str, &str)]; 2] = [
    &[("email", "anne@example.fr")],
    &[("phone", "+33612345678")],
];

fn shop() -> TestApp {
    shop_keeping(None)
}

fn shop_keeping(retention: Option<&str>) -> TestApp {
    let shop = TestApp::new();
    let publication: Publication = serde_json::from_value(json!({
        "purpose": [{
            "id": "offers", "controller": "default", "use": "direct_marketing_own",
            "title": {"en": "Offers"}, "legal_basis": "consent", "retention": retention,
            "channels": ["email", "sms", "phone_live", "push", "post_addressed"],
        }],
        "notice": [{
            "id": "offers", "version": 1, "purpose": "offers", "change": "major",
            "text": {"en": "Yes, offers."}, "names_sender": true,
            "mentions": ["identity_and_goods", "choice", "period", "withdrawal_right", "access_to_proof"],
        }],
    }))
    .unwrap();
    let grant = TestApp::grant();
    let published = shop.app.publish(&grant, publication, shop.app.now(), None);
    TestApp::wait(published).unwrap();
    shop
}

fn answer(shop: &TestApp, channel: &str, status: &str) {
    answer_of(shop, &[ANNE], channel, status);
}

/// Each of these persons answers.
fn answer_of(shop: &TestApp, persons: &[&[(&str, &str)]], channel: &str, status: &str) {
    let claim = |person: &&[(&str, &str)]| Claim {
        channel: channel.into(),
        collected_at: Some(shop.app.now().utc()),
        ..shop.claim(person, "offers", status)
    };
    shop.record(persons.iter().map(claim).collect());
}

fn said(person: Value, message: Value, told: Value) -> Said {
    Said {
        person: serde_json::from_value(person).unwrap(),
        message: serde_json::from_value(message).unwrap(),
        told: serde_json::from_value(told).unwrap(),
    }
}

fn ask(shop: &TestApp, channel: &str, said: &Said, at: DateTime<Utc>) -> Decided {
    let question = Question {
        blinds: shop.named(ANNE).blinds(),
        coarse: shop.named(ANNE).coarse(),
        kinds: shop.named(ANNE).identifier_kinds(),
        subject: None,
        purpose: "offers".into(),
        channel: channel.into(),
        campaign: None,
        said: said.clone(),
        at: Some(at),
        reserve: false,
    };
    TestApp::wait(shop.app.fresh()).unwrap();
    let grant = TestApp::grant::<CheckDecisions>();
    let mut answers = shop
        .app
        .check_blocking(&grant, &[question], shop.app.now())
        .unwrap();
    answers.pop().unwrap().unwrap().decided()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn way(decided: &Decided) -> Arc<WayOut> {
    match &decided.lawful {
        Lawful::If(way) => way.clone(),
        other => panic!("{other:?} for {}", decided.outcome.reason()),
    }
}

fn codes(way: &WayOut) -> Vec<&'static str> {
    way.changes.iter().map(|one| one.code).collect()
}

fn polite() -> Value {
    json!({"identifies_sender": true, "valid_stop_contact": true, "subject_honest": true})
}

#[test]
fn on_sunday_a_call_waits_for_monday_ten_and_then_ends_at_one() {
    let shop = shop();
    answer(&shop, "phone_live", "given");
    let said = said(json!({"country": "FR"}), polite(), json!({}));
    let sunday = ask(&shop, "phone_live", &said, at("2026-11-29T12:00:00Z"));
    assert_eq!(sunday.outcome.reason(), "OUTSIDE_HOURS");
    let way = way(&sunday);
    assert_eq!(codes(&way), [""; 0]);
    assert_eq!(way.from_text().unwrap(), "2026-11-30T10:00:00+01:00");
    assert!(
        way.fr().contains("lundi 30 novembre 2026 à 10:00"),
        "{}",
        way.fr()
    );
    let monday = ask(&shop, "phone_live", &said, at("2026-11-30T09:30:00Z"));
    assert!(monday.outcome.is_permit());
    assert_eq!(monday.valid_until, Some(at("2026-11-30T12:00:00Z")));
    // the day before Christmas, after hours: a holiday, then a weekend
    let eve = ask(&shop, "phone_live", &said, at("2026-12-24T19:30:00Z"));
    let from = super::tests::way(&eve).from_text().unwrap();
    assert_eq!(from, "2026-12-28T10:00:00+01:00");
}

fn last_heard_of(country: &str, day: &str) -> Said {
    said(
        json!({"country": country}),
        polite(),
        json!({"last_contact_from_person": day}),
    )
}

/// Three years after they were last heard of nobody is written to: that is months ahead, and long before the
/// consent ends.
#[test]
fn what_time_may_end_is_promised_for_a_month() {
    let shop = shop();
    answer(&shop, "email", "given");
    let now = at("2026-11-22T12:01:00Z");
    let said = last_heard_of("DE", "2024-06-01T03:01:00Z");
    let told = ask(&shop, "email", &said, now);
    assert!(told.outcome.is_permit());
    assert_eq!(told.valid_until, Some(now + TimeDelta::days(31)));
    let over = ask(&shop, "email", &said, at("2027-06-02T12:00:00Z"));
    assert_eq!(over.outcome.reason(), "RETENTION_EXPIRED");
}

/// The same of two persons, whose facts cannot be told apart and are followed day by day.
#[test]
fn what_is_followed_is_promised_no_further() {
    let shop = shop();
    answer_of(&shop, &ANNE_AND_ANOTHER, "email", "given");
    let now = at("2026-11-22T12:01:00Z");
    let told = ask(
        &shop,
        "email",
        &last_heard_of("DE", "2024-06-01T03:01:00Z"),
        now,
    );
    assert_eq!(told.valid_until, Some(now + TimeDelta::days(31)));
}

/// However many identifiers name them.
#[test]
fn what_time_cannot_end_is_promised_for_as_long_as_the_consent() {
    let shop = shop();
    answer(&shop, "email", "given");
    let said = said(json!({"country": "FR"}), polite(), json!({}));
    let told = ask(&shop, "email", &said, at("2026-11-22T12:01:00Z"));
    assert_eq!(told.valid_until, Some(at("2027-11-22T12:00:00Z")));
}

#[test]
fn the_attempts_that_must_age_are_named() {
    let shop = shop();
    answer(&shop, "phone_live", "given");
    let calls = ["2026-11-02", "2026-11-05", "2026-11-20", "2026-11-21"];
    let calls: Vec<Value> = calls.iter().map(|day| json!({"date": day})).collect();
    let said = said(
        json!({"country": "FR"}),
        polite(),
        json!({"call_attempts": calls}),
    );
    let capped = ask(&shop, "phone_live", &said, at("2026-11-24T10:00:00Z"));
    assert_eq!(capped.outcome.reason(), "FREQUENCY_CAP");
    let way = way(&capped);
    assert_eq!(way.from_text().unwrap(), "2026-12-02T10:00:00+01:00");
    let aged: Vec<String> = way
        .aged
        .iter()
        .map(|one| way.instant_text(one.at))
        .collect();
    assert_eq!(aged, ["2026-11-02T00:00:00+01:00"]);
}

#[test]
fn who_can_change_what_is_told() {
    let shop = shop();
    let now = at("2026-11-30T10:00:00Z");
    let said = said(json!({"country": "FR"}), polite(), json!({}));
    let unknown = way(&ask(&shop, "sms", &said, now));
    assert_eq!(codes(&unknown), ["person_recorded", "consent"]);
    answer(&shop, "email", "given");
    let missing = way(&ask(&shop, "sms", &said, now));
    assert_eq!((codes(&missing), missing.from), (vec!["consent"], None));
    assert_eq!(missing.changes[0].by.as_str(), "person");
    let dead = super::tests::said(
        json!({"country": "FR", "deceased": true}),
        polite(),
        json!({}),
    );
    let dead = ask(&shop, "email", &dead, now);
    assert!(matches!(dead.lawful, Lawful::Nothing), "{:?}", dead.lawful);
    let rude = super::tests::said(
        json!({"country": "FR"}),
        json!({"identifies_sender": true, "subject_honest": true, "valid_stop_contact": false}),
        json!({}),
    );
    let rude = way(&ask(&shop, "email", &rude, now));
    assert_eq!(codes(&rude), ["fact:valid_stop_contact"]);
    answer(&shop, "email", "withdrawn");
    let withdrawn = way(&ask(&shop, "email", &said, now));
    assert_eq!(
        (codes(&withdrawn), withdrawn.changes[0].by.as_str()),
        (vec!["consent"], "person")
    );
}

#[derive(Debug, Clone)]
struct Drawn {
    channel: &'static str,
    status: Option<&'static str>,
    person: Value,
    message: Value,
    told: Value,
    at: DateTime<Utc>,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let start = at("2026-11-22T12:00:00Z");
    let zones = [
        None,
        Some("Europe/Paris"),
        Some("America/Martinique"),
        Some("Europe/London"),
    ];
    let days = prop::collection::vec((0i64..40, prop::bool::ANY), 0..9);
    (
        prop::sample::select(vec!["email", "sms", "phone_live", "push", "post_addressed"]),
        prop::sample::select(vec![
            None,
            Some("given"),
            Some("given"),
            Some("given"),
            Some("withdrawn"),
            Some("refused"),
        ]),
        (
            prop::sample::select(vec!["FR", "FR", "FR", "DE", "BE", "IT", "ES", "GB"]),
            prop::sample::select(zones.to_vec()),
        ),
        (
            prop::option::of(prop::bool::ANY),
            prop::option::of(prop::bool::ANY),
        ),
        (
            days,
            prop::option::of(1u16..4),
            prop::option::of(0i64..50),
            prop::bool::ANY,
        ),
        1i64..(500 * 24 * 60),
    )
        .prop_map(
            move |(
                channel,
                status,
                (country, zone),
                (stop, register),
                (days, cap, last, old),
                minutes,
            )| {
                let at = start + TimeDelta::minutes(minutes);
                let mut person = json!({"country": country});
                if let Some(zone) = zone {
                    person["timezone"] = json!(zone);
                }
                let mut message = json!({"identifies_sender": true, "subject_honest": true});
                if let Some(stop) = stop {
                    message["valid_stop_contact"] = json!(stop);
                }
                let ago = |days: i64| {
                    (at - TimeDelta::days(days) - TimeDelta::minutes(days * 7)).to_rfc3339()
                };
                let contacts: Vec<Value> = days
                    .iter()
                    .filter(|(_, call)| !call)
                    .map(|(days, _)| json!({"channel": channel, "at": ago(*days)}))
                    .collect();
                let calls: Vec<Value> = days
                    .iter()
                    .filter(|(_, call)| *call)
                    .map(|(days, _)| json!({"date": ago(*days)}))
                    .collect();
                let mut told = json!({"contacts": contacts, "call_attempts": calls});
                if let Some(on) = register {
                    for name in ["on_robinson_list", "on_tps"] {
                        told[name] = json!(on);
                    }
                }
                if let Some(cap) = cap {
                    told["pressure_cap"] = json!({"max": cap, "period": "P14D"});
                }
                if let Some(months) = last.filter(|_| old) {
                    told["last_contact_from_person"] = json!(ago(months * 30));
                }
                Drawn {
                    channel,
                    status,
                    person,
                    message,
                    told,
                    at,
                }
            },
        )
}

/// Makes the changes of a way out: says what it names, has the person agree in the registry. `None`
/// where the registry has no verb that a test could use for one of them.
fn done(
    shop: &TestApp,
    persons: &[&[(&str, &str)]],
    way: &WayOut,
    drawn: &Drawn,
    said: &Said,
) -> Option<Said> {
    let mut said = said.clone();
    for change in &way.changes {
        let zone = change.value.and_then(|value| value.parse().ok());
        let all = steps(zone);
        let step = all.iter().find(|step| step.code == change.code).unwrap();
        match step.act {
            Act::Say(say, _) => assert!(say(&mut said)),
            Act::Zone(zone) => {
                said.person.get_or_insert_default().timezone = Some(zone.name().to_owned());
            }
            Act::Do(_) if ["consent", "person_recorded"].contains(&change.code) => {
                // the person agrees at the instant asked about
                shop.clock
                    .pass((drawn.at - shop.app.now().utc()).num_seconds());
                answer_of(shop, persons, drawn.channel, "given");
            }
            Act::Do(_) => return None,
        }
    }
    Some(said)
}

/// A pause, a bound, and how many minutes before the question contacts were made.
type Slowed = (Option<i64>, Option<AtMost>, Vec<i64>);

fn slowed() -> impl Strategy<Value = Slowed> {
    (
        prop::option::of(1i64..(200 * 24 * 60)),
        prop::option::of(prop::sample::select(AtMost::ALL.to_vec())),
        prop::collection::vec(0i64..(40 * 24 * 60), 0..3),
    )
}

/// The person asks for it right before the question, for the use that is asked about.
fn slow_down(shop: &TestApp, drawn: &Drawn, (pause, most, made): &Slowed) {
    let ahead = (drawn.at - shop.app.now().utc()).num_seconds();
    shop.clock.pass(ahead);
    let claim = |minutes: &i64| ContactClaim {
        named: shop.named(ANNE),
        direction: "to_person".into(),
        channel: drawn.channel.into(),
        purpose: Some("offers".into()),
        at: Some(drawn.at - TimeDelta::minutes(*minutes)),
        answered: None,
        outcome: None,
        by: None,
        campaign: None,
    };
    let claims: Vec<_> = made.iter().map(|ago| (String::new(), claim(ago))).collect();
    let grant = TestApp::grant();
    if !claims.is_empty() {
        TestApp::wait(shop.app.contacts(&grant, claims, shop.app.now(), None)).unwrap();
    }
    let wanted = Wanted {
        paused_until: pause.map(|minutes| Some(drawn.at + TimeDelta::minutes(minutes))),
        at_most: most.map(Some),
    };
    if wanted != Wanted::default() {
        let mut wish = pace::claim(shop, ANNE, "offers", wanted);
        wish.channel = Some(drawn.channel.into());
        pace::set(shop, wish, None).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// The changes named flip the denial, and a minute earlier they do not. A permit holds until the
    /// second before its end.
    #[test]
    fn what_is_told_comes_true(
        drawn in drawn(),
        slowed in prop::option::of(slowed()),
        retention in prop::option::weighted(0.3, prop::sample::select(vec!["P30D", "P6M", "P1Y"])),
        later in 0i64..(31 * 24 * 60),
        apart in prop::bool::weighted(0.3),
    ) {
        let shop = shop_keeping(retention);
        // the two identifiers that are named may be two persons'
        let persons: &[_] = if apart && slowed.is_none() { &ANNE_AND_ANOTHER } else { &[ANNE] };
        if let Some(status) = drawn.status {
            answer_of(&shop, persons, drawn.channel, status);
        }
        if let Some(slowed) = &slowed {
            slow_down(&shop, &drawn, slowed);
        }
        let said = said(drawn.person.clone(), drawn.message.clone(), drawn.told.clone());
        let permit = |said: &Said, at| ask(&shop, drawn.channel, said, at).outcome.is_permit();
        let now = ask(&shop, drawn.channel, &said, drawn.at);
        match (&now.lawful, now.outcome.is_permit()) {
            (Lawful::If(way), false) => {
                prop_assert!(!way.changes.is_empty() || way.from.is_some());
                let Some(changed) = done(&shop, persons, way, &drawn, &said) else { return Ok(()) };
                let from = way.from.unwrap_or(drawn.at);
                prop_assert!(from >= drawn.at);
                prop_assert!(permit(&changed, from), "{way:?} at {from}");
                if way.from.is_some() {
                    let earlier = (from - TimeDelta::minutes(1)).max(drawn.at);
                    prop_assert!(!permit(&changed, earlier), "{way:?} at {earlier}");
                }
            }
            (_, false) => prop_assert!(now.valid_until.is_none()),
            (_, true) => {
                let end = now.valid_until.unwrap_or(drawn.at + TimeDelta::days(31));
                let before = end - TimeDelta::seconds(1);
                if before > drawn.at {
                    prop_assert!(permit(&said, before), "{before}");
                }
                let between = drawn.at + TimeDelta::minutes(later);
                if between < end {
                    prop_assert!(permit(&said, between), "{between}");
                }
            }
        }
    }
}
