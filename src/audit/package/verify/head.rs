//! The signed head.

use super::archive::Archive;
use super::report::{Check, Recorder};
use crate::audit::checkpoint::Checkpoint;
use crate::audit::note::{VerifierKey, unverified_text};
use crate::audit::package::format::{CHECKPOINT, VKEY};
use std::io::{Read, Seek};

/// Reads the checkpoint and checks its signature. After a failure the unsigned text is handed out
/// all the same, so that what follows can say which entries differ from it. Gives also the key that
/// everything is checked with: the trusted one, else the package's own.
pub(super) fn read<R: Read + Seek>(
    archive: &mut Archive<R>,
    trusted: Option<&VerifierKey>,
    log: &mut Recorder,
) -> (Option<Checkpoint>, Option<VerifierKey>) {
    let own = read_key(archive, log);
    let key = trusted.cloned().or(own.clone());
    (checkpoint(archive, own.as_ref(), trusted, log), key)
}

fn checkpoint<R: Read + Seek>(
    archive: &mut Archive<R>,
    own: Option<&VerifierKey>,
    trusted: Option<&VerifierKey>,
    log: &mut Recorder,
) -> Option<Checkpoint> {
    if let (Some(own), Some(trusted)) = (own, trusted)
        && own != trusted
    {
        log.fail(
            Check::Checkpoint,
            None,
            Some(VKEY),
            "is not the log's trusted key",
        );
    }
    let signed = archive.read(CHECKPOINT, log)?;
    let Ok(signed) = String::from_utf8(signed) else {
        log.fail(Check::Checkpoint, None, Some(CHECKPOINT), "is not text");
        return None;
    };
    let known: Vec<_> = trusted.or(own).cloned().into_iter().collect();
    match Checkpoint::open(&signed, &known) {
        Ok(_) => log.done(Check::Checkpoint, signed_by(trusted.is_some())),
        Err(error) => log.fail(Check::Checkpoint, None, Some(CHECKPOINT), error.to_string()),
    }
    log.head = unverified_text(&signed)
        .ok()
        .and_then(|text| text.parse().ok());
    log.head.clone()
}

fn signed_by(trusted: bool) -> &'static str {
    if trusted {
        "by the trusted key"
    } else {
        "by the key in the package, which nobody has vouched for"
    }
}

fn read_key<R: Read + Seek>(archive: &mut Archive<R>, log: &mut Recorder) -> Option<VerifierKey> {
    let bytes = archive.read(VKEY, log)?;
    let text = String::from_utf8(bytes).ok();
    let key = text.and_then(|text| text.strip_suffix('\n')?.parse().ok());
    if key.is_none() {
        log.fail(Check::Checkpoint, None, Some(VKEY), "is not a key");
    }
    key
}
