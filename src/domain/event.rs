//! What the ledger records. Each event becomes one leaf; its payload is what the leaf commits to.

use super::ids::{Blind, DsrId, ExportId, KeyId, Position, RecordId, StaffId, SubjectId};
use super::registry::{
    ConsentRecord, ContactRecord, DisputeOutcome, KeyTerms, Objection, PaceRecord, Slug,
};
use super::requests::{Act, Hold, Made, Message};
use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

mod payload;
mod reading;
pub use payload::{Payload, Plain};
pub use reading::{NoReason, Reference, ViewReason, ViewWhy};

/// Who did it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Actor {
    /// An API key.
    Key(KeyId),
    /// A member of staff.
    Staff(StaffId),
    /// The data subject, through a link.
    Subject,
    /// Somebody at the machine's own command line.
    Operator,
    /// The service itself.
    System,
}

/// What of a person's file was read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// Who it is, found by an identifier.
    Lookup,
    /// The state of every choice.
    Choices,
    /// Everything that was recorded.
    History,
    /// The decisions about them.
    Decisions,
    /// One decision, with who it is about.
    Decision,
    /// The filtered lists that they were on.
    Lists,
    /// One of their requests, with what was written about it.
    Request,
    /// An answer that they say they never gave.
    Dispute,
}

/// A contact point that was put right (art. 16).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Corrected {
    /// The request in which it was asked for.
    pub request: DsrId,
    /// The keyed hash of the one that is the person's no more.
    #[serde(with = "one_blind")]
    pub from: Blind,
    /// The keyed hash of the one that is theirs.
    #[serde(with = "one_blind")]
    pub to: Blind,
    /// Where the record of the call is by which that is known; none where a mail was answered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub evidence: Option<Reference>,
}

/// An event about one person. Its payload is kept encrypted under the person's key.
#[derive(Clone, PartialEq, Debug)]
pub enum SubjectEvent {
    /// A consent was given, refused or withdrawn.
    Consent(Box<ConsentRecord>),
    /// The person objects (GDPR art. 21).
    Objected {
        /// To what.
        scope: Objection,
        /// Since when it stands.
        effective_at: DateTime<Utc>,
    },
    /// Processing is restricted (art. 18), or no longer.
    Restricted {
        /// Whether it is restricted from now on.
        restricted: bool,
        /// Since when.
        effective_at: DateTime<Utc>,
    },
    /// The person asked for a pause, for fewer contacts, or for neither any more.
    Paced(Box<PaceRecord>),
    /// The person said that it was not they who gave an answer.
    Disputed(RecordId),
    /// Somebody proved that the person died, or that this was recorded wrongly.
    Died {
        /// Whether they are dead.
        dead: bool,
        /// Where the proof can be found.
        evidence: Reference,
    },
    /// What came of a dispute.
    DisputeClosed {
        /// The entry by which the person said so.
        dispute: Position,
        /// What came of it.
        outcome: DisputeOutcome,
    },
    /// The person's data are kept, on a ground of the law, also where they would be erased.
    Held(Box<Hold>),
    /// Somebody ended a hold before its last day.
    HoldLifted {
        /// The entry that placed it.
        hold: Position,
        /// When.
        on: NaiveDate,
    },
    /// The person asked for one of their rights, or somebody did for them.
    Asked(Box<Made>),
    /// Something was written about a request.
    Wrote(Box<Message>),
    /// Identifiers were added to the person.
    Linked(Vec<Blind>),
    /// A contact point was put right: one is the person's, as an entry before says, another is theirs no more.
    Corrected(Box<Corrected>),
    /// Another record was found to be this person's and was merged into it.
    Merged {
        /// The other record.
        from: SubjectId,
        /// The keyed hashes of the identifiers that came with it, so that it can be undone.
        contacts: Vec<Blind>,
    },
    /// A link to the person's choices was issued.
    LinkIssued,
    /// The person signed in: by a mail, or by the login of a brand's own, which said so.
    SignedIn(Option<Slug>),
    /// The person was reached, or reached the company.
    Contacted(Box<ContactRecord>),
    /// A reserved contact was not made after all.
    Released {
        /// Which one.
        contact: RecordId,
        /// Why, in a word.
        reason: String,
    },
    /// Somebody who is not the person read their file; why, where they said so.
    Viewed(View, Option<ViewReason>),
    /// Everything about the person was put into a package.
    Disclosed(ExportId),
}

impl SubjectEvent {
    /// The name in the leaf.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        use super::registry::Answer;
        match self {
            Self::Consent(record) => match record.status {
                Answer::Requested => "consent.requested",
                Answer::Given => "consent.given",
                Answer::Refused => "consent.refused",
                Answer::Withdrawn => "consent.withdrawn",
            },
            Self::Objected { .. } => "objection.made",
            Self::Restricted {
                restricted: true, ..
            } => "restriction.set",
            Self::Restricted {
                restricted: false, ..
            } => "restriction.lifted",
            Self::Paced(_) => "pace.set",
            Self::Disputed(_) => "dispute.made",
            Self::Died { dead: true, .. } => "death.recorded",
            Self::Died { dead: false, .. } => "death.corrected",
            Self::DisputeClosed { .. } => "dispute.closed",
            Self::Held(_) => "hold.placed",
            Self::HoldLifted { .. } => "hold.lifted",
            Self::Asked(_) => "request.made",
            Self::Wrote(_) => "request.message",
            Self::Linked(_) => "subject.linked",
            Self::Corrected(_) => "subject.corrected",
            Self::Merged { .. } => "subject.merged",
            Self::LinkIssued => "contact.linked",
            Self::SignedIn(_) => "subject.signed_in",
            Self::Contacted(_) => "contact.made",
            Self::Released { .. } => "contact.released",
            Self::Viewed(..) => "subject.viewed",
            Self::Disclosed(_) => "subject.disclosed",
        }
    }

    /// What the leaf commits to. The instant at which the registry received it is part of it, so
    /// that the tables' columns can be held against it.
    #[must_use]
    pub fn payload<'a>(
        &'a self,
        subject: SubjectId,
        actor: &'a Actor,
        recorded_at: DateTime<Utc>,
    ) -> Payload<'a> {
        let plain = match self {
            Self::Consent(record) => Plain::of(record, subject, actor, recorded_at),
            _ => None,
        };
        plain.map_or_else(
            || Payload::Tree(self.tree(subject, actor, recorded_at)),
            |plain| Payload::Plain(Box::new(plain)),
        )
    }

    fn tree(&self, subject: SubjectId, actor: &Actor, recorded_at: DateTime<Utc>) -> Value {
        let mut payload = match self {
            Self::Consent(record) => serde_json::to_value(record).unwrap_or_default(),
            Self::Objected {
                scope,
                effective_at,
            } => json!({ "scope": scope, "effective_at": effective_at }),
            Self::Paced(record) => serde_json::to_value(record).unwrap_or_default(),
            Self::Disputed(record) => json!({ "record": record }),
            Self::Died { evidence, .. } => json!({ "evidence": evidence }),
            Self::DisputeClosed { dispute, outcome } => {
                json!({ "dispute": dispute, "outcome": outcome })
            }
            Self::Held(hold) => serde_json::to_value(hold).unwrap_or_default(),
            Self::HoldLifted { hold, on } => json!({ "hold": hold, "on": on }),
            Self::Asked(made) => serde_json::to_value(made).unwrap_or_default(),
            Self::Wrote(message) => serde_json::to_value(message).unwrap_or_default(),
            Self::Corrected(corrected) => serde_json::to_value(corrected).unwrap_or_default(),
            Self::Merged { from, contacts } => json!({ "from": from, "contacts": names(contacts) }),
            Self::Linked(contacts) => json!({ "contacts": names(contacts) }),
            Self::Restricted { effective_at, .. } => json!({ "effective_at": effective_at }),
            Self::LinkIssued | Self::SignedIn(None) => json!({}),
            Self::SignedIn(Some(brand)) => json!({ "asserted_by": brand }),
            Self::Contacted(record) => serde_json::to_value(record).unwrap_or_default(),
            Self::Released { contact, reason } => json!({ "contact": contact, "reason": reason }),
            Self::Viewed(view, reason) => viewed(*view, reason.as_ref()),
            Self::Disclosed(export) => json!({ "export": export }),
        };
        if let Some(fields) = payload.as_object_mut() {
            fields.insert("subject".into(), json!(subject));
            fields.insert("actor".into(), json!(actor));
            fields.insert("recorded_at".into(), json!(recorded_at));
        }
        payload
    }

    /// The event that a leaf's name and its payload tell of; `None` where they do not fit.
    #[must_use]
    pub fn read(kind: &str, payload: &Value) -> Option<Self> {
        let fields = payload.as_object()?;
        let event = match kind {
            "objection.made" => Self::Objected {
                scope: field(fields, "scope")?,
                effective_at: field(fields, "effective_at")?,
            },
            "restriction.set" | "restriction.lifted" => Self::Restricted {
                restricted: kind == "restriction.set",
                effective_at: field(fields, "effective_at")?,
            },
            "pace.set" => Self::Paced(Box::new(PaceRecord::deserialize(payload).ok()?)),
            "dispute.made" => Self::Disputed(field(fields, "record")?),
            "death.recorded" | "death.corrected" => Self::Died {
                dead: kind == "death.recorded",
                evidence: field(fields, "evidence")?,
            },
            "dispute.closed" => Self::DisputeClosed {
                dispute: field(fields, "dispute")?,
                outcome: field(fields, "outcome")?,
            },
            "hold.placed" => Self::Held(Box::new(Hold::deserialize(payload).ok()?)),
            "hold.lifted" => Self::HoldLifted {
                hold: field(fields, "hold")?,
                on: field(fields, "on")?,
            },
            "request.made" => Self::Asked(Box::new(Made::deserialize(payload).ok()?)),
            "request.message" => Self::Wrote(Box::new(Message::deserialize(payload).ok()?)),
            "subject.linked" => Self::Linked(blinds(fields)?),
            "subject.corrected" => Self::Corrected(Box::new(Corrected::deserialize(payload).ok()?)),
            "subject.merged" => Self::Merged {
                from: field(fields, "from")?,
                contacts: blinds(fields)?,
            },
            "contact.linked" => Self::LinkIssued,
            "subject.signed_in" => Self::SignedIn(match fields.get("asserted_by") {
                Some(_) => Some(field(fields, "asserted_by")?),
                None => None,
            }),
            "contact.made" => Self::Contacted(Box::new(ContactRecord::deserialize(payload).ok()?)),
            "contact.released" => Self::Released {
                contact: field(fields, "contact")?,
                reason: field(fields, "reason")?,
            },
            "subject.viewed" => Self::Viewed(field(fields, "view")?, reason(fields).ok()?),
            "subject.disclosed" => Self::Disclosed(field(fields, "export")?),
            _ => Self::Consent(Box::new(ConsentRecord::deserialize(payload).ok()?)),
        };
        (event.kind() == kind).then_some(event)
    }
}

/// What was read; a reason that was not given has no field.
fn viewed(view: View, reason: Option<&ViewReason>) -> Value {
    let mut told = json!({ "view": view });
    if let (Some(fields), Some(reason)) = (told.as_object_mut(), reason) {
        fields.insert("reason".into(), json!(reason.why()));
        if let Some(reference) = reason.reference() {
            fields.insert("reference".into(), json!(reference));
        }
    }
    told
}

/// The reason in a payload, where there is one.
fn reason(fields: &Map<String, Value>) -> Result<Option<ViewReason>, NoReason> {
    let text = |name: &str| fields.get(name).map(|value| value.as_str().unwrap_or(""));
    ViewReason::read(text("reason"), text("reference"))
}

fn field<T: DeserializeOwned>(fields: &Map<String, Value>, name: &str) -> Option<T> {
    T::deserialize(fields.get(name)?).ok()
}

fn blinds(fields: &Map<String, Value>) -> Option<Vec<Blind>> {
    let read = |name: &Value| blind(name.as_str()?);
    fields
        .get("contacts")?
        .as_array()?
        .iter()
        .map(read)
        .collect()
}

fn blind(text: &str) -> Option<Blind> {
    let pairs = text
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    Blind::from_slice(&pairs.collect::<Option<Vec<_>>>()?)
}

/// Keyed hashes as text.
fn names(contacts: &[Blind]) -> Vec<String> {
    contacts.iter().map(name).collect()
}

fn name(blind: &Blind) -> String {
    let digits = |byte: &u8| [byte >> 4, byte & 15];
    let digit = |half| char::from_digit(u32::from(half), 16);
    blind.0.iter().flat_map(digits).filter_map(digit).collect()
}

/// A keyed hash as text, in a payload.
mod one_blind {
    use super::{Blind, blind, name};
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(hash: &Blind, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&name(hash))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Blind, D::Error> {
        let text = String::deserialize(from)?;
        blind(&text).ok_or_else(|| D::Error::custom("is no keyed hash"))
    }
}

/// An event about no person: its payload is kept in clear.
#[derive(Clone, PartialEq, Debug)]
pub struct PublicEvent {
    /// The name in the leaf.
    pub kind: PublicKind,
    /// What is recorded of it.
    pub payload: Value,
}

/// The kinds of event about no person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PublicKind {
    /// The log begins.
    Genesis,
    /// A controller was published.
    Controller,
    /// A version of a purpose was published.
    Purpose,
    /// A version of a notice was published.
    Notice,
    /// A policy version was proposed.
    PolicyProposed,
    /// A policy version came into force on this registry.
    Policy,
    /// A contact point came onto the suppression list.
    Suppression,
    /// An API key was made.
    KeyCreated,
    /// An API key was revoked.
    KeyRevoked,
    /// A staff account was made.
    StaffAdded,
    /// A member of staff signed in.
    StaffSignedIn,
    /// Somebody failed to sign in, or to prove who they are.
    StaffSignInFailed,
    /// A member of staff who is signed in proved again who they are.
    StaffProven,
    /// They signed out.
    StaffSignedOut,
    /// They ended sessions of theirs.
    StaffSessionEnded,
    /// They changed their password.
    StaffPasswordChanged,
    /// They set up a second factor, in the place of what was there.
    StaffFactorSet,
    /// They made their recovery codes anew.
    StaffRecoveryMade,
    /// The operator took the second factor of an account away.
    StaffFactorReset,
    /// The operator gave an account another role, time or bounds.
    StaffChanged,
    /// They added a passkey.
    StaffPasskeyAdded,
    /// They removed a passkey.
    StaffPasskeyRemoved,
    /// An account was bound to an identity of the provider, which opens it from then on.
    StaffIdentityLinked,
    /// An account's identity was taken away.
    StaffIdentityUnlinked,
    /// The operator disabled an account.
    StaffDisabled,
    /// The operator enabled it again.
    StaffEnabled,
    /// A file was imported.
    Import,
    /// A register's list was loaded.
    Register,
    /// An audit export was made.
    Export,
    /// The file of an export that was made in the background was fetched.
    ExportFetched,
    /// A second person let an export be made.
    ExportApproved,
    /// A second person refused an export.
    ExportRefused,
    /// A list of persons began to be filtered.
    AudienceBegun,
    /// A list of persons was filtered.
    AudienceEnded,
    /// A block of decisions was recorded.
    Decisions,
    /// A key signs the log beside the one before.
    SigningKeyRotated,
    /// The older of two signing keys signs no more.
    SigningKeyRetired,
    /// A lost signing key was replaced.
    SigningKeyReplaced,
    /// Persons' keys are wrapped under the key of another epoch from here on.
    KeyEpochBegun,
    /// The key of an epoch was destroyed.
    KekDestroyed,
    /// Another master key opens the registry as well.
    MasterKeyAdded,
    /// A master key opens the registry no more.
    MasterKeyForgotten,
    /// A person was erased.
    Erased,
    /// What the register outside the database knew, and the database not, was applied again.
    AppliedAgain,
    /// A request of a data subject was received.
    RequestReceived,
    /// The person was asked who they are, or it became known.
    RequestIdentity,
    /// The person was told that their request takes two further months.
    RequestExtended,
    /// Somebody takes care of a request.
    RequestAssigned,
    /// A request was fulfilled, in part or whole, or refused.
    RequestAnswered,
    /// A corrected contact point was entered, confirmed, or is waited for no more.
    RequestCorrection,
    /// A request was closed without an answer.
    RequestClosed,
    /// Systems were registered.
    SystemsRegistered,
    /// Systems were given what they have to do.
    TasksPlanned,
    /// What a system had to do is over.
    TaskEnded,
    /// An address for the dates of requests was made, and the one before ended.
    FeedMade,
    /// It was ended.
    FeedEnded,
    /// What is kept for how long was announced.
    RetentionAnnounced,
    /// What is due is not erased by itself for now.
    RetentionPaused,
    /// It is again.
    RetentionResumed,
    /// A run begins that erases what was due.
    RetentionBegun,
    /// It ended.
    RetentionEnded,
    /// For how long decisions are kept was announced.
    DecisionsKept,
    /// Decisions were taken out since their time was over.
    DecisionsExpired,
    /// Everybody was taken off lists since their time was over.
    ListsExpired,
}

impl From<&Act> for PublicKind {
    fn from(act: &Act) -> Self {
        match act {
            Act::AskIdentity { .. } | Act::Challenge { .. } | Act::Identify { .. } => {
                Self::RequestIdentity
            }
            Act::Extend { .. } => Self::RequestExtended,
            Act::Assign { .. } => Self::RequestAssigned,
            Act::Fulfil { .. } | Act::Refuse { .. } => Self::RequestAnswered,
            Act::Correct { .. } | Act::Confirm { .. } | Act::DropCorrection { .. } => {
                Self::RequestCorrection
            }
            Act::Close { .. } => Self::RequestClosed,
        }
    }
}

impl PublicKind {
    /// The name in the leaf.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Genesis => "log.genesis",
            Self::Controller => "controller.published",
            Self::Purpose => "purpose.published",
            Self::Notice => "notice.published",
            Self::PolicyProposed => "policy.proposed",
            Self::Policy => "policy.activated",
            Self::Suppression => "suppression.added",
            Self::KeyCreated => "key.created",
            Self::KeyRevoked => "key.revoked",
            Self::StaffAdded => "staff.added",
            Self::StaffSignedIn => "staff.signed_in",
            Self::StaffSignInFailed => "staff.sign_in_failed",
            Self::StaffProven => "staff.proven",
            Self::StaffSignedOut => "staff.signed_out",
            Self::StaffSessionEnded => "staff.session_ended",
            Self::StaffPasswordChanged => "staff.password_changed",
            Self::StaffFactorSet => "staff.factor_set",
            Self::StaffRecoveryMade => "staff.recovery_made",
            Self::StaffFactorReset => "staff.factor_reset",
            Self::StaffChanged => "staff.changed",
            Self::StaffPasskeyAdded => "staff.passkey_added",
            Self::StaffPasskeyRemoved => "staff.passkey_removed",
            Self::StaffIdentityLinked => "staff.identity_linked",
            Self::StaffIdentityUnlinked => "staff.identity_unlinked",
            Self::StaffDisabled => "staff.disabled",
            Self::StaffEnabled => "staff.enabled",
            Self::Import => "import.made",
            Self::Register => "register.loaded",
            Self::Export => "export.made",
            Self::ExportFetched => "export.fetched",
            Self::ExportApproved => "export.approved",
            Self::ExportRefused => "export.refused",
            Self::AudienceBegun => "audience.begun",
            Self::AudienceEnded => "audience.ended",
            Self::Decisions => "decisions.recorded",
            Self::SigningKeyRotated => "signing_key.rotated",
            Self::SigningKeyRetired => "signing_key.retired",
            Self::SigningKeyReplaced => "signing_key.replaced",
            Self::KeyEpochBegun => "key_epoch.begun",
            Self::KekDestroyed => "kek.destroyed",
            Self::MasterKeyAdded => "master_key.added",
            Self::MasterKeyForgotten => "master_key.forgotten",
            Self::Erased => "subject.erased",
            Self::AppliedAgain => "register.applied_again",
            Self::RequestReceived => "request.received",
            Self::RequestIdentity => "request.identity",
            Self::RequestExtended => "request.extended",
            Self::RequestAssigned => "request.assigned",
            Self::RequestAnswered => "request.answered",
            Self::RequestCorrection => "request.correction",
            Self::RequestClosed => "request.closed",
            Self::SystemsRegistered => "systems.registered",
            Self::TasksPlanned => "tasks.planned",
            Self::TaskEnded => "task.ended",
            Self::FeedMade => "feed.made",
            Self::FeedEnded => "feed.ended",
            Self::RetentionAnnounced => "retention.announced",
            Self::RetentionPaused => "retention.paused",
            Self::RetentionResumed => "retention.resumed",
            Self::RetentionBegun => "retention.begun",
            Self::RetentionEnded => "retention.ended",
            Self::DecisionsKept => "decisions.kept",
            Self::DecisionsExpired => "decisions.expired",
            Self::ListsExpired => "lists.expired",
        }
    }
}

impl PublicEvent {
    /// An event with its payload, naming who did it.
    #[must_use]
    pub fn new(kind: PublicKind, actor: &Actor, mut payload: Value) -> Self {
        if let Some(fields) = payload.as_object_mut() {
            fields.insert("actor".into(), json!(actor));
        }
        Self { kind, payload }
    }

    /// What the leaf commits to: the payload with the instant at which it was recorded, so that
    /// the tables' columns can be held against it.
    #[must_use]
    pub fn recorded(&self, at: DateTime<Utc>) -> Value {
        let mut payload = self.payload.clone();
        if let Some(fields) = payload.as_object_mut() {
            fields.insert("recorded_at".into(), json!(at));
        }
        payload
    }

    /// A key was made.
    #[must_use]
    pub fn key_created(id: KeyId, terms: &KeyTerms, actor: &Actor) -> Self {
        let mut payload = json!({
            "key": id, "name": terms.name, "role": terms.role, "expires_at": terms.expires_at,
        });
        if let Some(fields) = payload.as_object_mut() {
            if !terms.bounds.is_empty() {
                fields.insert("bounds".into(), json!(terms.bounds));
            }
            if let Some(key) = &terms.public_key {
                fields.insert("public_key".into(), json!(key));
            }
        }
        Self::new(PublicKind::KeyCreated, actor, payload)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::time::from_micros;

    #[test]
    fn what_was_recorded_reads_back() {
        let (anne, at) = (
            SubjectId::from_bytes([1; 16]),
            from_micros(1_795_309_200_123_456),
        );
        let events = [
            SubjectEvent::Objected {
                scope: super::super::registry::Objection::DirectMarketing,
                effective_at: at,
            },
            SubjectEvent::Restricted {
                restricted: true,
                effective_at: at,
            },
            SubjectEvent::Restricted {
                restricted: false,
                effective_at: at,
            },
            SubjectEvent::Viewed(View::History, None),
            SubjectEvent::Viewed(
                View::Choices,
                ViewReason::read(Some("other"), Some("17")).unwrap(),
            ),
            SubjectEvent::Disputed(RecordId::from_bytes([5; 16])),
            SubjectEvent::Died {
                dead: true,
                evidence: Reference::parse("LETTER-7").unwrap(),
            },
            SubjectEvent::Died {
                dead: false,
                evidence: Reference::parse("LETTER-8").unwrap(),
            },
            SubjectEvent::DisputeClosed {
                dispute: 17,
                outcome: DisputeOutcome::Withdrawn,
            },
            SubjectEvent::Held(Box::new(Hold {
                ground: "legal_claims".parse().unwrap(),
                reference: Reference::parse("CASE-7").unwrap(),
                placed_on: at.date_naive(),
                until: at.date_naive(),
            })),
            SubjectEvent::HoldLifted {
                hold: 18,
                on: at.date_naive(),
            },
            SubjectEvent::Asked(Box::new(Made {
                request: super::super::ids::DsrId::from_bytes([6; 16]),
                duplicate_of: None,
                named: [("email".to_owned(), "a@example.fr".to_owned())].into(),
                text: Some("Everything, please.".into()),
                place: Some("lille-2".into()),
                mandate: None,
            })),
            SubjectEvent::Wrote(Box::new(Message {
                request: super::super::ids::DsrId::from_bytes([6; 16]),
                by: super::super::requests::WrittenBy::Note,
                text: "Asked the shop.".into(),
            })),
            SubjectEvent::Paced(Box::new(PaceRecord {
                id: RecordId::from_bytes([4; 16]),
                subject: anne,
                identified_by: vec![],
                controller: "default".parse().unwrap(),
                purpose: "offers".parse().unwrap(),
                channel: super::super::registry::Channel::Email,
                pace: super::super::registry::Pace {
                    paused_until: Some(at),
                    at_most: Some(super::super::registry::AtMost::TwoAMonth),
                },
                source: super::super::registry::Source {
                    kind: super::super::registry::SourceKind::WebForm,
                    id: None,
                    agent: None,
                },
                act: Some(super::super::registry::Act::ChoiceSaved),
                effective_at: at,
            })),
            SubjectEvent::Disclosed(ExportId::from_bytes([7; 16])),
            SubjectEvent::Linked(vec![Blind([0xab; 32]), Blind([1; 32])]),
            SubjectEvent::Corrected(Box::new(Corrected {
                request: DsrId::from_bytes([6; 16]),
                from: Blind([0xab; 32]),
                to: Blind([1; 32]),
                evidence: Reference::parse("CALL-3"),
            })),
            SubjectEvent::Merged {
                from: SubjectId::from_bytes([2; 16]),
                contacts: vec![],
            },
            SubjectEvent::LinkIssued,
            SubjectEvent::SignedIn(None),
            SubjectEvent::SignedIn("lumen".parse().ok()),
            SubjectEvent::Contacted(Box::new(ContactRecord {
                id: RecordId::from_bytes([3; 16]),
                subject: anne,
                identified_by: vec!["phone".into()],
                direction: super::super::registry::Direction::ToPerson,
                channel: super::super::registry::Channel::PhoneLive,
                controller: "default".parse().ok(),
                purpose: "offers".parse().ok(),
                at,
                answered: Some(true),
                refused: true,
                by: Some("Appels SA".into()),
                campaign: None,
                decision: None,
            })),
            SubjectEvent::Released {
                contact: RecordId::from_bytes([3; 16]),
                reason: "bounced".into(),
            },
        ];
        for event in events {
            let payload = json!(event.payload(anne, &Actor::Operator, at));
            assert_eq!(
                SubjectEvent::read(event.kind(), &payload),
                Some(event.clone())
            );
            assert_eq!(SubjectEvent::read("consent.given", &payload), None);
        }
    }
}
