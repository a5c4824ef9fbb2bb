//! The evidence of one person: from the command line and over HTTP, whole, checked offline, logged
//! among the person's own entries; and an omission shows.

use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::server::{Output, cli, cli_without};

const ANNE: &str = "anne@known.example";
const BERTHE: &str = "berthe@known.example";

/// Anne, who was two persons until a record named both, and Berthe.
fn shop(db: &Db) -> Shop {
    let shop = Shop::open(db);
    shop.record(&yes(ANNE));
    let mut old = yes(ANNE);
    old["subject"] = json!({ "crm_id": "C-4711" });
    shop.record(&old);
    shop.record(&yes(BERTHE));
    let mut both = yes(ANNE);
    both["subject"] = json!({ "email": ANNE, "crm_id": "C-4711" });
    both["status"] = json!("refused");
    both["source"] = json!({ "kind": "store", "id": "lille-2", "agent": "A-77" });
    both["act"] = json!("form_signed");
    shop.record(&both);
    for email in [ANNE, BERTHE] {
        shop.newsletter(email);
    }
    shop.position();
    shop
}

fn file(path: &Path, name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    zip.by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

fn lines(path: &Path, name: &str) -> Vec<Value> {
    let text = file(path, name);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The kinds of a package's entries.
fn kinds(path: &Path) -> Vec<String> {
    let kind = |line: &Value| {
        let leaf: Value = serde_json::from_str(line["leaf"].as_str().unwrap()).unwrap();
        leaf["t"].as_str().unwrap().to_owned()
    };
    lines(path, "entries.jsonl").iter().map(kind).collect()
}

/// The report, with every space a plain one.
fn told(path: &Path) -> String {
    file(path, "report.html").replace(['\u{a0}', '\u{202f}'], " ")
}

fn export(db: &Db, name: &str, more: &[&str]) -> (std::path::PathBuf, Output) {
    let path = db.data_dir().join(name);
    let text = path.display().to_string();
    let mut arguments = vec!["audit", "export", "--language", "en", "-o", &text];
    arguments.extend(more);
    let output = cli(db, &arguments);
    (path, output)
}

fn verify(path: &Path) -> Output {
    let folder = path.parent().unwrap();
    cli_without(
        folder,
        &["audit", "verify", &path.display().to_string()],
        &[],
    )
}

on_both! {
    fn everything_about_one_person_and_nothing_about_others(db: &Db) {
        let shop = shop(db);
        let subject = shop.subject(ANNE);
        let other = shop.subject(BERTHE);
        let (path, made) = export(db, "anne.zip", &["--email", ANNE]);
        assert_eq!(made.code, 0, "{made:?}");
        assert!(!made.stdout.contains(ANNE) && !made.stderr.contains(ANNE), "{made:?}");
        let checked = verify(&path);
        assert_eq!(checked.code, 0, "{checked:?}");
        assert!(checked.stdout.contains("are all here, none left out"), "{checked:?}");
        assert!(checked.stdout.contains("records this disclosure"), "{checked:?}");
        let found = kinds(&path);
        let count = |kind: &str| found.iter().filter(|one| *one == kind).count();
        assert_eq!(count("consent.given") + count("consent.refused"), 3, "{found:?}");
        assert_eq!((count("subject.merged"), count("subject.disclosed")), (1, 2), "{found:?}");
        assert_eq!((count("subject.viewed"), count("export.made")), (1, 1), "{found:?}");
        assert_eq!(count("decisions.recorded"), 1, "{found:?}");
        for name in ["entries.jsonl", "decisions.jsonl", "subject.json", "report.html"] {
            let text = file(&path, name);
            assert!(!text.contains(&other) && !text.contains(BERTHE), "{name}");
        }
        let decided = lines(&path, "decisions.jsonl");
        let own: Vec<&Value> = decided.iter().filter(|one| one["record"].is_object()).collect();
        assert_eq!(own.len(), 1);
        assert_eq!(own[0]["record"]["subject"], json!(subject));
        // what everybody may see tells of no person
        let ledger = shop.dpo().get("/v1/audit/entries?limit=200").expect(200).json();
        let exported = ledger["items"].as_array().unwrap().iter()
            .find(|one| one["leaf"]["t"] == "export.made").unwrap();
        assert!(!exported.to_string().contains(&subject), "{exported}");
        assert_eq!(exported["content"]["query"]["about"], "person");
        let sound = cli(db, &["audit", "check"]);
        assert_eq!(sound.code, 0, "{sound:?}");
        // and once more: the first disclosure is among the entries now
        let (again, made) = export(db, "again.zip", &["--id", "crm_id:C-4711"]);
        assert_eq!((made.code, verify(&again).code), (0, 0), "{made:?}");
        assert_eq!(kinds(&again).iter().filter(|one| *one == "subject.disclosed").count(), 4);
    }

    fn the_report_tells_it_in_words(db: &Db) {
        let shop = shop(db);
        let objecting = json!({ "subject": { "email": ANNE }, "scope": "direct_marketing" });
        shop.collector().post("/v1/objections", &objecting).expect(201);
        let (path, made) = export(db, "anne.zip", &["--email", ANNE, "--at", "2020-05-12T10:00:00+02:00"]);
        assert_eq!(made.code, 0, "{made:?}");
        let report = told(&path);
        for said in [
            "Evidence of one person", "12 May 2020", "Nothing about this person.", "Consent given",
            "People merged", "Objection", "A paper was signed", "lille-2", "A-77", "Evidence handed out",
            "newsletter@1", "API key",
        ] {
            assert!(report.contains(said), "{said}");
        }
        let notice = file(&path, "notices/newsletter@1.json");
        let notice: Value = serde_json::from_str(&notice).unwrap();
        let words = notice["text"]["fr"].as_str().unwrap().split('’').next().unwrap();
        assert!(report.contains(words), "the words in the language in which they were shown: {words}");
        // now both answers and the objection are held
        let (path, made) = export(db, "now.zip", &["--email", ANNE, "--at", "2999-01-01T00:00:00Z"]);
        assert_eq!(made.code, 0, "{made:?}");
        let report = told(&path);
        let held = report.split("What happened").next().unwrap();
        assert!(held.contains("Objection to direct marketing since"), "{held}");
        assert!(held.contains("What we held on 1 January 2999"), "{held}");
        assert_eq!(held.matches("<code>").count() - 1, 1, "one purpose and channel: {held}");
    }

    /// A rotation and the end of the old epoch stand in it, with their time, and are proved; what was
    /// before the person came does not.
    fn it_tells_when_the_key_epoch_was_destroyed(db: &Db) {
        let rotated = |epoch: &str| {
            let done = cli(db, &["keys", "rotate-epoch"]);
            assert_eq!(done.code, 0, "{done:?}");
            crate::key_epochs::destroys(db, epoch);
        };
        rotated("2");
        let shop = shop(db);
        rotated("3");
        let (path, made) = export(db, "anne.zip", &["--email", ANNE]);
        assert_eq!((made.code, verify(&path).code), (0, 0), "{made:?} {:?}", verify(&path));
        let of_epochs: Vec<String> = kinds(&path).into_iter()
            .filter(|kind| kind.contains("epoch") || kind.starts_with("kek")).collect();
        assert_eq!(of_epochs, ["key_epoch.begun", "kek.destroyed"]);
        let report = told(&path);
        let after = report.split("Key epoch destroyed").nth(1).expect("the end of the epoch");
        assert!(after.contains("<dt>Key epoch</dt><dd>3</dd>") && after.contains("open no more"), "{after}");
        drop(shop);
    }

    fn over_http_for_the_dpo_alone(db: &Db) {
        let shop = shop(db);
        let body = json!({ "subject": { "email": ANNE }, "language": "fr" });
        let reply = shop.dpo().post("/v1/audit/exports", &body).expect(200);
        let name = reply.header("content-disposition").unwrap();
        assert!(name.contains("placet-audit-person-") && !name.contains("anne"), "{name}");
        let path = db.data_dir().join("http.zip");
        std::fs::write(&path, &reply.bytes).unwrap();
        let checked = verify(&path);
        assert_eq!(checked.code, 0, "{checked:?}");
        assert!(file(&path, "report.html").contains("Preuves concernant une personne"));
        let before = shop.position();
        for role in ["marketing", "collector"] {
            shop.role(role).post("/v1/audit/exports", &body).expect(403);
        }
        let nobody = json!({ "subject": { "email": "nobody@known.example" } });
        shop.dpo().post("/v1/audit/exports", &nobody).expect(404);
        let two = json!({ "subject": { "email": BERTHE, "crm_id": "C-4711" } });
        let refused = shop.dpo().post("/v1/audit/exports", &two).expect(409);
        assert_eq!(refused.json()["code"], "identifiers_of_several");
        let wrong = [
            (json!({ "subject": { "email": ANNE }, "from": "2020-01-01T00:00:00Z" }), "/from"),
            (json!({ "subject": { "email": "none" } }), "/subject/email"),
            (json!({ "from": "2020-01-01T00:00:00Z" }), "/to"),
            (json!({ "from": "2020-01-01T00:00:00Z", "to": "2021-01-01T00:00:00Z",
                "at": "2020-01-01T00:00:00Z" }), "/at"),
        ];
        for (body, pointer) in wrong {
            let refused = shop.dpo().post("/v1/audit/exports", &body).expect(422);
            assert!(refused.text.contains(pointer), "{pointer}: {}", refused.text);
        }
        assert_eq!(shop.position(), before, "what is refused leaves nothing");
    }

    /// Whoever deletes an entry's row before the export cannot hide that there was one.
    fn a_row_deleted_behind_its_back_is_a_hole(db: &Db) {
        let shop = shop(db);
        let subject = shop.subject(ANNE).replace('-', "");
        let row = format!("subject_id = {} AND counter = 1", db.bytes(&subject));
        db.tamper(&format!("DELETE FROM subject_events WHERE {row}"));
        let (path, made) = export(db, "hole.zip", &["--email", ANNE]);
        assert_eq!(made.code, 1, "{made:?}");
        let checked = verify(&path);
        assert_eq!(checked.code, 1, "{checked:?}");
        assert!(checked.stdout.contains("the person's entry number 1 is left out"), "{checked:?}");
    }
}

#[test]
fn used_in_a_wrong_way() {
    let db = Db::sqlite();
    let shop = shop(&db);
    drop(shop);
    let wrong: [&[&str]; 4] = [
        &["--email", ANNE, "--from", "2020-01-01"],
        &["--id", "4711"],
        &["--email", "nobody@known.example"],
        &[],
    ];
    for more in wrong {
        let (path, made) = export(&db, "wrong.zip", more);
        assert_eq!(made.code, 2, "{more:?}: {made:?}");
        assert!(!path.exists());
        assert!(!made.stderr.contains("nobody@"), "{made:?}");
    }
}
