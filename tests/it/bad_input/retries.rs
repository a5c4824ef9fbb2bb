//! `Idempotency-Key`: malformed, or used again for another request.

use serde_json::json;

use super::{errors, refused};
use crate::shop::{Shop, yes};

/// Every write that takes the header, with a good body.
fn writes() -> Vec<(&'static str, &'static str, &'static str, serde_json::Value)> {
    let anne = json!({ "email": "anne@example.fr" });
    vec![
        ("POST", "/v1/consents", "collector", yes("anne@example.fr")),
        (
            "POST",
            "/v1/objections",
            "collector",
            json!({ "subject": anne, "scope": "direct_marketing" }),
        ),
        (
            "POST",
            "/v1/restrictions",
            "collector",
            json!({ "subject": anne, "restricted": true }),
        ),
        (
            "POST",
            "/v1/paces",
            "collector",
            json!({ "subject": anne, "purpose": "newsletter", "at_most": "one_a_week" }),
        ),
        (
            "POST",
            "/v1/suppressions",
            "collector",
            json!({ "subject": anne, "reason": "asked" }),
        ),
        (
            "PUT",
            "/v1/controllers/brand",
            "admin",
            json!({ "name": "Une marque" }),
        ),
        (
            "PUT",
            "/v1/purposes/welcome",
            "admin",
            json!({
            "controller": "default", "use": "direct_marketing_own", "title": { "fr": "Bienvenue" },
            "legal_basis": "consent", "channels": ["email"] }),
        ),
        (
            "PUT",
            "/v1/notices/newsletter/3",
            "admin",
            json!({
            "purpose": "newsletter", "change": "minor", "text": { "fr": "Oui." } }),
        ),
    ]
}

#[test]
fn a_malformed_key_is_refused() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    let before = shop.position();
    let long = "zq7".repeat(67);
    for (method, path, role, body) in writes() {
        for key in ["", "zq7 zq7", long.as_str()] {
            let client = shop.role(role).header("idempotency-key", key);
            let reply = client.send(method, path, "application/json", body.to_string());
            let problem = refused(&reply, 400, "malformed");
            assert_eq!(
                errors(&problem),
                ["Idempotency-Key idempotency_key_malformed"],
                "{path}"
            );
        }
    }
    assert_eq!(shop.position(), before);
}

on_both! {
    fn a_key_with_another_request_is_refused(db: &Db) {
        let shop = Shop::open(db);
        let client = shop.collector().header("idempotency-key", "one");
        client.post("/v1/consents", &yes("anne@example.fr")).expect(201);
        let before = shop.position();
        let other = client.post("/v1/consents", &yes("zq7@example.fr"));
        refused(&other, 409, "idempotency_key_reused");
        let path = json!({ "subject": { "email": "zq7@example.fr" }, "scope": "direct_marketing" });
        refused(&client.post("/v1/objections", &path), 409, "idempotency_key_reused");
        assert_eq!(shop.position(), before);
        // another caller's key of the same name is another key
        let admin = shop.admin().header("idempotency-key", "one");
        admin.post("/v1/consents", &yes("berthe@example.fr")).expect(201);
    }
}
