//! Timestamps: an authority attests when a checkpoint was there (RFC 3161). What it stamps is the
//! checkpoint as the log signed it, without cosignatures.
//!
//! Nobody waits for it, but an export does for some seconds. Where it fails, the service goes on and
//! says so.

#[cfg(test)]
mod tests;

use super::open::App;
use super::witness::Unreached;
use crate::audit::timestamp::{TimestampError, check, request};
use crate::domain::ids::Position;
use crate::domain::time::{Now, random};
use crate::store::{StoreError, StoredTimestamp, without_password};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A changed log is stamped that often, in seconds.
const EVERY: u64 = 3600;

/// The way out to an authority, handed in. It takes seconds at most, follows no redirect, and reads
/// no more than some kilobytes.
pub trait StampCourier: Send + Sync {
    /// Posts a request (`application/timestamp-query`); the status and the body of the answer.
    ///
    /// # Errors
    /// Where no whole answer came in time.
    fn stamp(&self, url: &str, request: Vec<u8>) -> Result<(u16, Vec<u8>), Unreached>;
}

/// An authority that is asked.
pub struct Authority {
    /// Its address.
    pub url: String,
    /// Its certificates, PEM, to go into packages; empty for none.
    pub chain: String,
    /// The way there.
    pub courier: Arc<dyn StampCourier>,
    state: Mutex<StampState>,
}

impl Authority {
    /// An authority at an address.
    #[must_use]
    pub fn new(url: String, chain: String, courier: Arc<dyn StampCourier>) -> Self {
        let state = Mutex::default();
        Self {
            url,
            chain,
            courier,
            state,
        }
    }

    fn state(&self) -> MutexGuard<'_, StampState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// No timestamp was given.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// The authority is away.
    #[error("the timestamping authority cannot be reached: {0}")]
    Unreached(#[from] Unreached),
    /// It speaks another protocol, or does not let us in.
    #[error("the timestamping authority answers {0}: is its address right?")]
    Declined(u16),
    /// What it answered is no timestamp of this checkpoint.
    #[error("the timestamping authority's answer cannot be used: {0}")]
    Unusable(#[from] TimestampError),
    /// The database failed.
    #[error("{0}")]
    Store(String),
}

impl From<StoreError> for StampError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.to_string())
    }
}

/// How timestamps stand, for whoever watches the service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StampState {
    /// The size and the time, in seconds since 1970, of the newest.
    pub last: Option<(Position, i64)>,
    /// Why the last try failed.
    pub failure: Option<String>,
}

impl App {
    /// Has checkpoints stamped by this authority from now on.
    pub fn stamp_with(&mut self, authority: Authority) {
        self.authority = Some(authority);
    }

    /// Has the newest checkpoint stamped, if the log changed and the last stamp is an hour old: the
    /// size that was stamped. Blocks for as long as the courier does.
    ///
    /// # Errors
    /// Where none was given. Nothing is kept then.
    pub fn stamp_if_due(&self, now: Now) -> Result<Option<Position>, StampError> {
        let Some(authority) = &self.authority else {
            return Ok(None);
        };
        let newest = self
            .store
            .read(|tx| tx.newest_timestamp(&self.serve, Position::MAX))?;
        authority.state().last = newest.as_ref().map(|one| (one.size, one.at));
        // to and fro: a clock that jumps keeps nobody from being stamped
        let age = |one: StoredTimestamp| now.utc().timestamp().abs_diff(one.at);
        if newest.is_some_and(|one| age(one) < EVERY) {
            return Ok(None);
        }
        self.stamp()
    }

    /// Has the newest checkpoint stamped, unless it is: the size that was stamped, if any.
    ///
    /// # Errors
    /// As [`App::stamp_if_due`].
    pub fn stamp(&self) -> Result<Option<Position>, StampError> {
        let Some(authority) = &self.authority else {
            return Ok(None);
        };
        let outcome = self.stamp_by(authority);
        authority.state().failure = outcome.as_ref().err().map(ToString::to_string);
        outcome
    }

    fn stamp_by(&self, authority: &Authority) -> Result<Option<Position>, StampError> {
        let (checkpoint, stamped) = self.store.read(|tx| {
            let checkpoint = tx.checkpoint(&self.serve, None)?;
            let stamped = tx.newest_timestamp(&self.serve, Position::MAX)?;
            Ok::<_, StoreError>((checkpoint, stamped))
        })?;
        let Some((size, note, _)) = checkpoint else {
            return Ok(None);
        };
        if stamped.is_some_and(|one| one.size >= size) {
            return Ok(None);
        }
        let nonce: [u8; 8] = random(self.entropy()).map_err(StoreError::from)?;
        let asked = request(note.as_bytes(), &nonce);
        let (status, response) = authority.courier.stamp(&authority.url, asked)?;
        if status != 200 {
            return Err(StampError::Declined(status));
        }
        let token = check(&response, note.as_bytes(), Some(&nonce))?;
        let timestamp = StoredTimestamp {
            size,
            authority: without_password(&authority.url),
            response,
            at: token.at.timestamp(),
        };
        self.store.save_timestamp(&self.serve, &timestamp)?;
        authority.state().last = Some((size, timestamp.at));
        Ok(Some(size))
    }

    /// How timestamps stood when they were looked at last; `None` where no authority is configured.
    #[must_use]
    pub fn stamp_state(&self) -> Option<StampState> {
        self.authority
            .as_ref()
            .map(|authority| authority.state().clone())
    }
}
