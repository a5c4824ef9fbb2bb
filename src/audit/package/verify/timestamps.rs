//! What an authority says of the time of checkpoints (RFC 3161). That a token is for exactly the
//! bytes of its note is checked here; the authority's signature is for `openssl ts -verify`.

use super::archive::Archive;
use super::report::{Check, Recorder, Stamped};
use super::witnesses::contains;
use crate::audit::package::format::{NOTE, PROOF, TIMESTAMPS, TOKEN};
use crate::audit::signing::{KeyHistory, open_checkpoint};
use crate::audit::timestamp;
use std::io::{Read, Seek};

/// Checks every stamped checkpoint against the package's own, and its token.
pub(super) fn check<R: Read + Seek>(
    archive: &mut Archive<R>,
    keys: Option<&KeyHistory>,
    log: &mut Recorder,
) {
    let tokens = archive.names(TIMESTAMPS).into_iter();
    let bases: Vec<String> = tokens
        .filter_map(|name| name.strip_suffix(TOKEN).map(str::to_owned))
        .collect();
    for base in &bases {
        if let Some(stamped) = stamped(archive, base, keys, log) {
            log.timestamps.push(stamped);
        }
    }
    log.timestamps.sort_by_key(|one| one.size);
    let detail = match log.timestamps.len() {
        0 => "no authority has stamped this log".to_owned(),
        count => format!("{count}; the authority's own signature is for openssl to check"),
    };
    log.done(Check::Timestamps, detail);
}

fn stamped<R: Read + Seek>(
    archive: &mut Archive<R>,
    base: &str,
    keys: Option<&KeyHistory>,
    log: &mut Recorder,
) -> Option<Stamped> {
    let name = format!("{base}{TOKEN}");
    let token = archive.read(&name, log)?;
    let note = archive.read(&format!("{base}{NOTE}"), log)?;
    let proof = archive.read(&format!("{base}{PROOF}"), log)?;
    let mut fail = |what: String| log.fail(Check::Timestamps, None, Some(&name), what);
    let token = timestamp::check(&token, &note, None)
        .map_err(|error| fail(error.to_string()))
        .ok()?;
    let note = String::from_utf8(note).unwrap_or_default();
    let checkpoint = open_checkpoint(&note, keys?)
        .map_err(|error| fail(error.to_string()))
        .ok()?;
    if !contains(log.head.as_ref()?, &checkpoint, &proof) {
        let what =
            "is for a checkpoint that is not contained in the package's: the log was rewritten";
        log.fail(Check::Timestamps, None, Some(&name), what);
        return None;
    }
    Some(Stamped {
        size: checkpoint.size,
        at: crate::audit::package::verify::report::rfc3339(token.at.timestamp().unsigned_abs()),
        file: name,
    })
}
