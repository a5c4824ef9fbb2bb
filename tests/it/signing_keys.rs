//! The keys that sign the log change under running services, and are lost: what was handed out holds
//! on, and what does not hold says so.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use placet::audit::checkpoint::Checkpoint;
use placet::audit::note::{self, VerifierKey, lines_by};
use serde_json::{Value, json};

use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::process;
use crate::support::scene::{Scene, consent, email, permits};
use crate::support::server::{Output, Server, cli};
use crate::support::witness::Witness;

const WITHIN: Duration = Duration::from_secs(60);

fn says_yes(api: &Http, name: &str) {
    let yes = consent(
        &email(&format!("{name}@keys.example")),
        "newsletter",
        "email",
        "given",
    );
    api.records(&yes);
}

fn keys(db: &Db, command: &str) -> Output {
    let mut arguments = vec!["keys", command];
    if command == "replace-lost-signing" {
        arguments.extend(["--reason", "the disk died"]);
    }
    cli(db, &arguments)
}

/// Runs a command that makes or ends a key, and gives that key.
#[track_caller]
fn key(db: &Db, command: &str) -> VerifierKey {
    let done = keys(db, command);
    assert_eq!(done.code, 0, "{done:?}");
    done.stdout.trim().parse().expect("a key")
}

fn export(db: &Db, folder: &Path, name: &str) -> String {
    let file = folder.join(name).display().to_string();
    let period = ["--from", "2020-01-01", "--to", "2100-01-01", "-o", &file];
    let made = cli(db, &[&["audit", "export"], &period[..]].concat());
    assert_eq!(made.code, 0, "{made:?}");
    file
}

fn verify(db: &Db, file: &str, key: &VerifierKey) -> Output {
    cli(db, &["audit", "verify", file, "--key", &key.to_string()])
}

#[track_caller]
fn holds(db: &Db, file: &str, key: &VerifierKey) {
    let verified = verify(db, file, key);
    assert_eq!(verified.code, 0, "{verified:?}");
}

fn vkey(http: &Http) -> VerifierKey {
    let text = http.get("/log/vkey").expect(200).text;
    text.trim().parse().expect("a key")
}

fn log_keys(http: &Http) -> Vec<Value> {
    let told = http.get("/log/keys").expect(200).json();
    told["keys"].as_array().expect("keys").clone()
}

/// Whoever signs heads of that size, by what the service tells.
fn signing(keys: &[Value], size: u64) -> Vec<VerifierKey> {
    let covers = |key: &&Value| {
        key["from"].as_u64().unwrap() <= size
            && key["until"].as_u64().is_none_or(|until| size <= until)
    };
    let keys = keys.iter().filter(covers);
    keys.map(|key| key["key"].as_str().unwrap().parse().unwrap())
        .collect()
}

on_both! {
    /// Two services sign while the key changes: each checkpoint that either serves bears exactly the
    /// keys of its size, and nobody's question or consent fails meanwhile.
    fn keys_change_under_two_services_without_a_gap(db: &Db) {
        let a = Scene::new(db);
        let b = Scene::on(db, &a.key);
        let old = vkey(&a.server.http());
        let folder = tempfile::tempdir().unwrap();
        says_yes(&a.api, "before");
        let early = export(db, folder.path(), "early.zip");
        let (done, seen) = (AtomicBool::new(false), Mutex::new(Vec::new()));
        let (new, retired) = std::thread::scope(|scope| {
            for (node, scene) in [("a", &a), ("b", &b)] {
                let (done, seen) = (&done, &seen);
                scope.spawn(move || {
                    let mut n = 0;
                    while !done.load(Ordering::SeqCst) {
                        says_yes(&scene.api, &format!("{node}{n}"));
                        assert!(permits(&scene.api.asks(&email(&format!("{node}{n}@keys.example")))));
                        let note = scene.server.http().get("/log/checkpoint").expect(200).text;
                        seen.lock().unwrap().push(note);
                        n += 1;
                    }
                });
            }
            let more = || {
                let count = seen.lock().unwrap().len();
                assert!(process::until(WITHIN, || seen.lock().unwrap().len() > count + 6));
            };
            more();
            let new = key(db, "rotate-signing");
            more();
            let retired = key(db, "retire-signing");
            more();
            done.store(true, Ordering::SeqCst);
            (new, retired)
        });
        assert_eq!(retired, old);
        let told = log_keys(&b.server.http());
        assert_eq!(told, log_keys(&a.server.http()));
        let mut kinds = [0, 0, 0];
        for note in seen.into_inner().unwrap() {
            let head: Checkpoint = note::unverified_text(&note).unwrap().parse().unwrap();
            let signers = signing(&told, head.size);
            let opened = note::open(&note, &[old.clone(), new.clone()]).unwrap();
            assert_eq!(opened.signed_by, signers, "{note}");
            assert_eq!(lines_by(&note, old.name()), signers.len(), "{note}");
            kinds[if signers.len() == 2 { 1 } else if signers[0] == old { 0 } else { 2 }] += 1;
        }
        assert!(kinds.iter().all(|count| *count > 0), "{kinds:?}");
        assert_eq!(vkey(&a.server.http()), old, "the first key stays the anchor");
        let late = export(db, folder.path(), "late.zip");
        holds(db, &early, &old);
        holds(db, &late, &old);
        holds(db, &late, &new);
        let stranger = VerifierKey::new(old.name(), [3; 32]).unwrap();
        assert_eq!(verify(db, &late, &stranger).code, 1);
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
        let list = keys(db, "list");
        let of_others = [" ", "master key", "epoch"];
        let lines: Vec<_> = list.stdout.lines().filter(|line| of_others.iter().all(|start| !line.starts_with(start))).collect();
        assert!(lines.len() == 2 && lines[0].contains("retired") && lines[1].contains("signs"), "{list:?}");
        // a later service starts on what the others left
        let c = Scene::on(db, &a.key);
        says_yes(&c.api, "after");
        assert_eq!(keys(db, "retire-signing").code, 2, "one key must stay");
    }

    /// The key's row cannot be opened any more: nobody pretends, and the way on is told, taken and
    /// shown for ever.
    fn a_lost_key_stops_the_start_until_it_is_replaced(db: &Db) {
        let mut scene = Scene::new(db);
        let old = vkey(&scene.server.http());
        assert_eq!(keys(db, "replace-lost-signing").code, 2, "nothing is lost");
        let second = key(db, "rotate-signing");
        key(db, "retire-signing");
        says_yes(&scene.api, "anne");
        let folder = tempfile::tempdir().unwrap();
        let before = export(db, folder.path(), "before.zip");
        scene.server.terminate();
        db.tamper("UPDATE signing_acts SET sealed = NULL");
        let mut refused = Server::spawn(db, &[], &[]);
        assert!(!refused.await_exit().success());
        let said = refused.stderr();
        assert!(said.contains("cannot be opened") && said.contains("placet keys replace-lost-signing"), "{said}");
        let list = keys(db, "list");
        assert!(list.code == 0 && list.stdout.contains("lost"), "{list:?}");
        let third = key(db, "replace-lost-signing");
        let scene = Scene::on(db, &scene.key);
        let http = scene.server.http();
        assert_eq!(vkey(&http), third);
        let told = log_keys(&http);
        assert_eq!(told[2]["introduced"], json!("replaced"), "{told:?}");
        assert_eq!(told[2]["reason"], json!("the disk died"), "{told:?}");
        let after = export(db, folder.path(), "after.zip");
        let verified = verify(db, &after, &third);
        assert!(verified.code == 0 && verified.stdout.contains("BREAK at entry"), "{verified:?}");
        for key in [&old, &second] {
            holds(db, &before, key);
            let verified = verify(db, &after, key);
            assert!(verified.code == 1 && verified.stdout.contains("which was lost"), "{verified:?}");
        }
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }

    /// A database that was put together from two, or whose rows somebody tidied up.
    fn a_service_does_not_start_on_what_its_keys_did_not_sign(db: &Db) {
        let mut scene = Scene::new(db);
        key(db, "rotate-signing");
        key(db, "retire-signing");
        says_yes(&scene.api, "anne");
        scene.server.http().get("/log/checkpoint").expect(200);
        scene.server.terminate();
        let refuses = |damage: &str, words: &str| {
            db.tamper(damage);
            let mut server = Server::spawn(db, &[], &[]);
            assert!(!server.await_exit().success());
            let said = server.stderr();
            assert!(said.contains(words), "{damage}: {said}");
            let checked = cli(db, &["audit", "check"]);
            assert_eq!(checked.code, 1, "and the comparison says so: {checked:?}");
        };
        db.tamper("CREATE TABLE kept AS SELECT * FROM signing_acts");
        refuses("DELETE FROM signing_acts WHERE number = 1", "is not signed by the keys");
        db.tamper("INSERT INTO signing_acts SELECT * FROM kept WHERE number = 1");
        let newest = "SELECT max(size) FROM checkpoints";
        refuses(
            &format!(
                "UPDATE checkpoints SET note = (SELECT note FROM checkpoints ORDER BY size LIMIT 1) \
                 WHERE size = ({newest})"
            ),
            "is not signed by the keys",
        );
    }
}

/// A witness that knows the old key alone goes on during the overlap, and one that was given both
/// goes on after it.
#[test]
fn a_witness_goes_on_while_both_sign() {
    let db = Db::sqlite();
    let mut scene = Scene::new(&db);
    let log = scene.server.http().get("/log/vkey").expect(200).text;
    let witness = Witness::start(log.trim());
    scene.server.terminate();
    let scene = Scene::with(&db, &scene.key, &["--witness", &witness.address()]);
    let http = scene.server.http();
    says_yes(&scene.api, "anne");
    let size = |http: &Http| -> u64 {
        let note = http.get("/log/checkpoint").expect(200).text;
        let head: Checkpoint = note::unverified_text(&note).unwrap().parse().unwrap();
        head.size
    };
    witness.await_size(&http, size(&http));
    key(&db, "rotate-signing");
    says_yes(&scene.api, "bea");
    witness.await_size(&http, size(&http));
    let folder = tempfile::tempdir().unwrap();
    let file = export(&db, folder.path(), "package.zip");
    let log = log.trim();
    let verified = cli(
        &db,
        &[
            "audit",
            "verify",
            &file,
            "--key",
            log,
            "--witness",
            &witness.key,
        ],
    );
    assert_eq!(verified.code, 0, "{verified:?}");
}
