//! Nodes are replaced one after the other, by those of another version, and nobody who asks notices: each leaves in order,
//! and those that are still old work on with the newer one's tables, as long as these let them.

mod balancer;
mod clients;

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use self::balancer::Balancer;
use self::clients::Clients;
use crate::support::database::Db;
use crate::support::process;
use crate::support::reaper::directory;
use crate::support::scene::{Scene, consent, email, permits, question};
use crate::support::server::{Server, cli};

const NODES: usize = 3;
const CLIENTS: usize = 6;
/// A newer version, as far as the tables tell.
const NEWER: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9001')";
/// What it asks of programs where it breaks older ones.
const BREAKS: &str = "UPDATE log_head SET oldest_program = 9001";

/// What a newer version's migrations would add to the tables that are written and read most, each four of them at the most.
const EXPANDS: [&str; 4] = [
    "ALTER TABLE subjects ADD COLUMN newer BIGINT;
     ALTER TABLE subject_events ADD COLUMN newer TEXT NOT NULL DEFAULT 'none';
     ALTER TABLE consent_states ADD COLUMN newer BOOLEAN NOT NULL DEFAULT false;
     ALTER TABLE identifiers ADD COLUMN newer BYTEA;",
    "ALTER TABLE ledger ADD COLUMN newer BIGINT;
     ALTER TABLE public_events ADD COLUMN newer BIGINT;
     ALTER TABLE tree_tiles ADD COLUMN newer BIGINT;
     ALTER TABLE outbox ADD COLUMN newer BIGINT;",
    "ALTER TABLE idempotency ADD COLUMN newer BIGINT;
     ALTER TABLE api_keys ADD COLUMN newer TEXT NOT NULL DEFAULT '{}';
     ALTER TABLE registry ADD COLUMN newer INTEGER NOT NULL DEFAULT 1;
     ALTER TABLE log_head ADD COLUMN newer INTEGER NOT NULL DEFAULT 1;",
    "CREATE TABLE newer (id BIGINT NOT NULL PRIMARY KEY);
     INSERT INTO __diesel_schema_migrations (version) VALUES ('9001');",
];

/// Applies them as `placet` does: it gives way where a table is in use, and tries again.
fn expands(db: &Db) {
    for migration in EXPANDS {
        db.tamper(&format!(
            "SET lock_timeout = '250ms'; DO $$ BEGIN
                FOR turn IN 1..60 LOOP
                    BEGIN
                        {migration}
                        RETURN;
                    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN PERFORM pg_sleep(0.5);
                    END;
                END LOOP;
                RAISE EXCEPTION 'the tables were always in use';
            END $$"
        ));
    }
    db.tamper("CREATE INDEX CONCURRENTLY newer_by_time ON subject_events (recorded_at)");
}

#[test]
fn nodes_are_replaced_one_by_one_and_no_request_fails() {
    let test = "upgrade::nodes_are_replaced_one_by_one_and_no_request_fails";
    let Some(db) = Db::postgres(test) else { return };
    let nodes = Balancer::of(&db, NODES);
    let clients = Clients::of(&nodes);
    std::thread::scope(|scope| {
        scope.spawn(|| nodes.looks());
        for number in 0..CLIENTS {
            let clients = &clients;
            scope.spawn(move || clients.client(number));
        }
        // also where it fails, or nobody would come to an end
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            works_on(&clients);
            nodes.replaces(&db, 0);
            expands(&db);
            for number in 0..NODES {
                works_on(&clients);
                nodes.replaces(&db, number);
            }
            works_on(&clients);
        }));
        nodes.over.store(true, Ordering::SeqCst);
        if let Err(why) = done {
            std::panic::resume_unwind(why);
        }
    });
    eprintln!("{} requests", clients.sent());
    clients.all_is_well();
    let checked = cli(&db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
}

/// Requests go on being answered.
fn works_on(clients: &Clients<'_>) {
    let before = clients.sent();
    let more = || clients.sent() > before + 60;
    assert!(
        process::until(Duration::from_mins(1), more),
        "nothing is sent any more"
    );
}

on_both! {
    /// Whoever asks is answered while a node leaves, and told to go elsewhere; a balancer is told so, too.
    fn a_node_that_leaves_says_so_and_answers_on(db: &Db) {
        let key = Scene::new(db).key;
        let mut server = Server::start_with(db, &[], &[("PLACET_DRAIN_SECONDS", "3")]);
        let api = server.http().bearer(&key);
        let person = email("leaving@upgrade.example");
        assert_eq!(api.get("/readyz").expect(200).json()["leaving"], false);
        let begun = Instant::now();
        process::signal("TERM", &[server.pid()]);
        let leaves = || api.get("/readyz").status == 503;
        assert!(process::until(Duration::from_secs(2), leaves), "it says so");
        assert_eq!(api.get("/readyz").expect(503).json()["leaving"], true);
        let body = consent(&person, "newsletter", "email", "given");
        let reply = api.post("/v1/consents", &body).expect(201);
        assert_eq!(reply.header("connection"), Some("close"));
        assert!(permits(&api.asks(&person)));
        assert!(server.http().get("/healthz").status == 200, "it lives");
        assert!(server.await_exit().success());
        assert!(begun.elapsed() >= Duration::from_secs(3), "{:?}", begun.elapsed());
        let again = Scene::on(db, &key);
        assert!(permits(&again.api.asks(&person)), "what was acknowledged is there");
    }

    fn a_node_that_is_asked_twice_ends_at_once(db: &Db) {
        let mut server = Server::start_with(db, &[], &[("PLACET_DRAIN_SECONDS", "600")]);
        for signal in ["INT", "TERM"] {
            process::signal(signal, &[server.pid()]);
            let leaves = || server.exit().is_some() || server.stderr().contains("leaving: this node");
            assert!(process::until(Duration::from_secs(5), leaves));
        }
        assert!(server.await_exit().success());
    }

    /// A newer version's tables, which this one cannot live with: it neither starts nor goes on, and a no is not taken by
    /// somebody who might lose it.
    fn on_tables_that_are_for_newer_programs_nothing_is_permitted(db: &Db) {
        let scene = Scene::new(db);
        let person = email("old@upgrade.example");
        scene.api.records(&consent(&person, "newsletter", "email", "given"));
        assert!(permits(&scene.api.asks(&person)));
        let mut node = Server::start(db);
        let api = node.http().bearer(&scene.key);
        assert!(permits(&api.asks(&person)));
        db.tamper(&format!("{NEWER}; {BREAKS}"));
        let entries = db.ask("SELECT size FROM log_head");
        let no = consent(&person, "newsletter", "email", "withdrawn");
        // it may have ended by now; an embedded database is looked at once a second where nothing new is in it
        if let Ok(reply) = api.try_post("/v1/consents", &no) {
            assert_eq!(reply.status, 503, "{}", reply.text);
        }
        if db.is_postgres()
            && let Ok(reply) = api.try_post("/v1/checks", &question(&person, "newsletter", "email"))
        {
            assert!(!reply.text.contains("\"permit\""), "{}", reply.text);
        }
        let ended = node.await_exit();
        assert_eq!(ended.code(), Some(3), "{ended:?}");
        let log = node.stderr();
        assert!(log.contains("for programs that know migration 9001"), "{log}");
        assert_eq!(db.ask("SELECT size FROM log_head"), entries, "nothing was written");
        let mut again = Server::spawn(db, &[], &[]);
        assert_eq!(again.await_exit().code(), Some(3));
        assert!(again.stderr().contains("run the newer version"), "{}", again.stderr());
        let told = cli(db, &["api-key", "list"]);
        assert_eq!(told.code, 3, "{told:?}");
        assert!(told.stderr.contains("run the newer version"), "{told:?}");
    }

    /// The same where it lets older ones work on: those start, too, and leave what the newer one put in force.
    fn on_tables_of_a_newer_version_an_older_one_works_on(db: &Db) {
        let scene = Scene::new(db);
        let live = scene.api.get("/readyz").expect(200).json()["policy_version"].clone();
        let person = email("expanded@upgrade.example");
        scene.api.records(&consent(&person, "newsletter", "email", "given"));
        db.tamper(NEWER);
        let (packs, text) = other_packs();
        let node = Scene::with(db, &scene.key, &["--policies", &text]);
        assert!(permits(&node.api.asks(&person)));
        node.api.records(&consent(&person, "newsletter", "email", "withdrawn"));
        assert!(!permits(&node.api.asks(&person)));
        assert_eq!(node.api.get("/readyz").expect(200).json()["policy_version"], live);
        drop(packs);
    }

    /// Migrations that are unknown, while known ones are missing: this program is of another line.
    fn tables_of_another_line_are_left_alone(db: &Db) {
        drop(Scene::new(db));
        db.tamper(&format!("{NEWER}; DELETE FROM __diesel_schema_migrations WHERE version = '0043'"));
        let mut server = Server::spawn(db, &[], &[]);
        assert_eq!(server.await_exit().code(), Some(3));
        assert!(server.stderr().contains("another version's"), "{}", server.stderr());
    }

    /// What tables ask of programs stays as it is, whoever writes.
    fn what_tables_ask_of_programs_outlives_writes(db: &Db) {
        let scene = Scene::new(db);
        db.tamper("UPDATE log_head SET oldest_program = 7");
        let person = email("floor@upgrade.example");
        scene.api.records(&consent(&person, "newsletter", "email", "given"));
        assert_eq!(db.ask("SELECT oldest_program FROM log_head"), "7");
    }
}

/// The packs of the program with a remark in one of them: another version.
fn other_packs() -> (tempfile::TempDir, String) {
    let packs = directory("packs");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let to = packs.path().join("policies");
    crate::cli::policies::copy(&from, &to);
    let one = to.join("gdpr/consent.cedar");
    let text = std::fs::read_to_string(&one).unwrap();
    std::fs::write(one, format!("{text}\n// another version\n")).unwrap();
    let text = to.display().to_string();
    (packs, text)
}
