//! Guessing made slow. Each try is counted before it is looked at, so that a thousand at once are a thousand; after
//! some that failed the next has to wait, longer each time and never for good. It says nothing of a customer, and
//! what is counted by are keyed hashes.

use super::connection::{Db, on};
use super::error::StoreError;
use super::open::Store;
use super::schema::guesses;
use super::staff::before;
use crate::access::{Grant, Serve};
use crate::domain::time::Now;
use chrono::TimeDelta;
use diesel::prelude::*;

/// After as long without a try the count begins anew.
const FORGOTTEN: TimeDelta = TimeDelta::hours(1);
/// So long a network is known from which somebody got in.
const KNOWN: TimeDelta = TimeDelta::days(30);

/// When the next may be tried where nothing has to be waited for. Not the present instant: a try that was begun a
/// moment before, or on a node whose clock is behind, would have to wait for it.
const AT_ONCE: i64 = 0;

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub struct Counter {
    /// Of whom, as a keyed hash.
    pub of: [u8; 32],
    /// So many tries may fail before the first wait.
    pub free: i32,
    /// The longest wait, in seconds.
    pub longest: i64,
}

impl Counter {
    /// How long the next try waits after so many: a second, two, four and so on.
    fn wait(&self, failures: i32) -> i64 {
        match u32::try_from(failures - self.free) {
            Ok(over @ 1..) => (1_i64 << (over - 1).min(30)).min(self.longest),
            _ => 0,
        }
    }
}

impl Store {
    /// Counts a try by each of these, in their order; how many seconds there are to wait where it is too early for
    /// one: nothing may be tried then. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn count_try(
        &self,
        _grant: &Grant<Serve>,
        counters: &[Counter],
        now: Now,
    ) -> Result<Option<i64>, StoreError> {
        self.outside_the_ledger(|db| {
            for counter in counters {
                if let Some(wait) = count(db, counter, now)? {
                    return Ok(Some(wait));
                }
            }
            Ok(None)
        })
    }

    /// Takes back what a try was counted that was right: by the first, all that failed before it; by the others, that
    /// one. `known` is remembered. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn try_was_right(
        &self,
        _grant: &Grant<Serve>,
        (own, others): (&[[u8; 32]], &[[u8; 32]]),
        known: Option<[u8; 32]>,
        now: Now,
    ) -> Result<(), StoreError> {
        self.outside_the_ledger(|db| {
            // in the order in which they are counted: two at once never wait for each other
            for other in others {
                let row = guesses::table
                    .find(other.to_vec())
                    .filter(guesses::failures.gt(0));
                let less = (
                    guesses::failures.eq(guesses::failures - 1),
                    guesses::next_at.eq(AT_ONCE),
                );
                on!(db, conn => diesel::update(row).set(less).execute(conn))
                    .map_err(StoreError::failed("counting a try"))?;
            }
            for own in own {
                on!(db, conn => diesel::delete(guesses::table.find(own.to_vec())).execute(conn))
                    .map_err(StoreError::failed("counting a try"))?;
            }
            if let Some(known) = known {
                begin(db, known, now)?;
                on!(db, conn => diesel::update(guesses::table.find(known.to_vec()))
                    .set(guesses::seen_at.eq(now.micros())).execute(conn))
                .map_err(StoreError::failed("counting a try"))?;
            }
            Ok(())
        })
    }

    /// Whether somebody got in lately from where this hash stands for. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn is_known(
        &self,
        _grant: &Grant<Serve>,
        hash: [u8; 32],
        now: Now,
    ) -> Result<bool, StoreError> {
        self.read(|tx| {
            let found: i64 = on!(tx.db, conn => guesses::table
                .filter(guesses::counter.eq(hash.to_vec()))
                .filter(guesses::seen_at.gt(before(now, KNOWN))).count().get_result(conn))
            .map_err(StoreError::failed("looking for a network"))?;
            Ok(found > 0)
        })
    }

    /// Forgets what nothing is counted by any more. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn tidy_guesses(&self, _grant: &Grant<Serve>, now: Now) -> Result<(), StoreError> {
        let old = guesses::seen_at.lt(before(now, KNOWN)).or(guesses::failures
            .gt(0)
            .and(guesses::seen_at.lt(before(now, FORGOTTEN))));
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::delete(guesses::table.filter(old)).execute(conn))
                .map_err(StoreError::failed("tidying tries"))
        })?;
        Ok(())
    }
}

fn begin(db: &mut Db, of: [u8; 32], now: Now) -> Result<(), StoreError> {
    let row = (
        guesses::counter.eq(of.to_vec()),
        guesses::failures.eq(0),
        guesses::next_at.eq(AT_ONCE),
        guesses::seen_at.eq(now.micros()),
    );
    on!(db, conn => diesel::insert_into(guesses::table).values(row)
        .on_conflict_do_nothing().execute(conn))
    .map_err(StoreError::failed("counting a try"))?;
    Ok(())
}

/// Counts one try; the seconds to wait where it is too early for it.
fn count(db: &mut Db, counter: &Counter, now: Now) -> Result<Option<i64>, StoreError> {
    let failed = || StoreError::failed("counting a try");
    let row = || guesses::table.find(counter.of.to_vec());
    on!(db, conn => diesel::delete(row().filter(guesses::seen_at.lt(before(now, FORGOTTEN)))).execute(conn))
        .map_err(failed())?;
    begin(db, counter.of, now)?;
    // the row is this transaction's from here on
    let more = (
        guesses::failures.eq(guesses::failures + 1),
        guesses::seen_at.eq(now.micros()),
    );
    let counted = on!(db, conn => diesel::update(row().filter(guesses::next_at.le(now.micros())))
        .set(more).execute(conn))
    .map_err(failed())?;
    let (failures, next_at): (i32, i64) = on!(db, conn => row()
        .select((guesses::failures, guesses::next_at)).first(conn))
    .map_err(failed())?;
    if counted == 0 {
        let left = TimeDelta::microseconds(next_at - now.micros());
        return Ok(Some(left.num_seconds().max(0) + 1));
    }
    let next = match counter.wait(failures) {
        0 => AT_ONCE,
        seconds => (now.utc() + TimeDelta::seconds(seconds)).timestamp_micros(),
    };
    on!(db, conn => diesel::update(row()).set(guesses::next_at.eq(next)).execute(conn))
        .map_err(failed())?;
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end_somewhere() {
        let counter = Counter {
            of: [0; 32],
            free: 5,
            longest: 900,
        };
        let waits: Vec<i64> = (1..=8).map(|failures| counter.wait(failures)).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4]);
        assert_eq!(counter.wait(14), 256);
        assert_eq!(counter.wait(16), 900);
        assert_eq!(counter.wait(i32::MAX), 900);
    }
}
