//! Bodies that are too large, cut off, or no JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{errors, refused};
use crate::shop::{Shop, yes};
use crate::support::http::raw;

const MIB: usize = 1024 * 1024;

/// An object of this many bytes.
fn large(bytes: usize) -> String {
    let mut body = json!({ "evidence": { "scan": "" } }).to_string();
    let room = bytes - body.len();
    body.insert_str(body.len() - 3, &"x".repeat(room));
    body
}

/// A request whose body's length nobody announces.
fn chunked(path: &str, key: &str, body: &str) -> Vec<u8> {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    for chunk in body.as_bytes().chunks(64 * 1024) {
        let text = std::str::from_utf8(chunk).expect("ASCII");
        write!(request, "{:x}\r\n{text}\r\n", chunk.len()).expect("a string grows");
    }
    request.push_str("0\r\n\r\n");
    request.into_bytes()
}

/// Head and body of a raw answer.
fn split(answer: &[u8]) -> (String, Value) {
    let text = String::from_utf8_lossy(answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    (
        head.to_owned(),
        serde_json::from_str(body).unwrap_or_default(),
    )
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    let before = shop.position();
    let send = |role: &str, path: &str, bytes: usize| {
        shop.role(role)
            .send("POST", path, "application/json", large(bytes))
    };
    for path in [
        "/v1/consents",
        "/v1/objections",
        "/v1/restrictions",
        "/v1/paces",
        "/v1/suppressions",
        "/v1/links",
    ] {
        refused(&send("collector", path, MIB + 1), 413, "body_too_large");
        // what fits is read, and found wanting
        refused(&send("collector", path, MIB), 422, "invalid");
    }
    refused(
        &send("dpo", "/v1/subjects/lookup", MIB + 1),
        413,
        "body_too_large",
    );
    refused(
        &send("marketing", "/v1/checks", 8 * MIB + 1),
        413,
        "body_too_large",
    );
    refused(&send("marketing", "/v1/checks", 8 * MIB), 422, "invalid");
    assert_eq!(shop.position(), before);
}

#[test]
fn a_body_of_unknown_length_over_the_limit_is_refused() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    let before = shop.position();
    for (role, path, limit) in [
        ("collector", "/v1/consents", MIB),
        ("marketing", "/v1/checks", 8 * MIB),
    ] {
        let answer = raw(
            shop.server.port(),
            &chunked(path, shop.key(role), &large(limit + 1)),
        );
        let (head, problem) = split(&answer);
        assert!(head.starts_with("HTTP/1.1 413"), "{head}");
        assert_eq!(problem["code"], "body_too_large", "{problem}");
        let answer = raw(
            shop.server.port(),
            &chunked(path, shop.key(role), &large(limit)),
        );
        assert!(split(&answer).0.starts_with("HTTP/1.1 422"));
    }
    assert_eq!(shop.position(), before);
}

on_both! {
    fn a_body_that_does_not_arrive_whole_writes_nothing(db: &Db) {
        let shop = Shop::open(db);
        let before = shop.position();
        let body = yes("anne@example.fr").to_string();
        let head = format!(
            "POST /v1/consents HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            shop.key("collector"), body.len() + 10
        );
        // the JSON is whole; what was announced is not
        let answer = raw(shop.server.port(), format!("{head}{body}").as_bytes());
        let (head, _) = split(&answer);
        assert!(head.is_empty() || head.starts_with("HTTP/1.1 4"), "{head}");
        assert_eq!(shop.position(), before);
        assert_eq!(shop.newsletter("anne@example.fr").1, "UNKNOWN_SUBJECT");
    }
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    let before = shop.position();
    let good = yes("anne@example.fr").to_string();
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"".to_vec(), "not_json"),
        (b"zq7".to_vec(), "not_json"),
        (
            b"{\"subject\":{\"email\":\"zq7@example.fr\"".to_vec(),
            "not_json",
        ),
        (
            b"{\"subject\":{\"email\":\"zq7@example.fr\",}}".to_vec(),
            "not_json",
        ),
        (format!("{good} zq7").into_bytes(), "trailing_data"),
        (format!("{good}{good}").into_bytes(), "trailing_data"),
        (
            b"{\"subject\":{\"email\":\"zq7\xff@example.fr\"}}".to_vec(),
            "not_utf8",
        ),
        (
            [b"\xff\xfe".as_slice(), good.as_bytes()].concat(),
            "not_utf8",
        ),
        ("[".repeat(100_000).into_bytes(), "not_json"),
    ];
    for (body, code) in cases {
        let clients = [
            ("collector", "/v1/consents"),
            ("marketing", "/v1/checks"),
            ("dpo", "/v1/subjects/lookup"),
        ];
        for (role, path) in clients {
            let reply = shop
                .role(role)
                .send("POST", path, "application/json", body.clone());
            let problem = refused(&reply, 400, "malformed");
            assert_eq!(errors(&problem), [format!(" {code}")], "{path}: {problem}");
        }
    }
    let half = b"{\"subject\":{\"email\":\"\\ud800zq7@example.fr\"}}".to_vec();
    let reply = shop
        .collector()
        .send("POST", "/v1/consents", "application/json", half);
    assert_eq!(
        errors(&refused(&reply, 400, "malformed")),
        [" not_json"],
        "half a character"
    );
    let twice = good.replacen('{', "{\"status\":\"refused\",", 1);
    let reply = shop
        .collector()
        .send("POST", "/v1/consents", "application/json", twice);
    let problem = refused(&reply, 422, "invalid");
    assert_eq!(errors(&problem), ["/status field_twice"]);
    assert_eq!(shop.position(), before);
}
