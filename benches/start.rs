//! The start with a million persons: seconds, and bytes a person.

use crate::people::PERSONS;
use crate::registry::Place;
use crate::server::Server;
use crate::table::{Table, grouped, median};

const ROUNDS: usize = 3;

/// Measures; fills the registry first where no earlier run has.
pub fn measure(place: &Place, table: &mut Table) {
    let (name, keys) = (place.database, place.filled(*PERSONS));
    let rate = format!("{} consents/s", grouped(keys.loaded_per_second));
    table.line(
        format!("filling, {name}"),
        rate,
        "a million persons with 3 consents each, 999 a request",
    );
    let starts: Vec<_> = (0..ROUNDS)
        .map(|_| Server::start(place, None, 1))
        .map(|server| {
            (
                server.ready.seconds,
                server.ready.bytes,
                server.ready.persons,
            )
        })
        .collect();
    let seconds: Vec<f64> = starts.iter().map(|start| start.0).collect();
    let bytes: Vec<f64> = starts
        .iter()
        .map(|start| start.1 as f64 / start.2 as f64)
        .collect();
    table.line(
        format!("start, {name}"),
        format!("{:.1} s", median(&seconds)),
        format!("{} persons, files in the page cache", starts[0].2),
    );
    table.line(
        format!("memory, {name}"),
        format!("{:.0} B a person", median(&bytes)),
        "resident after the start less before; 1 contact, 3 choices",
    );
}
