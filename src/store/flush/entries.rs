//! The rows of the entries, each with its place in the log.

use super::Flush;
use crate::audit::Hash;
use crate::audit::commitment::{canonical_json, commit, event_tag};
use crate::audit::leaf::{EntryKind, Leaf};
use crate::audit::tree::{Frontier, hash_leaf};
use crate::domain::event::{Payload, SubjectEvent};
use crate::domain::ids::Position;
use crate::domain::registry::{Catalogue, NoticeRef};
use crate::domain::time::{Now, random};
use crate::store::contacts::ContactRow;
use crate::store::error::StoreError;
use crate::store::paces::PaceRow;
use crate::store::rows::{
    LedgerRow, PublicRow, StateRow, SubjectEventRow, TileRow, signed, signed_version,
};
use crate::store::world::{Pending, World};
use std::collections::HashMap;

/// The rows of the entries, as they are made one after the other.
#[derive(Default)]
pub(super) struct Entries {
    pub ledger: Vec<LedgerRow>,
    pub tiles: Vec<TileRow>,
    pub public: Vec<PublicRow>,
    pub personal: Vec<SubjectEventRow>,
    pub states: Vec<StateRow>,
    pub contacts: Vec<ContactRow>,
    pub paces: Vec<PaceRow>,
    /// Hashes of the notices met so far: many entries of a batch name the same one.
    notices: HashMap<NoticeRef, Hash>,
}

impl Flush<'_> {
    /// Makes the rows of one entry and returns its leaf.
    pub(super) fn entry(
        &self,
        world: &World,
        pending: &Pending,
        position: Position,
        at: i64,
        entries: &mut Entries,
    ) -> Result<Leaf, StoreError> {
        let mut leaf = Leaf {
            kind: EntryKind::LogGenesis,
            registry: self.registry.to_owned(),
            at,
            notice: None,
            tag: None,
            commitment: [0; 32],
        };
        match pending {
            Pending::Public { event, now } => {
                let opening: [u8; 32] = random(self.entropy)?;
                let payload = canonical(&event.recorded(now.utc()))?;
                leaf.kind = kind(event.kind.as_str())?;
                leaf.commitment = commit(&opening, &payload);
                let payload = String::from_utf8(payload)
                    .map_err(|_| StoreError::Log("a payload is not text".into()))?;
                entries.public.push(PublicRow {
                    position: signed(position),
                    payload,
                    opening: opening.to_vec(),
                });
            }
            Pending::Subject {
                subject,
                counter,
                event,
                actor,
                record,
                now,
            } => {
                let person = world
                    .subjects
                    .get(subject)
                    .ok_or(StoreError::damaged("a data subject"))?;
                let payload = personal(&event.payload(*subject, actor, now.utc()))?;
                leaf.kind = kind(event.kind())?;
                leaf.tag = Some(event_tag(person.key.view(), *counter));
                leaf.commitment = commit(&person.key.opening(*counter), &payload);
                leaf.notice = shown(&world.catalogue, event, &mut entries.notices)?;
                let mut row = event_row(event, position, *now);
                row.subject_id = subject.as_bytes().to_vec();
                row.counter = signed(*counter);
                row.record_id = record.as_bytes().to_vec();
                row.sealed = person.key.seal(&payload, record.as_bytes(), self.entropy)?;
                entries.personal.push(row);
            }
        }
        Ok(leaf)
    }
}

fn canonical(payload: &serde_json::Value) -> Result<Vec<u8>, StoreError> {
    canonical_json(payload).map_err(|error| StoreError::Log(error.to_string()))
}

/// Room for nearly every payload.
const USUAL_BYTES: usize = 1024;

fn personal(payload: &Payload<'_>) -> Result<Vec<u8>, StoreError> {
    match payload {
        Payload::Tree(value) => canonical(value),
        Payload::Plain(plain) => {
            let mut out = Vec::with_capacity(USUAL_BYTES);
            serde_json::to_writer(&mut out, plain)
                .map_err(|error| StoreError::Log(error.to_string()))?;
            Ok(out)
        }
    }
}

fn kind(text: &str) -> Result<EntryKind, StoreError> {
    text.parse()
        .map_err(|_| StoreError::Log(format!("{text} is no kind of entry")))
}

/// The hash of the words that the person was shown.
fn shown(
    catalogue: &Catalogue,
    event: &SubjectEvent,
    known: &mut HashMap<NoticeRef, Hash>,
) -> Result<Option<Hash>, StoreError> {
    let SubjectEvent::Consent(record) = event else {
        return Ok(None);
    };
    let Some(reference) = &record.notice else {
        return Ok(None);
    };
    if let Some(hash) = known.get(reference) {
        return Ok(Some(*hash));
    }
    let notice = catalogue.notices.get(reference);
    let hash = notice
        .map(crate::store::catalogue::notice_hash)
        .transpose()?;
    known.extend(hash.map(|hash| (reference.clone(), hash)));
    Ok(hash)
}

pub(in crate::store) fn event_row(
    event: &SubjectEvent,
    position: Position,
    now: Now,
) -> SubjectEventRow {
    let mut row = SubjectEventRow {
        position: signed(position),
        subject_id: Vec::new(),
        counter: 0,
        kind: event.kind().to_owned(),
        record_id: Vec::new(),
        purpose: None,
        channel: None,
        effective_at: None,
        valid_until: None,
        recorded_at: now.micros(),
        notice_id: None,
        notice_version: None,
        source: None,
        proof: false,
        sealed: Vec::new(),
    };
    if let SubjectEvent::Consent(record) = event {
        row.purpose = Some(record.purpose.as_str().to_owned());
        row.channel = Some(record.channel.as_str().to_owned());
        row.effective_at = Some(record.effective_at.timestamp_micros());
        row.valid_until = record.valid_until.map(|until| until.timestamp_micros());
        row.notice_id = record
            .notice
            .as_ref()
            .map(|notice| notice.id.as_str().to_owned());
        row.notice_version = record
            .notice
            .as_ref()
            .map(|notice| signed_version(notice.version));
        row.source = Some(record.source.kind.as_str().to_owned());
        row.proof = record.proof;
    }
    row
}

pub(super) fn append(
    frontier: &mut Frontier,
    position: Position,
    leaf: Leaf,
    entries: &mut Entries,
) -> Result<(), StoreError> {
    let bytes = leaf
        .to_bytes()
        .map_err(|error| StoreError::Log(error.to_string()))?;
    for tile in frontier.append(hash_leaf(&bytes)) {
        let (level, idx) = (i32::from(tile.level), signed(tile.index));
        entries.tiles.push(TileRow {
            level,
            idx,
            hash: tile.hash.to_vec(),
        });
    }
    let leaf =
        String::from_utf8(bytes).map_err(|_| StoreError::Log("a leaf is not text".into()))?;
    entries.ledger.push(LedgerRow {
        position: signed(position),
        leaf,
    });
    Ok(())
}
