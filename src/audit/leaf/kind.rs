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
    /// What came of it.
    #[serde(rename = "dispute.closed")]
    DisputeClosed,
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
    /// A corrected contact point was entered, confirmed, or is waited for no more (Article 16).
    #[serde(rename = "request.correction")]
    RequestCorrection,
    /// A request was closed without an answer.
    #[serde(rename = "request.closed")]
    RequestClosed,
    /// Somebody proved that a person died.
    #[serde(rename = "death.recorded")]
    DeathRecorded,
    /// The record of a death was wrong.
    #[serde(rename = "death.corrected")]
    DeathCorrected,
    /// An identifier was linked to a person.
    #[serde(rename = "subject.linked")]
    SubjectLinked,
    /// A contact point of a person was put in the place of another.
    #[serde(rename = "subject.corrected")]
    SubjectCorrected,
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
    /// Somebody failed to sign in, or to prove who they are.
    #[serde(rename = "staff.sign_in_failed")]
    StaffSignInFailed,
    /// A member of staff who is signed in proved again who they are.
    #[serde(rename = "staff.proven")]
    StaffProven,
    /// They signed out.
    #[serde(rename = "staff.signed_out")]
    StaffSignedOut,
    /// They ended sessions of theirs.
    #[serde(rename = "staff.session_ended")]
    StaffSessionEnded,
    /// They changed their password.
    #[serde(rename = "staff.password_changed")]
    StaffPasswordChanged,
    /// They set up a second factor, in the place of what was there.
    #[serde(rename = "staff.factor_set")]
    StaffFactorSet,
    /// They made their recovery codes anew.
    #[serde(rename = "staff.recovery_made")]
    StaffRecoveryMade,
    /// The operator took the second factor of an account away.
    #[serde(rename = "staff.factor_reset")]
    StaffFactorReset,
    /// The operator gave an account another role, time or bounds.
    #[serde(rename = "staff.changed")]
    StaffChanged,
    /// They added a passkey.
    #[serde(rename = "staff.passkey_added")]
    StaffPasskeyAdded,
    /// They removed a passkey.
    #[serde(rename = "staff.passkey_removed")]
    StaffPasskeyRemoved,
    /// An account was bound to an identity of the provider.
    #[serde(rename = "staff.identity_linked")]
    StaffIdentityLinked,
    /// An account's identity was taken away.
    #[serde(rename = "staff.identity_unlinked")]
    StaffIdentityUnlinked,
    /// The operator disabled an account.
    #[serde(rename = "staff.disabled")]
    StaffDisabled,
    /// The operator enabled it again.
    #[serde(rename = "staff.enabled")]
    StaffEnabled,
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
    /// A second person let an export be made.
    #[serde(rename = "export.approved")]
    ExportApproved,
    /// A second person refused an export.
    #[serde(rename = "export.refused")]
    ExportRefused,
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
    /// Another master key opens the registry as well.
    #[serde(rename = "master_key.added")]
    MasterKeyAdded,
    /// A master key opens the registry no more.
    #[serde(rename = "master_key.forgotten")]
    MasterKeyForgotten,
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
    /// A member of staff made an address for the dates of requests, and so ended the one before.
    #[serde(rename = "feed.made")]
    FeedMade,
    /// They ended it.
    #[serde(rename = "feed.ended")]
    FeedEnded,
    /// A person's data are kept on a ground of the law (Article 17(3)).
    #[serde(rename = "hold.placed")]
    HoldPlaced,
    /// Such a hold was ended before its last day.
    #[serde(rename = "hold.lifted")]
    HoldLifted,
    /// What is kept for how long was announced: nothing is erased by it before the notice is over.
    #[serde(rename = "retention.announced")]
    RetentionAnnounced,
    /// What is due is not erased by schedule for now.
    #[serde(rename = "retention.paused")]
    RetentionPaused,
    /// It is again.
    #[serde(rename = "retention.resumed")]
    RetentionResumed,
    /// A run began that erases what was due.
    #[serde(rename = "retention.begun")]
    RetentionBegun,
    /// It ended.
    #[serde(rename = "retention.ended")]
    RetentionEnded,
    /// For how long decisions are kept was announced: none is taken out by it before the notice is over.
    #[serde(rename = "decisions.kept")]
    DecisionsKept,
    /// The decisions up to an entry were taken out since their time was over.
    #[serde(rename = "decisions.expired")]
    DecisionsExpired,
    /// Everybody was taken off the lists up to one since their time was over, except whom something keeps.
    #[serde(rename = "lists.expired")]
    ListsExpired,
}

/// A kind outside the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of entry")]
pub struct UnknownKind;

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 91] = [
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
        Self::DisputeClosed,
        Self::RequestMade,
        Self::RequestMessage,
        Self::RequestReceived,
        Self::RequestIdentity,
        Self::RequestExtended,
        Self::RequestAssigned,
        Self::RequestAnswered,
        Self::RequestCorrection,
        Self::RequestClosed,
        Self::DeathRecorded,
        Self::DeathCorrected,
        Self::SubjectLinked,
        Self::SubjectCorrected,
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
        Self::StaffSignInFailed,
        Self::StaffProven,
        Self::StaffSignedOut,
        Self::StaffSessionEnded,
        Self::StaffPasswordChanged,
        Self::StaffFactorSet,
        Self::StaffRecoveryMade,
        Self::StaffFactorReset,
        Self::StaffChanged,
        Self::StaffPasskeyAdded,
        Self::StaffPasskeyRemoved,
        Self::StaffIdentityLinked,
        Self::StaffIdentityUnlinked,
        Self::StaffDisabled,
        Self::StaffEnabled,
        Self::ImportMade,
        Self::RegisterLoaded,
        Self::ExportMade,
        Self::ExportFetched,
        Self::ExportApproved,
        Self::ExportRefused,
        Self::AudienceBegun,
        Self::AudienceEnded,
        Self::DecisionsRecorded,
        Self::LogSealed,
        Self::SigningKeyRotated,
        Self::SigningKeyRetired,
        Self::SigningKeyReplaced,
        Self::KeyEpochBegun,
        Self::KekDestroyed,
        Self::MasterKeyAdded,
        Self::MasterKeyForgotten,
        Self::AppliedAgain,
        Self::SystemsRegistered,
        Self::TasksPlanned,
        Self::TaskEnded,
        Self::FeedMade,
        Self::FeedEnded,
        Self::HoldPlaced,
        Self::HoldLifted,
        Self::RetentionAnnounced,
        Self::RetentionPaused,
        Self::RetentionResumed,
        Self::RetentionBegun,
        Self::RetentionEnded,
        Self::DecisionsKept,
        Self::DecisionsExpired,
        Self::ListsExpired,
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
            Self::DisputeClosed => "dispute.closed",
            Self::RequestMade => "request.made",
            Self::RequestMessage => "request.message",
            Self::RequestReceived => "request.received",
            Self::RequestIdentity => "request.identity",
            Self::RequestExtended => "request.extended",
            Self::RequestAssigned => "request.assigned",
            Self::RequestAnswered => "request.answered",
            Self::RequestCorrection => "request.correction",
            Self::RequestClosed => "request.closed",
            Self::DeathRecorded => "death.recorded",
            Self::DeathCorrected => "death.corrected",
            Self::SubjectLinked => "subject.linked",
            Self::SubjectCorrected => "subject.corrected",
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
            Self::ImportMade => "import.made",
            Self::RegisterLoaded => "register.loaded",
            Self::ExportMade => "export.made",
            Self::ExportFetched => "export.fetched",
            Self::ExportApproved => "export.approved",
            Self::ExportRefused => "export.refused",
            Self::AudienceBegun => "audience.begun",
            Self::AudienceEnded => "audience.ended",
            Self::DecisionsRecorded => "decisions.recorded",
            Self::LogSealed => "log.sealed",
            Self::SigningKeyRotated => "signing_key.rotated",
            Self::SigningKeyRetired => "signing_key.retired",
            Self::SigningKeyReplaced => "signing_key.replaced",
            Self::KeyEpochBegun => "key_epoch.begun",
            Self::KekDestroyed => "kek.destroyed",
            Self::MasterKeyAdded => "master_key.added",
            Self::MasterKeyForgotten => "master_key.forgotten",
            Self::AppliedAgain => "register.applied_again",
            Self::SystemsRegistered => "systems.registered",
            Self::TasksPlanned => "tasks.planned",
            Self::TaskEnded => "task.ended",
            Self::FeedMade => "feed.made",
            Self::FeedEnded => "feed.ended",
            Self::HoldPlaced => "hold.placed",
            Self::HoldLifted => "hold.lifted",
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
