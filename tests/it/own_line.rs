//! The encrypted line that the service listens on itself: what is spoken on it, whose certificates are believed, and
//! files that cannot be used.

mod clients;
mod files;

use std::time::Duration;

use crate::door::until_closed;
use crate::shop::Shop;
use crate::support::browser::{Browser, Visitor};
use crate::support::certificates::Certificates;
use crate::support::database::Db;
use crate::support::http::{Http, raw};
use crate::support::process::until;
use crate::support::scene::{Scene, consent, email, question};
use crate::support::server::Server;

const ANNE: &str = "anne@encrypted.example";

/// A folder with what a service shows.
fn certificates() -> Certificates {
    let made = Certificates::new();
    made.make("here", "here", "ca", 30);
    made
}

#[test]
fn everything_is_said_on_an_encrypted_line() {
    let (db, made) = (Db::sqlite(), certificates());
    let scene = Scene::encrypted(&db, &made);
    scene
        .api
        .post(
            "/v1/consents",
            &consent(&email(ANNE), "newsletter", "email", "given"),
        )
        .expect(201);
    let asked = question(&email(ANNE), "newsletter", "email");
    let check = scene.api.post("/v1/checks", &asked).expect(200).json();
    assert_eq!(check["decision"], "permit", "{check}");
    // links begin with it, cookies stay on it, and browsers remember it
    let whose = serde_json::json!({ "subject": email(ANNE) });
    let link = scene.api.post("/v1/links", &whose).expect(201).json();
    let url = link["url"].as_str().unwrap();
    assert!(url.starts_with(&scene.server.url()), "{url}");
    let page = scene.server.http().get("/console/sign-in");
    assert!(page.header("strict-transport-security").is_some());
    let elsewhere = Http::encrypted(&scene.server.url(), &made.text("other.crt"), None);
    assert!(elsewhere.try_get("/readyz").is_err());
}

#[test]
fn a_customer_chooses_over_it_in_a_browser() {
    let Some(browser) = Browser::open(Visitor::default()) else {
        return;
    };
    let (db, made) = (Db::sqlite(), certificates());
    let scene = Scene::encrypted(&db, &made);
    let whose = serde_json::json!({ "subject": email(ANNE) });
    let link = scene.api.post("/v1/links", &whose).expect(201).json();
    browser.goto(link["url"].as_str().unwrap());
    assert!(browser.url().starts_with("https://"), "{}", browser.url());
    assert!(!browser.find("form").text().is_empty());
}

/// What a client says first: a version of TLS and the ciphers that it has. It can nothing but these.
fn hello(version: [u8; 2], cipher: [u8; 2]) -> Vec<u8> {
    let groups = [0, 10, 0, 4, 0, 2, 0, 0x17];
    let points = [0, 11, 0, 2, 1, 0];
    let signatures = [0, 13, 0, 4, 0, 2, 4, 3];
    let extensions = [&groups[..], &points, &signatures].concat();
    let length = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap().to_be_bytes();
    let mut body = [&version[..], &[7; 32], &[0], &[0, 2], &cipher, &[1, 0]].concat();
    body.extend(length(&extensions));
    body.extend(extensions);
    let mut message = vec![1, 0];
    message.extend(length(&body));
    message.extend(body);
    let mut record = vec![0x16, 3, 1];
    record.extend(length(&message));
    record.extend(message);
    record
}

/// ECDHE-ECDSA with AES-GCM; RSA with AES-CBC; ECDHE-ECDSA with AES-CBC.
const GOOD: [u8; 2] = [0xc0, 0x2b];
const WEAK: [[u8; 2]; 3] = [[0, 0x2f], [0xc0, 0x09], [0, 0x05]];

#[test]
fn nothing_older_than_tls_1_2_is_spoken_and_no_weak_cipher() {
    const ALERT: u8 = 0x15;
    let (db, made) = (Db::sqlite(), certificates());
    let server = Server::encrypted(&db, &made, &[]);
    let answered = |hello: Vec<u8>| raw(server.port(), &hello);
    // the same question with what is spoken here is answered by a hello
    let good = answered(hello([3, 3], GOOD));
    assert_eq!((good[0], good[5]), (0x16, 2), "{good:?}");
    for version in [[3, 2], [3, 1], [3, 0]] {
        let refused = answered(hello(version, GOOD));
        assert_eq!(
            (refused[0], refused[6]),
            (ALERT, 70),
            "{version:?}: {refused:?}"
        );
    }
    for cipher in WEAK {
        let refused = answered(hello([3, 3], cipher));
        assert_eq!(
            (refused[0], refused[6]),
            (ALERT, 40),
            "{cipher:?}: {refused:?}"
        );
    }
    assert_eq!(server.http().get("/readyz").status, 200);
}

#[test]
fn what_is_no_tls_gets_no_answer_and_holds_nobody_up() {
    let (db, made) = (Db::sqlite(), certificates());
    let server = Server::encrypted(&db, &made, &[("PLACET_HEAD_SECONDS", "1")]);
    let plain = b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n";
    let beginning = &hello([3, 3], GOOD)[..20];
    for said in [&plain[..], beginning, b"", &[0; 3_000]] {
        let answer = until_closed(server.port(), said);
        let text = String::from_utf8_lossy(&answer);
        assert!(!text.contains("HTTP/1.1"), "{text}");
    }
    assert_eq!(server.http().get("/readyz").status, 200);
}

#[test]
fn a_renewed_certificate_is_shown_without_a_restart() {
    let (db, made) = (Db::sqlite(), certificates());
    made.make("renewed", "here", "other", 30);
    let server = Server::encrypted(&db, &made, &[]);
    let open = server.http();
    open.get("/readyz").expect(200);
    // half done: the certificate is there, its key is not
    std::fs::copy(made.file("renewed.crt"), made.file("here.crt")).unwrap();
    let within = Duration::from_secs(30);
    let told = || server.stderr().contains("tls_key is not the key");
    assert!(until(within, told), "{}", server.stderr());
    server.http().get("/readyz").expect(200);
    made.put("renewed", "here");
    let renewed = || {
        let http = Http::encrypted(&server.url(), &made.text("other.crt"), None);
        http.try_get("/readyz")
            .is_ok_and(|reply| reply.status == 200)
    };
    assert!(until(within, renewed), "{}", server.stderr());
    assert!(server.http().try_get("/readyz").is_err());
    // a line that was open stays
    open.get("/readyz").expect(200);
}

#[test]
fn a_plain_line_is_spoken_as_before() {
    let shop = Shop::open(&Db::sqlite());
    assert!(shop.server.url().starts_with("http://"));
    let page = shop.server.http().get("/console/sign-in");
    assert!(page.header("strict-transport-security").is_none());
}
