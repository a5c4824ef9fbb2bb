//! Clients that show certificates of their own: keys that are bound to a name, and tokens that are bound to the very
//! certificate.

use super::{ANNE, certificates};
use crate::oauth::{Client, asks, read};
use crate::support::certificates::Certificates;
use crate::support::http::Http;
use crate::support::scene::{Scene, email, question};
use crate::support::server::{Server, cli};
use crate::support::signer::Signer;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use serde_json::Value;

/// A client that shows one of the certificates.
fn showing(server: &Server, made: &Certificates, name: &str) -> Http {
    let [shown, key] = ["crt", "key"].map(|ending| made.text(&format!("{name}.{ending}")));
    Http::encrypted(&server.url(), &made.text("ca.crt"), Some((&shown, &key)))
}

fn checked(http: &Http) -> (u16, String) {
    let check = http.post("/v1/checks", &question(&email(ANNE), "newsletter", "email"));
    let read = http.get("/v1/purposes");
    assert_eq!(check.status, read.status, "{}", read.text);
    let said = read.json();
    (
        check.status,
        said["code"].as_str().unwrap_or_default().into(),
    )
}

fn made_with_clients() -> Certificates {
    let made = certificates();
    for (name, kind, by, days) in [
        ("crm", "crm", "ca", 30),
        ("next", "crm", "ca", 30),
        ("till", "till", "ca", 30),
        ("star", "star", "ca", 30),
        ("foreign", "crm", "other", 30),
        ("over", "crm", "ca", -1),
        ("server", "server", "ca", 30),
    ] {
        made.make(name, kind, by, days);
    }
    made
}

on_both! {
    fn a_key_is_used_with_a_certificate_of_its_name_only(db: &Db) {
        let made = made_with_clients();
        let bound = ["api-key", "create", "--name", "crm", "--role", "marketing", "--certificate", "crm.example.com"];
        let bound = cli(db, &bound);
        assert_eq!(bound.code, 0, "{bound:?}");
        let key = bound.stdout.trim().to_owned();
        let scene = Scene::encrypted(db, &made);
        let by = |name: &str| showing(&scene.server, &made, name).bearer(&key);
        assert_eq!(checked(&by("crm")).0, 200);
        // renewed by the same authority it is another certificate of the same name
        assert_eq!(checked(&by("next")).0, 200);
        let refused = (403, "certificate_not_shown".to_owned());
        for name in ["till", "star"] {
            assert_eq!(checked(&by(name)), refused, "{name}");
        }
        assert_eq!(checked(&scene.server.http().bearer(&key)), refused);
        // what a proxy shows is the proxy's
        let behind = by("crm").header("x-forwarded-for", "203.0.113.9");
        assert_eq!(checked(&behind), refused);
        // what no believed authority made, what has ended and what is no client's gets no line at all
        for name in ["foreign", "over", "server"] {
            assert!(by(name).try_get("/v1/purposes").is_err(), "{name}");
        }
        // a key that is bound to nothing needs none, and may have one
        assert_eq!(checked(&scene.api).0, 200);
        assert_eq!(checked(&showing(&scene.server, &made, "till").bearer(&scene.key)).0, 200);
        drop(scene);
        let plain = Server::start(db);
        assert_eq!(checked(&plain.http().bearer(&key)), refused);
        let listed = cli(db, &["api-key", "list"]);
        assert!(listed.stdout.contains("crm.example.com"), "{listed:?}");
        assert_eq!(cli(db, &["api-key", "create", "--name", "x", "--role", "dpo", "--certificate", "*.example.com"]).code, 2);
    }

    fn a_token_is_worth_nothing_without_the_certificate_that_it_was_got_with(db: &Db) {
        let made = made_with_clients();
        let scene = Scene::encrypted(db, &made);
        let client = Client::new(db, &scene, Signer::ed25519(9), &["--role", "marketing"]);
        let told = scene.server.http().get("/.well-known/oauth-authorization-server").json();
        assert_eq!(told["tls_client_certificate_bound_access_tokens"], true, "{told}");
        let got = |http: &Http| {
            let given = asks(http, &client.assertion()).expect(200).json();
            given["access_token"].as_str().unwrap().to_owned()
        };
        let crm = showing(&scene.server, &made, "crm");
        let bound = got(&crm);
        let der = pem_bytes(&made.text("crm.crt"));
        let print = B64.encode(ring::digest::digest(&ring::digest::SHA256, &der));
        let claims: Value = read(&bound).1;
        assert_eq!(claims["cnf"]["x5t#S256"], print.as_str(), "{claims}");
        let status = |http: &Http, token: &str| checked(&http.bearer(token)).0;
        assert_eq!(status(&crm, &bound), 200);
        // asked again it is held, and no more than before
        for name in ["next", "till"] {
            assert_eq!(status(&showing(&scene.server, &made, name), &bound), 401, "{name}");
        }
        assert_eq!(status(&scene.server.http(), &bound), 401);
        assert_eq!(status(&crm, &bound), 200);
        // got without one, it holds on every line
        let free = got(&scene.server.http());
        assert!(read(&free).1.get("cnf").is_none());
        assert_eq!(status(&scene.server.http(), &free), 200);
        assert_eq!(status(&crm, &free), 200);
    }

    fn a_client_that_is_bound_to_a_name_gets_tokens_with_it_only(db: &Db) {
        let made = made_with_clients();
        let scene = Scene::encrypted(db, &made);
        let bounds = ["--role", "marketing", "--certificate", "crm.example.com"];
        let client = Client::new(db, &scene, Signer::ed25519(8), &bounds);
        let status = |http: &Http| asks(http, &client.assertion()).status;
        assert_eq!(status(&showing(&scene.server, &made, "crm")), 200);
        assert_eq!(status(&showing(&scene.server, &made, "till")), 401);
        assert_eq!(status(&scene.server.http()), 401);
    }
}

fn pem_bytes(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let text: String = lines.collect();
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}
