//! Single sign-on of staff: a provider of the organisation says who somebody is (OpenID Connect Core 1.0, by the
//! authorization code with PKCE), and ends their sessions (Back-Channel Logout 1.0). What it says is believed where
//! its key signed it, for this service, in answer to this browser; whom it means is known by issuer and subject.
//!
//! | module | holds |
//! |---|---|
//! | [`metadata`] | where the provider's doors are, as it says itself |
//! | [`keys`] | the keys that sign for it |
//! | [`known`] | both, as they were fetched last |
//! | [`token`] | what a token has to be |
//! | [`id_token`], [`logout_token`] | what either kind claims |
//! | [`ask`] | a browser is sent there |
//! | [`exchange`] | the code it comes back with becomes a token |
//! | [`back`] | who it is gets in, or has proven who they are |
//! | [`entitled`] | which account that is, and what it may do |
//! | [`logout`] | the provider ends sessions |

mod ask;
mod back;
mod entitled;
mod exchange;
mod id_token;
mod keys;
mod known;
mod logout;
mod logout_token;
mod metadata;
#[cfg(test)]
mod tests;
mod token;

pub use ask::Sent;
pub use back::{Came, CameBack, NotIn};
pub use logout::LoggedOut;

use super::accounts::alone;
use super::add_staff::fit;
use super::create_key::refuse_unknown;
use super::open::App;
use super::refusal::Refusal;
use crate::access::{Grant, ManageAccess};
use crate::domain::ids::StaffId;
use crate::domain::personal::Secret;
use crate::domain::registry::{Bounds, Role, StaffTerms};
use crate::domain::time::Now;
use crate::store::{Identified, Identity, Session};
use chrono::TimeDelta;
use known::Known;
use std::sync::Arc;

/// How long a browser may take at the provider.
const LASTING: TimeDelta = TimeDelta::minutes(10);
/// How far the provider's clock may be ahead of ours, or behind it.
const AHEAD: TimeDelta = TimeDelta::seconds(30);
/// How old a token may be that was made for the browser that brings its code.
const OLDEST: TimeDelta = TimeDelta::minutes(5);

/// Where a browser comes back to, at the console's address.
pub const BACK: &str = "/console/sign-in/provider/back";

/// An answer: its status and its body.
pub type Answer = (u16, Vec<u8>);

/// No whole answer came; why, in words that name no person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreached(pub String);

/// The way out to the provider. It follows no redirect, and reads no more than `most` bytes.
pub trait ProviderCourier: Send + Sync {
    /// Gets a document.
    ///
    /// # Errors
    /// Where no whole answer came in time.
    fn get(&self, url: &str, most: u64) -> Result<Answer, Unreached>;

    /// Posts a form, with an `Authorization` header where there is one.
    ///
    /// # Errors
    /// As above.
    fn post(
        &self,
        url: &str,
        form: &Secret<String>,
        authorization: Option<&Secret<String>>,
        most: u64,
    ) -> Result<Answer, Unreached>;
}

/// How we prove to the provider who we are.
#[derive(Debug)]
pub enum OwnProof {
    /// By a secret that both have (`client_secret_basic`).
    Secret(Secret<String>),
    /// By a key of our own, whose public half it fetches (`private_key_jwt`).
    Key,
}

/// A group of the provider, and what whoever is in it may do here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRole {
    /// The group, as the claim names it.
    pub group: String,
    /// What it opens.
    pub role: Role,
    /// For which brands.
    pub bounds: Bounds,
}

/// The provider, as the operator has it.
#[derive(Debug)]
pub struct ProviderSettings {
    /// What it is called in tokens, to the letter.
    pub issuer: String,
    /// What it calls us.
    pub client: String,
    /// How we prove that.
    pub proof: OwnProof,
    /// What people call it.
    pub name: String,
    /// The scopes that are asked for, `openid` among them.
    pub scopes: Vec<String>,
    /// The claim with the groups.
    pub groups_claim: String,
    /// The claim with the name that an account gets.
    pub name_claim: String,
    /// What groups open; the first that fits counts.
    pub roles: Vec<GroupRole>,
    /// One of these in `amr` says that there was a second factor.
    pub amr: Vec<String>,
    /// One of these as `acr` says it, too; they are asked for.
    pub acr: Vec<String>,
    /// The only accounts that passwords open; `None`: passwords open all that have one.
    pub passwords: Option<Vec<String>>,
}

/// The provider, with what is known of it.
pub struct Provider {
    /// As the operator has it.
    pub settings: ProviderSettings,
    courier: Arc<dyn ProviderCourier>,
    known: Known,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the provider {}", self.settings.issuer)
    }
}

impl Provider {
    /// A provider of which nothing is known yet.
    #[must_use]
    pub fn new(settings: ProviderSettings, courier: Arc<dyn ProviderCourier>) -> Self {
        Self {
            settings,
            courier,
            known: Known::default(),
        }
    }
}

impl App {
    /// Has staff sign in by a provider as well.
    pub fn keep_provider(&mut self, provider: Provider) {
        self.provider = Some(provider);
    }

    /// What people call the provider by which staff sign in; `None` where there is none.
    #[must_use]
    pub fn provider_name(&self) -> Option<&str> {
        Some(&self.provider.as_ref()?.settings.name)
    }

    /// Whether the owner of a session proves again at the provider who they are: who came from there, where it said as
    /// much as the account's own second factor would.
    #[must_use]
    pub fn proves_at_provider(&self, session: &Session) -> bool {
        let enough = session.provided.vouched || !session.has_factor();
        self.provider.is_some() && session.provided.is && enough
    }

    /// Whether a password opens an account of this name at all.
    pub(super) fn password_opens(&self, login: &str) -> bool {
        let only = self.provider.as_ref();
        let only = only.and_then(|provider| provider.settings.passwords.as_ref());
        only.is_none_or(|names| names.iter().any(|name| name == login))
    }

    /// What is kept of whom the provider calls so.
    fn identity(&self, issuer: &str, subject: &str) -> Identity {
        self.keys().at_provider("subject", issuer, subject)
    }

    /// Makes an account without a password, for who has this name at the provider. Blocks.
    ///
    /// # Errors
    /// Where there is no provider, the terms or a name cannot be used, or one of them is taken.
    pub fn add_identified_staff(
        &self,
        grant: &Grant<ManageAccess>,
        login: &str,
        terms: StaffTerms,
        subject: &str,
        now: Now,
    ) -> Result<StaffId, Refusal> {
        super::add_staff::login_fits(login)?;
        let opened = Identified {
            identity: self.named_identity(subject)?,
            mapped: false,
        };
        let (terms, id) = (fit(terms, now)?, StaffId::new(now, self.entropy())?);
        let (login, actor) = (login.to_owned(), grant.clone());
        self.store.write_blocking(grant, alone(now), move |tx| {
            refuse_unknown(&terms.bounds, tx.catalogue())?;
            let entry = tx.add_identified(&actor, (id, &login), &terms, opened)?;
            Ok::<_, Refusal>(entry.ok_or_else(taken)?.with(()))
        })?;
        Ok(id)
    }

    /// Binds an account to who has this name at the provider, or to nobody there any more. Blocks.
    ///
    /// # Errors
    /// Where there is no provider, no such account, it stands so already, or the name opens another.
    pub fn link_staff(
        &self,
        grant: &Grant<ManageAccess>,
        login: &str,
        subject: Option<&str>,
        now: Now,
    ) -> Result<(), Refusal> {
        let known = self.store.read(|tx| tx.staff(&self.serve, login))?;
        known.ok_or(Refusal::NotFound("the staff account"))?;
        let identity = subject.map(|subject| self.named_identity(subject));
        let (identity, actor, login) = (identity.transpose()?, grant.clone(), login.to_owned());
        self.store.write_blocking(grant, alone(now), move |tx| {
            let entry = tx.link_identity(&actor, &login, identity)?;
            Ok::<_, Refusal>(entry.ok_or_else(taken)?.with(()))
        })?;
        Ok(())
    }

    fn named_identity(&self, subject: &str) -> Result<Identity, Refusal> {
        let provider = self.provider.as_ref();
        let provider = provider.ok_or(Refusal::NotFound("the provider: set oidc_issuer"))?;
        if !id_token::is_subject(subject) {
            let detail =
                "must be the subject that the provider names, 1 to 255 characters of ASCII";
            return Err(Refusal::field("/oidc_sub", "subject_malformed", detail));
        }
        Ok(self.identity(&provider.settings.issuer, subject))
    }
}

fn taken() -> Refusal {
    Refusal::Conflict {
        code: "identity_taken",
        what: "an account of this name or subject exists, or it stands so already".into(),
    }
}
