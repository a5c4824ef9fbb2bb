//! The later act wins, whenever it arrives; a no is never undone by anything else.

use serde_json::{Value, json};

use crate::support::http::Http;
use crate::support::scene::{Scene, consent, dated, email, permits};

fn said(person: &Value, status: &str, at: &str) -> Value {
    dated(consent(person, "newsletter", "email", status), at)
}

/// The status and reason that hold.
fn held(api: &Http, record: &Value) -> (String, String) {
    let states = api.states(record["subject_id"].as_str().unwrap());
    let state = states
        .iter()
        .find(|state| state["purpose"] == "newsletter")
        .unwrap();
    let text = |name: &str| state[name].as_str().unwrap().to_owned();
    (text("status"), text("reason"))
}

const MONDAY: &str = "2026-11-02T09:00:00Z";
const TUESDAY: &str = "2026-11-03T09:00:00Z";
const WEDNESDAY: &str = "2026-11-04T09:00:00Z";

on_both! {
    fn an_older_event_that_arrives_late_changes_nothing(db: &Db) {
        let scene = Scene::new(db);
        for (newer, older) in [("withdrawn", "given"), ("refused", "given"), ("given", "refused"), ("given", "withdrawn")] {
            let person = email(&format!("late.{newer}.{older}@late.example"));
            scene.api.records(&said(&person, newer, TUESDAY));
            let before = scene.api.asks(&person);
            let late = scene.api.records(&said(&person, older, MONDAY));
            assert_eq!(late["state"]["status"], newer, "the answer says what holds");
            assert_eq!(held(&scene.api, &late).0, newer);
            let after = scene.api.asks(&person);
            assert_eq!(before["reason"], after["reason"]);
            assert_eq!(permits(&after), newer == "given");
            assert_eq!(scene.api.history(late["subject_id"].as_str().unwrap()).len(), 3, "linked, and both records are kept");
        }
    }

    fn of_two_acts_at_one_instant_the_no_wins(db: &Db) {
        let scene = Scene::new(db);
        for (first, second) in [("given", "withdrawn"), ("withdrawn", "given"), ("refused", "given"), ("given", "refused")] {
            let person = email(&format!("equal.{first}.{second}@late.example"));
            scene.api.records(&said(&person, first, TUESDAY));
            let record = scene.api.records(&said(&person, second, TUESDAY));
            assert_ne!(held(&scene.api, &record).0, "given", "{first}, then {second}");
            assert!(!permits(&scene.api.asks(&person)));
        }
        // the same instant in another zone
        let person = email("equal.zone@late.example");
        scene.api.records(&said(&person, "withdrawn", "2026-11-03T10:00:00+01:00"));
        scene.api.records(&said(&person, "given", TUESDAY));
        assert!(!permits(&scene.api.asks(&person)));
    }

    /// In one batch, too, whatever the order of its elements.
    fn the_order_within_a_batch_does_not_matter(db: &Db) {
        let scene = Scene::new(db);
        for (n, order) in [["given", "withdrawn"], ["withdrawn", "given"]].iter().enumerate() {
            let person = email(&format!("batch{n}@late.example"));
            let at = |status: &str| if status == "given" { MONDAY } else { TUESDAY };
            let elements: Vec<Value> = order.iter().map(|status| said(&person, status, at(status))).collect();
            scene.api.post("/v1/consents", &json!({ "consents": elements })).expect(201);
            assert_eq!(scene.api.asks(&person)["reason"], "CONSENT_WITHDRAWN");
        }
    }

    fn a_replay_of_the_whole_history_changes_nothing(db: &Db) {
        let scene = Scene::new(db);
        let person = email("replay@late.example");
        let history = [("given", MONDAY), ("withdrawn", TUESDAY), ("given", TUESDAY), ("refused", MONDAY)];
        for _ in 0..3 {
            for (status, at) in history {
                let record = scene.api.records(&said(&person, status, at));
                assert!(status == "given" && at == MONDAY || held(&scene.api, &record).0 != "given");
            }
            assert_eq!(scene.api.asks(&person)["reason"], "CONSENT_WITHDRAWN");
        }
        // the person's own later act does reopen
        scene.api.records(&said(&person, "given", WEDNESDAY));
        assert!(permits(&scene.api.asks(&person)));
        for (status, at) in history {
            scene.api.records(&said(&person, status, at));
        }
        assert!(permits(&scene.api.asks(&person)));
    }

    fn a_retry_with_its_key_is_no_new_act(db: &Db) {
        let scene = Scene::new(db);
        let person = email("retry@late.example");
        let keyed = scene.api.header("idempotency-key", "6b1f0c9e");
        let yes = consent(&person, "newsletter", "email", "given");
        let first = keyed.records(&yes);
        scene.api.records(&consent(&person, "newsletter", "email", "withdrawn"));
        let retried = keyed.post("/v1/consents", &yes).expect(201);
        assert_eq!(retried.header("idempotency-replayed"), Some("true"));
        assert_eq!(retried.json(), first);
        assert_eq!(scene.api.asks(&person)["reason"], "CONSENT_WITHDRAWN");
        let other = consent(&email("retry.other@late.example"), "newsletter", "email", "given");
        let refused = keyed.post("/v1/consents", &other).expect(409).json();
        assert_eq!(refused["code"], "idempotency_key_reused");
    }

    fn an_import_never_reopens(db: &Db) {
        let scene = Scene::new(db);
        for (n, no) in ["withdrawn", "refused"].iter().enumerate() {
            let person = email(&format!("import{n}@late.example"));
            let record = scene.api.records(&said(&person, no, MONDAY));
            for at in [MONDAY, TUESDAY, WEDNESDAY] {
                let mut import = said(&person, "given", at);
                import["source"] = json!({ "kind": "import" });
                let answer = scene.api.records(&import);
                assert_eq!(answer["state"]["status"], *no);
                import["notice"] = Value::Null;
                scene.api.records(&import);
            }
            assert_eq!(held(&scene.api, &record).0, *no);
            assert!(!permits(&scene.api.asks(&person)));
        }
        // an imported no ends a yes
        let person = email("import.no@late.example");
        scene.api.records(&said(&person, "given", MONDAY));
        let mut import = said(&person, "withdrawn", TUESDAY);
        import["source"] = json!({ "kind": "import" });
        scene.api.records(&import);
        assert_eq!(scene.api.asks(&person)["reason"], "CONSENT_WITHDRAWN");
    }

    /// Without a date and without a key a yes cannot be told from a retry of an older one.
    fn a_yes_over_a_no_must_be_dated(db: &Db) {
        let scene = Scene::new(db);
        let person = email("undated@late.example");
        let yes = consent(&person, "newsletter", "email", "given");
        scene.api.records(&yes);
        scene.api.records(&consent(&person, "newsletter", "email", "withdrawn"));
        let refused = scene.api.post("/v1/consents", &yes).expect(422).json();
        let error = &refused["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!("/collected_at"), &json!("act_not_dated")));
        let detail = error["detail"].as_str().unwrap();
        assert!(detail.contains("collected_at") && detail.contains("Idempotency-Key"), "{detail}");
        // nothing of a batch with such an element is written
        let stranger = email("undated.other@late.example");
        let batch = json!({ "consents": [consent(&stranger, "newsletter", "email", "given"), yes] });
        let refused = scene.api.post("/v1/consents", &batch).expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/consents/1/collected_at");
        scene.api.post("/v1/subjects/lookup", &stranger).expect(404);
        assert_eq!(scene.api.asks(&person)["reason"], "CONSENT_WITHDRAWN");
        // both ways of mending that the text names do mend it
        let keyed = scene.api.header("idempotency-key", "a-new-answer");
        keyed.records(&yes);
        assert!(permits(&scene.api.asks(&person)));
    }

    fn a_no_never_expires_and_no_older_yes_comes_back(db: &Db) {
        let scene = Scene::new(db);
        let person = email("expiry@late.example");
        scene.api.records(&said(&person, "given", MONDAY));
        let mut no = said(&person, "refused", TUESDAY);
        no["valid_for"] = json!("P1D");
        scene.api.records(&no);
        assert_eq!(scene.api.asks(&person)["reason"], "CONSENT_REFUSED");
        // a later yes that has run out does not bring the no or the first yes back as a permit
        let mut short = said(&person, "given", WEDNESDAY);
        short["valid_for"] = json!("P1D");
        let record = scene.api.records(&short);
        assert_eq!(held(&scene.api, &record).1, "CONSENT_EXPIRED");
        assert!(!permits(&scene.api.asks(&person)));
    }
}
