//! Key epochs under running services: nobody notices a rotation, whoever breaks it off may begin again,
//! and an epoch that was destroyed takes every backup with it.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::postgres;
use crate::support::postgres_programs::Programs;
use crate::support::process;
use crate::support::reaper::directory;
use crate::support::scene::{Scene, consent, email, permits};
use crate::support::server::{Output, Server, cli, cli_beside, cli_with_input};
use crate::support::staff::PASSWORD;

const WITHIN: Duration = Duration::from_secs(60);

fn person(name: &str) -> Value {
    email(&format!("{name}@epochs.example"))
}

fn says(api: &Http, name: &str, status: &str) -> Value {
    api.records(&consent(&person(name), "newsletter", "email", status))
}

/// As many persons as take several pages.
fn crowd(api: &Http, count: usize) {
    let one = |n: usize| {
        consent(
            &person(&format!("crowd{n}")),
            "newsletter",
            "email",
            "given",
        )
    };
    let all: Vec<Value> = (0..count).map(one).collect();
    for chunk in all.chunks(250) {
        api.post("/v1/consents", &json!({ "consents": chunk }))
            .expect(201);
    }
}

fn rotate(db: &Db) -> Output {
    cli(db, &["keys", "rotate-epoch", "--wait", "3"])
}

/// With somebody of the staff who is by; the log names them.
#[track_caller]
pub fn destroys(db: &Db, epoch: &str) {
    let _made_before = cli_with_input(
        db,
        &["user", "add", "--login", "witness", "--role", "admin"],
        PASSWORD,
    );
    let destroy = ["keys", "destroy-epoch", epoch, "--as", "witness"];
    let wrong = cli_with_input(db, &destroy, "a guess of sorts");
    assert_eq!(wrong.code, 2, "{wrong:?}");
    let done = cli_with_input(db, &destroy, PASSWORD);
    assert_eq!(done.code, 0, "{done:?}");
    let said = "SELECT COUNT(*) FROM public_events WHERE payload LIKE '%witness%'";
    assert_ne!(db.ask(said).trim(), "0");
}

#[track_caller]
fn rotates(db: &Db) {
    let done = rotate(db);
    assert_eq!(done.code, 0, "{done:?}");
}

#[track_caller]
fn epochs(db: &Db) -> Vec<Value> {
    let told = cli(db, &["keys", "list", "--json"]);
    assert_eq!(told.code, 0, "{told:?}");
    let told: Value = serde_json::from_str(&told.stdout).expect("JSON");
    told["epochs"].as_array().expect("epochs").clone()
}

/// Number, state, persons.
fn states(db: &Db) -> Vec<(i64, String, u64)> {
    let state = |one: &Value| {
        (
            one["epoch"].as_i64().unwrap(),
            one["state"].as_str().unwrap().to_owned(),
            one["persons"].as_u64().unwrap(),
        )
    };
    epochs(db).iter().map(state).collect()
}

fn key_file(db: &Db, epoch: i32) -> PathBuf {
    db.data_dir().join(format!("keys/epoch-{epoch}.key"))
}

#[track_caller]
fn checks_well(db: &Db) {
    let checked = cli(db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
}

fn ready(server: &Server) -> Value {
    server.http().get("/readyz").json()
}

/// A copy of the database as a backup has it, and the master key; the service must be stopped.
fn backup(db: &Db) -> Db {
    let data = Arc::new(directory("backup"));
    std::fs::copy(
        db.data_dir().join("master.key"),
        data.path().join("master.key"),
    )
    .unwrap();
    std::fs::create_dir(data.path().join("keys")).unwrap();
    // of that moment as well: what came later is another test's
    crate::restore::copy_register(db.data_dir(), data.path());
    match db {
        Db::Sqlite { .. } => {
            std::fs::copy(db.file(), data.path().join("placet.db")).unwrap();
            Db::Sqlite { data }
        }
        Db::Postgres { url, .. } => {
            let programs = Programs::find().unwrap();
            let dump = programs.command("pg_dump").arg(url).output().unwrap();
            assert!(dump.status.success(), "{dump:?}");
            let url = postgres::shared().unwrap().database();
            let mut psql = programs.command("psql");
            psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"])
                .arg(&url);
            psql.stdin(Stdio::piped()).stdout(Stdio::null());
            let mut psql = psql.spawn().unwrap();
            std::io::Write::write_all(&mut psql.stdin.take().unwrap(), &dump.stdout).unwrap();
            assert!(psql.wait().unwrap().success());
            let owner = None;
            Db::Postgres { data, url, owner }
        }
    }
}

fn ended(child: Child) -> Output {
    let output = child.wait_with_output().unwrap();
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

on_both! {
    /// Two services, four writers and two readers: an epoch begins, everybody is wrapped again and the
    /// epoch before is destroyed, and nobody's request fails.
    fn nobody_notices_a_rotation(db: &Db) {
        let a = Scene::new(db);
        let b = Scene::on(db, &a.key);
        crowd(&a.api, 1_500);
        let known = says(&a.api, "known", "given")["subject_id"].as_str().unwrap().to_owned();
        let (done, counts) = (AtomicBool::new(false), Mutex::new([0_usize; 6]));
        std::thread::scope(|scope| {
            for worker in 0..6 {
                let (done, counts, known) = (&done, &counts, &known);
                let api = if worker % 2 == 0 { &a.api } else { &b.api };
                scope.spawn(move || {
                    let mut n = 0;
                    while !done.load(Ordering::SeqCst) {
                        if worker < 4 {
                            let name = format!("w{worker}-{n}");
                            says(api, &name, "given");
                            assert!(permits(&api.asks(&person(&name))));
                            says(api, &format!("crowd{}", (n * 7 + worker) % 1_500), "withdrawn");
                        } else {
                            let read = api.get(&format!("/v1/subjects/{known}/history?limit=5"));
                            read.expect(200);
                        }
                        n += 1;
                        counts.lock().unwrap()[worker] += 1;
                    }
                });
            }
            let more = || {
                let before = *counts.lock().unwrap();
                assert!(process::until(WITHIN, || {
                    let now = *counts.lock().unwrap();
                    now.iter().zip(before).all(|(now, before)| *now > before + 1)
                }));
            };
            more();
            rotates(db);
            more();
            destroys(db, "2");
            more();
            done.store(true, Ordering::SeqCst);
        });
        assert!(!key_file(db, 2).exists() && key_file(db, 3).exists());
        let mode = std::fs::metadata(key_file(db, 3)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let told = states(db);
        assert_eq!((told[0].1.as_str(), told[0].2), ("destroyed", 0), "{told:?}");
        assert!(told[1].1 == "current" && told[1].2 > 1_500, "{told:?}");
        checks_well(db);
        let file = db.data_dir().join("all.zip").display().to_string();
        let made = cli(db, &["audit", "export", "--from", "2020-01-01", "--to", "2100-01-01", "-o", &file]);
        assert_eq!(made.code, 0, "{made:?}");
        let verified = cli(db, &["audit", "verify", &file]);
        assert_eq!(verified.code, 0, "{verified:?}");
        assert!(verified.stdout.contains("Key epoch 2 was destroyed at"), "{verified:?}");
        for scene in [&a, &b] {
            assert_eq!(ready(&scene.server)["key_epochs"], json!({ "current": 3, "faults": [] }));
        }
    }

    /// `kill -9` at many moments: each time it goes on, and in the end everybody is under the new epoch.
    fn a_rotation_that_is_killed_goes_on(db: &Db) {
        let scene = Scene::new(db);
        crowd(&scene.api, 2_500);
        let under = || db.ask("SELECT COUNT(*) FROM subjects WHERE key_epoch = 3").parse::<u64>().unwrap();
        for least in [0, 1, 1_500] {
            let mut child = cli_beside(db, &["keys", "rotate-epoch", "--wait", "2"]);
            let reached = || db.ask("SELECT key_epoch FROM registry") == "3" && under() >= least;
            assert!(process::until(WITHIN, || reached() || child.try_wait().unwrap().is_some()));
            let _ = child.kill();
            let _ = child.wait();
            says(&scene.api, &format!("after{least}"), "given");
            assert!(permits(&scene.api.asks(&person("crowd7"))));
            checks_well(db);
        }
        let begun = "SELECT COUNT(*) FROM ledger WHERE leaf LIKE '%key_epoch.begun%'";
        if db.ask("SELECT COUNT(*) FROM subjects WHERE key_epoch <> 3") != "0" {
            let done = rotate(db);
            assert!(done.code == 0 && done.stderr.contains("broken off"), "{done:?}");
        }
        assert_eq!(db.ask(begun), "1");
        assert_eq!(states(db), [(2, "past".to_owned(), 0), (3, "current".to_owned(), 2_503)]);
        checks_well(db);
    }

    fn of_two_rotations_at_once_one_begins_the_epoch(db: &Db) {
        let scene = Scene::new(db);
        crowd(&scene.api, 500);
        let both = [(); 2].map(|()| cli_beside(db, &["keys", "rotate-epoch", "--wait", "3"]));
        let both = both.map(ended);
        assert!(both.iter().any(|one| one.code == 0), "{both:?}");
        for one in &both {
            let kindly = one.stderr.contains("another rotation began key epoch 3 just now");
            let went_on = one.code == 0 && one.stdout.contains("key epoch 3");
            assert!(went_on || (one.code == 2 && kindly), "{both:?}");
        }
        let begun = "SELECT COUNT(*) FROM ledger WHERE leaf LIKE '%key_epoch.begun%'";
        assert_eq!(db.ask(begun), "1");
        assert_eq!(states(db)[1], (3, "current".to_owned(), 500));
        checks_well(db);
    }

    /// A node with a key directory of its own: nothing begins before it has the file. Where it is
    /// forced, that node permits nothing until the file is there, and needs no restart then.
    fn a_node_without_the_file_stops_the_rotation_and_never_permits(db: &Db) {
        let a = Scene::new(db);
        let apart = directory("keys");
        let own = |epoch: i32| apart.path().join(format!("epoch-{epoch}.key"));
        std::fs::copy(key_file(db, 2), own(2)).unwrap();
        let place = apart.path().display().to_string();
        let b = Scene::with(db, &a.key, &["--key-directory", &place]);
        says(&a.api, "anne", "given");
        assert!(permits(&b.api.asks(&person("anne"))));
        let refused = rotate(db);
        let address = b.server.url().replace("http://", "");
        assert!(refused.code == 2 && refused.stderr.contains(&address), "{refused:?}");
        assert_eq!(states(db), [(2, "current".to_owned(), 1), (3, "prepared".to_owned(), 0)]);
        says(&b.api, "bea", "given");
        let forced = cli(db, &["keys", "rotate-epoch", "--force"]);
        assert_eq!(forced.code, 0, "{forced:?}");
        let denied = b.api.asks_once(&person("anne"));
        assert!(!permits(&denied) && denied["reason"] == "STALE", "{denied}");
        assert_eq!(ready(&b.server)["status"], "not_ready");
        let told = json!({ "current": 3, "faults": ["the file of key epoch 3 is missing"] });
        assert!(process::until(WITHIN, || ready(&b.server)["key_epochs"] == told));
        let yes = consent(&person("anne"), "newsletter", "email", "withdrawn");
        b.api.post("/v1/consents", &yes).expect(503);
        assert!(permits(&a.api.asks(&person("anne"))), "the other goes on");
        std::fs::copy(key_file(db, 3), own(3)).unwrap();
        assert!(process::until(WITHIN, || permits(&b.api.asks(&person("anne")))));
        says(&b.api, "carl", "given");
        checks_well(db);
        // each node has its own copy to destroy
        let alone = cli(db, &["keys", "destroy-epoch", "2"]);
        assert!(alone.code == 2 && alone.stderr.contains("takes two persons"), "{alone:?}");
        assert!(own(2).exists() && key_file(db, 2).exists());
        destroys(db, "2");
        let again = cli(db, &["keys", "destroy-epoch", "2", "--key-directory", &place]);
        assert!(again.code == 0 && again.stdout.contains("said so before"), "{again:?}");
        assert!(!own(2).exists() && !key_file(db, 2).exists());
        says(&b.api, "dora", "given");
        says(&b.api, "anne", "withdrawn");
        assert!(!permits(&a.api.asks(&person("anne"))));
    }

    /// What the words say is what has to be done.
    fn a_service_does_not_start_without_its_key_files(db: &Db) {
        let mut scene = Scene::new(db);
        says(&scene.api, "anne", "given");
        let (file, aside) = (key_file(db, 2), db.data_dir().join("aside"));
        std::fs::rename(&file, &aside).unwrap();
        let told = || ready(&scene.server);
        assert!(process::until(WITHIN, || told()["key_epochs"]["faults"][0].is_string()), "{}", told());
        assert_eq!(told()["status"], "ready", "it holds the key still");
        says(&scene.api, "anne", "given");
        scene.server.terminate();
        let refused = |word: &str| {
            let mut server = Server::spawn(db, &[], &[]);
            assert!(!server.await_exit().success());
            let said = server.stderr();
            assert!(said.contains(word) && said.contains(&file.display().to_string()), "{said}");
            let made = cli(db, &["api-key", "create", "--name", "x", "--role", "dpo"]);
            assert!(made.code != 0 && made.stderr.contains(word), "{made:?}");
        };
        refused("is missing");
        assert!(cli(db, &["keys", "list"]).stdout.contains("IS MISSING"));
        std::fs::write(&file, "AAAA").unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        refused("damaged");
        let other = Db::sqlite();
        drop(Scene::new(&other));
        std::fs::copy(key_file(&other, 2), &file).unwrap();
        refused("is not that of key epoch 2");
        std::fs::copy(&aside, &file).unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        refused("chmod 600");
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        let scene = Scene::on(db, &scene.key);
        assert!(permits(&scene.api.asks(&person("anne"))));
    }

    /// A backup, an erasure, a rotation, the end of the epoch: then the backup, with the master key and
    /// every key file that is left, serves nobody and opens nothing of anybody.
    fn a_backup_from_before_dies_with_its_epoch(db: &Db) {
        let mut scene = Scene::new(db);
        let anne = says(&scene.api, "anne", "given")["subject_id"].as_str().unwrap().to_owned();
        says(&scene.api, "bea", "given");
        scene.server.terminate();
        let old = backup(db);
        let (old_file, key) = (key_file(&old, 2), scene.key.clone());
        std::fs::copy(key_file(db, 2), &old_file).unwrap();
        let mut restored = Scene::on(&old, &key);
        assert!(permits(&restored.api.asks(&person("anne"))), "a backup is as good, until then");
        restored.server.terminate();
        let scene = Scene::on(db, &key);
        let path = format!("/v1/subjects/{anne}/erasure");
        scene.api.post(&path, &json!({ "reason": "data_subject_request" })).expect(201);
        assert_eq!(cli(db, &["keys", "destroy-epoch", "2"]).code, 2, "still in use");
        rotates(db);
        destroys(db, "2");
        std::fs::remove_file(&old_file).unwrap();
        std::fs::copy(key_file(db, 3), key_file(&old, 3)).unwrap();
        let mut refused = Server::spawn(&old, &[], &[]);
        assert!(!refused.await_exit().success());
        let said = refused.stderr();
        assert!(said.contains("epoch-2.key") && said.contains("must not be used"), "{said}");
        let asked = cli(&old, &["check", "--email", "bea@epochs.example", "--purpose", "newsletter", "--channel", "email"]);
        assert!(asked.code != 0 && !asked.stdout.contains("permit"), "{asked:?}");
        // the other epoch's file under this one's name is no way in
        std::fs::copy(key_file(db, 3), &old_file).unwrap();
        let checked = cli(&old, &["audit", "check"]);
        assert_eq!(checked.code, 1, "{checked:?}");
        let what = "payloads of entries and identifiers of persons do not open";
        assert!(checked.stdout.contains("does not open"), "{what}: {checked:?}");
        checks_well(db);
    }

    /// The console shows epochs and signing keys, with the commands, to the DPO and the administrator alone.
    fn the_console_tells_of_keys(db: &Db) {
        let shop = Shop::open(db);
        shop.record(&yes("anne@epochs.example"));
        let clients = ["dpo", "admin", "marketing", "collector"].map(|role| shop.staff(db, role));
        let [dpo, admin, marketing, collector] = &clients;
        let page = |client: &Http| client.get("/console/keys?lang=en").expect(200).text;
        let before = page(dpo);
        assert!(before.contains("In use") && before.contains("placet keys rotate-epoch"), "{before}");
        assert!(!before.contains("destroy-epoch 2"), "nothing is to be destroyed yet");
        assert_eq!(page(admin).matches("<tr>").count(), before.matches("<tr>").count());
        for refused in [marketing, collector] {
            refused.get("/console/keys").expect(403);
        }
        shop.server.http().get("/console/keys").expect(303);
        rotates(db);
        let after = page(dpo);
        assert!(after.contains("placet keys destroy-epoch 2") && after.contains("Past"), "{after}");
        destroys(db, "2");
        let gone = page(dpo);
        assert!(gone.contains("Destroyed") && gone.contains("Gone") && !gone.contains("destroy-epoch 2"), "{gone}");
        // what is behind it, in the one table and in the other
        std::fs::rename(key_file(db, 3), key_file(db, 99)).unwrap();
        assert!(page(dpo).contains("MISSING"));
        std::fs::rename(key_file(db, 99), key_file(db, 3)).unwrap();
        let listed: Value = serde_json::from_str(&cli(db, &["keys", "list", "--json"]).stdout).unwrap();
        let key = &listed["keys"][0];
        assert!(gone.contains(key["id"].as_str().unwrap()) && key["since"].is_string(), "{listed}");
    }
}
