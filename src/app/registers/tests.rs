#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::*;
use crate::access::{CheckDecisions, ExportAudit};
use crate::app::audience::tests::take;
use crate::app::audience::{AudienceQuery, Lists};
use crate::app::check::{Decided, Question};
use crate::app::facts::Said;
use crate::app::publish::Publication;
use crate::app::record::Claim;
use crate::app::testing::{TestApp, sql};
use crate::domain::audience::{Header, Layout};
use crate::store::Whom;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Controllers of three countries, with a purpose each.
fn shop() -> TestApp {
    let shop = TestApp::new();
    let purpose = |country: &str, basis: &str| {
        json!({
            "id": country, "controller": country, "use": "direct_marketing_own",
            "title": {"en": "Offers"}, "legal_basis": basis,
            "channels": ["email", "phone_live", "post_addressed"],
        })
    };
    let controller =
        |country: &str| json!({"id": country.to_lowercase(), "name": country, "country": country});
    let publication: Publication = serde_json::from_value(json!({
        "controller": [controller("GB"), controller("ES"), controller("IT"), controller("FR")],
        "purpose": [
            purpose("gb", "legitimate_interest"), purpose("es", "legitimate_interest"),
            purpose("it", "consent"), purpose("fr", "legitimate_interest"),
        ],
        "notice": [{
            "id": "it", "version": 1, "purpose": "it", "change": "major",
            "text": {"en": "Yes, offers."}, "names_sender": true,
        }],
    }))
    .unwrap();
    let grant = TestApp::grant();
    let published = shop.app.publish(&grant, publication, shop.app.now(), None);
    TestApp::wait(published).unwrap();
    shop
}

/// Somebody said yes to something, so that they are known.
fn known(shop: &TestApp, who: &[(&str, &str)]) {
    says(shop, who, "given");
}

/// An answer for post from Italy.
fn says(shop: &TestApp, who: &[(&str, &str)], status: &str) {
    shop.record(vec![Claim {
        channel: "post_addressed".into(),
        collected_at: Some(shop.app.now().utc()),
        ..shop.claim(who, "it", status)
    }]);
}

fn load(
    shop: &TestApp,
    register: Register,
    date: &str,
    file: &str,
) -> Result<RegisterStatus, Refusal> {
    let source = RegisterSource {
        register,
        file: file.as_bytes(),
        issued_on: date.parse().ok(),
        complete: true,
    };
    shop.app
        .load_register(&TestApp::grant(), source, shop.app.now())
}

fn question(shop: &TestApp, who: &[(&str, &str)], of: (&str, &str), said: Said) -> Question {
    let named = shop.named(who);
    Question {
        blinds: named.blinds(),
        coarse: named.coarse(),
        kinds: named.identifier_kinds(),
        subject: None,
        purpose: of.0.into(),
        channel: of.1.into(),
        campaign: None,
        said,
        at: None,
        reserve: false,
    }
}

fn decide(shop: &TestApp, question: Question) -> Decided {
    decide_by(&shop.app, question)
}

fn decide_by(app: &App, question: Question) -> Decided {
    TestApp::wait(app.fresh()).unwrap();
    let grant = TestApp::grant::<CheckDecisions>();
    let mut answers = app.check_blocking(&grant, &[question], app.now()).unwrap();
    answers.pop().unwrap().unwrap().decided()
}

/// Why a call in the United Kingdom is permitted or denied.
fn call(shop: &TestApp, who: &[(&str, &str)], told: Value) -> Decided {
    decide(shop, british(shop, who, told))
}

fn british(shop: &TestApp, who: &[(&str, &str)], told: Value) -> Question {
    let said = Said {
        person: serde_json::from_value(json!({"country": "GB", "timezone": "Europe/London"}))
            .unwrap(),
        told: serde_json::from_value(told).unwrap(),
        ..Said::default()
    };
    question(shop, who, ("gb", "phone_live"), said)
}

const ANNE: &[(&str, &str)] = &[("phone", "+442071234567"), ("email", "anne@example.co.uk")];
const BOB: &[(&str, &str)] = &[("phone", "+442071234568")];

fn reason(decided: &Decided) -> String {
    decided.outcome.reason().to_owned()
}

#[test]
fn a_list_answers_where_the_caller_says_nothing() {
    let shop = shop();
    known(&shop, ANNE);
    known(&shop, BOB);
    known(&shop, &[("email", "carl@example.co.uk")]);
    assert_eq!(reason(&call(&shop, ANNE, json!({}))), "MISSING_FACT");
    load(&shop, Register::Tps, "2026-11-20", "020 7123 4567\n").unwrap();
    // by whichever identifier she is named
    for who in [ANNE, &ANNE[..1], &ANNE[1..]] {
        assert_eq!(reason(&call(&shop, who, json!({}))), "OPT_OUT_REGISTER");
    }
    assert_eq!(reason(&call(&shop, BOB, json!({}))), "OPT_OUT_REGIME");
    // nobody has looked a number of his up
    let carl: &[(&str, &str)] = &[("email", "carl@example.co.uk")];
    assert_eq!(reason(&call(&shop, carl, json!({}))), "MISSING_FACT");
}

#[test]
fn of_the_callers_word_and_the_list_the_stricter_holds() {
    let shop = shop();
    known(&shop, ANNE);
    known(&shop, BOB);
    load(&shop, Register::Tps, "2026-11-20", "020 7123 4567\n").unwrap();
    let no = json!({"on_tps": false});
    let denied = call(&shop, ANNE, no.clone());
    assert_eq!(reason(&denied), "OPT_OUT_REGISTER");
    assert_eq!(
        reason(&call(&shop, BOB, json!({"on_tps": true}))),
        "OPT_OUT_REGISTER"
    );
    assert_eq!(reason(&call(&shop, BOB, no)), "OPT_OUT_REGIME");
}

#[test]
fn a_list_that_is_too_old_counts_as_not_loaded() {
    let shop = shop();
    known(&shop, ANNE);
    known(&shop, BOB);
    load(&shop, Register::Tps, "2026-11-20", "020 7123 4567\n").unwrap();
    let permit = call(&shop, BOB, json!({}));
    // 28 days after its date, in the home zone
    let end = "2026-12-18T23:00:00Z".parse().ok();
    assert!(permit.valid_until.is_some() && permit.valid_until <= end);
    shop.clock.pass(26 * 86_400);
    assert_eq!(reason(&call(&shop, BOB, json!({}))), "OPT_OUT_REGIME");
    shop.clock.pass(86_400);
    for who in [ANNE, BOB] {
        assert_eq!(reason(&call(&shop, who, json!({}))), "MISSING_FACT");
    }
    // the caller has consulted it themselves
    assert_eq!(
        reason(&call(&shop, BOB, json!({"on_tps": false}))),
        "OPT_OUT_REGIME"
    );
    let stale = shop
        .app
        .registers(
            &TestApp::grant::<crate::access::LoadRegisters>(),
            shop.app.now(),
        )
        .unwrap();
    assert!(stale.iter().all(|one| !one.fresh));
    load(&shop, Register::Tps, "2026-12-19", "020 7123 4567\n").unwrap();
    assert_eq!(reason(&call(&shop, BOB, json!({}))), "OPT_OUT_REGIME");
}

#[test]
fn a_permit_that_hangs_on_a_list_ends_with_it() {
    let shop = shop();
    known(&shop, BOB);
    let post = || {
        let who = &[("postal", "1 calle mayor, madrid"), BOB[0]];
        decide(
            &shop,
            question(&shop, who, ("es", "post_addressed"), Said::default()),
        )
    };
    load(
        &shop,
        Register::RobinsonEs,
        "2026-11-20",
        "postal\n2 calle mayor madrid\n",
    )
    .unwrap();
    let permit = post();
    assert_eq!(reason(&permit), "LEGITIMATE_INTEREST");
    assert_eq!(permit.valid_until, "2026-12-20T23:00:00Z".parse().ok());
    // remembered, it ends then as well; and later with a newer list
    assert_eq!(post().valid_until, permit.valid_until);
    load(
        &shop,
        Register::RobinsonEs,
        "2026-11-21",
        "postal\n2 calle mayor madrid\n",
    )
    .unwrap();
    assert_eq!(post().valid_until, "2026-12-21T23:00:00Z".parse().ok());
}

#[test]
fn the_next_list_takes_the_place_of_the_one_before() {
    let shop = shop();
    known(&shop, ANNE);
    known(&shop, BOB);
    let reasons = || [ANNE, BOB].map(|who| reason(&call(&shop, who, json!({}))));
    load(&shop, Register::Tps, "2026-11-20", "020 7123 4567\n").unwrap();
    assert_eq!(reasons(), ["OPT_OUT_REGISTER", "OPT_OUT_REGIME"]);
    load(&shop, Register::Tps, "2026-11-21", "020 7123 4568\n").unwrap();
    assert_eq!(reasons(), ["OPT_OUT_REGIME", "OPT_OUT_REGISTER"]);
    // neither an older list nor a broken one changes anything
    let older = load(&shop, Register::Tps, "2026-11-20", "020 7123 4567\n");
    assert!(older.unwrap_err().to_string().contains("2026-11-21"));
    let position = shop.app.index().position();
    let broken = load(&shop, Register::Tps, "2026-11-22", "020 7123 4567\nwho?\n").unwrap_err();
    assert!(broken.to_string().contains("line 2"), "{broken}");
    assert!(!broken.to_string().contains("who?"));
    let empty = load(&shop, Register::Tps, "2026-11-22", "phone\n").unwrap_err();
    assert!(empty.to_string().contains("nobody"));
    let early = load(&shop, Register::Tps, "2026-11-23", "020 7123 4567\n").unwrap_err();
    assert!(early.to_string().contains("has not come"));
    assert_eq!(shop.app.index().position(), position);
    assert_eq!(reasons(), ["OPT_OUT_REGIME", "OPT_OUT_REGISTER"]);
}

#[test]
fn who_is_not_in_a_part_of_a_register_is_not_said_to_be_unregistered() {
    let shop = shop();
    known(&shop, ANNE);
    known(&shop, BOB);
    let source = RegisterSource {
        register: Register::Tps,
        file: b"020 7123 4567",
        issued_on: None,
        complete: false,
    };
    let status = shop
        .app
        .load_register(&TestApp::grant(), source, shop.app.now())
        .unwrap();
    assert!(status.fresh);
    assert_eq!(
        reason(&call(&shop, ANNE, json!({"on_tps": false}))),
        "OPT_OUT_REGISTER"
    );
    assert_eq!(reason(&call(&shop, BOB, json!({}))), "MISSING_FACT");
}

/// Bloctel is asked for until 10 August 2026.
#[test]
fn bloctel_is_asked_for_as_long_as_there_was_one() {
    let shop = shop();
    let (anne, bob) = ([("phone", "+33612345678")], [("phone", "+33612345679")]);
    known(&shop, &anne);
    known(&shop, &bob);
    load(&shop, Register::Bloctel, "2026-07-20", "06 12 34 56 78\n").unwrap();
    let call = |who: &[(&str, &str)], at: &str, told: Value| {
        let said = Said {
            told: serde_json::from_value(told).unwrap(),
            ..Said::default()
        };
        let at = at.parse().ok();
        let question = Question {
            at,
            ..question(&shop, who, ("fr", "phone_live"), said)
        };
        reason(&decide(&shop, question))
    };
    let (within, too_late) = ("2026-08-05T11:00:00+02:00", "2026-07-02T11:00:00+02:00");
    assert_eq!(call(&anne, within, json!({})), "OPT_OUT_REGISTER");
    assert_eq!(
        call(&anne, within, json!({"on_bloctel": false})),
        "OPT_OUT_REGISTER"
    );
    assert_eq!(call(&bob, within, json!({})), "OPT_OUT_REGIME");
    // nobody knew the list then
    assert_eq!(call(&bob, too_late, json!({})), "MISSING_FACT");
}

#[test]
fn a_consent_outlives_only_an_entry_before_it() {
    let shop = shop();
    let who = [("postal", "1 via roma, milano")];
    says(&shop, &who, "given");
    let post = || {
        let asked = question(&shop, &who, ("it", "post_addressed"), Said::default());
        reason(&decide(&shop, asked))
    };
    assert_eq!(post(), "MISSING_FACT");
    let file = |date: &str| format!("postal,registered_at\n\"1 via roma, milano\",{date}\n");
    load(&shop, Register::Rpo, "2026-11-20", &file("2026-11-01")).unwrap();
    assert_eq!(post(), "CONSENT_VALID");
    // whom a list names without a date entered on its own day at the latest
    load(&shop, Register::Rpo, "2026-11-20", &file("")).unwrap();
    assert_eq!(post(), "CONSENT_VALID");
    for (issued, since) in [("2026-11-21", "2026-11-22"), ("2026-11-22", "")] {
        load(&shop, Register::Rpo, issued, &file(since)).unwrap();
        assert_eq!(post(), "OPT_OUT_REGISTER", "{since:?}");
    }
}

#[test]
fn what_is_known_of_one_counts_for_whom_they_are_merged_into() {
    let shop = shop();
    known(&shop, &ANNE[..1]);
    known(&shop, &ANNE[1..]);
    load(&shop, Register::Tps, "2026-11-20", "020 7123 4567\n").unwrap();
    assert_eq!(reason(&call(&shop, &ANNE[1..], json!({}))), "MISSING_FACT");
    known(&shop, ANNE);
    assert_eq!(
        reason(&call(&shop, &ANNE[1..], json!({}))),
        "OPT_OUT_REGISTER"
    );
    // and no more once she has left the register
    load(&shop, Register::Tps, "2026-11-21", "020 7123 4569\n").unwrap();
    assert_eq!(
        reason(&call(&shop, &ANNE[1..], json!({}))),
        "OPT_OUT_REGIME"
    );
    known(&shop, ANNE);
    assert_eq!(
        reason(&call(&shop, &ANNE[1..], json!({}))),
        "OPT_OUT_REGIME"
    );
    let again = TestApp::reopened(&shop);
    assert_eq!(
        reason(&call(&again, &ANNE[1..], json!({}))),
        "OPT_OUT_REGIME"
    );
}

/// Why a call that is reserved is permitted or denied.
fn reserve(shop: &TestApp, who: &[(&str, &str)]) -> String {
    let person = json!({"country": "GB", "timezone": "Europe/London"});
    let said = Said {
        person: serde_json::from_value(person).unwrap(),
        ..Said::default()
    };
    let question = Question {
        reserve: true,
        ..question(shop, who, ("gb", "phone_live"), said)
    };
    let (grant, now) = (TestApp::grant(), shop.app.now());
    let told = shop
        .app
        .reserve(&grant, vec![question], now, None, |_| Value::Null);
    match TestApp::wait(told).unwrap().pop() {
        Some(crate::app::reserve::Told::Now(decided)) => reason(&decided.unwrap()),
        other => format!("{other:?}"),
    }
}

/// Nodes that hold a part of the persons answer by the lists as one does that holds all, also where one is loaded
/// while they run.
#[test]
fn a_list_counts_for_whom_a_node_does_not_hold() {
    let shop = shop();
    known(&shop, ANNE);
    known(&shop, BOB);
    let nodes = ["1/2", "2/2"].map(|part| TestApp::beside(&shop, part.parse().unwrap()));
    let same = |expected: [&str; 2]| {
        for (who, expected) in [ANNE, BOB].into_iter().zip(expected) {
            assert_eq!(reason(&call(&shop, who, json!({}))), expected);
            for node in &nodes {
                let question = british(&shop, who, json!({}));
                assert_eq!(reason(&decide_by(node, question)), expected);
            }
        }
    };
    same(["MISSING_FACT"; 2]);
    load(&shop, Register::Tps, "2026-11-20", "020 7123 4567\n").unwrap();
    // whoever reads does not go by the lists of a moment ago
    let contacts = shop.named(ANNE).blinds();
    let whom = Whom {
        contacts: &contacts,
        filed: &[],
        persons: &[],
    };
    for node in &nodes {
        let read = node.read_index(&whom).unwrap();
        assert!(read.view().list(Register::Tps).is_some());
    }
    same(["OPT_OUT_REGISTER", "OPT_OUT_REGIME"]);
    load(&shop, Register::Tps, "2026-11-21", "020 7123 4568\n").unwrap();
    same(["OPT_OUT_REGIME", "OPT_OUT_REGISTER"]);
    assert!(nodes.iter().any(|node| node.answered_elsewhere().1 > 0));
}

/// From rest no more is read than the blocks of the contact points that are asked about.
#[test]
fn a_list_of_many_blocks_is_found_in_from_memory_and_from_rest() {
    let shop = shop();
    known(&shop, ANNE);
    known(&shop, BOB);
    let others = (0..12_000_u32).map(|n| hex(&sha256(&[&n.to_be_bytes()])));
    let lines: Vec<String> = others.chain([ANNE[0].1.to_owned()]).collect();
    let status = load(&shop, Register::Tps, "2026-11-20", &lines.join("\n")).unwrap();
    assert_eq!(status.loaded.unwrap().entries, 12_001);
    let reasons = [(ANNE, "OPT_OUT_REGISTER"), (BOB, "OPT_OUT_REGIME")];
    for (who, expected) in reasons {
        assert_eq!(reason(&call(&shop, who, json!({}))), expected);
        assert_eq!(reserve(&shop, who), expected);
    }
    let again = TestApp::reopened(&shop);
    for (who, expected) in reasons {
        assert_eq!(reason(&call(&again, who, json!({}))), expected);
    }
    // everybody in the list is found at rest by their own block
    shop.app.settle().unwrap();
    let plain = TestApp::copy_of(&shop.file, 17, "");
    for n in (0..12_000_u32).step_by(1_009) {
        let hash = hex(&sha256(&[&n.to_be_bytes()]));
        let named = shop.named(&[("id_hash", &hash)]);
        plain.app.index_one(&named).unwrap();
        let view = plain.app.index().view();
        let list = view.list(Register::Tps).unwrap();
        assert_eq!(list.entries.len(), 1, "{n}");
    }
    let found = plain.app.audit_check(&TestApp::grant(), &|_, _| ());
    assert!(found.unwrap().holds());
}

#[test]
fn a_reservation_sees_the_lists_in_its_own_transaction() {
    let shop = shop();
    known(&shop, ANNE);
    known(&shop, BOB);
    load(&shop, Register::Tps, "2026-11-20", "020 7123 4567\n").unwrap();
    let reserve = |who| reserve(&shop, who);
    assert_eq!(reserve(&ANNE[1..]), "OPT_OUT_REGISTER");
    assert_eq!(reserve(BOB), "OPT_OUT_REGIME");
}

#[test]
fn the_log_tells_of_a_list_that_was_changed() {
    let shop = shop();
    load(&shop, Register::Tps, "2026-11-20", "020 7123 4567\n").unwrap();
    load(&shop, Register::Tps, "2026-11-21", "020 7123 4568\n").unwrap();
    load(&shop, Register::Rpo, "2026-11-21", "0669821234\n").unwrap();
    shop.app.settle().unwrap();
    for (tamper, seed) in [
        ("", 11),
        (
            "UPDATE register_blocks SET packed = X'00112233445566770000' WHERE register = 'tps'",
            12,
        ),
        (
            "UPDATE registers SET issued_on = '2026-11-22' WHERE name = 'tps'",
            13,
        ),
        (
            "UPDATE registers SET complete = NOT complete WHERE name = 'rpo'",
            14,
        ),
        ("DELETE FROM registers WHERE name = 'rpo'", 15),
        (
            "INSERT INTO registers SELECT 'dncm', issued_on, complete, kinds, entries, file_mark, list_sha256, loaded_at, position FROM registers WHERE name = 'tps'",
            16,
        ),
    ] {
        let copy = TestApp::copy_of(&shop.file, seed, tamper);
        let grant = TestApp::grant::<ExportAudit>();
        let found = copy.app.audit_check(&grant, &|_, _| ()).unwrap();
        assert_eq!(found.holds(), tamper.is_empty(), "{tamper}: {found:?}");
    }
    // no number stands anywhere
    sql(&shop.file, "PRAGMA wal_checkpoint(TRUNCATE)");
    let bytes = std::fs::read(&shop.file).unwrap();
    assert!(!bytes.windows(9).any(|some| some == b"207123456"));
}

/// What may happen.
#[derive(Debug, Clone)]
enum Act {
    Says(usize, &'static str),
    Loads(&'static str, Vec<usize>, bool, u8),
    Waits(i64),
    /// The identifiers of two are one person's.
    Merges(usize, usize),
}

fn act() -> impl Strategy<Value = Act> {
    let register = prop::sample::select(vec!["robinson_es", "rpo"]);
    let status = prop::sample::select(vec!["given", "given", "withdrawn"]);
    prop_oneof![
        4 => (0..5_usize, status).prop_map(|(who, status)| Act::Says(who, status)),
        3 => (register, prop::collection::vec(0..5_usize, 1..4), any::<bool>(), 1..20_u8)
            .prop_map(|(name, who, full, ago)| Act::Loads(name, who, full, ago)),
        3 => (1_i64..12 * 86_400).prop_map(Act::Waits),
        1 => (0..5_usize, 0..5_usize).prop_map(|(one, other)| Act::Merges(one, other)),
    ]
}

fn postal(who: usize) -> String {
    format!("{who} calle mayor madrid")
}

fn crm(who: usize) -> String {
    format!("c-{who}")
}

fn happen(shop: &TestApp, act: &Act) {
    match act {
        Act::Says(who, status) => {
            says(
                shop,
                &[("postal", &postal(*who)), ("crm_id", &crm(*who))],
                status,
            );
        }
        Act::Waits(seconds) => shop.clock.pass(*seconds),
        Act::Merges(one, other) => {
            says(
                shop,
                &[("crm_id", &crm(*one)), ("crm_id", &crm(*other))],
                "given",
            );
        }
        Act::Loads(name, who, complete, ago) => {
            let now = shop.app.now();
            let day = |days: u8| (now.utc() - chrono::TimeDelta::days(days.into())).date_naive();
            let line = |who: &usize| format!("{},{}\n", postal(*who), day(ago.saturating_mul(2)));
            let file: String = who.iter().map(line).collect();
            let source = RegisterSource {
                register: Register::parse(name).unwrap(),
                file: &[b"postal,registered_at\n", file.as_bytes()].concat(),
                issued_on: Some(day(*ago)),
                complete: *complete,
            };
            // one that is older than the last is refused
            let _refused = shop.app.load_register(&TestApp::grant(), source, now);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever happens: a single check, one that is remembered, a list, and a service that builds
    /// its index anew give one answer, by each identifier.
    #[test]
    fn every_way_gives_the_same_answer(acts in prop::collection::vec(act(), 1..16)) {
        let shop = shop();
        for act in &acts {
            happen(&shop, act);
            for of in ["es", "it"] {
                ways_agree(&shop, of)?;
            }
        }
        let again = TestApp::reopened(&shop);
        for of in ["es", "it"] {
            prop_assert_eq!(singly(&again, of, "crm_id"), singly(&shop, of, "crm_id"));
            prop_assert_eq!(singly(&again, of, "postal"), singly(&shop, of, "postal"));
        }
    }
}

fn ways_agree(shop: &TestApp, of: &str) -> Result<(), TestCaseError> {
    for kind in ["postal", "crm_id"] {
        let expected = singly(shop, of, kind);
        let named = |who: usize| {
            if kind == "postal" {
                postal(who)
            } else {
                crm(who)
            }
        };
        let asked: Vec<Question> = (0..5)
            .map(|who| {
                question(
                    shop,
                    &[(kind, &named(who))],
                    (of, "post_addressed"),
                    Said::default(),
                )
            })
            .collect();
        let grant = TestApp::grant::<CheckDecisions>();
        for _ in 0..2 {
            let remembered = shop
                .app
                .check_blocking(&grant, &asked, shop.app.now())
                .unwrap();
            let reasons = remembered
                .into_iter()
                .map(|one| reason(&one.unwrap().decided()));
            prop_assert_eq!(reasons.collect::<Vec<_>>(), expected.clone());
        }
        let listed: String = (0..5).map(|who| format!("{}\n", named(who))).collect();
        let refused = refused_of_list(shop, of, kind, &listed);
        for (who, reason) in expected.iter().enumerate() {
            let line = format!("{},{reason}", named(who));
            let permit = ["LEGITIMATE_INTEREST", "CONSENT_VALID"].contains(&reason.as_str());
            prop_assert_eq!(
                refused.contains(&line),
                !permit,
                "{} in {:?}",
                line,
                refused
            );
        }
    }
    Ok(())
}

/// Each by themselves, with a word of the caller's, which is never remembered.
fn singly(shop: &TestApp, of: &str, kind: &str) -> Vec<String> {
    let ask = |who: usize| {
        let named = if kind == "postal" {
            postal(who)
        } else {
            crm(who)
        };
        let told = json!({"recipient": "nobody"});
        let said = Said {
            told: serde_json::from_value(told).unwrap(),
            ..Said::default()
        };
        let asked = question(shop, &[(kind, &named)], (of, "post_addressed"), said);
        reason(&decide(shop, asked))
    };
    (0..5).map(ask).collect()
}

fn refused_of_list(shop: &TestApp, of: &str, kind: &str, list: &str) -> Vec<String> {
    let query = AudienceQuery {
        purpose: of.into(),
        channel: "post_addressed".into(),
        campaign: None,
    };
    let header = Header::read(kind.as_bytes(), None).unwrap();
    let grant = TestApp::grant();
    let layout = Layout::Csv(header);
    let mut audience = shop.app.audience(&grant, query, layout).unwrap();
    let mut lists = Lists {
        permitted: Vec::new(),
        refused: Some(Vec::new()),
    };
    take(&mut audience, list, true, &mut lists);
    let refused = String::from_utf8(lists.refused.unwrap()).unwrap();
    refused.lines().map(str::to_owned).collect()
}
