//! Registers the systems from their files, in the place of those of before.

use crate::access::{Grant, RegisterSystems};
use crate::app::open::App;
use crate::app::publish::Difference;
use crate::app::refusal::Refusal;
use crate::domain::systems::{Registered, System, faults};
use crate::store::Order;
use std::collections::BTreeMap;

impl App {
    /// The systems that are registered. Blocks.
    ///
    /// # Errors
    /// Where they cannot be read, or are not those that the log names.
    pub fn systems(&self) -> Result<Vec<System>, Refusal> {
        self.store.read(|tx| Ok(tx.systems()?))
    }

    /// What registering these would change. Blocks.
    ///
    /// # Errors
    /// Everything in it that cannot be registered, with file and line.
    pub fn systems_difference(&self, wanted: &[Registered]) -> Result<Vec<Difference>, Refusal> {
        let found = faults(wanted);
        if !found.is_empty() {
            let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
            return Err(Refusal::Conflict {
                code: "systems_unfit",
                what: lines.join("\n"),
            });
        }
        let held: BTreeMap<_, _> = self
            .systems()?
            .into_iter()
            .map(|system| (system.id.clone(), system))
            .collect();
        let line = |change: &str, id: &dyn std::fmt::Display| Difference {
            change: change.to_owned(),
            kind: "system".to_owned(),
            name: id.to_string(),
        };
        let mut all = Vec::new();
        for one in wanted {
            match held.get(&one.system.id) {
                None => all.push(line("new", &one.system.id)),
                Some(known) if *known != one.system => all.push(line("changed", &one.system.id)),
                Some(_) => {}
            }
        }
        let gone = held
            .keys()
            .filter(|id| !wanted.iter().any(|one| one.system.id == **id));
        all.extend(gone.map(|id| line("removed", id)));
        Ok(all)
    }

    /// Registers these systems and no others from now on. Blocks.
    ///
    /// # Errors
    /// As [`Self::systems_difference`].
    pub fn register_systems(
        &self,
        grant: &Grant<RegisterSystems>,
        wanted: &[Registered],
    ) -> Result<Vec<Difference>, Refusal> {
        let difference = self.systems_difference(wanted)?;
        if difference.is_empty() {
            return Ok(difference);
        }
        let systems: Vec<System> = wanted.iter().map(|one| one.system.clone()).collect();
        let by = grant.clone();
        self.store
            .write_blocking(grant, Order::at(self.now()), move |tx| {
                Ok::<_, Refusal>(tx.register_systems(&by, &systems)?.with(()))
            })?;
        Ok(difference)
    }
}
