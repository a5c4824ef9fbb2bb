//! Everybody's key is wrapped under the present epoch, some at a time while others read and write.
//! What a key is stays as it was, so that nothing else changes and nothing is to be recorded.

use super::current;
use crate::access::{Grant, ManageEpochs};
use crate::domain::time::Entropy;
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::flush::rewrite_persons;
use crate::store::keys::{Epoch, Keyring};
use crate::store::open::Store;
use crate::store::rows::{SubjectRow, unsigned};
use crate::store::schema::subjects;
use diesel::prelude::*;
use std::time::{Duration, Instant};

/// Persons whose keys share a transaction.
const PAGE: i64 = 500;
/// How often a page that met another write is tried again.
const ATTEMPTS: u32 = 20;
/// How long to wait for persons who were just then in another write.
const LATER: Duration = Duration::from_millis(100);
/// The longest pause after a page.
const PAUSE: Duration = Duration::from_millis(50);

/// How it went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rewrapped {
    /// Persons whose keys are wrapped under the present epoch now, and were not before.
    pub persons: u64,
    /// Persons whose keys do not open.
    pub shut: u64,
}

/// What one page did.
#[derive(Default)]
struct Page {
    last: Option<Vec<u8>>,
    done: u64,
}

impl Store {
    /// Wraps every key under the epoch of new persons that is not. Whoever breaks it off may begin
    /// again: it goes on with those that are left. Blocks; `progress` is told how many of how many.
    ///
    /// # Errors
    /// Where the database fails or the present epoch's key is not to be had.
    pub fn rewrap_keys(
        &self,
        _grant: &Grant<ManageEpochs>,
        entropy: &dyn Entropy,
        progress: &dyn Fn(u64, u64),
    ) -> Result<Rewrapped, StoreError> {
        let total = self.read(|tx| {
            let current = current(tx.db)?;
            super::hold(tx.db, tx.keys, current)?;
            left(tx.db, current)
        })?;
        let mut persons = 0;
        loop {
            let mut next = Some(Vec::new());
            while let Some(after) = next {
                let page = self.rewrap_page(&after, entropy)?;
                persons += page.done;
                next = page.last;
                progress(persons, total);
            }
            let (left, shut) = self.read(|tx| shut(tx.db, tx.keys))?;
            if left == shut {
                return Ok(Rewrapped { persons, shut });
            }
            // somebody was in another write, or was made by a node that had not heard of the epoch
            std::thread::park_timeout(LATER);
        }
    }

    fn rewrap_page(&self, after: &[u8], entropy: &dyn Entropy) -> Result<Page, StoreError> {
        let mut tries = 1;
        loop {
            let started = Instant::now();
            let page = self.outside_the_ledger(|db| rewrap(db, self.keys(), after, entropy));
            match page {
                Err(StoreError::Failed { .. }) if tries < ATTEMPTS => tries += 1,
                page => {
                    // others come between two pages
                    std::thread::park_timeout(started.elapsed().min(PAUSE));
                    return page;
                }
            }
        }
    }
}

/// On `PostgreSQL` whoever is in another write is passed over: nobody waits for this.
fn rewrap(
    db: &mut Db,
    keys: &Keyring,
    after: &[u8],
    entropy: &dyn Entropy,
) -> Result<Page, StoreError> {
    let to = current(db)?;
    super::hold(db, keys, to)?;
    let others = subjects::table
        .filter(subjects::id.gt(after))
        .filter(subjects::key_epoch.ne(to.number()))
        .order(subjects::id)
        .limit(PAGE);
    let rows: Vec<SubjectRow> = match db {
        Db::Sqlite(conn) => others.load(conn),
        Db::Postgres(conn) => others.for_update().skip_locked().load(conn),
    }
    .map_err(StoreError::failed("wrapping keys again"))?;
    let last = rows.last().map(|row| row.id.clone());
    let mut wrapped = Vec::with_capacity(rows.len());
    for row in rows {
        wrapped.extend(again(db, keys, row, to, entropy)?);
    }
    rewrite_persons(db, &wrapped)?;
    let done = wrapped.len() as u64;
    Ok(Page { last, done })
}

/// The row with its key wrapped under that epoch; `None` where the key does not open.
fn again(
    db: &mut Db,
    keys: &Keyring,
    mut row: SubjectRow,
    to: Epoch,
    entropy: &dyn Entropy,
) -> Result<Option<SubjectRow>, StoreError> {
    let from = Epoch::of(row.key_epoch);
    if let Err(error) = super::hold(db, keys, from) {
        return match error {
            StoreError::Epoch(_) => Ok(None),
            other => Err(other),
        };
    }
    let Ok(wrapped) = keys.rewrap(&row.wrapped_key, row.subject()?, (from, to), entropy) else {
        return Ok(None);
    };
    row.wrapped_key = wrapped;
    row.key_epoch = to.number();
    Ok(Some(row))
}

/// How many keys are wrapped under another epoch.
fn left(db: &mut Db, current: Epoch) -> Result<u64, StoreError> {
    let count: i64 = on!(db, conn => subjects::table
        .filter(subjects::key_epoch.ne(current.number())).count().get_result(conn))
    .map_err(StoreError::failed("counting keys of other epochs"))?;
    Ok(unsigned(count))
}

/// How many keys are wrapped under another epoch, and how many of them do not open.
fn shut(db: &mut Db, keys: &Keyring) -> Result<(u64, u64), StoreError> {
    let current = current(db)?;
    let (mut after, mut counts) = (Vec::new(), (0, 0));
    loop {
        let rows: Vec<SubjectRow> = on!(db, conn => subjects::table
            .filter(subjects::id.gt(&after))
            .filter(subjects::key_epoch.ne(current.number()))
            .order(subjects::id).limit(PAGE).load(conn))
        .map_err(StoreError::failed("counting keys of other epochs"))?;
        let Some(last) = rows.last().map(|row| row.id.clone()) else {
            return Ok(counts);
        };
        after = last;
        for row in rows {
            counts.0 += 1;
            let epoch = Epoch::of(row.key_epoch);
            let held = super::hold(db, keys, epoch).is_ok();
            let opens = held && keys.unwrap(&row.wrapped_key, row.subject()?, epoch).is_ok();
            counts.1 += u64::from(!opens);
        }
    }
}
