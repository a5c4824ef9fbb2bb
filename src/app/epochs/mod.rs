//! Key epochs: which there are, a new one beside running services, the end of an old one.
//!
//! What was kept under an epoch cannot be opened once its file is destroyed, wherever a copy of the
//! database may lie. So an erasure reaches the backups.

mod destroy;
mod rotate;
#[cfg(test)]
mod tests;
mod watch;

pub use destroy::Destroyed;
pub use watch::EpochState;
pub(super) use watch::EpochWatch;

use super::open::App;
use super::refusal::Refusal;
use crate::access::{Grant, ReadKeys};
use crate::domain::time::rfc3339;
use crate::store::StoreError;
use crate::store::keys::Epoch;

/// An epoch as it is told. No secret.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EpochTold {
    /// Its number.
    pub epoch: i32,
    /// `prepared`, `current`, `past` or `destroyed`.
    pub state: &'static str,
    /// When it began.
    pub begun_at: Option<String>,
    /// When it was destroyed.
    pub destroyed_at: Option<String>,
    /// How many persons' keys are wrapped under it.
    pub persons: u64,
    /// Its file; none where it is made of the root alone.
    pub file: Option<String>,
    /// Whether the file is there.
    pub file_is_there: bool,
}

impl App {
    /// Every epoch, in the order in which they came. Reads every person.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn key_epochs(&self, grant: &Grant<ReadKeys>) -> Result<Vec<EpochTold>, Refusal> {
        let (current, stored, persons, times) = self.store.read(|tx| {
            let stored = tx.key_epochs(grant)?;
            let entries = stored.iter().flat_map(|one| [one.begun, one.destroyed]);
            let entries: Vec<_> = entries.flatten().collect();
            let times = tx.recorded_at(grant, &entries)?;
            let (current, persons) = (tx.current_epoch(grant)?, tx.persons_by_epoch(grant)?);
            Ok::<_, StoreError>((current, stored, persons, times))
        })?;
        let told = stored.into_iter().map(|one| {
            let at = |entry: Option<_>| Some(rfc3339(*times.get(&entry?)?));
            let state = match (one.begun, one.destroyed) {
                (_, Some(_)) => "destroyed",
                (None, _) => "prepared",
                _ if one.epoch == current => "current",
                _ => "past",
            };
            let directory = self.keys().directory();
            let has_file = one.epoch != Epoch::OF_MASTER;
            EpochTold {
                epoch: one.epoch.number(),
                state,
                begun_at: at(one.begun),
                destroyed_at: at(one.destroyed),
                persons: persons.get(&one.epoch).copied().unwrap_or_default(),
                file: has_file.then(|| directory.file(one.epoch).display().to_string()),
                file_is_there: has_file && directory.has(one.epoch),
            }
        });
        Ok(told.collect())
    }
}
