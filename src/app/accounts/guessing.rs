//! Guessing is slow, and nobody is shut out: a wait grows to a quarter of an hour at most, and whoever comes from a
//! network from which they got in before is not held up by what others try under their name.

use super::App;
use crate::app::refusal::Refusal;
use crate::domain::time::Now;
use crate::store::Counter;

/// So many tries under one name may fail before the first wait, and so long is the longest, in seconds.
const ACCOUNT: (i32, i64) = (5, 900);
/// The same of one network, behind which a whole shop may sit.
const NETWORK: (i32, i64) = (30, 60);

/// A try that was counted.
pub(in crate::app) struct Try {
    network: [u8; 32],
    account: [u8; 32],
    known: [u8; 32],
}

impl App {
    /// Counts a try before it is looked at; inner: so many seconds have to pass first. What is tried is a step,
    /// `password` or `code`, of an account that may or may not exist. Blocks.
    pub(in crate::app) fn begin_try(
        &self,
        step: &str,
        account: &[u8],
        network: &str,
        now: Now,
    ) -> Result<Result<Try, i64>, Refusal> {
        let keys = self.keys();
        let known = keys.guesser(&format!("known {step}"), account, network);
        // who is known here is counted apart from the rest of the world
        let near = if self.store.is_known(&self.serve, known, now)? {
            network
        } else {
            ""
        };
        let counted = Try {
            network: keys.guesser("network", b"", network),
            account: keys.guesser(step, account, near),
            known,
        };
        let counter = |of, (free, longest)| Counter { of, free, longest };
        let counters = [
            counter(counted.network, NETWORK),
            counter(counted.account, ACCOUNT),
        ];
        let wait = self.store.count_try(&self.serve, &counters, now)?;
        Ok(wait.map_or(Ok(counted), Err))
    }

    /// It was right. Blocks.
    pub(in crate::app) fn try_was_right(&self, right: &Try, now: Now) -> Result<(), Refusal> {
        let (own, others) = ([right.account], [right.network]);
        Ok(self
            .store
            .try_was_right(&self.serve, (&own, &others), Some(right.known), now)?)
    }

    /// It was not; the entry names the account by a keyed hash, whether there is one or not. Blocks.
    pub(in crate::app) fn try_was_wrong(
        &self,
        step: &'static str,
        account: &[u8],
        now: Now,
    ) -> Result<(), Refusal> {
        let (grant, hash) = (self.serve.clone(), self.keys().guesser(step, account, ""));
        self.store
            .write_blocking(&self.serve, crate::store::Order::at(now), move |tx| {
                Ok::<_, Refusal>(tx.sign_in_failed(&grant, hash, step).with(()))
            })?;
        Ok(())
    }
}
