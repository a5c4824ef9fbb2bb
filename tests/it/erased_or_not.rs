//! `kill -9` of an erasure at the two places that count: the register outside the database has it and the database
//! not, and neither has. The next start ends in *all erased* or in *nothing was*, and never in a half.
//!
//! A block is in the register before the commit that acknowledges it. On PostgreSQL another session holds the table
//! that is written next, so that the service stands still exactly there. Nothing can be held between the two on `SQLite`,
//! where the service is killed as soon as the register grows.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::restore::{gone_from, register_files};
use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::postgres_programs::Programs;
use crate::support::process::until;
use crate::support::scene::{Scene, consent, email, permits};
use crate::support::server::cli;

const WITHIN: Duration = Duration::from_secs(60);
/// So often it is tried where chance decides which side of the commit is hit.
const ROUNDS: usize = 6;

/// What keeps the service from writing.
enum Held {
    File(rusqlite::Connection),
    Table(Child),
}

impl Held {
    /// A table, or where there is one file the whole of it.
    fn table(db: &Db, name: &str) -> Self {
        let Db::Postgres { .. } = db else {
            let file = rusqlite::Connection::open(db.file()).unwrap();
            file.busy_timeout(WITHIN).unwrap();
            file.execute_batch("BEGIN IMMEDIATE").unwrap();
            return Self::File(file);
        };
        let mut psql = Programs::find().unwrap().command("psql");
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"])
            .arg(db.by_owner());
        let mut child = psql
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lock = format!("BEGIN;\nLOCK TABLE {name} IN EXCLUSIVE MODE;\n\\echo held\n");
        child
            .stdin
            .as_mut()
            .unwrap()
            .write_all(lock.as_bytes())
            .unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut said)
            .unwrap();
        assert_eq!(said.trim(), "held");
        Self::Table(child)
    }

    fn let_go(self) {
        match self {
            Self::File(file) => file.execute_batch("ROLLBACK").unwrap(),
            Self::Table(mut child) => {
                // psql ends with its input, and its transaction with it
                drop(child.stdin.take());
                child.wait().unwrap();
            }
        }
    }
}

fn address(n: usize) -> String {
    format!("p{n}@half.example")
}

/// Somebody who said yes.
fn given(api: &Http, who: &str) -> String {
    let said = api.records(&consent(&email(who), "newsletter", "email", "given"));
    said["subject_id"].as_str().unwrap().to_owned()
}

fn erase(api: &Http, id: &str) -> Result<u16, String> {
    let body = json!({ "reason": "unlawful", "keep_suppression": false });
    let reply = api.try_post(&format!("/v1/subjects/{id}/erasure"), &body);
    reply
        .map(|reply| reply.status)
        .map_err(|error| error.to_string())
}

fn length(db: &Db) -> u64 {
    let files: Vec<PathBuf> = register_files(db);
    files
        .iter()
        .map(|path| std::fs::metadata(path).unwrap().len())
        .sum()
}

/// A register that is begun, and its length.
fn begun(db: &Db, api: &Http) -> u64 {
    api.records(&consent(
        &email("no@half.example"),
        "newsletter",
        "email",
        "refused",
    ));
    length(db)
}

#[track_caller]
fn all_erased(db: &Db, api: &Http, (id, who): (&str, &str)) {
    let answer = api.asks(&email(who));
    assert_eq!(answer["reason"], "UNKNOWN_SUBJECT", "{answer}");
    api.get(&format!("/v1/subjects/{id}/consents")).expect(404);
    let rows =
        "(SELECT count(*) FROM subjects) - (SELECT count(DISTINCT subject_id) FROM subject_events)";
    assert_eq!(db.ask(rows).trim(), "0");
    let checked = cli(db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    // asked for once more, it is answered kindly
    assert_eq!(erase(api, id), Ok(200));
}

on_both! {
    /// Neither the register nor the database has it: nothing happened, and the same request does it.
    fn killed_before_the_register_nothing_is_erased(db: &Db) {
        let mut scene = Scene::new(db);
        let (who, key) = (address(0), scene.key.clone());
        let id = given(&scene.api, &who);
        let before = begun(db, &scene.api);
        let held = Held::table(db, "erasures");
        std::thread::scope(|scope| {
            let api = scene.api.clone();
            let asked = scope.spawn({ let id = id.clone(); move || erase(&api, &id) });
            if db.is_postgres() {
                let waits = || db.ask("SELECT count(*) FROM pg_locks WHERE NOT granted").trim() != "0";
                assert!(until(WITHIN, waits), "the erasure does not wait");
            } else {
                std::thread::sleep(Duration::from_millis(300));
            }
            assert!(!asked.is_finished(), "it was answered while nothing could be written");
            scene.server.kill9();
            assert!(asked.join().unwrap().is_err());
        });
        held.let_go();
        gone_from(db);
        assert_eq!(length(db), before);
        let scene = Scene::on(db, &key);
        assert!(permits(&scene.api.asks(&email(&who))));
        assert_eq!(erase(&scene.api, &id), Ok(201));
        all_erased(db, &scene.api, (&id, &who));
    }

    /// The register has it and the database not: the next start erases, before it serves.
    fn killed_between_register_and_commit_it_is_erased(db: &Db) {
        let mut scene = Scene::new(db);
        let key = scene.key.clone();
        let mut before = begun(db, &scene.api);
        for round in 1..=if db.is_postgres() { 2 } else { ROUNDS } {
            let who = address(round);
            let id = given(&scene.api, &who);
            let held = db.is_postgres().then(|| Held::table(db, "erasure_register"));
            std::thread::scope(|scope| {
                let api = scene.api.clone();
                let asked = scope.spawn({ let id = id.clone(); move || erase(&api, &id) });
                // no pause: the next step is the commit
                while length(db) == before && !asked.is_finished() {}
                scene.server.kill9();
                let answered = asked.join().unwrap();
                assert!(!db.is_postgres() || answered.is_err(), "{answered:?}");
            });
            if let Some(held) = held {
                held.let_go();
                gone_from(db);
                let there = format!("SELECT count(*) FROM subjects WHERE id = {}", db.bytes(&id.replace('-', "")));
                assert_eq!(db.ask(&there).trim(), "1", "the commit came about");
            }
            assert!(length(db) > before);
            scene = Scene::on(db, &key);
            all_erased(db, &scene.api, (&id, &who));
            before = begun(db, &scene.api);
        }
    }
}
