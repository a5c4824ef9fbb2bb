//! Whoever reads a person's file leaves an entry: before the answer, about that person, and in the
//! DPO's report of accesses. Who cannot leave one does not read.

use serde_json::{Value, json};

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::server::cli;

const EMAIL: &str = "anne@known.example";

/// The views that stand in a person's history, as the operator's export would show them.
fn views(shop: &Shop, subject: &str) -> Vec<Value> {
    let history = shop
        .admin()
        .get(&format!("/v1/subjects/{subject}/history?limit=200"));
    let history = history.expect(200).json();
    let items = history["items"].as_array().unwrap().iter();
    items
        .filter(|item| item["kind"] == "subject.viewed")
        .cloned()
        .collect()
}

on_both! {
    fn each_view_is_an_entry_about_the_person(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(EMAIL));
        shop.newsletter(EMAIL);
        let subject = shop.subject(EMAIL);
        let file = format!("/v1/subjects/{subject}");
        for part in ["consents", "history", "decisions", "consents"] {
            shop.dpo().get(&format!("{file}/{part}")).expect(200);
        }
        let told = views(&shop, &subject);
        let seen: Vec<&str> = told.iter().map(|one| one["content"]["view"].as_str().unwrap()).collect();
        assert_eq!(seen, ["lookup", "choices", "history", "decisions"]);
        for one in &told {
            assert_eq!(one["content"]["actor"]["kind"], "key");
            assert_eq!(one["content"]["subject"], json!(subject));
        }
        // nobody there, nothing read
        let before = shop.position();
        shop.dpo().post("/v1/subjects/lookup", &json!({ "email": "no@known.example" })).expect(404);
        shop.marketing().get(&format!("{file}/history")).expect(403);
        assert_eq!(shop.position(), before);
        // a check is no view
        shop.newsletter(EMAIL);
        assert_eq!(views(&shop, &subject).len(), 5, "the administrator's own history is the fifth");
    }

    fn why_a_file_is_read_can_be_said_and_stands_in_the_entry_and_the_report(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(EMAIL));
        let subject = shop.subject(EMAIL);
        let file = format!("/v1/subjects/{subject}/consents");
        let reader = |why: &str, number: &str| shop.dpo().header("view-reason", why).header("view-reference", number);
        reader("complaint", "2026-17").get(&file).expect(200);
        // the same reason within five minutes is the same view, another is not
        reader("complaint", "2026-17").get(&file).expect(200);
        reader("audit", "2026-18").get(&file).expect(200);
        let told = views(&shop, &subject);
        let told: Vec<Value> = told.into_iter().filter(|one| one["content"]["view"] == "choices").collect();
        let said = |one: &Value| (one["content"]["reason"].clone(), one["content"]["reference"].clone());
        assert_eq!(
            told.iter().map(said).collect::<Vec<_>>(),
            [(json!("complaint"), json!("2026-17")), (json!("audit"), json!("2026-18"))]
        );
        // no sentence, no name, no address
        for (why, number) in [("curiosity", "1"), ("complaint", "anne@known.example"), ("other", "")] {
            reader(why, number).get(&file).expect(400);
        }
        shop.dpo().header("view-reason", "other").get(&file).expect(400);
        assert_eq!(views(&shop, &subject).len(), 4, "a refusal reads nothing: lookup, two, the administrator");
        let path = db.data_dir().join("reasons.jsonl");
        let shown = path.display().to_string();
        let made = cli(db, &["report", "access", "--from", "2020-01-01", "--to", "2099-12-31", "--format", "jsonl", "-o", &shown]);
        assert_eq!(made.code, 0, "{made:?}");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("view=choices; reason=complaint; reference=2026-17"), "{text}");
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
        let wrong = cli(db, &["why", "01900000-0000-7000-8000-000000000000", "--reason", "curiosity"]);
        assert!(wrong.code == 2 && wrong.stderr.contains("--reason must be one of"), "{wrong:?}");
    }

    fn the_reason_of_a_decision_about_somebody_is_a_view(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(EMAIL));
        let question = json!({ "subject": { "email": EMAIL }, "purpose": "newsletter", "channel": "email" });
        let answer = shop.marketing().post("/v1/checks", &question).expect(200).json();
        let decision = answer["decision_id"].as_str().unwrap().to_owned();
        shop.position();
        let told = cli(db, &["why", &decision, "--reason", "person_request", "--reference", "DSR-9"]);
        assert_eq!(told.code, 0, "{told:?}");
        let subject = shop.subject(EMAIL);
        let told = views(&shop, &subject);
        assert!(told.iter().any(|one| one["content"]["view"] == "decision"
            && one["content"]["reason"] == "person_request"
            && one["content"]["actor"]["kind"] == "operator"), "{told:?}");
        // who reads a decision by its id alone does not learn who it is about
        let before = shop.position();
        let read = shop.marketing().get(&format!("/v1/decisions/{decision}")).expect(200);
        assert!(!read.text.contains(&subject));
        assert_eq!(shop.position(), before);
    }

    fn reading_the_ledger_is_an_export(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(EMAIL));
        let before = shop.position();
        let page = shop.dpo().get("/v1/audit/entries?limit=1").expect(200).json();
        let next = page["next"].as_str().unwrap().to_owned();
        shop.dpo().get(&format!("/v1/audit/entries?limit=200&cursor={next}")).expect(200);
        assert_eq!(shop.position(), before + 1, "the second page belongs to the first");
        let page = shop.dpo().get("/v1/audit/entries?limit=200").expect(200).json();
        let last = page["items"].as_array().unwrap().last().unwrap();
        assert_eq!(last["leaf"]["t"], "export.made");
        assert_eq!(last["content"]["query"], json!({ "about": "entries", "position": 0 }));
        assert_eq!(last["content"]["actor"]["kind"], "key");
    }

    fn the_report_of_accesses_counts_them_and_names_nobody(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(EMAIL));
        shop.choices(EMAIL);
        let subject = shop.subject(EMAIL);
        let file = db.data_dir().join("access.jsonl");
        let path = file.display().to_string();
        let made = cli(db, &["report", "access", "--from", "2020-01-01", "--to", "2099-12-31", "--format", "jsonl", "-o", &path]);
        assert_eq!(made.code, 0, "{made:?}");
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let views: Vec<Value> = lines
            .filter(|line| line["table"] == "access" && line["kind"] == "subject.viewed")
            .collect();
        let told: Vec<&str> = views.iter().map(|one| one["told"].as_str().unwrap()).collect();
        assert_eq!(told, ["view=lookup", "view=choices"]);
        assert!(views.iter().all(|one| one["actor"] == "key" && one["actor_name"] == "dpo"), "{views:?}");
        assert!(!text.contains(&subject) && !text.contains(EMAIL));
    }
}

on_both! {
    /// The database takes no more entries: the file stays closed, and says to try again.
    fn a_view_that_cannot_be_recorded_does_not_happen(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes(EMAIL));
        let subject = shop.subject(EMAIL);
        db.tamper(match db {
            Db::Sqlite { .. } => "CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'full'); END",
            Db::Postgres { .. } => "ALTER TABLE ledger ADD CONSTRAINT full_now CHECK (position < 0) NOT VALID",
        });
        for part in ["consents", "history"] {
            let refused = shop.dpo().get(&format!("/v1/subjects/{subject}/{part}")).expect(503);
            assert!(!refused.text.contains("newsletter"), "{}", refused.text);
        }
        let body = json!({ "email": EMAIL });
        let refused = shop.admin().post("/v1/subjects/lookup", &body).expect(503);
        assert!(!refused.text.contains(&subject));
    }
}
