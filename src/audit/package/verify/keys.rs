//! The log's keys. What a package says of them counts only where it is proved: each entry about a
//! key stands in a checkpoint that the key before had signed, and that checkpoint in the package's.

use super::archive::Archive;
use super::report::{Check, Recorder, ToldKey};
use crate::audit::Hash;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::commitment::{canonical_json, commit};
use crate::audit::encoding::{hex, unb64, unhex};
use crate::audit::leaf::Leaf;
use crate::audit::note::{VerifierKey, unverified_text};
use crate::audit::package::format::{CHECKPOINT, Handover, KEYS, VKEY};
use crate::audit::proof::{verify_consistency, verify_inclusion};
use crate::audit::signing::{Introduced, KeyAct, KeyHistory, Standing, open_checkpoint};
use crate::audit::tree::hash_leaf;
use std::io::{Read, Seek};

/// The keys by which everything is checked: those that follow from the package's own, where that is
/// the trusted one or belongs to the same chain. `None` where there is no key at all.
pub(super) fn read<R: Read + Seek>(
    archive: &mut Archive<R>,
    trusted: Option<&VerifierKey>,
    log: &mut Recorder,
) -> Option<KeyHistory> {
    let own = own_key(archive, log);
    let history = history(archive, own.as_ref(), log);
    let checked = match (trusted, history) {
        (Some(trusted), Some(history)) => match history.standing(trusted) {
            Standing::Holds => history,
            Standing::Broken(position) => {
                let what = format!(
                    "is another than the trusted key, which was lost: entry {position} begins with a new key that it \
                     does not vouch for. Ask the operator for the new key by another way, and give that"
                );
                log.fail(Check::Keys, Some(position), Some(VKEY), what);
                KeyHistory::new(trusted.clone())
            }
            Standing::Unknown => {
                log.fail(
                    Check::Keys,
                    None,
                    Some(VKEY),
                    "is not the log's trusted key",
                );
                KeyHistory::new(trusted.clone())
            }
        },
        (Some(trusted), None) => KeyHistory::new(trusted.clone()),
        (None, history) => history?,
    };
    tell(&checked, log);
    Some(checked)
}

fn own_key<R: Read + Seek>(archive: &mut Archive<R>, log: &mut Recorder) -> Option<VerifierKey> {
    let bytes = archive.read(VKEY, log)?;
    let text = String::from_utf8(bytes).ok();
    let key = text.and_then(|text| text.strip_suffix('\n')?.parse().ok());
    if key.is_none() {
        log.fail(Check::Keys, None, Some(VKEY), "is not a key");
    }
    key
}

/// The history that the package proves; its last chain must begin with the package's own key.
fn history<R: Read + Seek>(
    archive: &mut Archive<R>,
    own: Option<&VerifierKey>,
    log: &mut Recorder,
) -> Option<KeyHistory> {
    let own = own?;
    if archive.names(KEYS).is_empty() {
        return Some(KeyHistory::new(own.clone()));
    }
    let handovers = parse(archive, log)?;
    let head = head(archive, log)?;
    let acts: Option<Vec<KeyAct>> = handovers.iter().map(act).collect();
    let Some(acts) = acts else {
        log.fail(
            Check::Keys,
            None,
            Some(KEYS),
            "has an entry that is about no key",
        );
        return None;
    };
    let first = acts.first().and_then(KeyAct::previous);
    let mut history = KeyHistory::new(first.unwrap_or(own).clone());
    for (handover, act) in handovers.iter().zip(&acts) {
        if let Err(error) = history.apply(handover.position, act) {
            let at = Some(handover.position);
            log.fail(Check::Keys, at, Some(KEYS), error.to_string());
            return None;
        }
    }
    for (handover, act) in handovers.iter().zip(&acts) {
        if let Err(what) = holds(handover, act, &history, &head) {
            log.fail(Check::Keys, Some(handover.position), Some(KEYS), what);
            return None;
        }
    }
    if history.anchor() == own {
        return Some(history);
    }
    log.fail(
        Check::Keys,
        None,
        Some(VKEY),
        "is not the key that its chain of keys begins with",
    );
    None
}

fn parse<R: Read + Seek>(archive: &mut Archive<R>, log: &mut Recorder) -> Option<Vec<Handover>> {
    let bytes = archive.read(KEYS, log)?;
    let read = serde_json::from_slice(&bytes).ok();
    if read.is_none() {
        log.fail(Check::Keys, None, Some(KEYS), "is no list of keys");
    }
    read
}

/// The package's own head; that it is signed is looked at when its keys are known.
fn head<R: Read + Seek>(archive: &mut Archive<R>, log: &mut Recorder) -> Option<Checkpoint> {
    let signed = String::from_utf8(archive.read(CHECKPOINT, log)?).ok()?;
    unverified_text(&signed).ok()?.parse().ok()
}

/// What the entry says, where leaf and payload belong together.
fn act(handover: &Handover) -> Option<KeyAct> {
    let leaf = Leaf::parse(handover.leaf.as_bytes()).ok()?;
    let opening: [u8; 32] = unhex(&handover.opening)?;
    let payload = canonical_json(&handover.payload).ok()?;
    if commit(&opening, &payload) != leaf.commitment {
        return None;
    }
    KeyAct::read(leaf.kind, &handover.payload)
}

/// The entry stands in its checkpoint, and that one in the head. A key that is brought by the one
/// before must stand in a checkpoint that this one had signed: between the two entries that bring
/// the new one and end the old. Before a break nothing hangs on that any more.
fn holds(
    handover: &Handover,
    act: &KeyAct,
    history: &KeyHistory,
    head: &Checkpoint,
) -> Result<(), String> {
    let at = handover.position;
    let covering = open_checkpoint(&handover.checkpoint, history)
        .map_err(|error| format!("the checkpoint that covers it does not hold: {error}"))?;
    if let KeyAct::Rotated { previous, .. } = act
        && history.standing(previous) == Standing::Holds
        && !history.signing(covering.size).contains(previous)
    {
        return Err("the key before has not signed a checkpoint that covers it".to_owned());
    }
    if covering.origin != head.origin {
        return Err("is covered by another log's checkpoint".to_owned());
    }
    let leaf = hash_leaf(handover.leaf.as_bytes());
    let words = |proof: &[String]| proof.iter().map(|hash| unb64(hash)).collect();
    let (inclusion, consistency): (Option<Vec<Hash>>, Option<Vec<Hash>>) =
        (words(&handover.inclusion), words(&handover.consistency));
    let proofs = inclusion.zip(consistency);
    let proved = proofs.is_some_and(|(inclusion, consistency)| {
        verify_inclusion(&leaf, at, covering.size, &inclusion, &covering.root).is_ok()
            && verify_consistency(
                covering.size,
                head.size,
                &covering.root,
                &head.root,
                &consistency,
            )
            .is_ok()
    });
    if proved {
        Ok(())
    } else {
        Err("is not in the log that the package's checkpoint is of".to_owned())
    }
}

fn tell(history: &KeyHistory, log: &mut Recorder) {
    for span in history.spans() {
        let broken = match &span.by {
            Introduced::Replaced(why) => Some(super::report::printable(why)),
            Introduced::First | Introduced::Rotated => None,
        };
        log.keys.push(ToldKey {
            key: span.key.to_string(),
            id: hex(span.key.id()),
            from: span.from,
            until: span.until,
            broken,
        });
    }
    let detail = match log.keys.len() {
        1 => "one key from the beginning".to_owned(),
        count if log.keys.iter().any(|key| key.broken.is_some()) => {
            format!("{count} keys; the chain is broken where one was lost")
        }
        count => format!("{count} keys, each by the one before"),
    };
    log.done(Check::Keys, detail);
}
