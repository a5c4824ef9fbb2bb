//! API keys: made, shown once, revoked.

use super::open::App;
use super::refusal::Refusal;
use crate::access::token::{PlainToken, TokenKind};
use crate::access::{Grant, ManageAccess};
use crate::domain::ids::KeyId;
use crate::domain::registry::Role;
use crate::domain::time::Now;
use crate::store::Order;

impl App {
    /// Makes an API key. What is returned is shown once and kept nowhere.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn create_key(
        &self,
        grant: &Grant<ManageAccess>,
        name: &str,
        role: Role,
        now: Now,
    ) -> Result<(KeyId, PlainToken), Refusal> {
        if name.trim().is_empty() || name.len() > 100 || name.chars().any(char::is_control) {
            return Err(Refusal::field(
                "/name",
                "name_malformed",
                "must have 1 to 100 printable characters",
            ));
        }
        let token = PlainToken::new(TokenKind::ApiKey, self.entropy())?;
        let id = KeyId::new(now, self.entropy())?;
        let (name, hash, actor) = (name.to_owned(), token.hash(), grant.clone());
        self.store
            .write_blocking(grant, Order::at(now), move |tx| {
                Ok::<_, Refusal>(tx.add_key(&actor, id, &name, role, hash).with(()))
            })?;
        Ok((id, token))
    }

    /// Revokes an API key: it opens nothing from the next request on.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is no live key of that id.
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
}
