//! API keys: made, shown once, told of, revoked.

use super::open::App;
use super::refusal::{FieldProblem, Refusal};
use crate::access::token::{PlainToken, TokenKind};
use crate::access::{Grant, ManageAccess};
use crate::domain::duration::CalendarPeriod;
use crate::domain::ids::KeyId;
use crate::domain::registry::{Bounds, Catalogue, KeyTerms, LONGEST_KEY, Role};
use crate::domain::time::Now;
use crate::store::{ListedKey, ListsKeys, Order};
use chrono::{DateTime, TimeDelta, Utc};

/// How long before its end somebody is told that a key ends.
pub const NEAR: TimeDelta = TimeDelta::days(30);

/// A key that is to be made.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// For how long; a year where nobody says it.
    pub expires: Option<CalendarPeriod>,
    /// Within which bounds.
    pub bounds: Bounds,
}

impl NewKey {
    /// One without bounds, for a year.
    #[must_use]
    pub fn plain(name: &str, role: Role) -> Self {
        Self {
            name: name.to_owned(),
            role,
            expires: None,
            bounds: Bounds::default(),
        }
    }

    pub(super) fn terms(self, now: Now) -> Result<KeyTerms, Refusal> {
        let mut problems = Vec::new();
        problems.extend(name_fault(&self.name));
        problems.extend(scope_fault(self.role, &self.bounds));
        let most = LONGEST_KEY.after(now.utc());
        let ends = self.expires.unwrap_or(LONGEST_KEY).after(now.utc());
        match ends.filter(|ends| most.is_some_and(|most| *ends <= most)) {
            Some(expires_at) if problems.is_empty() => Ok(KeyTerms {
                name: self.name,
                role: self.role,
                expires_at,
                bounds: self.bounds,
                public_key: None,
            }),
            Some(_) => Err(Refusal::Invalid(problems)),
            None => {
                let detail =
                    "must be at most a year, like P90D: make a new key before the old one ends";
                problems.push(FieldProblem::new("/expires", "too_long", detail));
                Err(Refusal::Invalid(problems))
            }
        }
    }
}

/// What the other roles do concerns everybody.
pub(super) fn scope_fault(role: Role, bounds: &Bounds) -> Option<FieldProblem> {
    let detail = "only the roles collector and marketing can be bound to brands and purposes";
    let fault = || FieldProblem::new("/role", "role_without_scope", detail);
    (bounds.is_scope() && !role.can_be_bound()).then(fault)
}

fn name_fault(name: &str) -> Option<FieldProblem> {
    let bad = name.trim().is_empty() || name.len() > 100 || name.chars().any(char::is_control);
    let detail = "must have 1 to 100 printable characters";
    bad.then(|| FieldProblem::new("/name", "name_malformed", detail))
}

/// A key that is bound to what nobody has published would open nothing.
pub(super) fn refuse_unknown(bounds: &Bounds, catalogue: &Catalogue) -> Result<(), Refusal> {
    let brands = bounds.brands.iter();
    let brands = brands.filter(|id| !catalogue.controllers.contains_key(id.as_str()));
    let purposes = bounds.purposes.iter();
    let purposes = purposes.filter(|id| catalogue.purpose(id.as_str()).is_none());
    let unknown = |field: &'static str| {
        let detail = "is not in the catalogue; publish it first: placet catalogue apply";
        move |id| FieldProblem::new(format!("{field}/{id}"), "unknown", detail)
    };
    let problems: Vec<_> = brands
        .map(unknown("/brands"))
        .chain(purposes.map(unknown("/purposes")))
        .collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(Refusal::Invalid(problems))
}

impl App {
    /// Makes an API key. What is returned is shown once and kept nowhere.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn create_key(
        &self,
        grant: &Grant<ManageAccess>,
        new: NewKey,
        now: Now,
    ) -> Result<(KeyId, PlainToken), Refusal> {
        let terms = new.terms(now)?;
        let token = PlainToken::new(TokenKind::ApiKey, self.entropy())?;
        let id = KeyId::new(now, self.entropy())?;
        let (hash, actor) = (token.hash(), grant.clone());
        self.store
            .write_blocking(grant, Order::at(now), move |tx| {
                refuse_unknown(&terms.bounds, tx.catalogue())?;
                Ok::<_, Refusal>(tx.add_key(&actor, id, &terms, hash.0)?.with(()))
            })?;
        Ok((id, token))
    }

    /// Revokes an API key or a client: it opens nothing from the next request on.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is no live one of that id.
    pub fn revoke_key(
        &self,
        grant: &Grant<ManageAccess>,
        id: KeyId,
        now: Now,
    ) -> Result<(), Refusal> {
        let actor = grant.clone();
        self.store
            .write_blocking(grant, Order::at(now), move |tx| {
                let entry = tx
                    .revoke_key(&actor, id)?
                    .ok_or(Refusal::NotFound("a live API key of this id"))?;
                Ok::<_, Refusal>(entry.with(()))
            })?;
        Ok(())
    }

    /// Every key and client, the oldest first. No secret. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn keys_listed<P: ListsKeys>(&self, grant: &Grant<P>) -> Result<Vec<ListedKey>, Refusal> {
        Ok(self.store.read(|tx| tx.listed_keys(grant))?)
    }

    /// How many keys that open end within [`NEAR`], and how many are over and were not revoked, as the index
    /// knows it.
    #[must_use]
    pub fn keys_ending(&self) -> (usize, usize) {
        let (now, view) = (self.now().utc(), self.index.view());
        let ends: Vec<DateTime<Utc>> = view.live_keys().map(|key| key.expires_at).collect();
        let near = ends.iter().filter(|at| is_near(**at, now)).count();
        (near, ends.iter().filter(|at| **at <= now).count())
    }
}

/// Whether a key ends soon, and has not ended.
#[must_use]
pub fn is_near(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < expires_at && expires_at <= now + NEAR
}
