//! API keys: what one that was mistyped is told, until when one opens, on what, and from where.

use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::scene::{Scene, consent, email, question};
use crate::support::server::{Output, cli};
use serde_json::{Value, json};

const ANNE: &str = "anne@known.example";

fn create(db: &Db, arguments: &[&str]) -> Output {
    cli(
        db,
        &[&["api-key", "create", "--name", "till"], arguments].concat(),
    )
}

fn key(db: &Db, arguments: &[&str]) -> String {
    let made = create(db, arguments);
    assert_eq!(made.code, 0, "{made:?}");
    made.stdout.trim().to_owned()
}

fn listed(db: &Db) -> Vec<Value> {
    let told = cli(db, &["api-key", "list", "--json"]);
    let told: Value = serde_json::from_str(&told.stdout).unwrap();
    told["keys"].as_array().unwrap().clone()
}

fn refused(http: &Http, path: &str, body: &Value) -> (u16, String) {
    let reply = http.post(path, body);
    let said = reply.json();
    let code = said["errors"][0]["code"].as_str().or(said["code"].as_str());
    (reply.status, code.unwrap_or_default().to_owned())
}

on_both! {
    fn a_mistyped_key_is_told_from_an_unknown_one(db: &Db) {
        let scene = Scene::new(db);
        let whole = scene.key.clone();
        assert!(whole.starts_with("placet_") && whole.len() == 56, "{whole}");
        let told = |key: &str| {
            let reply = scene.server.http().bearer(key).get("/v1/purposes").expect(401);
            assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
            reply.json()["detail"].as_str().unwrap().to_owned()
        };
        let (cut, last) = whole.split_at(whole.len() - 1);
        let wrong = format!("{cut}{}", if last == "A" { "B" } else { "A" });
        for mistyped in [cut, &wrong, "placet_", "x"] {
            assert!(told(mistyped).contains("letters of it are wrong or missing"), "{mistyped}");
        }
        // whole, and of another registry
        let other = "placet_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcy_p2ew";
        let said = told(other);
        assert!(said.contains("revoked, or is another registry"), "{said}");
    }

    fn a_key_opens_for_a_year_at_most_and_then_no_more(db: &Db) {
        let scene = Scene::new(db);
        for bad in ["P2Y", "P367D", "P0D", "soon"] {
            assert_eq!(create(db, &["--role", "marketing", "--expires", bad]).code, 2, "{bad}");
        }
        let short = key(db, &["--role", "dpo", "--expires", "P20D"]);
        let http = scene.server.http().bearer(&short);
        http.get("/v1/purposes").expect(200);
        let metric = |name: &str| {
            let text = scene.server.http().get("/metrics").expect(200).text;
            let line = text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
            line.rsplit(' ').next().unwrap().to_owned()
        };
        assert_eq!((metric("placet_api_keys_ending").as_str(), metric("placet_api_keys_over").as_str()), ("1", "0"));
        let doctor = cli(db, &["doctor"]);
        assert!(doctor.stdout.contains("WRONG  API keys: end within 30 days, make new ones: till ("), "{doctor:?}");
        let states = |name: &str| {
            let of = listed(db).into_iter().filter(|key| key["name"] == name);
            of.map(|key| key["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(states("till"), ["ends soon"]);
        assert_eq!(states("tests"), ["opens"]);
        // its end has come
        let mut scene = scene;
        scene.server.terminate();
        db.tamper("UPDATE api_keys SET expires_at = created_at + 1 WHERE name = 'till'");
        assert_eq!(states("till"), ["over"]);
        let scene = Scene::on(db, &scene.key);
        let reply = scene.server.http().bearer(&short).get("/v1/purposes").expect(401);
        assert!(reply.json()["detail"].as_str().unwrap().contains("time of this key is over"));
        // and who moved it is found out
        let check = cli(db, &["audit", "check"]);
        assert_eq!(check.code, 1, "{check:?}");
        assert!(check.stdout.contains("the API key's end, bounds or public key"), "{check:?}");
    }

    fn a_scope_bounds_what_a_key_acts_on(db: &Db) {
        let scene = Scene::new(db);
        scene.api.records(&consent(&email(ANNE), "newsletter", "email", "given"));
        let asking = key(db, &["--role", "marketing", "--purpose", "newsletter"]);
        let asking = scene.server.http().bearer(&asking);
        let ask = |purpose: &str| question(&email(ANNE), purpose, "email");
        assert_eq!(asking.post("/v1/checks", &ask("newsletter")).expect(200).json()["decision"], "permit");
        let beyond = (422, "out_of_scope".to_owned());
        assert_eq!(refused(&asking, "/v1/checks", &ask("offers")), beyond);
        let reserving = { let mut ask = ask("offers"); ask["reserve"] = json!(true); ask };
        assert_eq!(refused(&asking, "/v1/checks", &reserving), beyond);
        // in a batch the others are answered
        let batch = json!({ "checks": [ask("newsletter"), ask("offers")] });
        let answers = asking.post("/v1/checks", &batch).expect(200).json();
        assert_eq!(answers["decisions"][0]["decision"], "permit");
        assert_eq!(answers["decisions"][1]["error"]["errors"][0]["code"], "out_of_scope");
        assert_eq!(answers["decisions"][1]["decision"], "deny");
        let list = |purpose: &str| {
            let path = format!("/v1/audiences?purpose={purpose}&channel=email");
            asking.send("POST", &path, "text/csv", format!("email\n{ANNE}\n"))
        };
        assert!(list("newsletter").expect(200).text.contains(ANNE));
        let refusal = list("offers").expect(422);
        assert!(refusal.text.contains("out_of_scope") && !refusal.text.contains(ANNE), "{}", refusal.text);
        let evaluation = |purpose: &str| json!({
            "subject": { "type": "campaign", "id": "spring" }, "resource": { "type": "customer", "id": ANNE },
            "action": { "name": "email", "properties": { "purpose": purpose } },
        });
        let evaluated = |purpose: &str| asking.post("/access/v1/evaluation", &evaluation(purpose));
        assert_eq!(evaluated("newsletter").expect(200).json()["decision"], true);
        let denied = evaluated("offers").expect(200).json();
        assert_eq!(denied["decision"], false);
        let why = denied["context"]["error"]["message"].as_str().unwrap();
        assert!(why.contains("this key is not for this purpose"), "{why}");
        // what looks at no scope is shut
        let decisions = asking.get("/v1/decisions?campaign=spring");
        assert_eq!((decisions.status, decisions.json()["code"].clone()), (403, json!("role_insufficient")));
        let contact = |purpose: &str| json!({ "subject": email(ANNE), "direction": "to_person", "channel": "email", "purpose": purpose });
        asking.post("/v1/contacts", &contact("newsletter")).expect(201);
        assert_eq!(refused(&asking, "/v1/contacts", &contact("offers")), beyond);
    }

    fn a_scope_bounds_what_a_key_writes_down(db: &Db) {
        let scene = Scene::new(db);
        let writing = key(db, &["--role", "collector", "--brand", "default", "--purpose", "newsletter"]);
        let writing = scene.server.http().bearer(&writing);
        let say = |purpose: &str, status: &str| consent(&email(ANNE), purpose, "email", status);
        writing.post("/v1/consents", &say("newsletter", "given")).expect(201);
        writing.post("/v1/consents", &say("newsletter", "withdrawn")).expect(201);
        let beyond = (422, "out_of_scope".to_owned());
        for status in ["given", "withdrawn"] {
            assert_eq!(refused(&writing, "/v1/consents", &say("offers", status)), beyond);
        }
        // one that is beyond refuses them all
        let both = json!({ "consents": [say("newsletter", "refused"), say("offers", "refused")] });
        assert_eq!(refused(&writing, "/v1/consents", &both), beyond);
        let all = json!({ "subject": email(ANNE), "scope": "direct_marketing" });
        assert_eq!(refused(&writing, "/v1/objections", &all), beyond);
        let whose = json!({ "subject": email(ANNE) });
        assert_eq!(refused(&writing, "/v1/links", &whose), (403, "role_insufficient".to_owned()));
        // what nobody has published cannot be bound to, nor can the roles of staff
        let unknown = create(db, &["--role", "collector", "--brand", "nobody"]);
        assert_eq!(unknown.code, 2, "{unknown:?}");
        let staff = create(db, &["--role", "dpo", "--purpose", "newsletter"]);
        assert_eq!(staff.code, 2, "{staff:?}");
    }

    fn a_key_is_used_from_its_networks_only(db: &Db) {
        let scene = Scene::new(db);
        let inside = key(db, &["--role", "marketing", "--network", "203.0.113.0/24", "--network", "2001:db8::/32"]);
        let from = |address: &str| {
            let http = scene.server.http().bearer(&inside).header("x-forwarded-for", address);
            let check = http.post("/v1/checks", &question(&email(ANNE), "newsletter", "email"));
            let read = http.get("/v1/purposes");
            assert_eq!(check.status, read.status);
            (read.status, read.json()["code"].as_str().unwrap_or_default().to_owned())
        };
        assert_eq!(from("203.0.113.9").0, 200);
        assert_eq!(from("2001:db8::9").0, 200);
        let elsewhere = (403, "network_not_allowed".to_owned());
        assert_eq!(from("203.0.114.9"), elsewhere);
        // what the caller itself wrote into the header stands before what the proxy adds
        assert_eq!(from("203.0.113.9, 198.51.100.7"), elsewhere);
        let bare = scene.server.http().bearer(&inside);
        assert_eq!(bare.get("/v1/purposes").status, 403);
        assert_eq!(create(db, &["--role", "marketing", "--network", "203.0.113.9/24"]).code, 2);
    }

    fn when_a_key_was_used_last_is_told(db: &Db) {
        let mut scene = Scene::new(db);
        let unused = key(db, &["--role", "dpo"]);
        scene.api.asks(&email(ANNE));
        let position = |scene: &Scene| scene.server.http().get("/readyz").json()["position"].as_u64().unwrap();
        let before = position(&scene);
        for _ in 0..3 {
            scene.api.get("/v1/purposes").expect(200);
        }
        // a use is no entry
        assert_eq!(position(&scene), before);
        scene.server.terminate();
        let used: Vec<bool> = listed(db).iter().map(|key| key["used_at"].is_string()).collect();
        assert_eq!(used, [true, false]);
        let text = cli(db, &["api-key", "list"]).stdout;
        assert!(text.contains("used never") && !text.contains(&unused), "{text}");
    }
}
