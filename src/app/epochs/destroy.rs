//! The end of an epoch. The log says so first; whatever breaks off between the entry and the end of
//! the file is finished by doing it again.

use crate::access::{Grant, ManageEpochs, WitnessDestruction};
use crate::app::key_acts::{nobody_else, recorded_before};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::time::Now;
use crate::store::keys::Epoch;
use crate::store::{Destruction, StoreError, WriteTx};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Destroyed {
    /// Which epoch.
    pub epoch: i32,
    /// Whether the log says so since just now; else it did before.
    pub recorded: bool,
    /// Whether the file was there.
    pub file_removed: bool,
}

impl App {
    /// Destroys the key of an epoch under which nobody's key is wrapped any more; `witness` is the second person.
    ///
    /// # Errors
    /// Where nobody else is by and somebody has to be; where it is the present one, somebody's key is wrapped under it, or it is made of the master
    /// key; where the file cannot be removed.
    pub fn destroy_epoch(
        &self,
        grant: &Grant<ManageEpochs>,
        epoch: Epoch,
        witness: Option<&Grant<WitnessDestruction>>,
        now: Now,
    ) -> Result<Destroyed, Refusal> {
        if epoch == Epoch::OF_MASTER {
            return Err(Refusal::conflict(
                "epoch_of_master",
                "key epoch 1 is made of the root and has no file of its own: as long as the master key of then exists, \
                 backups from before the first rotation can be opened. Destroy those backups",
            ));
        }
        let recorded = self.record_destruction(grant, epoch, witness, now)?;
        self.store.forget_epoch(&self.serve, epoch);
        let removed = self.keys().directory().destroy(epoch);
        Ok(Destroyed {
            epoch: epoch.number(),
            recorded,
            file_removed: removed.map_err(StoreError::from)?,
        })
    }

    fn record_destruction(
        &self,
        grant: &Grant<ManageEpochs>,
        epoch: Epoch,
        witness: Option<&Grant<WitnessDestruction>>,
        now: Now,
    ) -> Result<bool, Refusal> {
        let alone = self.lacks_second_person(witness);
        let (leave, by) = (grant.clone(), witness.cloned());
        let act = move |tx: &mut WriteTx<'_>| match tx.destroy_epoch(&leave, epoch, by.as_ref())? {
            Destruction::Recorded(_) if alone => Err(nobody_else("destroying")),
            Destruction::Recorded(entry) => Ok(entry.with(())),
            Destruction::Before => Err(recorded_before()),
            Destruction::Persons => Err(Refusal::conflict(
                "epoch_in_use",
                format!(
                    "persons' keys are wrapped under key epoch {epoch}: wrap them again first, with `placet keys rotate-epoch`"
                ),
            )),
            Destruction::Current => Err(Refusal::conflict(
                "epoch_current",
                format!(
                    "new persons' keys are wrapped under key epoch {epoch}, or are going to be: begin another first, with \
                     `placet keys rotate-epoch`"
                ),
            )),
            Destruction::Unknown => Err(Refusal::NotFound("this key epoch")),
        };
        self.record_once(grant, now, act)
    }
}
