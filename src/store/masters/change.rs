//! A master key comes beside the one that opens the registry, and one of two is forgotten. Nothing that is derived
//! from the root changes.

use super::{READING, insert, opened, rows};
use crate::access::{Grant, ManageMaster, Serve, WitnessDestruction};
use crate::domain::event::{PublicEvent, PublicKind};
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::flush::lock_head;
use crate::store::keys::{MasterId, MasterKey};
use crate::store::log::ReadsLog;
use crate::store::open::Store;
use crate::store::read::ReadTx;
use crate::store::schema::{master_answers, master_keys};
use crate::store::tx::{Entry, WriteTx};
use crate::store::world::Extra;
use diesel::prelude::*;
use serde_json::json;

const WRITING: &str = "keeping which master keys open the registry";

/// Whether a master key came beside the one that opens the registry.
pub enum MasterAdded {
    /// It is recorded.
    Recorded(Entry),
    /// It opened the registry before.
    Before,
    /// Two open it already.
    Full,
}

/// Whether a master key could be forgotten.
pub enum MasterForgotten {
    /// It is recorded.
    Recorded(Entry),
    /// It opens nothing here.
    Unknown,
    /// Nothing shows that who forgets it holds one that stays.
    Held,
}

/// What a running node says while more than one master key opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterAnswer {
    /// The node, a number of its own.
    pub node: i64,
    /// Where it runs.
    pub name: String,
    /// The master key by which it would start again; none where it finds none.
    pub id: Option<MasterId>,
}

impl WriteTx<'_> {
    /// Wraps the root under another master key as well. The write must be alone in its transaction.
    ///
    /// # Errors
    /// Where the database fails, or `held` does not open the registry.
    pub fn add_master_key(
        &mut self,
        grant: &Grant<ManageMaster>,
        origin: &str,
        (held, new): (&MasterKey, &MasterKey),
    ) -> Result<MasterAdded, StoreError> {
        let outcome = self.add_now(grant, origin, (held, new));
        self.broken |= outcome.is_err();
        outcome
    }

    fn add_now(
        &mut self,
        grant: &Grant<ManageMaster>,
        origin: &str,
        (held, new): (&MasterKey, &MasterKey),
    ) -> Result<MasterAdded, StoreError> {
        // of two that come at once one sees the other
        let _ = lock_head(self.db)?;
        let rows = rows(self.db)?;
        let root = opened(&rows, held, origin)?;
        if rows.iter().any(|row| row.id == new.id()) {
            return Ok(MasterAdded::Before);
        }
        if rows.len() > 1 {
            return Ok(MasterAdded::Full);
        }
        if root.check()? != *self.keys.check() {
            return Err(StoreError::damaged("the root of the registry"));
        }
        let wrapped = new.wrap(&root, origin, self.entropy)?;
        let payload =
            json!({ "master_key": new.id().to_string(), "beside": held.id().to_string() });
        let event = PublicEvent::new(PublicKind::MasterKeyAdded, grant.actor(), payload);
        let entry = self.public_with(event, Extra::MasterAdded(new.id(), wrapped));
        Ok(MasterAdded::Recorded(entry))
    }

    /// Forgets a master key, where `held` is another that opens the registry. The write must be alone in its
    /// transaction.
    ///
    /// # Errors
    /// Where the database fails, or `held` does not open the registry.
    pub fn forget_master_key(
        &mut self,
        grant: &Grant<ManageMaster>,
        origin: &str,
        (held, id): (&MasterKey, MasterId),
        witness: Option<&Grant<WitnessDestruction>>,
    ) -> Result<MasterForgotten, StoreError> {
        let outcome = self.forget_now(grant, origin, (held, id), witness);
        self.broken |= outcome.is_err();
        outcome
    }

    fn forget_now(
        &mut self,
        grant: &Grant<ManageMaster>,
        origin: &str,
        (held, id): (&MasterKey, MasterId),
        witness: Option<&Grant<WitnessDestruction>>,
    ) -> Result<MasterForgotten, StoreError> {
        let _ = lock_head(self.db)?;
        let rows = rows(self.db)?;
        if rows.iter().all(|row| row.id != id) {
            return Ok(MasterForgotten::Unknown);
        }
        if id == held.id() {
            return Ok(MasterForgotten::Held);
        }
        // INVARIANT: what stays opens the root of this registry, or nobody could ever start again
        if opened(&rows, held, origin)?.check()? != *self.keys.check() {
            return Err(StoreError::damaged("the root of the registry"));
        }
        let mut payload = json!({ "master_key": id.to_string() });
        if let (Some(by), Some(payload)) = (witness, payload.as_object_mut()) {
            payload.insert("witness".into(), json!(by.actor()));
        }
        let event = PublicEvent::new(PublicKind::MasterKeyForgotten, grant.actor(), payload);
        let entry = self.public_with(event, Extra::MasterForgotten(id));
        Ok(MasterForgotten::Recorded(entry))
    }
}

/// The key opens the registry from its entry on.
pub(in crate::store) fn write_added(
    db: &mut Db,
    (id, wrapped): (MasterId, &[u8]),
    position: i64,
) -> Result<(), StoreError> {
    clear_answers(db)?;
    insert(db, id, wrapped, position)
}

/// It does no more.
pub(in crate::store) fn write_forgotten(db: &mut Db, id: MasterId) -> Result<(), StoreError> {
    let own = master_keys::table.find(id.as_bytes().to_vec());
    let gone =
        on!(db, conn => diesel::delete(own).execute(conn)).map_err(StoreError::failed(WRITING))?;
    if gone != 1 {
        return Err(StoreError::damaged("a master key"));
    }
    clear_answers(db)
}

fn clear_answers(db: &mut Db) -> Result<(), StoreError> {
    on!(db, conn => diesel::delete(master_answers::table).execute(conn))
        .map_err(StoreError::failed(WRITING))?;
    Ok(())
}

impl Store {
    /// Forgets what nodes said of master keys: those that run say it again.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn ask_masters(&self, _grant: &Grant<ManageMaster>) -> Result<(), StoreError> {
        self.outside_the_ledger(clear_answers)
    }

    /// Keeps what this node says.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn answer_master(
        &self,
        _grant: &Grant<Serve>,
        answer: &MasterAnswer,
    ) -> Result<(), StoreError> {
        let row = (
            master_answers::node.eq(answer.node),
            master_answers::name.eq(&answer.name),
            master_answers::id.eq(answer.id.map(|id| id.as_bytes().to_vec())),
        );
        self.outside_the_ledger(|db| {
            let own = master_answers::table.find(answer.node);
            on!(db, conn => diesel::delete(own).execute(conn))
                .map_err(StoreError::failed(WRITING))?;
            on!(db, conn => diesel::insert_into(master_answers::table).values(row).execute(conn))
                .map_err(StoreError::failed(WRITING))?;
            Ok(())
        })
    }
}

impl ReadTx<'_> {
    /// What running nodes say of master keys.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn master_answers<P: ReadsLog>(
        &mut self,
        _grant: &Grant<P>,
    ) -> Result<Vec<MasterAnswer>, StoreError> {
        let rows: Vec<(i64, String, Option<Vec<u8>>)> = on!(self.db, conn => master_answers::table
            .order((master_answers::name, master_answers::node)).load(conn))
        .map_err(StoreError::failed(READING))?;
        let read = |(node, name, id): (i64, String, Option<Vec<u8>>)| MasterAnswer {
            node,
            name,
            id: id.as_deref().and_then(MasterId::from_slice),
        };
        Ok(rows.into_iter().map(read).collect())
    }
}
