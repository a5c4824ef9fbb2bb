//! What acts of the operator on the registry's keys share: each is recorded alone, and once; the end of a key takes a
//! second person.

use super::open::App;
use super::refusal::Refusal;
use crate::access::second_person::SecondPerson;
use crate::access::{Grant, WitnessDestruction};
use crate::domain::time::Now;
use crate::store::{Order, Recorded, WriteTx};

/// It never leaves this file but as the answer that nothing was recorded now.
const BEFORE: &str = "key_act_recorded_before";

/// The act was recorded before: it is not, once more.
pub(super) fn recorded_before() -> Refusal {
    Refusal::conflict(BEFORE, "it was recorded before")
}

/// Why a key is not ended by one person alone; `doing` says what they are doing.
pub(super) fn nobody_else(doing: &str) -> Refusal {
    Refusal::conflict(
        "second_person",
        format!(
            "{doing} a key takes two persons: name somebody of the staff who is by, with --as LOGIN, or set \
             second_person = \"not_required\" where there is nobody"
        ),
    )
}

impl App {
    /// Whether somebody else has to be by, and is not.
    pub(super) fn lacks_second_person(&self, by: Option<&Grant<WitnessDestruction>>) -> bool {
        by.is_none() && self.accounts.second_person == SecondPerson::Required
    }

    /// Records an act, alone in its transaction; `false` where it said [`recorded_before`].
    pub(super) fn record_once<P, F>(
        &self,
        grant: &Grant<P>,
        now: Now,
        act: F,
    ) -> Result<bool, Refusal>
    where
        F: Fn(&mut WriteTx<'_>) -> Result<Recorded<()>, Refusal> + Send + 'static,
    {
        let order = Order {
            alone: true,
            ..Order::at(now)
        };
        match self.store.write_blocking(grant, order, act) {
            Ok(_) => Ok(true),
            Err(Refusal::Conflict { code: BEFORE, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
