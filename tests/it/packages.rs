//! What is held about a person, as a package for them: asked for, made, fetched after a fresh sign-in, gone
//! when its time is over or the person is.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;
use std::time::Duration;

use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::requests_systems::comes_to;
use crate::shop::{Shop, yes};
use crate::support::browser::{Browser, Visitor};
use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::postgres;
use crate::support::process::until;
use crate::support::server::{Server, cli};
use crate::support::waits::{POSTGRES, test_name};
use crate::systems::{applied, system};
use crate::ways_in::signing_in::{asks, is_in};
use crate::ways_in::{FOLDER, Letter, browser, hidden, letters};

const ANNE: &str = "anne@copies.example";
const BEA: &str = "bea@copies.example";
const AGENT: &str = "Quillembois";
const WITHIN: Duration = Duration::from_secs(60);

/// The browser of one who signed in, by so manieth mail to sign in.
fn signed_in(db: &Db, shop: &Shop, email: &str, mail: usize) -> Http {
    let asking = asks(&browser(shop), email);
    let code = mails(db, "/sign-in/", mail).code();
    is_in(
        &browser(shop),
        asking.form("/sign-in/code", &[("code", &code)]),
    )
}

/// Waits until there are so many mails with such a link; the last.
fn mails(db: &Db, link: &str, count: usize) -> Letter {
    let such = || {
        let all = letters(db).into_iter();
        all.filter(|one| one.text.contains(link))
            .collect::<Vec<_>>()
    };
    assert!(until(WITHIN, || such().len() >= count), "{:?}", such());
    such().pop().unwrap()
}

/// Anne, who said yes in a shop and no on the phone, was asked about, written to and put on a list.
fn known(shop: &Shop) {
    let mut given = yes(ANNE);
    given["source"] = json!({ "kind": "store", "id": "Lille", "agent": AGENT });
    shop.record(&given);
    let refused = json!({ "subject": { "email": ANNE }, "purpose": "offers", "channel": "sms",
        "status": "refused", "notice": "offers@1", "language": "en",
        "evidence": { "ticket": "=HYPERLINK(\"http://evil.example\")" } });
    shop.record(&refused);
    shop.record(&yes(BEA));
    shop.newsletter(ANNE);
    let contact = json!({ "contacts": [{ "subject": { "email": ANNE }, "direction": "to_person",
        "channel": "email", "purpose": "newsletter", "campaign": "=spring" }] });
    shop.collector().post("/v1/contacts", &contact).expect(201);
    shop.choices(ANNE);
}

/// Waits until the page has a copy that can be downloaded; its fields.
pub fn ready(mine: &Http) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let there = until(WITHIN, || {
        let page = mine.get("/me/data?lang=en").expect(200).text;
        let form = page.split("action=\"/me/data/file\"").nth(1);
        let form = form.and_then(|rest| rest.split("</form>").next());
        fields = form.map(fields_of).unwrap_or_default();
        !fields.is_empty()
    });
    assert!(there, "{}", mine.get("/me/data?lang=en").text);
    fields
}

/// The hidden fields of a form.
pub fn fields_of(form: &str) -> Vec<(String, String)> {
    let part = |text: &str, name: &str| {
        let rest = text.split(&format!("{name}=\"")).nth(1);
        rest.and_then(|rest| rest.split('"').next())
            .unwrap_or_default()
            .to_owned()
    };
    let inputs = form.split("<input type=\"hidden\"").skip(1);
    inputs
        .map(|input| (part(input, "name"), part(input, "value")))
        .collect()
}

pub fn post(client: &Http, path: &str, fields: &[(String, String)]) -> crate::support::http::Reply {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    client.form(path, &fields)
}

pub fn asks_for_one(mine: &Http) {
    let page = mine.get("/me/data?lang=en").expect(200).text;
    let csrf = hidden(&page, "csrf");
    mine.form("/me/data", &[("csrf", &csrf), ("lang", "en")])
        .expect(303);
}

/// The files of a package by name.
pub fn unpacked(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes.to_vec())).expect("a ZIP");
    let names: Vec<String> = zip
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    let read = |name: String| {
        let mut text = String::new();
        zip.by_name(&name)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        (name, text)
    };
    names.into_iter().map(read).collect()
}

fn table<'a>(data: &'a Value, name: &str) -> &'a Vec<Value> {
    data["tables"][name].as_array().expect(name)
}

fn files_of(db: &Db, shop: &Shop) -> BTreeMap<String, String> {
    let mine = signed_in(db, shop, ANNE, 1);
    asks_for_one(&mine);
    unpacked(
        &post(&mine, "/me/data/file", &ready(&mine))
            .expect(200)
            .bytes,
    )
}

/// A customer base with a friend's address, and a letter in which a formula stands.
fn crm(db: &Db) {
    let file = db.data_dir().join("crm.db");
    rusqlite::Connection::open(&file)
        .unwrap()
        .execute_batch(
            "CREATE TABLE people (no INTEGER, email TEXT, friend TEXT, note TEXT);
             INSERT INTO people VALUES (7, 'anne@copies.example', 'friend@copies.example', '=1+1');",
        )
        .unwrap();
    let folder = db.data_dir().join("systems");
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!(
        "[[system]]\nid = \"crm\"\ntitle = \"Customer base\"\nowner = \"sales\"\nholds = [\"contact\"]\n\
         purposes = [\"newsletter\"]\nretention = \"P3Y\"\nasks_by = \"email\"\nothers = [\"friend\"]\n\
         [system.via]\nkind = \"sqlite\"\nat = {{ file = \"{}\" }}\n\
         read = \"SELECT * FROM people WHERE email = ?1\"\nerase = [\"DELETE FROM people WHERE email = ?1\"]\n",
        file.display()
    );
    std::fs::write(folder.join("all.toml"), text).unwrap();
    let done = cli(db, &["systems", "apply", &folder.display().to_string()]);
    assert_eq!(done.code, 0, "{done:?}");
}

/// A request of access, of somebody whom we know, told by which way.
fn request(shop: &Shop) -> String {
    let asked = json!({ "kind": "access", "subject": { "email": ANNE }, "received_at": "2026-01-31",
        "country": "FR", "via": "letter", "text": "Tell me all, please" });
    let filed = shop.dpo().post("/v1/requests", &asked).expect(201).json();
    let id = filed["id"].as_str().unwrap().to_owned();
    let known = json!({ "known_by": "call_back", "on": "2026-02-02" });
    shop.dpo()
        .post(&format!("/v1/requests/{id}/identity"), &known)
        .expect(201);
    id
}

fn package(shop: &Shop, id: &str, state: &str) -> Value {
    let (mut found, dpo) = (Value::Null, shop.dpo());
    let path = format!("/v1/requests/{id}/package");
    let there = until(WITHIN, || {
        found = dpo.get(&path).json();
        found["state"] == state
    });
    assert!(there, "{found}");
    found
}

fn kinds(shop: &Shop) -> Vec<String> {
    let page = shop.dpo().get("/v1/audit/entries?limit=200").expect(200);
    let page = page.json();
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["leaf"]["t"].as_str().unwrap().to_owned())
        .collect()
}

fn holds(db: &Db, needle: &str) -> bool {
    let mut all = Vec::new();
    for file in std::fs::read_dir(db.data_dir()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() && path.file_name().unwrap() != "crm.db" {
            all.extend(std::fs::read(path).unwrap());
        }
    }
    let windows = |needle: &[u8]| all.windows(needle.len()).any(|window| window == needle);
    windows(needle.as_bytes())
}

on_both! {
    /// Everything of Anne's and nothing of others', for the eye and for programs.
    fn a_customer_takes_a_copy(db: &Db) {
        let shop = Shop::open_with(db, &FOLDER);
        known(&shop);
        let mine = signed_in(db, &shop, ANNE, 1);
        let page = mine.get("/me/data?lang=en").expect(200).text;
        assert!(page.contains("Names of our staff") && page.contains("There is none yet."), "{page}");
        asks_for_one(&mine);
        let fields = ready(&mine);
        let got = post(&mine, "/me/data/file", &fields).expect(200);
        assert_eq!(got.header("content-type"), Some("application/zip"));
        assert!(!got.header("content-disposition").unwrap().contains("anne"));
        // a mail said so, and nothing of what is in it
        let mail = mails(db, "/me/data", 1);
        assert!(mail.text.contains("put the copy of your data together"), "{}", mail.text);
        assert!(!mail.text.contains("J’accepte") && !mail.html.contains(ANNE), "{}", mail.html);
        let told = mine.get("/me/data?lang=en").expect(200).text;
        let sum: String = digest(&SHA256, &got.bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(told.contains(&sum), "{sum}: {told}");
        let files = unpacked(&got.bytes);
        let data: Value = serde_json::from_str(&files["data.json"]).unwrap();
        assert_eq!(table(&data, "contacts")[0]["value"], ANNE);
        assert_eq!(table(&data, "choices").len(), 2);
        let history = table(&data, "history");
        assert_eq!(history.iter().filter(|one| one["event"] == "consent.given").count(), 1);
        assert!(files["data.json"].contains("J’accepte de recevoir la lettre."), "{history:?}");
        assert_eq!(table(&data, "decisions")[0]["decision"], shop.newsletter(ANNE).0);
        assert!(table(&data, "decisions")[0]["because"].as_str().unwrap().len() > 10);
        assert_eq!(table(&data, "messages")[0]["campaign"], "=spring");
        let parts: Vec<_> = table(&data, "accesses").iter().map(|one| (&one["part"], &one["by"])).collect();
        assert_eq!(parts, [(&json!("lookup"), &json!("key")), (&json!("choices"), &json!("key"))]);
        for (name, text) in &files {
            for never in [AGENT, BEA] {
                assert!(!text.contains(never), "{never} in {name}");
            }
        }
        // no field is a formula
        assert!(files["csv/messages.csv"].contains(",'=spring,"), "{}", files["csv/messages.csv"]);
        let portable: Value = serde_json::from_str(&files["portable/data.json"]).unwrap();
        let names: Vec<&String> = portable["tables"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["contacts", "choices", "history"]);
        let html = &files["index.html"];
        for held in ["<html lang=\"en\">", ANNE, "You said yes", "Your rights", "edpb.europa.eu", "your consent", "in a shop"] {
            assert!(html.contains(held), "{held}: {html}");
        }
        assert!(!html.contains("<script") && !html.contains("src="), "{html}");
        let log = kinds(&shop);
        for kind in ["export.made", "subject.disclosed", "export.fetched"] {
            assert!(log.iter().any(|one| one == kind), "{kind}: {log:?}");
        }
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
        // nothing of it can be read where it lies
        assert_eq!(db.ask("SELECT count(*) FROM package_parts").trim(), "1");
    }

    /// Nobody else's, not without a session, not with an old one, not when its time is over.
    fn only_the_person_only_for_a_while(db: &Db) {
        let shop = Shop::open_with(db, &FOLDER);
        known(&shop);
        let mine = signed_in(db, &shop, ANNE, 1);
        let others = signed_in(db, &shop, BEA, 2);
        asks_for_one(&mine);
        let fields = ready(&mine);
        let page = others.get("/me/data?lang=en").expect(200).text;
        assert!(page.contains("There is none yet."));
        let theirs = hidden(&page, "csrf");
        let stolen: Vec<_> = fields.iter().map(|(name, value)| {
            (name.clone(), if name == "csrf" { theirs.clone() } else { value.clone() })
        }).collect();
        post(&others, "/me/data/file", &stolen).expect(404);
        post(&others, "/me/data/file", &fields).expect(403);
        let sent = post(&browser(&shop), "/me/data/file", &fields).expect(303);
        assert!(sent.header("location").unwrap().starts_with("/sign-in"));
        let before = db.ask("SELECT sum(downloads) FROM packages");
        assert_eq!(before.trim(), "0");
        // eleven minutes later
        db.tamper("UPDATE customer_sessions SET expires_at = expires_at - 660000000");
        let stale = post(&mine, "/me/data/file", &fields).expect(403);
        assert!(stale.text.contains("sign in again") && stale.text.contains("/sign-in"), "{}", stale.text);
        assert!(!mine.get("/me/data?lang=en").expect(200).text.contains("action=\"/me/data/file\""));
        db.tamper("UPDATE customer_sessions SET expires_at = expires_at + 660000000");
        post(&mine, "/me/data/file", &fields).expect(200);
        post(&mine, "/me/data/file", &fields).expect(200);
        assert_eq!(db.ask("SELECT sum(downloads) FROM packages").trim(), "2");
        // a month later
        db.tamper("UPDATE packages SET expires_at = 1");
        post(&mine, "/me/data/file", &fields).expect(404);
        let gone = until(WITHIN, || db.ask("SELECT count(*) FROM package_parts").trim() == "0");
        assert!(gone, "the file is still there");
        assert_eq!(db.ask("SELECT count(*) FROM packages WHERE sealed_key IS NOT NULL").trim(), "0");
        let page = mine.get("/me/data?lang=en").expect(200).text;
        assert!(page.contains("Its time is over"), "{page}");
    }

    /// A request that is fulfilled is answered by a package, with what another system told; the friend's
    /// address stays out of it.
    fn a_request_brings_what_systems_hold(db: &Db) {
        crm(db);
        let shop = Shop::open_with(db, &FOLDER);
        known(&shop);
        let id = request(&shop);
        let asked = json!({ "kind": "erasure", "subject": { "email": BEA }, "received_at": "2026-01-31",
            "country": "FR", "via": "letter" });
        let other = shop.dpo().post("/v1/requests", &asked).expect(201).json();
        let wrong = format!("/v1/requests/{}/package", other["id"].as_str().unwrap());
        assert_eq!(shop.dpo().post(&wrong, &json!({})).expect(409).json()["code"], "request_kind");
        comes_to(&shop.dpo(), &id, "crm", "done");
        let done = json!({ "on": "2026-02-10", "text": "It is on your page." });
        shop.dpo().post(&format!("/v1/requests/{id}/fulfilment"), &done).expect(201);
        let made = package(&shop, &id, "ready");
        assert_eq!(made["left_out"], json!([{ "system": "Customer base", "why": "others" }]));
        // asking again is the same one
        let path = format!("/v1/requests/{id}/package");
        let again = shop.dpo().post(&path, &json!({})).expect(202).json();
        assert_eq!(again["id"], made["id"]);
        let mine = signed_in(db, &shop, ANNE, 1);
        let fields = ready(&mine);
        let files = unpacked(&post(&mine, "/me/data/file", &fields).expect(200).bytes);
        assert!(files["systems/crm.csv"].contains("'=1+1"), "{}", files["systems/crm.csv"]);
        assert!(files.contains_key("portable/systems/crm.csv"));
        let data: Value = serde_json::from_str(&files["data.json"]).unwrap();
        assert_eq!(data["systems"]["crm"][0]["no"], 7);
        let said: Vec<&str> = table(&data, "correspondence").iter().filter_map(|one| one["text"].as_str()).collect();
        assert_eq!(said, ["Tell me all, please", "It is on your page."]);
        assert_eq!(table(&data, "requests")[0]["answered_on"], "2026-02-10");
        // the person was asked in English last, so the page is English
        for told in ["What “Customer base” holds", "3 years", "<html lang=\"en\">"] {
            assert!(files["index.html"].contains(told), "{told}: {}", files["index.html"]);
        }
        for (name, text) in &files {
            assert!(!text.contains("friend@copies.example"), "{name}");
        }
        // what was found is kept no longer than it is needed
        assert_eq!(db.ask("SELECT count(*) FROM case_keys").trim(), "0");
    }

    /// The desk has it made before the request is answered, and sees how it stands.
    fn the_desk_has_one_made(db: &Db) {
        let shop = Shop::open_with(db, &FOLDER);
        known(&shop);
        let id = request(&shop);
        let desk = shop.staff(db, "dpo").header("accept-language", "en");
        let path = format!("/console/requests/{id}");
        let page = desk.get(&path).expect(200).text;
        assert!(page.contains("Package for the person") && page.contains("There is none yet."), "{page}");
        let csrf = hidden(&page, "csrf");
        let press = |csrf: &str| desk.form(&format!("{path}/act"), &[("act", "package"), ("csrf", csrf), ("lang", "en")]);
        press("x").expect(409);
        assert_eq!(shop.dpo().get(&format!("{path}/package").replace("/console", "/v1")).status, 404);
        press(&csrf).expect(303);
        package(&shop, &id, "ready");
        let page = desk.get(&path).expect(200).text;
        assert!(page.contains("The person can fetch it until") && !page.contains("value=\"package\""), "{page}");
        let mail = mails(db, "/me/data", 1);
        assert!(!mail.text.contains("Tell me all"), "{}", mail.text);
        // once: the answer finds it made
        shop.dpo().post(&format!("/v1/requests/{id}/fulfilment"), &json!({ "on": "2026-02-10" })).expect(201);
        let mine = signed_in(db, &shop, ANNE, 1);
        ready(&mine);
        assert_eq!(db.ask("SELECT count(*) FROM packages").trim(), "1");
    }

    /// An erasure takes it away, made or waiting.
    fn an_erasure_takes_it_away(db: &Db) {
        let shop = Shop::open_with(db, &FOLDER);
        known(&shop);
        let mine = signed_in(db, &shop, ANNE, 1);
        asks_for_one(&mine);
        let fields = ready(&mine);
        let id = shop.subject(ANNE);
        let why = json!({ "reason": "data_subject_request", "reference": "DSR-2026-0117" });
        shop.dpo().post(&format!("/v1/subjects/{id}/erasure"), &why).expect(201);
        assert_eq!(db.ask("SELECT count(*) FROM packages").trim(), "0");
        assert_eq!(db.ask("SELECT count(*) FROM package_parts").trim(), "0");
        let after = post(&mine, "/me/data/file", &fields);
        assert!([303, 404].contains(&after.status), "{}", after.status);
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
        for never in [ANNE, "=spring"] {
            assert!(!holds(db, never), "{never}");
        }
    }

    /// Who died while making one: it is made anew, and is whole.
    fn a_crash_leaves_no_half(db: &Db) {
        let mut shop = Shop::open_with(db, &FOLDER);
        known(&shop);
        let mine = signed_in(db, &shop, ANNE, 1);
        asks_for_one(&mine);
        shop.server.kill9();
        // as it lies where somebody died in the middle: begun, with a part of it
        db.tamper("UPDATE packages SET stage = 'waiting', attempts = 1, changed_at = 1, sealed_key = NULL, about = NULL");
        let part = "INSERT INTO package_parts SELECT id, 1, 77, subject_id, id FROM packages";
        db.tamper(part);
        // a second mail to the same address would wait for half a minute
        db.tamper("DELETE FROM sign_ins");
        shop.server = Server::start_with(db, &[], &FOLDER);
        let mine = signed_in(db, &shop, ANNE, 2);
        let fields = ready(&mine);
        let files = unpacked(&post(&mine, "/me/data/file", &fields).expect(200).bytes);
        assert!(files["index.html"].trim_end().ends_with("</html>"));
        assert_eq!(db.ask("SELECT count(*) FROM package_parts WHERE number = 77").trim(), "0");
    }

    /// A person with very many decisions: read page by page, all in the tables.
    fn many_decisions_are_all_there(db: &Db) {
        let shop = Shop::open_with(db, &FOLDER);
        known(&shop);
        let one = json!({ "subject": { "email": ANNE }, "purpose": "newsletter", "channel": "email" });
        let many = json!({ "checks": vec![one; 2_500] });
        shop.marketing().post("/v1/checks", &many).expect(200);
        let files = files_of(db, &shop);
        assert_eq!(files["csv/decisions.csv"].lines().count(), 2_502);
        let data: Value = serde_json::from_str(&files["data.json"]).unwrap();
        assert_eq!(table(&data, "decisions").len(), 2_501);
        let html = &files["index.html"];
        assert!(html.contains("The page shows 2,000. All of them are in csv/decisions.csv."));
    }
}

/// What a PostgreSQL server tells is in it: the keys lead on, every type can be read, others' rows and columns stay out.
#[test]
fn a_postgresql_server_tells_what_it_holds() {
    let cluster = match postgres::shared() {
        Ok(cluster) => cluster,
        Err(why) => return POSTGRES.missing(&test_name(), why),
    };
    let (db, url) = (Db::sqlite(), cluster.database());
    let name = url.rsplit('/').next().unwrap();
    cluster.sql(
        name,
        "CREATE TABLE people (no INTEGER, email TEXT, friend TEXT, since DATE, spent NUMERIC(9,2));
         INSERT INTO people VALUES (7, 'anne@copies.example', 'friend@copies.example', '2020-01-31', 12.50),
             (8, 'bea@copies.example', NULL, NULL, 99.99);
         CREATE TABLE orders (customer_no INTEGER, item TEXT);
         INSERT INTO orders VALUES (7, 'lamp'), (7, '=shade'), (8, 'bulb of another')",
    );
    let secret = url.split(':').nth(2).unwrap().split('@').next().unwrap();
    let password = db.data_dir().join("password");
    std::fs::write(&password, secret).unwrap();
    let via = |read: &str, erase: &str| {
        format!(
            "kind = \"postgres\"\nat = {{ host = \"127.0.0.1\", port = {}, database = \"{name}\", user = \"placet\", \
             password = {{ file = \"{}\" }} }}\nread = \"{read}\"\nerase = [\"{erase}\"]",
            cluster.port(),
            password.display(),
        )
    };
    let crm = via(
        "SELECT no AS customer_no, email, friend, since, spent FROM people WHERE email = $1",
        "DELETE FROM people WHERE email = $1",
    );
    let orders = via(
        "SELECT customer_no, item FROM orders WHERE customer_no::text = $1",
        "DELETE FROM orders WHERE customer_no::text = $1",
    );
    let yields = "yields = [\"customer_no\"]\nothers = [\"friend\"]";
    applied(
        &db,
        &[
            system("shop", "customer_no", "", &orders),
            system("crm", "email", yields, &crm),
        ],
    );
    let shop = Shop::open_with(&db, &FOLDER);
    known(&shop);
    let id = request(&shop);
    for system in ["crm", "shop"] {
        comes_to(&shop.dpo(), &id, system, "done");
    }
    let done = json!({ "on": "2026-02-10" });
    shop.dpo()
        .post(&format!("/v1/requests/{id}/fulfilment"), &done)
        .expect(201);
    let made = package(&shop, &id, "ready");
    assert_eq!(
        made["left_out"],
        json!([{ "system": "The crm", "why": "others" }])
    );
    let mine = signed_in(&db, &shop, ANNE, 1);
    let files = unpacked(
        &post(&mine, "/me/data/file", &ready(&mine))
            .expect(200)
            .bytes,
    );
    let data: Value = serde_json::from_str(&files["data.json"]).unwrap();
    let held = &data["systems"]["crm"];
    assert_eq!(held.as_array().unwrap().len(), 1, "{held}");
    assert_eq!(
        (&held[0]["customer_no"], &held[0]["since"]),
        (&json!(7), &json!("2020-01-31"))
    );
    assert!(held[0]["spent"].to_string().contains("12.5"), "{held}");
    let items: Vec<&Value> = data["systems"]["shop"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["item"])
        .collect();
    assert_eq!(items, ["lamp", "=shade"]);
    assert!(
        files["systems/shop.csv"].contains("'=shade"),
        "{}",
        files["systems/shop.csv"]
    );
    for (name, text) in &files {
        for never in ["friend@copies.example", BEA, "bulb of another", "99.99"] {
            assert!(!text.contains(never), "{never} in {name}");
        }
    }
}

/// The page of the package by itself, as it is opened from a disk: at three widths, in both colours.
#[test]
fn the_page_of_the_package_is_accessible() {
    let db = Db::sqlite();
    let shop = Shop::open_with(&db, &FOLDER);
    known(&shop);
    let files = files_of(&db, &shop);
    let path = db.data_dir().join("index.html");
    std::fs::write(&path, &files["index.html"]).unwrap();
    for (width, scheme) in [(320, "light"), (768, "dark"), (1280, "light")] {
        let Some(browser) = Browser::open(Visitor {
            window: (width, 800),
            ..Visitor::default()
        }) else {
            return;
        };
        browser.prefers("prefers-color-scheme", scheme);
        browser.goto(&format!("file://{}", path.display()));
        let found = crate::pages::axe::violations(&browser);
        assert_eq!(found, Vec::<String>::new(), "{width}");
        let wide = browser.script(
            "return document.documentElement.scrollWidth > document.documentElement.clientWidth",
        );
        assert_eq!(wide, json!(false), "{width} scrolls sideways");
        picture(&browser, width);
    }
}

fn picture(browser: &Browser, width: u32) {
    if let Ok(folder) = std::env::var("PLACET_TEST_PICTURES") {
        browser.screenshot(&Path::new(&folder).join(format!("package-{width}.png")));
    }
}
