//! What a running node does about epochs by itself: it answers whether it holds a prepared one, forgets
//! one that was destroyed, and notices files that are missing before a restart does.

use crate::app::open::App;
use crate::store::keys::Epoch;
use crate::store::{EpochAnswer, StoreError, StoredEpoch};
use std::sync::{Mutex, PoisonError};

/// What a node knows of its key files.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct EpochState {
    /// The epoch of new persons.
    pub current: i32,
    /// What is wrong with files of epochs that are in use; empty where nothing is.
    pub faults: Vec<String>,
}

/// Keeps the last state.
#[derive(Default)]
pub(in crate::app) struct EpochWatch(Mutex<EpochState>);

impl App {
    /// What this node knew of its key files when it last looked.
    #[must_use]
    pub fn epoch_state(&self) -> EpochState {
        let state = self.epoch_watch.0.lock();
        state.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at the epochs and at their files; `name` is where this node runs. Whether something is
    /// wrong that was not before.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn watch_epochs(&self, name: &str) -> Result<Option<EpochState>, StoreError> {
        let (current, stored) = self.store.read(|tx| {
            let current = tx.current_epoch(&self.serve)?;
            Ok::<_, StoreError>((current, tx.key_epochs(&self.serve)?))
        })?;
        let mut faults = Vec::new();
        for one in &stored {
            match (one.begun, one.destroyed) {
                (_, Some(_)) => self.store.forget_epoch(&self.serve, one.epoch),
                (None, None) => self.answer(one, name)?,
                (Some(_), None) => faults.extend(self.fault(one, one.epoch == current)),
            }
        }
        let state = EpochState {
            current: current.number(),
            faults,
        };
        let mut kept = self
            .epoch_watch
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let worse = !state.faults.is_empty() && *kept != state;
        kept.clone_from(&state);
        Ok(worse.then_some(state))
    }

    /// Of an epoch that is past the file may be gone: this database may be a copy from before its end.
    fn fault(&self, stored: &StoredEpoch, current: bool) -> Option<String> {
        if stored.epoch == Epoch::OF_MASTER {
            return None;
        }
        if let Err(fault) = self.store.hold_epoch(&self.serve, stored) {
            return current.then(|| fault.brief());
        }
        let gone = !self.keys().directory().has(stored.epoch);
        gone.then(|| {
            format!(
                "the file of key epoch {} is missing: this service still holds the key, and will not start again without \
                 the file",
                stored.epoch
            )
        })
    }

    fn answer(&self, prepared: &StoredEpoch, name: &str) -> Result<(), StoreError> {
        let seen = self.store.look_for_epoch(&self.serve, prepared);
        let answer = EpochAnswer {
            node: self.node,
            name: name.to_owned(),
            holds: seen.is_ok(),
        };
        let (serve, epoch) = (&self.serve, prepared.epoch);
        let given = self.store.read(|tx| tx.epoch_answers(serve, epoch))?;
        if given.contains(&answer) {
            return Ok(());
        }
        self.store.answer_epoch(serve, epoch, &answer)
    }
}
