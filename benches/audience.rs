//! Ten million lines against ten million persons on one core; beside it `wc -l` and the join that
//! a database would make, on the same lines in the same run.
//!
//! The persons are laid into the index directly: writing them through the registry would take ten
//! minutes and change nothing of what is measured.

use crate::people;
use crate::postgres::Cluster;
use crate::registry::{self, Place, directory};
use crate::table::{Table, grouped};
use placet::access::{CheckDecisions, Principal, authorize};
use placet::app::App;
use placet::app::audience::{AudienceQuery, Reading, Streams, Tally};
use placet::app::contact::hash_text;
use placet::domain::audience::Format;
use placet::domain::ids::{Blind, RecordId, SubjectId};
use placet::domain::registry::{
    Answer, Cell, Change, Channel, Circumstances, Clarity, ConsentState, IdentifierKind,
    IdentifierKinds, PersonImage, SourceKind, Standing,
};
use placet::domain::time::from_micros;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

const ROUNDS: usize = 3;

/// Ten million, or for a quick look as many as `PLACET_BENCH_LINES` says.
fn size() -> u64 {
    let chosen = std::env::var("PLACET_BENCH_LINES").ok();
    chosen.map_or(10_000_000, |text| text.parse().expect("a number of lines"))
}

/// Measures.
pub fn measure(cluster: Option<&Cluster>, table: &mut Table) {
    let place = Place::sqlite("audience");
    let keys = place.filled(3);
    drop(keys);
    let app = registry::open(&place.url);
    let persons = size();
    let before = registry::resident();
    load(&app, persons);
    let bytes = (registry::resident() - before) as f64 / persons as f64;
    table.line(
        "audience: the index",
        format!("{bytes:.0} B a person"),
        "1 contact, 2 choices",
    );
    for (name, file) in [
        ("hashed ids", hashes(&app)),
        ("e-mail addresses", addresses()),
    ] {
        let seconds: Vec<(f64, Tally)> = (0..ROUNDS).map(|_| filter(&app, &file)).collect();
        let best = seconds.iter().map(|round| round.0).fold(f64::MAX, f64::min);
        let tally = &seconds[0].1;
        table.line(
            format!("audience, {name}"),
            format!("{best:.2} s"),
            format!(
                "{} lines, {} permitted, file to file on one thread; the best of {ROUNDS}",
                grouped(tally.lines as f64),
                grouped(tally.permitted as f64)
            ),
        );
        let started = Instant::now();
        assert!(
            Command::new("wc")
                .arg("-l")
                .arg(&file)
                .output()
                .is_ok_and(|run| run.status.success())
        );
        table.line(
            format!("wc -l, {name}"),
            format!("{:.2} s", started.elapsed().as_secs_f64()),
            "the same file",
        );
    }
    joins(cluster, table);
}

/// Person number `n` has said yes to the letter, or no: six to four.
fn answer(n: u64) -> Answer {
    match people::mix(n) % 10 {
        0..6 => Answer::Given,
        6..8 => Answer::Refused,
        _ => Answer::Withdrawn,
    }
}

fn blind(app: &App, n: u64) -> Blind {
    people::named(app, &people::address(n)).blinds()[0]
}

/// Lays persons into the index.
pub fn load(app: &App, persons: u64) {
    let now = app.now().micros();
    for first in (0..persons).step_by(10_000) {
        let image = |n: u64| {
            let mut id = [0; 16];
            id[8..].copy_from_slice(&people::mix(n ^ 0xabcd).to_be_bytes());
            let cell = |purpose: &str, at: u64| Cell {
                purpose: purpose.parse().expect("a purpose"),
                channel: Channel::parse("email").expect("a channel"),
                state: ConsentState {
                    status: answer(n ^ at << 48),
                    effective_at: from_micros(now - (people::mix(n) % 600) as i64 * 86_400_000_000),
                    valid_until: Some(from_micros(now + 86_400_000_000)),
                    notice: "newsletter@1"
                        .parse()
                        .ok()
                        .filter(|_| purpose == "newsletter"),
                    source: SourceKind::Store,
                    proof: true,
                    clarity: Clarity::Clear,
                    circumstances: Circumstances::default(),
                    record: RecordId::from_bytes(id),
                    position: n,
                },
            };
            Change::Person(PersonImage {
                subject: SubjectId::from_bytes(id),
                merged_into: None,
                standing: Standing::default(),
                cells: vec![cell("newsletter", 0), cell("offers", 1)],
                contacts: vec![blind(app, n)],
                kinds: IdentifierKinds::NONE.with(IdentifierKind::Email),
                number: Some(n * 3 + 1),
            })
        };
        app.index()
            .load((first..persons.min(first + 10_000)).map(image).collect());
    }
}

/// Nine lines in ten name somebody.
fn somebody(line: u64) -> u64 {
    let mixed = people::mix(line ^ 0x5555);
    mixed % size() + if mixed >> 60 == 0 { size() } else { 0 }
}

fn list(name: &str, text: impl Fn(u64) -> String) -> PathBuf {
    let file = directory().join(format!("audience-{name}-{}.csv", size()));
    if !file.exists() {
        let mut out = BufWriter::new(File::create(&file).expect("make the list"));
        for line in 0..size() {
            if line == 0 {
                writeln!(out, "{name}").expect("write");
            }
            writeln!(out, "{}", text(somebody(line))).expect("write");
        }
        out.flush().expect("write");
    }
    file
}

fn addresses() -> PathBuf {
    list("email", people::address)
}

fn hashes(app: &App) -> PathBuf {
    list("id_hash", |n| hash_text(&blind(app, n)))
}

fn filter(app: &App, file: &Path) -> (f64, Tally) {
    let mut permitted =
        File::create(directory().join("audience-out.csv")).expect("make the answer");
    let mut input = File::open(file).expect("open the list");
    let streams = Streams {
        input: &mut input,
        permitted: &mut permitted,
        refused: None,
        progress: &|_| (),
    };
    let query = AudienceQuery {
        purpose: "newsletter".into(),
        channel: "email".into(),
        campaign: Some("bench".into()),
    };
    let reading = Reading {
        format: Format::Csv,
        only: None,
    };
    let grant = authorize::<CheckDecisions>(&Principal::Operator).expect("may check");
    let started = Instant::now();
    let tally = app
        .filter_list(&grant, query, reading, streams)
        .expect("filter");
    (started.elapsed().as_secs_f64(), tally)
}

/// The same lines and persons as two tables, joined.
fn joins(cluster: Option<&Cluster>, table: &mut Table) {
    let persons = directory().join(format!("audience-persons-{}.csv", size()));
    if !persons.exists() {
        let mut out = BufWriter::new(File::create(&persons).expect("make the persons"));
        for n in 0..size() {
            writeln!(out, "{},{}", people::address(n), answer(n) == Answer::Given).expect("write");
        }
        out.flush().expect("write");
    }
    let lines = addresses();
    match cluster.map(|cluster| cluster.join(&persons, &lines)) {
        Some(Some(seconds)) => table.line(
            "SQL join, PostgreSQL",
            format!("{seconds:.2} s"),
            "both tables loaded and analysed, counted by answer; on all cores it takes",
        ),
        _ => table.note("PostgreSQL's join is left out: it is not here"),
    }
    match duckdb(&persons, &lines) {
        Some(seconds) => table.line("SQL join, DuckDB", format!("{seconds:.2} s"), "both tables loaded, counted by answer; one thread"),
        None => table.note("DuckDB's join is left out: `PLACET_BENCH_PYTHON` names no Python with the package duckdb"),
    }
}

fn duckdb(persons: &Path, lines: &Path) -> Option<f64> {
    let python = std::env::var_os("PLACET_BENCH_PYTHON").unwrap_or_else(|| "python3".into());
    let mut script =
        String::from("import duckdb, time\nc = duckdb.connect()\nc.execute('SET threads = 1')\n");
    // it draws its bar into the same output as the answer
    script.push_str("c.execute('SET enable_progress_bar = false')\n");
    let persons = persons.display();
    writeln!(script, "c.execute(\"CREATE TABLE p AS SELECT * FROM read_csv('{persons}', header=false, names=['email','yes'])\")").ok()?;
    writeln!(
        script,
        "c.execute(\"CREATE TABLE l AS SELECT * FROM read_csv('{}', header=true)\")",
        lines.display()
    )
    .ok()?;
    script.push_str("t = time.time()\nc.execute('SELECT p.yes, count(*) FROM l LEFT JOIN p USING (email) GROUP BY 1').fetchall()\nprint(time.time() - t)\n");
    let run = Command::new(python).arg("-c").arg(script).output().ok()?;
    String::from_utf8(run.stdout).ok()?.trim().parse().ok()
}
