//! Another master key under running services: nobody notices, a node starts with either until one is forgotten, and
//! what was copied opens with the key of then.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use placet::cli::system::{SystemClock, SystemEntropy};
use placet::domain::personal::Secret;
use placet::domain::time::{Clock, Entropy, NoEntropy};
use placet::store::keys::{KeyDirectory, MasterKey};
use placet::store::{Options, RegisterPlace, Unlocked};
use serde_json::{Value, json};

use crate::restore::{backs_up, forget, gone_from};
use crate::shop::Shop;
use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::process;
use crate::support::scene::{Scene, consent, email, permits};
use crate::support::server::{Output, Server, cli, cli_beside, cli_under, cli_with_input};
use crate::support::staff::PASSWORD;

const WITHIN: Duration = Duration::from_secs(60);
const ADDED: &str = "SELECT COUNT(*) FROM ledger WHERE leaf LIKE '%master_key.added%'";

fn person(name: &str) -> Value {
    email(&format!("{name}@masters.example"))
}

fn says(api: &Http, name: &str, status: &str) -> Value {
    api.records(&consent(&person(name), "newsletter", "email", status))
}

fn old(db: &Db) -> PathBuf {
    db.data_dir().join("master.key")
}

fn new(db: &Db) -> PathBuf {
    db.data_dir().join("master-2.key")
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn replace(db: &Db) -> Output {
    cli(
        db,
        &[
            "--json",
            "keys",
            "replace-master",
            "--new-key-file",
            &text(&new(db)),
        ],
    )
}

/// The id of the new key.
#[track_caller]
fn replaces(db: &Db) -> String {
    let done = replace(db);
    assert_eq!(done.code, 0, "{done:?}");
    let told: Value = serde_json::from_str(&done.stdout).expect("JSON");
    told["master_key"].as_str().unwrap().to_owned()
}

/// By whoever holds that file, with somebody of the staff who is by.
fn forgets(db: &Db, file: &Path, id: &str, more: &[&str]) -> Output {
    let add = ["user", "add", "--login", "witness", "--role", "admin"];
    let _made_before = cli_with_input(db, &add, PASSWORD);
    let command = [
        "keys",
        "forget-master",
        id,
        "--as",
        "witness",
        "--master-key-file",
    ];
    let file = text(file);
    let all = [&command, [file.as_str()].as_slice(), more].concat();
    cli_with_input(db, &all, PASSWORD)
}

#[track_caller]
fn listed(db: &Db, file: &Path) -> Value {
    let told = cli(
        db,
        &["--json", "keys", "list", "--master-key-file", &text(file)],
    );
    assert_eq!(told.code, 0, "{told:?}");
    serde_json::from_str(&told.stdout).expect("JSON")
}

/// Which master keys open the registry.
#[track_caller]
fn ids(db: &Db, file: &Path) -> Vec<String> {
    let told = listed(db, file);
    let keys = told["master_keys"].as_array().expect("master keys");
    keys.iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[track_caller]
fn checks_well(db: &Db, file: &Path) {
    let key = text(file);
    let checked = cli(db, &["audit", "check", "--master-key-file", &key]);
    assert_eq!(checked.code, 0, "{checked:?}");
    let package = text(&db.data_dir().join("all.zip"));
    let span = ["--from", "2020-01-01", "--to", "2100-01-01", "-o", &package];
    let export = [
        ["audit", "export", "--master-key-file", &key].as_slice(),
        &span,
    ]
    .concat();
    let made = cli(db, &export);
    assert_eq!(made.code, 0, "{made:?}");
    let verified = cli(db, &["audit", "verify", &package]);
    assert_eq!(verified.code, 0, "{verified:?}");
    std::fs::remove_file(package).unwrap();
}

/// What a service says that does not start with that file.
#[track_caller]
fn refused(db: &Db, file: &Path) -> String {
    let mut server = Server::spawn(db, &["--master-key-file", &text(file)], &[]);
    assert_eq!(server.await_exit().code(), Some(3));
    server.stderr()
}

fn with_key(db: &Db, key: &str, file: &Path) -> Scene {
    Scene::with(db, key, &["--master-key-file", &text(file)])
}

/// The first 32 bytes are the root that a master key of sevens derived before there were others.
struct AsBefore(AtomicBool, SystemEntropy);

impl Entropy for AsBefore {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        if self.0.swap(true, Ordering::SeqCst) {
            return self.1.fill(bytes);
        }
        let of = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"placet/1");
        bytes.copy_from_slice(ring::hmac::sign(&of, &[b'7'; 32]).as_ref());
        Ok(())
    }
}

/// A registry as older versions left it, and its key's file.
fn from_before(db: &Db) {
    std::fs::write(old(db), "Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc=\n").unwrap();
    std::fs::set_permissions(old(db), PermissionsExt::from_mode(0o600)).unwrap();
    let url = |url: &str| url.parse().expect("a database");
    let unlocked = Unlocked::unlock(Options {
        url: url(&db.url()),
        owner: db.owner().map(url),
        master: MasterKey::new(&Secret::new([b'7'; 32])).unwrap(),
        key_directory: KeyDirectory::new(db.data_dir().join("keys")),
        entropy: Arc::new(AsBefore(AtomicBool::new(false), SystemEntropy::new())),
        origin: "log.example/before".into(),
        now: SystemClock.now(),
        register: RegisterPlace {
            directory: db.data_dir().join("erasure-register"),
            node: "before".into(),
        },
    });
    drop(unlocked.unwrap());
    db.tamper("DELETE FROM master_keys");
}

on_both! {
    /// Several that start at once: one writes the root down, and everything is as it was.
    fn an_older_registry_goes_on_under_its_own_key_and_another(db: &Db) {
        from_before(db);
        let other = Db::sqlite();
        drop(Scene::new(&other));
        let stranger = cli(db, &["keys", "list", "--master-key-file", &text(&old(&other))]);
        assert!(stranger.code == 3 && stranger.stderr.contains("does not belong"), "{stranger:?}");
        assert_eq!(db.ask("SELECT COUNT(*) FROM master_keys"), "0");
        let all: Vec<_> = (0..5).map(|_| cli_beside(db, &["keys", "list"])).collect();
        for one in all {
            let done = one.wait_with_output().unwrap();
            assert!(done.status.success(), "{done:?}");
        }
        assert_eq!(db.ask("SELECT COUNT(*) FROM master_keys"), "1");
        let scene = Scene::new(db);
        let known = says(&scene.api, "known", "given")["subject_id"].as_str().unwrap().to_owned();
        says(&scene.api, "left", "withdrawn");
        let key = scene.key.clone();
        drop(scene);
        // so that what was kept is read without what is written down
        db.tamper("DELETE FROM master_keys");
        let (scene, second) = (Scene::on(db, &key), Scene::on(db, &key));
        assert!(permits(&scene.api.asks(&person("known"))));
        assert_eq!(second.api.asks(&person("left"))["reason"], "CONSENT_WITHDRAWN");
        let id = replaces(db);
        let first = ids(db, &old(db))[0].clone();
        let gone = forgets(db, &new(db), &first, &["--force"]);
        assert_eq!(gone.code, 0, "{gone:?}");
        says(&second.api, "known", "given");
        drop((scene, second));
        let said = refused(db, &old(db));
        assert!(said.contains(&id) && said.contains(&first), "{said}");
        let scene = with_key(db, &key, &new(db));
        assert!(permits(&scene.api.asks(&person("known"))));
        assert!(scene.api.history(&known).len() >= 2);
        checks_well(db, &new(db));
    }

    /// Two services, writers, readers and a form: another key comes, one node restarts with the old one and with
    /// the new one, the old one is forgotten, and nobody's request fails.
    fn nobody_notices_a_replacement(db: &Db) {
        let a = Scene::new(db);
        let b = Scene::on(db, &a.key);
        let known = says(&a.api, "known", "given")["subject_id"].as_str().unwrap().to_owned();
        says(&a.api, "left", "withdrawn");
        let made = cli(db, &["link", "create", "--email", "known@masters.example"]);
        let link = made.stdout.trim().split_once("/c/").expect("a link").1.to_owned();
        let (done, counts) = (AtomicBool::new(false), Mutex::new([0_usize; 5]));
        std::thread::scope(|scope| {
            for worker in 0..5 {
                let (done, counts, known, link, a) = (&done, &counts, &known, &link, &a);
                scope.spawn(move || {
                    let mut n = 0;
                    while !done.load(Ordering::SeqCst) {
                        match worker {
                            0 | 1 => {
                                let name = format!("w{worker}-{n}");
                                says(&a.api, &name, "given");
                                assert!(permits(&a.api.asks(&person(&name))));
                            }
                            2 => drop(a.api.get(&format!("/v1/subjects/{known}/history?limit=5")).expect(200)),
                            3 => drop(a.server.http().get(&format!("/c/{link}")).expect(200)),
                            _ => {
                                assert!(permits(&a.api.asks(&person("known"))));
                                assert_eq!(a.api.asks(&person("left"))["reason"], "CONSENT_WITHDRAWN");
                            }
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
            let id = replaces(db);
            let mode = std::fs::metadata(new(db)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            more();
            drop(b);
            for file in [old(db), new(db)] {
                let b = with_key(db, &a.key, &file);
                assert!(permits(&b.api.asks(&person("known"))), "{}", file.display());
                says(&b.api, "beside", "given");
            }
            let both = ids(db, &old(db));
            assert!(both.len() == 2 && both[1] == id, "{both:?}");
            assert_eq!(ids(db, &new(db)), both);
            // the other node's file is still the old one: it would not start again
            let address = a.server.url().replace("http://", "");
            let lacks = forgets(db, &new(db), &both[0], &[]);
            assert!(lacks.code == 2 && lacks.stderr.contains(&address), "{lacks:?}");
            let nodes = listed(db, &new(db))["nodes"].clone();
            let told = nodes.as_array().unwrap().iter().find(|one| one["name"].as_str().unwrap().contains(&address));
            assert_eq!(told.unwrap()["master_key"], json!(both[0]), "{nodes}");
            more();
            std::fs::rename(old(db), db.data_dir().join("aside")).unwrap();
            std::fs::copy(new(db), old(db)).unwrap();
            let gone = forgets(db, &old(db), &both[0], &[]);
            assert_eq!(gone.code, 0, "{gone:?}");
            more();
            done.store(true, Ordering::SeqCst);
        });
        let key = a.key.clone();
        drop(a);
        let aside = db.data_dir().join("aside");
        let said = refused(db, &aside);
        let left = ids(db, &old(db));
        assert!(left.len() == 1 && said.contains(&left[0]), "{left:?} {said}");
        let shut = cli(db, &["check", "--email", "known@masters.example", "--purpose", "newsletter", "--channel", "email",
            "--master-key-file", &text(&aside)]);
        assert!(shut.code == 3 && !shut.stdout.contains("permit"), "{shut:?}");
        let scene = Scene::on(db, &key);
        assert!(permits(&scene.api.asks(&person("known"))));
        assert_eq!(scene.api.asks(&person("left"))["reason"], "CONSENT_WITHDRAWN");
        assert!(!scene.api.history(&known).is_empty(), "what is sealed of a person is read");
        let witnessed = "SELECT COUNT(*) FROM public_events WHERE payload LIKE '%witness%'";
        assert_ne!(db.ask(witnessed).trim(), "0", "the log names the second person");
        checks_well(db, &old(db));
    }

    /// `kill -9` at many moments: each time the service goes on and starts, and in the end it is recorded once.
    fn a_replacement_that_is_killed_is_begun_again(db: &Db) {
        let mut scene = Scene::new(db);
        says(&scene.api, "anne", "given");
        for after in [1, 30, 60, 90, 120, 150, 200] {
            let mut child = cli_beside(db, &["keys", "replace-master", "--new-key-file", &text(&new(db))]);
            std::thread::sleep(Duration::from_millis(after));
            process::signal("KILL", &[child.id()]);
            assert!(process::wait(&mut child, WITHIN).is_some());
            says(&scene.api, &format!("after{after}"), "given");
            assert!(permits(&scene.api.asks(&person("anne"))));
        }
        let id = replaces(db);
        assert_eq!(replaces(db), id, "whoever runs it again is told the same");
        assert_eq!(db.ask(ADDED), "1");
        scene.server.kill9();
        let key = scene.key.clone();
        for file in [old(db), new(db)] {
            let scene = with_key(db, &key, &file);
            assert!(permits(&scene.api.asks(&person("anne"))));
        }
        let [first, _] = &ids(db, &new(db))[..] else { panic!("two open it") };
        for after in [30, 120, 250] {
            let stays = text(&new(db));
            let alone = ["keys", "forget-master", first, "--force", "--master-key-file", &stays];
            let mut child = cli_beside(db, &alone);
            std::thread::sleep(Duration::from_millis(after));
            process::signal("KILL", &[child.id()]);
            assert!(process::wait(&mut child, WITHIN).is_some());
            assert_eq!(ids(db, &new(db)).len(), 2, "nobody else was by");
        }
        let gone = forgets(db, &new(db), first, &["--wait", "1"]);
        assert_eq!(gone.code, 0, "{gone:?}");
        let again = forgets(db, &new(db), first, &["--wait", "0"]);
        assert!(again.code == 2 && again.stderr.contains("does not exist"), "{again:?}");
        checks_well(db, &new(db));
    }

    fn what_is_given_wrongly_is_told(db: &Db) {
        let scene = Scene::new(db);
        says(&scene.api, "anne", "given");
        std::fs::write(new(db), "AAAA").unwrap();
        std::fs::set_permissions(new(db), PermissionsExt::from_mode(0o600)).unwrap();
        let damaged = replace(db);
        assert!(damaged.code == 3 && damaged.stderr.contains("damaged"), "{damaged:?}");
        std::fs::copy(old(db), new(db)).unwrap();
        let same = replace(db);
        assert!(same.code == 2 && same.stderr.contains("that opens the registry now"), "{same:?}");
        std::fs::remove_file(new(db)).unwrap();
        let id = replaces(db);
        for mode in [0o644, 0o640, 0o604] {
            std::fs::set_permissions(new(db), PermissionsExt::from_mode(mode)).unwrap();
            let open = replace(db);
            assert!(open.code == 3 && open.stderr.contains("chmod 600"), "{open:?}");
        }
        std::fs::set_permissions(new(db), PermissionsExt::from_mode(0o600)).unwrap();
        let third = text(&db.data_dir().join("master-3.key"));
        let many = cli(db, &["keys", "replace-master", "--new-key-file", &third]);
        assert!(many.code == 2 && many.stderr.contains("forget-master"), "{many:?}");
        assert!(!Path::new(&third).exists(), "none is made in vain");
        let first = ids(db, &old(db))[0].clone();
        let own = forgets(db, &old(db), &first, &[]);
        assert!(own.code == 2 && own.stderr.contains("one that stays"), "{own:?}");
        let unknown = forgets(db, &old(db), "0123456789abcdef", &["--force"]);
        assert!(unknown.code == 2 && unknown.stderr.contains("does not exist"), "{unknown:?}");
        assert_eq!(cli(db, &["keys", "forget-master", "0123"]).code, 2, "no id");
        let other = Db::sqlite();
        drop(Scene::new(&other));
        let stranger = forgets(db, &old(&other), &first, &["--force"]);
        assert!(stranger.code == 3 && stranger.stderr.contains(&first) && stranger.stderr.contains(&id), "{stranger:?}");
        let alone = cli(db, &["keys", "forget-master", &first, "--force", "--master-key-file", &text(&new(db))]);
        assert!(alone.code == 2 && alone.stderr.contains("takes two persons"), "{alone:?}");
        assert_eq!(ids(db, &old(db)), [first.clone(), id.clone()], "nothing has changed");
        // given up: the new one goes, and another comes
        let gone = forgets(db, &old(db), &id, &[]);
        assert_eq!(gone.code, 0, "{gone:?}");
        let said = refused(db, &new(db));
        assert!(said.contains(&first) && said.contains(&id), "{said}");
        assert!(permits(&scene.api.asks(&person("anne"))));
        checks_well(db, &old(db));
    }

    /// A copy from before a replacement brings the old key back, and says so before anything gives way to it.
    fn a_copy_opens_with_the_key_of_then(db: &Db) {
        let scene = Scene::new(db);
        says(&scene.api, "anne", "given");
        says(&scene.api, "leaves", "given");
        let before = backs_up(db, "masters-before");
        let id = replaces(db);
        let first = ids(db, &old(db))[0].clone();
        says(&scene.api, "leaves", "withdrawn");
        let gone = forgets(db, &new(db), &first, &["--force"]);
        assert_eq!(gone.code, 0, "{gone:?}");
        says(&scene.api, "bea", "given");
        let key = scene.key.clone();
        drop(scene);
        gone_from(db);
        let stays = text(&new(db));
        let own = db.data_dir().file_name().unwrap().to_str().unwrap();
        let after = text(&db.data_dir().with_file_name(format!("{own}-masters-after")));
        let made = cli(db, &["backup", "-o", &after, "--master-key-file", &stays]);
        assert!(made.code == 0 && made.stdout.contains(&id), "{made:?}");
        let early = cli(db, &["restore", &before, "--replace", "--master-key-file", &stays]);
        assert!(early.code == 2 && early.stderr.contains(&first), "{early:?}");
        assert_eq!(ids(db, &new(db)), std::slice::from_ref(&id), "nothing gave way to it");
        let back = cli(db, &["restore", &before, "--replace"]);
        assert_eq!(back.code, 0, "{back:?}");
        assert_eq!(ids(db, &old(db)), [first]);
        let scene = Scene::on(db, &key);
        assert!(permits(&scene.api.asks(&person("anne"))));
        assert!(!permits(&scene.api.asks(&person("leaves"))), "a no from after the replacement");
        drop(scene);
        checks_well(db, &old(db));
        // once more from there, with the key that is there already
        assert_eq!(replaces(db), id);
        let later = cli(db, &["restore", &after, "--replace", "--master-key-file", &stays]);
        assert_eq!(later.code, 0, "{later:?}");
        let scene = with_key(db, &key, &new(db));
        assert!(permits(&scene.api.asks(&person("bea"))) && !permits(&scene.api.asks(&person("leaves"))));
        drop(scene);
        checks_well(db, &new(db));
        forget(&before);
        forget(&after);
    }

    /// Both keys by a command that prints them.
    fn a_command_fetches_the_key(db: &Db) {
        let mut scene = Scene::new(db);
        says(&scene.api, "anne", "given");
        scene.server.terminate();
        std::fs::rename(old(db), db.data_dir().join("fetched")).unwrap();
        let fetch = format!("cat {}", text(&db.data_dir().join("fetched")));
        let variable = format!("PLACET_MASTER_KEY_COMMAND={fetch}");
        let told = cli_under(db, &["env", &variable], &["keys", "list"]);
        assert_eq!(told.code, 0, "{told:?}");
        assert!(!old(db).exists(), "no file is made");
        let file = ["keys", "list", "--master-key-file", "x"];
        let both = cli_under(db, &["env", &variable], &file);
        assert!(both.code == 2 && both.stderr.contains("master_key_command"), "{both:?}");
        let server = Server::start_with(db, &[], &[("PLACET_MASTER_KEY_COMMAND", &fetch)]);
        assert!(permits(&server.http().bearer(&scene.key).asks(&person("anne"))));
        let other = Db::sqlite();
        assert_eq!(cli(&other, &["keys", "list"]).code, 0);
        std::fs::copy(old(&other), new(db)).unwrap();
        let from = format!("cat {}", text(&new(db)));
        let done = cli_under(db, &["env", &variable], &["keys", "replace-master", "--new-key-command", &from]);
        assert_eq!(done.code, 0, "{done:?}");
        let nothing = cli_under(db, &["env", &variable], &["keys", "replace-master", "--new-key-command", "echo no"]);
        assert!(nothing.code == 3 && nothing.stderr.contains("printed no key"), "{nothing:?}");
        drop(server);
        let server = Server::start_with(db, &[], &[("PLACET_MASTER_KEY_COMMAND", &from)]);
        assert!(permits(&server.http().bearer(&scene.key).asks(&person("anne"))));
        let doctor = cli_under(db, &["env", "PLACET_MASTER_KEY_COMMAND=false"], &["doctor"]);
        assert!(doctor.code == 3 && doctor.stdout.contains("cannot be fetched"), "{doctor:?}");
    }

    /// The console shows which open the registry, and the command that ends the old one while there are two.
    fn the_console_tells_of_master_keys(db: &Db) {
        let shop = Shop::open(db);
        let dpo = shop.staff(db, "dpo");
        let page = || dpo.get("/console/keys?lang=en").expect(200).text;
        let first = ids(db, &old(db))[0].clone();
        let before = page();
        assert!(before.contains(&first) && before.contains("Started with it"), "{before}");
        assert!(!before.contains("forget-master"));
        let id = replaces(db);
        let during = page();
        let command = format!("placet keys forget-master {first}");
        assert!(during.contains(&id) && during.contains(&command), "{during}");
        let gone = forgets(db, &new(db), &first, &["--force"]);
        assert_eq!(gone.code, 0, "{gone:?}");
        let after = page();
        assert!(after.contains(&id) && !after.contains(&first), "{after}");
    }
}
