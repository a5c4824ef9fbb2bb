//! Master keys: which open the registry, another beside the present one, the end of one of two. Running nodes hold
//! what is derived from the root and go on; which key a node has matters when it starts.

#[cfg(test)]
mod tests;
mod watch;

pub use watch::{MasterLook, NodeTold};

use super::key_acts::{nobody_else, recorded_before};
use super::open::App;
use super::refusal::Refusal;
use crate::access::{Grant, ManageMaster, ReadKeys, WitnessDestruction};
use crate::domain::time::{Now, rfc3339};
use crate::store::keys::{MasterId, MasterKey};
use crate::store::{MasterAdded, MasterForgotten, StoreError, WriteTx};
use std::sync::Arc;

/// A master key that opens the registry, as it is told. No secret.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MasterTold {
    /// By what it is told from others.
    pub id: String,
    /// When it came; with the registry, where it is the first.
    pub since: Option<String>,
    /// Whether this process was opened by it.
    pub here: bool,
}

impl App {
    /// The master keys that open the registry, in the order in which they came.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn master_keys(&self, grant: &Grant<ReadKeys>) -> Result<Vec<MasterTold>, Refusal> {
        let (stored, times) = self.store.read(|tx| {
            let stored = tx.master_keys(grant)?;
            let entries: Vec<_> = stored.iter().map(|one| one.since).collect();
            let times = tx.recorded_at(grant, &entries)?;
            Ok::<_, StoreError>((stored, times))
        })?;
        let told = stored.into_iter().map(|one| MasterTold {
            id: one.id.to_string(),
            since: times.get(&one.since).map(|at| rfc3339(*at)),
            here: one.id == self.master,
        });
        Ok(told.collect())
    }

    /// Lets another master key open the registry as well; whether it did not before.
    ///
    /// # Errors
    /// Where two do already, or `held` does not.
    pub fn add_master_key(
        &self,
        grant: &Grant<ManageMaster>,
        held: MasterKey,
        new: MasterKey,
        now: Now,
    ) -> Result<bool, Refusal> {
        if held.id() == new.id() {
            return Err(Refusal::conflict(
                "master_key_held",
                "this is the master key that opens the registry now: give another file, which is made where it is not there",
            ));
        }
        let (leave, origin) = (grant.clone(), self.origin().to_owned());
        let pair = Arc::new((held, new));
        let act = move |tx: &mut WriteTx<'_>| match tx.add_master_key(
            &leave,
            &origin,
            (&pair.0, &pair.1),
        )? {
            MasterAdded::Recorded(entry) => Ok(entry.with(())),
            MasterAdded::Before => Err(recorded_before()),
            MasterAdded::Full => Err(Refusal::conflict(
                "master_key_replaced_meanwhile",
                "two master keys open the registry already: end that replacement first, with `placet keys forget-master` \
                 of the one that goes (`placet keys list` names them)",
            )),
        };
        self.record_once(grant, now, act)
    }

    /// Forgets a master key: from here on it opens nothing here. `held` stays; `witness` is the second person.
    ///
    /// # Errors
    /// Where nobody else is by and somebody has to be; where it opens nothing here, or is the one that is held.
    pub fn forget_master_key(
        &self,
        grant: &Grant<ManageMaster>,
        (held, id): (MasterKey, MasterId),
        witness: Option<&Grant<WitnessDestruction>>,
        now: Now,
    ) -> Result<(), Refusal> {
        let alone = self.lacks_second_person(witness);
        let (leave, by, origin) = (grant.clone(), witness.cloned(), self.origin().to_owned());
        let act = move |tx: &mut WriteTx<'_>| match tx.forget_master_key(
            &leave,
            &origin,
            (&held, id),
            by.as_ref(),
        )? {
            MasterForgotten::Recorded(_) if alone => Err(nobody_else("ending")),
            MasterForgotten::Recorded(entry) => Ok(entry.with(())),
            MasterForgotten::Unknown => Err(Refusal::NotFound("this master key")),
            MasterForgotten::Held => Err(Refusal::conflict(
                "master_key_held",
                format!(
                    "{id} is the master key that this command was given: only who holds one that stays can forget another. \
                     Run it with the file that stays, --master-key-file"
                ),
            )),
        };
        self.record_once(grant, now, act).map(drop)
    }
}
