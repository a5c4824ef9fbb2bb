//! Whose turn it is to write. `SQLite` has one writer at a time, and whoever finds it busy sleeps and
//! looks again; within a process we need not: the next one is woken.

use super::url::DatabaseUrl;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The turn of a process; `PostgreSQL` has no need of it.
#[derive(Clone)]
pub(super) struct Turn(Option<Arc<Mutex<()>>>);

impl Turn {
    /// For a database.
    pub fn of(url: &DatabaseUrl) -> Self {
        Self(matches!(url, DatabaseUrl::Sqlite(_)).then(Arc::default))
    }

    /// Waits for it; it ends when this is dropped.
    pub fn take(&self) -> Option<MutexGuard<'_, ()>> {
        let turn = self.0.as_ref()?;
        Some(turn.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
