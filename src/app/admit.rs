//! Who is at the API's door, and whether they may do what they ask: the one place that decides it, for keys of
//! every kind.

use super::open::App;
use super::refusal::Refusal;
use crate::access::token::{Shown, TokenHash};
use crate::access::{Grant, Permission, Principal, authorize_within};
use crate::domain::ids::KeyId;
use crate::domain::registry::KeyImage;
use crate::domain::time::Now;
use crate::index::Table;
use chrono::{DateTime, Utc};
use std::net::IpAddr;

/// What somebody showed, as far as it can be told without the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Badge {
    /// A secret of this hash.
    Key(TokenHash),
    /// An access token of ours: whose it is, and until when it holds.
    Token(KeyId, DateTime<Utc>),
}

/// Why the door stays shut.
#[derive(Debug, thiserror::Error)]
pub enum Shut {
    /// It is no key: letters are wrong or missing.
    #[error("this is no API key: it was mistyped or cut short")]
    Mistyped,
    /// Nobody made it, or it was revoked.
    #[error("the key opens nothing")]
    Unknown,
    /// Its time is over.
    #[error("the key's time is over")]
    Over,
    /// It may not be used from there.
    #[error("the key may not be used from this network")]
    Elsewhere,
    /// It is no access token of ours that holds.
    #[error("the access token does not hold")]
    Token,
    /// It does not open that.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl App {
    /// Reads what somebody shows.
    ///
    /// # Errors
    /// [`Shut::Mistyped`] where it is no key at all, [`Shut::Token`] where it is a token that does not hold.
    pub fn badge(&self, shown: &str) -> Result<Badge, Shut> {
        match Shown::read(shown) {
            Shown::Key(hash) => Ok(Badge::Key(hash)),
            Shown::Token(text) => {
                let (client, ends) = self.holder(text, self.now()).ok_or(Shut::Token)?;
                Ok(Badge::Token(client, ends))
            }
            Shown::Mistyped => Err(Shut::Mistyped),
        }
    }

    /// Lets in who may do `P`, as the index knows it; `from` tells from where they come.
    ///
    /// # Errors
    /// Why the door stays shut.
    pub fn admit<P: Permission>(
        &self,
        badge: Badge,
        from: impl FnOnce() -> Option<IpAddr>,
    ) -> Result<Grant<P>, Shut> {
        let now = self.now();
        let view = self.index.view();
        let key = known(&view, badge, now)?;
        let bounded = !key.bounds.networks.is_empty();
        if bounded && !key.bounds.let_in(from()) {
            return Err(Shut::Elsewhere);
        }
        let grant = granted(key)?;
        self.key_uses.mark(key.id, now);
        Ok(grant)
    }
}

/// The same on one view of the index, for who came from a network that was looked at: it never changes from
/// which a key may be used.
pub(super) fn admitted<P: Permission>(
    table: &Table,
    badge: Badge,
    now: Now,
) -> Result<Grant<P>, Shut> {
    granted(known(table, badge, now)?)
}

fn known(table: &Table, badge: Badge, now: Now) -> Result<&KeyImage, Shut> {
    let key = match badge {
        Badge::Key(TokenHash(hash)) => table.key(&hash),
        Badge::Token(_, ends) if now.utc() >= ends => return Err(Shut::Token),
        Badge::Token(client, _) => table.client(&client),
    };
    let key = key.ok_or(Shut::Unknown)?;
    if key.is_over(now.utc()) {
        return Err(Shut::Over);
    }
    Ok(key)
}

fn granted<P: Permission>(key: &KeyImage) -> Result<Grant<P>, Shut> {
    let principal = Principal::Key(key.id, key.role);
    let grant = authorize_within(&principal, &key.bounds);
    Ok(grant.map_err(Refusal::from)?)
}
