//! The headers that guard a browser, on every answer that there is.

use super::{Came, ask, routes, send};
use crate::shop::Shop;
use crate::support::database::Db;

/// What every page has, and whatever else a browser could take for one.
const PAGE: [(&str, &str); 8] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (
        "strict-transport-security",
        "max-age=63072000; includeSubDomains",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-create=(), publickey-credentials-get=()",
    ),
    ("cache-control", "no-store"),
];

/// What the page has instead where staff sign in, which has the one script: for passkeys.
const SCRIPTED: [(&str, &str); 2] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    (
        "permissions-policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)",
    ),
];

/// What an answer in plain JSON has: it needs a key that no browser holds.
const JSON: [&str; 4] = [
    "content-security-policy",
    "strict-transport-security",
    "x-content-type-options",
    "cache-control",
];

/// What may be kept: what never changes under its address, and what everybody may read.
const KEPT: [&str; 4] = ["/assets/", "/log/", "/.well-known/", "/r/"];

#[track_caller]
fn guarded(came: &Came, path: &str) {
    let json = came.header("content-type").as_deref() == Some("application/json");
    let scripted = came.body.contains("<script");
    assert!(
        !scripted || path.starts_with("/console/sign-in"),
        "{path}: {came:?}"
    );
    for (name, value) in PAGE {
        let instead = SCRIPTED.iter().find(|(of, _)| scripted && *of == name);
        let value = instead.map_or(value, |(_, value)| *value);
        let value = if json && name == "content-security-policy" {
            "default-src 'none'; frame-ancestors 'none'"
        } else {
            value
        };
        if json && !JSON.contains(&name) {
            continue;
        }
        let found = came.header(name).unwrap_or_default();
        let kept = name == "cache-control" && KEPT.iter().any(|start| path.starts_with(start));
        assert!(
            found == value || (kept && !found.is_empty()),
            "{path}: {name} is {found:?}: {came:?}"
        );
    }
    for line in came.head.to_lowercase().lines() {
        assert!(!line.starts_with("access-control-"), "{path}: {line}");
        assert!(
            !line.starts_with("server:") && !line.starts_with("x-powered-by:"),
            "{path}: {line}"
        );
    }
}

/// Every route, asked as it is meant, by another method, and by a page of another site that asks first.
#[test]
fn every_answer_has_its_guards() {
    let https = [("PLACET_PUBLIC_URL", "https://choices.example")];
    let shop = Shop::open_with(&Db::sqlite(), &https);
    let port = shop.server.port();
    let key = format!("host: x\r\nauthorization: Bearer {}\r\n", shop.key("admin"));
    let cross = "host: x\r\norigin: https://evil.example\r\naccess-control-request-method: PUT\r\n\
                 access-control-request-headers: authorization\r\n";
    let mut count = 0;
    for route in routes() {
        let own = ask(port, &route.method, &route.path, "host: x\r\n");
        let keyed = ask(port, &route.method, &route.path, &key);
        let preflight = ask(port, "OPTIONS", &route.path, cross);
        let asked = ask(port, &route.method, &route.path, cross);
        let other = ask(port, "DELETE", &route.path, &key);
        for came in [own, keyed, preflight, asked, other] {
            assert!(came.status != 0 && came.status < 500, "{route:?}: {came:?}");
            guarded(&came, &route.path);
            count += 1;
        }
    }
    assert!(count > 700, "{count} answers");
    // what is refused before it is anywhere
    let long = format!("/{}", "x".repeat(20_000));
    for (method, path) in [
        ("GET", "/nowhere"),
        ("POST", "/nowhere"),
        ("GET", "/"),
        ("TRACE", "/"),
        ("PATCH", "/v1/checks"),
        ("GET", &long),
    ] {
        let came = ask(port, method, path, "host: x\r\n");
        assert!(
            (400..500).contains(&came.status),
            "{method} {path}: {came:?}"
        );
        guarded(&came, path);
    }
    let body = |path: &str, key: &str, length: usize, body: &str| {
        let text = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        send(port, text.as_bytes())
    };
    let key = shop.key("collector");
    for (came, status) in [
        (body("/v1/consents", key, 99_999_999, ""), 413),
        (body("/v1/consents", key, 1, "{"), 400),
        (body("/v1/consents", "none", 2, "{}"), 401),
        (body("/v1/checks", key, 2, "{}"), 403),
        (body("/c/none", key, 99_999_999, ""), 413),
        (body("/console/sign-in", key, 99_999_999, ""), 413),
    ] {
        assert_eq!(came.status, status, "{came:?}");
        guarded(&came, "/v1");
    }
    // what is no request gets an answer without a body
    let garbage = send(port, b"GET / HTTP/1.1\r\nho st: x\r\n\r\n");
    assert_eq!(
        (garbage.status, garbage.body.as_str()),
        (400, ""),
        "{garbage:?}"
    );
}

/// Over connections that are not encrypted no browser is told to encrypt.
#[test]
fn nothing_is_said_of_encryption_that_is_not_there() {
    let shop = Shop::open(&Db::sqlite());
    let came = ask(
        shop.server.port(),
        "GET",
        "/accessibility",
        "host: x\r\nx-forwarded-proto: https\r\n",
    );
    assert_eq!(
        (came.status, came.header("strict-transport-security")),
        (200, None)
    );
}
