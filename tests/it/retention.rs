//! What is due is announced, then erased by schedule: never before its time, nobody of whom something was heard
//! meanwhile or whom something keeps, and never twice.

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::process::until;
use crate::support::scene::hidden;
use crate::support::server::{Output, Server, cli, cli_beside};
use crate::systems::{ANNE, DELETES, applied, count, crm, shop as orders, shops};
use chrono::{Months, Utc};
use serde_json::{Value, json};
use std::time::Duration;

const OLD: &str = "old@example.fr";
const NEW: &str = "new@example.fr";

/// Some months ago, as an instant.
fn ago(months: u32) -> String {
    let then = Utc::now().checked_sub_months(Months::new(months));
    then.unwrap().to_rfc3339()
}

/// A yes or a no of so many months ago.
fn answered(shop: &Shop, email: &str, status: &str, months: u32) {
    let mut said = yes(email);
    said["status"] = json!(status);
    said["collected_at"] = json!(ago(months));
    shop.record(&said);
}

/// The commands of a machine where the notice is that long.
fn with_notice(db: &Db, days: u16) {
    let file = db.data_dir().join("placet.toml");
    let text = format!(
        "retention_notice = \"{days}\"\nretention_proof = \"P1Y\"\nbackup_period = \"P35D\"\n"
    );
    std::fs::write(file, text).unwrap();
}

#[track_caller]
fn runs(db: &Db) -> String {
    let ran = cli(db, &["retention", "run"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.stdout.trim().to_owned()
}

#[track_caller]
fn due(db: &Db) -> Value {
    let told: Output = cli(db, &["retention", "due", "--json"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(!told.stdout.contains('@'), "no names: {told:?}");
    serde_json::from_str(&told.stdout).unwrap()
}

fn is_there(shop: &Shop, email: &str) -> bool {
    let found = shop
        .dpo()
        .post("/v1/subjects/lookup", &json!({ "email": email }));
    match found.status {
        200 => true,
        404 => false,
        _ => panic!("{found:?}"),
    }
}

/// The entries of a kind, with what they say.
fn entries(shop: &Shop, kind: &str) -> Vec<Value> {
    let (mut found, mut path) = (Vec::new(), "/v1/audit/entries?limit=200".to_owned());
    loop {
        let page = shop.dpo().get(&path).expect(200).json();
        let of = |one: &&Value| one["leaf"]["t"] == kind;
        found.extend(page["items"].as_array().unwrap().iter().filter(of).cloned());
        let Some(next) = page["next"].as_str() else {
            return found;
        };
        path = format!("/v1/audit/entries?limit=200&cursor={next}");
    }
}

#[track_caller]
fn is_sound(db: &Db) {
    let checked = cli(db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
}

/// Has the schedule forget the runs of today: another may begin, as it does tomorrow.
fn next_day(db: &Db) {
    let first = "(SELECT min(position) FROM retention_acts WHERE run_on IS NOT NULL)";
    db.tamper(&format!(
        "DELETE FROM retention_acts WHERE position >= {first}"
    ));
}

on_both! {
    fn whose_time_is_over_is_erased_and_nobody_else(db: &Db) {
        let shop = Shop::open(db);
        answered(&shop, OLD, "given", 37);
        answered(&shop, "refused@example.fr", "refused", 40);
        answered(&shop, NEW, "given", 35);
        answered(&shop, "wrote@example.fr", "given", 40);
        let wrote = json!({ "subject": { "email": "wrote@example.fr" }, "direction": "from_person",
            "channel": "email", "at": ago(2) });
        shop.marketing().post("/v1/contacts", &wrote).expect(201);
        answered(&shop, "sent@example.fr", "given", 40);
        let sent = json!({ "subject": { "email": "sent@example.fr" }, "direction": "to_person",
            "channel": "email", "purpose": "newsletter" });
        shop.marketing().post("/v1/contacts", &sent).expect(201);
        with_notice(db, 0);
        let list = due(db);
        assert_eq!((&list["persons"]["due"], &list["purposes"]["newsletter"]["due"]), (&json!(3), &json!(3)), "{list}");
        let ahead: u64 = list["persons"]["by_month"].as_object().unwrap().values().map(|one| one.as_u64().unwrap()).sum();
        assert_eq!((ahead, &list["ripe"]), (1, &json!(0)), "the new one, in a month: {list}");
        assert!(runs(db).contains("announced"));
        assert_eq!(due(db)["ripe"], 3);
        assert!(is_there(&shop, OLD), "announced is not done");
        assert_eq!(runs(db), "erased: 3 person(s)");
        for (email, stays) in [(OLD, false), ("refused@example.fr", false), ("sent@example.fr", false),
            (NEW, true), ("wrote@example.fr", true)] {
            assert_eq!(is_there(&shop, email), stays, "{email}");
        }
        // a no outlives the file, a yes that lapsed leaves nothing
        shop.record(&yes("refused@example.fr"));
        assert_eq!(shop.newsletter("refused@example.fr").1, "SUPPRESSED");
        shop.record(&yes(OLD));
        assert_eq!(shop.newsletter(OLD).0, "permit");
        let erased = entries(&shop, "subject.erased");
        assert_eq!(erased.len(), 3);
        assert!(erased.iter().all(|one| one.to_string().contains("retention_expired")), "{erased:?}");
        let (begun, ended) = (entries(&shop, "retention.begun"), entries(&shop, "retention.ended"));
        assert_eq!((begun.len(), ended.len()), (1, 1));
        assert!(ended[0].to_string().contains("\"erased\":3"), "{ended:?}");
        assert_eq!(runs(db), "nobody is due");
        is_sound(db);
    }

    fn what_keeps_somebody_keeps_them(db: &Db) {
        let shop = Shop::open(db);
        for email in ["held@example.fr", "asks@example.fr", "locked@example.fr", OLD] {
            answered(&shop, email, "given", 40);
        }
        let hold = json!({ "subject_id": shop.subject("held@example.fr"), "ground": "legal_claims",
            "until": "2031-01-01", "reference": "CASE-1" });
        let hold = shop.dpo().post("/v1/holds", &hold).expect(201).json();
        let locked = json!({ "subject": { "email": "locked@example.fr" }, "restricted": true });
        shop.collector().post("/v1/restrictions", &locked).expect(201);
        // who asks is heard of; the request itself keeps, too, once that was long ago
        let asks = json!({ "kind": "access", "subject": { "email": "asks@example.fr" }, "via": "letter" });
        shop.collector().post("/v1/requests", &asks).expect(201);
        with_notice(db, 0);
        runs(db);
        let list = due(db);
        assert_eq!((&list["kept"]["hold"], &list["kept"]["restriction"]), (&json!(1), &json!(1)), "{list}");
        assert_eq!(runs(db), "erased: 1 person(s)");
        assert!(!is_there(&shop, OLD) && is_there(&shop, "held@example.fr"));
        assert!(is_there(&shop, "asks@example.fr") && is_there(&shop, "locked@example.fr"));
        shop.dpo().post(&format!("/v1/holds/{}/lift", hold["id"]), &json!({})).expect(201);
        assert!(runs(db).contains("today already"));
        next_day(db);
        assert_eq!(runs(db), "erased: 1 person(s)");
        assert!(!is_there(&shop, "held@example.fr"));
    }

    fn not_before_the_notice_is_over_and_not_while_it_waits(db: &Db) {
        let shop = Shop::open(db);
        answered(&shop, OLD, "given", 40);
        with_notice(db, 30);
        assert!(runs(db).contains("announced"));
        assert!(runs(db).contains("nobody can be erased yet"));
        assert_eq!(entries(&shop, "retention.announced").len(), 1, "the same rules are announced once");
        // other rules are announced anew
        with_notice(db, 0);
        assert!(runs(db).contains("announced"));
        assert_eq!(cli(db, &["retention", "pause"]).code, 0);
        assert_ne!(cli(db, &["retention", "pause"]).code, 0);
        assert!(runs(db).contains("waits"));
        assert!(is_there(&shop, OLD));
        assert_eq!(cli(db, &["retention", "resume"]).code, 0);
        // something is heard of her
        answered(&shop, OLD, "refused", 0);
        assert_eq!(runs(db), "nobody is due");
        assert!(is_there(&shop, OLD));
        is_sound(db);
    }

    /// Of two that run at once one erases; one that is cut off leaves whole persons, whom the next run takes.
    fn never_twice_and_never_half(db: &Db) {
        let shop = Shop::open(db);
        for number in 0..30 {
            answered(&shop, &format!("p{number}@example.fr"), "given", 40);
        }
        with_notice(db, 0);
        runs(db);
        let mut both = [0; 2].map(|_| cli_beside(db, &["retention", "run"]));
        for child in &mut both {
            assert!(child.wait().unwrap().success());
        }
        assert_eq!(entries(&shop, "subject.erased").len(), 30);
        assert_eq!(entries(&shop, "retention.begun").len(), 1);
        for number in 0..30 {
            answered(&shop, &format!("q{number}@example.fr"), "given", 40);
        }
        next_day(db);
        let mut cut = cli_beside(db, &["retention", "run"]);
        until(Duration::from_secs(60), || entries(&shop, "subject.erased").len() > 32);
        cut.kill().unwrap();
        cut.wait().unwrap();
        next_day(db);
        let left = 60 - entries(&shop, "subject.erased").len();
        let told = runs(db);
        // one whom the register outside knew, and the database not yet, is erased before the run begins
        let erased = |count: usize| told == format!("erased: {count} person(s)");
        assert!(left == 0 || erased(left) || erased(left - 1), "{left}: {told}");
        assert_eq!(entries(&shop, "subject.erased").len(), 60);
    }

    /// Where the person's time is over by the system's own period, it goes with the file; elsewhere it stays.
    fn a_purpose_whose_time_is_over_permits_nothing(db: &Db) {
        let shop = Shop::open(db);
        answered(&shop, OLD, "given", 37);
        answered(&shop, NEW, "given", 35);
        let told = |email: &str| shop.newsletter(email).1;
        assert_eq!((told(OLD), told(NEW)), ("RETENTION_EXPIRED".into(), "CONSENT_VALID".into()));
        let path = "/v1/audiences?purpose=newsletter&channel=email";
        let list = format!("email\n{OLD}\n{NEW}\n");
        let lines = shop.marketing().send("POST", path, "text/csv", list).expect(200).text;
        assert!(lines.contains(NEW) && !lines.contains(OLD), "{lines}");
        // a contact that came from them begins the time anew
        let wrote = json!({ "subject": { "email": OLD }, "direction": "from_person", "channel": "email", "at": ago(2) });
        shop.marketing().post("/v1/contacts", &wrote).expect(201);
        assert_eq!(told(OLD), "CONSENT_VALID");
    }

    fn systems_whose_time_is_over_erase_too(db: &Db) {
        let (crm_db, shop_db) = shops(db);
        let keeps_for = |system: String, period: &str| {
            system.replace("timeout = 1", &format!("timeout = 1\nretention = \"{period}\""))
        };
        applied(db, &[keeps_for(crm(&crm_db), "P2Y"), keeps_for(orders(&shop_db, DELETES), "P10Y")]);
        let mut shop = Shop::open(db);
        answered(&shop, ANNE, "given", 40);
        with_notice(db, 0);
        assert!(runs(db).contains("announced"));
        assert_eq!(due(db)["systems"]["crm"]["due"], 1);
        assert_eq!(runs(db), "erased: 1 person(s)");
        let left = || count(&crm_db, "SELECT count(*) FROM people WHERE no = 7");
        assert!(until(Duration::from_secs(60), || left() == 0), "it is there still");
        assert_eq!(count(&crm_db, "SELECT count(*) FROM people"), 1, "somebody else's row");
        assert_eq!(count(&shop_db, "SELECT count(*) FROM orders WHERE customer_no = 7"), 2);
        // whom it was about is forgotten once all is done
        let ended = || !entries(&shop, "task.ended").is_empty();
        assert!(until(Duration::from_secs(60), ended), "it has not ended");
        shop.server.kill9();
        shop.server = Server::start(db);
        let forgotten = || db.ask("SELECT count(*) FROM case_keys").trim() == "0";
        assert!(until(Duration::from_secs(60), forgotten), "its key is kept");
        is_sound(db);
    }

    fn the_comparison_finds_what_was_changed(db: &Db) {
        let shop = Shop::open(db);
        answered(&shop, OLD, "given", 40);
        with_notice(db, 30);
        runs(db);
        drop(shop);
        is_sound(db);
        for change in ["UPDATE retention_acts SET run_on = '2026-01-01'", "DELETE FROM retention_acts"] {
            db.tamper(change);
            let checked = cli(db, &["audit", "check"]);
            assert!(checked.code == 1 && format!("{checked:?}").contains("retention"), "{change}: {checked:?}");
        }
    }

    fn in_the_console(db: &Db) {
        let shop = Shop::open_with(db, &[("PLACET_RETENTION_PROOF", "P1Y"), ("PLACET_BACKUP_PERIOD", "P35D")]);
        answered(&shop, OLD, "given", 40);
        let client: Http = shop.staff(db, "dpo").header("accept-language", "en");
        let before = shop.position();
        let page = client.get("/console/retention").expect(200).text;
        assert!(page.contains("Recorded decisions, and who was on filtered lists, are kept for 5 years. This is not announced yet"), "{page}");
        for part in ["Whole files due: 1.", "Our newsletter", "P35D", "are not announced"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert_eq!(shop.position(), before, "looking changes nothing");
        let csrf = hidden(&page, "csrf").expect("a secret");
        let set = |csrf: &str, act: &str| client.form("/console/retention/schedule", &[("csrf", csrf), ("act", act)]);
        set("forged", "pause").expect(422);
        set(&csrf, "pause").expect(303);
        set(&csrf, "pause").expect(303);
        assert!(client.get("/console/retention").expect(200).text.contains("The schedule waits since"));
        set(&csrf, "resume").expect(303);
        assert_eq!((entries(&shop, "retention.paused").len(), entries(&shop, "retention.resumed").len()), (1, 1));
    }
}
