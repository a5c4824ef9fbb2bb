//! One's own sessions: which there are, and their end.

use super::{App, alone, gone, owner};
use crate::app::refusal::Refusal;
use crate::domain::time::Now;
use crate::store::{Session, StoreError};

impl App {
    /// One's own open sessions, and how many recovery codes are left. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn own_account(&self, session: &Session, now: Now) -> Result<(Vec<Session>, i64), Refusal> {
        let grant = owner(session)?;
        Ok(self.store.read(|tx| {
            let sessions = tx.own_sessions(&grant, self.accounts.idle, now)?;
            Ok::<_, StoreError>((sessions, tx.recovery_left(&grant)?))
        })?)
    }

    /// Ends one of one's own sessions by its name, or all but this one. Blocks.
    ///
    /// # Errors
    /// Where there is none to end, or the data cannot be written.
    pub fn end_own_sessions(
        &self,
        session: &Session,
        which: Option<&str>,
        now: Now,
    ) -> Result<(), Refusal> {
        let (grant, this, which) = (owner(session)?, session.hash, which.map(str::to_owned));
        self.store
            .write_blocking(&owner(session)?, alone(now), move |tx| {
                let entry = tx.end_sessions(&grant, this, which.as_deref())?;
                Ok::<_, Refusal>(entry.ok_or_else(gone)?.with(()))
            })?;
        Ok(())
    }

    /// Forgets sessions that are over, what browsers were asked and never answered, and tries that are not counted by
    /// any more. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be written.
    pub fn tidy_accounts(&self, now: Now) -> Result<(), Refusal> {
        self.store
            .tidy_sessions(&self.serve, self.accounts.idle, now)?;
        self.store.tidy_passkey_challenges(&self.serve, now)?;
        self.store.tidy_provider_asks(&self.serve, now)?;
        Ok(self.store.tidy_guesses(&self.serve, now)?)
    }
}
