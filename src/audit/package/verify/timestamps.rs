//! What an authority says of the time of checkpoints (RFC 3161). That a token is for exactly the
//! bytes of its note is checked always; the authority's signature where whoever checks says which
//! authorities they trust, else it is for `openssl ts -verify`.

use super::archive::Archive;
use super::report::{Check, Recorder, Stamped, printable};
use super::witnesses::contains;
use crate::audit::package::format::{NOTE, PROOF, TIMESTAMPS, TOKEN};
use crate::audit::signing::{KeyHistory, open_checkpoint};
use crate::audit::timestamp::{self, SignatureError};
use std::io::{Read, Seek};

/// Checks every stamped checkpoint against the package's own, and its token.
pub(super) fn check<R: Read + Seek>(
    archive: &mut Archive<R>,
    keys: Option<&KeyHistory>,
    authorities: &[Vec<u8>],
    log: &mut Recorder,
) {
    let tokens = archive.names(TIMESTAMPS).into_iter();
    let bases: Vec<String> = tokens
        .filter_map(|name| name.strip_suffix(TOKEN).map(str::to_owned))
        .collect();
    for base in &bases {
        if let Some(stamped) = stamped(archive, base, (keys, authorities), log) {
            log.timestamps.push(stamped);
        }
    }
    log.timestamps.sort_by_key(|one| one.size);
    let signed = log.timestamps.iter();
    let signed = signed.filter(|one| one.signed_by.is_some()).count();
    if !authorities.is_empty() && signed == 0 {
        let what = "no timestamp is there that an authority of the given CA has signed";
        log.fail(Check::Timestamps, None, None, what);
    }
    let detail = match log.timestamps.len() {
        0 => "no authority has stamped this log".to_owned(),
        count if authorities.is_empty() => {
            format!(
                "{count}; the authority's own signature is checked with --tsa-ca, or by openssl"
            )
        }
        count => format!("{count}, of which the given CA vouches for {signed}"),
    };
    log.done(Check::Timestamps, detail);
}

fn stamped<R: Read + Seek>(
    archive: &mut Archive<R>,
    base: &str,
    (keys, authorities): (Option<&KeyHistory>, &[Vec<u8>]),
    log: &mut Recorder,
) -> Option<Stamped> {
    let name = format!("{base}{TOKEN}");
    let response = archive.read(&name, log)?;
    let note = archive.read(&format!("{base}{NOTE}"), log)?;
    let proof = archive.read(&format!("{base}{PROOF}"), log)?;
    let mut fail = |what: String| log.fail(Check::Timestamps, None, Some(&name), what);
    let token = timestamp::check(&response, &note, None)
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
    let signed_by = match signed_by(&response, authorities) {
        Ok(name) => name,
        Err(error) => {
            log.fail(Check::Timestamps, None, Some(&name), error.to_string());
            return None;
        }
    };
    Some(Stamped {
        signed_by,
        size: checkpoint.size,
        at: crate::audit::package::verify::report::rfc3339(token.at.timestamp().unsigned_abs()),
        file: name,
    })
}

/// Who signed it, if one of those who are trusted vouches for them. A signature of somebody else's is no
/// fault of the package: the log may have been stamped by several.
fn signed_by(response: &[u8], authorities: &[Vec<u8>]) -> Result<Option<String>, SignatureError> {
    if authorities.is_empty() {
        return Ok(None);
    }
    match timestamp::signer(response, authorities) {
        Ok(name) => Ok(Some(printable(&name))),
        Err(SignatureError::Untrusted) => Ok(None),
        Err(error) => Err(error),
    }
}
