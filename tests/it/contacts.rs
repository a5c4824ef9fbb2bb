//! Contacts, caps and reservations from outside: e-mail and post only, since calls and texts have
//! hours in France.

use serde_json::{Value, json};

use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::scene::{Scene, consent, email, permits, question};
use crate::support::server::{Server, cli};

/// A check that reserves, under a cap of the campaign's own.
fn reserving(who: &Value, max: u16) -> Value {
    let mut asked = question(who, "newsletter", "email");
    asked["reserve"] = json!(true);
    asked["campaign"] = json!("spring-2027");
    asked["facts"] = json!({ "pressure_cap": { "max": max, "period": "P30D" } });
    asked
}

fn asked(api: &Http, body: &Value) -> Value {
    api.post("/v1/checks", body).expect(200).json()
}

/// A newsletter that went out.
fn sent(who: &Value) -> Value {
    json!({ "subject": who, "direction": "to_person", "channel": "email", "purpose": "newsletter" })
}

fn subscriber(api: &Http, address: &str) -> Value {
    let who = email(address);
    api.records(&consent(&who, "newsletter", "email", "given"));
    who
}

/// How many of these asked at once are permitted; each permit has a contact of its own.
fn at_once(nodes: &[&Http], who: &Value, each: usize, max: u16) -> usize {
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let threads: Vec<_> = nodes
            .iter()
            .flat_map(|node| vec![*node; each])
            .map(|node| scope.spawn(move || asked(node, &reserving(who, max))))
            .collect();
        let answers = threads.into_iter().map(|thread| thread.join().unwrap());
        answers.collect()
    });
    assert_eq!(answers.len(), nodes.len() * each);
    let permits: Vec<&Value> = answers.iter().filter(|answer| permits(answer)).collect();
    let contacts: std::collections::BTreeSet<_> = permits
        .iter()
        .map(|answer| answer["contact_id"].as_str().expect("a contact"))
        .collect();
    assert_eq!(contacts.len(), permits.len());
    for answer in answers.iter().filter(|answer| !permits.contains(answer)) {
        assert_eq!(answer["reason"], "PRESSURE_CAP", "{answer}");
        assert!(answer["contact_id"].is_null(), "{answer}");
    }
    permits.len()
}

/// How many entries there are, those of the decisions made until now among them: who looks for
/// decisions brings them in.
fn position(api: &Http) -> u64 {
    api.get("/v1/decisions?campaign=none").expect(200);
    let ready = api.get("/readyz").expect(200).json();
    ready["position"].as_u64().expect("a position")
}

/// Every row of the database is what its entries add up to.
fn holds(db: &Db) {
    let checked = cli(db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
}

on_both! {
    fn with_a_cap_of_four_a_hundred_at_once_get_four(db: &Db) {
        let scene = Scene::new(db);
        for round in 0..3 {
            let who = subscriber(&scene.api, &format!("cap{round}@cap.example"));
            assert_eq!(at_once(&[&scene.api], &who, 100, 4), 4);
            let after = asked(&scene.api, &reserving(&who, 4));
            assert_eq!(after["reason"], "PRESSURE_CAP");
            assert!(permits(&asked(&scene.api, &reserving(&who, 5))));
        }
        holds(db);
    }

    fn two_nodes_cannot_overshoot_either(db: &Db) {
        let a = Scene::new(db);
        let b = Scene::on(db, &a.key);
        for round in 0..3 {
            let who = subscriber(&a.api, &format!("nodes{round}@cap.example"));
            assert_eq!(at_once(&[&a.api, &b.api], &who, 50, 4), 4);
            // and both know of them afterwards
            for node in [&a.api, &b.api] {
                let mut asks = reserving(&who, 4);
                asks["reserve"] = json!(false);
                assert_eq!(asked(node, &asks)["reason"], "PRESSURE_CAP");
                assert!(permits(&asked(node, &json!({ "subject": who, "purpose": "newsletter",
                    "channel": "email", "facts": { "pressure_cap": { "max": 5, "period": "P30D" } } }))));
            }
        }
    }

    fn what_is_recorded_counts_on_every_node_and_after_a_restart(db: &Db) {
        let a = Scene::new(db);
        let b = Scene::on(db, &a.key);
        let who = subscriber(&a.api, "week@cap.example");
        for _ in 0..7 {
            assert!(permits(&a.api.asks(&who)));
            a.api.post("/v1/contacts", &sent(&who)).expect(201);
        }
        for node in [&a.api, &b.api] {
            assert_eq!(node.asks(&who)["reason"], "PRESSURE_CAP");
        }
        let told = cli(db, &[
            "--json", "check", "--purpose", "newsletter", "--channel", "email", "--email", "week@cap.example",
        ]);
        assert!(told.stdout.contains("PRESSURE_CAP"), "{told:?}");
        drop(b);
        let again = Scene::on(db, &a.key);
        assert_eq!(again.api.asks(&who)["reason"], "PRESSURE_CAP");
    }

    fn a_release_frees_one_wherever_it_is_made(db: &Db) {
        let a = Scene::new(db);
        let b = Scene::on(db, &a.key);
        let who = subscriber(&a.api, "release@cap.example");
        let contact = asked(&a.api, &reserving(&who, 1))["contact_id"].clone();
        let path = format!("/v1/contacts/{}/release", contact.as_str().unwrap());
        let reason = json!({ "reason": "hard_bounce" });
        assert_eq!(asked(&b.api, &reserving(&who, 1))["reason"], "PRESSURE_CAP");
        b.api.post(&path, &reason).expect(201);
        let again = a.api.post(&path, &reason).expect(409).json();
        assert_eq!(again["code"], "already_released");
        assert!(permits(&asked(&a.api, &reserving(&who, 1))));
        assert_eq!(asked(&b.api, &reserving(&who, 1))["reason"], "PRESSURE_CAP");
        // what went out without a reservation cannot be taken back
        let made = a.api.post("/v1/contacts", &sent(&who)).expect(201).json();
        let path = format!("/v1/contacts/{}/release", made["id"].as_str().unwrap());
        assert_eq!(a.api.post(&path, &reason).expect(409).json()["code"], "not_reserved");
        holds(db);
    }

    fn contacts_of_merged_persons_add_up(db: &Db) {
        let a = Scene::new(db);
        let b = Scene::on(db, &a.key);
        let (anne, anna) = (subscriber(&a.api, "anne@cap.example"), subscriber(&a.api, "anna@cap.example"));
        a.api.post("/v1/contacts", &json!({ "contacts": vec![sent(&anne); 2] })).expect(201);
        let reserved = asked(&b.api, &reserving(&anna, 4))["contact_id"].clone();
        // both numbers are said to be one person's, one after the other
        for who in [&anne, &anna] {
            let mut linking = sent(who);
            linking["subject"]["crm_id"] = json!("C-1");
            a.api.post("/v1/contacts", &linking).expect(201);
        }
        for (node, who) in [(&a.api, &anna), (&b.api, &anne)] {
            assert_eq!(asked(node, &reserving(who, 5))["reason"], "PRESSURE_CAP");
        }
        let path = format!("/v1/contacts/{}/release", reserved.as_str().unwrap());
        b.api.post(&path, &json!({ "reason": "cancelled" })).expect(201);
        assert!(permits(&asked(&a.api, &reserving(&anne, 5))));
        assert_eq!(asked(&b.api, &reserving(&anna, 5))["reason"], "PRESSURE_CAP");
        holds(db);
    }

    fn a_retry_with_its_key_counts_once(db: &Db) {
        let a = Scene::new(db);
        let b = Scene::on(db, &a.key);
        let who = subscriber(&a.api, "retry@cap.example");
        let other = subscriber(&a.api, "other@cap.example");
        let bad = json!({ "subject": who, "purpose": "newsletter", "channel": "fax" });
        let one = reserving(&who, 2);
        let many = json!({ "checks": [reserving(&other, 1), bad, reserving(&other, 1)] });
        for (tag, body) in [("one", &one), ("many", &many)] {
            let ask = |api: &Http| asked(&api.header("idempotency-key", tag), body);
            let first = ask(&a.api);
            for node in [&b.api, &a.api] {
                assert_eq!(ask(node), first);
            }
        }
        assert!(permits(&asked(&a.api, &reserving(&who, 2))), "the retries did not count");
        assert_eq!(asked(&a.api, &reserving(&who, 2))["reason"], "PRESSURE_CAP");
        let keyed = a.api.header("idempotency-key", "contact");
        let first = keyed.post("/v1/contacts", &sent(&other)).expect(201).json();
        assert_eq!(keyed.post("/v1/contacts", &sent(&other)).expect(201).json(), first);
        let reused = keyed.post("/v1/contacts", &sent(&who)).expect(409).json();
        assert_eq!(reused["code"], "idempotency_key_reused");
    }

    fn a_batch_is_in_order_and_a_bad_element_stops_no_other(db: &Db) {
        let scene = Scene::new(db);
        let who = subscriber(&scene.api, "batch@cap.example");
        let mut simulated = reserving(&who, 9);
        simulated["at"] = json!("2027-03-01T10:00:00Z");
        let mut quiet = reserving(&who, 2);
        quiet["reserve"] = json!(false);
        let checks = json!({ "checks": [
            reserving(&who, 2), simulated, quiet, reserving(&who, 2), quiet, reserving(&who, 2),
        ] });
        let answers = asked(&scene.api, &checks)["decisions"].clone();
        let said: Vec<String> = answers.as_array().unwrap().iter().map(|one| {
            let reserved = if one["contact_id"].is_string() { " reserved" } else { "" };
            format!("{}{reserved}", one["decision"].as_str().unwrap())
        }).collect();
        assert_eq!(said, ["permit reserved", "deny", "permit", "permit reserved", "deny", "deny"]);
        assert_eq!(answers[1]["error"]["errors"][0]["code"], "at_with_reserve");
        // each was decided on the state right before its own contact
        assert!(answers[3]["position"].as_u64() > answers[0]["position"].as_u64());
    }

    fn what_is_wrong_is_named_and_leaves_nothing(db: &Db) {
        let scene = Scene::new(db);
        let (api, who) = (&scene.api, subscriber(&scene.api, "bad@cap.example"));
        let before = position(api);
        let with = |changes: &Value| {
            let mut body = sent(&who);
            for (name, value) in changes.as_object().unwrap() {
                body[name] = value.clone();
            }
            body
        };
        for (changes, code) in [
            (json!({ "channel": "fax" }), "channel_unknown"),
            (json!({ "direction": "sideways" }), "direction_unknown"),
            (json!({ "purpose": "nothing" }), "purpose_unknown"),
            (json!({ "purpose": null }), "purpose_missing"),
            (json!({ "at": "2199-01-01T00:00:00Z" }), "date_in_future"),
            (json!({ "outcome": "refused" }), "not_a_call"),
            (json!({ "outcome": "bought" }), "outcome_unknown"),
            (json!({ "answered": true }), "not_a_call"),
            (json!({ "channel": "phone_live", "answered": false, "outcome": "refused" }), "not_answered"),
            (json!({ "channel": "phone_live", "direction": "from_person", "answered": true }), "not_a_call"),
            (json!({ "by": "" }), "length_wrong"),
            (json!({ "campaign": "x".repeat(201) }), "length_wrong"),
            (json!({ "subject": {} }), "identifier_missing"),
        ] {
            let one = with(&changes);
            let said = api.post("/v1/contacts", &one).expect(422).json();
            assert_eq!(said["errors"][0]["code"], code, "{changes}");
            let many = json!({ "contacts": [sent(&who), one] });
            let said = api.post("/v1/contacts", &many).expect(422).json();
            assert_eq!(said["errors"][0]["code"], code, "{changes}");
            assert!(said["errors"][0]["pointer"].as_str().unwrap().starts_with("/contacts/1"));
        }
        for many in [vec![], vec![sent(&who); 1001]] {
            let said = api.post("/v1/contacts", &json!({ "contacts": many })).expect(422).json();
            assert_eq!(said["errors"][0]["code"], "count_wrong");
        }
        api.post("/v1/contacts", &with(&json!({ "colour": "blue" }))).expect(422);
        bad_checks(api, &who);
        let none = "01990000-0000-7000-8000-000000000000";
        for (path, body, status) in [
            (format!("/v1/contacts/{none}/release"), json!({ "reason": "cancelled" }), 404),
            ("/v1/contacts/x/release".to_owned(), json!({ "reason": "cancelled" }), 404),
            (format!("/v1/contacts/{none}/release"), json!({ "reason": "Not a word" }), 422),
            (format!("/v1/contacts/{none}/release"), json!({}), 422),
        ] {
            api.post(&path, &body).expect(status);
        }
        // one of them was answered with a denial, which is on record
        assert_eq!(position(api), before + 1, "something was written");
    }
}

fn bad_checks(api: &Http, who: &Value) {
    let with = |name: &str, value: Value| {
        let mut body = reserving(who, 9);
        body[name] = value;
        body
    };
    let year = json!({ "pressure_cap": { "max": 1, "period": "P1Y" } });
    for (body, code) in [
        (with("at", json!("2027-03-01T10:00:00Z")), "at_with_reserve"),
        (with("channel", json!("fax")), "channel_unknown"),
        (with("purpose", json!("nothing")), "purpose_unknown"),
        (with("campaign", json!("")), "length_wrong"),
        (with("facts", year), "period_too_long"),
    ] {
        let said = api.post("/v1/checks", &body).expect(422).json();
        assert_eq!(said["decision"], "deny");
        assert_eq!(said["errors"][0]["code"], code);
    }
    let many = json!({ "checks": vec![reserving(who, 9); 1001] });
    let said = api.post("/v1/checks", &many).expect(422).json();
    assert_eq!(said["errors"][0]["code"], "too_many");
    // a denial reserves nothing
    let unknown = reserving(&email("unknown@cap.example"), 9);
    assert_eq!(asked(api, &unknown)["reason"], "UNKNOWN_SUBJECT");
}

/// The policy that the marketer's guide shows, as a firm puts it beside the shipped ones.
fn own_cap(folder: &std::path::Path) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let packs = folder.join("policies");
    crate::cli::policies::copy(&root.join("policies"), &packs);
    let guide = std::fs::read_to_string(root.join("docs/marketer.md")).unwrap();
    let (_, rest) = guide
        .split_once("```cedar\n")
        .expect("a policy in the guide");
    let (policy, _) = rest.split_once("```").expect("its end");
    std::fs::write(packs.join("company/emails.cedar"), policy).unwrap();
    packs.display().to_string()
}

#[test]
fn a_firms_own_cap_from_the_guide_holds_for_a_hundred_at_once() {
    let (db, folder) = (Db::sqlite(), tempfile::tempdir().unwrap());
    let scene = Scene::new(&db);
    let who = subscriber(&scene.api, "own@cap.example");
    let packs = own_cap(folder.path());
    let server = Server::start_with(&db, &["--policies", &packs], &[]);
    let api = server.http().bearer(&scene.key);
    // the campaign's own cap is far away
    assert_eq!(at_once(&[&api], &who, 100, 1000), 4);
    assert!(
        !permits(&scene.api.asks(&who)),
        "the version that came into force last holds on every node"
    );
}

/// Who was reached before anybody asked them anything is counted once they have said yes.
#[test]
fn what_came_before_the_consent_counts() {
    let scene = Scene::new(&Db::sqlite());
    let who = email("before@cap.example");
    let many = json!({ "contacts": vec![sent(&who); 7] });
    let written = scene.api.post("/v1/contacts", &many).expect(201).json();
    assert_eq!(written["contacts"].as_array().unwrap().len(), 7);
    scene
        .api
        .records(&consent(&who, "newsletter", "email", "given"));
    assert_eq!(scene.api.asks(&who)["reason"], "PRESSURE_CAP");
}

/// What stands in a contact is found in the person's history, and nowhere in clear.
#[test]
fn a_contact_is_part_of_the_persons_history() {
    let db = Db::sqlite();
    let scene = Scene::new(&db);
    let who = subscriber(&scene.api, "history@cap.example");
    let decided = asked(&scene.api, &reserving(&who, 1));
    let id = scene
        .api
        .post("/v1/subjects/lookup", &who)
        .expect(200)
        .json();
    let history = scene.api.history(id["subject_id"].as_str().unwrap());
    let made = history
        .iter()
        .find(|one| one["kind"] == "contact.made")
        .unwrap();
    assert_eq!(made["id"], decided["contact_id"]);
    assert_eq!(made["position"], decided["position"]);
    assert_eq!(made["content"]["decision"], decided["decision_id"]);
    assert_eq!(made["content"]["campaign"], "spring-2027");
    let stored = std::fs::read(db.file()).unwrap();
    assert!(!stored.windows(11).any(|bytes| bytes == b"spring-2027"));
}
