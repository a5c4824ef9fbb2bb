//! Several nodes on one database, each with a wire of its own to it, to be stopped, killed and cut off.

use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use super::wire::Wire;
use crate::support::clock;
use crate::support::database::Db;
use crate::support::dice::Dice;
use crate::support::http::Http;
use crate::support::process;
use crate::support::scene::Scene;
use crate::support::server::{Server, parted};

const READY_WITHIN: Duration = Duration::from_mins(1);

/// A node.
pub struct Node {
    pub wire: Wire,
    db: Db,
    /// By how many seconds its clock is ahead.
    pub shift: i64,
    /// At which port it serves, where others know it by that, and what it is told.
    port: u16,
    told: Vec<(&'static str, String)>,
    running: RwLock<(Server, Http)>,
}

/// The nodes.
pub struct Fleet {
    pub nodes: Vec<Node>,
    key: String,
}

impl Fleet {
    /// Nodes on a new registry in this database, which listens at that port; of each, by how many seconds its clock is
    /// ahead, where this machine can tell it so.
    #[track_caller]
    pub fn on(db: &Db, port: u16, shifts: &[i64]) -> Self {
        // the registry is furnished by a node of its own, which goes
        let key = Scene::new(db).key;
        let shifted = shifts.iter().any(|shift| *shift != 0);
        let can = shifted && clock::shifted("+0").is_some();
        let node = |shift: &i64| {
            let shift = if can { *shift } else { 0 };
            Node::start(db, port, shift, (0, vec![]), &key)
        };
        let nodes = shifts.iter().map(node).collect();
        Self { nodes, key }
    }

    /// Nodes that each hold a part of the persons, and know of each other.
    #[track_caller]
    pub fn parted(db: &Db, port: u16, parts: &[&str]) -> Self {
        let key = Scene::new(db).key;
        let node = |own| Node::start(db, port, 0, own, &key);
        let nodes = parted(parts).into_iter().map(node).collect();
        Self { nodes, key }
    }

    /// A client of a node.
    pub fn api(&self, number: usize) -> Http {
        self.nodes[number].running().1.clone()
    }

    /// Kills a node and starts it again; ready or not.
    pub fn restart(&self, number: usize) {
        let node = &self.nodes[number];
        node.running_mut().0.kill9();
        let started = node.starts(&self.key);
        *node.running_mut() = started;
    }

    /// Does something to one of the nodes, and undoes it.
    pub fn harms(&self, dice: &mut Dice) -> &'static str {
        let number = dice.below(self.nodes.len());
        let node = &self.nodes[number];
        let a_while = Duration::from_millis(200 + dice.roll() % 3_000);
        match dice.below(3) {
            0 => {
                let pid = node.running().0.pid();
                process::signal("STOP", &[pid]);
                std::thread::sleep(a_while);
                process::signal("CONT", &[pid]);
                "stopped"
            }
            1 => {
                self.restart(number);
                "killed"
            }
            _ => {
                node.wire.cut();
                std::thread::sleep(a_while + Duration::from_secs(2));
                node.wire.heal();
                "cut off"
            }
        }
    }

    /// Waits until every node is ready.
    #[track_caller]
    pub fn is_well(&self) {
        for (number, node) in self.nodes.iter().enumerate() {
            let ready = || {
                let reply = self.api(number).try_get("/readyz");
                reply.is_ok_and(|reply| reply.status == 200)
            };
            let log = || node.running().0.stderr();
            assert!(
                process::until(READY_WITHIN, ready),
                "node {number}: {}",
                log()
            );
        }
    }
}

impl Node {
    fn start(
        db: &Db,
        database: u16,
        shift: i64,
        (port, told): (u16, Vec<(&'static str, String)>),
        key: &str,
    ) -> Self {
        let wire = Wire::to(database);
        let db = db.through(wire.port());
        let running = RwLock::new(started(&db, shift, (port, &told), key));
        Self {
            wire,
            db,
            shift,
            port,
            told,
            running,
        }
    }

    fn starts(&self, key: &str) -> (Server, Http) {
        started(&self.db, self.shift, (self.port, &self.told), key)
    }

    /// What its clock shows, in microseconds.
    pub fn clock(&self) -> i64 {
        chrono::Utc::now().timestamp_micros() + self.shift * 1_000_000
    }

    pub fn running(&self) -> RwLockReadGuard<'_, (Server, Http)> {
        self.running.read().unwrap()
    }

    pub fn running_mut(&self) -> RwLockWriteGuard<'_, (Server, Http)> {
        self.running.write().unwrap()
    }
}

fn started(
    db: &Db,
    shift: i64,
    (port, told): (u16, &[(&'static str, String)]),
    key: &str,
) -> (Server, Http) {
    let clock = match shift {
        0 => None,
        _ => clock::shifted(&format!("{shift:+}")),
    };
    let told = clock.iter().flatten().chain(told);
    let told: Vec<(&str, &str)> = told.map(|(name, told)| (*name, told.as_str())).collect();
    let server = Server::start_at(db, port, &told);
    let api = server.http().bearer(key);
    (server, api)
}
