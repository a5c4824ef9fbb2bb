//! Erased is erased: nothing of the person is left in the database, its files, its exports or the
//! server's own words; what proves that things happened stays, and others are as they were.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::postgres_programs::Programs;
use crate::support::process::until;
use crate::support::scene::{Scene, consent, email, permits, tagged};
use crate::support::server::cli;
use crate::systems::{ANNE, DELETES, applied, count, crm, shop as orders, shops};

const NAME: &str = "Zéphyrine Quillembois";
const MAIL: &str = "z.quillembois@erased.example";
const PHONE: &str = "+33698135799";
const STREET: &str = "4 quai des Effacés, 59999 Oubliville";
const CRM: &str = "crm-quillembois-0815";
const PERIOD: (&str, &str) = ("2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z");

fn person() -> Value {
    json!({ "email": MAIL, "phone": PHONE, "postal": STREET, "crm_id": CRM })
}

/// Everything that can be done with a person; the id and the keyed hashes in the order of the names.
fn live(api: &Http, browser: &Http) -> (String, Vec<String>) {
    let mut given = tagged(consent(&person(), "newsletter", "email", "given"), NAME);
    given["source"] = json!({ "kind": "call_centre", "id": "lille", "agent": NAME });
    let keyed = api.header("idempotency-key", "a-consent");
    let written = keyed.records(&given);
    let again = consent(&email(MAIL), "offers", "sms", "refused");
    api.records(&again);
    assert!(permits(&api.asks(&person())));
    let contact = json!({ "contacts": [{ "subject": person(), "direction": "to_person",
        "channel": "email", "purpose": "newsletter", "by": NAME, "campaign": "spring" }] });
    let keyed = api.header("idempotency-key", "a-contact");
    keyed.post("/v1/contacts", &contact).expect(201);
    let mut reserving = crate::support::scene::question(&person(), "newsletter", "email");
    reserving["reserve"] = json!(true);
    reserving["campaign"] = json!("spring");
    api.post("/v1/checks", &reserving).expect(200);
    let (choices, _) = api.links(&email(MAIL));
    browser.get(&choices).expect(200);
    browser
        .chooses(&choices, "newsletter", "email", "no")
        .expect(200);
    let objecting = json!({ "subject": person(), "scope": "profiling_for_direct_marketing" });
    api.post("/v1/objections", &objecting).expect(201);
    let found = api
        .post("/v1/subjects/lookup", &person())
        .expect(200)
        .json();
    let hashes = found["id_hashes"].as_array().unwrap().iter();
    let hashes = hashes.map(|hash| hash.as_str().unwrap().to_owned());
    (
        written["subject_id"].as_str().unwrap().to_owned(),
        hashes.collect(),
    )
}

fn erase(api: &Http, id: &str, body: &Value) -> Value {
    let path = format!("/v1/subjects/{id}/erasure");
    api.post(&path, body).expect(201).json()
}

fn asked() -> Value {
    json!({ "reason": "data_subject_request", "reference": "DSR-2026-0117" })
}

/// Every byte of the files of an embedded database, or a whole dump of the other.
fn everything(db: &Db) -> Vec<u8> {
    match db {
        Db::Sqlite { .. } => files(db.data_dir()),
        Db::Postgres { url, .. } => {
            let dump = Programs::find()
                .unwrap()
                .command("pg_dump")
                .arg(url)
                .output();
            let dump = dump.expect("pg_dump runs");
            assert!(dump.status.success(), "{dump:?}");
            [dump.stdout, files(db.data_dir())].concat()
        }
    }
}

fn files(directory: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for file in std::fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            all.extend(std::fs::read(path).unwrap());
        }
    }
    all
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// Whether these bytes stand there, raw or as hexadecimal digits.
fn names(bytes: &[u8], hex: &str) -> bool {
    let hex = hex.to_lowercase();
    let raw: Vec<u8> = (0..hex.len() / 2)
        .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    holds(bytes, hex.as_bytes()) || holds(bytes, &raw)
}

fn hex(db: &Db, column: &str, table: &str, of: &str) -> String {
    let id = db.bytes(&of.replace('-', ""));
    let (table, filter) = match table {
        "subjects" => (table, format!("id = {id}")),
        _ => (table, format!("subject_id = {id}")),
    };
    let text = if db.is_postgres() {
        format!("encode({column}, 'hex')")
    } else {
        format!("hex({column})")
    };
    db.ask(&format!(
        "SELECT {text} FROM {table} WHERE {filter} LIMIT 1"
    ))
    .trim()
    .to_owned()
}

/// The texts of a package.
fn unpacked(package: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(package)).unwrap();
    let mut all = String::new();
    for at in 0..archive.len() {
        let mut bytes = Vec::new();
        archive
            .by_index(at)
            .unwrap()
            .read_to_end(&mut bytes)
            .unwrap();
        all.push_str(&String::from_utf8_lossy(&bytes));
    }
    all
}

fn exported(db: &Db, name: &str) -> (String, String) {
    // beside the data, since the data are searched
    let own = db.data_dir().file_name().unwrap().to_str().unwrap();
    let file = db.data_dir().with_file_name(format!("{own}-{name}.zip"));
    let path = file.to_str().unwrap().to_owned();
    let made = cli(
        db,
        &[
            "audit", "export", "--from", PERIOD.0, "--to", PERIOD.1, "-o", &path,
        ],
    );
    assert_eq!(made.code, 0, "{made:?}");
    let texts = unpacked(&std::fs::read(&file).unwrap());
    (path, texts)
}

fn verified(db: &Db, package: &str) {
    let told = cli(db, &["audit", "verify", package]);
    assert_eq!(told.code, 0, "{told:?}");
    std::fs::remove_file(package).unwrap();
}

on_both! {
    fn nothing_is_left_of_who_was_erased(db: &Db) {
        let scene = Scene::new(db);
        let (id, hashes) = live(&scene.api, &scene.server.http());
        let neighbour = email("neighbour@erased.example");
        let kept = scene.api.records(&consent(&neighbour, "newsletter", "email", "given"));
        let own = hex(db, "wrapped_key", "subjects", &id);
        let sealed = hex(db, "sealed", "subject_events", &id);
        let (before, old) = (everything(db), exported(db, "old"));
        for needle in hashes.iter().chain([&own, &sealed]) {
            assert!(names(&before, needle), "the search itself finds what is there");
        }
        assert!(old.1.contains(&id), "an older export tells of the person");
        let decided = || {
            let page = scene.api.get("/v1/decisions?campaign=spring").expect(200).json();
            page["items"].as_array().unwrap().len()
        };
        assert_eq!(decided(), 1);
        let done = erase(&scene.api, &id, &asked());
        assert_eq!(decided(), 0, "what was decided about the person is gone");
        assert_eq!((&done["kind"], &done["records"]), (&json!("subject.erased"), &json!(1)));
        assert!(done["entries"].as_u64().unwrap() >= 6, "{done}");
        // a contact point can have a coarser hash, too
        assert!(done["suppressed"].as_u64().unwrap() >= 3, "{done}");

        let after = everything(db);
        for needle in [&own, &sealed] {
            assert!(!names(&after, needle), "a key or a payload is left");
        }
        let crm = scene.api.post("/v1/subjects/lookup", &json!({ "crm_id": CRM })).expect(404);
        assert!(!crm.text.contains(CRM));
        // the key of the company's own is on no list: its hash is nowhere at all
        let [_, _, _, crm] = hashes.as_slice() else { panic!("{hashes:?}") };
        assert!(!names(&after, crm), "a keyed hash is left");
        assert!(!holds(&after, id.as_bytes()), "the id is left in some text");
        let (package, new) = exported(db, "new");
        for text in [&new, &String::from_utf8_lossy(&after).into_owned(), &scene.server.stderr()] {
            for planted in [NAME, MAIL, PHONE, STREET, CRM, "quillembois", "698135799"] {
                assert!(!text.to_lowercase().contains(&planted.to_lowercase()), "{planted}");
            }
        }
        assert!(!new.contains(&id) && new.contains("\"erased\""), "entries are withheld as erased");
        verified(db, &old.0);
        verified(db, &package);
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");

        // the neighbour is as before
        assert!(permits(&scene.api.asks(&neighbour)));
        let history = scene.api.history(kept["subject_id"].as_str().unwrap());
        assert!(history.len() >= 2);
    }

    fn whoever_was_erased_is_never_contacted_again(db: &Db) {
        let a = Scene::new(db);
        let b = Scene::on(db, &a.key);
        let (id, _) = live(&a.api, &a.server.http());
        assert_eq!(b.api.asks(&email(MAIL))["reason"], "CONSENT_WITHDRAWN");
        erase(&a.api, &id, &asked());
        for api in [&a.api, &b.api] {
            for (who, listed) in [
                (email(MAIL), true),
                (json!({ "phone": PHONE }), true),
                (json!({ "crm_id": CRM }), false),
                (person(), true),
            ] {
                let answer = api.asks_for(&who, "offers", "email");
                assert!(!permits(&answer), "{who}");
                assert_eq!(answer["reason"], "UNKNOWN_SUBJECT", "{who}");
                let also = answer["also"].as_array().unwrap();
                assert_eq!(also.contains(&json!("SUPPRESSED")), listed, "{answer}");
            }
            api.get(&format!("/v1/subjects/{id}/consents")).expect(404);
            api.get(&format!("/v1/subjects/{id}/history")).expect(404);
        }
        // who comes back is somebody new, and the list holds
        let back = a.api.records(&consent(&email(MAIL), "newsletter", "email", "given"));
        assert_ne!(back["subject_id"], json!(id));
        for api in [&a.api, &b.api] {
            assert_eq!(api.asks(&email(MAIL))["reason"], "SUPPRESSED");
        }
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }

    fn without_the_list_no_hash_is_left(db: &Db) {
        let a = Scene::new(db);
        let b = Scene::on(db, &a.key);
        let (id, hashes) = live(&a.api, &a.server.http());
        assert_eq!(b.api.asks(&email(MAIL))["reason"], "CONSENT_WITHDRAWN");
        let body = json!({ "reason": "consent_withdrawn", "keep_suppression": false });
        assert_eq!(erase(&a.api, &id, &body)["suppressed"], 0);
        let after = everything(db);
        assert!(hashes.iter().all(|hash| !names(&after, hash)), "a keyed hash is left");
        assert_eq!(b.api.asks(&email(MAIL))["reason"], "UNKNOWN_SUBJECT");
        // a new yes of a new person is one
        a.api.records(&consent(&email(MAIL), "newsletter", "email", "given"));
        assert!(permits(&a.api.asks(&email(MAIL))) && permits(&b.api.asks(&email(MAIL))));
    }

    /// What is kept of a request, so that its repetition is known, outlives the person: it must not be
    /// what anybody can make who guesses the address.
    fn what_is_kept_of_a_request_cannot_be_guessed(db: &Db) {
        let a = Scene::new(db);
        let body = consent(&email(MAIL), "newsletter", "email", "given").to_string();
        let client = a.api.header("idempotency-key", "retry-1");
        let send = || client.send("POST", "/v1/consents", "application/json", body.clone());
        let first = send().expect(201).text;
        assert_eq!(send().expect(201).text, first);
        assert_ne!(db.ask("SELECT COUNT(*) FROM idempotency").trim(), "0");
        let request = format!("POST/v1/consents\n{body}");
        let digest = ring::digest::digest(&ring::digest::SHA256, request.as_bytes());
        let digest: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!names(&everything(db), &digest), "the request's digest is kept");
    }

    fn merged_records_go_together_and_once(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes("m1@erased.example"));
        let other = json!({ "phone": PHONE });
        let mut by_phone = yes("x");
        by_phone["subject"] = other.clone();
        shop.record(&by_phone);
        let merged = shop.subject("m1@erased.example");
        let mut both = yes("m1@erased.example");
        both["subject"]["phone"] = json!(PHONE);
        both["status"] = json!("refused");
        shop.record(&both);
        let staying = shop.subject("m1@erased.example");
        let path = |id: &str| format!("/v1/subjects/{id}/erasure");
        let dpo = shop.dpo().header("idempotency-key", "e1");
        let first = dpo.post(&path(&staying), &asked()).expect(201).json();
        assert_eq!(first["records"], 2, "{first}");
        // a retry is answered as the first was; a second request kindly, by either id
        assert_eq!(dpo.post(&path(&staying), &asked()).expect(201).json(), first);
        for id in [&merged, &staying] {
            let again = shop.dpo().post(&path(id), &asked()).expect(200).json();
            assert_eq!((&again["already_erased"], &again["position"]), (&json!(true), &first["position"]));
        }
        let unknown = "019aab2c-3d4e-7f50-8a1b-2c3d4e5f6071";
        shop.dpo().post(&path(unknown), &asked()).expect(404);
        shop.marketing().post(&path(unknown), &asked()).expect(403);
        shop.collector().post(&path(unknown), &asked()).expect(403);
        for (body, code) in [
            (json!({ "reason": "because" }), "reason_unknown"),
            (json!({ "reason": "unlawful", "reference": "anne@example.fr" }), "reference_malformed"),
        ] {
            let refused = shop.dpo().post(&path(unknown), &body).expect(422).json();
            assert_eq!(refused["errors"][0]["code"], code);
        }
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }

    fn the_other_systems_erase_too(db: &Db) {
        let (crm_db, shop_db) = shops(db);
        applied(db, &[crm(&crm_db), orders(&shop_db, DELETES)]);
        let shop = Shop::open(db);
        let gone = |email: &str, systems: bool| {
            shop.record(&yes(email));
            let id = shop.subject(email);
            let body = json!({ "reason": "objection", "systems": systems });
            shop.dpo().post(&format!("/v1/subjects/{id}/erasure"), &body).expect(201).json()
        };
        assert_eq!(gone("bea@systems.example", false)["systems"], 0);
        assert_eq!(gone(ANNE, true)["systems"], 2);
        let left = |no: u8| {
            count(&crm_db, &format!("SELECT count(*) FROM people WHERE no = {no}"))
                + count(&shop_db, &format!("SELECT count(*) FROM orders WHERE customer_no = {no}"))
        };
        assert!(until(Duration::from_secs(60), || left(7) == 0), "it is there still");
        assert_eq!(left(8), 2, "nobody asked for it");
    }

    fn the_command_erases_while_the_server_runs(db: &Db) {
        let scene = Scene::new(db);
        live(&scene.api, &scene.server.http());
        let command = ["--json", "erase", "--email", MAIL, "--reason", "objection"];
        let done = cli(db, &command);
        assert_eq!(done.code, 0, "{done:?}");
        assert!(done.stdout.contains("\"records\":1"), "{done:?}");
        let answer = scene.api.asks(&person());
        assert_eq!((permits(&answer), &answer["also"][0]), (false, &json!("SUPPRESSED")));
        let again = cli(db, &command);
        assert_eq!(again.code, 2, "{again:?}");
    }

    /// The person kept it: it holds by the published key alone, and the log still has its entry.
    fn a_receipt_that_was_kept_still_holds(db: &Db) {
        let shop = Shop::open(db);
        let written = shop.record(&yes("anne@example.fr"));
        let url = written["receipt_url"].as_str().unwrap();
        let path = url.strip_prefix(&shop.server.url()).unwrap();
        let receipt = shop.dpo().get(path).expect(200).json();
        let position = written["position"].as_u64().unwrap();
        let cursor = URL_SAFE_NO_PAD.encode(format!("1:{position}"));
        let page = format!("/v1/audit/entries?cursor={cursor}&limit=1");
        let leaf = |shop: &Shop| shop.dpo().get(&page).expect(200).json()["items"][0].clone();
        let before = leaf(&shop);
        let id = shop.subject("anne@example.fr");
        shop.dpo().post(&format!("/v1/subjects/{id}/erasure"), &asked()).expect(201);
        shop.dpo().get(path).expect(404);
        let keys = shop.server.http().get("/.well-known/jwks.json").expect(200).json();
        let signed = receipt["signed"].as_str().unwrap();
        let content = crate::contract::opened(signed, &keys).expect("the signature holds");
        assert_eq!(content["log"]["position"], written["position"]);
        let after = leaf(&shop);
        assert_eq!((&after["leaf"], &after["position"]), (&before["leaf"], &before["position"]));
        assert!(after.get("content").is_none_or(Value::is_null), "{after}");
    }

    /// What is gone is gone because of an erasure, or somebody took it away.
    fn a_forged_erasure_is_found(db: &Db) {
        let shop = Shop::open(db);
        let anne = shop.record(&yes("anne@example.fr"));
        let berthe = shop.record(&yes("berthe@example.fr"));
        let (anne, berthe) = (anne["position"].as_u64().unwrap(), berthe["position"].as_u64().unwrap());
        let id = shop.subject("anne@example.fr");
        let key = db.bytes(&hex(db, "wrapped_key", "subjects", &id));
        let hash = db.bytes(&hex(db, "blind", "identifiers", &id));
        let hers = db.bytes(&shop.subject("berthe@example.fr").replace('-', ""));
        let done = shop.dpo().post(&format!("/v1/subjects/{id}/erasure"), &asked()).expect(201).json();
        let erasure = done["position"].as_u64().unwrap();
        let id = db.bytes(&id.replace('-', ""));
        let sound = cli(db, &["audit", "check"]);
        assert_eq!(sound.code, 0, "{sound:?}");
        let cases = [
            ("subject_events", format!("DELETE FROM subject_events WHERE position = {berthe}"), berthe),
            ("subject_events,erased_entries", format!("DELETE FROM subject_events WHERE position = {berthe}; INSERT INTO erased_entries VALUES ({berthe})"), erasure),
            ("erased_entries", format!("UPDATE erased_entries SET position = {berthe} WHERE position = {anne}"), erasure),
            ("erased_entries", format!("DELETE FROM erased_entries WHERE position = {anne}"), anne),
            ("erasures", format!("INSERT INTO erasures VALUES ({hers}, {erasure})"), erasure),
            ("erasures", format!("INSERT INTO erasures VALUES ({hers}, {berthe})"), berthe),
            ("erasures", "DELETE FROM erasures".to_owned(), erasure),
            ("subjects", format!("INSERT INTO subjects (id, wrapped_key, key_epoch, created_at) VALUES ({id}, {key}, 1, 0)"), erasure),
        ];
        let find = |tables: &str, sql: &str| {
            for table in tables.split(',') {
                db.tamper(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"));
            }
            db.tamper(sql);
            let found = cli(db, &["audit", "check"]);
            for table in tables.split(',') {
                db.tamper(&format!("DELETE FROM {table}"));
                db.tamper(&format!("INSERT INTO {table} SELECT * FROM kept_{table}"));
                db.tamper(&format!("DROP TABLE kept_{table}"));
            }
            found
        };
        for (tables, sql, named) in cases {
            let found = find(tables, &sql);
            assert_eq!(found.code, 1, "{sql}: {found:?}");
            assert!(found.stdout.contains(&format!("entry {named}")), "{sql}: {found:?}");
        }
        // her identifier again, leading to nobody, or to somebody else
        for (owner, sealed) in [(&id, &key), (&hers, &key)] {
            let sql = format!("INSERT INTO identifiers VALUES ({hash}, 1, {owner}, {sealed})");
            let found = find("identifiers", &sql);
            assert_eq!(found.code, 1, "{sql}: {found:?}");
        }
        let mended = cli(db, &["audit", "check"]);
        assert_eq!(mended.code, 0, "{mended:?}");
    }
}
