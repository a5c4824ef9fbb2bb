//! One entry: its leaf reads, its payload is the one committed to, its row says the same.

use super::findings::Collector;
use crate::audit::Hash;
use crate::audit::commitment::commit;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::domain::ids::Position;
use crate::domain::registry::NoticeRef;
use crate::store::{PersonalPayload, StoredEntry, StoredPayload};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::BTreeMap;

/// Compares entries one after another.
pub(super) struct EntryCheck<'a> {
    origin: &'a str,
    notices: BTreeMap<NoticeRef, Hash>,
    /// The latest time of a leaf so far.
    pub(super) latest: i64,
}

impl<'a> EntryCheck<'a> {
    pub(super) fn new(origin: &'a str, notices: BTreeMap<NoticeRef, Hash>, latest: i64) -> Self {
        Self {
            origin,
            notices,
            latest,
        }
    }

    /// Compares one entry; its leaf, where it reads.
    pub(super) fn check(&mut self, entry: &StoredEntry, found: &mut Collector) -> Option<Leaf> {
        let position = entry.position;
        if entry.doubled {
            found.at(
                position,
                "both a person's event and a public one stand at this position",
            );
        }
        let Some(text) = &entry.leaf else {
            found.at(position, "the leaf is missing");
            self.payload(entry, None, found);
            return None;
        };
        let leaf = Leaf::parse(text.as_bytes());
        match &leaf {
            Ok(leaf) => self.leaf(position, leaf, found),
            Err(error) => found.at(position, format!("the leaf does not read: {error}")),
        }
        let leaf = leaf.ok();
        self.payload(entry, leaf.as_ref(), found);
        leaf
    }

    fn leaf(&mut self, position: Position, leaf: &Leaf, found: &mut Collector) {
        if leaf.registry != self.origin {
            found.at(position, "the leaf is of another registry");
        }
        if leaf.at < self.latest {
            found.at(
                position,
                "the leaf's time is before that of an earlier entry",
            );
        }
        self.latest = self.latest.max(leaf.at);
    }

    fn payload(&self, entry: &StoredEntry, leaf: Option<&Leaf>, found: &mut Collector) {
        let position = entry.position;
        match &entry.payload {
            StoredPayload::Missing => found.at(position, "the payload is missing"),
            StoredPayload::Erased => {
                if leaf.is_some_and(|leaf| leaf.tag.is_none()) {
                    found.at(
                        position,
                        "the payload is said to be erased, but the entry is about no person",
                    );
                }
            }
            StoredPayload::Unreadable => {
                found.at(
                    position,
                    "the payload does not open: the row or the person's key was changed",
                );
            }
            StoredPayload::Public { text, opening } => {
                let opening: Option<[u8; 32]> = opening.as_slice().try_into().ok();
                let Some(leaf) = leaf else { return };
                committed(position, leaf, opening, text, found);
                if leaf.tag.is_some() {
                    found.at(position, "the leaf is about a person, its payload is not");
                }
                time(
                    position,
                    leaf,
                    &serde_json::from_str(text).unwrap_or_default(),
                    found,
                );
            }
            StoredPayload::Personal(personal) => self.personal(position, personal, leaf, found),
        }
    }

    fn personal(
        &self,
        position: Position,
        personal: &PersonalPayload,
        leaf: Option<&Leaf>,
        found: &mut Collector,
    ) {
        for column in &personal.differs {
            found.at(
                position,
                format!("the row's {column} is not what was recorded"),
            );
        }
        let Some(leaf) = leaf else { return };
        committed(
            position,
            leaf,
            Some(personal.opening),
            &personal.text,
            found,
        );
        if leaf.kind.as_str() != personal.kind {
            found.at(position, "the row's kind is not the leaf's");
        }
        if leaf.tag != Some(personal.tag) {
            found.at(
                position,
                "the leaf's tag is not that of this person and counter",
            );
        }
        time(position, leaf, &personal.value, found);
        self.notice(position, leaf, &personal.value, found);
    }

    /// The leaf of a consent names the words that the payload says were shown.
    fn notice(&self, position: Position, leaf: &Leaf, payload: &Value, found: &mut Collector) {
        let consent = [
            EntryKind::ConsentRequested,
            EntryKind::ConsentGiven,
            EntryKind::ConsentRefused,
            EntryKind::ConsentWithdrawn,
        ];
        let shown = payload
            .get("notice")
            .and_then(Value::as_str)
            .filter(|_| consent.contains(&leaf.kind));
        let known = shown
            .and_then(|shown| shown.parse().ok())
            .and_then(|shown: NoticeRef| self.notices.get(&shown));
        if leaf.notice.as_ref() != known {
            found.at(
                position,
                "the notice in the catalogue is not the one that the leaf names",
            );
        }
    }
}

fn committed(
    position: Position,
    leaf: &Leaf,
    opening: Option<[u8; 32]>,
    text: &str,
    found: &mut Collector,
) {
    if opening.is_none_or(|opening| commit(&opening, text.as_bytes()) != leaf.commitment) {
        found.at(
            position,
            "the payload is not the one that the leaf commits to",
        );
    }
}

/// An entry is appended after what it records was received, never before.
fn time(position: Position, leaf: &Leaf, payload: &Value, found: &mut Collector) {
    let recorded = payload.get("recorded_at").and_then(Value::as_str);
    let recorded: Option<DateTime<Utc>> = recorded.and_then(|text| text.parse().ok());
    if recorded.is_none_or(|recorded| recorded.timestamp() > leaf.at) {
        found.at(position, "the leaf's time is before that of its payload");
    }
}

/// What an entry that names nobody says, if it is of one of these kinds.
pub(super) fn said(
    entry: &StoredEntry,
    leaf: Option<&Leaf>,
    about: &[EntryKind],
) -> Option<(EntryKind, Value)> {
    let kind = leaf?.kind;
    let StoredPayload::Public { text, .. } = &entry.payload else {
        return None;
    };
    let is_one = about.contains(&kind);
    is_one.then(|| (kind, serde_json::from_str(text).unwrap_or_default()))
}
