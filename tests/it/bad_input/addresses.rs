//! Addresses, methods and parameters that there are not.

use serde_json::json;

use super::{errors, refused};
use crate::shop::{Shop, yes};

#[test]
fn an_unknown_address_or_method_is_a_problem() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    let before = shop.position();
    let admin = shop.admin();
    for path in [
        "/zq7",
        "/v1/zq7",
        "/v1/consents/zq7",
        "/v2/consents",
        "/v1/consents/",
        "/log/tile/zq7",
        "/log/zq7",
    ] {
        refused(&admin.get(path), 404, "not_found");
        refused(&admin.post(path, &yes("zq7@example.fr")), 404, "not_found");
    }
    for (method, path) in [
        ("GET", "/v1/consents"),
        ("DELETE", "/v1/consents"),
        ("PUT", "/v1/consents"),
        ("GET", "/v1/checks"),
        ("POST", "/v1/purposes"),
        ("DELETE", "/v1/purposes/newsletter"),
        ("POST", "/v1/notices/newsletter/3"),
        ("PATCH", "/v1/objections"),
        ("DELETE", "/healthz"),
        ("POST", "/openapi.json"),
        ("DELETE", "/u/zq7"),
        ("PUT", "/c/zq7"),
    ] {
        let reply = admin.send(method, path, "application/json", "{}");
        assert!(
            matches!(reply.status, 404 | 405),
            "{method} {path}: {}",
            reply.status
        );
        let code = if reply.status == 405 {
            "method_not_allowed"
        } else {
            "not_found"
        };
        refused(&reply, reply.status, code);
    }
    assert_eq!(shop.position(), before);
}

#[test]
fn an_unknown_thing_is_not_found() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    let id = shop.record(&yes("anne@example.fr"))["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let before = shop.position();
    let dpo = shop.dpo();
    for path in [
        "/v1/subjects/zq7/consents".to_owned(),
        "/v1/subjects/01990000-0000-7000-8000-000000000000/consents".to_owned(),
        "/v1/subjects/01990000-0000-7000-8000-000000000000/history".to_owned(),
        "/v1/receipts/zq7/zq7".to_owned(),
        "/v1/receipts/1/zq7".to_owned(),
        // the record is there, at another position
        format!("/v1/receipts/0/{id}"),
        format!("/v1/receipts/999999/{id}"),
        format!("/v1/receipts/18446744073709551615/{id}"),
        "/log/tile/0/999".to_owned(),
    ] {
        refused(&dpo.get(&path), 404, "not_found");
    }
    refused(
        &dpo.post("/v1/subjects/lookup", &json!({ "email": "zq7@example.fr" })),
        404,
        "not_found",
    );
    assert_eq!(shop.position(), before);
}

#[test]
fn a_wrong_parameter_is_named() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    shop.record(&yes("anne@example.fr"));
    let history = format!("/v1/subjects/{}/history", shop.subject("anne@example.fr"));
    let before = shop.position();
    let dpo = shop.dpo();
    for (path, query, status, expected) in [
        (history.as_str(), "limit=0", 422, "limit limit_wrong"),
        (history.as_str(), "limit=201", 422, "limit limit_wrong"),
        (history.as_str(), "limit=zq7", 400, "limit query_malformed"),
        (history.as_str(), "limit=-1", 400, "limit query_malformed"),
        (history.as_str(), "cursor=zq7", 422, "cursor cursor_unknown"),
        (history.as_str(), "cursor=", 422, "cursor cursor_unknown"),
        (history.as_str(), "page=zq7", 400, "page query_malformed"),
        (
            history.as_str(),
            "limit=1&limit=2",
            400,
            "limit query_malformed",
        ),
        ("/v1/purposes", "at=zq7", 400, "at query_malformed"),
        ("/v1/purposes", "at=2026-11-20", 400, "at query_malformed"),
        ("/v1/notices", "since=zq7", 400, "since query_malformed"),
    ] {
        let reply = dpo.get(&format!("{path}?{query}"));
        let problem = refused(
            &reply,
            status,
            if status == 400 {
                "malformed"
            } else {
                "invalid"
            },
        );
        assert_eq!(errors(&problem), [expected], "{query}: {problem}");
    }
    assert_eq!(shop.position(), before);
}
