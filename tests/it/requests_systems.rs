//! Requests of data subjects reach the other systems by themselves, and are not called done before those are.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::process::until;
use crate::support::server::{Server, cli};
use crate::systems::{ANNE, DELETES, applied, called, count, crm, fill, hook, shop, shops, system};

const PHONE: &str = "+33698135799";
const WITHIN: Duration = Duration::from_secs(60);

fn file(api: &Http, kind: &str, subject: &Value) -> String {
    let body = json!({ "kind": kind, "subject": subject, "received_at": "2026-01-31", "country": "FR",
        "via": "letter" });
    let filed = api.post("/v1/requests", &body).expect(201).json();
    filed["id"].as_str().unwrap().to_owned()
}

fn anne() -> Value {
    json!({ "email": ANNE })
}

fn act(api: &Http, id: &str, act: &str, body: &Value) -> Reply {
    api.post(&format!("/v1/requests/{id}/{act}"), body)
}

fn identify(api: &Http, id: &str) {
    act(api, id, "identity", &json!({ "known_by": "in_person" })).expect(201);
}

/// An erasure in other systems is begun by somebody.
fn begins(api: &Http, id: &str) {
    act(api, id, "tasks", &json!({})).expect(201);
}

fn tasks(api: &Http, id: &str) -> Vec<Value> {
    let told = api.get(&format!("/v1/requests/{id}/tasks")).expect(200);
    told.json()["tasks"].as_array().unwrap().clone()
}

fn task(api: &Http, id: &str, system: &str) -> Value {
    let all = tasks(api, id);
    let found = all.iter().find(|task| task["system"] == system);
    found.unwrap_or_else(|| panic!("{system}: {all:?}")).clone()
}

/// The task of that system comes to that state.
#[track_caller]
pub fn comes_to(api: &Http, id: &str, system: &str, state: &str) {
    let is = || task(api, id, system)["state"] == state;
    assert!(
        until(WITHIN, is),
        "{system} is not {state}: {}",
        task(api, id, system)
    );
}

fn outcome(api: &Http, id: &str, system: &str, body: &Value) -> Reply {
    let task = task(api, id, system);
    let task = task["id"].as_str().unwrap();
    act(api, id, &format!("tasks/{task}/outcome"), body)
}

fn conflict(reply: &Reply) -> (String, String) {
    let told = reply.json();
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(reply.status, 409, "{told}");
    (text("code"), text("detail"))
}

fn manual(id: &str, rest: &str) -> String {
    system(
        id,
        "email",
        rest,
        "kind = \"manual\"\ninstructions = \"the grey cabinet\"",
    )
}

const HELD: &str =
    "on_erasure = \"keep\"\n[system.hold]\nground = \"tax law\"\nuntil = \"2036-12-31\"";

fn till(folder: &Path) -> String {
    std::fs::create_dir_all(folder).unwrap();
    let via = format!("kind = \"folder\"\npath = \"{}\"", folder.display());
    system("till", "email", "recipient = true", &via)
}

/// A yes after a no: it is new, and no retry of an old one.
fn later_yes(here: &Shop) {
    let key = format!("yes-{}", here.position());
    let collector = here.collector().header("idempotency-key", &key);
    collector.post("/v1/consents", &yes(ANNE)).expect(201);
}

fn unix() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_secs()
}

/// As Standard Webhooks signs.
fn signature(key: &str, id: &str, at: u64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let tag = hmac::sign(&key, format!("{id}.{at}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(tag))
}

fn sound(db: &Db) {
    let checked = cli(db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
}

on_both! {
    /// From the letter to the erasure everywhere, once somebody has it begun; what was only named is asked of
    /// nobody.
    fn an_erasure_goes_through_the_systems(db: &Db) {
        let (crm_db, shop_db) = shops(db);
        let phones = system("phones", "phone", "", "kind = \"manual\"\ninstructions = \"x\"");
        applied(db, &[crm(&crm_db), shop(&shop_db, DELETES), phones]);
        let here = Shop::open(db);
        here.record(&yes(ANNE));
        let dpo = here.dpo();
        let id = file(&here.collector(), "erasure", &json!({ "email": ANNE, "phone": PHONE }));
        assert_eq!(conflict(&act(&dpo, &id, "tasks", &json!({}))).0, "identity_missing");
        identify(&dpo, &id);
        assert_eq!(tasks(&dpo, &id), Vec::<Value>::new(), "what does not come back waits for a decision");
        let (code, detail) = conflict(&act(&dpo, &id, "fulfilment", &json!({})));
        assert!(code == "tasks_missing" && detail.contains("crm"), "{code}: {detail}");
        begins(&dpo, &id);
        for (name, state) in [("crm", "done"), ("shop", "done"), ("phones", "partly")] {
            comes_to(&dpo, &id, name, state);
        }
        assert!(task(&dpo, &id, "phones")["ground"].as_str().unwrap().contains("no phone"));
        assert_eq!(count(&crm_db, "SELECT count(*) FROM people WHERE no = 7"), 0);
        let (code, detail) = conflict(&act(&dpo, &id, "fulfilment", &json!({})));
        assert_eq!(code, "ground_missing", "{detail}");
        // by hand, with evidence
        let without = json!({ "outcome": "done" });
        let refused = outcome(&dpo, &id, "phones", &without).expect(422).json();
        assert_eq!(refused["errors"][0]["code"], "evidence_missing");
        let looked = json!({ "outcome": "done", "evidence": "T-411" });
        assert_eq!(outcome(&dpo, &id, "phones", &looked).expect(201).json()["state"], "done");
        let done = act(&dpo, &id, "fulfilment", &json!({})).expect(201).json();
        assert_eq!(done["state"], "fulfilled");
        dpo.post("/v1/subjects/lookup", &anne()).expect(404);
        let left = "SELECT (SELECT count(*) FROM case_keys) + (SELECT count(*) FROM system_tasks WHERE length(sealed) > 0)";
        assert_eq!(db.ask(left), "0", "by whom it was asked is kept");
        assert_eq!(tasks(&dpo, &id).len(), 3, "what came of it stays");
        let entries = dpo.get("/v1/audit/entries?limit=200").expect(200).text;
        assert!(entries.contains("tasks.planned") && !entries.contains(ANNE) && !entries.contains("698135799"));
        sound(db);
    }

    /// What is open, what is kept, what lied: each is named, with what to do.
    fn it_is_not_done_before_they_are(db: &Db) {
        let (crm_db, shop_db) = shops(db);
        let lies = format!("{DELETES} AND item = 'nothing'");
        let all = |shop_erases: &str| [crm(&crm_db), shop(&shop_db, shop_erases), manual("archive", ""), manual("books", HELD)];
        applied(db, &all(&lies));
        let here = Shop::open(db);
        here.record(&yes(ANNE));
        let dpo = here.dpo();
        let id = file(&here.collector(), "erasure", &anne());
        identify(&dpo, &id);
        begins(&dpo, &id);
        comes_to(&dpo, &id, "archive", "awaited");
        comes_to(&dpo, &id, "shop", "not_verified");
        comes_to(&dpo, &id, "books", "legal_hold");
        let (code, detail) = conflict(&act(&dpo, &id, "fulfilment", &json!({ "except": "legal_obligation" })));
        assert_eq!(code, "tasks_open");
        assert!(detail.contains("archive") && detail.contains("shop") && detail.contains("retry"), "{detail}");
        assert!(!detail.contains("books") && !detail.contains("crm ("), "{detail}");
        assert!(task(&dpo, &id, "archive")["instructions"].as_str().unwrap().contains("grey"));
        // a person erases, looks again, and says so
        let gone = json!({ "outcome": "done", "count": 2, "evidence": "T-1" });
        assert_eq!(outcome(&dpo, &id, "archive", &gone).expect(201).json()["step"], "verify");
        comes_to(&dpo, &id, "archive", "awaited");
        outcome(&dpo, &id, "archive", &json!({ "outcome": "done" })).expect(201);
        applied(db, &all(DELETES));
        let shop_task = task(&dpo, &id, "shop")["id"].as_str().unwrap().to_owned();
        let again = format!("tasks/{shop_task}/retry");
        act(&dpo, &id, &again, &json!({})).expect(204);
        comes_to(&dpo, &id, "shop", "done");
        assert_eq!(conflict(&act(&dpo, &id, &again, &json!({}))).0, "task_not_failed");
        let (code, detail) = conflict(&act(&dpo, &id, "fulfilment", &json!({})));
        assert_eq!(code, "ground_missing");
        assert!(detail.contains("2036-12-31") && detail.contains("tax law"), "{detail}");
        let done = act(&dpo, &id, "fulfilment", &json!({ "except": "legal_obligation" })).expect(201).json();
        assert_eq!(done["state"], "partly_fulfilled");
        // of another request, and unknown
        let other = file(&here.collector(), "access", &json!({ "email": "other@systems.example" }));
        act(&dpo, &other, &again, &json!({})).expect(404);
        let said = json!({ "outcome": "done", "evidence": "T-1" });
        act(&dpo, &other, &format!("tasks/{shop_task}/outcome"), &said).expect(404);
        let late = act(&dpo, &id, &format!("tasks/{shop_task}/outcome"), &said);
        assert_eq!(conflict(&late).0, "request_answered");
        for (body, code) in [
            (json!({ "outcome": "gone" }), "word_unknown"),
            (json!({ "outcome": "refused" }), "field_missing"),
            (json!({ "outcome": "done", "evidence": "anne@example.fr" }), "reference_malformed"),
        ] {
            let refused = act(&dpo, &id, &format!("tasks/{shop_task}/outcome"), &body).expect(422).json();
            assert_eq!(refused["errors"][0]["code"], code, "{refused}");
        }
        sound(db);
    }

    /// A system that is registered while a request is worked on is asked, too, or it is not done.
    fn one_that_is_registered_later_is_asked(db: &Db) {
        let (crm_db, shop_db) = shops(db);
        let here = Shop::open(db);
        here.record(&yes(ANNE));
        let dpo = here.dpo();
        let id = file(&here.collector(), "access", &anne());
        identify(&dpo, &id);
        assert_eq!(tasks(&dpo, &id).len(), 0);
        assert_eq!(conflict(&act(&dpo, &id, "tasks", &json!({}))).0, "no_system_left");
        applied(db, &[crm(&crm_db), shop(&shop_db, DELETES)]);
        let (code, detail) = conflict(&act(&dpo, &id, "fulfilment", &json!({})));
        assert!(code == "tasks_missing" && detail.contains("crm, shop"), "{code}: {detail}");
        let keyed = dpo.header("idempotency-key", "plan-once");
        for _ in 0..2 {
            assert_eq!(act(&keyed, &id, "tasks", &json!({})).expect(201).json()["planned"], 2);
        }
        comes_to(&dpo, &id, "shop", "done");
        act(&dpo, &id, "fulfilment", &json!({})).expect(201);
        let listed = dpo.get("/v1/systems").expect(200);
        assert_eq!(listed.json()["systems"][0]["id"], "crm");
        assert!(!listed.text.contains("SELECT") && !listed.text.contains(".db"), "{}", listed.text);
    }

    /// While it is in doubt who asks nothing goes on, and whoever is refused has nothing done.
    fn doubt_holds_and_a_refusal_stops(db: &Db) {
        applied(db, &[manual("archive", "")]);
        let here = Shop::open(db);
        here.record(&yes(ANNE));
        let dpo = here.dpo();
        let id = file(&here.collector(), "erasure", &anne());
        identify(&dpo, &id);
        begins(&dpo, &id);
        comes_to(&dpo, &id, "archive", "awaited");
        act(&dpo, &id, "identity", &json!({ "doubt": "details_differ" })).expect(201);
        let said = json!({ "outcome": "done", "count": 1 });
        assert_eq!(conflict(&outcome(&dpo, &id, "archive", &said)).0, "identity_missing");
        identify(&dpo, &id);
        assert_eq!(tasks(&dpo, &id).len(), 1, "nothing is planned twice");
        comes_to(&dpo, &id, "archive", "awaited");
        act(&dpo, &id, "refusal", &json!({ "ground": "legal_claims" })).expect(201);
        let stopped = task(&dpo, &id, "archive");
        assert_eq!(stopped["state"], "refused", "{stopped}");
        assert_eq!(db.ask("SELECT count(*) FROM case_keys"), "0");
        sound(db);
    }

    /// A no is passed on at receipt; no proof is needed for it.
    fn recipients_are_told_of_a_no(db: &Db) {
        let folder = db.data_dir().join("exchange");
        applied(db, &[till(&folder)]);
        let here = Shop::open(db);
        for (kind, verb) in [("restriction", "tell_restricted"), ("objection", "tell_objected")] {
            let id = file(&here.collector(), kind, &anne());
            let dpo = here.dpo();
            let name = task(&dpo, &id, "till")["id"].as_str().unwrap().to_owned();
            let laid = folder.join(format!("{name}-act.json"));
            assert!(until(WITHIN, || laid.exists()), "{kind} is not told");
            let body: Value = serde_json::from_slice(&std::fs::read(&laid).unwrap()).unwrap();
            assert_eq!((&body["do"], &body["identifiers"]), (&json!(verb), &json!([ANNE])));
            assert_eq!(conflict(&act(&dpo, &id, "fulfilment", &json!({}))).0, "tasks_open");
            let reply = folder.join(format!("{name}-act.reply.json"));
            std::fs::write(reply, r#"{"outcome":"done"}"#).unwrap();
            comes_to(&dpo, &id, "till", "done");
            act(&dpo, &id, "fulfilment", &json!({})).expect(201);
        }
    }

    /// Registrations that somebody edited keep nobody from saying no.
    fn a_no_needs_no_system(db: &Db) {
        let (crm_db, _) = shops(db);
        applied(db, &[crm(&crm_db)]);
        let here = Shop::open(db);
        here.record(&yes(ANNE));
        db.tamper("UPDATE systems SET body = replace(body, 'email', 'phone')");
        let id = file(&here.collector(), "objection", &anne());
        assert_eq!(here.newsletter(ANNE).0, "deny");
        assert!(act(&here.dpo(), &id, "fulfilment", &json!({})).status >= 500);
    }

    /// What a reading found is kept for the package, and then destroyed.
    fn what_was_found_is_forgotten(db: &Db) {
        let (crm_db, shop_db) = shops(db);
        applied(db, &[crm(&crm_db), shop(&shop_db, DELETES)]);
        let here = Shop::open(db);
        here.record(&yes(ANNE));
        let keys = || db.ask("SELECT count(*) FROM case_keys");
        let finds = || {
            let id = file(&here.collector(), "access", &anne());
            identify(&here.dpo(), &id);
            comes_to(&here.dpo(), &id, "shop", "done");
            assert_eq!(keys(), "1");
            id
        };
        // once the package is made of it
        act(&here.dpo(), &finds(), "fulfilment", &json!({})).expect(201);
        assert!(until(WITHIN, || keys() == "0"), "{} are kept", keys());
        // an erasure takes what was found with it
        finds();
        let id = here.subject(ANNE);
        // the other systems' own tasks would begin anew
        let body = json!({ "reason": "data_subject_request", "systems": false });
        here.dpo().post(&format!("/v1/subjects/{id}/erasure"), &body).expect(201);
        assert_eq!(keys(), "0");
        assert_eq!(db.ask("SELECT count(*) FROM system_tasks WHERE length(sealed) > 0"), "0");
        sound(db);
    }

    /// A system that needed longer answers by itself; what is forged, old, another's or said before changes
    /// nothing.
    fn a_system_answers_by_itself(db: &Db) {
        let (url, _) = called(|_, _, _| b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_vec());
        hook(db, &url, true);
        let here = Shop::open(db);
        here.record(&yes(ANNE));
        let dpo = here.dpo();
        let id = file(&here.collector(), "access", &anne());
        identify(&dpo, &id);
        comes_to(&dpo, &id, "cloud", "awaited");
        let name = task(&dpo, &id, "cloud")["id"].as_str().unwrap().to_owned();
        let (own, now, request) = (format!("{name}.locate"), unix(), id.clone());
        let body = r#"{"outcome":"done","rows":[{"email":"anne@systems.example"}]}"#;
        let post = |system: &str, id: &str, at: u64, key: &str| {
            let client = here.server.http().header("webhook-id", id);
            let client = client.header("webhook-timestamp", &at.to_string());
            let client = client.header("webhook-signature", &signature(key, id, at, body));
            client.send("POST", &format!("/v1/systems/{system}/answers"), "application/json", body.to_owned())
        };
        let nobody = "01990000-0000-7000-8000-000000000000.locate";
        for (system, id, at, key) in [
            ("cloud", own.as_str(), now, "guessed"),
            ("cloud", own.as_str(), now - 1_000, "whsec"),
            ("cloud", own.as_str(), now + 1_000, "whsec"),
            ("clouds", own.as_str(), now, "whsec"),
            ("cloud", nobody, now, "whsec"),
            ("cloud", "garbage", now, "whsec"),
        ] {
            post(system, id, at, key).expect(404);
            assert_eq!(task(&dpo, &request, "cloud")["state"], "awaited");
        }
        here.server.http().post("/v1/systems/cloud/answers", &json!({})).expect(400);
        let other = format!("{name}.act");
        assert_eq!(post("cloud", &other, now, "whsec").expect(200).json()["taken"], false);
        assert_eq!(task(&dpo, &id, "cloud")["state"], "awaited");
        assert_eq!(post("cloud", &own, unix(), "whsec").expect(200).json()["taken"], true);
        let done = task(&dpo, &id, "cloud");
        assert_eq!((&done["state"], &done["found"]), (&json!("done"), &json!(1)));
        assert_eq!(post("cloud", &own, unix(), "whsec").expect(200).json()["taken"], false);
        let large = "x".repeat(2 << 20);
        let client = here.server.http().header("webhook-id", &own);
        let client = client.header("webhook-timestamp", "1").header("webhook-signature", "v1,x");
        client.send("POST", "/v1/systems/cloud/answers", "application/json", large).expect(413);
        act(&dpo, &id, "fulfilment", &json!({})).expect(201);
        sound(db);
    }

    /// After a death nobody writes any more, whatever is answered since; only its correction lets it begin again.
    fn a_death_ends_it(db: &Db) {
        let folder = db.data_dir().join("exchange");
        applied(db, &[till(&folder)]);
        let here = Shop::open(db);
        here.record(&yes(ANNE));
        assert_eq!(here.newsletter(ANNE).0, "permit");
        let (dpo, path) = (here.dpo(), format!("/v1/subjects/{}/death", here.subject(ANNE)));
        let named = dpo.post(&path, &json!({ "evidence": "Anne's letter" })).expect(422).json();
        assert_eq!(named["errors"][0]["code"], "reference_malformed");
        let wrong = dpo.post(&path, &json!({ "evidence": "L-1", "corrected": true }));
        assert_eq!(conflict(&wrong).0, "death_not_recorded");
        let told = dpo.post(&path, &json!({ "evidence": "L-1" })).expect(201).json();
        assert_eq!(told["told"], 1);
        let laid = || std::fs::read_dir(&folder).unwrap().flatten().find_map(|one| std::fs::read_to_string(one.path()).ok());
        let says = || laid().is_some_and(|text| text.contains("tell_deceased"));
        assert!(until(WITHIN, says), "the recipient is not told");
        assert_eq!(conflict(&dpo.post(&path, &json!({ "evidence": "L-2" }))).0, "death_recorded");
        assert_eq!(here.newsletter(ANNE).0, "deny");
        later_yes(&here);
        assert_eq!(here.newsletter(ANNE).0, "deny", "a later yes");
        let lift = json!({ "subject": anne(), "restricted": false });
        assert_eq!(conflict(&here.collector().post("/v1/restrictions", &lift)).0, "death_recorded");
        assert_eq!(here.newsletter(ANNE).0, "deny");
        dpo.post(&path, &json!({ "evidence": "L-3", "corrected": true })).expect(201);
        later_yes(&here);
        assert_eq!(here.newsletter(ANNE).0, "permit");
        let history = dpo.get(&format!("/v1/subjects/{}/history", here.subject(ANNE))).expect(200).text;
        assert!(history.contains("death.recorded") && history.contains("death.corrected"));
        sound(db);
    }

    /// Killed at any step of the whole request: all is erased in the end, and it is never called done before.
    fn killed_at_any_step_it_ends_whole(db: &Db) {
        let (crm_db, shop_db) = shops(db);
        applied(db, &[crm(&crm_db), shop(&shop_db, DELETES)]);
        let mut here = Shop::open(db);
        for (round, delay) in [0, 300, 700, 900, 1_000, 1_100, 1_300].into_iter().enumerate() {
            fill(&crm_db, "DELETE FROM people WHERE no = 7; INSERT INTO people VALUES (7, 'anne@systems.example', NULL)");
            fill(&shop_db, "DELETE FROM orders WHERE customer_no = 7; INSERT INTO orders VALUES (7, 'lamp')");
            here.record(&yes(ANNE));
            let id = file(&here.collector(), "erasure", &anne());
            identify(&here.dpo(), &id);
            begins(&here.dpo(), &id);
            std::thread::sleep(Duration::from_millis(delay));
            here.server.kill9();
            here.server = Server::start(db);
            let dpo = here.dpo();
            let early = act(&dpo, &id, "fulfilment", &json!({}));
            if early.status != 201 {
                assert_eq!(conflict(&early).0, "tasks_open");
                dpo.post("/v1/subjects/lookup", &anne()).expect(200);
                for name in ["crm", "shop"] {
                    comes_to(&dpo, &id, name, "done");
                }
                fulfil_under_fire(db, &mut here, &id, round as u64 * 12);
            }
            assert_eq!(count(&crm_db, "SELECT count(*) FROM people WHERE no = 7"), 0);
            assert_eq!(count(&shop_db, "SELECT count(*) FROM orders WHERE customer_no = 7"), 0);
            here.dpo().post("/v1/subjects/lookup", &anne()).expect(404);
            assert_eq!(db.ask("SELECT count(*) FROM case_keys"), "0", "after {delay} ms");
        }
        sound(db);
    }
}

/// The answer, and with it the erasure, is asked for, and the service killed while it answers: either all is so
/// or nothing; or the register outside had been told and the database not yet, so that the person was erased at
/// the start, while the request does not call it done. The same request again ends it.
fn fulfil_under_fire(db: &Db, here: &mut Shop, id: &str, delay: u64) {
    let keyed = here.dpo().header("idempotency-key", id);
    let path = format!("/v1/requests/{id}/fulfilment");
    std::thread::scope(|scope| {
        scope.spawn(|| keyed.try_post(&path, &json!({})));
        std::thread::sleep(Duration::from_millis(delay));
        here.server.kill9();
    });
    here.server = Server::start(db);
    let dpo = here.dpo();
    let told = dpo.get(&format!("/v1/requests/{id}")).expect(200).json();
    let known = dpo.post("/v1/subjects/lookup", &anne()).status;
    let keys = db.ask("SELECT count(*) FROM case_keys");
    match told["state"].as_str().unwrap() {
        "fulfilled" => assert_eq!((known, keys.as_str()), (404, "0"), "{told}"),
        "in_work" => {
            let again = here.server.stderr().contains("it was applied again");
            let known_yet = if again { 404 } else { 200 };
            assert_eq!((known, keys.as_str()), (known_yet, "1"), "{told}");
        }
        other => panic!("{other}: {told}"),
    }
    let keyed = dpo.header("idempotency-key", id);
    let done = act(&keyed, id, "fulfilment", &json!({})).expect(201).json();
    assert_eq!(done["state"], "fulfilled");
}
