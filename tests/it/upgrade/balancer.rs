//! Several nodes behind a small balancer: it asks each for `/readyz`, and sends a request to the next one that is ready.
//! It sends each request once: whatever fails is a failure.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::time::Duration;

use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::scene::Scene;
use crate::support::server::Server;

/// How often each is asked.
const ASKS_EVERY: Duration = Duration::from_millis(50);
/// How long a node answers on after it was told to end.
const DRAIN: [(&str, &str); 1] = [("PLACET_DRAIN_SECONDS", "2")];

/// Where a node is reached, and whether it said that it is ready.
struct Seat {
    api: RwLock<Http>,
    ready: AtomicBool,
    server: Mutex<Server>,
}

/// The balancer, with the nodes behind it.
pub struct Balancer {
    seats: Vec<Seat>,
    turn: AtomicUsize,
    key: String,
    pub over: AtomicBool,
}

impl Balancer {
    /// So many nodes on a new registry.
    pub fn of(db: &Db, nodes: usize) -> Self {
        // the registry is furnished by a node of its own, which goes
        let key = Scene::new(db).key;
        let seat = |_| {
            let server = Server::start_with(db, &[], &DRAIN);
            Seat {
                api: RwLock::new(server.http().bearer(&key)),
                ready: AtomicBool::new(true),
                server: Mutex::new(server),
            }
        };
        let seats = (0..nodes).map(seat).collect();
        Self {
            seats,
            turn: AtomicUsize::new(0),
            key,
            over: AtomicBool::new(false),
        }
    }

    /// Looks who is ready, until it is over.
    pub fn looks(&self) {
        while !self.over.load(Ordering::SeqCst) {
            for seat in &self.seats {
                let api = seat.api.read().unwrap().clone();
                let told = api.try_get("/readyz");
                let ready = told.is_ok_and(|reply| reply.status == 200);
                seat.ready.store(ready, Ordering::SeqCst);
            }
            std::thread::sleep(ASKS_EVERY);
        }
    }

    /// The next node that is ready.
    pub fn next(&self) -> Option<Http> {
        let first = self.turn.fetch_add(1, Ordering::SeqCst);
        let mut seats =
            (0..self.seats.len()).map(|at| &self.seats[(first + at) % self.seats.len()]);
        let seat = seats.find(|seat| seat.ready.load(Ordering::SeqCst))?;
        Some(seat.api.read().unwrap().clone())
    }

    /// Ends a node as whoever runs services does, and starts it again.
    pub fn replaces(&self, db: &Db, number: usize) {
        let seat = &self.seats[number];
        let mut server = seat.server.lock().unwrap();
        let ended = server.terminate();
        assert!(ended.success(), "{ended:?}: {}", server.stderr());
        assert!(server.stderr().contains("leaving: this node"));
        *server = Server::start_with(db, &[], &DRAIN);
        *seat.api.write().unwrap() = server.http().bearer(&self.key);
        seat.ready.store(true, Ordering::SeqCst);
    }
}
