//! "This was not me": the DPO finds it in a list that names nobody, sees the proof with a reason that stays in
//! the log, and closes it; the person reads what came of it.

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::scene::hidden;
use crate::support::server::cli;
use crate::ways_in::FOLDER;
use crate::ways_in::signing_in::signed_in;
use serde_json::{Value, json};

const ANNE: &str = "anne@known.example";

/// Somebody took a yes of Anne's down in a shop; she says it was not she. The dispute's entry.
fn disputed(shop: &Shop) -> u64 {
    let mut given = yes(ANNE);
    given["source"] = json!({ "kind": "store", "id": "lille-2", "agent": "k.dupuis" });
    given["act"] = json!("oral");
    given["evidence"] = json!({ "form": "F-4821" });
    let written = shop.record(&given);
    let receipt = format!(
        "/r/{}/{}",
        written["position"],
        written["id"].as_str().unwrap()
    );
    shop.server
        .http()
        .form(&format!("{receipt}/not-me"), &[])
        .expect(200);
    let list = listed(shop, "open");
    list.as_array().unwrap().last().unwrap()["position"]
        .as_u64()
        .unwrap()
}

fn listed(shop: &Shop, state: &str) -> Value {
    let list = shop
        .dpo()
        .get(&format!("/v1/disputes?state={state}"))
        .expect(200);
    list.json()["items"].clone()
}

fn closes(shop: &Shop, at: u64, outcome: &str) -> crate::support::http::Reply {
    shop.dpo().post(
        &format!("/v1/disputes/{at}/closure"),
        &json!({ "outcome": outcome }),
    )
}

fn dpo(db: &Db, shop: &Shop) -> (Http, String) {
    let client = shop.staff(db, "dpo").header("accept-language", "en");
    let page = client.get("/console").expect(200).text;
    assert!(page.contains("href=\"/console/disputes\""), "{page}");
    (client, hidden(&page, "csrf").expect("a secret"))
}

on_both! {
    fn a_dispute_is_listed_read_with_a_reason_and_closed(db: &Db) {
        let shop = Shop::open_with(db, &FOLDER);
        let at = disputed(&shop);
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_WITHDRAWN", "at once, whatever comes of it");
        let list = listed(&shop, "open").to_string();
        assert!(!list.contains("subject") && !list.contains(ANNE), "{list}");
        let reader = shop.dpo().header("view-reason", "complaint").header("view-reference", "C-17");
        let file = reader.get(&format!("/v1/disputes/{at}")).expect(200).json();
        let record = &file["disputed"];
        assert_eq!((&record["source"]["agent"], &record["evidence"]["form"]), (&json!("k.dupuis"), &json!("F-4821")), "{file}");
        closes(&shop, at, "perhaps").expect(422);
        closes(&shop, 0, "kept").expect(404);
        let closed = closes(&shop, at, "withdrawn").expect(201).json();
        assert!(closed["position"].as_u64() > Some(at), "{closed}");
        closes(&shop, at, "kept").expect(409);
        assert_eq!(listed(&shop, "open"), json!([]));
        assert_eq!(listed(&shop, "closed")[0]["outcome"], "withdrawn");
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_WITHDRAWN");
        // who looked and why, and the end, stand in the file
        let id = shop.subject(ANNE);
        let history = shop.dpo().get(&format!("/v1/subjects/{id}/history?limit=200")).expect(200).text;
        for part in ["\"view\":\"dispute\"", "C-17", "dispute.closed", "\"outcome\":\"withdrawn\""] {
            assert!(history.contains(part), "{part}: {history}");
        }
        // and she reads what came of it
        let mine = signed_in(db, &shop, ANNE);
        let page = mine.get("/me/history").expect(200).text;
        assert!(page.contains("you are right, it no longer counts"), "{page}");
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }

    fn nothing_brings_the_yes_back(db: &Db) {
        let shop = Shop::open(db);
        let at = disputed(&shop);
        closes(&shop, at, "kept").expect(201);
        assert_eq!(shop.newsletter(ANNE).1, "CONSENT_WITHDRAWN");
        // her own later yes is her own
        let at = disputed_again(&shop);
        let mut later = yes(ANNE);
        later["collected_at"] = json!(chrono::Utc::now().to_rfc3339());
        shop.record(&later);
        assert_eq!(shop.newsletter(ANNE).0, "permit");
        closes(&shop, at, "withdrawn").expect(201);
        assert_eq!(shop.newsletter(ANNE).0, "permit");
        // who is erased takes their disputes along
        let path = format!("/v1/subjects/{}/erasure", shop.subject(ANNE));
        shop.dpo().post(&path, &json!({ "reason": "data_subject_request", "reference": "DSR-1" })).expect(201);
        assert_eq!(listed(&shop, "closed"), json!([]));
    }

    fn in_the_console(db: &Db) {
        let shop = Shop::open(db);
        let at = disputed(&shop);
        let (client, csrf) = dpo(db, &shop);
        let before = shop.position();
        let list = client.get("/console/disputes").expect(200).text;
        assert!(list.contains("Disputed on") && !list.contains("k.dupuis"), "{list}");
        assert_eq!(shop.position(), before, "a list names nobody");
        let path = format!("/console/disputes/{at}");
        let csrf = csrf.as_str();
        for wrong in [vec![("csrf", "forged"), ("why", "complaint")], vec![("csrf", csrf)], vec![("csrf", csrf), ("why", "other")]] {
            client.form(&path, &wrong).expect(422);
        }
        assert_eq!(shop.position(), before);
        let file = client.form(&path, &[("csrf", csrf), ("why", "complaint")]).expect(200).text;
        for part in ["k.dupuis", "F-4821", "Our newsletter", "lille-2", "I agree to receive the newsletter."] {
            assert!(file.contains(part), "{part}: {file}");
        }
        assert!(!file.contains(ANNE), "{file}");
        assert_eq!(shop.position(), before + 1);
        let end = format!("{path}/closure");
        client.form(&end, &[("csrf", "forged"), ("outcome", "kept")]).expect(422);
        client.form(&end, &[("csrf", csrf), ("outcome", "kept")]).expect(303);
        client.form(&end, &[("csrf", csrf), ("outcome", "withdrawn")]).expect(422);
        let list = client.get("/console/disputes").expect(200).text;
        assert!(list.contains("Nothing is open.") && list.contains("<strong>Stands</strong>"), "{list}");
        let agent = shop.staff(db, "collector");
        agent.get("/console/disputes").expect(403);
    }
}

/// A second time, by another record.
fn disputed_again(shop: &Shop) -> u64 {
    let mut given = yes(ANNE);
    given["collected_at"] = json!(chrono::Utc::now().to_rfc3339());
    let written = shop.record(&given);
    let receipt = format!(
        "/r/{}/{}",
        written["position"],
        written["id"].as_str().unwrap()
    );
    shop.server
        .http()
        .form(&format!("{receipt}/not-me"), &[])
        .expect(200);
    listed(shop, "open")[0]["position"].as_u64().unwrap()
}
