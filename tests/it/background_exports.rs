//! Exports of the background: asked for, made, fetched, from the API and from the console; by several
//! nodes and across restarts.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::process::until;
use crate::support::reaper::directory;
use crate::support::scene::hidden;
use crate::support::server::{Server, cli};

const WITHIN: Duration = Duration::from_secs(60);

fn period() -> Value {
    json!({ "from": "2020-01-01T00:00:00Z", "to": "2099-12-31T00:00:00Z" })
}

/// Asks for the whole log; the export as it was answered.
fn ask(client: &Http) -> Value {
    let client = client.header("prefer", "respond-async");
    let reply = client.post("/v1/audit/exports", &period()).expect(202);
    assert_eq!(reply.header("preference-applied"), Some("respond-async"));
    let export = reply.json();
    let page = format!("/v1/audit/exports/{}", export["id"].as_str().unwrap());
    assert_eq!(reply.header("location"), Some(page.as_str()));
    export
}

/// Waits until an export is no longer on its way.
fn done(client: &Http, export: &Value) -> Value {
    let path = format!("/v1/audit/exports/{}", export["id"].as_str().unwrap());
    let mut found = Value::Null;
    let ended = until(WITHIN, || {
        found = client.get(&path).expect(200).json();
        found["state"] != "waiting" && found["state"] != "running"
    });
    assert!(ended, "{found}");
    found
}

fn verifies(db: &Db, name: &str, package: &[u8]) {
    let file = db.data_dir().join(name);
    std::fs::write(&file, package).unwrap();
    let told = cli(db, &["audit", "verify", &file.display().to_string()]);
    assert_eq!(told.code, 0, "{told:?}");
}

fn kinds(shop: &Shop) -> Vec<String> {
    let page = shop
        .dpo()
        .get("/v1/audit/entries?limit=200")
        .expect(200)
        .json();
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["leaf"]["t"].as_str().unwrap().to_owned())
        .collect()
}

fn staff(db: &Db, server: &Server, role: &str) -> Http {
    crate::support::staff::add(db, role, role);
    crate::support::staff::signs_in(server, role).http
}

on_both! {
    fn the_api_makes_keeps_and_hands_out(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes("anne@known.example"));
        let asked = ask(&shop.dpo());
        assert_eq!(asked["state"], "waiting");
        let export = done(&shop.dpo(), &asked);
        assert_eq!(export["state"], "ready", "{export}");
        assert_eq!(export["file"]["holds"], true);
        let url = export["file"]["url"].as_str().unwrap().to_owned();
        let file = shop.dpo().get(&url).expect(200);
        assert_eq!(file.header("content-type"), Some("application/zip"));
        let bytes = export["file"]["bytes"].to_string();
        assert_eq!(file.header("content-length"), Some(bytes.as_str()));
        verifies(db, "fetched.zip", &file.bytes);
        let fetched = kinds(&shop).iter().filter(|kind| *kind == "export.fetched").count();
        assert_eq!(fetched, 1);
        let listed = shop.admin().get("/v1/audit/exports").expect(200).json();
        assert_eq!(listed["items"][0]["id"], export["id"]);
        // nobody else
        let path = format!("/v1/audit/exports/{}", export["id"].as_str().unwrap());
        for address in [path.as_str(), &url, "/v1/audit/exports"] {
            shop.marketing().get(address).expect(403);
            shop.collector().get(address).expect(403);
            shop.server.http().get(address).expect(401);
        }
        for unknown in ["none", "01900000-0000-7000-8000-000000000000"] {
            shop.dpo().get(&format!("/v1/audit/exports/{unknown}")).expect(404);
            shop.dpo().get(&format!("/v1/audit/exports/{unknown}/file")).expect(404);
        }
        // one person's package is sent at once, whatever is preferred
        let person = json!({ "subject": { "email": "anne@known.example" } });
        let client = shop.dpo().header("prefer", "respond-async");
        let sent = client.post("/v1/audit/exports", &person).expect(200);
        assert!(sent.header("preference-applied").is_none());
        let wrong = json!({ "from": "2021-01-01T00:00:00Z", "to": "2020-01-01T00:00:00Z" });
        client.post("/v1/audit/exports", &wrong).expect(422);
    }

    fn an_erasure_takes_the_file_away(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes("anne@known.example"));
        let export = done(&shop.dpo(), &ask(&shop.dpo()));
        let id = export["id"].as_str().unwrap();
        let file = db.data_dir().join("exports").join(format!("{id}.file"));
        assert!(file.exists());
        let subject = shop.subject("anne@known.example");
        let why = json!({ "reason": "data_subject_request" });
        shop.dpo().post(&format!("/v1/subjects/{subject}/erasure"), &why).expect(201);
        let url = format!("/v1/audit/exports/{id}/file");
        let told = shop.dpo().get(&url).expect(409).json();
        assert_eq!(told["code"], "export_gone", "{told}");
        let mut told = Value::Null;
        let gone = until(WITHIN, || {
            told = shop.dpo().get(&format!("/v1/audit/exports/{id}")).expect(200).json();
            told["state"] == "gone"
        });
        assert!(gone && told["why"] == "erased" && !file.exists(), "{told}");
    }

    fn a_restart_begins_anew_and_keeps_what_is_ready(db: &Db) {
        let mut shop = Shop::open(db);
        shop.record(&yes("anne@known.example"));
        let ready = done(&shop.dpo(), &ask(&shop.dpo()));
        shop.server.kill9();
        // as it stands where the service was killed while it made an export
        let running = r#"{"state":"running","since":"2026-01-01T00:00:00Z","done":1,"total":9}"#;
        db.tamper(&format!("UPDATE background_exports SET state = '{running}'"));
        shop.server = Server::start(db);
        let again = done(&shop.dpo(), &ready);
        assert_eq!(again["state"], "ready", "{again}");
        let url = again["file"]["url"].as_str().unwrap();
        verifies(db, "again.zip", &shop.dpo().get(url).expect(200).bytes);
        assert_eq!(shop.server.terminate().code(), Some(0));
        shop.server = Server::start(db);
        shop.dpo().get(url).expect(200);
    }

    fn the_console_asks_shows_and_hands_out(db: &Db) {
        let shop = Shop::open_with(db, &[("PLACET_SECOND_PERSON", "not_required")]);
        shop.record(&yes("anne@known.example"));
        let client = staff(db, &shop.server, "dpo");
        let home = client.get("/console?lang=en").expect(200).text;
        let csrf = hidden(&home, "csrf").unwrap();
        let fields = |csrf| {
            vec![("csrf", csrf), ("lang", "en"), ("from", "2020-01-01"), ("to", "2099-12-31"), ("how", "background")]
        };
        let mut report = fields(csrf.as_str());
        report.extend([("report", "consents"), ("format", "xlsx")]);
        for (form, fields, kind) in [
            ("/console/exports", fields(&csrf), "application/zip"),
            ("/console/reports", report, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ] {
            let page = client.form(form, &fields).expect(303).header("location").unwrap().to_owned();
            let english = format!("{page}?lang=en");
            let mut text = String::new();
            let ready = until(WITHIN, || {
                text = client.get(&english).expect(200).text;
                text.contains("Download the file")
            });
            assert!(ready, "{text}");
            let file = client.get(&format!("{page}/file")).expect(200);
            assert_eq!(file.header("content-type"), Some(kind));
            let name = file.header("content-disposition").unwrap();
            assert!(name.starts_with("attachment; filename=\"placet-"), "{name}");
            assert!(client.get("/console?lang=en").text.contains(&page));
        }
        // another site's form, and another role
        client.form("/console/exports", &fields("wrong")).expect(422);
        let other = staff(db, &shop.server, "admin");
        let export = shop.dpo().get("/v1/audit/exports").json()["items"][0]["id"].as_str().unwrap().to_owned();
        for page in [format!("/console/exports/{export}"), format!("/console/exports/{export}/file")] {
            other.get(&page).expect(403);
            shop.server.http().get(&page).expect(303);
        }
        client.get("/console/exports/none").expect(404);
    }
}

on_both! {
    /// What shows persons waits for another who may export; figures do not, and a key is no person.
    fn a_mass_export_takes_two_persons(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes("anne@known.example"));
        let asker = staff(db, &shop.server, "dpo");
        crate::support::staff::add(db, "other", "dpo");
        let other = crate::support::staff::signs_in(&shop.server, "other").http;
        let secret = |who: &Http| hidden(&who.get("/console?lang=en").expect(200).text, "csrf").unwrap();
        let (mine, theirs) = (secret(&asker), secret(&other));
        let asks = |how: &str| {
            let fields = [("csrf", mine.as_str()), ("lang", "en"), ("from", "2020-01-01"), ("to", "2099-12-31"), ("how", how)];
            asker.form("/console/exports", &fields).expect(303).header("location").unwrap().to_owned()
        };
        // at once or later, it is the same
        let (page, refused) = (asks(""), asks("background"));
        let shown = |who: &Http, page: &str| who.get(&format!("{page}?lang=en")).expect(200).text;
        let own = shown(&asker, &page);
        assert!(own.contains("Waits for a second person") && !own.contains("/approve\""), "{own}");
        asker.form(&format!("{page}/approve"), &[("csrf", &mine)]).expect(403);
        other.form(&format!("{page}/approve"), &[("csrf", "guessed")]).expect(422);
        shop.staff(db, "admin").form(&format!("{page}/approve"), &[]).expect(403);
        assert!(shown(&other, &page).contains("/approve\"") && shown(&other, "/console").contains(&page));
        asker.get(&format!("{page}/file")).expect(303);
        // of two who settle it at once one does
        let path = format!("{page}/approve");
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| other.form(&path, &[("csrf", &theirs)]).expect(303));
            }
        });
        let mut text = String::new();
        let ready = until(WITHIN, || {
            text = shown(&asker, &page);
            text.contains("Download the file")
        });
        assert!(ready, "{text}");
        asker.get(&format!("{page}/file")).expect(200);
        other.form(&format!("{refused}/refuse"), &[("csrf", &theirs)]).expect(303);
        other.form(&format!("{refused}/approve"), &[("csrf", &theirs)]).expect(303);
        assert!(shown(&asker, &refused).contains("The second person refused it"));
        let count = |kind: &str| kinds(&shop).iter().filter(|one| *one == kind).count();
        assert_eq!(["export.approved", "export.refused", "export.fetched"].map(count), [1, 1, 1]);
        // figures, and a key
        let report = [("csrf", mine.as_str()), ("lang", "en"), ("from", "2020-01-01"), ("to", "2099-12-31"),
            ("report", "consents"), ("format", "csv")];
        asker.form("/console/reports", &report).expect(200);
        assert_eq!(ask(&shop.dpo())["state"], "waiting");
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }
}

/// The file lies on the node that made it; every other one says where.
#[test]
fn another_node_says_where_the_file_lies() {
    let Some(db) = Db::postgres("background_exports::another_node") else {
        return;
    };
    let shop = Shop::open(&db);
    let export = done(&shop.dpo(), &ask(&shop.dpo()));
    let elsewhere = Arc::new(directory("elsewhere"));
    let key = |data: &Path| data.join("master.key");
    std::fs::copy(key(db.data_dir()), key(elsewhere.path())).unwrap();
    let epoch = |data: &Path| data.join("keys/epoch-2.key");
    std::fs::create_dir(elsewhere.path().join("keys")).unwrap();
    std::fs::copy(epoch(db.data_dir()), epoch(elsewhere.path())).unwrap();
    let (data, url) = (elsewhere, db.url());
    // a node that does not know the owner's address serves all the same
    let owner = None;
    let other = Server::start(&Db::Postgres { data, url, owner });
    let client = other.http().bearer(shop.key("dpo"));
    let path = format!("/v1/audit/exports/{}", export["id"].as_str().unwrap());
    let seen = client.get(&path).expect(200).json();
    assert_eq!(seen["state"], "ready");
    let told = client.get(&format!("{path}/file")).expect(409).json();
    assert_eq!(told["code"], "export_elsewhere");
    let node = export["node"].as_str().unwrap();
    assert!(told["detail"].as_str().unwrap().contains(node), "{told}");
    // its own it makes itself
    let own = done(&client, &ask(&client));
    assert_ne!(own["node"], export["node"]);
    client.get(own["file"]["url"].as_str().unwrap()).expect(200);
}
