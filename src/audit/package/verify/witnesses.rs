//! What witnesses say of the log. Their keys are as little to be believed from the package as the
//! log's: a witness that is trusted was named by whoever checks.

use super::archive::Archive;
use super::report::{Check, Recorder, Witnessed, rfc3339};
use crate::audit::Hash;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::encoding::unb64;
use crate::audit::note::{Cosignature, CosignerKey, cosignatures};
use crate::audit::package::format::{COSIGNED, PROOF, WITNESSES};
use crate::audit::proof::verify_consistency;
use crate::audit::signing::{KeyHistory, open_checkpoint};
use std::collections::BTreeSet;
use std::io::{Read, Seek};

/// Checks every cosigned checkpoint against the package's own, and that each trusted witness has
/// cosigned one.
pub(super) fn check<R: Read + Seek>(
    archive: &mut Archive<R>,
    key: Option<&KeyHistory>,
    trusted: &[CosignerKey],
    log: &mut Recorder,
) {
    let own = own_keys(archive, log);
    let known = if trusted.is_empty() { &own } else { trusted };
    for name in notes(archive, log) {
        let Some(found) = cosigned(archive, &name, key, known, log) else {
            continue;
        };
        if found.1.is_empty() {
            let what = "bears no cosignature of a witness whose key is known";
            log.fail(Check::Witnesses, None, Some(&name), what);
        }
        log.witnessed(found.0.size, &found.1, !trusted.is_empty());
    }
    for one in trusted {
        if log.has_cosigned(one) {
            continue;
        }
        let what = format!("the witness {} has not cosigned this log", one.name());
        log.fail(Check::Witnesses, None, None, what);
    }
    log.done(Check::Witnesses, log.witnesses_in_words());
}

fn own_keys<R: Read + Seek>(archive: &mut Archive<R>, log: &mut Recorder) -> Vec<CosignerKey> {
    if archive.names(WITNESSES).is_empty() {
        return Vec::new();
    }
    let bytes = archive.read(WITNESSES, log).unwrap_or_default();
    let text = String::from_utf8(bytes).unwrap_or_default();
    let keys: Option<Vec<_>> = text.lines().map(|line| line.parse().ok()).collect();
    keys.unwrap_or_else(|| {
        log.fail(
            Check::Witnesses,
            None,
            Some(WITNESSES),
            "holds what is no witness's key",
        );
        Vec::new()
    })
}

/// The notes; a proof without one is a failure.
fn notes<R: Read + Seek>(archive: &Archive<R>, log: &mut Recorder) -> Vec<String> {
    let names: BTreeSet<String> = archive.names(COSIGNED).into_iter().collect();
    for name in &names {
        let of = name.strip_suffix(PROOF);
        if of.is_some_and(|note| !names.contains(note)) {
            log.fail(
                Check::Witnesses,
                None,
                Some(name),
                "proves nothing that is there",
            );
        }
    }
    let notes = names.into_iter().filter(|name| !name.ends_with(PROOF));
    notes.collect()
}

/// A checkpoint that the log signed and the package's own contains, with its cosignatures.
fn cosigned<R: Read + Seek>(
    archive: &mut Archive<R>,
    name: &str,
    key: Option<&KeyHistory>,
    known: &[CosignerKey],
    log: &mut Recorder,
) -> Option<(Checkpoint, Vec<Cosignature>)> {
    let note = String::from_utf8(archive.read(name, log)?).unwrap_or_default();
    let proof = archive.read(&format!("{name}{PROOF}"), log)?;
    let mut fail = |what: String| log.fail(Check::Witnesses, None, Some(name), what);
    let checkpoint = open_checkpoint(&note, key?)
        .map_err(|error| fail(error.to_string()))
        .ok()?;
    let found = cosignatures(&note, known)
        .map_err(|error| fail(error.to_string()))
        .ok()?;
    if contains(log.head.as_ref()?, &checkpoint, &proof) {
        return Some((checkpoint, found));
    }
    let what = "is not contained in the package's checkpoint: the log was rewritten";
    log.fail(Check::Witnesses, None, Some(name), what);
    None
}

pub(super) fn contains(head: &Checkpoint, covered: &Checkpoint, proof: &[u8]) -> bool {
    let text = std::str::from_utf8(proof).unwrap_or("?");
    let hashes: Option<Vec<Hash>> = text.lines().map(unb64).collect();
    let holds = |hashes: Vec<Hash>| {
        verify_consistency(covered.size, head.size, &covered.root, &head.root, &hashes).is_ok()
    };
    head.origin == covered.origin && hashes.is_some_and(holds)
}

impl Recorder {
    fn witnessed(&mut self, size: u64, found: &[Cosignature], trusted: bool) {
        self.witnesses.extend(found.iter().map(|one| Witnessed {
            witness: one.by.to_string(),
            size,
            at: rfc3339(one.at),
            trusted,
        }));
    }

    fn has_cosigned(&self, key: &CosignerKey) -> bool {
        let key = key.to_string();
        self.witnesses.iter().any(|one| one.witness == key)
    }

    fn witnesses_in_words(&self) -> String {
        let names: BTreeSet<&str> = self
            .witnesses
            .iter()
            .map(|one| one.witness.as_str())
            .collect();
        match (names.len(), self.witnesses.iter().any(|one| one.trusted)) {
            (0, _) => "nobody has cosigned this log".to_owned(),
            (count, true) => format!("{count} trusted"),
            (count, false) => {
                format!("{count}, by keys in the package, which nobody has vouched for")
            }
        }
    }
}
