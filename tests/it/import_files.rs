//! Export files of made-up people, made at run time from a seed, with broken
//! lines of every kind at known places; and the reader's answer to them.

mod layouts;
mod maker;
mod people;

use std::collections::HashSet;
use std::time::Instant;

use placet::domain::import::{ImportStatus, Reader, preset};

use layouts::{Brevo, Listmonk, Mailchimp};
pub use maker::Generated;

/// An export of listmonk: see the built-in mapping `listmonk`.
pub fn listmonk(rows: u64, seed: u64) -> Generated {
    maker::generate(&Listmonk, rows, seed)
}

/// The first file of a Mailchimp export.
pub fn mailchimp_subscribed(rows: u64, seed: u64) -> Generated {
    let unsubscribed = false;
    maker::generate(&Mailchimp { unsubscribed }, rows, seed)
}

/// The second file of a Mailchimp export.
pub fn mailchimp_unsubscribed(rows: u64, seed: u64) -> Generated {
    let unsubscribed = true;
    maker::generate(&Mailchimp { unsubscribed }, rows, seed)
}

/// An export of Brevo contacts with their subscription status.
pub fn brevo(rows: u64, seed: u64) -> Generated {
    maker::generate(&Brevo, rows, seed)
}

/// Reads a file and compares all that is found with what was put in.
fn check(name: &str, file: &Generated) {
    let mapping = preset(name).unwrap().unwrap();
    let now = "2026-11-22T09:00:00Z".parse().unwrap();
    let (mut rows, mut given, mut withdrawn) = (0, 0, 0);
    let (mut lines, mut codes) = (Vec::new(), Vec::new());
    let mut people = HashSet::new();
    let started = Instant::now();
    for row in Reader::new(file.bytes.as_slice(), &mapping, now).unwrap() {
        match row {
            Ok(row) => {
                rows += 1;
                people.insert(row.identifiers[0].canonical().concat());
                for claim in row.claims {
                    match claim.status {
                        ImportStatus::Given => given += 1,
                        _ => withdrawn += 1,
                    }
                }
            }
            Err(error) => {
                lines.push(error.line);
                codes.push(error.code);
            }
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    eprintln!(
        "{name}: {rows} rows, {:.0} rows per second",
        f64::from(u32::try_from(rows).unwrap()) / seconds
    );
    assert_eq!(lines, file.broken_lines, "{name}");
    assert_eq!(codes, file.broken_codes, "{name}");
    assert_eq!(rows, file.valid_rows, "{name}");
    assert_eq!((given, withdrawn), (file.given, file.withdrawn), "{name}");
    assert_eq!(people.len() as u64, rows - file.duplicates, "{name}");
}

#[test]
fn every_broken_line_is_found_and_nothing_else_refused() {
    check("listmonk", &listmonk(10_000, 1));
    check("mailchimp-subscribed", &mailchimp_subscribed(10_000, 2));
    check("mailchimp-unsubscribed", &mailchimp_unsubscribed(10_000, 3));
    check("brevo", &brevo(10_000, 4));
}

#[test]
fn the_same_seed_makes_the_same_file() {
    assert_eq!(brevo(500, 7).bytes, brevo(500, 7).bytes);
    assert_ne!(brevo(500, 7).bytes, brevo(500, 8).bytes);
}
