//! `placet doctor`: it names what is wrong and how that is mended, and changes nothing.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::shop::Shop;
use crate::support::database::Db;
use crate::support::server::{Output, cli};

fn looked(db: &Db) -> Output {
    cli(db, &["doctor", "--json"])
}

/// How a thing stands, and what is said of it.
#[track_caller]
fn of(output: &Output, about: &str) -> (String, String) {
    let told: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let all = told["findings"].as_array().unwrap();
    let one = all.iter().find(|one| one["about"] == about);
    let one = one.unwrap_or_else(|| panic!("nothing about {about}: {told}"));
    let text = |name: &str| one[name].as_str().unwrap().to_owned();
    (text("standing"), text("told"))
}

#[track_caller]
fn says(output: &Output, about: &str, standing: &str, part: &str) {
    let (found, told) = of(output, about);
    assert_eq!(found, standing, "{about}: {told}");
    assert!(told.contains(part), "{about}: {told}");
}

on_both! {
    fn a_sound_registry_beside_its_service(db: &Db) {
        let shop = Shop::open(db);
        let before = shop.dpo().get("/v1/audit/entries?limit=1").expect(200).json();
        let found = looked(db);
        assert!(found.code <= 1, "{found:?}");
        for about in ["clock", "database", "key files", "master key", "mails", "policies", "signing keys", "requests of data subjects"] {
            says(&found, about, "ok", "");
        }
        says(&found, "public address", "note", "this machine");
        says(&found, "opt-out registers", "note", "placet register load");
        let after = shop.dpo().get("/v1/audit/entries?limit=1").expect(200).json();
        assert_eq!(before, after, "nothing was written");
        // in words, one line each
        let words = cli(db, &["doctor"]);
        assert!(words.stdout.contains("ok     database: "), "{words:?}");
    }

    fn what_is_wrong_is_named_and_how_it_is_mended(db: &Db) {
        let shop = Shop::open(db);
        let received = serde_json::json!({ "kind": "access", "subject": { "email": "anne@doctor.example" },
            "received_at": "2026-01-31", "country": "FR", "via": "letter" });
        shop.dpo().post("/v1/requests", &received).expect(201);
        drop(shop);
        let found = looked(db);
        assert_eq!(found.code, 1, "{found:?}");
        says(&found, "requests of data subjects", "wrong", "1 are late");
        says(&found, "service", "note", "placet serve");
        assert!(!found.stdout.contains("anne@"), "{}", found.stdout);

        let key = db.data_dir().join("master.key");
        set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
        let found = looked(db);
        assert_eq!(found.code, 3, "{found:?}");
        says(&found, "master key", "failed", "chmod 600");

        let kept = std::fs::read(&key).unwrap();
        std::fs::remove_file(&key).unwrap();
        let found = looked(db);
        assert_eq!(found.code, 3, "{found:?}");
        says(&found, "master key", "failed", "needs its own back");
        assert!(!key.exists(), "none was made in its place");
        std::fs::write(&key, kept).unwrap();
        set_permissions(&key, Permissions::from_mode(0o600)).unwrap();

        db.tamper("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')");
        let found = looked(db);
        says(&found, "database", "note", "lets this one work on");
        let before = db.ask("SELECT oldest_program FROM log_head");
        db.tamper("UPDATE log_head SET oldest_program = 9999");
        let found = looked(db);
        says(&found, "database", "wrong", "newer version");
        db.tamper(&format!("UPDATE log_head SET oldest_program = {before}"));
        db.tamper("DELETE FROM __diesel_schema_migrations WHERE version = '9999'");

        let epoch = std::fs::read_dir(db.data_dir().join("keys")).unwrap().next().unwrap().unwrap();
        std::fs::rename(epoch.path(), db.data_dir().join("away")).unwrap();
        let found = looked(db);
        assert_eq!(found.code, 3, "{found:?}");
        says(&found, "key files", "failed", "copy it back");
    }
}

/// Before the first start there is nothing, and nothing is made.
#[test]
fn nothing_is_made_where_nothing_is() {
    let db = Db::sqlite();
    let found = looked(&db);
    assert_eq!(found.code, 3, "{found:?}");
    says(&found, "database", "failed", "placet serve makes it");
    let left = std::fs::read_dir(db.data_dir()).unwrap().count();
    assert_eq!(left, 0);
}
