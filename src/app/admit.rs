//! Who is at the API's door, and whether they may do what they ask: the one place that decides it, for keys of
//! every kind.

use super::oauth::Holder;
use super::open::App;
use super::refusal::Refusal;
use crate::access::token::{Shown, TokenHash};
use crate::access::{Grant, Permission, Principal, authorize_within};
use crate::domain::ids::KeyId;
use crate::domain::peer::{Peer, Thumbprint};
use crate::domain::registry::{KeyImage, Outside};
use crate::domain::time::Now;
use crate::index::Table;

/// What somebody showed, as far as it can be told without the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Badge {
    /// A secret of this hash.
    Key(TokenHash),
    /// An access token of ours.
    Token(Holder),
}

impl Badge {
    /// The certificate that it is worth nothing without.
    const fn bound_to(self) -> Option<Thumbprint> {
        match self {
            Self::Token(held) => held.certificate,
            Self::Key(_) => None,
        }
    }

    /// The key or the client that it is of, if one is known.
    fn of(self, table: &Table) -> Option<&KeyImage> {
        match self {
            Self::Key(TokenHash(hash)) => table.key(&hash),
            Self::Token(held) => table.client(&held.client),
        }
    }
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
    /// It may not be used from there, or without a certificate of its own.
    #[error("the key may not be used from this network, or not without a certificate of its own")]
    Outside(Outside),
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
                let holder = self.holder(text, self.now()).ok_or(Shut::Token)?;
                Ok(Badge::Token(holder))
            }
            Shown::Mistyped => Err(Shut::Mistyped),
        }
    }

    /// Lets in who may do `P`, as the index knows it; `peer` tells who is at the other end of the line.
    ///
    /// # Errors
    /// Why the door stays shut.
    pub fn admit<P: Permission>(
        &self,
        badge: Badge,
        peer: impl FnOnce() -> Peer,
    ) -> Result<Grant<P>, Shut> {
        let now = self.now();
        let view = self.index.view();
        let key = known(&view, badge, now)?;
        if badge.bound_to().is_some() || key.bounds.is_placed() {
            fits(badge, key, &peer())?;
        }
        let grant = granted(key)?;
        self.key_uses.mark(key.id, now);
        Ok(grant)
    }

    /// The name of what somebody showed, if it is known here, whatever it opens.
    #[must_use]
    pub fn whose(&self, badge: Badge) -> Option<KeyId> {
        badge.of(&self.index.view()).map(|key| key.id)
    }
}

/// The same on one view of the index, for whose line was looked at: it never changes from where a key may be used.
pub(super) fn admitted<P: Permission>(
    table: &Table,
    badge: Badge,
    now: Now,
) -> Result<Grant<P>, Shut> {
    granted(known(table, badge, now)?)
}

fn known(table: &Table, badge: Badge, now: Now) -> Result<&KeyImage, Shut> {
    if matches!(badge, Badge::Token(held) if now.utc() >= held.ends) {
        return Err(Shut::Token);
    }
    let key = badge.of(table).ok_or(Shut::Unknown)?;
    if key.is_over(now.utc()) {
        return Err(Shut::Over);
    }
    Ok(key)
}

/// Whether the line is one that this may be shown on. A token that is bound to a certificate is worth nothing to
/// whoever has not got that certificate's key (RFC 8705, 3).
fn fits(badge: Badge, key: &KeyImage, peer: &Peer) -> Result<(), Shut> {
    if badge
        .bound_to()
        .is_some_and(|wanted| !peer.has_shown(wanted))
    {
        return Err(Shut::Token);
    }
    key.bounds
        .outside(peer)
        .map_or(Ok(()), |what| Err(Shut::Outside(what)))
}

fn granted<P: Permission>(key: &KeyImage) -> Result<Grant<P>, Shut> {
    let principal = Principal::Key(key.id, key.role);
    let grant = authorize_within(&principal, &key.bounds);
    Ok(grant.map_err(Refusal::from)?)
}
