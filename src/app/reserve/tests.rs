//! Caps hold however many ask at once; what is held is what the ledger adds up to.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::super::check::Question;
use super::super::contacts::ContactClaim;
use super::super::facts::Said;
use super::super::testing::TestApp;
use super::{Told, telling_nothing};
use crate::domain::ids::RecordId;
use crate::policy::gather::{PressureCap, Told as Stated};
use crate::store::IdempotencyKey;
use futures_util::future::join_all;
use proptest::prelude::*;

const DAY: i64 = 86_400;

/// A shop whose customers said yes to the newsletter.
fn shop(emails: &[&str]) -> TestApp {
    let shop = TestApp::new();
    shop.publish();
    for email in emails {
        shop.record(vec![shop.claim(&[("email", email)], "newsletter", "given")]);
    }
    shop
}

fn question(shop: &TestApp, email: &str, max: u16, period: &str) -> Question {
    let told = Stated {
        pressure_cap: Some(PressureCap {
            max,
            period: period.into(),
        }),
        ..Stated::default()
    };
    Question {
        blinds: shop.named(&[("email", email)]).blinds(),
        coarse: shop.named(&[("email", email)]).coarse(),
        kinds: shop.named(&[("email", email)]).identifier_kinds(),
        subject: None,
        purpose: "newsletter".into(),
        channel: "email".into(),
        said: Said {
            told: Some(Box::new(told)),
            ..Said::default()
        },
        at: None,
        reserve: true,
        campaign: Some("spring".into()),
    }
}

/// Reason and contact of each answer.
fn reserve(shop: &TestApp, questions: Vec<Question>) -> Vec<(String, Option<RecordId>)> {
    let grant = TestApp::grant();
    let asked = shop
        .app
        .reserve(&grant, questions, shop.app.now(), None, telling_nothing);
    TestApp::wait(asked)
        .unwrap()
        .into_iter()
        .map(read)
        .collect()
}

fn read(told: Told) -> (String, Option<RecordId>) {
    match told {
        Told::Now(outcome) => {
            let decided = outcome.unwrap();
            assert_eq!(decided.contact.is_some(), decided.outcome.is_permit());
            (decided.outcome.reason().to_owned(), decided.contact)
        }
        Told::Before(_) => panic!("no key was sent"),
    }
}

fn one(shop: &TestApp, email: &str, max: u16, period: &str) -> (String, Option<RecordId>) {
    reserve(shop, vec![question(shop, email, max, period)]).remove(0)
}

/// What a check without a reservation says, from memory.
fn reason(shop: &TestApp, email: &str, max: u16, period: &str) -> String {
    TestApp::wait(shop.app.fresh()).unwrap();
    let question = question(shop, email, max, period);
    let mut answers = shop
        .app
        .check_blocking(&TestApp::grant(), &[question], shop.app.now())
        .unwrap();
    answers
        .remove(0)
        .unwrap()
        .decided()
        .outcome
        .reason()
        .to_owned()
}

fn claim(shop: &TestApp, who: &[(&str, &str)], direction: &str, channel: &str) -> ContactClaim {
    ContactClaim {
        named: shop.named(who),
        direction: direction.into(),
        channel: channel.into(),
        purpose: Some("newsletter".into()),
        at: None,
        answered: None,
        outcome: None,
        by: None,
        campaign: None,
    }
}

fn record(shop: &TestApp, claim: ContactClaim) {
    let grant = TestApp::grant();
    let done = shop
        .app
        .contacts(&grant, vec![(String::new(), claim)], shop.app.now(), None);
    TestApp::wait(done).unwrap();
}

fn release(shop: &TestApp, contact: RecordId) -> bool {
    let grant = TestApp::grant();
    let now = shop.app.now();
    let done = shop
        .app
        .release_contact(&grant, contact, "cancelled".into(), now, None);
    TestApp::wait(done).is_ok()
}

fn findings(shop: &TestApp) -> Vec<String> {
    let found = shop.app.audit_check(&TestApp::grant(), &|_, _| {}).unwrap();
    found.findings.into_iter().map(|one| one.what).collect()
}

#[test]
fn a_hundred_at_once_get_four() {
    let shop = shop(&["anne@ex.com"]);
    let grant = TestApp::grant();
    let now = shop.app.now();
    let ask = |_| {
        let question = question(&shop, "anne@ex.com", 4, "P30D");
        shop.app
            .reserve(&grant, vec![question], now, None, telling_nothing)
    };
    let told = TestApp::wait(join_all((0..100).map(ask)));
    let answers: Vec<_> = told
        .into_iter()
        .map(|told| read(told.unwrap().remove(0)))
        .collect();
    let permits = answers
        .iter()
        .filter(|(reason, _)| reason == "CONSENT_VALID");
    assert_eq!(permits.count(), 4);
    let rest = answers
        .iter()
        .filter(|(reason, _)| reason == "PRESSURE_CAP");
    assert_eq!(rest.count(), 96);
    assert_eq!(reason(&shop, "anne@ex.com", 4, "P30D"), "PRESSURE_CAP");
    assert_eq!(findings(&shop), [""; 0]);
}

#[test]
fn a_batch_counts_in_its_order_and_persons_apart() {
    let shop = shop(&["anne@ex.com", "bob@ex.com"]);
    let asked = [
        "anne@ex.com",
        "bob@ex.com",
        "anne@ex.com",
        "anne@ex.com",
        "bob@ex.com",
    ];
    let questions = asked.map(|email| question(&shop, email, 2, "P7D")).to_vec();
    let reasons: Vec<_> = reserve(&shop, questions)
        .into_iter()
        .map(|one| one.0)
        .collect();
    let (yes, no) = ("CONSENT_VALID", "PRESSURE_CAP");
    assert_eq!(reasons, [yes, yes, yes, no, yes]);
}

#[test]
fn the_window_slides() {
    let shop = shop(&["anne@ex.com"]);
    for _ in 0..4 {
        assert_eq!(one(&shop, "anne@ex.com", 4, "P30D").0, "CONSENT_VALID");
        shop.clock.pass(DAY);
    }
    assert_eq!(one(&shop, "anne@ex.com", 4, "P30D").0, "PRESSURE_CAP");
    shop.clock.pass(26 * DAY - 1);
    assert_eq!(one(&shop, "anne@ex.com", 4, "P30D").0, "PRESSURE_CAP");
    shop.clock.pass(1);
    assert_eq!(reason(&shop, "anne@ex.com", 4, "P30D"), "CONSENT_VALID");
    assert_eq!(one(&shop, "anne@ex.com", 4, "P30D").0, "CONSENT_VALID");
}

#[test]
fn a_release_frees_one_and_only_once() {
    let shop = shop(&["anne@ex.com"]);
    let contact = one(&shop, "anne@ex.com", 1, "P7D").1.unwrap();
    assert_eq!(one(&shop, "anne@ex.com", 1, "P7D").0, "PRESSURE_CAP");
    assert!(release(&shop, contact));
    assert!(!release(&shop, contact));
    assert_eq!(reason(&shop, "anne@ex.com", 1, "P7D"), "CONSENT_VALID");
    assert_eq!(one(&shop, "anne@ex.com", 1, "P7D").0, "CONSENT_VALID");
    assert_eq!(one(&shop, "anne@ex.com", 1, "P7D").0, "PRESSURE_CAP");
    assert_eq!(findings(&shop), [""; 0]);
}

#[test]
fn a_no_that_shares_the_transaction_is_honoured() {
    let shop = shop(&["anne@ex.com"]);
    let question = question(&shop, "anne@ex.com", 9, "P7D");
    let (grant, recording) = (
        TestApp::grant(),
        TestApp::grant::<crate::access::RecordConsents>(),
    );
    let now = shop.app.now();
    let no = shop.claim(&[("email", "anne@ex.com")], "newsletter", "withdrawn");
    let said = shop
        .app
        .record(&recording, vec![("/consents/0".into(), no)], now, None);
    let asked = shop
        .app
        .reserve(&grant, vec![question], now, None, telling_nothing);
    let (said, told) = TestApp::wait(futures_util::future::join(said, asked));
    said.unwrap();
    assert_eq!(read(told.unwrap().remove(0)).0, "CONSENT_WITHDRAWN");
}

/// The consent stands in the same transaction, before the check: it has no position yet when the
/// decision rests on it.
#[test]
fn the_evidence_of_a_shared_transaction_has_its_position() {
    let shop = shop(&[]);
    let question = question(&shop, "anne@ex.com", 9, "P7D");
    let (grant, recording) = (
        TestApp::grant(),
        TestApp::grant::<crate::access::RecordConsents>(),
    );
    let now = shop.app.now();
    let yes = shop.claim(&[("email", "anne@ex.com")], "newsletter", "given");
    let said = shop
        .app
        .record(&recording, vec![("/consents/0".into(), yes)], now, None);
    let asked = shop
        .app
        .reserve(&grant, vec![question], now, None, telling_nothing);
    let (said, told) = TestApp::wait(futures_util::future::join(said, asked));
    let consent = *said.unwrap().positions.last().unwrap();
    let Told::Now(Ok(decided)) = told.unwrap().remove(0) else {
        panic!("not answered");
    };
    assert_eq!(decided.evidence, Some(consent));
    assert_eq!(decided.position, consent + 1, "right before its contact");
}

#[test]
fn a_retry_counts_once_and_is_answered_the_same() {
    let shop = shop(&["anne@ex.com"]);
    let grant = TestApp::grant();
    let key = Some(IdempotencyKey {
        key: [1; 32],
        fingerprint: [2; 32],
    });
    let ask = || {
        let question = question(&shop, "anne@ex.com", 1, "P7D");
        let telling = |outcome: &super::Outcome| serde_json::json!({ "contact_id": outcome.as_ref().unwrap().contact });
        let now = shop.app.now();
        let asked = shop
            .app
            .reserve(&grant, vec![question], now, key.clone(), telling);
        TestApp::wait(asked).unwrap().remove(0)
    };
    let (_, contact) = read(ask());
    for _ in 0..3 {
        let Told::Before(kept) = ask() else {
            panic!("decided anew");
        };
        assert_eq!(kept["contact_id"], serde_json::json!(contact));
        assert!(kept["position"].is_u64());
    }
    assert!(release(&shop, contact.unwrap()), "it was there once");
    assert_eq!(one(&shop, "anne@ex.com", 1, "P7D").0, "CONSENT_VALID");
}

#[test]
fn several_persons_are_told_apart_first() {
    let shop = shop(&["anne@ex.com", "bob@ex.com"]);
    let mut question = question(&shop, "anne@ex.com", 4, "P7D");
    question
        .blinds
        .extend(shop.named(&[("email", "bob@ex.com")]).blinds());
    let grant = TestApp::grant();
    let asked = shop.app.reserve(
        &grant,
        vec![question],
        shop.app.now(),
        None,
        telling_nothing,
    );
    let Told::Now(Err(problems)) = TestApp::wait(asked).unwrap().remove(0) else {
        panic!("answered");
    };
    assert_eq!(problems[0].code, "persons_differ");
}

#[test]
fn contacts_of_merged_persons_add_up() {
    let shop = shop(&["anne@ex.com", "anna@ex.com"]);
    for email in ["anne@ex.com", "anna@ex.com", "anna@ex.com"] {
        record(
            &shop,
            claim(&shop, &[("email", email)], "to_person", "email"),
        );
    }
    assert_eq!(reason(&shop, "anne@ex.com", 3, "P7D"), "CONSENT_VALID");
    let both = [("email", "anne@ex.com"), ("email", "anna@ex.com")];
    shop.record(vec![shop.claim(&both, "offers", "refused")]);
    for email in ["anne@ex.com", "anna@ex.com"] {
        assert_eq!(reason(&shop, email, 3, "P7D"), "PRESSURE_CAP");
        assert_eq!(reason(&shop, email, 4, "P7D"), "CONSENT_VALID");
        assert_eq!(one(&shop, email, 3, "P7D").0, "PRESSURE_CAP");
    }
    assert_eq!(findings(&shop), [""; 0]);
}

#[test]
fn a_service_message_presses_nobody() {
    let shop = shop(&["anne@ex.com"]);
    let publication = serde_json::from_value(serde_json::json!({
        "purpose": [{"id": "orders", "controller": "default", "use": "service_message",
            "title": {"en": "Orders"}, "legal_basis": "contract", "channels": ["email"]}],
    }));
    let grant = TestApp::grant();
    let published = shop
        .app
        .publish(&grant, publication.unwrap(), shop.app.now(), None);
    TestApp::wait(published).unwrap();
    let mut serving = claim(&shop, &[("email", "anne@ex.com")], "to_person", "email");
    serving.purpose = Some("orders".into());
    record(&shop, serving);
    assert_eq!(reason(&shop, "anne@ex.com", 1, "P7D"), "CONSENT_VALID");
}

/// The facts that the index gives for a check by phone.
fn phone_reasons(shop: &TestApp, email: &str) -> Vec<String> {
    TestApp::wait(shop.app.fresh()).unwrap();
    let mut question = question(shop, email, 100, "P7D");
    question.channel = "phone_live".into();
    let mut answers = shop
        .app
        .check_blocking(&TestApp::grant(), &[question], shop.app.now())
        .unwrap();
    let outcome = answers.remove(0).unwrap().decided().outcome;
    let first = std::iter::once(outcome.reason().to_owned());
    first.chain(outcome.also().iter().cloned()).collect()
}

#[test]
fn calls_by_a_subcontractor_count_answered_or_not() {
    let shop = shop(&["anne@ex.com"]);
    let capped =
        |shop: &TestApp| phone_reasons(shop, "anne@ex.com").contains(&"FREQUENCY_CAP".to_owned());
    for n in 0..4 {
        assert!(!capped(&shop));
        let mut call = claim(
            &shop,
            &[("email", "anne@ex.com")],
            "to_person",
            "phone_live",
        );
        call.answered = Some(n % 2 == 0);
        call.by = (n > 1).then(|| "Appels SA".into());
        record(&shop, call);
    }
    assert!(capped(&shop));
    shop.clock.pass(30 * DAY);
    assert!(!capped(&shop));
}

#[test]
fn a_no_in_a_call_stands_for_good() {
    let shop = shop(&["anne@ex.com"]);
    let mut call = claim(
        &shop,
        &[("email", "anne@ex.com")],
        "to_person",
        "phone_live",
    );
    call.outcome = Some("refused".into());
    record(&shop, call);
    shop.clock.pass(400 * DAY);
    let refused = "OBJECTION".to_owned();
    assert!(phone_reasons(&shop, "anne@ex.com").contains(&refused));
    // also for an index that is built anew
    let again = TestApp::reopened(&shop);
    assert!(phone_reasons(&again, "anne@ex.com").contains(&refused));
}

#[test]
fn the_persons_own_last_contact_is_kept_however_old() {
    let shop = shop(&[]);
    let who = [("email", "anne@ex.com")];
    let mut yes = shop.claim(&who, "newsletter", "given");
    yes.valid_for = None;
    shop.record(vec![yes]);
    let mut call = claim(&shop, &who, "from_person", "phone_live");
    call.purpose = None;
    record(&shop, call.clone());
    shop.clock.pass(37 * 31 * DAY);
    assert_eq!(reason(&shop, "anne@ex.com", 9, "P7D"), "RETENTION_EXPIRED");
    record(&shop, call);
    assert_eq!(reason(&shop, "anne@ex.com", 9, "P7D"), "CONSENT_VALID");
}

#[test]
fn the_audit_check_names_what_was_done_to_a_contact() {
    let shop = shop(&["anne@ex.com"]);
    one(&shop, "anne@ex.com", 9, "P7D").1.unwrap();
    record(
        &shop,
        claim(&shop, &[("email", "anne@ex.com")], "to_person", "email"),
    );
    assert_eq!(findings(&shop), [""; 0]);
    let added = "INSERT INTO contacts SELECT x'01990000000070008000000000000000', subject_id, at, direction, \
                 channel, purpose, refused, reserved, released, position FROM contacts LIMIT 1";
    for (tamper, expected) in [
        (
            "DELETE FROM contacts WHERE reserved",
            "the contact that this entry recorded is missing",
        ),
        (added, "a contact rests on no entry"),
        (
            "UPDATE contacts SET at = at - 1 WHERE reserved",
            "the contact is not what this entry recorded",
        ),
        (
            "UPDATE contacts SET released = 1 WHERE reserved",
            "the contact is not what this entry recorded",
        ),
        (
            "UPDATE contacts SET reserved = 1 WHERE NOT reserved",
            "the contact is not what this entry recorded",
        ),
        (
            "UPDATE contacts SET position = 99999 WHERE reserved",
            "the contact is not what this entry recorded",
        ),
        (
            "UPDATE contacts SET subject_id = x'01' WHERE reserved",
            "a contact is of a person who does not exist",
        ),
    ] {
        shop.app.settle().unwrap();
        let copy = TestApp::copy_of(&shop.file, 2, tamper);
        let found = findings(&copy);
        assert!(
            found.iter().any(|what| what == expected),
            "{tamper}: {found:?}"
        );
    }
}

/// What may happen to two persons who may turn out to be one.
#[derive(Clone, Debug)]
enum Event {
    Reserve(usize),
    Record(usize, bool),
    Release(usize),
    Merge,
    Pass(i64),
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0usize..2).prop_map(Event::Reserve),
        3 => (0usize..2, any::<bool>()).prop_map(|(who, own)| Event::Record(who, own)),
        3 => (0usize..9).prop_map(Event::Release),
        1 => Just(Event::Merge),
        2 => (1i64..40).prop_map(Event::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Whatever happens, the table is what the ledger adds up to, an index that followed says the
    /// same as one that is built anew, and a decision within a write the same as one from memory.
    #[test]
    fn the_state_is_the_fold_of_the_ledger(history in prop::collection::vec(events(), 1..16)) {
        let emails = ["anne@ex.com", "bob@ex.com"];
        let shop = shop(&emails);
        let mut reserved = Vec::new();
        for event in history {
            match event {
                Event::Reserve(who) => {
                    let before = reason(&shop, emails[who], 3, "P30D");
                    let (reason, contact) = one(&shop, emails[who], 3, "P30D");
                    prop_assert_eq!(before, reason);
                    reserved.extend(contact);
                }
                Event::Record(who, own) => {
                    let direction = if own { "from_person" } else { "to_person" };
                    record(&shop, claim(&shop, &[("email", emails[who])], direction, "email"));
                }
                Event::Release(at) if !reserved.is_empty() => {
                    let contact = reserved.remove(at % reserved.len());
                    release(&shop, contact);
                }
                Event::Release(_) => {}
                Event::Merge => {
                    let both = [("email", emails[0]), ("email", emails[1])];
                    shop.record(vec![shop.claim(&both, "offers", "refused")]);
                }
                Event::Pass(days) => shop.clock.pass(days * DAY),
            }
        }
        prop_assert_eq!(findings(&shop), Vec::<String>::new());
        let again = TestApp::reopened(&shop);
        for email in emails {
            for max in 1..6 {
                let followed = reason(&shop, email, max, "P30D");
                prop_assert_eq!(reason(&again, email, max, "P30D"), followed);
            }
        }
    }
}
