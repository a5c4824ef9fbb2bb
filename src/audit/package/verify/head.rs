//! The signed head.

use super::archive::Archive;
use super::report::{Check, Recorder};
use crate::audit::checkpoint::Checkpoint;
use crate::audit::note::unverified_text;
use crate::audit::package::format::CHECKPOINT;
use crate::audit::signing::{KeyHistory, open_checkpoint};
use std::io::{Read, Seek};

/// Reads the checkpoint and checks that each key of its size has signed it. After a failure the
/// unsigned text is handed out all the same, so that what follows can say which entries differ
/// from it.
pub(super) fn read<R: Read + Seek>(
    archive: &mut Archive<R>,
    keys: Option<&KeyHistory>,
    trusted: bool,
    log: &mut Recorder,
) -> Option<Checkpoint> {
    let signed = archive.read(CHECKPOINT, log)?;
    let Ok(signed) = String::from_utf8(signed) else {
        log.fail(Check::Checkpoint, None, Some(CHECKPOINT), "is not text");
        return None;
    };
    match keys.map(|keys| open_checkpoint(&signed, keys)) {
        Some(Ok(_)) => log.done(Check::Checkpoint, signed_by(trusted)),
        Some(Err(error)) => {
            log.fail(Check::Checkpoint, None, Some(CHECKPOINT), error.to_string());
        }
        None => {}
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
