//! The index with ten million persons, two contact points and ten choices each: memory, the file that it is
//! written into, and the start from that file.
//!
//! The persons are laid into the index directly; the start is the product's own, with a registry in which
//! next to nobody is, so that what is measured is the file.

use crate::people;
use crate::registry::{self, Place, directory};
use crate::table::{Table, grouped};
use placet::app::App;
use placet::domain::ids::{Blind, RecordId, SubjectId};
use placet::domain::registry::{
    Answer, Cell, Change, Channel, Circumstances, Clarity, ConsentState, IdentifierKind,
    IdentifierKinds, PersonImage, SourceKind, Standing,
};
use placet::domain::time::from_micros;
use std::time::Instant;

const ROUNDS: usize = 3;
/// What is chosen at the beginning, and changed later.
const AT_ONCE: usize = 6;
const PURPOSES: [&str; 5] = ["newsletter", "offers", "survey", "partners", "profile"];
const CHANNELS: [&str; 2] = ["email", "sms"];

/// Ten million, or for a quick look as many as `PLACET_BENCH_LINES` says.
fn size() -> u64 {
    let chosen = std::env::var("PLACET_BENCH_LINES").ok();
    chosen.map_or(10_000_000, |text| {
        text.parse().expect("a number of persons")
    })
}

/// Measures.
pub fn measure(table: &mut Table) {
    let place = Place::sqlite("index");
    drop(place.filled(3));
    let app = registry::open(&place.url);
    let persons = size();
    // not zeroes, whose room would only be taken later
    let mut changes = vec![1; persons as usize];
    let before = registry::resident();
    let begun = Instant::now();
    load(&app, &mut changes);
    let loaded = begun.elapsed().as_secs_f64();
    let bytes = (registry::resident() - before) as f64 / persons as f64;
    table.line(
        "index: memory",
        format!("{bytes:.0} B a person"),
        format!(
            "{} persons, 2 contact points, 10 choices of two acts; resident after less before",
            grouped(persons as f64)
        ),
    );
    table.line(
        "index: taking persons in",
        format!("{:.2} µs a person", loaded / persons as f64 * 1e6),
        "hashing their addresses included",
    );
    changes.sort_unstable();
    let at = |of: f64| f64::from(changes[((changes.len() - 1) as f64 * of) as usize]) / 1e6;
    table.line(
        "index: a change while it grew to that size",
        format!("{:.2} ms the longest", at(1.0)),
        format!(
            "checks wait for it; {:.4} ms the median, {:.3} ms all but one in 10 000, {:.2} ms all but ten",
            at(0.5),
            at(0.9999),
            at(1.0 - 10.0 / changes.len() as f64)
        ),
    );
    let begun = Instant::now();
    app.write_snapshot(&directory()).expect("write the file");
    let file = placet::app::snapshot::place_in(&directory());
    let long = std::fs::metadata(&file).expect("the file").len();
    table.line(
        "index: written into its file",
        format!("{:.1} s", begun.elapsed().as_secs_f64()),
        format!("{} B a person, sealed, with its fsync", long / persons),
    );
    drop(app);
    let starts = (0..ROUNDS).map(|_| {
        let begun = Instant::now();
        let app = registry::open_from(&place.url, Some(file.clone()));
        let seconds = begun.elapsed().as_secs_f64();
        assert!(
            app.index().view().persons() as u64 >= persons,
            "from the file"
        );
        seconds
    });
    let best = starts.fold(f64::MAX, f64::min);
    table.line(
        "index: start from the file",
        format!("{best:.2} s"),
        format!("read from the page cache, opened, taken in; the best of {ROUNDS}"),
    );
    drop(std::fs::remove_file(file));
}

/// Takes persons in one after the other, and writes down how long each took, in nanoseconds.
fn load(app: &App, changes: &mut [u32]) {
    let now = app.now().micros();
    for (n, change) in (0..).zip(changes) {
        let image = vec![image(app, now, n)];
        let begun = Instant::now();
        app.index().load(image);
        *change = u32::try_from(begun.elapsed().as_nanos()).unwrap_or(u32::MAX);
    }
}

fn image(app: &App, now: i64, n: u64) -> Change {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&people::mix(n ^ 0xabcd).to_be_bytes());
    let days = |days: u64| from_micros(now - days as i64 * 86_400_000_000);
    let begun = people::mix(n) % 900 + 10;
    let choices = PURPOSES
        .iter()
        .flat_map(|purpose| CHANNELS.map(|channel| (purpose, channel)));
    let cells = choices.enumerate().map(|(at, (purpose, channel))| {
        let later = at >= AT_ONCE;
        let status = match people::mix(n ^ (at as u64) << 48) % 10 {
            0..6 => Answer::Given,
            6..8 => Answer::Refused,
            _ => Answer::Withdrawn,
        };
        Cell {
            purpose: purpose.parse().expect("a purpose"),
            channel: Channel::parse(channel).expect("a channel"),
            state: ConsentState {
                status,
                effective_at: days(if later { begun / 2 } else { begun }),
                valid_until: Some(days(0) + chrono::TimeDelta::days(300)),
                notice: "newsletter@1".parse().ok(),
                source: SourceKind::Store,
                proof: true,
                clarity: Clarity::Clear,
                circumstances: Circumstances::default(),
                record: RecordId::from_bytes(id),
                position: n * 12 + at as u64 + u64::from(later) * 1_000_000,
            },
        }
    });
    let blind = |n: u64| -> Blind { people::named(app, &people::address(n)).blinds()[0] };
    Change::Person(PersonImage {
        subject: SubjectId::from_bytes(id),
        merged_into: None,
        standing: Standing::default(),
        cells: cells.collect(),
        contacts: vec![blind(n), blind(n + (1 << 40))],
        kinds: IdentifierKinds::NONE.with(IdentifierKind::Email),
        number: Some(n * 12 + 1),
    })
}
