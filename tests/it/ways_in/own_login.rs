//! A brand's own login says who somebody is: once, to one address, from its own site; everything else opens
//! nothing, and is answered alike.

use super::{FOLDER, browser, cookie, hidden};
use crate::shop::{Shop, yes};
use crate::support::browser::{Browser, Visitor};
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::server::Server;
use crate::support::signer::{Signer, seconds};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::process::Command;

const ANNE: &str = "anne@known.example";
const SITE: &str = "http://www.lumen.localhost:8000";
const REFUSED: &str = "This way in did not work";

/// Gives a brand a site of its own, with a key.
pub fn brand(shop: &Shop, id: &str, site: &str, key: &Value) {
    let body = json!({ "name": "Maison Lumen", "brand": { "name": format!("House {id}"), "sites": [site], "key": [key] } });
    shop.admin()
        .put(&format!("/v1/controllers/{id}"), &body)
        .expect(200);
}

fn head(signer: &Signer) -> Value {
    json!({ "typ": "placet-login+jwt", "alg": signer.alg(), "kid": "k1" })
}

fn claims(whither: &str, address: &str) -> Value {
    let now = seconds();
    let mut jti = [0; 16];
    SystemRandom::new().fill(&mut jti).unwrap();
    let jti = B64.encode(jti);
    json!({ "iss": "default", "aud": whither, "iat": now, "exp": now + 120, "jti": jti,
        "person": { "email": address } })
}

/// The browser of one who came in by the own login of the brand `default`, whose service says that it is at `url`.
pub fn enters(server: &Server, url: &str, signer: &Signer, address: &str) -> Http {
    let claims = claims(&format!("{url}/own-login"), address);
    let assertion = signer.sign(&head(signer), &claims);
    let reply = posts(server, SITE, "/own-login", &assertion).expect(303);
    browser_of(server, &reply)
}

fn browser_of(server: &Server, reply: &Reply) -> Http {
    let http = server.http().header("cookie", &cookie(reply, "placet-me"));
    http.header("accept-language", "en")
}

/// A shop whose brand `default` has a site and a key; and what that site would sign.
pub struct Scene {
    pub shop: Shop,
    signer: Signer,
}

impl Scene {
    pub fn open(db: &Db, signer: Signer) -> Self {
        let shop = Shop::open_with(db, &FOLDER);
        shop.record(&yes(ANNE));
        brand(&shop, "default", "www.lumen.localhost", &signer.jwk("k1"));
        Self { shop, signer }
    }

    fn head(&self) -> Value {
        head(&self.signer)
    }

    fn claims(&self, path: &str) -> Value {
        claims(&format!("{}{path}", self.shop.server.url()), ANNE)
    }

    fn assertion(&self, path: &str) -> String {
        self.signer.sign(&self.head(), &self.claims(path))
    }

    /// What the brand's site signs of somebody else.
    pub fn vouches(&self, path: &str, address: &str) -> String {
        let mut claims = self.claims(path);
        claims["person"] = json!({ "email": address });
        self.signer.sign(&self.head(), &claims)
    }

    fn changed(&self, change: impl Fn(&mut Value, &mut Value)) -> String {
        let (mut head, mut claims) = (self.head(), self.claims("/own-login"));
        change(&mut head, &mut claims);
        self.signer.sign(&head, &claims)
    }

    fn sign_ins(&self) -> usize {
        let id = self.shop.subject(ANNE);
        let history = self
            .shop
            .dpo()
            .get(&format!("/v1/subjects/{id}/history?limit=200"));
        let history = history.expect(200).json();
        let items = history["items"].as_array().unwrap().iter();
        items
            .filter(|item| item["kind"] == "subject.signed_in")
            .count()
    }
}

/// A browser that comes from a site.
fn from(server: &Server, site: &str) -> Http {
    let http = server
        .http()
        .header("accept-language", "en")
        .header("origin", site);
    http.header("sec-fetch-site", "cross-site")
}

fn posts(server: &Server, site: &str, path: &str, assertion: &str) -> Reply {
    from(server, site).form(path, &[("assertion", assertion)])
}

on_both! {
    fn a_brands_login_opens_the_persons_page_once(db: &Db) {
        for signer in [Signer::ed25519(7), Signer::p256()] {
            let scene = Scene::open(db, signer);
            let assertion = scene.assertion("/own-login");
            let before = scene.sign_ins();
            let reply = posts(&scene.shop.server, SITE, "/own-login", &assertion).expect(303);
            assert!(reply.header("location").unwrap().starts_with("/me?"));
            let mine = browser_of(&scene.shop.server, &reply);
            let page = mine.get("/me").expect(200).text;
            assert!(page.contains("a•••@known.example") && page.contains("House default"), "{page}");
            assert_eq!(scene.sign_ins(), before + 1);
            let again = posts(&scene.shop.server, SITE, "/own-login", &assertion).expect(403);
            assert!(again.text.contains(REFUSED) && again.header("set-cookie").is_none());
            assert_eq!(scene.sign_ins(), before + 1, "a replay opens nothing");
            let log = scene.shop.server.stderr();
            assert!(!log.contains("known.example") && !log.contains(&assertion), "{log}");
        }
    }

    /// Eight at once with one assertion, on two nodes: one gets in.
    fn one_of_many_gets_in_by_an_assertion(db: &Db) {
        let scene = Scene::open(db, Signer::ed25519(7));
        let url = scene.shop.server.url();
        let other = Server::start_with(db, &[], &[("PLACET_PUBLIC_URL", &url)]);
        let assertion = scene.assertion("/own-login");
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..8).map(|turn| {
                let server = if turn % 2 == 0 { &scene.shop.server } else { &other };
                let assertion = &assertion;
                scope.spawn(move || posts(server, SITE, "/own-login", assertion).status)
            }).collect();
            tries.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 403).count(), 7, "{statuses:?}");
        assert_eq!(scene.sign_ins(), 1);
    }

    /// Forged, expired, another brand's, without signature, for another address: one answer for all, and
    /// nothing is written.
    fn what_does_not_fit_opens_nothing(db: &Db) {
        let scene = Scene::open(db, Signer::ed25519(7));
        let thief = Signer::ed25519(9);
        brand(&scene.shop, "other", "www.other.localhost", &thief.jwk("k1"));
        let now = seconds();
        let good = scene.assertion("/own-login");
        let (message, signature) = good.rsplit_once('.').unwrap();
        let (head, claims) = message.split_once('.').unwrap();
        let part = |value: Value| B64.encode(value.to_string());
        let none = part(json!({ "typ": "placet-login+jwt", "alg": "none", "kid": "k1" }));
        // the public key as if it were a shared secret
        let hmac = {
            let head = part(json!({ "typ": "placet-login+jwt", "alg": "HS256", "kid": "k1" }));
            let secret = B64.decode(scene.signer.jwk("k1")["x"].as_str().unwrap()).unwrap();
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
            let message = format!("{head}.{claims}");
            let tag = ring::hmac::sign(&key, message.as_bytes());
            format!("{message}.{}", B64.encode(tag))
        };
        let set = |name: &'static str, value: Value| scene.changed(move |_, claims| claims[name] = value.clone());
        let head_set = |name: &'static str, value: Value| scene.changed(move |head, _| head[name] = value.clone());
        let frame = format!("{}/own-login/frame", scene.shop.server.url());
        let bad = [
            ("empty", String::new()),
            ("no token", "x.y.z".to_owned()),
            ("none", format!("{none}.{claims}.")),
            ("none, with the old signature", format!("{none}.{claims}.{signature}")),
            ("no signature", format!("{head}.{claims}.")),
            ("hmac", hmac),
            ("another's key", thief.sign(&scene.head(), &scene.claims("/own-login"))),
            ("claims changed", format!("{head}.{}.{signature}", part(scene.claims("/own-login")))),
            ("kid", head_set("kid", json!("k2"))),
            ("alg of another kind", head_set("alg", json!("ES256"))),
            ("typ", head_set("typ", json!("JWT"))),
            ("crit", head_set("crit", json!(["b64"]))),
            ("a key of its own", head_set("jwk", thief.jwk("k1"))),
            ("another brand", set("iss", json!("other"))),
            ("nobody's", set("iss", json!("nobody"))),
            ("wrong audience", set("aud", json!("https://elsewhere.example/own-login"))),
            ("audience of the frame", set("aud", json!(frame))),
            ("two audiences", set("aud", json!([frame, "x"]))),
            ("no audience", set("aud", Value::Null)),
            ("expired", scene.changed(|_, claims| { claims["iat"] = json!(now - 200); claims["exp"] = json!(now - 1); })),
            ("too long", set("exp", json!(now + 400))),
            ("endless", set("exp", json!(i64::MAX))),
            ("not yet", scene.changed(|_, claims| { claims["iat"] = json!(now + 120); claims["exp"] = json!(now + 240); })),
            ("not before", set("nbf", json!(now + 120))),
            ("no time", set("exp", Value::Null)),
            ("no id", set("jti", json!(""))),
            ("two persons", set("person", json!({ "email": ANNE, "phone": "+33612345678" }))),
            ("by a hash", set("person", json!({ "id_hash": "0".repeat(64) }))),
            ("no person", set("person", json!({}))),
            ("no address", set("person", json!({ "email": "x" }))),
        ];
        let before = scene.shop.position();
        let plain = posts(&scene.shop.server, SITE, "/own-login", "x").expect(403);
        for (name, assertion) in &bad {
            let reply = posts(&scene.shop.server, SITE, "/own-login", assertion);
            assert_eq!(reply.status, 403, "{name}");
            assert_eq!(reply.text, plain.text, "{name}: all are answered alike");
            assert!(reply.header("set-cookie").is_none(), "{name}");
        }
        assert!(plain.text.contains(REFUSED) && plain.text.contains("Nothing has changed"));
        // a good one, posted by another site, by none that tells, or by another brand's
        for site in ["http://www.other.localhost", "http://evil.example", "null", "http://www.lumen.localhost.evil.example"] {
            posts(&scene.shop.server, site, "/own-login", &good).expect(403);
        }
        scene.shop.server.http().form("/own-login", &[("assertion", &good)]).expect(403);
        // never in an address
        scene.shop.server.http().get(&format!("/own-login?assertion={good}")).expect(404);
        from(&scene.shop.server, SITE).form(&format!("/own-login?assertion={good}"), &[]).expect(403);
        assert_eq!(scene.shop.position(), before, "nothing was written");
        posts(&scene.shop.server, SITE, "/own-login", &good).expect(303);
    }

    /// Somebody of whom nothing is kept is asked, and becomes a person by the first yes: once, and not over
    /// what was said since.
    fn an_unknown_person_joins_by_a_first_yes(db: &Db) {
        let scene = Scene::open(db, Signer::ed25519(7));
        let server = &scene.shop.server;
        for (path, address) in [("/own-login", "new@unknown.example"), ("/own-login/frame", "framed@unknown.example")] {
            let before = scene.shop.position();
            let unknown = scene.vouches(path, address);
            let page = posts(server, SITE, path, &unknown).expect(200);
            assert!(page.text.contains("We have never asked you") && page.text.contains("•••@unknown.example"), "{}", page.text);
            assert!(!page.text.contains(" checked") && page.header("set-cookie").is_none(), "nothing is ticked: {}", page.text);
            assert!(!page.text.contains(address));
            let slip = hidden(&page.text, "slip");
            let yes = [("slip", slip.as_str()), ("seen", "0"), ("choice.newsletter.email", "yes"), ("notice.newsletter", "newsletter@2")];
            // a no alone leaves nothing; nor does a slip of another's making, or another site
            let no = [("slip", slip.as_str()), ("seen", "0"), ("choice.newsletter.email", "no"), ("notice.newsletter", "newsletter@2")];
            let kept = browser(&scene.shop).form("/join", &no).expect(200).text;
            assert!(kept.contains("We keep nothing"), "{kept}");
            let mut forged = yes;
            let other = format!("{}x", &slip);
            forged[0].1 = &other;
            browser(&scene.shop).form("/join", &forged).expect(403);
            from(server, "http://evil.example").header("sec-fetch-site", "cross-site").form("/join", &yes).expect(403);
            assert_eq!(scene.shop.position(), before, "until then nothing is written");
            assert_eq!(scene.shop.newsletter(address).1, "UNKNOWN_SUBJECT");

            let joined = browser(&scene.shop).form("/join", &yes).expect(303);
            let to = joined.header("location").unwrap();
            assert!(to.starts_with(if path.ends_with("frame") { "/c/" } else { "/me?" }), "{to}");
            assert_eq!(scene.shop.newsletter(address).0, "permit");
            // sent again, after a no of the person's own: nothing is answered over
            let (choices, _) = scene.shop.link(address);
            server.http().form(&choices, &[("seen", "999999"), ("choice.newsletter.email", "no")]).expect(200);
            browser(&scene.shop).form("/join", &yes).expect(403);
            assert_eq!(scene.shop.newsletter(address).1, "CONSENT_WITHDRAWN");
            // the assertion was spent with it
            posts(server, SITE, path, &unknown).expect(403);
            // nor after an erasure
            let erasure = format!("/v1/subjects/{}/erasure", scene.shop.subject(address));
            scene.shop.dpo().post(&erasure, &json!({ "reason": "data_subject_request", "reference": "DSR-1" })).expect(201);
            browser(&scene.shop).form("/join", &yes).expect(403);
            assert!(!server.stderr().contains("unknown.example"));
        }
    }

    /// "Stop everything" is heard of somebody unknown as well.
    fn an_unknown_person_may_stop_everything(db: &Db) {
        let scene = Scene::open(db, Signer::ed25519(7));
        let address = "never@unknown.example";
        let page = posts(&scene.shop.server, SITE, "/own-login", &scene.vouches("/own-login", address)).expect(200).text;
        let slip = hidden(&page, "slip");
        browser(&scene.shop).form("/join", &[("slip", &slip), ("stop_all", "1")]).expect(303);
        assert!(scene.shop.choices(address)["objection_since"].is_string());
    }

    /// In a frame: choices and no more, without any cookie; other sites may not frame them.
    fn a_frame_shows_the_choices_to_the_brands_sites_alone(db: &Db) {
        let scene = Scene::open(db, Signer::ed25519(7));
        let assertion = scene.assertion("/own-login/frame");
        posts(&scene.shop.server, SITE, "/own-login", &assertion).expect(403);
        let reply = posts(&scene.shop.server, SITE, "/own-login/frame", &assertion).expect(303);
        assert!(reply.header("set-cookie").is_none());
        let choices = reply.header("location").unwrap().to_owned();
        assert!(choices.starts_with("/c/"), "{choices}");
        let page = browser(&scene.shop).get(&choices).expect(200);
        let policy = page.header("content-security-policy").unwrap().to_owned();
        let ancestors = "frame-ancestors http://www.lumen.localhost:* https://www.lumen.localhost";
        assert!(policy.starts_with("default-src 'none';") && policy.ends_with(ancestors), "{policy}");
        assert!(page.text.contains("target=\"_blank\""), "what leads away leaves the frame");
        // the next pages of the frame, too; a link of a message is framed by nobody
        let saved = browser(&scene.shop).form(choices.split('?').next().unwrap(), &[
            ("seen", &hidden(&page.text, "seen")), ("choice.newsletter.email", "no")]).expect(200);
        assert!(saved.header("content-security-policy").unwrap().ends_with(ancestors));
        assert_eq!(scene.shop.newsletter(ANNE).1, "CONSENT_WITHDRAWN");
        let (link, _) = scene.shop.link(ANNE);
        let alone = browser(&scene.shop).get(&link).expect(200);
        assert!(alone.header("content-security-policy").unwrap().ends_with("frame-ancestors 'none'"));
        // a refusal is seen in the brand's frame, and in no other
        let refused = |site| posts(&scene.shop.server, site, "/own-login/frame", "x").expect(403);
        let policy = |reply: Reply| reply.header("content-security-policy").unwrap().to_owned();
        assert!(policy(refused(SITE)).ends_with(ancestors));
        assert!(policy(refused("http://evil.example")).ends_with("frame-ancestors 'none'"));
    }

    /// The example of `docs/integrator.md`.
    fn the_documented_example_works(db: &Db) {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key.pem");
        let openssl = |arguments: &[&str]| {
            let made = Command::new("openssl").args(arguments).output().unwrap();
            assert!(made.status.success(), "{made:?}");
            made.stdout
        };
        let file = key.display().to_string();
        openssl(&["genpkey", "-algorithm", "ed25519", "-out", &file]);
        let public = openssl(&["pkey", "-in", &file, "-pubout", "-outform", "DER"]);
        let x = B64.encode(&public[public.len() - 32..]);
        let scene = Scene::open(db, Signer::ed25519(7));
        let jwk = json!({ "kid": "2026-11", "kty": "OKP", "crv": "Ed25519", "x": x });
        brand(&scene.shop, "default", "www.lumen.localhost", &jwk);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples/own-login.sh");
        let address = format!("{}/own-login", scene.shop.server.url());
        let made = Command::new(script).args([&file, "2026-11", "default", &address, ANNE]).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        let assertion = String::from_utf8(made.stdout).unwrap();
        posts(&scene.shop.server, SITE, "/own-login", assertion.trim()).expect(303);
    }
}

impl Scene {
    /// The brand's site with a page whose button posts an assertion for somebody; the page's address.
    pub fn site(&self, address: &str, language: &str) -> String {
        let (url, assertion) = (self.shop.server.url(), self.vouches("/own-login", address));
        let port = site_with(format!(
            "<!doctype html><title>site</title><form method=\"post\" action=\"{url}/own-login\">\
            <input type=\"hidden\" name=\"assertion\" value=\"{assertion}\">\
            <input type=\"hidden\" name=\"lang\" value=\"{language}\"><button>My choices</button></form>"
        ));
        format!("http://www.lumen.localhost:{port}/")
    }
}

/// A site of somebody's own that serves one page.
fn site_with(page: String) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n";
            let _ = write!(stream, "{head}Content-Length: {}\r\n\r\n{page}", page.len());
        }
    });
    port
}

/// A real browser at the brand's site, which is another site than ours: the form in the page leads to the person's
/// page; the frame shows their choices, and saves them; another site's frame stays empty.
#[test]
fn in_a_browser() {
    let db = Db::sqlite();
    let scene = Scene::open(&db, Signer::ed25519(7));
    let Some(browser) = Browser::open(Visitor::default()) else {
        return;
    };
    let url = scene.shop.server.url();
    let page = |framed: bool| {
        let path = if framed {
            "/own-login/frame"
        } else {
            "/own-login"
        };
        let (target, frame) = if framed {
            (
                "target=\"choices\"",
                "<iframe name=\"choices\" width=\"380\" height=\"640\"></iframe>",
            )
        } else {
            ("", "")
        };
        let assertion = scene.assertion(path);
        format!(
            "<!doctype html><title>site</title><form method=\"post\" action=\"{url}{path}\" {target}>\
            <input type=\"hidden\" name=\"assertion\" value=\"{assertion}\"><input type=\"hidden\" name=\"lang\" value=\"en\">\
            <button>My choices</button></form>{frame}"
        )
    };
    let port = site_with(page(false));
    browser.goto(&format!("http://www.lumen.localhost:{port}/"));
    browser.find("button").click();
    browser
        .wait_until("return location.pathname === '/me' && document.querySelector('h1') !== null");
    assert_eq!(browser.find("h1").text(), "Your page");

    let port = site_with(page(true));
    browser.goto(&format!("http://www.lumen.localhost:{port}/"));
    browser.find("button").click();
    browser.in_frame("iframe", || {
        browser.wait_until("return document.querySelector('h1')?.innerText === 'Your choices'");
        browser.script("document.getElementById('choice.newsletter.email-no').click()");
        browser.script("document.querySelector('button.main[type=submit]').click()");
        browser.wait_until("return document.querySelector('h1')?.innerText === 'Done'");
    });
    assert_eq!(scene.shop.newsletter(ANNE).1, "CONSENT_WITHDRAWN");

    // the same choices, framed by a site that is not the brand's
    let framed = {
        let assertion = scene.assertion("/own-login/frame");
        let reply = posts(&scene.shop.server, SITE, "/own-login/frame", &assertion).expect(303);
        format!("{url}{}", reply.header("location").unwrap())
    };
    let port = site_with(format!(
        "<!doctype html><title>evil</title><iframe src=\"{framed}\"></iframe>"
    ));
    browser.goto(&format!("http://evil.localhost:{port}/"));
    browser.in_frame("iframe", || {
        browser.wait_until("return document.readyState === 'complete'");
        assert_eq!(
            browser.script("return document.querySelectorAll('form').length"),
            0
        );
    });
}
