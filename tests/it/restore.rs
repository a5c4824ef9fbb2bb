//! A backup that is brought back: whoever was erased since is erased again, and every later no holds,
//! before anything is served.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::postgres_programs::Programs;
use crate::support::process;
use crate::support::scene::{Scene, consent, email, permits};
use crate::support::server::{Output, Server, cli, cli_beside};
use crate::support::staff;

const ERASED: &str = "b.wolkenstein@restored.example";
const WITHIN: Duration = Duration::from_secs(60);

fn given(api: &Http, who: &str, purpose: &str) -> String {
    let said = api.records(&consent(&email(who), purpose, "email", "given"));
    said["subject_id"].as_str().unwrap().to_owned()
}

fn says(api: &Http, who: &str, purpose: &str, status: &str) {
    api.records(&consent(&email(who), purpose, "email", status));
}

fn at(who: &str) -> String {
    format!("{who}@restored.example")
}

/// Beside the data, since the data are searched.
fn file(db: &Db, name: &str) -> PathBuf {
    let own = db.data_dir().file_name().unwrap().to_str().unwrap();
    db.data_dir().with_file_name(format!("{own}-{name}"))
}

#[track_caller]
pub fn backs_up(db: &Db, name: &str) -> String {
    let path = file(db, name).display().to_string();
    let made = cli(db, &["backup", "-o", &path]);
    assert_eq!(made.code, 0, "{made:?}");
    path
}

fn restore(db: &Db, file: &str, more: &[&str]) -> Output {
    cli(db, &[&["--json", "restore", file], more].concat())
}

#[track_caller]
pub fn restores(db: &Db, file: &str) -> Value {
    let done = restore(db, file, &["--replace"]);
    assert_eq!(done.code, 0, "{done:?}");
    let told: Value = serde_json::from_str(&done.stdout).expect("JSON");
    told["applied_again"].clone()
}

fn register(db: &Db) -> PathBuf {
    db.data_dir().join("erasure-register")
}

pub fn forget(path: &str) {
    for name in [path.to_owned(), format!("{path}.json")] {
        let _ = std::fs::remove_file(name);
    }
}

/// Every byte of the database.
fn everything(db: &Db) -> Vec<u8> {
    match db {
        Db::Sqlite { .. } => std::fs::read(db.file()).unwrap(),
        Db::Postgres { url, .. } => {
            let programs = Programs::find().unwrap();
            programs
                .command("pg_dump")
                .arg(url)
                .output()
                .unwrap()
                .stdout
        }
    }
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[track_caller]
fn checks_well(db: &Db) {
    let checked = cli(db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    let path = file(db, "package.zip");
    let (from, to) = ("2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z");
    let path_text = path.display().to_string();
    let made = cli(
        db,
        &[
            "audit", "export", "--from", from, "--to", to, "-o", &path_text,
        ],
    );
    assert_eq!(made.code, 0, "{made:?}");
    let verified = cli(db, &["audit", "verify", &path_text]);
    assert_eq!(verified.code, 0, "{verified:?}");
    std::fs::remove_file(path).unwrap();
}

/// Everything that a backup knows not: `who` is in it but for `newcomer`.
fn later(api: &Http, erased: &str) {
    says(api, &at("withdraws"), "newsletter", "withdrawn");
    let objects = json!({ "subject": email(&at("objects")), "scope": "direct_marketing" });
    api.post("/v1/objections", &objects).expect(201);
    let restricted = json!({ "subject": email(&at("restricts")), "restricted": true });
    api.post("/v1/restrictions", &restricted).expect(201);
    let suppressed = json!({ "subject": email(&at("suppressed")), "reason": "asked" });
    api.post("/v1/suppressions", &suppressed).expect(201);
    says(api, &at("newcomer"), "newsletter", "refused");
    let body = json!({ "reason": "data_subject_request", "reference": "DSR-7", "keep_suppression": false });
    api.post(&format!("/v1/subjects/{erased}/erasure"), &body)
        .expect(201);
    given(api, &at("late"), "newsletter");
}

const IN_IT: [&str; 5] = ["withdraws", "objects", "restricts", "suppressed", "stays"];

#[track_caller]
fn noes_hold(api: &Http) {
    for who in [
        "withdraws",
        "objects",
        "restricts",
        "suppressed",
        "newcomer",
    ] {
        let answer = api.asks_for(&email(&at(who)), "newsletter", "email");
        assert!(!permits(&answer), "{who}: {answer}");
    }
    let newcomer = api.asks_for(&email(&at("newcomer")), "newsletter", "email");
    assert_eq!(newcomer["reason"], "CONSENT_REFUSED", "{newcomer}");
    assert!(permits(&api.asks_for(
        &email(&at("stays")),
        "newsletter",
        "email"
    )));
    assert!(permits(&api.asks_for(
        &email(&at("withdraws")),
        "offers",
        "email"
    )));
}

on_both! {
    fn what_happened_since_the_backup_is_applied_again(db: &Db) {
        let scene = Scene::new(db);
        for who in IN_IT {
            given(&scene.api, &at(who), "newsletter");
        }
        given(&scene.api, &at("withdraws"), "offers");
        let erased = given(&scene.api, ERASED, "newsletter");
        let backup = backs_up(db, "one");
        let manifest: Value =
            serde_json::from_slice(&std::fs::read(format!("{backup}.json")).unwrap()).unwrap();
        assert_eq!(manifest["sha256"].as_str().unwrap().len(), 64);
        later(&scene.api, &erased);

        let key = scene.key.clone();
        let running = restore(db, &backup, &["--replace"]);
        assert_eq!(running.code, 2, "a service runs: {running:?}");
        drop(scene);
        let there = restore(db, &backup, &[]);
        assert_eq!(there.code, 2, "something is there: {there:?}");
        let done = restores(db, &backup);
        let applied = &done["applied"];
        for (name, count) in [("erased", 1), ("answers", 2), ("objections", 1), ("restrictions", 1), ("suppressed", 2), ("unknown", 1)] {
            assert!(applied[name].as_u64().unwrap() >= count.min(1), "{name}: {done}");
        }
        assert!(done["register_to"].as_u64() > done["restored_to"].as_u64(), "{done}");
        let raw = everything(db);
        assert!(!holds(&raw, ERASED.as_bytes()));
        checks_well(db);

        let scene = Scene::on(db, &key);
        noes_hold(&scene.api);
        scene.api.get(&format!("/v1/subjects/{erased}/consents")).expect(404);
        assert_eq!(scene.api.asks(&email(ERASED))["reason"], "UNKNOWN_SUBJECT");
        assert_eq!(scene.api.asks(&email(&at("late")))["reason"], "UNKNOWN_SUBJECT");
        let found = scene.api.post("/v1/subjects/lookup", &email(&at("withdraws"))).expect(200).json();
        let history = scene.api.history(found["subject_id"].as_str().unwrap());
        let again = history.iter().any(|entry| entry.to_string().contains("erasure-register"));
        assert!(again, "{history:?}");
        drop(scene);

        // the same once more, from the same old backup, after a life of its own
        let done = restores(db, &backup);
        assert_eq!(done["applied"]["erased"], 1, "{done}");
        let scene = Scene::on(db, &key);
        noes_hold(&scene.api);
        drop(scene);
        // nothing is applied twice
        let idle = cli(db, &["--json", "restore", "--finish"]);
        assert_eq!((idle.code, idle.stdout.contains("\"applied_again\":null")), (0, true), "{idle:?}");
        checks_well(db);
        forget(&backup);
    }

    /// A copy that was put in place by hand is met by the start; without the register it is refused.
    fn a_key_that_was_revoked_since_the_backup_stays_revoked(db: &Db) {
        let scene = Scene::new(db);
        let key = scene.key.clone();
        drop(scene);
        let made = cli(db, &["--json", "api-key", "create", "--name", "old till", "--role", "collector"]);
        let till: Value = serde_json::from_str(&made.stdout).expect("JSON");
        let text = |name: &str| till[name].as_str().unwrap().to_owned();
        let backup = backs_up(db, "till");
        let revoked = cli(db, &["api-key", "revoke", &text("id")]);
        assert_eq!(revoked.code, 0, "{revoked:?}");
        let done = restores(db, &backup);
        assert_eq!(done["applied"]["keys"], 1, "{done}");
        checks_well(db);

        let scene = Scene::on(db, &key);
        let till = scene.server.http().bearer(&text("key"));
        let body = consent(&email(&at("till")), "newsletter", "email", "given");
        till.post("/v1/consents", &body).expect(401);
        scene.api.post("/v1/consents", &body).expect(201);
    }
    fn who_signed_out_since_the_backup_is_not_in_again(db: &Db) {
        let scene = Scene::new(db);
        let key = scene.key.clone();
        staff::add(db, "marc", "marketing");
        staff::add(db, "maud", "marketing");
        let (out, stays) = (staff::signs_in(&scene.server, "marc").http, staff::signs_in(&scene.server, "maud").http);
        let cookies: Vec<String> = [&out, &stays].map(|http| http.sent("cookie").unwrap()).into();
        for http in [&out, &stays] {
            http.get("/console/account").expect(200);
        }
        let backup = backs_up(db, "signed-out");
        let ended = cli(db, &["user", "end-sessions", "marc"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert_eq!(out.get("/console/account").status, 303);
        drop(scene);
        restores(db, &backup);
        let scene = Scene::on(db, &key);
        for cookie in cookies {
            let http = scene.server.http().header("cookie", &cookie);
            assert_eq!(http.get("/console/account").status, 303);
        }
        // their password is as before
        staff::password(&scene.server, "maud", staff::PASSWORD).expect(303);
        forget(&backup);
    }

    fn a_copy_by_hand_is_not_served_as_it_is(db: &Db) {
        let scene = Scene::new(db);
        for who in IN_IT {
            given(&scene.api, &at(who), "newsletter");
        }
        given(&scene.api, &at("withdraws"), "offers");
        let erased = given(&scene.api, ERASED, "newsletter");
        let backup = backs_up(db, "two");
        later(&scene.api, &erased);
        let key = scene.key.clone();
        drop(scene);
        by_hand(db, &backup);

        let aside = register(db).with_extension("aside");
        std::fs::rename(register(db), &aside).unwrap();
        let mut refused = Server::spawn(db, &[], &[]);
        assert_eq!(refused.await_exit().code(), Some(3));
        assert!(refused.stderr().contains("erasure register"), "{}", refused.stderr());
        let check = ["check", "--purpose", "newsletter", "--channel", "email", "--email", "x@restored.example"];
        assert_eq!(cli(db, &check).code, 3);
        // damaged is as bad as lost
        let _ = std::fs::remove_dir_all(register(db));
        copy_directory(&aside, &register(db));
        for path in files(&register(db)) {
            let mut bytes = std::fs::read(&path).unwrap();
            let last = bytes.len() - 5;
            bytes[last] ^= 1;
            std::fs::write(&path, bytes).unwrap();
        }
        let mut refused = Server::spawn(db, &[], &[]);
        assert_eq!(refused.await_exit().code(), Some(3));
        assert!(refused.stderr().contains("damaged"), "{}", refused.stderr());

        std::fs::remove_dir_all(register(db)).unwrap();
        std::fs::rename(&aside, register(db)).unwrap();
        let scene = Scene::on(db, &key);
        noes_hold(&scene.api);
        assert_eq!(scene.api.asks(&email(ERASED))["reason"], "UNKNOWN_SUBJECT");
        drop(scene);
        checks_well(db);
        forget(&backup);
    }

    /// Who is dead stays so; what was recorded wrongly is corrected again, and stays stopped.
    fn a_death_recorded_since_the_backup_is_recorded_again(db: &Db) {
        let scene = Scene::new(db);
        let dead = given(&scene.api, &at("dead"), "newsletter");
        let alive = given(&scene.api, &at("alive"), "newsletter");
        given(&scene.api, &at("stays"), "newsletter");
        let backup = backs_up(db, "death");
        let notes = |id: &str, body: Value| {
            scene.api.post(&format!("/v1/subjects/{id}/death"), &body).expect(201);
        };
        notes(&dead, json!({ "evidence": "LETTER-1" }));
        notes(&alive, json!({ "evidence": "LETTER-2" }));
        notes(&alive, json!({ "evidence": "LETTER-3", "corrected": true }));
        let key = scene.key.clone();
        drop(scene);
        let done = restores(db, &backup);
        assert_eq!(done["applied"]["deaths"], 3, "{done}");
        checks_well(db);
        let scene = Scene::on(db, &key);
        for who in ["dead", "alive"] {
            let answer = scene.api.asks(&email(&at(who)));
            assert!(!permits(&answer), "{who}: {answer}");
        }
        assert!(permits(&scene.api.asks(&email(&at("stays")))));
        let lifted = |who: &str| json!({ "subject": email(&at(who)), "restricted": false });
        let refused = scene.api.post("/v1/restrictions", &lifted("dead")).expect(409).json();
        assert_eq!(refused["code"], "death_recorded");
        let again = json!({ "evidence": "LETTER-4" });
        let known = scene.api.post(&format!("/v1/subjects/{dead}/death"), &again).expect(409).json();
        assert_eq!(known["code"], "death_recorded");
        scene.api.post("/v1/restrictions", &lifted("alive")).expect(201);
        let history = scene.api.history(&dead);
        assert!(history.iter().any(|entry| entry.to_string().contains("LETTER-1")), "{history:?}");
        drop(scene);
        let idle = cli(db, &["--json", "restore", "--finish"]);
        assert_eq!((idle.code, idle.stdout.contains("\"applied_again\":null")), (0, true), "{idle:?}");
        forget(&backup);
    }

    fn a_lost_register_is_given_up_aloud(db: &Db) {
        let scene = Scene::new(db);
        given(&scene.api, &at("withdraws"), "newsletter");
        let backup = backs_up(db, "three");
        says(&scene.api, &at("withdraws"), "newsletter", "withdrawn");
        drop(scene);
        std::fs::remove_dir_all(register(db)).unwrap();
        let refused = restore(db, &backup, &["--replace"]);
        assert_eq!(refused.code, 3, "{refused:?}");
        let done = restore(db, &backup, &["--replace", "--without-register", "--reason", "the disk died"]);
        assert_eq!(done.code, 0, "{done:?}");
        assert!(done.stdout.contains("\"lost\":1"), "{done:?}");
        let said = "SELECT COUNT(*) FROM public_events WHERE payload LIKE '%the disk died%'";
        assert_eq!(db.ask(said).trim(), "1");
        drop(Server::start(db));
        checks_well(db);
        forget(&backup);
    }

    fn a_damaged_copy_is_refused(db: &Db) {
        let scene = Scene::new(db);
        given(&scene.api, &at("stays"), "newsletter");
        let backup = backs_up(db, "four");
        let key = scene.key.clone();
        drop(scene);
        let mut bytes = std::fs::read(&backup).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&backup, &bytes).unwrap();
        let refused = restore(db, &backup, &["--replace"]);
        assert_eq!(refused.code, 1, "{refused:?}");
        let scene = Scene::on(db, &key);
        assert!(permits(&scene.api.asks(&email(&at("stays")))));
        drop(scene);
        forget(&backup);
    }

    /// Wherever it is killed: the next start serves every no, or there is nothing to serve, or the restore
    /// is begun anew.
    fn a_restore_that_is_killed_is_never_served_half(db: &Db) {
        let scene = Scene::new(db);
        let crowd: Vec<String> = (0..40).map(|n| at(&format!("crowd{n}"))).collect();
        for who in &crowd {
            given(&scene.api, who, "newsletter");
        }
        let erased = given(&scene.api, ERASED, "newsletter");
        let backup = backs_up(db, "five");
        for who in &crowd {
            says(&scene.api, who, "newsletter", "withdrawn");
        }
        let body = json!({ "reason": "unlawful" });
        scene.api.post(&format!("/v1/subjects/{erased}/erasure"), &body).expect(201);
        let key = scene.key.clone();
        drop(scene);
        for after in [5, 40, 80, 120, 160, 200, 260, 320, 400] {
            let mut child = cli_beside(db, &["restore", &backup, "--replace"]);
            std::thread::sleep(Duration::from_millis(after));
            process::signal("KILL", &[child.id()]);
            assert!(process::wait(&mut child, WITHIN).is_some());
            gone_from(db);
            let mut server = Server::spawn(db, &[], &[]);
            let ready = process::until(WITHIN, || {
                server.exit().is_some() || server.stderr().contains("listening on")
            });
            assert!(ready);
            if server.exit().is_none() {
                server.await_ready();
                let api = server.http().bearer(&key);
                for who in &crowd {
                    let mut answer = api.asks(&email(who));
                    // a machine that is busy may not learn the head in time, and says no for that
                    let known = process::until(WITHIN, || {
                        answer = api.asks(&email(who));
                        answer["reason"] != "STALE"
                    });
                    assert!(known && answer["reason"] == "CONSENT_WITHDRAWN", "after {after} ms: {answer}");
                }
                assert!(!permits(&api.asks(&email(ERASED))), "after {after} ms");
            }
        }
        let done = restore(db, &backup, &["--replace"]);
        assert_eq!(done.code, 0, "{done:?}");
        checks_well(db);
        forget(&backup);
    }
}

/// A server's database lets a killed client's session go a moment later.
pub fn gone_from(db: &Db) {
    if db.is_postgres() {
        let others = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        assert!(process::until(WITHIN, || db.ask(others).trim() == "0"));
    }
}

fn by_hand(db: &Db, backup: &str) {
    match db {
        Db::Sqlite { .. } => {
            for ending in ["", "-wal", "-shm", "-head"] {
                let _ = std::fs::remove_file(format!("{}{ending}", db.file().display()));
            }
            std::fs::copy(backup, db.file()).unwrap();
        }
        Db::Postgres { .. } => {
            db.tamper("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
            let mut psql = Programs::find().unwrap().command("psql");
            psql.args([
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "-f",
                backup,
            ]);
            let done = psql.arg(db.by_owner()).output().unwrap();
            assert!(done.status.success(), "{done:?}");
        }
    }
}

/// The files of a database's register.
pub fn register_files(db: &Db) -> Vec<PathBuf> {
    files(&register(db))
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(directory).unwrap();
    let paths = all.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "register"))
        .collect()
}

/// The erasure register of one data directory, copied into another.
pub fn copy_register(from: &Path, to: &Path) {
    copy_directory(&from.join("erasure-register"), &to.join("erasure-register"));
}

fn copy_directory(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for path in files(from) {
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}
