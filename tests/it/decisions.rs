//! Recorded decisions: each is on record before it is answered, and found again with everything
//! that it rested on.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::process;
use crate::support::scene::{Scene, consent, email, key, permits, question};
use crate::support::server::cli;

fn id_of(decision: &Value) -> String {
    decision["decision_id"].as_str().expect("an id").to_owned()
}

/// The decision as it is on record.
#[track_caller]
fn on_record(api: &Http, id: &str) -> Value {
    api.get(&format!("/v1/decisions/{id}")).expect(200).json()
}

fn of_campaign(subject: &Value, campaign: &str) -> Value {
    let mut asked = question(subject, "newsletter", "email");
    asked["campaign"] = json!(campaign);
    asked
}

/// Every item of a list, page by page.
fn all(api: &Http, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("{path}limit=7{cursor}")).expect(200);
        let page = page.json();
        items.extend(page["items"].as_array().expect("items").iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

fn ids(items: &[Value]) -> Vec<String> {
    items.iter().map(id_of).collect()
}

/// Rows of decisions that wait for their block.
fn waiting(db: &Db) -> u64 {
    let rows = db.ask("SELECT count(*) FROM decision_journal");
    rows.trim().parse().expect("a number")
}

on_both! {
    /// By id, with facts, policies, words; by campaign without the person; by person for the DPO.
    fn a_decision_is_found_again_with_everything(db: &Db) {
        let scene = Scene::new(db);
        let anne = email("anne.record@known.example");
        let written = scene.api.records(&consent(&anne, "newsletter", "email", "given"));
        let asked = of_campaign(&anne, "spring 2027");
        let answered = scene.api.post("/v1/checks", &asked).expect(200).json();
        assert!(permits(&answered), "{answered}");
        let found = on_record(&scene.api, &id_of(&answered));
        for same in ["decision", "reason", "explanation", "also", "obligations", "policy_version",
            "position", "evidence_position", "valid_until"] {
            assert_eq!(found[same], answered[same], "{same}");
        }
        assert_eq!(found["facts"]["consent"], "given");
        assert_eq!(found["facts"]["channel_of_purpose"], true);
        assert_eq!(found["laws"], json!(["FR"]));
        assert_eq!(found["campaign"], "spring 2027");
        assert_eq!(found["consent"]["notice"], "newsletter@1");
        assert_eq!(found["consent"]["words"]["en"], "I agree: newsletter");
        assert_eq!(found["policies"].as_array().map(Vec::len), answered["policies"].as_array().map(Vec::len));
        assert!(found["policies"][0]["source"].as_str().is_some_and(|source| !source.is_empty()));
        assert!(found.get("subject_id").is_none());

        let refused = scene.api.post("/v1/checks", &of_campaign(&email("nobody@known.example"), "spring 2027"));
        let refused = refused.expect(200).json();
        let listed = all(&scene.api, "/v1/decisions?campaign=spring%202027&");
        assert_eq!(ids(&listed), [id_of(&refused), id_of(&answered)], "the newest first");
        assert!(listed.iter().all(|one| one.get("subject_id").is_none()));
        assert!(all(&scene.api, "/v1/decisions?campaign=autumn&").is_empty());

        let person = written["subject_id"].as_str().expect("a person");
        let theirs = all(&scene.api, &format!("/v1/subjects/{person}/decisions?"));
        assert_eq!(ids(&theirs), [id_of(&answered)]);
        assert_eq!(theirs[0]["subject_id"], person);
        scene.api.get("/v1/decisions/0190a1b2-0000-7000-8000-000000000000").expect(404);
        scene.api.get("/v1/decisions/anne").expect(404);
    }

    /// Whoever asks may read what was asked; who was asked about is for the DPO.
    fn who_may_read_what(db: &Db) {
        let scene = Scene::new(db);
        let anne = email("anne.roles@known.example");
        let written = scene.api.records(&consent(&anne, "newsletter", "email", "given"));
        let asked = scene.api.post("/v1/checks", &of_campaign(&anne, "roles")).expect(200).json();
        let person = written["subject_id"].as_str().expect("a person");
        let paths = [
            format!("/v1/decisions/{}", id_of(&asked)),
            "/v1/decisions?campaign=roles".to_owned(),
            format!("/v1/subjects/{person}/decisions"),
        ];
        let expected = [
            ("marketing", [200, 200, 403]),
            ("dpo", [200, 200, 200]),
            ("collector", [403, 403, 403]),
        ];
        for (role, statuses) in expected {
            let api = scene.server.http().bearer(&key(db, role));
            let got = paths.clone().map(|path| api.get(&path).status);
            assert_eq!(got, statuses, "{role}");
        }
    }

    /// A campaign's name stands in addresses: it names no person.
    fn a_campaign_names_no_person(db: &Db) {
        let scene = Scene::new(db);
        let anne = email("anne.campaign@known.example");
        for wrong in ["anne@known.example", "", "a\nb", &"x".repeat(101)] {
            let reply = scene.api.post("/v1/checks", &of_campaign(&anne, wrong)).expect(422);
            let problem = reply.json();
            assert_eq!(problem["decision"], "deny");
            assert_eq!(problem["errors"][0]["pointer"], "/campaign");
            assert_eq!(problem["errors"][0]["code"], "campaign_malformed");
        }
    }

    /// A batch is on record whole, in one commit; a simulation is marked; what may follow later
    /// follows.
    fn batches_simulations_and_later(db: &Db) {
        let scene = Scene::new(db);
        let people: Vec<Value> = (0..2_500).map(|n| email(&format!("batch{n}@known.example"))).collect();
        for chunk in people.chunks(500) {
            let consents: Vec<Value> = chunk.iter().map(|one| consent(one, "newsletter", "email", "given")).collect();
            scene.api.post("/v1/consents", &json!({ "consents": consents })).expect(201);
        }
        let checks: Vec<Value> = people.iter().map(|one| of_campaign(one, "batch")).collect();
        for when in ["now", "later"] {
            let body = json!({ "checks": checks, "record": when });
            let answer = scene.api.post("/v1/checks", &body).expect(200).json();
            let answered = answer["decisions"].as_array().expect("decisions").clone();
            assert_eq!(answered.len(), people.len());
            let last = id_of(answered.last().expect("a decision"));
            assert!(process::until(std::time::Duration::from_secs(60), || {
                scene.api.get(&format!("/v1/decisions/{last}")).status == 200
            }), "{when}");
            for decision in answered.iter().step_by(499) {
                assert_eq!(on_record(&scene.api, &id_of(decision))["reason"], decision["reason"]);
            }
        }
        let page = scene.api.get("/v1/decisions?campaign=batch&limit=200").expect(200).json();
        assert_eq!(page["items"].as_array().map(Vec::len), Some(200));
        let mut single = of_campaign(&people[0], "batch");
        single["at"] = json!("2027-03-01T10:00:00+01:00");
        let simulated = scene.api.post("/v1/checks", &single).expect(200).json();
        let found = on_record(&scene.api, &id_of(&simulated));
        assert_eq!((&found["simulation"], &found["at"]), (&json!(true), &json!("2027-03-01T09:00:00Z")));
        let mut misplaced = of_campaign(&people[0], "batch");
        misplaced["record"] = json!("later");
        let answer = scene.api.post("/v1/checks", &json!({ "checks": [misplaced] })).expect(200).json();
        assert_eq!(answer["decisions"][0]["error"]["errors"][0]["code"], "misplaced");
        scene.api.post("/v1/checks", &json!({ "record": "never", "checks": [] })).expect(422);
    }

    /// Six callers ask, the machine dies: whatever was answered is on record.
    fn kill_9_while_checks_are_answered(db: &Db) {
        let mut scene = Scene::new(db);
        let anne = email("anne.killed@known.example");
        scene.api.records(&consent(&anne, "newsletter", "email", "given"));
        for round in 0..5 {
            let (answered, count) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
            std::thread::scope(|scope| {
                for _ in 0..6 {
                    let (api, answered, count, anne) = (scene.api.clone(), &answered, &count, &anne);
                    scope.spawn(move || {
                        while let Ok(reply) = api.try_post("/v1/checks", &of_campaign(anne, "killed")) {
                            assert_eq!(reply.status, 200, "{}", reply.text);
                            answered.lock().unwrap().push(id_of(&reply.json()));
                            count.fetch_add(1, Ordering::SeqCst);
                        }
                    });
                }
                let enough = 40 + 17 * round;
                let limit = std::time::Duration::from_secs(60);
                let served = process::until(limit, || count.load(Ordering::SeqCst) >= enough);
                scene.server.kill9();
                assert!(served, "the callers were answered");
            });
            let key = scene.key.clone();
            scene = Scene::on(db, &key);
            let listed: BTreeSet<String> = ids(&all(&scene.api, "/v1/decisions?campaign=killed&")).into_iter().collect();
            for id in answered.into_inner().unwrap() {
                assert!(listed.contains(&id), "{id} is lost");
                on_record(&scene.api, &id);
            }
        }
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }

    /// The command line's decisions are on record too, and told in plain words.
    fn why_in_plain_words(db: &Db) {
        let scene = Scene::new(db);
        let anne = "anne.why@known.example";
        scene.api.records(&consent(&email(anne), "newsletter", "email", "given"));
        let check = ["check", "--purpose", "newsletter", "--channel", "email", "--email", anne, "--json"];
        let asked = cli(db, &check);
        assert_eq!(asked.code, 0, "{asked:?}");
        let asked: Value = serde_json::from_str(&asked.stdout).expect("JSON");
        let told = cli(db, &["why", &id_of(&asked)]);
        assert_eq!(told.code, 0, "{told:?}");
        for word in ["permitted", "Maison Lumen", "I agree: newsletter", "newsletter@1", "Rule:", "consent=given"] {
            assert!(told.stdout.contains(word), "{word}: {}", told.stdout);
        }
        assert!(!told.stdout.contains(anne));
        let told = cli(db, &["why", "--json", &id_of(&asked)]);
        let told: Value = serde_json::from_str(&told.stdout).expect("JSON");
        assert_eq!(told["reason"], asked["reason"]);
        assert_eq!(cli(db, &["why", "anne"]).code, 2);
        assert_eq!(cli(db, &["why", "0190a1b2-0000-7000-8000-000000000000"]).code, 1);
    }

    /// Where a decision cannot be recorded, nothing is permitted; what was answered before its
    /// record is recorded as soon as it can be.
    fn no_record_no_permit(db: &Db) {
        let scene = Scene::new(db);
        let anne = email("anne.norecord@known.example");
        scene.api.records(&consent(&anne, "newsletter", "email", "given"));
        db.tamper("ALTER TABLE decision_journal RENAME TO elsewhere");
        let reply = scene.api.post("/v1/checks", &of_campaign(&anne, "none")).expect(503);
        assert_eq!(reply.json()["decision"], "deny");
        let many = json!({ "checks": [of_campaign(&anne, "none")] });
        assert_eq!(scene.api.post("/v1/checks", &many).expect(503).json()["decision"], "deny");
        let mut later = of_campaign(&anne, "none");
        later["record"] = json!("later");
        let answered = scene.api.post("/v1/checks", &later).expect(200).json();
        db.tamper("ALTER TABLE elsewhere RENAME TO decision_journal");
        let id = id_of(&answered);
        assert!(process::until(std::time::Duration::from_secs(60), || {
            scene.api.get(&format!("/v1/decisions/{id}")).status == 200
        }), "what was answered is recorded");
        assert_eq!(ids(&all(&scene.api, "/v1/decisions?campaign=none&")), [id]);
    }

    /// Few decisions are durable in the journal, without an entry of their own; many are a block at
    /// once. A service that stops leaves nothing in the journal, and everything is found.
    fn few_decisions_wait_in_the_journal(db: &Db) {
        let mut scene = Scene::new(db);
        let anne = email("anne.journal@known.example");
        scene.api.records(&consent(&anne, "newsletter", "email", "given"));
        let entries = || db.ask("SELECT count(*) FROM ledger");
        // the journal is cleared every ten seconds: a question right after that waits in it
        let asked = (0..5).find_map(|_| {
            let before = entries();
            let asked = scene.api.post("/v1/checks", &of_campaign(&anne, "journal")).expect(200).json();
            (waiting(db) > 0 && entries() == before).then_some(asked)
        });
        let asked = asked.expect("a decision in the journal");
        let many: Vec<Value> = vec![of_campaign(&anne, "journal"); 600];
        let many = scene.api.post("/v1/checks", &json!({ "checks": many })).expect(200).json();
        // its words are in the journal only, and count all the same
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
        assert!(scene.server.terminate().success());
        assert_eq!(waiting(db), 0);
        let again = Scene::on(db, &scene.key);
        assert_eq!(on_record(&again.api, &id_of(&asked))["reason"], asked["reason"]);
        let listed: BTreeSet<String> = ids(&all(&again.api, "/v1/decisions?campaign=journal&")).into_iter().collect();
        for one in many["decisions"].as_array().expect("decisions").iter().chain([&asked]) {
            assert!(listed.contains(&id_of(one)));
        }
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
    }

    /// What is changed in the journal is found, and stays there; what comes after it is recorded.
    fn a_changed_journal_is_found(db: &Db) {
        let scene = Scene::new(db);
        let anne = email("anne.changed@known.example");
        scene.api.records(&consent(&anne, "newsletter", "email", "given"));
        let changed = if db.is_postgres() {
            "UPDATE decision_journal SET sealed = set_byte(sealed, 40, 255 - get_byte(sealed, 40))"
        } else {
            "UPDATE decision_journal SET sealed = CAST(substr(sealed, 1, 40) || X'2a' || X'2b' || substr(sealed, 43) AS BLOB)"
        };
        let ask = || scene.api.post("/v1/checks", &of_campaign(&anne, "changed")).expect(200).json();
        // so that the words of the answer are not in what is going to be changed
        on_record(&scene.api, &id_of(&ask()));
        let found = (0..5).any(|_| {
            ask();
            db.tamper(changed);
            waiting(db) > 0 && cli(db, &["audit", "check"]).stdout.contains("journal")
        });
        assert!(found, "the check names the journal");
        assert_eq!(cli(db, &["audit", "check"]).code, 1);
        let later = ask();
        on_record(&scene.api, &id_of(&later));
        assert!(waiting(db) > 0);
    }

    /// A byte of a block is changed behind the program's back: the check names the entry.
    fn a_changed_byte_is_found(db: &Db) {
        let scene = Scene::new(db);
        let anne = email("anne.byte@known.example");
        let written = scene.api.records(&consent(&anne, "newsletter", "email", "given"));
        let asked = scene.api.post("/v1/checks", &of_campaign(&anne, "byte-campaign")).expect(200).json();
        let recorded_in = on_record(&scene.api, &id_of(&asked))["recorded_in"].clone();
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
        // the log itself says nothing of anybody
        let leaf = db.ask(&format!("SELECT leaf FROM ledger WHERE position = {recorded_in}"));
        let payload = db.ask(&format!("SELECT payload FROM public_events WHERE position = {recorded_in}"));
        let subject = written["subject_id"].as_str().expect("a person").to_owned();
        for secret in [subject, id_of(&asked), "byte-campaign".to_owned(), "newsletter".to_owned()] {
            assert!(!leaf.contains(&secret) && !payload.contains(&secret), "{leaf} {payload}");
        }
        let changed = if db.is_postgres() {
            "UPDATE decision_blocks SET sealed = set_byte(sealed, 40, 255 - get_byte(sealed, 40))"
        } else {
            "UPDATE decision_blocks SET sealed = CAST(substr(sealed, 1, 40) || X'2a' || X'2b' || substr(sealed, 43) AS BLOB)"
        };
        db.tamper(changed);
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 1, "{checked:?}");
        assert!(checked.stdout.contains(&recorded_in.to_string()), "{checked:?}");
    }

    /// Whoever holds the id reads why, in their language, and sees no contact address.
    fn the_page_that_says_why(db: &Db) {
        let scene = Scene::new(db);
        let anne = "anne.page@known.example";
        scene.api.records(&consent(&email(anne), "newsletter", "email", "given"));
        let asked = scene.api.post("/v1/checks", &of_campaign(&email(anne), "page")).expect(200).json();
        let visitor = |language| scene.server.http().header("accept-language", language);
        let path = format!("/why/{}", id_of(&asked));
        let english = visitor("en").get(&path).expect(200).text;
        for words in ["Why did I get this message?", "Maison Lumen", "I agree: newsletter", "You said yes", "in a shop"] {
            assert!(english.contains(words), "{words}: {english}");
        }
        let french = visitor("fr").get(&path).expect(200).text;
        for words in ["Pourquoi ai-je reçu ce message", "J’accepte : newsletter", "Vous avez dit oui", "en magasin"] {
            assert!(french.contains(words), "{words}: {french}");
        }
        assert!(english.contains("You agreed to this use") && french.contains("Vous avez accepté cet usage"));
        let (choices, stop) = scene.api.links(&email(anne));
        assert!(!english.contains(&stop), "without the person's link the page has no power");
        let token = stop.rsplit('/').next().unwrap();
        let (_, others) = scene.api.links(&email("other.page@known.example"));
        let before = crate::shop::position(&scene.server);
        let own = visitor("en").get(&format!("{path}/{token}")).expect(200).text;
        for way in [format!("action=\"{stop}\""), format!("href=\"{choices}\"")] {
            assert!(own.contains(&way), "{way}: {own}");
        }
        let form = own.split(&format!("action=\"{stop}\"")).nth(1).unwrap();
        let fields = crate::packages::fields_of(form.split("</form>").next().unwrap());
        let token = others.rsplit('/').next().unwrap();
        let other = visitor("en").get(&format!("{path}/{token}")).expect(200).text;
        assert!(!other.contains("action=\"/u/"), "somebody else's link stops nothing here: {other}");
        assert_eq!(crate::shop::position(&scene.server), before, "GET changes nothing");
        assert!(!english.contains("known.example") && !french.contains("known.example"));
        let refused = scene.api.post("/v1/checks", &of_campaign(&email("no.page@known.example"), "page"));
        let refused = refused.expect(200).json();
        let denied = visitor("en").get(&format!("/why/{}", id_of(&refused))).expect(200).text;
        assert!(denied.contains("was not allowed"), "{denied}");
        // the one button, pressed: nothing of the kind is sent again
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        visitor("en").form(&stop, &fields).expect(200);
        let after = scene.api.post("/v1/checks", &of_campaign(&email(anne), "page")).expect(200).json();
        assert_eq!((&after["decision"], &after["reason"]), (&json!("deny"), &json!("OBJECTION")));
        for nothing in ["/why/0190a1b2-0000-7000-8000-000000000000", "/why/anne", "/why/%F0%9F%98%80"] {
            let reply = visitor("en").get(nothing).expect(404);
            assert!(reply.text.contains("<html lang=\"en\">"), "{}", reply.text);
        }
    }

    /// Two nodes record into one log; either finds the other's.
    fn decisions_of_two_nodes(db: &Db) {
        let one = Scene::new(db);
        let other = Scene::on(db, &one.key);
        let anne = email("anne.nodes@known.example");
        let written = one.api.records(&consent(&anne, "newsletter", "email", "given"));
        let answered = Mutex::new(BTreeSet::new());
        std::thread::scope(|scope| {
            for api in [&one.api, &other.api, &one.api, &other.api] {
                scope.spawn(|| {
                    for _ in 0..40 {
                        let reply = api.post("/v1/checks", &of_campaign(&anne, "nodes")).expect(200);
                        answered.lock().unwrap().insert(id_of(&reply.json()));
                    }
                });
            }
        });
        let answered = answered.into_inner().unwrap();
        let person = written["subject_id"].as_str().expect("a person");
        for api in [&one.api, &other.api] {
            for path in ["/v1/decisions?campaign=nodes&", &format!("/v1/subjects/{person}/decisions?")] {
                let found: BTreeSet<String> = ids(&all(api, path)).into_iter().collect();
                assert_eq!(found, answered, "{path}");
            }
        }
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }
}
