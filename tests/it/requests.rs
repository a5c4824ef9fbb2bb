//! Requests of data subjects over the API: on time, complete, provable.

use serde_json::{Value, json};

use crate::shop::{Shop, yes};
use crate::support::http::Http;
use crate::support::server::cli;

const TEXT: &str = "Zéphyrine Quillembois demande tout";

fn asks(kind: &str, email: &str) -> Value {
    json!({ "kind": kind, "subject": { "email": email }, "received_at": "2026-01-31", "country": "FR",
            "via": "letter", "text": TEXT })
}

fn file(api: &Http, body: &Value) -> Value {
    api.post("/v1/requests", body).expect(201).json()
}

fn acts(api: &Http, request: &Value, act: &str, body: &Value) -> crate::support::http::Reply {
    let id = request["id"].as_str().unwrap();
    api.post(&format!("/v1/requests/{id}/{act}"), body)
}

fn code(reply: &Value) -> &str {
    reply["code"].as_str().unwrap_or_default()
}

on_both! {
    /// The contract's own example, from the letter to the answer.
    fn a_letter_is_answered(db: &Db) {
        let shop = Shop::open(db);
        let (collector, dpo) = (shop.collector(), shop.dpo());
        let filed = file(&collector, &asks("access", "anne@example.fr"));
        assert_eq!((&filed["due_on"], &filed["state"]), (&json!("2026-03-02"), &json!("received")));
        assert_eq!(filed["statutory_due_on"], "2026-02-28");
        assert_eq!(filed["number"].as_str().unwrap().len(), 9);
        // who is known and who is not are answered alike
        shop.record(&yes("known@example.fr"));
        let known = file(&collector, &asks("access", "known@example.fr"));
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&known), names(&filed));
        assert!(!filed.to_string().contains("subject"));
        let wrong = acts(&dpo, &filed, "fulfilment", &json!({})).expect(409).json();
        assert_eq!(code(&wrong), "identity_missing");
        let doubt = json!({ "doubt": "sender_unknown", "on": "2026-02-03", "text": "Who are you?" });
        let asked = acts(&dpo, &filed, "identity", &doubt).expect(201).json();
        assert_eq!((&asked["due_on"], &asked["suspended_since"]), (&Value::Null, &json!("2026-02-03")));
        let known = json!({ "known_by": "call_back", "on": "2026-02-13", "version": 2 });
        let known = acts(&dpo, &filed, "identity", &known).expect(201).json();
        assert_eq!((&known["due_on"], &known["first_due_on"]), (&json!("2026-03-10"), &json!("2026-03-10")));
        let late = json!({ "reason": "complexity", "on": "2026-03-11" });
        assert_eq!(code(&acts(&dpo, &filed, "extension", &late).expect(409).json()), "extension_late");
        let told = json!({ "reason": "complexity", "on": "2026-03-10" });
        let told = acts(&dpo, &filed, "extension", &told).expect(201).json();
        assert_eq!((&told["state"], &told["statutory_due_on"]), (&json!("extended"), &json!("2026-02-28")));
        assert!(told["due_on"].as_str().unwrap() > "2026-05-01");
        let overdue = dpo.get("/v1/requests?overdue=true&state=open").expect(200).json();
        assert_eq!(overdue["items"].as_array().unwrap().len(), 2);
        let stale = json!({ "ground": "rights_of_others", "version": 2 });
        assert_eq!(code(&acts(&dpo, &filed, "refusal", &stale).expect(409).json()), "request_changed");
        let part = json!({ "except": "rights_of_others", "text": "Here you are." });
        let done = acts(&dpo, &filed, "fulfilment", &part).expect(201).json();
        assert_eq!((&done["state"], &done["outcome"]["source"]),
            (&json!("partly_fulfilled"), &json!("GDPR 15(4), 20(4)")));
        let file = dpo.get(&format!("/v1/requests/{}", filed["id"].as_str().unwrap())).expect(200).json();
        let said: Vec<&str> = file["messages"].as_array().unwrap().iter()
            .filter_map(|one| one["text"].as_str()).collect();
        assert_eq!(said, [TEXT, "Who are you?", "Here you are."]);
        assert_eq!(file["contacts"][0]["value"], "anne@example.fr");
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }

    fn a_no_holds_from_the_next_check_on(db: &Db) {
        let shop = Shop::open(db);
        for (kind, email) in [("objection", "o@example.fr"), ("restriction", "r@example.fr")] {
            shop.record(&yes(email));
            assert_eq!(shop.newsletter(email).0, "permit");
            file(&shop.collector(), &asks(kind, email));
            assert_eq!(shop.newsletter(email).0, "deny", "{kind}");
        }
    }

    /// Number, kind, dates and outcome stay; whose it was, and every word, is gone.
    fn an_erasure_leaves_the_request_and_no_word(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes("gone@example.fr"));
        let filed = file(&shop.collector(), &asks("erasure", "gone@example.fr"));
        let dpo = shop.dpo();
        let note = json!({ "by": "note", "text": TEXT });
        acts(&dpo, &filed, "messages", &note).expect(201);
        acts(&dpo, &filed, "identity", &json!({ "known_by": "in_person" })).expect(201);
        let keyed = dpo.header("idempotency-key", "erase-once");
        let done = acts(&keyed, &filed, "fulfilment", &json!({ "version": 2 })).expect(201).json();
        let again = acts(&keyed, &filed, "fulfilment", &json!({ "version": 2 })).expect(201);
        assert_eq!((again.header("idempotency-replayed"), again.json()), (Some("true"), done.clone()));
        assert_eq!((&done["state"], &done["number"]), (&json!("fulfilled"), &filed["number"]));
        let mail = json!({ "email": "gone@example.fr" });
        dpo.post("/v1/subjects/lookup", &mail).expect(404);
        let path = format!("/v1/requests/{}", filed["id"].as_str().unwrap());
        let file = dpo.get(&path).expect(200).json();
        assert_eq!((&file["kind"], &file["received_on"]), (&json!("erasure"), &json!("2026-01-31")));
        assert_eq!(done["position"], file["position"], "the entry of the answer");
        assert!(file.get("subject_id").is_none_or(Value::is_null));
        assert_eq!(file["messages"], json!([]));
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
        let entries = dpo.get("/v1/audit/entries?limit=200").expect(200).json().to_string();
        assert!(entries.contains("request.answered") && entries.contains("subject.erased"));
        assert!(!entries.contains("Quillembois"));
    }

    fn an_agents_many_are_all_or_none(db: &Db) {
        let shop = Shop::open(db);
        let mandate = json!({ "agent": "Rights Ltd", "reference": "M-17" });
        let mut bad = asks("access", "two@example.fr");
        bad["kind"] = json!("acess");
        bad["received_at"] = json!("2100-01-01");
        let body = json!({ "requests": [asks("access", "one@example.fr"), bad], "mandate": mandate });
        let refused = shop.collector().post("/v1/requests", &body).expect(422).json();
        let at: Vec<_> = refused["errors"].as_array().unwrap().iter()
            .map(|one| one["pointer"].as_str().unwrap().to_owned()).collect();
        assert_eq!(at, ["/requests/1/kind", "/requests/1/received_at"]);
        assert_eq!(shop.dpo().get("/v1/requests").expect(200).json()["items"], json!([]));
        let without = json!({ "requests": [asks("access", "one@example.fr")] });
        shop.collector().post("/v1/requests", &without).expect(422);
        let good = json!({ "requests": [asks("access", "one@example.fr"), asks("erasure", "two@example.fr"),
            asks("access", "one@example.fr")], "mandate": mandate });
        let keyed = shop.collector().header("idempotency-key", "many");
        let filed = file(&keyed, &good);
        assert_eq!(file(&keyed, &good), filed);
        let filed = filed["requests"].as_array().unwrap().clone();
        let ids: std::collections::BTreeSet<_> = filed.iter().map(|one| one["id"].to_string()).collect();
        assert_eq!((ids.len(), &filed[0]["mandated"]), (3, &json!(true)));
        let dpo = shop.dpo();
        let twice = dpo.get(&format!("/v1/requests/{}", filed[2]["id"].as_str().unwrap())).expect(200).json();
        assert_eq!(twice["duplicate_of"], filed[0]["id"]);
        assert_eq!(twice["messages"][0]["made"]["mandate"]["reference"], "M-17");
        let closed = json!({ "reason": "duplicate" });
        assert_eq!(acts(&dpo, &filed[2], "closure", &closed).expect(201).json()["state"], "closed");
        assert_eq!(code(&acts(&dpo, &filed[0], "closure", &closed).expect(409).json()), "no_duplicate");
    }

    /// Ten at once, all with the same version: one is taken, the others are told.
    fn of_ten_at_once_one_is_taken(db: &Db) {
        let shop = Shop::open(db);
        let filed = file(&shop.collector(), &asks("access", "anne@example.fr"));
        let refuse = json!({ "ground": "excessive", "version": 1 });
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let one = || acts(&shop.dpo(), &filed, "refusal", &refuse).status;
            let all: Vec<_> = (0..10).map(|_| scope.spawn(one)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let taken = statuses.iter().filter(|status| **status == 201).count();
        let told = statuses.iter().filter(|status| **status == 409).count();
        assert_eq!((taken, told), (1, 9), "{statuses:?}");
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }

    fn somebody_takes_care(db: &Db) {
        let shop = Shop::open(db);
        let filed = file(&shop.collector(), &asks("access", "anne@example.fr"));
        let dpo = shop.dpo();
        let nobody = json!({ "owner": "01900000-0000-7000-8000-000000000000" });
        acts(&dpo, &filed, "assignment", &nobody).expect(422);
        let _session = shop.staff(db, "dpo");
        let id = if db.is_postgres() { "encode(id, 'hex')" } else { "lower(hex(id))" };
        let hex = db.ask(&format!("(SELECT {id} FROM staff LIMIT 1)"));
        let owner = json!({ "owner": hex });
        let owned = acts(&dpo, &filed, "assignment", &owner).expect(201).json();
        assert_eq!(owned["state"], "in_work");
        let path = format!("/v1/requests?owner={}", owned["owner"].as_str().unwrap());
        assert_eq!(dpo.get(&path).expect(200).json()["items"][0]["id"], filed["id"]);
        let grounds = dpo.get("/v1/requests/grounds").expect(200).json();
        assert_eq!(grounds["grounds"].as_array().unwrap().len(), 13);
    }
}
