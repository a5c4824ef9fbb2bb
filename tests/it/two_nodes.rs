//! Two nodes on one database: what one acknowledged the other honours; and a node that cannot
//! learn the head of the ledger permits nothing.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::postgres::Cluster;
use crate::support::process;
use crate::support::scene::{Scene, consent, email, permits, question, tagged, tags};
use crate::support::server::cli;
use crate::support::waits::{POSTGRES, test_name};

const NEWSLETTER: (&str, &str) = ("newsletter", "email");
/// The promise is three seconds; a busy machine gets two more.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
const RECOVERS_WITHIN: Duration = Duration::from_mins(1);

fn two(test: &str) -> Option<(Db, Scene, Scene)> {
    let db = Db::postgres(test)?;
    let a = Scene::new(&db);
    let b = Scene::on(&db, &a.key);
    Some((db, a, b))
}

fn said(api: &Http, person: &Value, status: &str) -> Value {
    api.records(&consent(person, NEWSLETTER.0, NEWSLETTER.1, status))
}

on_both! {
    /// As many at once as take statements of several rows and of one. An answer that rests on no
    /// clear act is no permission, neither where it was taken down nor where it was read.
    fn the_act_of_a_yes_is_known_to_every_node(db: &Db) {
        let a = Scene::new(db);
        let person = |n: usize| email(&format!("act{n}@two.example"));
        let said = |n| {
            let mut yes = consent(&person(n), NEWSLETTER.0, NEWSLETTER.1, "given");
            yes["act"] = json!("preticked_box");
            yes["explicit"] = json!(true);
            yes
        };
        let elements: Vec<Value> = (0..21).map(said).collect();
        let written = a.api.post("/v1/consents", &json!({ "consents": elements })).expect(201).json();
        let b = Scene::on(db, &a.key);
        for (n, view) in written["consents"].as_array().unwrap().iter().enumerate() {
            assert!(!permits(&a.api.asks(&person(n))));
            assert!(!permits(&b.api.asks(&person(n))));
            let states = b.api.states(view["subject_id"].as_str().unwrap());
            assert_eq!(states[0]["circumstances"], view["state"]["circumstances"], "{view}");
            assert_ne!(states[0]["circumstances"], Value::Null, "{view}");
        }
    }

    /// On `SQLite` the second node stands for whatever else writes into the file: an import, a
    /// command line.
    fn a_withdrawal_on_one_is_honoured_by_the_others_next_check(db: &Db) {
        let a = Scene::new(db);
        let b = Scene::on(db, &a.key);
        let permitted = AtomicUsize::new(0);
        for round in 0..60 {
            let (writes, asks) = if round % 2 == 0 {
                (&a.api, &b.api)
            } else {
                (&b.api, &a.api)
            };
            let person = email(&format!("nodes{round}@two.example"));
            said(writes, &person, "given");
            assert!(permits(&asks.asks(&person)), "a yes is honoured, too");
            let (done, ready) = (AtomicBool::new(false), AtomicUsize::new(0));
            std::thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| {
                        let mut left = 3;
                        while left > 0 {
                            let afterwards = done.load(Ordering::SeqCst);
                            let permit = permits(&asks.asks(&person));
                            assert!(
                                !(afterwards && permit),
                                "permitted on the state before the withdrawal"
                            );
                            permitted.fetch_add(usize::from(permit), Ordering::SeqCst);
                            ready.fetch_add(1, Ordering::SeqCst);
                            left -= usize::from(afterwards);
                        }
                    });
                }
                while ready.load(Ordering::SeqCst) < 3 {
                    std::thread::yield_now();
                }
                said(writes, &person, "withdrawn");
                done.store(true, Ordering::SeqCst);
            });
        }
        assert!(permitted.into_inner() > 0, "the race was one");
    }
}

/// Both nodes write the same persons at once; what was said last holds on both.
#[test]
fn both_agree_after_writing_the_same_persons_at_once() {
    let Some((_db, a, b)) = two("two_nodes::both_agree_after_writing_the_same_persons_at_once")
    else {
        return;
    };
    let persons: Vec<Value> = (0..8)
        .map(|n| email(&format!("same{n}@two.example")))
        .collect();
    std::thread::scope(|scope| {
        for (n, api) in [&a.api, &b.api, &a.api, &b.api].into_iter().enumerate() {
            let persons = &persons;
            scope.spawn(move || {
                for round in 0..20 {
                    for (at, person) in persons.iter().enumerate() {
                        let status = if (round + n + at) % 2 == 0 {
                            "given"
                        } else {
                            "withdrawn"
                        };
                        let keyed = api.header("idempotency-key", &format!("{n}-{round}-{at}"));
                        said(&keyed, person, status);
                    }
                }
            });
        }
    });
    for person in &persons {
        let (one, other) = (a.api.asks(person), b.api.asks(person));
        assert_eq!(one["reason"], other["reason"]);
        assert_eq!(one["evidence_position"], other["evidence_position"]);
        let id = a.api.post("/v1/subjects/lookup", person).expect(200).json();
        let history = a.api.history(id["subject_id"].as_str().unwrap());
        assert_eq!(
            history.len(),
            81,
            "linked once, and four times twenty records"
        );
    }
}

#[test]
fn a_retry_with_its_key_on_the_other_node_is_the_same_write() {
    let Some((_db, a, b)) =
        two("two_nodes::a_retry_with_its_key_on_the_other_node_is_the_same_write")
    else {
        return;
    };
    for round in 0..20 {
        let person = email(&format!("retry{round}@two.example"));
        let body = tagged(
            consent(&person, NEWSLETTER.0, NEWSLETTER.1, "given"),
            "once",
        );
        let answers: Vec<Value> = std::thread::scope(|scope| {
            let threads: Vec<_> = [&a.api, &b.api, &a.api, &b.api]
                .into_iter()
                .map(|api| {
                    let (keyed, body) = (
                        api.header("idempotency-key", &format!("retry-{round}")),
                        &body,
                    );
                    scope.spawn(move || keyed.records(body))
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert!(
            answers
                .iter()
                .all(|answer| answer["id"] == answers[0]["id"]),
            "{answers:?}"
        );
        assert!(
            answers
                .iter()
                .all(|answer| answer["position"] == answers[0]["position"]),
            "{answers:?}"
        );
        let history = b.api.history(answers[0]["subject_id"].as_str().unwrap());
        assert_eq!(tags(&history).get("once"), Some(&1));
    }
}

on_both! {
    fn a_key_revoked_by_a_command_is_refused_by_both_at_once(db: &Db) {
        let a = Scene::new(db);
        let b = Scene::on(db, &a.key);
        let person = email("key@two.example");
        said(&a.api, &person, "given");
        for _ in 0..3 {
            let made = cli(
                db,
                &[
                    "--json",
                    "api-key",
                    "create",
                    "--name",
                    "mailer",
                    "--role",
                    "marketing",
                ],
            );
            let made: Value = serde_json::from_str(&made.stdout).unwrap();
            let key = made["key"].as_str().unwrap();
            let nodes = [a.server.http().bearer(key), b.server.http().bearer(key)];
            for node in &nodes {
                assert!(
                    permits(&node.asks(&person)),
                    "a key opens as soon as it is printed"
                );
            }
            assert_eq!(
                cli(db, &["api-key", "revoke", made["id"].as_str().unwrap()]).code,
                0
            );
            for node in &nodes {
                node.post("/v1/checks", &question(&person, NEWSLETTER.0, NEWSLETTER.1))
                    .expect(401);
            }
        }
    }
}

/// A cluster that the test may stop, with a server on it and a person who said yes.
#[track_caller]
fn alone() -> Option<(Cluster, Db, Scene, Value)> {
    let cluster = Cluster::start_new()
        .inspect_err(|why| POSTGRES.missing(&test_name(), why))
        .ok()?;
    let db = Db::in_cluster(&cluster);
    let scene = Scene::new(&db);
    let person = email("down@two.example");
    said(&scene.api, &person, "given");
    assert!(permits(&scene.api.asks(&person)));
    Some((cluster, db, scene, person))
}

/// No check permits, each is answered in time, and the node says that it is not ready.
fn refuses_to_permit(scene: &Scene, person: &Value) {
    let one = question(person, NEWSLETTER.0, NEWSLETTER.1);
    for body in [one.clone(), json!({ "checks": [one.clone(), one] })] {
        let start = Instant::now();
        let reply = scene.api.post("/v1/checks", &body);
        let took = start.elapsed();
        assert!(took < ANSWERS_WITHIN, "an answer took {took:?}");
        assert!(!reply.text.contains("\"permit\""), "{}", reply.text);
        assert!(reply.text.contains("\"deny\""), "{}", reply.text);
        assert!([200, 503].contains(&reply.status), "{}", reply.status);
    }
    let start = Instant::now();
    scene.api.get("/readyz").expect(503);
    assert!(start.elapsed() < ANSWERS_WITHIN);
    scene.api.get("/healthz").expect(200);
}

fn comes_back(scene: &Scene, person: &Value) {
    let ready = || {
        scene
            .api
            .try_get("/readyz")
            .is_ok_and(|reply| reply.status == 200)
    };
    assert!(
        process::until(RECOVERS_WITHIN, ready),
        "it comes back by itself"
    );
    assert!(permits(&scene.api.asks(person)), "and permits again");
    let other = email("back@two.example");
    let writes = || {
        let body = consent(&other, NEWSLETTER.0, NEWSLETTER.1, "refused");
        scene.api.post("/v1/consents", &body).status == 201
    };
    assert!(process::until(RECOVERS_WITHIN, writes), "and writes again");
}

#[test]
fn without_its_database_a_node_denies_and_comes_back_by_itself() {
    let Some((cluster, _db, scene, person)) = alone() else {
        return;
    };
    for ends in [Cluster::stop, Cluster::kill9] {
        ends(&cluster);
        refuses_to_permit(&scene, &person);
        let body = consent(&person, NEWSLETTER.0, NEWSLETTER.1, "refused");
        scene.api.post("/v1/consents", &body).expect(503);
        scene.server.http().get("/c/no-such-link").expect(503);
        cluster.start();
        comes_back(&scene, &person);
    }
}

/// A database that hangs, as behind a network that swallows packets.
#[test]
fn on_a_database_that_hangs_a_node_denies() {
    let Some((cluster, _db, scene, person)) = alone() else {
        return;
    };
    let mut pids = process::named(&cluster.directory().join("data").display().to_string());
    pids.extend(pids.clone().into_iter().flat_map(process::children));
    process::signal("STOP", &pids);
    refuses_to_permit(&scene, &person);
    refuses_to_permit(&scene, &person);
    process::signal("CONT", &pids);
    comes_back(&scene, &person);
}

/// Writers go on until `PostgreSQL` dies under them: what they were answered is there afterwards.
#[test]
fn acknowledged_writes_survive_a_kill_of_the_database() {
    let Some((cluster, _db, scene, _)) = alone() else {
        return;
    };
    for round in 0..3 {
        let answered: Mutex<Vec<(String, Value)>> = Mutex::default();
        let uncertain: Mutex<Vec<String>> = Mutex::default();
        std::thread::scope(|scope| {
            for writer in 0..6 {
                let (answered, uncertain, api) = (&answered, &uncertain, scene.api.clone());
                scope.spawn(move || {
                    for n in 0.. {
                        let tag = format!("r{round}w{writer}n{n}");
                        let person = email(&format!("p{}@kill.example", n % 5));
                        let keyed = api.header("idempotency-key", &tag);
                        let reply = keyed.post(
                            "/v1/consents",
                            &tagged(consent(&person, NEWSLETTER.0, NEWSLETTER.1, "given"), &tag),
                        );
                        if reply.status != 201 {
                            assert_eq!(reply.status, 503, "{}", reply.text);
                            uncertain.lock().unwrap().push(tag);
                            return;
                        }
                        answered.lock().unwrap().push((tag, reply.json()));
                    }
                });
            }
            process::until(RECOVERS_WITHIN, || answered.lock().unwrap().len() >= 40);
            cluster.kill9();
        });
        cluster.start();
        let ready = || {
            scene
                .api
                .try_get("/readyz")
                .is_ok_and(|reply| reply.status == 200)
        };
        assert!(
            process::until(RECOVERS_WITHIN, ready),
            "it comes back by itself"
        );
        // whoever got no answer sends it again
        for tag in uncertain.into_inner().unwrap() {
            let n: usize = tag.rsplit('n').next().unwrap().parse().unwrap();
            let person = email(&format!("p{}@kill.example", n % 5));
            let body = tagged(consent(&person, NEWSLETTER.0, NEWSLETTER.1, "given"), &tag);
            let keyed = scene.api.header("idempotency-key", &tag);
            let mut reply = keyed.post("/v1/consents", &body);
            process::until(RECOVERS_WITHIN, || {
                reply = keyed.post("/v1/consents", &body);
                reply.status == 201
            });
            answered
                .lock()
                .unwrap()
                .push((tag, reply.expect(201).json()));
        }
        for (tag, view) in answered.into_inner().unwrap() {
            let found = tags(&scene.api.history(view["subject_id"].as_str().unwrap()));
            assert_eq!(found.get(&tag), Some(&1), "{tag} is there once");
        }
    }
}
