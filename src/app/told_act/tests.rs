//! What was said and done when a consent was taken decides: from the request to the answer, on a
//! clock that the test sets.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use super::*;
use crate::access::{CheckDecisions, ExportAudit, RecordConsents};
use crate::app::check::{Decided, Question};
use crate::app::facts::Said;
use crate::app::publish::Publication;
use crate::app::record::Claim;
use crate::app::refusal::Refusal;
use crate::app::testing::TestApp;
use crate::policy::gather::PersonTold;
use serde_json::json;

const ANNE: &[(&str, &str)] = &[("email", "anne@example.fr"), ("phone", "+33612345678")];
const ALL_FIVE: [&str; 5] = [
    "identity_and_goods",
    "choice",
    "period",
    "withdrawal_right",
    "access_to_proof",
];
/// From Sunday, 22 November 2026, 13:00 in Paris to Monday, 11:00.
const TO_MONDAY_ELEVEN: i64 = 22 * 3600;

/// A shop whose wording for calls makes these mentions.
fn shop(mentions: Option<&[&str]>) -> TestApp {
    let shop = TestApp::new();
    let mut notice = json!({
        "id": "offers", "version": 1, "purpose": "offers", "change": "major",
        "text": {"en": "Yes, offers."}, "names_sender": true,
    });
    if let Some(mentions) = mentions {
        notice["mentions"] = json!(mentions);
    }
    let publication: Publication = serde_json::from_value(json!({
        "purpose": [{
            "id": "offers", "controller": "default", "use": "direct_marketing_own",
            "title": {"en": "Offers"}, "legal_basis": "consent",
            "channels": ["email", "phone_live"],
        }],
        "notice": [notice],
    }))
    .unwrap();
    let grant = TestApp::grant();
    let published = shop.app.publish(&grant, publication, shop.app.now(), None);
    TestApp::wait(published).unwrap();
    shop
}

fn claim(shop: &TestApp, channel: &str, status: &str) -> Claim {
    Claim {
        channel: channel.into(),
        ..shop.claim(ANNE, "offers", status)
    }
}

fn telling(claim: Claim, told: ToldAct) -> Claim {
    Claim { told, ..claim }
}

fn confirmed(at: DateTime<Utc>) -> ToldAct {
    ToldAct {
        double_opt_in: Some(("confirmed".into(), Some(at))),
        ..ToldAct::by(Act::UntickedBoxTicked)
    }
}

fn ask(shop: &TestApp, channel: &str, country: &str) -> Decided {
    let person = PersonTold {
        country: Some(country.into()),
        timezone: Some("Europe/Paris".into()),
        ..PersonTold::default()
    };
    let question = Question {
        blinds: shop.named(ANNE).blinds(),
        coarse: shop.named(ANNE).coarse(),
        kinds: shop.named(ANNE).identifier_kinds(),
        subject: None,
        purpose: "offers".into(),
        channel: channel.into(),
        campaign: None,
        said: Said {
            person: Some(Box::new(person)),
            ..Said::default()
        },
        at: None,
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

fn reason(shop: &TestApp, channel: &str, country: &str) -> (bool, String) {
    let decided = ask(shop, channel, country);
    let outcome = decided.outcome;
    (outcome.is_permit(), outcome.reason().to_owned())
}

fn permitted(reason: &str) -> (bool, String) {
    (true, reason.to_owned())
}

fn denied(reason: &str) -> (bool, String) {
    (false, reason.to_owned())
}

/// The problem codes of a claim that is refused.
fn refused(shop: &TestApp, claim: Claim) -> Vec<(String, &'static str)> {
    let grant = TestApp::grant::<RecordConsents>();
    let outcome = shop
        .app
        .record(&grant, vec![(String::new(), claim)], shop.app.now(), None);
    match TestApp::wait(outcome) {
        Err(Refusal::Invalid(problems)) => problems
            .into_iter()
            .map(|problem| (problem.pointer, problem.code))
            .collect(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("written"),
    }
}

#[test]
fn a_french_consumer_who_heard_all_five_mentions_is_called_in_hours_only() {
    let shop = shop(Some(&ALL_FIVE));
    shop.record(vec![claim(&shop, "phone_live", "given")]);
    let (is_permit, sunday) = reason(&shop, "phone_live", "FR");
    assert!(!is_permit && sunday == "OUTSIDE_HOURS", "{sunday}");
    shop.clock.pass(TO_MONDAY_ELEVEN);
    assert_eq!(
        reason(&shop, "phone_live", "FR"),
        permitted("CONSENT_VALID")
    );
    let obligations = ask(&shop, "phone_live", "FR").outcome;
    let obliged = obligations.obligations();
    assert!(obliged.iter().any(|one| one == "keep_proof_three_years"));
    // the consent is to calls alone
    assert!(!ask(&shop, "email", "FR").outcome.is_permit());
    // a year is the most that it can last, whatever its own validity says
    shop.clock.pass(365 * 24 * 3600);
    assert_eq!(reason(&shop, "phone_live", "FR"), denied("CONSENT_EXPIRED"));
}

#[test]
fn each_of_the_five_mentions_is_needed_and_the_denial_says_so() {
    for missing in ALL_FIVE {
        let made: Vec<&str> = ALL_FIVE.into_iter().filter(|one| *one != missing).collect();
        let shop = shop(Some(&made));
        shop.record(vec![claim(&shop, "phone_live", "given")]);
        shop.clock.pass(TO_MONDAY_ELEVEN);
        let outcome = ask(&shop, "phone_live", "FR").outcome;
        assert_eq!(outcome.reason(), "CONSENT_INVALID", "{missing}");
        assert_eq!(outcome.policy_id(), "fr-consent-mentions");
        let lawful = outcome.lawful_if().unwrap();
        assert!(lawful.en.contains("five mentions"), "{}", lawful.en);
    }
}

#[test]
fn wording_that_nobody_has_described_is_a_missing_fact() {
    let shop = shop(None);
    shop.record(vec![claim(&shop, "phone_live", "given")]);
    shop.clock.pass(TO_MONDAY_ELEVEN);
    let outcome = ask(&shop, "phone_live", "FR").outcome;
    assert_eq!(outcome.reason(), "MISSING_FACT");
    assert_eq!(outcome.lawful_if().unwrap().code, "fact:r223_1_mentions");
}

#[test]
fn an_act_that_is_not_clear_is_recorded_and_denied() {
    for act in Act::ALL {
        let shop = shop(Some(&ALL_FIVE));
        let told = telling(claim(&shop, "email", "given"), ToldAct::by(*act));
        shop.record(vec![told]);
        let (is_permit, reason) = reason(&shop, "email", "FR");
        let clear = act.clarity() == crate::domain::registry::Clarity::Clear;
        assert_eq!(is_permit, clear, "{act:?}: {reason}");
        assert!(
            clear || reason == "CONSENT_INVALID" || reason == "CONSENT_BUNDLED",
            "{act:?}: {reason}"
        );
    }
}

#[test]
fn a_german_consent_by_mail_waits_for_its_confirmation() {
    let shop = shop(None);
    let asked = ToldAct {
        double_opt_in: Some(("requested".into(), None)),
        ..ToldAct::by(Act::UntickedBoxTicked)
    };
    shop.record(vec![telling(claim(&shop, "email", "requested"), asked)]);
    let pending = ask(&shop, "email", "DE").outcome;
    assert!(!pending.is_permit());
    let reasons: Vec<&str> = std::iter::once(pending.reason())
        .chain(pending.also().iter().map(String::as_str))
        .collect();
    assert!(reasons.contains(&"DOUBLE_OPT_IN_PENDING"), "{reasons:?}");
    shop.clock.pass(60);
    let click = confirmed(shop.app.now().utc());
    shop.record(vec![telling(claim(&shop, "email", "given"), click)]);
    assert_eq!(reason(&shop, "email", "DE"), permitted("CONSENT_VALID"));
}

#[test]
fn a_confirmed_address_proves_nothing_for_calls() {
    let shop = shop(Some(&ALL_FIVE));
    shop.clock.pass(TO_MONDAY_ELEVEN);
    let now = shop.app.now().utc();
    let by_mail = confirmed(now);
    shop.record(vec![telling(
        claim(&shop, "phone_live", "given"),
        by_mail.clone(),
    )]);
    assert_eq!(
        reason(&shop, "phone_live", "DE"),
        denied("CONSENT_NO_PROOF")
    );
    shop.clock.pass(1);
    let verified = ToldAct {
        phone_number_verified: Some(true),
        ..by_mail
    };
    shop.record(vec![telling(claim(&shop, "phone_live", "given"), verified)]);
    assert_eq!(
        reason(&shop, "phone_live", "DE"),
        permitted("CONSENT_VALID")
    );
}

#[test]
fn a_request_is_no_answer_and_a_confirmation_counts_from_the_click() {
    let shop = shop(None);
    let start = shop.app.now().utc();
    let second = |number| start + TimeDelta::seconds(number);
    shop.clock.pass(600);
    let at = |status: &str, seconds| Claim {
        collected_at: Some(second(seconds)),
        ..claim(&shop, "email", status)
    };
    shop.record(vec![at("withdrawn", 100)]);
    // asked later: the no holds
    shop.record(vec![at("requested", 200)]);
    assert_eq!(reason(&shop, "email", "FR"), denied("CONSENT_WITHDRAWN"));
    // a click from before the no, told late: the no holds
    let early = telling(at("given", 40), confirmed(second(50)));
    shop.record(vec![early]);
    assert_eq!(reason(&shop, "email", "FR"), denied("CONSENT_WITHDRAWN"));
    // asked before the no, confirmed after it: the person's own later act
    let late = telling(at("given", 40), confirmed(second(300)));
    shop.record(vec![late]);
    assert_eq!(reason(&shop, "email", "FR"), permitted("CONSENT_VALID"));
    // asked again: the yes holds
    shop.record(vec![at("requested", 400)]);
    assert_eq!(reason(&shop, "email", "FR"), permitted("CONSENT_VALID"));
    // and a no takes it all back
    shop.record(vec![at("refused", 500)]);
    assert_eq!(reason(&shop, "email", "FR"), denied("CONSENT_REFUSED"));
}

#[test]
fn a_call_at_one_attested_time_is_permitted_to_the_minute() {
    let shop = shop(Some(&ALL_FIVE));
    // Saturday, 28 November 2026, 18:30 in Paris
    let slot = "2026-11-28T18:30:00+01:00"
        .parse::<DateTime<Utc>>()
        .unwrap();
    let told = |attested| ToldAct {
        exact_slot: Some(slot),
        attested: Some(attested),
        ..ToldAct::by(Act::Oral)
    };
    let gap = (slot - shop.app.now().utc()).num_seconds();
    shop.record(vec![telling(
        claim(&shop, "phone_live", "given"),
        told(false),
    )]);
    shop.clock.pass(gap);
    assert_eq!(reason(&shop, "phone_live", "FR"), denied("OUTSIDE_HOURS"));
    shop.record(vec![telling(
        claim(&shop, "phone_live", "given"),
        told(true),
    )]);
    assert_eq!(
        reason(&shop, "phone_live", "FR"),
        permitted("EXACT_SLOT_CONSENT")
    );
    shop.clock.pass(60);
    assert_eq!(reason(&shop, "phone_live", "FR"), denied("OUTSIDE_HOURS"));
}

#[test]
fn what_contradicts_itself_is_refused_with_its_field() {
    let shop = shop(None);
    let now = shop.app.now().utc();
    let opt_in = |state: &str, at| ToldAct {
        double_opt_in: Some((state.into(), at)),
        ..ToldAct::default()
    };
    let by = |act: &str| ToldAct {
        act: Some(act.into()),
        ..ToldAct::default()
    };
    let parent = ToldAct {
        given_by: Some("aunt".into()),
        ..ToldAct::default()
    };
    let attested = ToldAct {
        attested: Some(true),
        ..ToldAct::default()
    };
    let explicit = ToldAct {
        explicit: Some(true),
        ..ToldAct::default()
    };
    let cases = [
        ("given", by("ticked"), "/act", "act_unknown"),
        ("given", parent, "/given_by", "given_by_unknown"),
        ("given", attested, "/attested", "slot_missing"),
        ("refused", explicit, "/explicit", "not_of_a_no"),
        (
            "given",
            opt_in("requested", None),
            "/double_opt_in",
            "not_confirmed",
        ),
        (
            "requested",
            opt_in("confirmed", Some(now)),
            "/double_opt_in",
            "confirmed_is_given",
        ),
        (
            "requested",
            opt_in("requested", Some(now)),
            "/double_opt_in",
            "date_of_request",
        ),
        (
            "given",
            opt_in("confirmed", None),
            "/double_opt_in",
            "date_missing",
        ),
        (
            "given",
            opt_in("sent", None),
            "/double_opt_in",
            "state_unknown",
        ),
        (
            "given",
            confirmed(now + TimeDelta::hours(1)),
            "/double_opt_in/at",
            "date_in_future",
        ),
    ];
    for (status, told, pointer, code) in cases {
        let found = refused(&shop, telling(claim(&shop, "email", status), told));
        assert_eq!(found, [(pointer.to_owned(), code)]);
    }
    let before = Claim {
        collected_at: Some(now),
        ..telling(
            claim(&shop, "email", "given"),
            confirmed(now - TimeDelta::hours(1)),
        )
    };
    let found = refused(&shop, before);
    assert_eq!(found[0].1, "confirmed_before_request");
    // nothing of all that was written
    assert_eq!(reason(&shop, "email", "FR"), denied("UNKNOWN_SUBJECT"));
}

#[test]
fn the_audit_finds_states_as_the_history_adds_up_to() {
    let shop = shop(Some(&ALL_FIVE));
    let now = shop.app.now().utc();
    let slot = ToldAct {
        exact_slot: Some(now),
        attested: Some(true),
        given_by: Some("parent".into()),
        explicit: Some(false),
        phone_number_verified: Some(true),
        ..confirmed(now)
    };
    shop.record(vec![
        telling(claim(&shop, "phone_live", "given"), slot),
        telling(
            claim(&shop, "email", "requested"),
            ToldAct::by(Act::PretickedBox),
        ),
    ]);
    let grant = TestApp::grant::<ExportAudit>();
    let findings = shop.app.audit_check(&grant, &|_, _| {}).unwrap();
    assert!(findings.holds(), "{findings:?}");
}
