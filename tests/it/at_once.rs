//! A no that was answered is seen by every check that starts afterwards.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::http::Http;
use crate::support::scene::{Scene, consent, email, permits, question, words};
use crate::support::server::cli;

const CHECKERS: usize = 4;
/// Checks of each thread that start after the answer.
const AFTERWARDS: usize = 3;

/// Checks without a pause from several threads while `no` is said; afterwards no check may permit.
/// Returns how many permits there were before.
#[track_caller]
fn race(asking: &[Http], person: &Value, no: impl FnOnce()) -> usize {
    let (said, before, ready) = (
        AtomicBool::new(false),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    let check = |api: &Http, batch: bool| {
        let one = question(person, "newsletter", "email");
        if !batch {
            return vec![api.post("/v1/checks", &one).expect(200).json()];
        }
        let answers = api
            .post("/v1/checks", &json!({ "checks": vec![one; 20] }))
            .expect(200)
            .json();
        answers["decisions"].as_array().unwrap().clone()
    };
    std::thread::scope(|scope| {
        for n in 0..CHECKERS {
            let (said, before, ready, check) = (&said, &before, &ready, &check);
            let api = &asking[n % asking.len()];
            scope.spawn(move || {
                let mut left = AFTERWARDS;
                while left > 0 {
                    let afterwards = said.load(Ordering::SeqCst);
                    let permitted = check(api, n == 0)
                        .iter()
                        .filter(|answer| permits(answer))
                        .count();
                    assert!(
                        !afterwards || permitted == 0,
                        "permitted after the no was acknowledged"
                    );
                    before.fetch_add(permitted, Ordering::SeqCst);
                    ready.fetch_add(1, Ordering::SeqCst);
                    left -= usize::from(afterwards);
                }
            });
        }
        while ready.load(Ordering::SeqCst) < CHECKERS {
            std::thread::yield_now();
        }
        no();
        said.store(true, Ordering::SeqCst);
    });
    before.into_inner()
}

/// A person who has just said yes.
fn yes(api: &Http, name: &str) -> Value {
    let person = email(&format!("{name}@race.example"));
    api.records(&consent(&person, "newsletter", "email", "given"));
    person
}

on_both! {
    fn a_withdrawal_through_the_api(db: &Db) {
        let scene = Scene::new(db);
        let asking = [scene.api.clone()];
        let mut permitted = 0;
        for round in 0..30 {
            let person = yes(&scene.api, &format!("api{round}"));
            permitted += race(&asking, &person, || match round % 3 {
                0 => drop(scene.api.records(&consent(&person, "newsletter", "email", "withdrawn"))),
                1 => {
                    let objection = json!({ "subject": person, "scope": "direct_marketing" });
                    scene.api.post("/v1/objections", &objection).expect(201);
                }
                _ => {
                    let suppression = json!({ "subject": person, "reason": "asked" });
                    scene.api.post("/v1/suppressions", &suppression).expect(201);
                }
            });
        }
        assert!(permitted > 0, "the race was one");
    }

    fn a_withdrawal_through_the_customers_form(db: &Db) {
        let scene = Scene::new(db);
        let (asking, browser) = ([scene.api.clone()], scene.server.http());
        let mut permitted = 0;
        for round in 0..20 {
            let person = yes(&scene.api, &format!("form{round}"));
            let (choices, stop) = scene.api.links(&person);
            permitted += race(&asking, &person, || {
                if round % 2 == 0 {
                    browser.chooses(&choices, "newsletter", "email", "no").expect(200);
                } else {
                    browser.form(&stop, &[("List-Unsubscribe", "One-Click")]).expect(200);
                }
            });
        }
        assert!(permitted > 0, "the race was one");
    }

    /// Another process writes to the same database all the while, so that the entries of the
    /// server and of the command are interleaved.
    fn a_withdrawal_while_a_command_writes_beside_the_server(db: &Db) {
        let scene = Scene::new(db);
        let asking = [scene.api.clone()];
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut n = 0;
                while !done.load(Ordering::SeqCst) {
                    n += 1;
                    let made = cli(db, &["link", "create", "--email", &format!("beside{n}@race.example")]);
                    assert_eq!(made.code, 0, "{made:?}");
                }
            });
            // the thread above must be told to end also when an assertion fails here
            let _end = SetWhenDropped(&done);
            for round in 0..20 {
                let person = yes(&scene.api, &format!("beside{round}"));
                race(&asking, &person, || {
                    scene.api.records(&consent(&person, "newsletter", "email", "withdrawn"));
                });
            }
        });
    }

    /// What a command changed holds for the first check after it ended.
    fn a_command_that_publishes_new_words(db: &Db) {
        let scene = Scene::new(db);
        let asking = [scene.api.clone()];
        let directory = tempfile::tempdir().unwrap();
        let person = yes(&scene.api, "words");
        for version in 2..5 {
            let text = words(&format!("version {version}"));
            let toml = format!(
                "[[notice]]\nid = \"newsletter\"\nversion = {version}\npurpose = \"newsletter\"\nchange = \"major\"\ntext = {{ fr = {}, en = {} }}\n",
                text["fr"], text["en"],
            );
            std::fs::write(directory.path().join("notice.toml"), toml).unwrap();
            let permitted = race(&asking, &person, || {
                let applied = cli(db, &["catalogue", "apply", directory.path().to_str().unwrap()]);
                assert_eq!(applied.code, 0, "{applied:?}");
            });
            assert!(permitted > 0, "there was a yes to the words before");
            assert_eq!(scene.api.asks(&person)["reason"], "NOTICE_OUTDATED");
            let mut anew = consent(&person, "newsletter", "email", "given");
            anew["notice"] = json!(format!("newsletter@{version}"));
            scene.api.records(&anew);
        }
    }

    fn a_command_that_revokes_a_key(db: &Db) {
        let scene = Scene::new(db);
        let person = yes(&scene.api, "key");
        for _ in 0..3 {
            let made = cli(db, &["--json", "api-key", "create", "--name", "mailer", "--role", "marketing"]);
            let made: Value = serde_json::from_str(&made.stdout).unwrap();
            let mailer = scene.server.http().bearer(made["key"].as_str().unwrap());
            assert!(permits(&mailer.asks(&person)), "a key opens as soon as it is printed");
            let revoked = cli(db, &["api-key", "revoke", made["id"].as_str().unwrap()]);
            assert_eq!(revoked.code, 0, "{revoked:?}");
            mailer.post("/v1/checks", &question(&person, "newsletter", "email")).expect(401);
        }
    }
}

struct SetWhenDropped<'a>(&'a AtomicBool);

impl Drop for SetWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
