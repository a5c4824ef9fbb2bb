//! Several nodes on one database, while they are stopped, killed and cut off, their clocks differ, and the database dies
//! and comes back: what clients did and saw is put together, and what cannot be is none of it.

mod clients;
mod fleet;
mod history;
mod persons;
mod wire;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use self::clients::{Clients, address};
use self::fleet::Fleet;
use self::history::History;
use self::wire::Wire;
use crate::support::database::Db;
use crate::support::dice::Dice;
use crate::support::postgres::Cluster;
use crate::support::process::until;
use crate::support::scene::{consent, metric, permits, question};
use crate::support::server::cli;
use crate::support::waits::{POSTGRES, long, test_name};

/// A cluster that may be killed.
#[track_caller]
fn cluster() -> Option<Cluster> {
    Cluster::start_new()
        .inspect_err(|why| POSTGRES.missing(&test_name(), why))
        .ok()
}

/// Clients write and ask at a fleet for as long as something is done to it.
fn witnessed(fleet: &Fleet, clients: usize, seed: u64, harm: impl FnOnce(&Clients<'_>)) -> History {
    let all = Clients::of(fleet);
    std::thread::scope(|scope| {
        for number in 0..clients {
            let all = &all;
            scope.spawn(move || all.client(seed * 1_000 + number as u64));
        }
        // also where it fails, or nobody would come to an end
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| harm(&all)));
        all.over.store(true, Ordering::SeqCst);
        if let Err(why) = done {
            std::panic::resume_unwind(why);
        }
    });
    fleet.is_well();
    all.ends()
}

#[track_caller]
fn nothing_is_wrong(history: &History, least: usize) {
    let found = history.violations();
    assert!(
        found.is_empty(),
        "{} violations: {:#?}",
        found.len(),
        &found[..found.len().min(5)]
    );
    let told = history.told();
    eprintln!("{told}");
    let permits = history
        .answers
        .iter()
        .filter(|answer| answer.permit)
        .count();
    let count = history.writes.len() + history.answers.len();
    assert!(count > least && permits > 3, "too little was seen: {told}");
}

#[test]
fn no_history_of_harmed_nodes_is_impossible() {
    let Some(cluster) = cluster() else { return };
    let shifts = [0, -120, 120, 0, 0, -3, 3, 0];
    let (nodes, clients, lasts) = if long() { (8, 16, 300) } else { (3, 12, 20) };
    let seed = std::env::var("PLACET_TEST_SEED")
        .ok()
        .and_then(|text| text.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()));
    let db = Db::in_cluster(&cluster);
    let fleet = Fleet::on(&db, cluster.port(), &shifts[..nodes]);
    let history = witnessed(&fleet, clients, seed, |clients| {
        let mut dice = Dice::new(seed);
        let half = Instant::now() + Duration::from_secs(lasts / 2);
        let end = half + Duration::from_secs(lasts / 2);
        let mut at = 0;
        while Instant::now() < end {
            let harm = if at < 1 && Instant::now() > half || at > 0 && dice.one_in(9) {
                at += 1;
                cluster.kill9();
                cluster.start();
                "database killed"
            } else {
                fleet.harms(&mut dice)
            };
            eprintln!("{harm}");
            clients.moves_on();
        }
    });
    eprintln!("PLACET_TEST_SEED={seed}");
    nothing_is_wrong(&history, 60);
    let checked = cli(&db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
}

/// The same where each node holds a part of the persons, and asks others, or the database, about everybody else.
#[test]
fn no_history_of_harmed_nodes_with_a_part_each_is_impossible() {
    let Some(cluster) = cluster() else { return };
    let (parts, clients, lasts): (&[&str], _, _) = if long() {
        (&["1/3", "2/3", "3/3", "1/3", "2/3", "3/3"], 16, 300)
    } else {
        (&["1/2", "2/2", "2/2"], 12, 16)
    };
    let seed = u64::from(std::process::id());
    let db = Db::in_cluster(&cluster);
    let fleet = Fleet::parted(&db, cluster.port(), parts);
    let history = witnessed(&fleet, clients, seed, |clients| {
        let mut dice = Dice::new(seed);
        let end = Instant::now() + Duration::from_secs(lasts);
        while Instant::now() < end {
            eprintln!("{}", fleet.harms(&mut dice));
            clients.moves_on();
        }
    });
    nothing_is_wrong(&history, 60);
    let answered = |by: &str| -> u64 {
        let of = |node| {
            metric(
                &fleet.api(node),
                &format!("placet_elsewhere_total{{by=\"{by}\"}}"),
            )
        };
        (0..parts.len()).map(of).sum()
    };
    assert!(answered("nodes") > 0 && answered("database") > 0);
    let checked = cli(&db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
}

/// A standby that has everything takes over: what was acknowledged is there, and nodes come back by themselves.
#[test]
fn a_failover_to_a_standby_that_has_everything_loses_nothing() {
    let Some(cluster) = cluster() else { return };
    let db = Db::in_cluster(&cluster);
    let fleet = Fleet::on(&db, cluster.port(), &[0; 3]);
    let standby = cluster.standby(cluster.port());
    cluster.waits_for_its_standby();
    let history = witnessed(&fleet, 6, 77, |clients| {
        for _ in 0..4 {
            std::thread::sleep(Duration::from_secs(1));
            clients.moves_on();
        }
        cluster.kill9();
        standby.takes_over();
        for node in &fleet.nodes {
            node.wire.leads_to(standby.port());
        }
        fleet.is_well();
        for _ in 0..4 {
            std::thread::sleep(Duration::from_secs(1));
            clients.moves_on();
        }
    });
    nothing_is_wrong(&history, 60);
}

/// A standby that lacked what was acknowledged takes over: that is lost, and nobody may go on as if it were not. A node
/// that knew of it permits nothing, ends, and started anew reads what there is.
#[test]
fn on_a_log_that_went_another_way_a_node_permits_nothing() {
    let Some(cluster) = cluster() else { return };
    let db = Db::in_cluster(&cluster);
    let fleet = Fleet::on(&db, cluster.port(), &[0; 2]);
    let line = Wire::to(cluster.port());
    let standby = cluster.standby(line.port());
    let said = |node: usize, person: usize, status: &str| {
        let body = consent(&address(person), "newsletter", "email", status);
        fleet.api(node).records(&body)
    };
    let asks = |node: usize, person: usize| permits(&fleet.api(node).asks(&address(person)));
    let last = said(0, 1, "given")["position"].as_u64().unwrap();
    let size = format!("{}", last + 1);
    let name = db.url().rsplit('/').next().unwrap().to_owned();
    let has_it = || standby.sql(&name, "SELECT size FROM log_head") >= size;
    assert!(
        until(Duration::from_secs(30), has_it),
        "the standby follows"
    );
    // nothing of this reaches the standby: a yes, and much besides
    line.cut();
    for person in 2..6 {
        said(0, person, "given");
    }
    assert!(asks(0, 5) && asks(1, 5));
    cluster.kill9();
    standby.takes_over();
    // the second node was away, comes back first, and writes as many entries as were lost
    fleet.nodes[0].wire.cut();
    fleet.nodes[1].wire.leads_to(standby.port());
    fleet.restart(1);
    for person in 1..6 {
        said(1, person, "withdrawn");
    }
    fleet.nodes[0].wire.leads_to(standby.port());
    fleet.nodes[0].wire.heal();
    for person in 1..6 {
        let question = question(&address(person), "newsletter", "email");
        // it may have ended by now
        if let Ok(reply) = fleet.api(0).try_post("/v1/checks", &question) {
            assert!(
                !reply.text.contains("\"permit\""),
                "{person}: {}",
                reply.text
            );
        }
    }
    let ended = fleet.nodes[0].running_mut().0.await_exit();
    assert_eq!(ended.code(), Some(3), "{ended:?}");
    let log = fleet.nodes[0].running().0.stderr();
    assert!(log.contains("went another way"), "{log}");
    fleet.restart(0);
    fleet.is_well();
    assert!((1..6).all(|person| !asks(0, person)));
}
