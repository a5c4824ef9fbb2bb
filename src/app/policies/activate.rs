//! What a start does with the packs that the program carries, or that its directory holds.

use super::note;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::store::{Activation, Order, StoreError};

const ALREADY: &str = "policy_in_force";

impl App {
    /// Puts the program's own packs in force, unless they are already, or two persons have
    /// published others: then those hold, whatever the program carries. A program that is to be replaced by the newer one
    /// whose tables it found leaves that one's in force.
    ///
    /// # Errors
    /// Where the ledger cannot be written.
    pub fn activate_policy(&self) -> Result<(), Refusal> {
        if self.store.is_behind() {
            tracing::warn!(
                "the tables are those of a newer version, which lets this one work on: replace this node, too"
            );
            return Ok(());
        }
        let own = self.loader.own();
        let activation = Activation {
            digest: own.version().to_owned(),
            files: super::propose::files(own),
            note: note::sign(&self.policy_signer, own.version(), &[])
                .map_err(|error| StoreError::Log(error.to_string()))?,
        };
        let grant = self.serve.clone();
        let outcome = self
            .store
            .write_blocking(&self.serve, Order::at(self.now()), move |tx| {
                let already = || Refusal::Conflict {
                    code: ALREADY,
                    what: "this policy version, or a published one, is in force".into(),
                };
                Ok(tx
                    .activate_shipped(&grant, &activation)?
                    .ok_or_else(already)?
                    .with(()))
            });
        match outcome {
            Ok(_) => Ok(()),
            Err(Refusal::Conflict { code: ALREADY, .. }) => {
                self.tell_if_passed_over();
                Ok(())
            }
            Err(refusal) => Err(refusal),
        }
    }

    fn tell_if_passed_over(&self) {
        let (own, live) = (self.loader.own().version(), self.rules());
        if live.version().as_ref() != own {
            tracing::info!(live = %live.version(), own, "the published policy version holds; the program's own packs are not used");
        }
    }
}
