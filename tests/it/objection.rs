//! An objection is lifted by the person's own later yes, and by nothing else: no retry, no
//! import, no merge.

use crate::shop::{Shop, yes};
use serde_json::{Value, json};

fn object(shop: &Shop, email: &str) {
    let body = json!({ "subject": { "email": email }, "scope": "direct_marketing" });
    shop.collector().post("/v1/objections", &body).expect(201);
}

fn is_refused(answer: &(String, String)) -> bool {
    answer == &("deny".to_owned(), "OBJECTION".to_owned())
}

on_both! {
    fn only_the_persons_own_later_yes_lifts_it(db: &Db) {
        let shop = Shop::open(db);
        let email = "paula@example.org";
        shop.record(&yes(email));
        object(&shop, email);
        assert!(is_refused(&shop.newsletter(email)));
        // a retry, or an old yes that comes late, is no act of the person
        let refused = shop.collector().post("/v1/consents", &yes(email)).expect(422);
        assert_eq!(refused.json()["errors"][0]["code"], "act_not_dated");
        let mut late = yes(email);
        late["collected_at"] = json!("2026-01-05T10:00:00Z");
        shop.record(&late);
        assert!(is_refused(&shop.newsletter(email)));
        // nor is a line of another system's file, whatever its date
        let mut imported = yes(email);
        imported["collected_at"] = now();
        imported["source"] = json!({ "kind": "import" });
        shop.record(&imported);
        assert!(is_refused(&shop.newsletter(email)));
        // a yes that the person gives now is
        let mut own = yes(email);
        own["collected_at"] = now();
        shop.record(&own);
        assert_eq!(shop.newsletter(email).0, "permit");
    }

    fn a_merge_does_not_lift_it(db: &Db) {
        let shop = Shop::open(db);
        let (objecting, other) = ("hanna@example.org", "hanna@example.net");
        object(&shop, objecting);
        shop.record(&yes(other));
        assert_eq!(shop.newsletter(other).0, "permit");
        let both = json!({ "email": objecting, "phone": "+4917139200042" });
        let mut linking = yes(objecting);
        linking["subject"] = both;
        linking["status"] = json!("refused");
        linking["purpose"] = json!("offers");
        shop.record(&merging(&linking));
        let mut joined = linking;
        joined["subject"] = json!({ "email": other, "phone": "+4917139200042" });
        shop.record(&merging(&joined));
        assert!(is_refused(&shop.newsletter(other)));
        assert!(is_refused(&shop.newsletter(objecting)));
    }
}

/// A refusal needs no words.
fn merging(consent: &Value) -> Value {
    let mut consent = consent.clone();
    if let Some(fields) = consent.as_object_mut() {
        fields.remove("notice");
        fields.remove("language");
    }
    consent
}

fn now() -> Value {
    json!(chrono::Utc::now().to_rfc3339())
}
