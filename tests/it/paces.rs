//! A pause, or fewer contacts, from outside: what a person asked for holds for every way to ask, on every
//! node, and grants nothing.

use serde_json::{Value, json};

use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::scene::{Scene, consent, email, permits, question};
use crate::support::server::cli;

/// So many days from now.
fn in_days(days: i64) -> String {
    (chrono::Utc::now() + chrono::TimeDelta::days(days))
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn subscriber(api: &Http, address: &str) -> Value {
    let who = email(address);
    api.records(&consent(&who, "newsletter", "email", "given"));
    who
}

fn wish(who: &Value, field: &str, value: &Value) -> Value {
    let mut body = json!({ "subject": who, "purpose": "newsletter", "channel": "email",
        "source": { "kind": "call_centre" }, "act": "oral" });
    body[field] = value.clone();
    body
}

fn paced(api: &Http, body: &Value) -> Value {
    api.post("/v1/paces", body).expect(201).json()
}

fn reason(api: &Http, who: &Value) -> String {
    let asked = api.post("/v1/checks", &question(who, "newsletter", "email"));
    asked.expect(200).json()["reason"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn holds(db: &Db) {
    let checked = cli(db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
}

on_both! {
    fn a_pause_is_held_to_by_every_way_to_ask_and_on_every_node(db: &Db) {
        let a = Scene::new(db);
        let b = Scene::on(db, &a.key);
        let (anne, bert) = (subscriber(&a.api, "anne@pace.example"), subscriber(&a.api, "bert@pace.example"));
        let until = in_days(30);
        let told = paced(&a.api, &wish(&anne, "paused_until", &json!(until)));
        assert_eq!(told["paces"][0]["paused_until"], until.as_str());
        for node in [&a.api, &b.api] {
            let answer = node.post("/v1/checks", &question(&anne, "newsletter", "email")).expect(200).json();
            assert_eq!(answer["reason"], "PAUSED", "{answer}");
            let from: chrono::DateTime<chrono::Utc> = answer["lawful_if"]["from"].as_str().unwrap().parse().unwrap();
            assert_eq!(from, until.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
            assert_eq!(reason(node, &bert), "CONSENT_VALID");
            let batch = json!({ "checks": [question(&anne, "newsletter", "email"), question(&bert, "newsletter", "email")] });
            let both = node.post("/v1/checks", &batch).expect(200).json();
            assert_eq!(both["decisions"][0]["reason"], "PAUSED");
            assert!(permits(&both["decisions"][1]));
            let list = "email\nanne@pace.example\nbert@pace.example\n";
            let audience = node.send("POST", "/v1/audiences?purpose=newsletter&channel=email", "text/csv", list.to_owned());
            let audience = audience.expect(200).text;
            assert!(!audience.contains("anne@") && audience.contains("bert@"), "{audience}");
            let mut reserving = question(&anne, "newsletter", "email");
            reserving["reserve"] = json!(true);
            let answer = node.post("/v1/checks", &reserving).expect(200).json();
            assert_eq!((answer["reason"].as_str(), &answer["contact_id"]), (Some("PAUSED"), &Value::Null));
            // another instant, after the end
            let mut later = question(&anne, "newsletter", "email");
            later["at"] = json!(in_days(31));
            assert!(permits(&node.post("/v1/checks", &later).expect(200).json()));
        }
        let said = cli(db, &["--json", "check", "--purpose", "newsletter", "--channel", "email", "--email", "anne@pace.example"]);
        assert!(said.stdout.contains("PAUSED"), "{said:?}");
        drop(b);
        assert_eq!(reason(&Scene::on(db, &a.key).api, &anne), "PAUSED");
        holds(db);
    }

    fn fewer_is_one_in_the_window_however_many_ask_at_once(db: &Db) {
        let a = Scene::new(db);
        let b = Scene::on(db, &a.key);
        let anne = subscriber(&a.api, "anne@pace.example");
        paced(&a.api, &wish(&anne, "at_most", &json!("two_a_month")));
        assert_eq!(reason(&b.api, &anne), "CONSENT_VALID");
        let mut reserving = question(&anne, "newsletter", "email");
        reserving["reserve"] = json!(true);
        let answers: Vec<Value> = std::thread::scope(|scope| {
            let ask = |node: &Http| node.post("/v1/checks", &reserving).expect(200).json();
            let nodes = [&a.api, &b.api, &a.api, &b.api, &a.api, &b.api];
            let threads: Vec<_> = nodes.map(|node| scope.spawn(move || ask(node))).into_iter().collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|answer| permits(answer)).count(), 1, "{answers:?}");
        for node in [&a.api, &b.api] {
            assert_eq!(reason(node, &anne), "PACE_REACHED");
        }
        // what was not sent after all frees the place
        let sent = answers.iter().find(|answer| permits(answer)).unwrap();
        let contact = sent["contact_id"].as_str().unwrap();
        a.api.post(&format!("/v1/contacts/{contact}/release"), &json!({ "reason": "bounced" })).expect(201);
        assert_eq!(reason(&b.api, &anne), "CONSENT_VALID");
        // a message of twelve days ago still counts, one of fourteen does not
        for (ago, expected) in [(14, "CONSENT_VALID"), (12, "PACE_REACHED")] {
            let made = json!({ "subject": anne, "direction": "to_person", "channel": "email", "purpose": "newsletter", "at": in_days(-ago) });
            a.api.post("/v1/contacts", &made).expect(201);
            assert_eq!(reason(&a.api, &anne), expected);
        }
        holds(db);
    }

    fn a_pause_turns_no_no_into_a_yes_and_a_merge_keeps_the_stricter(db: &Db) {
        let scene = Scene::new(db);
        let anne = subscriber(&scene.api, "anne@pace.example");
        paced(&scene.api, &wish(&anne, "paused_until", &json!(in_days(9))));
        scene.api.records(&consent(&anne, "newsletter", "email", "withdrawn"));
        assert_eq!(reason(&scene.api, &anne), "CONSENT_WITHDRAWN");
        let mut later = question(&anne, "newsletter", "email");
        later["at"] = json!(in_days(10));
        let later = scene.api.post("/v1/checks", &later).expect(200).json();
        assert_eq!(later["reason"], "CONSENT_WITHDRAWN");
        // two records that turn out to be one person's
        let (bert, card) = (subscriber(&scene.api, "bert@pace.example"), json!({ "crm_id": "card-7" }));
        scene.api.records(&consent(&card, "newsletter", "email", "given"));
        paced(&scene.api, &wish(&bert, "paused_until", &json!(in_days(20))));
        paced(&scene.api, &wish(&card, "at_most", &json!("one_a_month")));
        let both = json!({ "email": "bert@pace.example", "crm_id": "card-7" });
        scene.api.records(&consent(&both, "offers", "email", "refused"));
        for who in [&bert, &card] {
            assert_eq!(reason(&scene.api, who), "PAUSED");
            let id = scene.api.post("/v1/subjects/lookup", who).expect(200).json();
            let shown = scene.api.get(&format!("/v1/subjects/{}/consents", id["subject_id"].as_str().unwrap()));
            let paces = shown.expect(200).json()["paces"].clone();
            assert_eq!(paces.as_array().unwrap().len(), 1, "{paces}");
            assert!(paces[0]["paused_until"].is_string() && paces[0]["at_most"] == "one_a_month", "{paces}");
        }
        holds(db);
    }

    fn an_erasure_takes_pauses_too(db: &Db) {
        let scene = Scene::new(db);
        let anne = subscriber(&scene.api, "anne@pace.example");
        paced(&scene.api, &wish(&anne, "paused_until", &json!(in_days(9))));
        let id = scene.api.post("/v1/subjects/lookup", &anne).expect(200).json();
        let id = id["subject_id"].as_str().unwrap();
        scene.api.post(&format!("/v1/subjects/{id}/erasure"), &json!({ "reason": "consent_withdrawn" })).expect(201);
        assert_eq!(reason(&scene.api, &anne), "UNKNOWN_SUBJECT");
        holds(db);
    }
}
