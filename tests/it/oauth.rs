//! Clients that prove themselves by a key of their own: what they get for it, and every forgery that gets nothing.

use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::scene::{Scene, consent, email, key, question};
use crate::support::server::{Output, cli};
use crate::support::signer::{Signer, seconds};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};

const ANNE: &str = "anne@known.example";
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn fresh() -> String {
    let mut jti = [0; 16];
    SystemRandom::new().fill(&mut jti).unwrap();
    B64.encode(jti)
}

fn add(db: &Db, signer: &Signer, arguments: &[&str]) -> Output {
    let file = db.data_dir().join("client.jwk");
    std::fs::write(&file, signer.jwk("k1").to_string()).unwrap();
    let file = file.to_str().unwrap();
    cli(
        db,
        &[&["client", "add", "crm", "--key", file], arguments].concat(),
    )
}

/// A registered client.
pub struct Client {
    id: String,
    signer: Signer,
    http: Http,
    issuer: String,
}

impl Client {
    pub fn new(db: &Db, scene: &Scene, signer: Signer, arguments: &[&str]) -> Self {
        let added = add(db, &signer, arguments);
        assert_eq!(added.code, 0, "{added:?}");
        let (id, http) = (added.stdout.trim().to_owned(), scene.server.http());
        Self {
            id,
            signer,
            http,
            issuer: scene.server.url(),
        }
    }

    fn head(&self) -> Value {
        json!({ "alg": self.signer.alg(), "kid": "k1" })
    }

    fn claims(&self) -> Value {
        let now = seconds();
        json!({ "iss": self.id, "sub": self.id, "aud": self.issuer, "iat": now, "exp": now + 60, "jti": fresh() })
    }

    pub fn assertion(&self) -> String {
        self.signer.sign(&self.head(), &self.claims())
    }

    /// One that differs.
    fn changed(&self, change: impl Fn(&mut Value, &mut Value)) -> String {
        let (mut head, mut claims) = (self.head(), self.claims());
        change(&mut head, &mut claims);
        self.signer.sign(&head, &claims)
    }

    fn ask(&self, assertion: &str) -> Reply {
        asks(&self.http, assertion)
    }

    fn token(&self) -> String {
        let given = self.ask(&self.assertion()).expect(200).json();
        given["access_token"].as_str().unwrap().to_owned()
    }
}

pub fn asks(http: &Http, assertion: &str) -> Reply {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ];
    http.form("/oauth/token", &fields)
}

/// The header and the claims of a token.
pub fn read(token: &str) -> (Value, Value) {
    let part = |text: &str| serde_json::from_slice(&B64.decode(text).unwrap()).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    (part(parts[0]), part(parts[1]))
}

/// The same token with another header or other claims, and the signature that it had.
fn tampered(token: &str, change: impl Fn(&mut Value, &mut Value)) -> String {
    let ((mut head, mut claims), signature) = (read(token), token.rsplit_once('.').unwrap().1);
    change(&mut head, &mut claims);
    let part = |value: &Value| B64.encode(value.to_string());
    format!("{}.{}.{signature}", part(&head), part(&claims))
}

/// Signed with a public key as if it were a shared secret.
fn by_public_key(public: &[u8], head: &Value, claims: &Value) -> String {
    let part = |value: &Value| B64.encode(value.to_string());
    let message = format!("{}.{}", part(head), part(claims));
    let tag = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, public),
        message.as_bytes(),
    );
    format!("{message}.{}", B64.encode(tag))
}

/// Texts that say the same to a careless reader.
fn variants(token: &str) -> Vec<String> {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (head, claims) = message.split_once('.').unwrap();
    let mut last = signature.to_owned();
    let loose = if last.ends_with('A') { 'B' } else { 'A' };
    last.pop();
    vec![
        format!("{token}="),
        format!("{head}=.{claims}.{signature}"),
        format!("{head}.{claims}=.{signature}"),
        format!("{head}.{claims}.{last}{loose}"),
        format!("{head}.{claims}.{signature}.{signature}"),
        format!("{head}..{claims}.{signature}"),
        format!("{head}.{claims}."),
        format!("{head}.{claims}"),
        format!(".{claims}.{signature}"),
        format!("{head} .{claims}.{signature}"),
        format!("{head}.{claims}.{signature}%0A"),
        format!("{head}.{}.{signature}", claims.replace('_', "/")).replace('-', "+") + ".",
        format!(
            "{}.{claims}.{signature}",
            B64.encode(format!(" {}", read(token).0))
        ),
        format!("{head}.{claims}{}.{signature}", "A".repeat(5000)),
    ]
}

fn opens(http: &Http, token: &str) -> u16 {
    let asked = question(&email(ANNE), "newsletter", "email");
    let status = http.bearer(token).post("/v1/checks", &asked).status;
    assert_eq!(status, http.bearer(token).get("/v1/purposes").status);
    status
}

on_both! {
    fn a_client_gets_tokens_and_does_what_its_role_may(db: &Db) {
        let scene = Scene::new(db);
        scene.api.records(&consent(&email(ANNE), "newsletter", "email", "given"));
        for signer in [Signer::ed25519(7), Signer::p256()] {
            let client = Client::new(db, &scene, signer, &["--role", "marketing"]);
            let given = client.ask(&client.assertion()).expect(200);
            assert_eq!(given.header("cache-control"), Some("no-store"));
            let given = given.json();
            assert_eq!((&given["token_type"], &given["expires_in"], &given["scope"]), (&json!("Bearer"), &json!(300), &json!("marketing")));
            let token = given["access_token"].as_str().unwrap();
            let (head, claims) = read(token);
            assert_eq!((&head["typ"], &head["alg"]), (&json!("at+jwt"), &json!("EdDSA")));
            assert_eq!((&claims["iss"], &claims["aud"], &claims["sub"]), (&json!(client.issuer), &json!(client.issuer), &json!(client.id)));
            assert_eq!(claims["exp"].as_u64().unwrap() - claims["nbf"].as_u64().unwrap(), 300);
            // published: the key that signs, and the next
            let keys = scene.server.http().get("/.well-known/jwks.json").expect(200).json();
            let kids: Vec<&Value> = keys["keys"].as_array().unwrap().iter().map(|key| &key["kid"]).collect();
            assert!(kids.contains(&&head["kid"]) && kids.len() >= 3, "{keys}");
            let http = client.http.bearer(token);
            let asked = question(&email(ANNE), "newsletter", "email");
            assert_eq!(http.post("/v1/checks", &asked).expect(200).json()["decision"], "permit");
            let refused = http.post("/v1/consents", &consent(&email(ANNE), "newsletter", "email", "given")).expect(403);
            assert_eq!(refused.json()["code"], "role_insufficient");
            // the token endpoint is a fit audience, too
            let endpoint = format!("{}/oauth/token", client.issuer);
            client.ask(&client.changed(|_, claims| claims["aud"] = json!([endpoint]))).expect(200);
        }
        let metadata = scene.server.http().get("/.well-known/oauth-authorization-server").expect(200).json();
        assert_eq!(metadata["issuer"], scene.server.url());
        assert_eq!(metadata["token_endpoint"], format!("{}/oauth/token", scene.server.url()));
        assert_eq!(metadata["token_endpoint_auth_methods_supported"], json!(["private_key_jwt"]));
    }

    fn a_revoked_client_is_out_at_the_next_request(db: &Db) {
        let a = Scene::new(db);
        let b = Scene::on(db, &a.key);
        let client = Client::new(db, &a, Signer::ed25519(7), &["--role", "marketing"]);
        let token = client.token();
        assert_eq!(opens(&client.http, &token), 200);
        // the other node is another issuer here: its tokens are its own
        assert_eq!(opens(&b.server.http(), &token), 401);
        let listed: Value = serde_json::from_str(&cli(db, &["client", "list", "--json"]).stdout).unwrap();
        assert_eq!((&listed["keys"][0]["id"], &listed["keys"][0]["state"]), (&json!(client.id), &json!("opens")));
        let keys = cli(db, &["api-key", "list"]).stdout;
        assert!(!keys.contains(&client.id), "{keys}");
        assert_eq!(cli(db, &["client", "revoke", &client.id]).code, 0);
        assert_eq!(opens(&client.http, &token), 401);
        let denied = client.ask(&client.assertion()).expect(401).json();
        assert_eq!(denied["error"], "invalid_client");
        // its key is nobody else's afterwards
        let again = add(db, &client.signer, &["--role", "marketing"]);
        assert_eq!(again.code, 2, "{again:?}");
    }

    fn bounds_hold_for_clients_as_for_keys(db: &Db) {
        let scene = Scene::new(db);
        let arguments = ["--role", "marketing", "--purpose", "newsletter", "--network", "203.0.113.0/24"];
        let mut client = Client::new(db, &scene, Signer::ed25519(7), &arguments);
        assert_eq!(client.ask(&client.assertion()).expect(401).json()["error"], "invalid_client");
        client.http = client.http.header("x-forwarded-for", "203.0.113.9");
        let token = client.token();
        let elsewhere = scene.server.http().bearer(&token).get("/v1/purposes").expect(403);
        assert_eq!(elsewhere.json()["code"], "network_not_allowed");
        let http = client.http.bearer(&token);
        let beyond = http.post("/v1/checks", &question(&email(ANNE), "offers", "email")).expect(422);
        assert_eq!(beyond.json()["errors"][0]["code"], "out_of_scope");
        assert_eq!(add(db, &Signer::ed25519(8), &["--role", "marketing", "--expires", "P2Y"]).code, 2);
    }

    fn an_assertion_is_used_once_on_all_nodes(db: &Db) {
        let admin = key(db, "admin");
        let public = ["--public-url", "http://placet.test"];
        let (a, b) = (Scene::with(db, &admin, &public), Scene::with(db, &admin, &public));
        let mut client = Client::new(db, &a, Signer::ed25519(7), &["--role", "marketing"]);
        client.issuer = "http://placet.test".into();
        let assertion = client.assertion();
        let nodes = [a.server.http(), b.server.http(), a.server.http(), b.server.http()];
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let assertion = &assertion;
            let asked = nodes.each_ref().map(|http| scope.spawn(move || asks(http, assertion).status));
            asked.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 3, "{statuses:?}");
        // a token of one node is one of all
        let token = client.token();
        for node in &nodes {
            assert_eq!(node.bearer(&token).get("/v1/purposes").status, 200);
        }
        // no entry tells of tokens
        let before = a.server.http().get("/readyz").json()["position"].clone();
        client.token();
        assert_eq!(a.server.http().get("/readyz").json()["position"], before);
    }

    fn no_forged_assertion_gets_a_token(db: &Db) {
        let scene = Scene::new(db);
        let client = Client::new(db, &scene, Signer::ed25519(7), &["--role", "marketing"]);
        let other = Client::new(db, &scene, Signer::p256(), &["--role", "admin"]);
        client.ask(&client.assertion()).expect(200);
        let set = |part: &'static str, value: Value| client.changed(|head, claims| {
            let (of, name) = part.split_once('.').unwrap();
            let object = if of == "head" { head } else { claims };
            object[name] = value.clone();
        });
        let now = seconds();
        let public = B64.decode(client.signer.jwk("k1")["x"].as_str().unwrap()).unwrap();
        let twice = |claims: &str| {
            let head = B64.encode(client.head().to_string());
            client.signer.sign_text(&format!("{head}.{}", B64.encode(claims)))
        };
        let (id, issuer, jti) = (&client.id, &client.issuer, fresh());
        let mut forged = vec![
            ("alg none", set("head.alg", json!("none"))),
            ("alg HS256", set("head.alg", json!("HS256"))),
            ("alg swapped", set("head.alg", json!("ES256"))),
            ("HS256 with the public key", by_public_key(&public, &json!({ "alg": "HS256", "kid": "k1" }), &client.claims())),
            ("EdDSA that is HS256", by_public_key(&public, &client.head(), &client.claims())),
            ("another kid", set("head.kid", json!("k2"))),
            ("crit", set("head.crit", json!(["exp"]))),
            ("jwk", set("head.jwk", client.signer.jwk("k1"))),
            ("jku", set("head.jku", json!("https://evil.example/jwks.json"))),
            ("x5u", set("head.x5u", json!("https://evil.example/cert.pem"))),
            ("x5c", set("head.x5c", json!([]))),
            ("typ of an access token", set("head.typ", json!("at+jwt"))),
            ("typ of a brand's login", set("head.typ", json!("placet-login+jwt"))),
            ("typ of a receipt", set("head.typ", json!("consent-receipt+jwt"))),
            ("expired", set("claims.exp", json!(now - 1))),
            ("lives for long", set("claims.exp", json!(now + 3600))),
            ("issued later", set("claims.iat", json!(now + 120))),
            ("not yet valid", set("claims.nbf", json!(now + 120))),
            ("aud of somebody else", set("claims.aud", json!("https://other.example"))),
            ("aud of two", set("claims.aud", json!([issuer, "https://other.example"]))),
            ("iss of another", set("claims.iss", json!(other.id))),
            ("sub of another", set("claims.sub", json!(other.id))),
            ("iss in capitals", set("claims.iss", json!(id.to_uppercase()))),
            ("no jti", client.changed(|_, claims| drop(claims.as_object_mut().unwrap().remove("jti")))),
            ("no exp", client.changed(|_, claims| drop(claims.as_object_mut().unwrap().remove("exp")))),
            ("signed by another client", other.signer.sign(&json!({ "alg": "ES256", "kid": "k1" }), &client.claims())),
            ("another client's, under its alg", client.changed(|_, claims| {
                claims["iss"] = json!(other.id);
                claims["sub"] = json!(other.id);
            })),
            ("tampered claims", tampered(&client.assertion(), |_, claims| claims["exp"] = json!(now + 61))),
            ("tampered header", tampered(&client.assertion(), |head, _| head["typ"] = json!("JWT"))),
            ("an access token", client.token()),
            ("iss twice", twice(&format!(r#"{{"iss":"x","iss":"{id}","sub":"{id}","aud":"{issuer}","exp":{},"jti":"{jti}"}}"#, now + 60))),
            ("sub twice", twice(&format!(r#"{{"iss":"{id}","sub":"{}","sub":"{id}","aud":"{issuer}","exp":{},"jti":"{jti}"}}"#, other.id, now + 60))),
            ("exp twice", twice(&format!(r#"{{"iss":"{id}","sub":"{id}","aud":"{issuer}","exp":{},"exp":{},"jti":"{jti}"}}"#, now + 9999, now + 60))),
            ("oversized", set("claims.pad", json!("x".repeat(5000)))),
            ("empty", String::new()),
            ("an API key", scene.key.clone()),
        ];
        forged.extend(variants(&client.assertion()).into_iter().map(|one| ("a variant", one)));
        for (what, assertion) in &forged {
            let denied = client.ask(assertion);
            let said = denied.json();
            assert_eq!((denied.status, &said["error"]), (401, &json!("invalid_client")), "{what}: {said}");
            assert!(!denied.text.contains(id.as_str()), "{what}");
        }
        // whose twins are good is shown last: nothing above was refused for another reason
        client.ask(&twice(&format!(r#"{{"iss":"{id}","sub":"{id}","aud":"{issuer}","exp":{},"jti":"{jti}"}}"#, now + 60))).expect(200);
        let used = client.assertion();
        client.ask(&used).expect(200);
        client.ask(&used).expect(401);
    }

    fn a_token_request_is_as_rfc_6749_asks(db: &Db) {
        let scene = Scene::new(db);
        let client = Client::new(db, &scene, Signer::ed25519(7), &["--role", "marketing"]);
        let send = |http: &Http, fields: &[(&str, &str)]| {
            let assertion = client.assertion();
            let whole: [(&str, &str); 3] = [
                ("grant_type", "client_credentials"), ("client_assertion_type", TYPE), ("client_assertion", &assertion),
            ];
            let kept = whole.iter().filter(|(name, _)| !fields.iter().any(|(other, _)| other == name));
            let all: Vec<_> = kept.chain(fields).copied().filter(|(_, value)| *value != "-").collect();
            let reply = http.form("/oauth/token", &all);
            (reply.status, reply.json()["error"].as_str().unwrap_or_default().to_owned())
        };
        let http = scene.server.http();
        let wrong = |error: &str| (400, error.to_owned());
        let good = (200, String::new());
        assert_eq!(send(&http, &[("scope", "marketing"), ("client_id", &client.id), ("extra", "x")]), good);
        assert_eq!(send(&http, &[("grant_type", "password")]), wrong("unsupported_grant_type"));
        assert_eq!(send(&http, &[("grant_type", "-")]), wrong("invalid_request"));
        assert_eq!(send(&http, &[("client_assertion_type", "x")]), wrong("invalid_request"));
        assert_eq!(send(&http, &[("client_assertion", "-")]), wrong("invalid_request"));
        assert_eq!(send(&http, &[("scope", "admin")]), wrong("invalid_scope"));
        assert_eq!(send(&http, &[("scope", "marketing admin")]), wrong("invalid_scope"));
        assert_eq!(send(&http, &[("client_id", "01990000-0000-7000-8000-000000000000")]), wrong("invalid_request"));
        assert_eq!(send(&http, &[("scope", "marketing"), ("scope", "admin")]), wrong("invalid_request"));
        assert_eq!(send(&http, &[("client_secret", "x")]), wrong("invalid_request"));
        assert_eq!(send(&http.header("authorization", "Basic eDp5"), &[]), wrong("invalid_request"));
        let body = format!("grant_type=client_credentials&client_assertion_type={TYPE}&client_assertion={}", client.assertion());
        let other_type = http.send("POST", "/oauth/token", "application/json", body);
        assert_eq!(other_type.expect(400).json()["error"], "invalid_request");
        assert_eq!(http.send("POST", "/oauth/token", "application/x-www-form-urlencoded", "x".repeat(20_000)).status, 413);
        assert_eq!(http.get("/oauth/token").status, 404);
    }

    fn no_forged_token_opens_anything(db: &Db) {
        let scene = Scene::new(db);
        let client = Client::new(db, &scene, Signer::ed25519(7), &["--role", "marketing"]);
        let other = Client::new(db, &scene, Signer::ed25519(8), &["--role", "admin"]);
        let token = client.token();
        assert_eq!(opens(&client.http, &token), 200);
        let keys = scene.server.http().get("/.well-known/jwks.json").expect(200).json();
        let (head, claims) = read(&token);
        let published = keys["keys"].as_array().unwrap().iter();
        let own = published.clone().find(|key| key["kid"] == head["kid"]).unwrap();
        let next = published.clone().find(|key| key["kid"] != head["kid"]).unwrap();
        let public = B64.decode(own["x"].as_str().unwrap()).unwrap();
        let set = |part: &'static str, value: Value| tampered(&token, |head, claims| {
            let (of, name) = part.split_once('.').unwrap();
            let object = if of == "head" { head } else { claims };
            object[name] = value.clone();
        });
        let hs256 = json!({ "alg": "HS256", "typ": "at+jwt", "kid": head["kid"] });
        let by_client = json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": "k1" });
        let as_ours = json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": head["kid"] });
        let record = scene.api.records(&consent(&email(ANNE), "newsletter", "email", "given"));
        let receipt = scene.api.get(&format!("/v1/receipts/{}/{}", record["position"], record["id"].as_str().unwrap()));
        let receipt = receipt.expect(200).json()["signed"].as_str().unwrap().to_owned();
        let mut forged = vec![
            ("alg none", set("head.alg", json!("none"))),
            ("alg none, unsigned", format!("{}.", set("head.alg", json!("none")).rsplit_once('.').unwrap().0)),
            ("HS256 with the public key", by_public_key(&public, &hs256, &claims)),
            ("HS256 with the public key's text", by_public_key(own["x"].as_str().unwrap().as_bytes(), &hs256, &claims)),
            ("alg swapped", set("head.alg", json!("ES256"))),
            ("another kid", set("head.kid", next["kid"].clone())),
            ("no kid", tampered(&token, |head, _| drop(head.as_object_mut().unwrap().remove("kid")))),
            ("no typ", tampered(&token, |head, _| drop(head.as_object_mut().unwrap().remove("typ")))),
            ("crit", set("head.crit", json!(["exp"]))),
            ("jwk", set("head.jwk", client.signer.jwk("k1"))),
            ("later", set("claims.exp", json!(seconds() + 9999))),
            ("another client", set("claims.sub", json!(other.id))),
            ("another role", set("claims.scope", json!("admin"))),
            ("signed by the client", client.signer.sign(&by_client, &claims)),
            ("signed by the client, under our kid", client.signer.sign(&as_ours, &claims)),
            ("an assertion", client.assertion()),
            ("an assertion as an access token", client.changed(|head, _| head["typ"] = json!("at+jwt"))),
            ("a receipt", receipt),
            ("nothing", "..".into()),
        ];
        forged.extend(variants(&token).into_iter().map(|one| ("a variant", one)));
        for (what, text) in &forged {
            assert_eq!(opens(&client.http, text), 401, "{what}");
        }
        // what was tried before changes nothing
        assert_eq!(opens(&client.http, &token), 200);
        let (id, issuer) = (json!(client.id), json!(client.issuer));
        assert_eq!((&claims["sub"], &claims["iss"]), (&id, &issuer));
    }

    fn keys_are_taken_from_files_as_openssl_writes_them(db: &Db) {
        let scene = Scene::new(db);
        let directory = db.data_dir().to_owned();
        let openssl = |arguments: &[&str]| {
            let made = std::process::Command::new("openssl").args(arguments).current_dir(&directory).output().unwrap();
            assert!(made.status.success(), "{made:?}");
        };
        openssl(&["genpkey", "-algorithm", "ed25519", "-out", "own.key"]);
        openssl(&["pkey", "-in", "own.key", "-pubout", "-out", "own.pem"]);
        openssl(&["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ec.key"]);
        openssl(&["pkey", "-in", "ec.key", "-pubout", "-out", "ec.pem"]);
        openssl(&["genrsa", "-out", "rsa.key", "2048"]);
        openssl(&["pkey", "-in", "rsa.key", "-pubout", "-out", "rsa.pem"]);
        let add = |file: &str| {
            let file = directory.join(file);
            cli(db, &["client", "add", "crm", "--role", "dpo", "--key", file.to_str().unwrap()])
        };
        for good in ["own.pem", "ec.pem"] {
            let added = add(good);
            assert_eq!(added.code, 0, "{added:?}");
        }
        for bad in ["own.key", "ec.key", "rsa.pem", "missing.pem"] {
            let refused = add(bad);
            assert_eq!(refused.code, 2, "{bad}: {refused:?}");
        }
        drop(scene);
        let check = cli(db, &["audit", "check"]);
        assert_eq!(check.code, 0, "{check:?}");
    }
}
