//! The figures of `docs/performance.md`, in one table: `cargo bench`.
//!
//! The million persons are written once, through the product's own store path, into
//! `PLACET_BENCH_DIR` (default: `placet-bench` under the system's temporary directory) and found
//! there by later runs. `cargo bench -- checks writes` runs only the parts named.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::type_complexity,
    reason = "a measuring program: where something is wrong it stops and says so"
)]

mod append;
mod audience;
mod batches;
mod checks;
mod deciding;
mod decisions;
mod enter;
mod generator;
mod grown;
mod index;
mod log;
mod overload;
mod packages;
mod peers;
mod people;
mod postgres;
#[allow(dead_code, reason = "shared with the integration tests")]
#[path = "../tests/it/support/postgres_programs.rs"]
mod postgres_programs;
#[allow(dead_code, reason = "shared with the integration tests")]
#[path = "../tests/it/support/process.rs"]
mod process;
mod registry;
mod server;
mod service;
mod shards;
mod soak;
mod start;
mod table;
mod writes;

/// As in the service.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use registry::Place;
use table::Table;

/// The parts, in the order of the table.
const PARTS: [&str; 19] = [
    "start",
    "deciding",
    "checks",
    "peers",
    "batches",
    "overload",
    "decisions",
    "writes",
    "enter",
    "index",
    "audience",
    "shards",
    "log",
    "append",
    "packages",
    "grown",
    "wide",
    "laid",
    "soak",
];

/// Those that take long, or much of a disk: measured where they are named.
const NAMED_ONLY: [&str; 4] = ["grown", "wide", "laid", "soak"];

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"))
        .collect();
    match args.first().map(String::as_str) {
        Some("serve") => server::run(&args[1..]),
        Some("generate") => generator::run(&args[1..]),
        Some("flood") => overload::run(&args[1..]),
        _ => measure(&args),
    }
}

fn measure(named: &[String]) {
    let wanted = |part: &&&str| {
        let all = named.is_empty() && !NAMED_ONLY.contains(*part);
        all || named.iter().any(|name| name == **part)
    };
    let mut table = Table::default();
    let cluster = postgres::Cluster::start();
    let mut places = vec![Place::sqlite("million")];
    match &cluster {
        Ok(cluster) => places.push(cluster.place("million")),
        Err(why) => table.note(&format!("PostgreSQL is left out: {why}")),
    }
    for part in PARTS.iter().filter(wanted) {
        match *part {
            "start" => places
                .iter()
                .for_each(|place| start::measure(place, &mut table)),
            "deciding" => deciding::measure(&mut table),
            "checks" => places
                .iter()
                .for_each(|place| checks::measure(place, &mut table)),
            "batches" => batches::measure(&places[0], &mut table),
            "overload" => places
                .iter()
                .for_each(|place| overload::measure(place, &mut table)),
            "audience" => audience::measure(cluster.as_ref().ok(), &mut table),
            "shards" => shards::measure(cluster.as_ref().ok(), &mut table),
            "log" => log::measure(&mut table),
            "append" => append::measure(cluster.as_ref().ok(), &mut table),
            "packages" => packages::measure(&places[0], &mut table),
            "decisions" => decisions::measure(&mut table),
            "peers" => peers::measure(cluster.as_ref().ok(), &mut table),
            "enter" => enter::measure(&mut table),
            "wide" => grown::wide(cluster.as_ref().ok(), &mut table),
            "laid" => {
                // checks of more persons than can be written in an hour
                let place = Place::sqlite(registry::LAID);
                place.filled(3);
                checks::measure(&place, &mut table);
                batches::measure(&place, &mut table);
            }
            "grown" => grown::measure(cluster.as_ref().ok(), &mut table),
            "soak" => soak::measure(cluster.as_ref().ok(), &mut table),
            "index" => index::measure(&mut table),
            _ => writes::measure(cluster.as_ref().ok(), &mut table),
        }
    }
    table.print();
}
