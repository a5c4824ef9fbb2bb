//! The next epoch. Its file is on the disk before the database names it, and every node has been asked
//! for it before the first person is wrapped under it. Whoever breaks off may begin again.

use crate::access::{Grant, ManageEpochs};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::time::Now;
use crate::store::keys::Epoch;
use crate::store::{EpochAnswer, EpochFault, Order, Rewrapped, StoreError, WriteTx};

impl App {
    /// How many persons' keys are wrapped under another epoch than the present one: a rotation that
    /// was broken off. Reads every person.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn keys_of_earlier_epochs(&self, grant: &Grant<ManageEpochs>) -> Result<u64, Refusal> {
        let (current, persons) = self.store.read(|tx| {
            Ok::<_, StoreError>((tx.current_epoch(grant)?, tx.persons_by_epoch(grant)?))
        })?;
        let others = persons.iter().filter(|(epoch, _)| **epoch != current);
        Ok(others.map(|(_, count)| count).sum())
    }

    /// Makes the file of the next epoch and names it, so that running nodes look for it; one that was
    /// prepared before is taken up again. With `anew` its file may be another.
    ///
    /// # Errors
    /// Where the file was made on another machine and is not here, or cannot be written.
    pub fn prepare_epoch(&self, grant: &Grant<ManageEpochs>, anew: bool) -> Result<Epoch, Refusal> {
        let (current, stored) = self
            .store
            .read(|tx| Ok::<_, StoreError>((tx.current_epoch(grant)?, tx.key_epochs(grant)?)))?;
        let (next, directory) = (current.next(), self.keys().directory());
        let prepared = stored.iter().any(|one| one.epoch == next);
        if prepared && !anew && !directory.has(next) {
            return Err(elsewhere(next, directory));
        }
        let made = directory
            .make(next, self.entropy())
            .map_err(StoreError::from)?;
        let secret = directory.read(next).map_err(StoreError::from)?;
        let missing = || EpochFault::Missing {
            epoch: next,
            file: directory.file(next),
        };
        let key = self
            .keys()
            .epoch_key(next, &secret.ok_or_else(missing).map_err(StoreError::from)?)
            .map_err(StoreError::from)?;
        let stands = self
            .store
            .prepare_epoch(grant, next, key.self_test(), anew)?;
        if stands.is_some_and(|one| one.self_test.as_deref() == Some(key.self_test())) {
            return Ok(next);
        }
        if made {
            directory.destroy(next).map_err(StoreError::from)?;
        }
        Err(elsewhere(next, directory))
    }

    /// What running nodes say of a prepared epoch.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn epoch_answers(
        &self,
        grant: &Grant<ManageEpochs>,
        epoch: Epoch,
    ) -> Result<Vec<EpochAnswer>, Refusal> {
        Ok(self.store.read(|tx| tx.epoch_answers(grant, epoch))?)
    }

    /// Begins a prepared epoch: new persons are wrapped under it from here on.
    ///
    /// # Errors
    /// Where another rotation began it meanwhile, or its file is not to be had.
    pub fn begin_epoch(
        &self,
        grant: &Grant<ManageEpochs>,
        epoch: Epoch,
        now: Now,
    ) -> Result<(), Refusal> {
        let leave = grant.clone();
        let act = move |tx: &mut WriteTx<'_>| -> Result<_, Refusal> {
            let begun = tx.begin_epoch(&leave, epoch)?;
            let meanwhile = || {
                Refusal::conflict(
                    "rotation_elsewhere",
                    format!(
                        "another rotation began key epoch {epoch} just now and wraps the keys again; there is nothing left \
                         to do here"
                    ),
                )
            };
            Ok(begun.ok_or_else(meanwhile)?.with(()))
        };
        let order = Order {
            alone: true,
            ..Order::at(now)
        };
        self.store.write_blocking(grant, order, act)?;
        Ok(())
    }

    /// Wraps everybody's key under the present epoch, beside whoever reads and writes. Blocks.
    ///
    /// # Errors
    /// Where the database fails or the present epoch's key is not to be had.
    pub fn rewrap_keys(
        &self,
        grant: &Grant<ManageEpochs>,
        progress: &dyn Fn(u64, u64),
    ) -> Result<Rewrapped, Refusal> {
        Ok(self.store.rewrap_keys(grant, self.entropy(), progress)?)
    }
}

fn elsewhere(epoch: Epoch, directory: &crate::store::keys::KeyDirectory) -> Refusal {
    Refusal::conflict(
        "epoch_prepared_elsewhere",
        format!(
            "key epoch {epoch} was prepared with a file that is not here: bring it from the machine where it was made, to \
             {}. If it is lost, nothing was kept under it yet: placet keys rotate-epoch --anew",
            directory.file(epoch).display()
        ),
    )
}
