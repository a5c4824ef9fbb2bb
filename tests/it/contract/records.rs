//! Writing down and reading back.

use serde_json::{Value, json};

use super::described::Described;
use crate::shop::{Shop, yes};

on_both! {
    fn a_consent_with_all_that_the_contract_shows(db: &Db) {
        let shop = Shop::open(db);
        let description = Described::of(&shop.server.http());
        let consent = json!({
            "subject": { "email": "anne@example.fr" }, "purpose": "newsletter", "channel": "email",
            "status": "given", "notice": "newsletter@2", "language": "fr",
            "source": { "kind": "store", "id": "lille-2", "agent": "k.dupuis" },
            "act": "unticked_box_ticked", "collected_at": "2026-01-20T10:15:00+01:00",
            "valid_for": "P3Y", "evidence": { "form": "2026-01" },
        });
        let reply = shop.collector().post("/v1/consents", &consent).expect(201);
        description.check("post", "/v1/consents", &reply);
        let written = reply.json();
        assert_eq!(written["state"]["status"], "given");
        assert_eq!(written["state"]["reason"], "CONSENT_VALID");
        assert_eq!(written["state"]["since"], "2026-01-20T09:15:00.000000Z".replace(".000000", "").as_str(), "{written}");
        assert_eq!(written["position"].as_u64(), Some(shop.position() - 1));
        let batch = json!({ "consents": [yes("b@example.fr"), yes("c@example.fr")] });
        let reply = shop.collector().post("/v1/consents", &batch).expect(201);
        description.check("post", "/v1/consents", &reply);
        let views = reply.json();
        let positions: Vec<u64> = views["consents"].as_array().unwrap().iter().map(|one| one["position"].as_u64().unwrap()).collect();
        assert!(positions[0] < positions[1]);
    }

    fn a_person_is_found_and_read(db: &Db) {
        let shop = Shop::open(db);
        let (description, dpo) = (Described::of(&shop.server.http()), shop.dpo());
        let mut consent = yes("Anne@Example.fr");
        consent["subject"]["phone"] = json!("+33 6 12 34 56 78");
        consent["subject"]["crm_id"] = json!("4711");
        shop.record(&consent);
        let reply = dpo.post("/v1/subjects/lookup", &json!({ "phone": "+33612345678" })).expect(200);
        description.check("post", "/v1/subjects/lookup", &reply);
        let found = reply.json();
        let id = found["subject_id"].as_str().unwrap();
        assert_eq!(shop.subject("anne@example.fr"), id);
        // where only a keyed hash may travel
        let hash = json!({ "id_hash": found["id_hashes"][0] });
        assert_eq!(dpo.post("/v1/subjects/lookup", &hash).expect(200).json()["subject_id"], id);
        let reply = dpo.get(&format!("/v1/subjects/{id}/consents")).expect(200);
        description.check("get", "/v1/subjects/{id}/consents", &reply);
        assert_eq!(reply.json()["consents"][0]["reason"], "CONSENT_VALID");
        for status in ["refused", "given", "withdrawn"] {
            let mut again = yes("anne@example.fr");
            again["status"] = json!(status);
            let keyed = shop.collector().header("idempotency-key", status);
            keyed.post("/v1/consents", &again).expect(201);
        }
        pages(&shop, &description, id);
    }

    fn an_objection_a_restriction_and_a_suppression(db: &Db) {
        let shop = Shop::open(db);
        let description = Described::of(&shop.server.http());
        let anne = json!({ "email": "anne@example.fr" });
        shop.record(&yes("anne@example.fr"));
        assert_eq!(shop.newsletter("anne@example.fr").0, "permit");
        let send = |path: &str, body: Value| {
            let reply = shop.collector().post(path, &body).expect(201);
            description.check("post", path, &reply);
            reply.json()
        };
        let restricted = |on: bool| send("/v1/restrictions", json!({ "subject": anne, "restricted": on }));
        restricted(true);
        assert_eq!(shop.newsletter("anne@example.fr").0, "deny");
        assert!(shop.choices("anne@example.fr")["restricted_since"].is_string());
        restricted(false);
        assert_eq!(shop.newsletter("anne@example.fr").0, "permit");
        let paced = send("/v1/paces", json!({ "subject": anne, "purpose": "newsletter", "at_most": "one_a_week" }));
        assert_eq!(paced["paces"][0]["at_most"], "one_a_week");
        assert_eq!(shop.choices("anne@example.fr")["paces"], paced["paces"]);
        let objected = send("/v1/objections", json!({ "subject": anne, "scope": "direct_marketing" }));
        assert_eq!(objected["subject_id"], shop.subject("anne@example.fr").as_str());
        assert_eq!(shop.newsletter("anne@example.fr").0, "deny");
        let link = send("/v1/links", json!({ "subject": anne }));
        assert!(link["url"].as_str().unwrap().contains("/c/") && link["stop_url"].as_str().unwrap().contains("/u/"));
        // a suppression needs no person and survives a yes
        let before = shop.position();
        let told = send("/v1/suppressions", json!({ "subject": { "email": "new@example.fr" }, "reason": "asked" }));
        assert_eq!(told["position"].as_u64(), Some(before));
        shop.record(&yes("new@example.fr"));
        assert_eq!(shop.newsletter("new@example.fr"), ("deny".into(), "SUPPRESSED".into()));
    }

    /// The same key and request: the same answer, written once.
    fn a_retry_is_answered_once(db: &Db) {
        let shop = Shop::open(db);
        let anne = json!({ "email": "anne@example.fr" });
        let requests = [
            ("/v1/consents", yes("anne@example.fr")),
            ("/v1/consents", json!({ "consents": [yes("b@example.fr"), yes("c@example.fr")] })),
            ("/v1/restrictions", json!({ "subject": anne, "restricted": true })),
            ("/v1/objections", json!({ "subject": anne, "scope": "direct_marketing" })),
            ("/v1/suppressions", json!({ "subject": anne, "reason": "asked" })),
            ("/v1/paces", json!({ "subject": anne, "purpose": "newsletter", "at_most": "one_a_month" })),
        ];
        for (at, (path, body)) in requests.iter().enumerate() {
            let client = shop.collector().header("idempotency-key", &format!("retry-{at}"));
            let first = client.post(path, body).expect(201);
            let position = shop.position();
            for _ in 0..2 {
                let again = client.post(path, body).expect(201);
                assert_eq!(again.json(), first.json(), "{path}");
                if *path == "/v1/consents" {
                    assert_eq!(again.header("idempotency-replayed"), Some("true"));
                }
            }
            assert_eq!(shop.position(), position, "{path}");
        }
        // a retry is answered as before, whatever was said since: it is no new yes
        let client = shop.collector().header("idempotency-key", "retry-0");
        let mut no = yes("anne@example.fr");
        no["status"] = json!("withdrawn");
        shop.record(&no);
        client.post("/v1/consents", &requests[0].1).expect(201);
        assert_eq!(shop.choices("anne@example.fr")["consents"][0]["status"], "withdrawn");
    }

    fn the_catalogue_and_what_it_was(db: &Db) {
        let shop = Shop::open(db);
        let (description, admin) = (Described::of(&shop.server.http()), shop.admin());
        let purpose = json!({
            "controller": "default", "use": "direct_marketing_own", "title": { "fr": "Bienvenue", "en": "Welcome" },
            "description": { "fr": "Bonjour." }, "legal_basis": "consent", "channels": ["email", "sms"],
            "data_categories": ["contact"], "recipients": [], "retention": "P3Y" });
        let put = |path: &str, template: &str, body: &Value| {
            let reply = admin.put(path, body).expect(200);
            description.check("put", template, &reply);
            reply.json()
        };
        let told = put("/v1/purposes/welcome", "/v1/purposes/{id}", &purpose);
        assert_eq!(told["published"][0]["name"], "welcome@1");
        assert_eq!(put("/v1/purposes/welcome", "/v1/purposes/{id}", &purpose)["published"], json!([]));
        let before = chrono::Utc::now().to_rfc3339();
        put("/v1/controllers/brand", "/v1/controllers/{id}", &json!({ "name": "Une marque", "country": "FR" }));
        let notice = json!({ "purpose": "welcome", "change": "major", "text": { "fr": "Oui.", "en": "Yes." } });
        put("/v1/notices/welcome/1", "/v1/notices/{id}/{version}", &notice);
        let mut changed = purpose.clone();
        changed["channels"] = json!(["email"]);
        assert_eq!(put("/v1/purposes/welcome", "/v1/purposes/{id}", &changed)["published"][0]["name"], "welcome@2");
        let list = |path: &str, query: &str| {
            let reply = admin.get(&format!("{path}{query}")).expect(200);
            description.check("get", path, &reply);
            reply.json()
        };
        let version = |all: &Value| all["items"].as_array().unwrap().iter().find(|one| one["id"] == "welcome").map(|one| one["version"].clone());
        let at = format!("?at={}", crate::support::http::encode(&before));
        assert_eq!(version(&list("/v1/purposes", "")), Some(json!(2)));
        assert_eq!(version(&list("/v1/purposes", &at)), Some(json!(1)));
        assert_eq!(version(&list("/v1/notices", "")), Some(json!(1)));
        assert_eq!(version(&list("/v1/notices", &at)), None);
        assert_eq!(list("/v1/purposes", "?at=2000-01-01T00:00:00Z")["items"], json!([]));
    }
}

/// Page by page it is the same as at once, in order, each entry once.
fn pages(shop: &Shop, description: &Described, id: &str) {
    let read = |query: &str| {
        let reply = shop
            .dpo()
            .get(&format!("/v1/subjects/{id}/history?{query}"))
            .expect(200);
        description.check("get", "/v1/subjects/{id}/history", &reply);
        reply.json()
    };
    // that the file was read is the last event of it; read again within minutes, it adds none
    read("limit=1");
    let whole = read("limit=200");
    assert!(whole["next"].is_null());
    let whole = whole["items"].as_array().unwrap().clone();
    let kinds: Vec<&str> = whole
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert!(
        kinds
            .iter()
            .filter(|kind| kind.starts_with("consent."))
            .count()
            == 4,
        "{kinds:?}"
    );
    assert_eq!(kinds.last(), Some(&"subject.viewed"));
    let (mut found, mut query) = (Vec::new(), "limit=2".to_owned());
    loop {
        let page = read(&query);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        found.extend(items.clone());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        query = format!("limit=2&cursor={next}");
    }
    assert_eq!(found, whole);
}
