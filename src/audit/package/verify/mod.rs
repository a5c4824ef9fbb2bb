//! Checks a package and says, in plain words, what holds and what does not.
//!
//! The package is hostile until shown otherwise: nothing here panics on it, and nothing grows with
//! what it merely claims. Memory grows with what the file really holds: 32 bytes of hash an entry,
//! which are stored uncompressed in it, and 16 bytes of tag.

mod archive;
mod decisions;
mod directory;
mod entries;
mod entry;
mod head;
mod keys;
mod lines;
mod manifest;
mod person;
mod record;
mod report;
mod rolls;
mod tiles;
mod timestamps;
mod witnesses;

#[cfg(test)]
mod tests;

pub use report::{CheckOutcome, Failure, Stamped, ToldKey, VerifyReport, Witnessed};

use super::format::{About, ENTRIES, Positions};
use super::plan::needed_tiles;
use crate::audit::note::{CosignerKey, VerifierKey};
use archive::Archive;
use report::{Check, Recorder};
use std::io::{BufReader, Read, Seek};

/// The most files an archive may hold: enough for ten million entries.
const MAX_FILES: u64 = 200_000;
/// The most bytes of a file that is read whole.
const MAX_WHOLE: u64 = 64 << 20;
/// The most bytes that all files may unpack to.
const MAX_TOTAL: u64 = 64 << 30;
/// The most bytes that a compressed byte may unpack to, beyond the first megabyte of a file.
const MAX_RATIO: u64 = 200;
/// The longest line of `entries.jsonl`, in bytes.
const MAX_LINE: usize = 1 << 20;
/// The most failures that are listed; the rest are counted.
const MAX_FAILURES: usize = 200;

/// Checks a package. With `trusted`, the log's key as known from elsewhere, the checkpoint must be
/// signed by it, or by those that followed it; without, the package's own key is used, and the report says so.
///
/// Each of the `witnesses` must have cosigned the log; where none is named, the report tells what
/// those say whose keys are in the package.
///
/// With `authorities`, certificates (DER) that are trusted, one of which must vouch for whoever signed a
/// timestamp; the report tells who did.
///
/// Never fails: what cannot be read is a failure in the report.
pub fn verify(
    reader: impl Read + Seek,
    trusted: Option<&VerifierKey>,
    witnesses: &[CosignerKey],
    authorities: &[Vec<u8>],
) -> VerifyReport {
    let mut log = Recorder::new(trusted.is_some());
    let reader = BufReader::with_capacity(1 << 16, reader);
    if let Some(mut archive) = archive::open(reader, &mut log) {
        check_all(&mut archive, trusted, (witnesses, authorities), &mut log);
    }
    log.into_report()
}

fn check_all<R: Read + Seek>(
    archive: &mut Archive<R>,
    trusted: Option<&VerifierKey>,
    (witnesses, authorities): (&[CosignerKey], &[Vec<u8>]),
    log: &mut Recorder,
) {
    let asked = manifest::read(archive, log);
    let positions = asked.as_ref().map(|asked| asked.positions);
    let keys = keys::read(archive, trusted, log);
    let checkpoint = head::read(archive, keys.as_ref(), trusted.is_some(), log);
    manifest::check_signature(archive, keys.as_ref(), log);
    witnesses::check(archive, keys.as_ref(), witnesses, log);
    timestamps::check(archive, keys.as_ref(), authorities, log);
    let size = checkpoint.as_ref().map(|checkpoint| checkpoint.size);
    if let Some(asked) = asked.filter(|asked| asked.about == About::Person) {
        person::check(archive, &asked, checkpoint.as_ref(), log);
        manifest::read_findings(archive, log);
        manifest::check_rest(archive, log);
        return;
    }
    let range = positions.filter(|range| plausible(*range, size, archive.len(), log));
    let tiles = match (range, &checkpoint) {
        (Some(range), Some(checkpoint)) => {
            let needed = needed_tiles(range.first, range.end, checkpoint.size);
            Some(tiles::read(archive, needed, checkpoint, log))
        }
        _ => None,
    };
    if let Some(range) = range {
        let notices = manifest::read_notices(archive, log);
        let (blocks, lists) = entries::check(archive, range, tiles.as_ref(), &notices, log);
        decisions::check(archive, blocks, None, log);
        rolls::check(archive, lists, log);
    }
    manifest::read_findings(archive, log);
    manifest::check_rest(archive, log);
}

/// Whether the stated positions can be in an archive of so many files, before they cost anything.
fn plausible(range: Positions, size: Option<u64>, files: u64, log: &mut Recorder) -> bool {
    let (first, end) = (range.first, range.end);
    let fits = first <= end && size.is_none_or(|size| end <= size) && (end - first) / 256 <= files;
    if !fits {
        let what = format!("the package says entries {first} up to {end}, which it cannot hold");
        log.fail(Check::Manifest, None, Some(ENTRIES), what);
    }
    fits
}
