//! The closed list of what an entry can be. A kind, once published, keeps its text for ever.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What happened, in the words of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EntryKind {
    /// The log began; its payload may name the log it continues.
    #[serde(rename = "log.genesis")]
    LogGenesis,
    /// A controller (brand) was published.
    #[serde(rename = "controller.published")]
    ControllerPublished,
    /// A version of a purpose was published.
    #[serde(rename = "purpose.published")]
    PurposePublished,
    /// A version of a notice was published.
    #[serde(rename = "notice.published")]
    NoticePublished,
    /// A policy version was proposed.
    #[serde(rename = "policy.proposed")]
    PolicyProposed,
    /// A policy version came into force.
    #[serde(rename = "policy.activated")]
    PolicyActivated,
    /// A person was asked to confirm a consent (double opt-in).
    #[serde(rename = "consent.requested")]
    ConsentRequested,
    /// A person consented.
    #[serde(rename = "consent.given")]
    ConsentGiven,
    /// A person refused.
    #[serde(rename = "consent.refused")]
    ConsentRefused,
    /// A person withdrew a consent (GDPR Article 7(3)).
    #[serde(rename = "consent.withdrawn")]
    ConsentWithdrawn,
    /// A person objected (Article 21).
    #[serde(rename = "objection.made")]
    ObjectionMade,
    /// A person took an objection back.
    #[serde(rename = "objection.withdrawn")]
    ObjectionWithdrawn,
    /// Processing was restricted (Article 18).
    #[serde(rename = "restriction.set")]
    RestrictionSet,
    /// A restriction was lifted.
    #[serde(rename = "restriction.lifted")]
    RestrictionLifted,
    /// A contact point must never be contacted again.
    #[serde(rename = "suppression.added")]
    SuppressionAdded,
    /// A person asked for a pause, for fewer contacts, or for neither any more.
    #[serde(rename = "pace.set")]
    PaceSet,
    /// A person said that it was not they who gave an answer.
    #[serde(rename = "dispute.made")]
    DisputeMade,
    /// A person asked for one of their rights (Articles 15 to 22).
    #[serde(rename = "request.made")]
    RequestMade,
    /// Something was written about a request.
    #[serde(rename = "request.message")]
    RequestMessage,
    /// A request of a data subject was received.
    #[serde(rename = "request.received")]
    RequestReceived,
    /// The person was asked who they are, or it became known.
    #[serde(rename = "request.identity")]
    RequestIdentity,
    /// A request takes two further months (Article 12(3)).
    #[serde(rename = "request.extended")]
    RequestExtended,
    /// Somebody takes care of a request.
    #[serde(rename = "request.assigned")]
    RequestAssigned,
    /// A request was fulfilled or refused.
    #[serde(rename = "request.answered")]
    RequestAnswered,
    /// A request was closed without an answer.
    #[serde(rename = "request.closed")]
    RequestClosed,
    /// An identifier was linked to a person.
    #[serde(rename = "subject.linked")]
    SubjectLinked,
    /// Two records were found to be one person's.
    #[serde(rename = "subject.merged")]
    SubjectMerged,
    /// A person's data was erased (Article 17).
    #[serde(rename = "subject.erased")]
    SubjectErased,
    /// Somebody read a person's file.
    #[serde(rename = "subject.viewed")]
    SubjectViewed,
    /// Everything about a person was put into a package.
    #[serde(rename = "subject.disclosed")]
    SubjectDisclosed,
    /// A person signed in.
    #[serde(rename = "subject.signed_in")]
    SubjectSignedIn,
    /// A customer's link was issued.
    #[serde(rename = "contact.linked")]
    ContactLinked,
    /// The person was reached, or reached the company.
    #[serde(rename = "contact.made")]
    ContactMade,
    /// A reserved contact was not made after all.
    #[serde(rename = "contact.released")]
    ContactReleased,
    /// An API key was created.
    #[serde(rename = "key.created")]
    KeyCreated,
    /// An API key was revoked.
    #[serde(rename = "key.revoked")]
    KeyRevoked,
    /// A staff account was added.
    #[serde(rename = "staff.added")]
    StaffAdded,
    /// A member of staff signed in.
    #[serde(rename = "staff.signed_in")]
    StaffSignedIn,
    /// Consents were imported.
    #[serde(rename = "import.made")]
    ImportMade,
    /// The list of an opt-out register was loaded.
    #[serde(rename = "register.loaded")]
    RegisterLoaded,
    /// Data or an audit package was exported.
    #[serde(rename = "export.made")]
    ExportMade,
    /// The file of an export that was kept was fetched.
    #[serde(rename = "export.fetched")]
    ExportFetched,
    /// A list of persons began to be filtered.
    #[serde(rename = "audience.begun")]
    AudienceBegun,
    /// A list of persons was filtered.
    #[serde(rename = "audience.ended")]
    AudienceEnded,
    /// A batch of decisions was recorded.
    #[serde(rename = "decisions.recorded")]
    DecisionsRecorded,
    /// The log ended; another continues it.
    #[serde(rename = "log.sealed")]
    LogSealed,
    /// Checkpoints are signed with another key, too, from here on.
    #[serde(rename = "signing_key.rotated")]
    SigningKeyRotated,
    /// The key that signed before signs no more.
    #[serde(rename = "signing_key.retired")]
    SigningKeyRetired,
    /// Checkpoints are signed with another key, which the lost one could not vouch for.
    #[serde(rename = "signing_key.replaced")]
    SigningKeyReplaced,
    /// Persons' keys are wrapped under the key of another epoch from here on.
    #[serde(rename = "key_epoch.begun")]
    KeyEpochBegun,
    /// A key epoch was destroyed: backups of it can no longer be opened.
    #[serde(rename = "kek.destroyed")]
    KekDestroyed,
    /// After a restore: what had happened since the backup was applied again, as far as it is known.
    #[serde(rename = "register.applied_again")]
    AppliedAgain,
    /// The systems that hold data about customers were registered.
    #[serde(rename = "systems.registered")]
    SystemsRegistered,
    /// Systems were given what they have to do for a request.
    #[serde(rename = "tasks.planned")]
    TasksPlanned,
    /// What one system had to do for a request is over.
    #[serde(rename = "task.ended")]
    TaskEnded,
}

/// A kind outside the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of entry")]
pub struct UnknownKind;

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 55] = [
        Self::LogGenesis,
        Self::ControllerPublished,
        Self::PurposePublished,
        Self::NoticePublished,
        Self::PolicyProposed,
        Self::PolicyActivated,
        Self::ConsentRequested,
        Self::ConsentGiven,
        Self::ConsentRefused,
        Self::ConsentWithdrawn,
        Self::ObjectionMade,
        Self::ObjectionWithdrawn,
        Self::RestrictionSet,
        Self::RestrictionLifted,
        Self::SuppressionAdded,
        Self::PaceSet,
        Self::DisputeMade,
        Self::RequestMade,
        Self::RequestMessage,
        Self::RequestReceived,
        Self::RequestIdentity,
        Self::RequestExtended,
        Self::RequestAssigned,
        Self::RequestAnswered,
        Self::RequestClosed,
        Self::SubjectLinked,
        Self::SubjectMerged,
        Self::SubjectErased,
        Self::SubjectViewed,
        Self::SubjectDisclosed,
        Self::SubjectSignedIn,
        Self::ContactLinked,
        Self::ContactMade,
        Self::ContactReleased,
        Self::KeyCreated,
        Self::KeyRevoked,
        Self::StaffAdded,
        Self::StaffSignedIn,
        Self::ImportMade,
        Self::RegisterLoaded,
        Self::ExportMade,
        Self::ExportFetched,
        Self::AudienceBegun,
        Self::AudienceEnded,
        Self::DecisionsRecorded,
        Self::LogSealed,
        Self::SigningKeyRotated,
        Self::SigningKeyRetired,
        Self::SigningKeyReplaced,
        Self::KeyEpochBegun,
        Self::KekDestroyed,
        Self::AppliedAgain,
        Self::SystemsRegistered,
        Self::TasksPlanned,
        Self::TaskEnded,
    ];

    /// Its text in leaves, tables and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LogGenesis => "log.genesis",
            Self::ControllerPublished => "controller.published",
            Self::PurposePublished => "purpose.published",
            Self::NoticePublished => "notice.published",
            Self::PolicyProposed => "policy.proposed",
            Self::PolicyActivated => "policy.activated",
            Self::ConsentRequested => "consent.requested",
            Self::ConsentGiven => "consent.given",
            Self::ConsentRefused => "consent.refused",
            Self::ConsentWithdrawn => "consent.withdrawn",
            Self::ObjectionMade => "objection.made",
            Self::ObjectionWithdrawn => "objection.withdrawn",
            Self::RestrictionSet => "restriction.set",
            Self::RestrictionLifted => "restriction.lifted",
            Self::SuppressionAdded => "suppression.added",
            Self::PaceSet => "pace.set",
            Self::DisputeMade => "dispute.made",
            Self::RequestMade => "request.made",
            Self::RequestMessage => "request.message",
            Self::RequestReceived => "request.received",
            Self::RequestIdentity => "request.identity",
            Self::RequestExtended => "request.extended",
            Self::RequestAssigned => "request.assigned",
            Self::RequestAnswered => "request.answered",
            Self::RequestClosed => "request.closed",
            Self::SubjectLinked => "subject.linked",
            Self::SubjectMerged => "subject.merged",
            Self::SubjectErased => "subject.erased",
            Self::SubjectViewed => "subject.viewed",
            Self::SubjectDisclosed => "subject.disclosed",
            Self::SubjectSignedIn => "subject.signed_in",
            Self::ContactLinked => "contact.linked",
            Self::ContactMade => "contact.made",
            Self::ContactReleased => "contact.released",
            Self::KeyCreated => "key.created",
            Self::KeyRevoked => "key.revoked",
            Self::StaffAdded => "staff.added",
            Self::StaffSignedIn => "staff.signed_in",
            Self::ImportMade => "import.made",
            Self::RegisterLoaded => "register.loaded",
            Self::ExportMade => "export.made",
            Self::ExportFetched => "export.fetched",
            Self::AudienceBegun => "audience.begun",
            Self::AudienceEnded => "audience.ended",
            Self::DecisionsRecorded => "decisions.recorded",
            Self::LogSealed => "log.sealed",
            Self::SigningKeyRotated => "signing_key.rotated",
            Self::SigningKeyRetired => "signing_key.retired",
            Self::SigningKeyReplaced => "signing_key.replaced",
            Self::KeyEpochBegun => "key_epoch.begun",
            Self::KekDestroyed => "kek.destroyed",
            Self::AppliedAgain => "register.applied_again",
            Self::SystemsRegistered => "systems.registered",
            Self::TasksPlanned => "tasks.planned",
            Self::TaskEnded => "task.ended",
        }
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EntryKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or(UnknownKind)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn texts_are_distinct_and_read_back() {
        let texts: BTreeSet<_> = EntryKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(texts.len(), EntryKind::ALL.len());
        for kind in EntryKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("\"{kind}\""));
            assert_eq!(serde_json::from_str::<EntryKind>(&json).unwrap(), kind);
        }
        assert_eq!("Consent.given".parse::<EntryKind>(), Err(UnknownKind));
    }
}
