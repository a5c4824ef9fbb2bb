//! A legal hold keeps a person's data: nobody erases them by whichever way, they are locked where an erasure is
//! asked for, the person is told, and what was locked stays so.

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::scene::hidden;
use crate::support::server::cli;
use crate::ways_in::FOLDER;
use crate::ways_in::signing_in::signed_in;
use serde_json::{Value, json};

const ANNE: &str = "anne@known.example";
const UNTIL: &str = "2031-06-30";

fn places(shop: &Shop, id: &str) -> Value {
    let body = json!({ "subject_id": id, "ground": "legal_claims", "until": UNTIL, "reference": "CASE-7" });
    shop.dpo().post("/v1/holds", &body).expect(201).json()
}

fn lifts(shop: &Shop, hold: &Value) -> Reply {
    shop.dpo()
        .post(&format!("/v1/holds/{}/lift", hold["id"]), &json!({}))
}

fn erases(shop: &Shop, id: &str) -> Reply {
    let body = json!({ "reason": "data_subject_request" });
    shop.dpo()
        .post(&format!("/v1/subjects/{id}/erasure"), &body)
}

fn listed(shop: &Shop, state: &str) -> Value {
    let list = shop.dpo().get(&format!("/v1/holds?state={state}"));
    list.expect(200).json()["items"].clone()
}

/// The answer that names ground and day, and says how to mend it.
#[track_caller]
fn is_held(reply: Reply) {
    let told = reply.expect(409).json();
    assert_eq!(told["code"], "on_hold", "{told}");
    let detail = told["detail"].as_str().unwrap();
    for part in ["legal_claims", "GDPR 17(3)(e)", UNTIL, "/lift"] {
        assert!(detail.contains(part), "{part}: {detail}");
    }
}

#[track_caller]
fn is_sound(db: &Db) {
    let checked = cli(db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
}

fn asks_erasure(api: &Http, email: &str) -> Value {
    let body = json!({ "kind": "erasure", "subject": { "email": email }, "via": "letter" });
    api.post("/v1/requests", &body).expect(201).json()
}

on_both! {
    fn who_is_held_is_locked_and_not_erased(db: &Db) {
        let shop = Shop::open_with(db, &FOLDER);
        shop.record(&yes(ANNE));
        let id = shop.subject(ANNE);
        let hold = places(&shop, &id);
        assert_eq!((&hold["locked"], &hold["source"]), (&json!(false), &json!("GDPR 17(3)(e)")));
        assert_eq!(shop.newsletter(ANNE).0, "permit", "a hold alone stops nothing that she agreed to");
        is_held(erases(&shop, &id));
        assert_eq!(shop.newsletter(ANNE), ("deny".into(), "RESTRICTED".into()));
        let told = cli(db, &["erase", "--email", ANNE, "--reason", "objection"]);
        assert!(told.code != 0 && told.stderr.contains(UNTIL), "{told:?}");
        let unlock = json!({ "subject": { "email": ANNE }, "restricted": false });
        let told = shop.collector().post("/v1/restrictions", &unlock).expect(409).json();
        assert_eq!(told["code"], "on_hold", "{told}");
        // the person reads it
        let mine = signed_in(db, &shop, ANNE);
        for path in ["/me", "/me/requests"] {
            let page = mine.get(path).expect(200).text;
            for part in ["Some of your data is kept", "legal claims", "GDPR 17(3)(e)", "2031"] {
                assert!(page.contains(part), "{path}, {part}: {page}");
            }
        }
        assert!(mine.get("/me/history").expect(200).text.contains("kept on a ground of the law"));
        is_sound(db);
        // no yes comes back with the end of the hold
        lifts(&shop, &hold).expect(201);
        lifts(&shop, &hold).expect(409);
        assert_eq!(shop.newsletter(ANNE).1, "RESTRICTED");
        assert!(!mine.get("/me").expect(200).text.contains("data is kept"));
        assert_eq!((listed(&shop, "standing"), &listed(&shop, "over")[0]["id"]), (json!([]), &hold["id"]));
        erases(&shop, &id).expect(201);
        assert_eq!(listed(&shop, "over"), json!([]), "the rows go with the person");
        is_sound(db);
    }

    fn an_erasure_that_is_asked_for_locks(db: &Db) {
        let shop = Shop::open(db);
        for (email, held_first) in [("first@example.fr", true), ("later@example.fr", false)] {
            shop.record(&yes(email));
            let id = shop.subject(email);
            let hold = held_first.then(|| places(&shop, &id));
            let request = asks_erasure(&shop.collector(), email);
            assert_eq!(shop.newsletter(email).0 == "deny", held_first, "{email}");
            let hold = hold.unwrap_or_else(|| places(&shop, &id));
            assert_eq!(shop.newsletter(email).1, "RESTRICTED", "{email}");
            let act = |act: &str, body: &Value| {
                let path = format!("/v1/requests/{}/{act}", request["id"].as_str().unwrap());
                shop.dpo().post(&path, body)
            };
            act("identity", &json!({ "known_by": "in_person" })).expect(201);
            is_held(act("tasks", &json!({})));
            is_held(act("fulfilment", &json!({})));
            assert_eq!(shop.subject(email), id, "still there");
            lifts(&shop, &hold).expect(201);
            act("fulfilment", &json!({})).expect(201);
            shop.dpo().post("/v1/subjects/lookup", &json!({ "email": email })).expect(404);
        }
        is_sound(db);
    }

    fn a_merge_carries_it_over(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes("one@example.fr"));
        let mut other = yes("one@example.fr");
        other["subject"] = json!({ "phone": "+33612345678" });
        other["channel"] = json!("sms");
        other["purpose"] = json!("offers");
        other["notice"] = json!("offers@1");
        shop.record(&other);
        let lookup = json!({ "phone": "+33612345678" });
        let found = shop.dpo().post("/v1/subjects/lookup", &lookup).expect(200).json();
        let younger = found["subject_id"].as_str().unwrap().to_owned();
        let hold = places(&shop, &younger);
        let mut both = yes("one@example.fr");
        both["subject"] = json!({ "email": "one@example.fr", "phone": "+33612345678" });
        shop.record(&both);
        let id = shop.subject("one@example.fr");
        assert_ne!(id, younger);
        assert_eq!(listed(&shop, "standing")[0]["subject_id"], json!(id));
        is_held(erases(&shop, &id));
        is_held(erases(&shop, &younger));
        is_sound(db);
        lifts(&shop, &hold).expect(201);
        is_sound(db);
        erases(&shop, &id).expect(201);
        is_sound(db);
    }

    fn what_cannot_be_taken_is_said(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(ANNE));
        let id = shop.subject(ANNE);
        let right = json!({ "subject_id": id, "ground": "legal_claims", "until": UNTIL, "reference": "CASE-7" });
        let wrong = [
            ("ground", "excessive", "ground_unknown"),
            ("until", "soon", "day_malformed"),
            ("until", "2020-01-01", "day_out_of_range"),
            ("until", "2099-01-01", "day_out_of_range"),
            ("reference", "Anne Dupuis", "reference_malformed"),
        ];
        for (field, value, code) in wrong {
            let mut body = right.clone();
            body[field] = json!(value);
            let told = shop.dpo().post("/v1/holds", &body).expect(422).json();
            assert_eq!(told["errors"][0]["code"], code, "{told}");
            assert_eq!(told["errors"][0]["pointer"], format!("/{field}"), "{told}");
        }
        let mut nobody = right;
        nobody["subject_id"] = json!("00000000-0000-7000-8000-000000000000");
        shop.dpo().post("/v1/holds", &nobody).expect(404);
        shop.dpo().get("/v1/holds?state=old").expect(422);
        shop.dpo().post("/v1/holds/0/lift", &json!({})).expect(404);
        assert_eq!(listed(&shop, "standing"), json!([]));
        // by the command line
        let add = ["hold", "add", "--email", ANNE, "--ground", "legal_obligation", "--until", UNTIL, "--reference", "TAX-1"];
        let added = cli(db, &add);
        assert_eq!(added.code, 0, "{added:?}");
        let list = cli(db, &["hold", "list"]);
        assert!(list.stdout.contains("GDPR 17(3)(b)") && !list.stdout.contains(ANNE), "{list:?}");
        let number = added.stdout.trim().strip_prefix("hold ").unwrap().to_owned();
        let lifted = cli(db, &["hold", "lift", &number]);
        assert_eq!(lifted.code, 0, "{lifted:?}");
        assert!(cli(db, &["hold", "list", "--over"]).stdout.contains("lifted"));
    }

    /// A hold that somebody slips into the database, takes out or moves is found.
    fn the_comparison_finds_what_was_changed(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(ANNE));
        let hold = places(&shop, &shop.subject(ANNE));
        is_sound(db);
        let at = hold["id"].as_u64().unwrap();
        let changes = [
            (format!("UPDATE holds SET until_day = '2020-01-01' WHERE position = {at}"),
             format!("UPDATE holds SET until_day = '{UNTIL}' WHERE position = {at}")),
            (format!("UPDATE holds SET lifted_on = '2026-01-01' WHERE position = {at}"),
             format!("UPDATE holds SET lifted_on = NULL WHERE position = {at}")),
            (format!("UPDATE holds SET ground = 'archiving' WHERE position = {at}"),
             format!("UPDATE holds SET ground = 'legal_claims' WHERE position = {at}")),
            (format!("UPDATE holds SET position = {} WHERE position = {at}", at + 1),
             format!("UPDATE holds SET position = {at} WHERE position = {}", at + 1)),
            (format!("INSERT INTO holds SELECT {}, subject_id, ground, reference, placed_on, until_day, lifted_on FROM holds", at + 7),
             format!("DELETE FROM holds WHERE position = {}", at + 7)),
        ];
        for (change, back) in changes {
            db.tamper(&change);
            let checked = cli(db, &["audit", "check"]);
            assert_eq!(checked.code, 1, "{change}: {checked:?}");
            assert!(format!("{checked:?}").contains("hold"), "{checked:?}");
            db.tamper(&back);
            is_sound(db);
        }
        db.tamper(&format!("DELETE FROM holds WHERE position = {at}"));
        assert_eq!(cli(db, &["audit", "check"]).code, 1);
    }

    fn in_the_console(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(ANNE));
        let client = shop.staff(db, "dpo").header("accept-language", "en");
        let home = client.get("/console").expect(200).text;
        assert!(home.contains("href=\"/console/retention\""), "{home}");
        let page = client.get("/console/retention").expect(200).text;
        assert!(page.contains("No hold stands.") && page.contains("Whole files due: 0."), "{page}");
        let csrf = hidden(&page, "csrf").expect("a secret");
        let field = |csrf: &str, person: &str, until: &str| {
            let form = [("csrf", csrf), ("person", person), ("ground", "archiving"), ("until", until), ("reference", "CASE-9")];
            client.form("/console/retention/holds", &form)
        };
        field("forged", ANNE, UNTIL).expect(422);
        field(&csrf, "nobody@example.fr", UNTIL).expect(422);
        let wrong = field(&csrf, ANNE, "2020-01-01").expect(422).text;
        assert!(wrong.contains("CASE-9"), "what was typed stays: {wrong}");
        assert_eq!(listed(&shop, "standing"), json!([]));
        field(&csrf, ANNE, UNTIL).expect(303);
        let page = client.get("/console/retention").expect(200).text;
        assert!(page.contains("CASE-9") && page.contains("GDPR 17(3)(d)") && !page.contains(ANNE), "{page}");
        let at = listed(&shop, "standing")[0]["id"].clone();
        let lift = format!("/console/retention/holds/{at}/lift");
        client.form(&lift, &[("csrf", "forged")]).expect(422);
        client.form(&lift, &[("csrf", csrf.as_str())]).expect(303);
        client.form(&lift, &[("csrf", csrf.as_str())]).expect(422);
        shop.staff(db, "collector").get("/console/retention").expect(403);
        shop.staff(db, "admin").get("/console/retention").expect(403);
    }
}
