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
    /// No bytes: what is sealed is left out of copies, since no start reads it.
    nothing: &'static str,
    /// A column with another first byte.
    with_first: fn(&str, u8) -> String,
    /// A column of which so many bytes stand at its end instead of its beginning.
    turned: fn(&str, u8) -> String,
}

const SQLITE: Words = Words {
    first_copy: "x'10'",
    nothing: "x''",
    with_first: |column, byte| format!("unhex('{byte:02x}' || substr(hex({column}), 3))"),
    turned: |column, by| {
        let digits = by * 2;
        format!("unhex(substr(hex({column}), {digits} + 1) || substr(hex({column}), 1, {digits}))")
    },
};

const POSTGRES: Words = Words {
    first_copy: "'\\x10'::bytea",
    nothing: "''::bytea",
    with_first: |column, byte| format!("set_byte({column}, 0, {byte})"),
    turned: |column, by| format!("substr({column}, {by} + 1) || substr({column}, 1, {by})"),
};

/// The tables that a start reads, and whose a row is.
const TABLES: [(&str, &str); 4] = [
    ("subjects", "id"),
    ("consent_states", "subject_id"),
    ("identifiers", "subject_id"),
    ("subject_events", "subject_id"),
];

impl Words {
    /// The statements that remove what an earlier run that was broken off has copied.
    fn clear(&self) -> String {
        let first = self.first_copy;
        let each =
            TABLES.map(|(table, key)| format!("DELETE FROM {table} WHERE {key} >= {first};"));
        each.concat()
    }

    /// All statements, one run after the other.
    fn statements(&self) -> impl Iterator<Item = String> {
        let copies = (1..=COPIES).map(|number| self.copy(number));
        std::iter::once(self.clear()).chain(copies)
    }

    /// The statements of one copy of everybody.
    fn copy(&self, number: u8) -> String {
        let byte = 15 + number;
        let (whose, own) = (
            (self.with_first)("subject_id", byte),
            (self.with_first)("id", byte),
        );
        let (blind, far) = (
            (self.turned)("blind", number),
            u64::from(number) * 1_000_000_000,
        );
        let nothing = self.nothing;
        let changed = [
            format!("id = {own}"),
            format!("subject_id = {whose}"),
            format!("subject_id = {whose}, blind = {blind}, sealed = {nothing}"),
            format!("subject_id = {whose}, position = position + {far}, sealed = {nothing}"),
        ];
        let each = TABLES.iter().zip(changed).map(|((table, key), changed)| {
            format!(
                "CREATE TEMP TABLE copy AS SELECT * FROM {table} WHERE {key} < {};\
                 UPDATE copy SET {changed}; INSERT INTO {table} SELECT * FROM copy; DROP TABLE copy;",
                self.first_copy
            )
        });
        let each: Vec<String> = each.collect();
        each.concat()
    }
}

/// Measures.
pub fn measure(cluster: Option<&Cluster>, table: &mut Table) {
    let place = Place::sqlite("grown");
    start(&place, table, NARROW, || {
        run(&place, SQLITE.statements());
    });
    if let Some(cluster) = cluster {
        start(&cluster.place("grown"), table, NARROW, || {
            for some in POSTGRES.statements() {
                assert!(cluster.sql("grown", &some), "copy everybody");
            }
            assert!(cluster.sql("grown", "VACUUM ANALYZE"), "clean up");
        });
    }
}

/// Runs statements on an embedded database, one after the other.
fn run(place: &Place, statements: impl IntoIterator<Item = String>) {
    let file = place.url.trim_start_matches("sqlite://");
    let mut connection = SqliteConnection::establish(file).expect("open the database");
    let quick = "PRAGMA synchronous = OFF; PRAGMA cache_size = -2000000;";
    connection.batch_execute(quick).expect("be quick");
    for some in statements {
        connection.batch_execute(&some).expect("change everybody");
    }
}

/// The statements that give everybody a second contact point and ten choices, of two acts.
fn widened(words: &Words) -> [String; 4] {
    let (blind, nothing) = ((words.turned)("blind", 16), words.nothing);
    let more = |suffix: char, later: u32, wanted: &str| {
        format!(
            "INSERT INTO consent_states (subject_id, purpose, channel, status, effective_at, valid_until, notice_id, \
             notice_version, source, proof, clarity, circumstances, record_id, position) \
             SELECT subject_id, purpose || '-{suffix}', channel, status, effective_at + {later}, valid_until, notice_id, \
             notice_version, source, proof, clarity, circumstances, record_id, position + {later} \
             FROM consent_states WHERE {wanted};"
        )
    };
    let three = "purpose IN ('newsletter', 'offers')";
    [
        format!(
            "INSERT INTO identifiers (blind, kind, subject_id, sealed) SELECT {blind}, 2, subject_id, {nothing} FROM identifiers;"
        ),
        more('a', 0, three),
        more('b', 1_000, three),
        more('c', 1_000, "purpose = 'newsletter'"),
    ]
}

/// Measures the start from the database alone with persons of two contact points and ten choices each.
pub fn wide(cluster: Option<&Cluster>, table: &mut Table) {
    let place = Place::sqlite("wide");
    start(&place, table, WIDE, || {
        run(&place, widened(&SQLITE));
    });
    if let Some(cluster) = cluster {
        start(&cluster.place("wide"), table, WIDE, || {
            for some in widened(&POSTGRES) {
                assert!(cluster.sql("wide", &some), "widen everybody");
            }
            assert!(cluster.sql("wide", "VACUUM ANALYZE"), "clean up");
        });
    }
}

const NARROW: &str = "one contact point and three choices each";
const WIDE: &str = "two contact points and ten choices each, of two acts";

fn start(place: &Place, table: &mut Table, whom: &str, copy: impl FnOnce()) {
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
            "{} persons, {whom}, files in the page cache as far as they fit",
            grouped(ready[0].1 as f64)
        ),
    );
}
