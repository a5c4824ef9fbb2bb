//! An epoch is prepared, begun and destroyed. Only the first is no entry of the log: it changes nothing
//! but what nodes look for.

use super::{EpochFault, READING, StoredEpoch, current, looked_up, persons_under, row, take};
use crate::access::{Grant, ManageEpochs, Serve, WitnessDestruction};
use crate::audit::encoding::hex;
use crate::domain::event::{PublicEvent, PublicKind};
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::flush::lock_head;
use crate::store::keys::Epoch;
use crate::store::open::Store;
use crate::store::read::ReadTx;
use crate::store::schema::{key_answers, key_epochs, registry};
use crate::store::tx::{Entry, WriteTx};
use crate::store::world::Extra;
use diesel::prelude::*;
use serde_json::json;

const WRITING: &str = "keeping a key epoch";

/// What a running node says of a prepared epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochAnswer {
    /// The node, a number of its own.
    pub node: i64,
    /// Where it runs.
    pub name: String,
    /// Whether it holds the epoch's file.
    pub holds: bool,
}

/// Whether an epoch could be destroyed.
pub enum Destruction {
    /// It is recorded.
    Recorded(Entry),
    /// It was recorded before.
    Before,
    /// Persons' keys are wrapped under it.
    Persons,
    /// New persons' keys are going to be, or it has not even begun.
    Current,
    /// There is none of that number.
    Unknown,
}

impl Store {
    /// Names an epoch that is going to begin, and forgets what nodes said of it. With `anew` its file
    /// is another than before. What stands there then.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn prepare_epoch(
        &self,
        _grant: &Grant<ManageEpochs>,
        epoch: Epoch,
        self_test: &[u8; 32],
        anew: bool,
    ) -> Result<Option<StoredEpoch>, StoreError> {
        let (number, value) = (epoch.number(), Some(self_test.to_vec()));
        self.outside_the_ledger(|db| {
            if anew {
                let prepared = key_epochs::table.find(number);
                on!(db, conn => diesel::update(prepared.filter(key_epochs::begun.is_null()))
                    .set(key_epochs::self_test.eq(&value)).execute(conn))
                .map_err(StoreError::failed(WRITING))?;
            }
            on!(db, conn => diesel::insert_into(key_epochs::table)
                .values((key_epochs::number.eq(number), key_epochs::self_test.eq(&value)))
                .on_conflict_do_nothing().execute(conn))
            .map_err(StoreError::failed(WRITING))?;
            on!(db, conn => diesel::delete(key_answers::table).execute(conn))
                .map_err(StoreError::failed(WRITING))?;
            row(db, epoch)
        })
    }

    /// Keeps what this node says of a prepared epoch.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn answer_epoch(
        &self,
        _grant: &Grant<Serve>,
        epoch: Epoch,
        answer: &EpochAnswer,
    ) -> Result<(), StoreError> {
        let row = (
            key_answers::epoch.eq(epoch.number()),
            key_answers::node.eq(answer.node),
            key_answers::name.eq(&answer.name),
            key_answers::holds.eq(answer.holds),
        );
        self.outside_the_ledger(|db| {
            let own = key_answers::table.find((epoch.number(), answer.node));
            on!(db, conn => diesel::delete(own).execute(conn))
                .map_err(StoreError::failed(WRITING))?;
            on!(db, conn => diesel::insert_into(key_answers::table).values(row).execute(conn))
                .map_err(StoreError::failed(WRITING))?;
            Ok(())
        })
    }

    /// Whether the file of an epoch is here and the right one.
    ///
    /// # Errors
    /// [`EpochFault`] where it is not.
    pub fn look_for_epoch(
        &self,
        _grant: &Grant<Serve>,
        stored: &StoredEpoch,
    ) -> Result<(), EpochFault> {
        looked_up(self.keys(), stored).map(drop)
    }

    /// Holds the key of an epoch that has begun.
    ///
    /// # Errors
    /// As [`Self::look_for_epoch`].
    pub fn hold_epoch(
        &self,
        _grant: &Grant<Serve>,
        stored: &StoredEpoch,
    ) -> Result<(), EpochFault> {
        take(self.keys(), stored)
    }

    /// Holds the key of a destroyed epoch no more.
    pub fn forget_epoch(&self, _grant: &Grant<Serve>, epoch: Epoch) {
        self.keys().forget(epoch);
    }
}

impl ReadTx<'_> {
    /// What running nodes say of an epoch.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn epoch_answers<P: crate::store::log::ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
        epoch: Epoch,
    ) -> Result<Vec<EpochAnswer>, StoreError> {
        let rows: Vec<(i64, String, bool)> = on!(self.db, conn => key_answers::table
            .filter(key_answers::epoch.eq(epoch.number()))
            .order((key_answers::name, key_answers::node))
            .select((key_answers::node, key_answers::name, key_answers::holds)).load(conn))
        .map_err(StoreError::failed(READING))?;
        let read = |(node, name, holds)| EpochAnswer { node, name, holds };
        Ok(rows.into_iter().map(read).collect())
    }
}

impl WriteTx<'_> {
    /// Begins a prepared epoch; `None` where another began meanwhile. The write must be alone in its
    /// transaction.
    ///
    /// # Errors
    /// Where the database fails or the epoch's key is not to be had.
    pub fn begin_epoch(
        &mut self,
        grant: &Grant<ManageEpochs>,
        epoch: Epoch,
    ) -> Result<Option<Entry>, StoreError> {
        let outcome = self.begin_now(grant, epoch);
        self.broken |= matches!(outcome, Err(StoreError::Failed { .. }));
        outcome
    }

    fn begin_now(
        &mut self,
        grant: &Grant<ManageEpochs>,
        epoch: Epoch,
    ) -> Result<Option<Entry>, StoreError> {
        let _ = lock_head(self.db)?;
        if current(self.db)?.next() != epoch {
            return Ok(None);
        }
        let stored = row(self.db, epoch)?.ok_or(EpochFault::Unknown(epoch))?;
        looked_up(self.keys, &stored)?;
        let self_test = hex(&stored.self_test.unwrap_or_default());
        let payload = json!({ "epoch": epoch.number(), "self_test": self_test });
        let event = PublicEvent::new(PublicKind::KeyEpochBegun, grant.actor(), payload);
        Ok(Some(self.public_with(event, Extra::EpochBegun(epoch))))
    }

    /// Records that an epoch is destroyed, where nobody's key is wrapped under it and nobody's is
    /// going to be. The write must be alone in its transaction.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn destroy_epoch(
        &mut self,
        grant: &Grant<ManageEpochs>,
        epoch: Epoch,
        witness: Option<&Grant<WitnessDestruction>>,
    ) -> Result<Destruction, StoreError> {
        let outcome = self.destroy_now(grant, epoch, witness);
        self.broken |= outcome.is_err();
        outcome
    }

    fn destroy_now(
        &mut self,
        grant: &Grant<ManageEpochs>,
        epoch: Epoch,
        witness: Option<&Grant<WitnessDestruction>>,
    ) -> Result<Destruction, StoreError> {
        // from here on nobody adds a person
        let _ = lock_head(self.db)?;
        let Some(stored) = row(self.db, epoch)? else {
            return Ok(Destruction::Unknown);
        };
        if epoch >= current(self.db)? {
            return Ok(Destruction::Current);
        }
        // also where it was recorded before: the row may say so falsely
        if persons_under(self.db, epoch)? {
            return Ok(Destruction::Persons);
        }
        if stored.destroyed.is_some() {
            return Ok(Destruction::Before);
        }
        let mut payload = json!({ "epoch": epoch.number() });
        if let (Some(by), Some(payload)) = (witness, payload.as_object_mut()) {
            payload.insert("witness".into(), json!(by.actor()));
        }
        let event = PublicEvent::new(PublicKind::KekDestroyed, grant.actor(), payload);
        let entry = self.public_with(event, Extra::EpochDestroyed(epoch));
        Ok(Destruction::Recorded(entry))
    }
}

/// The epoch wraps from its entry on.
pub(in crate::store) fn write_begun(
    db: &mut Db,
    epoch: Epoch,
    position: i64,
) -> Result<(), StoreError> {
    let prepared = key_epochs::table.find(epoch.number());
    let begun = on!(db, conn => diesel::update(prepared.filter(key_epochs::begun.is_null()))
        .set(key_epochs::begun.eq(position)).execute(conn))
    .map_err(StoreError::failed(WRITING))?;
    if begun != 1 {
        return Err(StoreError::damaged("a key epoch"));
    }
    on!(db, conn => diesel::update(registry::table)
        .set(registry::key_epoch.eq(epoch.number())).execute(conn))
    .map_err(StoreError::failed(WRITING))?;
    on!(db, conn => diesel::delete(key_answers::table).execute(conn))
        .map_err(StoreError::failed(WRITING))?;
    Ok(())
}

/// The epoch is gone from its entry on.
pub(in crate::store) fn write_destroyed(
    db: &mut Db,
    epoch: Epoch,
    position: i64,
) -> Result<(), StoreError> {
    on!(db, conn => diesel::update(key_epochs::table.find(epoch.number()))
        .set(key_epochs::destroyed.eq(position)).execute(conn))
    .map_err(StoreError::failed(WRITING))?;
    Ok(())
}
