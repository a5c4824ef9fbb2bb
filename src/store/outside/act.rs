//! What the register outside the database tells: a no, an erasure. Nothing in it is a yes.

use crate::audit::encoding::unhex;
use crate::domain::event::{PublicKind, Reference, SubjectEvent};
use crate::domain::ids::{Blind, DsrId, KeyId, Position, SubjectId};
use crate::domain::personal::Personal;
use crate::domain::registry::{
    Answer, Change, Channel, ErasureReason, Identifier, IdentifierKind, Objection, PaceRecord, Slug,
};
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::keys::Keyring;
use crate::store::rows::IdentifierRow;
use crate::store::schema::identifiers;
use crate::store::tx::Contact;
use crate::store::world::{Pending, Subject, World};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// Persons asked for by one statement.
const CHUNK: usize = 500;

/// A person, by what finds them in any copy: an older one may hold them as two records, or not at all.
/// The identifiers are sealed with the block, as they are in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// The record.
    pub subject: SubjectId,
    /// Their identifiers.
    contacts: Vec<Named>,
}

impl Who {
    /// Their identifiers, as they are looked up.
    #[must_use]
    pub fn contacts(&self, keys: &Keyring) -> Vec<Contact> {
        let read = |named: &Named| {
            let kind = IdentifierKind::from_code(named.kind)?;
            let identifier = Identifier::parse(kind, named.text.reveal()).ok()?;
            Some(Contact {
                blind: keys.blind(identifier.canonical()),
                coarse: None,
                identifier,
            })
        };
        self.contacts.iter().filter_map(read).collect()
    }
}

/// An identifier, by the code of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Named {
    kind: i16,
    #[serde(with = "within_the_seal")]
    text: Personal<String>,
}

/// What is written within the seal, and nowhere else.
mod within_the_seal {
    use crate::domain::personal::Personal;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(text: &Personal<String>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(text.reveal())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Personal<String>, D::Error> {
        String::deserialize(from).map(Personal::new)
    }
}

/// A keyed hash as its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[u8; 32]", into = "[u8; 32]")]
pub struct ContactHash(pub Blind);

impl From<[u8; 32]> for ContactHash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(Blind(bytes))
    }
}

impl From<ContactHash> for [u8; 32] {
    fn from(hash: ContactHash) -> Self {
        hash.0.0
    }
}

/// An act that a restore must not lose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum LaterAct {
    /// A consent was refused or withdrawn, or became a no when two records were merged.
    Answered {
        /// Who.
        who: Who,
        /// What for.
        purpose: Slug,
        /// By which channel.
        channel: Channel,
        /// Which no.
        status: Answer,
        /// Since when.
        at: DateTime<Utc>,
    },
    /// An objection (art. 21).
    Objected {
        /// Who.
        who: Who,
        /// To what.
        scope: Objection,
        /// Since when.
        at: DateTime<Utc>,
    },
    /// A restriction (art. 18).
    Restricted {
        /// Who.
        who: Who,
    },
    /// A pause, or fewer contacts, or neither any more: the last word counts.
    Paced {
        /// Who.
        who: Who,
        /// What was asked for.
        record: Box<PaceRecord>,
    },
    /// A death was recorded, or that the record was wrong: the last word counts. What the death stopped stays
    /// stopped until somebody lifts it.
    Died {
        /// Who.
        who: Who,
        /// Whether they are dead.
        dead: bool,
        /// Where the proof is.
        evidence: Reference,
    },
    /// A contact point was put in the place of another, which is theirs no more. Who is named holds the new
    /// one, as after every later act of theirs.
    Corrected {
        /// Who.
        who: Who,
        /// Which is theirs no more.
        from: ContactHash,
        /// Which is, in its place.
        to: ContactHash,
        /// In which request.
        request: DsrId,
        /// Where the record of a call is.
        evidence: Option<Reference>,
    },
    /// A contact point came onto the suppression list.
    Suppressed {
        /// Its keyed hash.
        contact: ContactHash,
        /// Why.
        reason: String,
    },
    /// An API key was revoked.
    KeyRevoked {
        /// Which.
        key: KeyId,
    },
    /// A person was erased.
    Erased {
        /// The records: random ids.
        records: Vec<SubjectId>,
        /// The keyed hashes of their identifiers.
        contacts: Vec<ContactHash>,
        /// On which ground.
        reason: ErasureReason,
        /// The request that it answered.
        reference: Option<String>,
    },
}

impl LaterAct {
    /// Whom it is about, where it is a person of the registry.
    #[must_use]
    pub const fn who(&self) -> Option<&Who> {
        match self {
            Self::Answered { who, .. }
            | Self::Objected { who, .. }
            | Self::Restricted { who }
            | Self::Died { who, .. }
            | Self::Corrected { who, .. }
            | Self::Paced { who, .. } => Some(who),
            Self::Suppressed { .. } | Self::KeyRevoked { .. } | Self::Erased { .. } => None,
        }
    }
}

impl LaterAct {
    /// The contact point that somebody has no more by it.
    #[must_use]
    pub const fn left(&self) -> Option<Blind> {
        match self {
            Self::Corrected { from, .. } => Some(from.0),
            _ => None,
        }
    }
}

/// The acts of one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The log's length with them.
    pub end: Position,
    /// When they were recorded.
    pub at: DateTime<Utc>,
    /// The last block of this file that the database had taken in: those between were given up.
    pub after: u64,
    /// The acts.
    pub acts: Vec<LaterAct>,
}

/// What of a batch that was just flushed has to be written outside as well.
pub(in crate::store) fn gather(db: &mut Db, world: &World) -> Result<Vec<LaterAct>, StoreError> {
    let contacts = contacts(db, world, &concerned(world))?;
    let mut acts = Vec::new();
    for pending in &world.pending {
        match pending {
            Pending::Subject { subject, event, .. } => {
                let who = || Who {
                    subject: *subject,
                    contacts: contacts.get(subject).cloned().unwrap_or_default(),
                };
                acts.extend(said(event, world.subjects.get(subject), who));
            }
            Pending::Public { event, .. } => match event.kind {
                PublicKind::Suppression => acts.extend(suppressed(&event.payload)),
                PublicKind::KeyRevoked => acts.extend(key_revoked(&event.payload)),
                PublicKind::Erased => acts.extend(erased(&event.payload, world)),
                _ => {}
            },
        }
    }
    Ok(acts)
}

/// Whose identifiers are needed.
fn concerned(world: &World) -> BTreeSet<SubjectId> {
    let of = |pending: &Pending| match pending {
        Pending::Subject { subject, event, .. } if counts(event) => Some(*subject),
        Pending::Subject { .. } | Pending::Public { .. } => None,
    };
    world.pending.iter().filter_map(of).collect()
}

const fn counts(event: &SubjectEvent) -> bool {
    match event {
        SubjectEvent::Consent(record) => record.status.is_no(),
        SubjectEvent::Restricted { restricted, .. } => *restricted,
        SubjectEvent::Objected { .. }
        | SubjectEvent::Paced(_)
        | SubjectEvent::Died { .. }
        | SubjectEvent::Corrected(_)
        | SubjectEvent::Merged { .. } => true,
        _ => false,
    }
}

fn said(event: &SubjectEvent, person: Option<&Subject>, who: impl Fn() -> Who) -> Vec<LaterAct> {
    match event {
        SubjectEvent::Consent(record) if record.status.is_no() => vec![LaterAct::Answered {
            who: who(),
            purpose: record.purpose.clone(),
            channel: record.channel,
            status: record.status,
            at: record.effective_at,
        }],
        SubjectEvent::Objected {
            scope,
            effective_at,
        } => vec![LaterAct::Objected {
            who: who(),
            scope: *scope,
            at: *effective_at,
        }],
        SubjectEvent::Restricted {
            restricted: true, ..
        } => vec![LaterAct::Restricted { who: who() }],
        SubjectEvent::Paced(record) => vec![LaterAct::Paced {
            who: who(),
            record: record.clone(),
        }],
        SubjectEvent::Died { dead, evidence } => vec![LaterAct::Died {
            who: who(),
            dead: *dead,
            evidence: evidence.clone(),
        }],
        SubjectEvent::Corrected(corrected) => vec![LaterAct::Corrected {
            who: who(),
            from: ContactHash(corrected.from),
            to: ContactHash(corrected.to),
            request: corrected.request,
            evidence: corrected.evidence.clone(),
        }],
        SubjectEvent::Merged { .. } => person.map_or_else(Vec::new, |person| merged(person, who)),
        _ => Vec::new(),
    }
}

/// A merge makes a no of one record the no of both: what holds after it is told whole.
fn merged(person: &Subject, who: impl Fn() -> Who) -> Vec<LaterAct> {
    let noes = person
        .cells
        .iter()
        .filter(|(_, held)| held.state.status.is_no());
    let mut acts: Vec<LaterAct> = noes
        .map(|((purpose, channel), held)| LaterAct::Answered {
            who: who(),
            purpose: purpose.clone(),
            channel: *channel,
            status: held.state.status,
            at: held.state.effective_at,
        })
        .collect();
    let standing = person.row().standing();
    let objections = [
        (Objection::DirectMarketing, standing.objection),
        (
            Objection::ProfilingForDirectMarketing,
            standing.objection_profiling,
        ),
    ];
    acts.extend(objections.into_iter().filter_map(|(scope, at)| {
        Some(LaterAct::Objected {
            who: who(),
            scope,
            at: at?,
        })
    }));
    let restricted = standing
        .restricted
        .map(|_| LaterAct::Restricted { who: who() });
    acts.extend(restricted);
    acts
}

fn suppressed(payload: &Value) -> Option<LaterAct> {
    let contact = unhex(payload.get("contact")?.as_str()?)?;
    Some(LaterAct::Suppressed {
        contact: ContactHash(Blind(contact)),
        reason: payload.get("reason")?.as_str()?.to_owned(),
    })
}

fn key_revoked(payload: &Value) -> Option<LaterAct> {
    let key = payload.get("key")?.as_str()?.parse().ok()?;
    Some(LaterAct::KeyRevoked { key })
}

/// An erasure is alone in its commit: who is gone is what the index is told of.
fn erased(payload: &Value, world: &World) -> Option<LaterAct> {
    let gone = world.changes.iter().filter_map(|change| match change {
        Change::Erased(subject) => Some(*subject),
        _ => None,
    });
    Some(LaterAct::Erased {
        records: gone.collect(),
        contacts: world
            .erased_contacts
            .iter()
            .copied()
            .map(ContactHash)
            .collect(),
        reason: ErasureReason::parse(payload.get("reason")?.as_str()?)?,
        reference: payload
            .get("reference")
            .and_then(Value::as_str)
            .map(str::to_owned),
    })
}

type Contacts = HashMap<SubjectId, Vec<Named>>;

fn contacts(
    db: &mut Db,
    world: &World,
    persons: &BTreeSet<SubjectId>,
) -> Result<Contacts, StoreError> {
    let ids: Vec<&[u8]> = persons.iter().map(|id| id.as_bytes().as_slice()).collect();
    let mut found = Contacts::new();
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<IdentifierRow> = on!(db, conn => identifiers::table
            .filter(identifiers::subject_id.eq_any(chunk)).load(conn))
        .map_err(StoreError::failed("reading identifiers for the register"))?;
        for row in rows {
            let subject = SubjectId::from_slice(&row.subject_id);
            let person = subject.and_then(|id| Some((id, world.subjects.get(&id)?)));
            let (subject, person) = person.ok_or(StoreError::damaged("an identifier"))?;
            // one that does not open cannot be told; the others find the person
            let text = person.key.open(&row.sealed, &row.blind).ok();
            let text = text.and_then(|text| String::from_utf8(text).ok());
            let named = text.map(|text| Named {
                kind: row.kind,
                text: Personal::new(text),
            });
            found.entry(subject).or_default().extend(named);
        }
    }
    Ok(found)
}
