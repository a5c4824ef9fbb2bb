//! Lists of opt-out registers, from outside: loaded on the command line, heeded by every way to ask.

use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::scene::{Scene, consent, permits, question, words};
use crate::support::server::{Output, cli, mark_of};
use chrono::{Days, NaiveDate, Utc};
use serde_json::{Value, json};

/// The day so many days ago.
fn ago(days: u64) -> NaiveDate {
    Utc::now().date_naive() - Days::new(days)
}

fn load(db: &Db, name: &str, date: NaiveDate, text: &str) -> Output {
    let file = db.data_dir().join("register.txt");
    std::fs::write(&file, text).unwrap();
    let (file, date) = (file.display().to_string(), date.to_string());
    cli(
        db,
        &["register", "load", name, &file, "--date", &date, "--full"],
    )
}

fn loads(db: &Db, name: &str, date: NaiveDate, text: &str) {
    let output = load(db, name, date, text);
    assert_eq!(output.code, 0, "{output:?}");
}

fn listed(db: &Db, name: &str) -> Value {
    let told = cli(db, &["--json", "register", "list"]);
    let told: Value = serde_json::from_str(&told.stdout).unwrap();
    let all = told["registers"].as_array().unwrap();
    all.iter().find(|one| one["name"] == name).unwrap().clone()
}

/// A brand of each country with its own letters: on paper in Spain, calls in France.
fn scene(db: &Db) -> Scene {
    let scene = Scene::new(db);
    for (country, channel) in [
        ("ES", "post_addressed"),
        ("FR", "phone_live"),
        ("IT", "post_addressed"),
    ] {
        let id = country.to_lowercase();
        let brand = json!({ "name": country, "country": country });
        scene
            .api
            .put(&format!("/v1/controllers/{id}"), &brand)
            .expect(200);
        let basis = if country == "IT" {
            "consent"
        } else {
            "legitimate_interest"
        };
        let purpose = json!({
            "controller": id, "use": "direct_marketing_own", "legal_basis": basis,
            "title": words("letters"), "channels": [channel],
        });
        scene
            .api
            .put(&format!("/v1/purposes/{id}"), &purpose)
            .expect(200);
    }
    let notice = json!({ "purpose": "it", "change": "major", "text": words("letters") });
    scene.api.put("/v1/notices/it/1", &notice).expect(200);
    scene
}

fn knows(api: &Http, who: &Value) {
    api.records(&consent(who, "newsletter", "email", "given"));
}

fn ana() -> Value {
    json!({ "postal": "1 calle mayor, madrid", "crm_id": "C-1" })
}

fn bea() -> Value {
    json!({ "postal": "2 calle mayor, madrid", "crm_id": "C-2" })
}

fn post(api: &Http, who: &Value) -> String {
    let answer = api.asks_for(who, "es", "post_addressed");
    assert_eq!(
        permits(&answer),
        answer["reason"] == "LEGITIMATE_INTEREST",
        "{answer}"
    );
    answer["reason"].as_str().unwrap().to_owned()
}

const LIST: &str = "postal\n\"1 calle mayor, madrid\"\n";

on_both! {
    fn every_way_to_ask_heeds_a_list(db: &Db) {
        let scene = scene(db);
        for who in [ana(), bea()] {
            knows(&scene.api, &who);
            assert_eq!(post(&scene.api, &who), "MISSING_FACT");
        }
        let missing = scene.api.asks_for(&ana(), "es", "post_addressed");
        assert!(missing["explanation"]["en"].as_str().unwrap().contains("on_robinson_list"), "{missing}");
        loads(db, "robinson_es", ago(2), LIST);
        let by_key = |n: usize| json!({ "crm_id": format!("C-{n}") });
        for (who, reason) in [
            (ana(), "OPT_OUT_REGISTER"), (by_key(1), "OPT_OUT_REGISTER"),
            (bea(), "LEGITIMATE_INTEREST"), (by_key(2), "LEGITIMATE_INTEREST"),
        ] {
            assert_eq!(post(&scene.api, &who), reason, "{who}");
            let mut reserving = question(&who, "es", "post_addressed");
            reserving["reserve"] = json!(true);
            let answer = scene.api.post("/v1/checks", &reserving).expect(200).json();
            assert_eq!(answer["reason"], reason);
            let evaluation = json!({
                "subject": { "type": "campaign", "id": "spring" },
                "action": { "name": "post_addressed", "properties": { "purpose": "es" } },
                "resource": { "type": "customer", "id": who["crm_id"], "properties": { "id_type": "crm_id" } },
            });
            let told = scene.api.post("/access/v1/evaluation", &evaluation).expect(200).json();
            assert_eq!(told["context"]["reason"], reason, "{told}");
        }
        let batch: Vec<Value> = [ana(), bea()].iter().map(|who| question(who, "es", "post_addressed")).collect();
        let told = scene.api.post("/v1/checks", &json!({ "checks": batch })).expect(200).json();
        assert_eq!([&told["decisions"][0]["reason"], &told["decisions"][1]["reason"]], ["OPT_OUT_REGISTER", "LEGITIMATE_INTEREST"]);
        let list = "crm_id\nC-1\nC-2\n";
        let path = "/v1/audiences?purpose=es&channel=post_addressed";
        let told = scene.api.send("POST", path, "text/csv", list).expect(200).text;
        assert!(told.starts_with("crm_id\nC-2\n"), "{told}");
        std::fs::write(db.data_dir().join("list.csv"), list).unwrap();
        let told = cli(db, &["audience", "--purpose", "es", "--channel", "post_addressed", "list.csv", "-o", "out.csv"]);
        assert_eq!(told.code, 0, "{told:?}");
        let out = std::fs::read_to_string(db.data_dir().join("out.csv")).unwrap();
        assert_eq!(out, "crm_id\nC-2\n");
        for (key, reason) in [("crm_id:C-1", "OPT_OUT_REGISTER"), ("crm_id:C-2", "LEGITIMATE_INTEREST")] {
            let told = cli(db, &["check", "--purpose", "es", "--channel", "post_addressed", "--id", key]);
            assert!(told.stdout.contains(reason), "{told:?}");
        }
    }

    fn of_the_callers_word_and_the_list_the_stricter_holds(db: &Db) {
        let scene = scene(db);
        loads(db, "robinson_es", ago(2), LIST);
        let ask = |who: &Value, on_list: bool| {
            let mut question = question(who, "es", "post_addressed");
            question["facts"] = json!({ "on_robinson_list": on_list });
            scene.api.post("/v1/checks", &question).expect(200).json()
        };
        for who in [ana(), bea()] {
            knows(&scene.api, &who);
        }
        let denied = ask(&ana(), false);
        assert_eq!(denied["reason"], "OPT_OUT_REGISTER");
        // to say so again changes nothing
        assert!(!denied["lawful_if"].to_string().contains("on_robinson_list"), "{denied}");
        assert_eq!(ask(&bea(), true)["reason"], "OPT_OUT_REGISTER");
        assert_eq!(ask(&bea(), false)["reason"], "LEGITIMATE_INTEREST");
    }

    fn a_list_is_used_for_as_long_as_it_is_fresh(db: &Db) {
        let scene = scene(db);
        for who in [ana(), bea()] {
            knows(&scene.api, &who);
        }
        loads(db, "robinson_es", ago(31), LIST);
        assert_eq!(listed(db, "robinson_es")["state"], "stale");
        for who in [ana(), bea()] {
            assert_eq!(post(&scene.api, &who), "MISSING_FACT");
        }
        let told = scene.api.get("/metrics").expect(200).text;
        assert!(told.contains("placet_register_days_left{register=\"robinson_es\"} -1"), "{told}");
        loads(db, "robinson_es", ago(30), LIST);
        let list = listed(db, "robinson_es");
        assert_eq!((&list["state"], &list["entries"]), (&json!("fresh"), &json!(1)));
        assert_eq!(list["last_day"], json!(ago(0)));
        assert_eq!(post(&scene.api, &bea()), "LEGITIMATE_INTEREST");
        assert_eq!(listed(db, "tps")["state"], "not loaded");
        // it is there after a restart, too
        drop(scene.server);
        let again = Scene::on(db, &scene.key);
        assert_eq!(post(&again.api, &ana()), "OPT_OUT_REGISTER");
        assert_eq!(post(&again.api, &bea()), "LEGITIMATE_INTEREST");
    }

    fn a_list_is_replaced_as_a_whole_or_not_at_all(db: &Db) {
        let scene = scene(db);
        for who in [ana(), bea()] {
            knows(&scene.api, &who);
        }
        let reasons = || [ana(), bea()].map(|who| post(&scene.api, &who));
        loads(db, "robinson_es", ago(2), LIST);
        assert_eq!(reasons(), ["OPT_OUT_REGISTER", "LEGITIMATE_INTEREST"]);
        let other = "postal\n\"2 calle mayor, madrid\"\n";
        loads(db, "robinson_es", ago(1), other);
        assert_eq!(reasons(), ["LEGITIMATE_INTEREST", "OPT_OUT_REGISTER"]);
        let before = listed(db, "robinson_es");
        for (date, text, says) in [
            (ago(0), "postal\n\"1 calle mayor, madrid\"\nx\n\ny\n", "line 3, column postal"),
            (ago(0), "postal\n\"1 calle mayor, madrid\"\nx\n\ny\n", "line 5, column postal"),
            (ago(0), "email\nnobody\n", "line 2"),
            (ago(0), "crm_id\nC-1\n", "line 1"),
            (ago(0), "", "line 1"),
            (ago(0), "postal\n", "names nobody"),
            (ago(2), LIST, "newer"),
            (ago(0) + Days::new(2), LIST, "has not come"),
        ] {
            let refused = load(db, "robinson_es", date, text);
            assert_eq!(refused.code, 2, "{refused:?}");
            assert!(refused.stderr.contains(says), "{says}: {refused:?}");
            assert!(!refused.stderr.contains("nobody\n"));
        }
        assert_eq!(load(db, "bloctell", ago(0), LIST).code, 2);
        assert_eq!(listed(db, "robinson_es"), before);
        assert_eq!(reasons(), ["LEGITIMATE_INTEREST", "OPT_OUT_REGISTER"]);
        let entries = scene.api.get("/v1/audit/entries?limit=200").expect(200).text;
        assert_eq!(entries.matches("\"register.loaded\"").count(), 2, "{entries}");
        assert!(!entries.contains("calle"));
        let marks = [LIST, other].map(|list| mark_of(db, list));
        assert!(marks.iter().all(|mark| entries.contains(mark)), "{marks:?} {entries}");
        assert!(!entries.contains("file_sha256"));
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
        db.tamper("UPDATE registers SET complete = NOT complete");
        assert_eq!(cli(db, &["audit", "check"]).code, 1);
    }

    fn a_consent_outlives_only_an_entry_before_it(db: &Db) {
        let scene = scene(db);
        let who = json!({ "postal": "1 via roma, milano" });
        scene.api.records(&consent(&who, "it", "post_addressed", "given"));
        let list = |since: &str| format!("postal;registered_at\n1 via roma, milano;{since}\n");
        let ask = || scene.api.asks_for(&who, "it", "post_addressed")["reason"].clone();
        assert_eq!(ask(), "MISSING_FACT");
        loads(db, "rpo", ago(1), &list("2024-03-01"));
        assert_ne!(ask(), "OPT_OUT_REGISTER");
        assert_ne!(ask(), "MISSING_FACT");
        loads(db, "rpo", ago(0), &list(""));
        assert_eq!(ask(), "OPT_OUT_REGISTER");
    }

    /// Bloctel is asked for until 10 August 2026; what is asked about a day before that is a
    /// simulation, answered by the list of that time.
    fn bloctel_by_phone(db: &Db) {
        let scene = scene(db);
        let (anne, bob) = (json!({ "phone": "+33612345678" }), json!({ "phone": "+33612345679" }));
        for who in [&anne, &bob] {
            knows(&scene.api, who);
        }
        let ask = |who: &Value, facts: Value| {
            let mut question = question(who, "fr", "phone_live");
            question["at"] = json!("2026-08-05T11:00:00+02:00");
            question["facts"] = facts;
            scene.api.post("/v1/checks", &question).expect(200).json()["reason"].clone()
        };
        assert_eq!(ask(&anne, json!({})), "MISSING_FACT");
        let load = |date: &str| {
            let text = "06 12 34 56 78\n+33 6 98 76 54 32\n";
            loads(db, "bloctel", date.parse().unwrap(), text);
        };
        load("2026-07-05");
        assert_eq!(ask(&anne, json!({})), "MISSING_FACT");
        load("2026-07-06");
        assert_eq!(ask(&anne, json!({})), "OPT_OUT_REGISTER");
        assert_eq!(ask(&anne, json!({ "on_bloctel": false })), "OPT_OUT_REGISTER");
        assert_eq!(ask(&bob, json!({})), "OPT_OUT_REGIME");
        let stored = db.ask("(SELECT COUNT(*) FROM register_blocks)");
        assert_eq!(stored.trim(), "1");
    }
}
