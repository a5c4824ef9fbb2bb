//! May this be sent? One question, ten thousand, another instant.

use serde_json::{Value, json};

use super::described::Described;
use crate::shop::{Shop, decision, yes};

fn question(email: &str) -> Value {
    json!({
        "subject": { "email": email }, "purpose": "newsletter", "channel": "email", "campaign": "spring-2027",
        "message": { "identifies_sender": true, "valid_stop_contact": true, "subject_honest": true },
        "facts": { "informed": true },
    })
}

on_both! {
    fn one_question(db: &Db) {
        let shop = Shop::open(db);
        let description = Described::of(&shop.server.http());
        shop.record(&yes("anne@example.fr"));
        let ask = |body: &Value| {
            let reply = shop.marketing().post("/v1/checks", body).expect(200);
            description.check("post", "/v1/checks", &reply);
            reply.json()
        };
        let position = shop.position();
        let permit = ask(&question("anne@example.fr"));
        assert_eq!(decision(&permit), ("permit".into(), "CONSENT_VALID".into()));
        assert!(permit["lawful_if"].is_null() && permit["obligations"].is_array());
        assert_eq!(permit["position"].as_u64(), Some(position));
        assert_eq!(shop.position(), position + 1, "the decision is on record");
        let deny = ask(&question("nobody@example.fr"));
        assert_eq!(decision(&deny), ("deny".into(), "UNKNOWN_SUBJECT".into()));
        for language in ["fr", "en"] {
            assert!(deny["explanation"][language].as_str().unwrap().len() > 10, "{deny}");
            assert!(deny["lawful_if"][language].is_string(), "{deny}");
        }
        assert_ne!(permit["decision_id"], deny["decision_id"]);
        // an order's message needs no consent, and a channel that was not given has none
        let mut other = question("anne@example.fr");
        other["purpose"] = json!("offers");
        assert_eq!(ask(&other)["decision"], "deny");
    }

    fn what_only_the_caller_knows(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes("anne@example.fr"));
        let ask = |name: &str, value: Value| {
            let mut question = question("anne@example.fr");
            question[name] = value;
            shop.marketing().post("/v1/checks", &question)
        };
        let reason = |name: &str, value: Value| ask(name, value).expect(200).json()["reason"].clone();
        assert_eq!(reason("person", json!({ "country": "FR", "age": 40 })), "CONSENT_VALID");
        assert_eq!(reason("person", json!({ "deceased": true })), "DECEASED");
        assert_eq!(reason("message", json!({ "identifies_sender": false })), "MESSAGE_SENDER_CONCEALED");
        // what a country's law is nobody wrote down: not configured, and so no permission
        assert_eq!(reason("person", json!({ "country": "JP" })), "MISSING_FACT");
        let cap = json!({
            "pressure_cap": { "max": 1, "period": "P7D" },
            "contacts": [{ "channel": "email", "at": chrono::Utc::now() }],
        });
        assert_eq!(reason("facts", cap), "PRESSURE_CAP");
        for (field, wrong) in [("facts", json!({ "on_bloctell": true })), ("person", json!({ "name": "Anne" }))] {
            let problem = ask(field, wrong).expect(422).json();
            assert_eq!(problem["errors"][0]["code"], "field_unknown", "{problem}");
            assert_eq!(problem["decision"], "deny");
            assert!(!problem.to_string().contains("Anne"));
        }
    }

    fn another_instant_is_a_simulation(db: &Db) {
        let shop = Shop::open(db);
        let mut consent = yes("anne@example.fr");
        consent["valid_for"] = json!("P1Y");
        shop.record(&consent);
        let ask = |at: &str| {
            let mut question = question("anne@example.fr");
            question["at"] = json!(at);
            shop.marketing().post("/v1/checks", &question).expect(200).json()
        };
        let later = ask("2099-01-01T11:00:00+01:00");
        assert_eq!(decision(&later), ("deny".into(), "CONSENT_EXPIRED".into()));
        assert_eq!(later["simulation"], true);
        let now = shop.marketing().post("/v1/checks", &question("anne@example.fr")).expect(200).json();
        assert_eq!(now["decision"], "permit");
        assert!(now["simulation"].is_null());
        assert!(now["valid_until"].is_string(), "{now}");
    }

    fn ten_thousand_questions_are_answered_in_order(db: &Db) {
        let shop = Shop::open(db);
        let description = Described::of(&shop.server.http());
        let consents: Vec<Value> = (0..10).map(|n| {
            let mut consent = yes(&format!("p{n}@example.fr"));
            consent["status"] = json!(if n % 2 == 0 { "given" } else { "refused" });
            consent
        }).collect();
        shop.record(&json!({ "consents": consents }));
        let checks: Vec<Value> = (0..10_000).map(|n| question(&format!("p{}@example.fr", n % 11))).collect();
        let reply = shop.marketing().post("/v1/checks", &json!({ "checks": checks })).expect(200);
        description.check("post", "/v1/checks", &reply);
        let answer = reply.json();
        let decisions = answer["decisions"].as_array().unwrap();
        assert_eq!(decisions.len(), 10_000);
        for (at, decided) in decisions.iter().enumerate() {
            let expected = match at % 11 {
                10 => "UNKNOWN_SUBJECT",
                n if n % 2 == 0 => "CONSENT_VALID",
                _ => "CONSENT_REFUSED",
            };
            assert_eq!(decided["reason"], expected, "{at}");
        }
    }
}
