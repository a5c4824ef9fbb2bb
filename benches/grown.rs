//! The start from the database alone with ten million persons: of those who were written through the product each is
//! copied nine times, by statements of the database, which takes minutes instead of an hour. The log knows nothing
//! of the copies; a start does not read it.

use crate::people::PERSONS;
use crate::postgres::Cluster;
use crate::registry::{Place, home};
use crate::server::Server;
use crate::table::{Table, grouped, median};
use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::sqlite::SqliteConnection;

const COPIES: u8 = 9;
const ROUNDS: usize = 3;

/// What a database writes a copy's keys with.
struct Words {
    /// Before the ids of copies, which begin with a byte from 16 on; those of persons, with their time, do not.
    first_copy: &'static str,
    /// A column with another first or tenth byte.
    with_first: fn(&str, u8) -> String,
    with_tenth: fn(&str, u8) -> String,
}

const SQLITE: Words = Words {
    first_copy: "x'10'",
    with_first: |column, byte| format!("unhex('{byte:02x}' || substr(hex({column}), 3))"),
    with_tenth: |column, byte| {
        format!("unhex(substr(hex({column}), 1, 18) || '{byte:02x}' || substr(hex({column}), 21))")
    },
};

const POSTGRES: Words = Words {
    first_copy: "'\\x10'::bytea",
    with_first: |column, byte| format!("set_byte({column}, 0, {byte})"),
    with_tenth: |column, byte| format!("set_byte({column}, 9, {byte})"),
};

impl Words {
    /// The statements of one copy of everybody.
    fn copy(&self, number: u8) -> String {
        let byte = 15 + number;
        let (whose, own) = (
            (self.with_first)("subject_id", byte),
            (self.with_first)("id", byte),
        );
        let (blind, far) = (
            (self.with_tenth)("blind", byte),
            u64::from(number) * 1_000_000_000,
        );
        let tables = [
            ("subjects", "id", format!("id = {own}")),
            (
                "consent_states",
                "subject_id",
                format!("subject_id = {whose}"),
            ),
            (
                "identifiers",
                "subject_id",
                format!("subject_id = {whose}, blind = {blind}"),
            ),
            (
                "subject_events",
                "subject_id",
                format!("subject_id = {whose}, position = position + {far}"),
            ),
        ];
        let each = tables.map(|(table, key, changed)| {
            format!(
                "CREATE TEMP TABLE copy AS SELECT * FROM {table} WHERE {key} < {};\
                 UPDATE copy SET {changed}; INSERT INTO {table} SELECT * FROM copy; DROP TABLE copy;",
                self.first_copy
            )
        });
        each.concat()
    }
}

/// Measures.
pub fn measure(cluster: Option<&Cluster>, table: &mut Table) {
    let place = Place::sqlite("grown");
    start(&place, table, || {
        let file = place.url.trim_start_matches("sqlite://");
        let mut connection = SqliteConnection::establish(file).expect("open the database");
        let quick = "PRAGMA synchronous = OFF; PRAGMA cache_size = -2000000;";
        connection.batch_execute(quick).expect("be quick");
        for number in 1..=COPIES {
            let copied = connection.batch_execute(&SQLITE.copy(number));
            copied.expect("copy everybody");
        }
    });
    if let Some(cluster) = cluster {
        start(&cluster.place("grown"), table, || {
            for number in 1..=COPIES {
                assert!(
                    cluster.sql("grown", &POSTGRES.copy(number)),
                    "copy everybody"
                );
            }
            assert!(cluster.sql("grown", "VACUUM ANALYZE"), "clean up");
        });
    }
}

fn start(place: &Place, table: &mut Table, copy: impl FnOnce()) {
    drop(place.filled(*PERSONS));
    let copied = home(&place.url).join("copied");
    if !copied.exists() {
        copy();
        std::fs::write(copied, "").expect("say so");
    }
    let ready = (0..ROUNDS).map(|_| {
        let server = Server::start(place, None, 1);
        (server.ready.seconds, server.ready.persons)
    });
    let ready: Vec<(f64, usize)> = ready.collect();
    let seconds: Vec<f64> = ready.iter().map(|one| one.0).collect();
    table.line(
        format!("start from the database alone, {}", place.database),
        format!("{:.1} s", median(&seconds)),
        format!(
            "{} persons, one contact point and three choices each, files in the page cache as far as they fit",
            grouped(ready[0].1 as f64)
        ),
    );
}
