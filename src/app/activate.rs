//! Records which policy version this registry's decisions are made by.

use super::open::App;
use super::refusal::Refusal;
use crate::store::Order;

const ALREADY: &str = "policy_in_force";

impl App {
    /// Writes the policy version into the ledger, unless it is the one that was in force.
    ///
    /// # Errors
    /// Where the ledger cannot be written.
    pub fn activate_policy(&self) -> Result<(), Refusal> {
        let (grant, version) = (self.serve.clone(), self.engine.version().to_owned());
        let outcome = self
            .store
            .write_blocking(&self.serve, Order::at(self.now()), move |tx| {
                let already = || Refusal::Conflict {
                    code: ALREADY,
                    what: "this policy version is in force".into(),
                };
                Ok(tx
                    .activate_policy(&grant, &version)?
                    .ok_or_else(already)?
                    .with(()))
            });
        match outcome {
            Ok(_) | Err(Refusal::Conflict { code: ALREADY, .. }) => Ok(()),
            Err(refusal) => Err(refusal),
        }
    }
}
