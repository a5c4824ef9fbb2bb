//! Clients: registered by the public half of a key pair that never leaves them.

use crate::access::{Grant, ManageAccess};
use crate::app::create_key::{NewKey, refuse_unknown};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::KeyId;
use crate::domain::registry::{KeyTerms, PublicKey};
use crate::domain::time::Now;
use crate::store::Order;

/// A client that is to be registered.
#[derive(Debug, Clone)]
pub struct NewClient {
    /// On which terms.
    pub terms: NewKey,
    /// The public half of its key pair.
    pub key: PublicKey,
}

impl App {
    /// Registers a client. The id that is returned is its `client_id`.
    ///
    /// # Errors
    /// See [`Refusal`]; [`Refusal::Conflict`] where another client has the same key.
    pub fn add_client(
        &self,
        grant: &Grant<ManageAccess>,
        new: NewClient,
        now: Now,
    ) -> Result<KeyId, Refusal> {
        let key = new.key;
        let terms = KeyTerms {
            public_key: Some(key.clone()),
            ..new.terms.terms(now)?
        };
        let id = KeyId::new(now, self.entropy())?;
        let actor = grant.clone();
        let order = Order {
            alone: true,
            ..Order::at(now)
        };
        self.store.write_blocking(grant, order, move |tx| {
            refuse_unknown(&terms.bounds, tx.catalogue())?;
            let entry = tx.add_client(&actor, id, &terms, &key)?;
            Ok::<_, Refusal>(entry.ok_or_else(taken)?.with(()))
        })?;
        Ok(id)
    }
}

fn taken() -> Refusal {
    Refusal::Conflict {
        code: "key_taken",
        what: "another client has, or had, this key: make a key pair for this one alone".into(),
    }
}
