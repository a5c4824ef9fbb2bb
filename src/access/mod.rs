//! Who may do what. One place decides: [`authorize`] is the only maker of a [`Grant`], and what
//! needs permission takes a grant as its argument, so that forgetting to ask does not compile.

mod base32;
pub mod code;
pub mod factor;
pub mod passkey;
pub mod password;
pub mod recovery;
pub mod roles;
pub mod second_person;
pub mod token;
pub mod totp;

use crate::domain::event::Actor;
use crate::domain::ids::{KeyId, StaffId, SubjectId};
use crate::domain::registry::{Bounds, Purpose, Role};
use std::marker::PhantomData;
use std::sync::Arc;

/// Who is at the door, after the door has looked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Principal {
    /// An API key.
    Key(KeyId, Role),
    /// A signed-in member of staff.
    Staff(StaffId, Role),
    /// A customer who came by a link to their own choices.
    Customer(SubjectId),
    /// Whoever sent the one click of a message's header: it says stop, and nothing else.
    OneClick(SubjectId),
    /// Whoever followed the link of a mail that asks for a confirmation: it confirms, and nothing else.
    Confirming(SubjectId),
    /// Somebody whom a brand's own login vouches for, and of whom nothing is kept yet.
    Joining,
    /// Whoever followed the link of a mail that asks whether a request is theirs: it says yes, and nothing else.
    Challenged(SubjectId),
    /// A customer who signed in: who read a mail that was sent to them a moment ago.
    SignedIn(SubjectId),
    /// Somebody at the machine's own command line, with the database's address and the keys.
    Operator,
    /// The service itself: start, follow, sign.
    System,
}

impl Principal {
    /// As the ledger names them.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        match self {
            Self::Key(id, _) => Actor::Key(*id),
            Self::Staff(id, _) => Actor::Staff(*id),
            Self::Customer(_)
            | Self::OneClick(_)
            | Self::Confirming(_)
            | Self::Joining
            | Self::Challenged(_)
            | Self::SignedIn(_) => Actor::Subject,
            Self::Operator => Actor::Operator,
            Self::System => Actor::System,
        }
    }
}

/// Something that needs permission.
pub trait Permission {
    /// Its name, as `noun.verb`.
    const NAME: &'static str;
    /// Whether what needs it looks at the scope of whoever asks. Who has a scope gets no other.
    const BY_SCOPE: bool;
    /// Whether `principal` has it. Deny by default.
    fn open_to(principal: &Principal) -> bool;
}

/// Proof that somebody may do `P`. Made by [`authorize`] only.
#[derive(Debug)]
pub struct Grant<P> {
    actor: Actor,
    customer: Option<SubjectId>,
    scope: Option<Arc<Bounds>>,
    permission: PhantomData<fn() -> P>,
}

impl<P> Clone for Grant<P> {
    fn clone(&self) -> Self {
        Self {
            actor: self.actor.clone(),
            customer: self.customer,
            scope: self.scope.clone(),
            permission: PhantomData,
        }
    }
}

impl<P> Grant<P> {
    /// Who was granted it.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Whether it is for all purposes.
    #[must_use]
    pub const fn is_for_all(&self) -> bool {
        self.scope.is_none()
    }

    /// Whether it is for that purpose.
    #[must_use]
    pub fn is_for(&self, purpose: &Purpose) -> bool {
        let scope = self.scope.as_ref();
        scope.is_none_or(|scope| scope.covers(purpose))
    }
}

/// A permission that only a person has, over what is theirs.
pub trait Own: Permission {}
impl Own for OwnChoices {}
impl Own for StopOwn {}
impl Own for ConfirmOwn {}
impl Own for AnswerChallenge {}
impl Own for OwnFile {}

impl<P: Own> Grant<P> {
    /// The one person whose own it is; `None` never happens for these permissions, and
    /// is answered as if there were no such person.
    #[must_use]
    pub const fn customer(&self) -> Option<SubjectId> {
        self.customer
    }
}

/// The permission is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this needs the permission {0}")]
pub struct Forbidden(pub &'static str);

/// Decides whether `principal` may do `P`.
///
/// # Errors
/// [`Forbidden`] with the name of the permission that is missing.
pub fn authorize<P: Permission>(principal: &Principal) -> Result<Grant<P>, Forbidden> {
    authorize_within(principal, &Arc::default())
}

/// The same for who may act within bounds only.
///
/// # Errors
/// As [`authorize`]; also where `P` cannot be bounded, and they have a scope.
pub fn authorize_within<P: Permission>(
    principal: &Principal,
    bounds: &Arc<Bounds>,
) -> Result<Grant<P>, Forbidden> {
    let scope = bounds.is_scope().then(|| bounds.clone());
    if !P::open_to(principal) || (scope.is_some() && !P::BY_SCOPE) {
        return Err(Forbidden(P::NAME));
    }
    let customer = match principal {
        Principal::Customer(subject)
        | Principal::OneClick(subject)
        | Principal::Confirming(subject)
        | Principal::Challenged(subject)
        | Principal::SignedIn(subject) => Some(*subject),
        _ => None,
    };
    Ok(Grant {
        actor: principal.actor(),
        customer,
        scope,
        permission: PhantomData,
    })
}

/// A permission as it is told of.
#[derive(Debug)]
pub struct Told {
    /// Its name, as `noun.verb`.
    pub name: &'static str,
    /// What it lets somebody do, as its documentation says it.
    pub what: &'static str,
    /// Whether who is bound to brands or purposes has it, within them.
    pub by_scope: bool,
    /// Whether somebody has it.
    pub open_to: fn(&Principal) -> bool,
}

macro_rules! permissions {
    (@is) => { false };
    (@is scope) => { true };
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal $(by $scope:ident)? open to $open:pat,)*) => {
        /// Every permission that there is.
        pub const ALL: &[Told] = &[$(Told {
            name: $text,
            what: concat!($($doc),*),
            by_scope: permissions!(@is $($scope)?),
            open_to: $name::open_to,
        }),*];
        $(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}
        impl Permission for $name {
            const NAME: &'static str = $text;
            const BY_SCOPE: bool = permissions!(@is $($scope)?);
            fn open_to(principal: &Principal) -> bool {
                matches!(principal, $open)
            }
        }
        )*
    };
}

use Principal::{
    Challenged, Confirming, Customer, Joining, Key, OneClick, Operator, SignedIn, Staff, System,
};

permissions! {
    /// Write consents, objections, restrictions and suppressions down.
    RecordConsents = "consents.record" by scope open to Key(_, Role::Collector | Role::Admin) | Operator,
    /// Issue a link to a person's own choices.
    IssueLinks = "links.issue" open to Key(_, Role::Collector | Role::Admin) | Operator,
    /// Write contacts down, and release those that were reserved.
    RecordContacts = "contacts.record" by scope open to Key(_, Role::Collector | Role::Marketing | Role::Admin) | Operator,
    /// Ask whether data may be used.
    CheckDecisions = "decisions.check" by scope open to Key(_, Role::Marketing | Role::Admin) | Staff(_, Role::Marketing | Role::Admin) | Operator,
    /// Read recorded decisions, without who they are about.
    ReadDecisions = "decisions.read" open to Key(_, Role::Marketing | Role::Dpo | Role::PrivacyEngineer | Role::Auditor | Role::Admin) | Staff(_, Role::Dpo | Role::Auditor) | Operator | System,
    /// Read a person's choices and history.
    ReadSubjects = "subjects.read" open to Key(_, Role::Dpo | Role::Auditor | Role::Admin) | Staff(_, Role::Dpo | Role::Auditor) | Operator,
    /// Erase a person (GDPR art. 17).
    EraseSubjects = "subjects.erase" open to Key(_, Role::Dpo | Role::Admin) | Staff(_, Role::Dpo) | Operator | System,
    /// Place and lift legal holds, and read which there are.
    KeepHolds = "holds.keep" open to Key(_, Role::Dpo | Role::Admin) | Staff(_, Role::Dpo) | Operator,
    /// Read what is due to be erased since its time is over; have the schedule wait, and go on.
    KeepRetention = "retention.keep" open to Staff(_, Role::Dpo) | Operator | System,
    /// Find a customer who stands at the counter or is on the line, read their choices to them and
    /// take down what they answer.
    ServeCustomers = "customers.serve" by scope open to Staff(_, Role::Collector),
    /// Write down that somebody asks for one of their rights (GDPR 15 to 22): of whichever brand they are a customer.
    FileRequests = "requests.file" by scope open to Key(_, Role::Collector | Role::Dpo | Role::Admin) | Staff(_, Role::Dpo | Role::Collector) | Operator,
    /// Read requests of data subjects, with what was said and written about them.
    ReadRequests = "requests.read" open to Key(_, Role::Dpo | Role::Auditor | Role::Admin) | Staff(_, Role::Dpo | Role::Auditor) | Operator,
    /// Do what requests of data subjects need.
    KeepRequests = "requests.keep" open to Key(_, Role::Dpo | Role::Admin) | Staff(_, Role::Dpo) | Operator,
    /// Read what people say they never answered, and close it with an outcome.
    SettleDisputes = "disputes.settle" open to Key(_, Role::Dpo | Role::Admin) | Staff(_, Role::Dpo) | Operator,
    /// Read the signed receipt of a consent record.
    ReadReceipts = "receipts.read" open to Key(_, Role::Collector | Role::Dpo | Role::Auditor | Role::Admin) | Staff(_, Role::Dpo | Role::Auditor) | Operator,
    /// Read purposes and notices.
    ReadCatalogue = "catalogue.read" by scope open to Key(..) | Staff(..) | Customer(_) | SignedIn(_) | Operator,
    /// Publish purposes and notices.
    PublishCatalogue = "catalogue.publish" open to Key(_, Role::PrivacyEngineer | Role::Admin) | Staff(_, Role::Dpo | Role::PrivacyEngineer | Role::Admin) | Operator,
    /// Read policy versions, and simulate drafts.
    ReadPolicies = "policies.read" open to Key(_, Role::Dpo | Role::PrivacyEngineer | Role::Auditor | Role::Admin) | Staff(_, Role::Dpo | Role::PrivacyEngineer | Role::Auditor | Role::Admin) | Operator,
    /// Propose policy versions and approve those of others. The operator alone is nobody in particular.
    ChangePolicies = "policies.change" open to Key(_, Role::Dpo | Role::PrivacyEngineer | Role::Admin) | Staff(_, Role::Dpo | Role::PrivacyEngineer | Role::Admin),
    /// Make keys and staff accounts.
    ManageAccess = "access.manage" open to Key(_, Role::Admin) | Operator,
    /// Read which accounts of staff there are, and the alarms about unusual looking.
    ReadAccounts = "accounts.read" open to Staff(_, Role::Dpo | Role::Auditor | Role::Admin) | Operator,
    /// Have nobody sign in with an account any more, or let them again.
    KeepAccounts = "accounts.keep" open to Staff(_, Role::Dpo | Role::Admin) | Operator,
    /// One's own account of staff: password, second factor, sessions.
    OwnAccount = "account.own" by scope open to Staff(..),
    /// Make reports of figures, in which nobody is found: what was consented to, what data were used for.
    ReadFigures = "figures.read" by scope open to Staff(_, Role::Marketing | Role::PrivacyEngineer),
    /// Read the log, make every report and export audit packages.
    ExportAudit = "audit.export" open to Key(_, Role::Dpo | Role::Auditor | Role::Admin) | Staff(_, Role::Dpo | Role::Auditor) | Operator,
    /// See and change one's own choices.
    OwnChoices = "choices.own" open to Customer(_) | SignedIn(_),
    /// Stop everything for oneself.
    StopOwn = "choices.stop" open to Customer(_) | OneClick(_) | SignedIn(_),
    /// Confirm what one was asked to confirm.
    ConfirmOwn = "choices.confirm" open to Confirming(_),
    /// Become a person of the registry by one's first answer.
    Join = "registry.join" open to Joining,
    /// Say that a request is one's own.
    AnswerChallenge = "requests.prove" open to Challenged(_),
    /// Read one's own file: contact points, history, receipts, requests; ask for a right.
    OwnFile = "file.own" open to SignedIn(_),
    /// Bring existing consents in.
    ImportConsents = "consents.import" open to Staff(_, Role::Dpo | Role::Admin) | Operator,
    /// Read which files were brought in, by whom, and what came of them: counts, and nobody's data.
    ReadImports = "imports.read" open to Staff(_, Role::Dpo | Role::Auditor | Role::Admin) | Operator,
    /// Load the lists of opt-out registers, and tell which are loaded.
    LoadRegisters = "registers.load" open to Operator,
    /// Tell which keys there are: those of epochs and those that sign the log. No secret.
    ReadKeys = "keys.read" open to Staff(_, Role::Dpo | Role::PrivacyEngineer | Role::Auditor | Role::Admin) | Operator,
    /// Read how the system stands: database, keys, policies, jobs, mails, systems. No secret, and nobody's data.
    ReadState = "state.read" open to Staff(_, Role::Dpo | Role::PrivacyEngineer | Role::Auditor | Role::Admin) | Operator,
    /// Change the keys that sign the log.
    ManageSigning = "signing.manage" open to Operator,
    /// Be by, as the second person, when a key is destroyed.
    WitnessDestruction = "keys.witness" open to Staff(_, Role::Dpo | Role::Admin),
    /// Begin and destroy key epochs.
    ManageEpochs = "epochs.manage" open to Operator,
    /// Let another master key open the registry, and forget one of two.
    ManageMaster = "master.manage" open to Operator,
    /// Copy the whole database.
    BackUp = "registry.back_up" open to Operator,
    /// Apply again, after a restore, what a person said and who was erased since the backup.
    ApplyAgain = "registry.apply_again" open to Operator | System,
    /// Have mails that were given up tried again.
    ManageMail = "mail.manage" open to Operator,
    /// Register the systems that hold data about customers, try them, and tell which there are.
    RegisterSystems = "systems.register" open to Operator,
    /// Have systems read, erase or be told for a request, and say what came of it.
    WorkRequests = "requests.work" open to Key(_, Role::Dpo | Role::Admin) | Staff(_, Role::Dpo) | Operator,
    /// What the service does by itself: open the door, follow the ledger, sign checkpoints.
    Serve = "service.serve" open to System,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_role_opens_what_the_contract_says_and_nothing_else() {
        let key = |role| Key(KeyId::from_bytes([1; 16]), role);
        assert!(authorize::<CheckDecisions>(&key(Role::Marketing)).is_ok());
        assert!(authorize::<RecordConsents>(&key(Role::Collector)).is_ok());
        assert!(authorize::<ExportAudit>(&key(Role::Dpo)).is_ok());
        assert_eq!(
            authorize::<CheckDecisions>(&key(Role::Collector)).unwrap_err(),
            Forbidden("decisions.check")
        );
        assert!(authorize::<RecordConsents>(&key(Role::Marketing)).is_err());
        assert!(authorize::<ReadSubjects>(&key(Role::Marketing)).is_err());
        assert!(authorize::<PublishCatalogue>(&key(Role::Dpo)).is_err());
        assert!(authorize::<OwnChoices>(&key(Role::Admin)).is_err());
        assert!(authorize::<Serve>(&key(Role::Admin)).is_err());
    }

    /// Who has a scope gets what looks at it, and nothing else that the role opens.
    #[test]
    fn a_scope_closes_what_does_not_look_at_it() {
        let bounds = |text: &str| Arc::new(serde_json::from_str::<Bounds>(text).unwrap());
        let scope = bounds(r#"{"purposes":["offers"]}"#);
        let key = |role| Key(KeyId::from_bytes([1; 16]), role);
        let grant = authorize_within::<CheckDecisions>(&key(Role::Marketing), &scope).unwrap();
        assert!(!grant.is_for_all() && !grant.clone().is_for_all());
        assert!(authorize_within::<RecordConsents>(&key(Role::Collector), &scope).is_ok());
        assert!(authorize_within::<IssueLinks>(&key(Role::Collector), &scope).is_err());
        assert!(authorize_within::<ReadDecisions>(&key(Role::Marketing), &scope).is_err());
        assert!(authorize_within::<RecordConsents>(&key(Role::Marketing), &scope).is_err());
        // where a key may be used from is no scope
        let networks = bounds(r#"{"networks":["10.0.0.0/8"]}"#);
        let grant = authorize_within::<ReadDecisions>(&key(Role::Marketing), &networks).unwrap();
        assert!(grant.is_for_all());
    }

    /// The header's link stops, the message's chooses, signing in reads the file: each less than the next.
    /// A confirmation confirms. None does what staff may.
    #[test]
    fn each_link_has_its_own_power() {
        let anne = SubjectId::from_bytes([1; 16]);
        let powers = |who: &Principal| {
            let own = authorize::<OwnFile>(who).is_ok();
            (
                authorize::<StopOwn>(who).is_ok(),
                authorize::<OwnChoices>(who).is_ok(),
                own,
            )
        };
        assert_eq!(powers(&OneClick(anne)), (true, false, false));
        assert_eq!(powers(&Customer(anne)), (true, true, false));
        assert_eq!(powers(&SignedIn(anne)), (true, true, true));
        for who in [Confirming(anne), Challenged(anne), Operator] {
            assert_eq!(powers(&who), (false, false, false));
        }
        assert!(authorize::<ConfirmOwn>(&Confirming(anne)).is_ok());
        assert!(authorize::<AnswerChallenge>(&Challenged(anne)).is_ok());
        for who in [
            OneClick(anne),
            Customer(anne),
            SignedIn(anne),
            Confirming(anne),
        ] {
            assert!(authorize::<AnswerChallenge>(&who).is_err());
        }
        for who in [
            OneClick(anne),
            Customer(anne),
            SignedIn(anne),
            Challenged(anne),
        ] {
            assert!(authorize::<ConfirmOwn>(&who).is_err());
            assert!(authorize::<ReadSubjects>(&who).is_err());
            assert!(authorize::<IssueLinks>(&who).is_err());
        }
    }
}
