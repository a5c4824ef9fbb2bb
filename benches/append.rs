//! What the log's tree and its checkpoints cost a registry that is written to: rounds with both beside
//! rounds without, alternating, on one database.
//!
//! Without: the roots of tiles are thrown away by the database itself, and nobody signs. A leaf is
//! hashed all the same, which the part `log` measures alone; such a registry is of no more use.

use crate::postgres::Cluster;
use crate::registry::{self, Place};
use crate::server::cpu_seconds;
use crate::table::{Table, grouped, median};
use crate::writes::{MANY, SECONDS, in_process};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use placet::app::App;
use placet::jobs::checkpoints::Checkpoints;
use std::sync::Arc;

const ROUNDS: u64 = 9;

const SQLITE: [&str; 2] = [
    "PRAGMA busy_timeout = 30000; DROP TRIGGER IF EXISTS no_tree;",
    "PRAGMA busy_timeout = 30000; CREATE TRIGGER no_tree BEFORE INSERT ON tree_tiles BEGIN SELECT RAISE(IGNORE); END;",
];
const POSTGRES: [&str; 2] = [
    "DROP TRIGGER IF EXISTS no_tree ON tree_tiles",
    "CREATE OR REPLACE FUNCTION ignored() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; \
     CREATE TRIGGER no_tree BEFORE INSERT ON tree_tiles FOR EACH ROW EXECUTE FUNCTION ignored()",
];

/// Measures on both databases.
pub fn measure(cluster: Option<&Cluster>, table: &mut Table) {
    let place = Place::sqlite("append");
    place.clear();
    let file = place.url.trim_start_matches("sqlite://").to_owned();
    compare(&place, table, |without| {
        let mut database = SqliteConnection::establish(&file).expect("open the database");
        let done = database.batch_execute(SQLITE[usize::from(without)]);
        done.expect("change the database");
    });
    if let Some(cluster) = cluster {
        let place = cluster.fresh("append");
        place.clear();
        compare(&place, table, |without| {
            assert!(cluster.sql("append", POSTGRES[usize::from(without)]));
        });
    }
}

fn compare(place: &Place, table: &mut Table, change: impl Fn(bool)) {
    place.filled(1);
    let app = registry::open(&place.url);
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        change(false);
        with.push(rate(&app, round * 2_000_000, true));
        change(true);
        without.push(rate(&app, round * 2_000_000 + 1_000_000, false));
    }
    let name = place.database;
    let figure = |at: fn(&(f64, f64)) -> f64| {
        let of = |rounds: &[(f64, f64)]| median(&rounds.iter().map(at).collect::<Vec<_>>());
        (of(&with), of(&without))
    };
    let (rates, costs) = (figure(|one| one.0), figure(|one| one.1));
    table.line(
        format!("durable consents with tree and checkpoints / without, {name}"),
        format!("{} /s and {} /s", grouped(rates.0), grouped(rates.1)),
        format!("{MANY} callers, medians of {ROUNDS} alternating rounds"),
    );
    table.line(
        format!("the same, processor time of a consent, {name}"),
        format!("{:.1} µs and {:.1} µs", costs.0, costs.1),
        "this process alone",
    );
}

/// Consents a second, and the microseconds of the processor that each took.
fn rate(app: &Arc<App>, seed: u64, signed: bool) -> (f64, f64) {
    let signing = signed.then(|| Checkpoints::start(app.clone()).expect("sign checkpoints"));
    let before = cpu_seconds(std::process::id());
    let rate = in_process(app, MANY, seed);
    let used = cpu_seconds(std::process::id()) - before;
    drop(signing);
    (rate, used * 1e6 / (rate * SECONDS))
}
