//! More checks than can be answered in time: some are turned away at once and told to deny, whoever says no is heard all
//! the same, and once it is over everybody is answered.

use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::scope;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::database::Db;
use crate::support::http::Reply;
use crate::support::process::{self, until};
use crate::support::scene::{Scene, consent, email, permits, question};

/// Each takes the one thread that answers a good part of what it takes on in one turn.
const BATCHES: usize = 16;
const CHECKS: usize = 10_000;

fn batch(of: usize) -> Value {
    let one = |n: usize| {
        question(
            &email(&format!("n{n}@crowd.example")),
            "newsletter",
            "email",
        )
    };
    let checks: Vec<Value> = (of * CHECKS..(of + 1) * CHECKS).map(one).collect();
    json!({ "checks": checks })
}

/// Whether it was answered; who is turned away is told what to do.
#[track_caller]
fn answered(reply: &Reply) -> bool {
    if reply.status == 200 {
        return true;
    }
    let said = reply.json();
    assert_eq!(
        (reply.status, &said["code"]),
        (503, &json!("overloaded")),
        "{said}"
    );
    assert_eq!(said["decision"], "deny");
    let again: u32 = reply
        .header("retry-after")
        .expect("Retry-After")
        .parse()
        .unwrap();
    assert!((1..=5).contains(&again));
    false
}

on_both! {
    fn who_is_not_answered_in_time_is_turned_away_at_once(db: &Db) {
        let scene = Scene::new(db);
        let key = &scene.key;
        let one = Scene::with(db, key, &["--workers", "1"]);
        let person = |n: usize| email(&format!("n{n}@no.example"));
        let over = AtomicBool::new(false);
        let (batches, noes) = scope(|scope| {
            let asks: Vec<_> = (0..BATCHES)
                .map(|n| {
                    let api = &one.api;
                    scope.spawn(move || api.post("/v1/checks", &batch(n)))
                })
                .collect();
            let noes = scope.spawn(|| {
                let mut noes = 0;
                while !over.load(Ordering::SeqCst) {
                    one.api.records(&consent(&person(noes), "newsletter", "email", "withdrawn"));
                    noes += 1;
                }
                noes
            });
            let batches: Vec<Reply> = asks.into_iter().map(|one| one.join().unwrap()).collect();
            over.store(true, Ordering::SeqCst);
            (batches, noes.join().unwrap())
        });
        let some = batches.iter().filter(|reply| answered(reply)).count();
        assert!((1..BATCHES).contains(&some), "{some} of {BATCHES} batches were answered");
        assert!(noes > 0);
        for n in 0..noes {
            assert!(!permits(&one.api.asks(&person(n))));
        }
        // nothing is remembered of it
        let alone = || answered(&one.api.post("/v1/checks", &batch(0)));
        assert!(until(Duration::from_secs(20), alone));
    }
}

/// A crowd of new connections waits in the system's queue, also while nobody takes them on, and none has to try again
/// after a second or seven.
#[test]
fn a_crowd_of_new_connections_waits_for_its_turn() {
    let scene = Scene::new(&Db::sqlite());
    let most = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
    let crowd = most.trim().parse::<usize>().unwrap().min(300);
    let server = &scene.server;
    let address = SocketAddr::from(([127, 0, 0, 1], server.port()));
    process::signal("STOP", &[server.pid()]);
    let come = || TcpStream::connect_timeout(&address, Duration::from_millis(900));
    let waiting: Vec<_> = (0..crowd).map_while(|_| come().ok()).collect();
    process::signal("CONT", &[server.pid()]);
    assert_eq!(waiting.len(), crowd);
    drop(waiting);
    server.http().get("/readyz").expect(200);
}
