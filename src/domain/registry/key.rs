//! What opens the API: a secret that is shown with each request, or a key pair whose public half is known here.

use super::{Bounds, PublicKey, Role};
use crate::domain::duration::CalendarPeriod;
use crate::domain::ids::KeyId;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// How long a key opens at most, and where nobody says for how long.
pub const LONGEST_KEY: CalendarPeriod = CalendarPeriod::A_YEAR;

/// On which terms a key opens. They never change: another key takes its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyTerms {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Within which bounds.
    pub bounds: Bounds,
    /// The public half of a client's key pair; none where a secret opens.
    pub public_key: Option<PublicKey>,
}

/// One key as the door needs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyImage {
    /// The key's name in the ledger.
    pub id: KeyId,
    /// SHA-256 of the secret; of a client's key, a hash that no secret has.
    pub hash: [u8; 32],
    /// What it may do.
    pub role: Role,
    /// Whether nobody has revoked it.
    pub live: bool,
    /// Until when it opens.
    pub expires_at: DateTime<Utc>,
    /// Within which bounds.
    pub bounds: Arc<Bounds>,
    /// The public half of a client's key pair.
    pub public_key: Option<Arc<PublicKey>>,
}

impl KeyImage {
    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self, at: DateTime<Utc>) -> bool {
        at >= self.expires_at
    }
}
