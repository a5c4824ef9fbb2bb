//! API keys and clients: made, revoked, used.

use super::ReadTx;
use super::connection::{Db, on};
use super::error::StoreError;
use super::open::Store;
use super::rows::KeyRow;
use super::schema::{api_keys, key_uses};
use super::tx::{Entry, WriteTx};
use super::world::Extra;
use crate::access::{ApplyAgain, Grant, ManageAccess, Permission, Principal, ReadState, Serve};
use crate::audit::tree::sha256;
use crate::domain::event::{Actor, PublicEvent, PublicKind};
use crate::domain::ids::KeyId;
use crate::domain::registry::{KeyImage, KeyTerms, PublicKey, Role};
use crate::domain::time::{Now, from_micros};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;
use std::sync::Arc;

/// A key as whoever manages keys sees it. No secret.
#[derive(Debug, Clone)]
pub struct ListedKey {
    /// Its name in the ledger.
    pub id: KeyId,
    /// On which terms it opens.
    pub terms: KeyTerms,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Since when no longer.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was used last, to some minutes.
    pub used_at: Option<DateTime<Utc>>,
}

/// A key as the index needs it.
pub(super) fn key_image(row: &KeyRow) -> Result<KeyImage, StoreError> {
    let terms = terms(row)?;
    let read = KeyId::from_slice(&row.id).zip(row.hash.as_slice().try_into().ok());
    let (id, hash) = read.ok_or(DAMAGED)?;
    Ok(KeyImage {
        id,
        hash,
        role: terms.role,
        live: row.revoked_at.is_none(),
        expires_at: terms.expires_at,
        bounds: Arc::new(terms.bounds),
        public_key: terms.public_key.map(Arc::new),
    })
}

const DAMAGED: StoreError = StoreError::damaged("an API key");

fn terms(row: &KeyRow) -> Result<KeyTerms, StoreError> {
    let public_key = row.public_key.as_deref().map(serde_json::from_str);
    Ok(KeyTerms {
        name: row.name.clone(),
        role: Role::parse(&row.role).ok_or(DAMAGED)?,
        expires_at: from_micros(row.expires_at),
        bounds: serde_json::from_str(&row.bounds).map_err(|_| DAMAGED)?,
        public_key: public_key.transpose().map_err(|_| DAMAGED)?,
    })
}

/// By what a client's row is told from others: the key itself, whatever it is called, so that no two clients
/// have the same. No secret has this hash.
fn client_hash(key: &PublicKey) -> [u8; 32] {
    sha256(&[b"client key\n", key.x.as_bytes(), b".", key.y.as_bytes()])
}

pub(super) fn written<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| DAMAGED)
}

impl WriteTx<'_> {
    /// Makes an API key that a secret of this hash opens.
    ///
    /// # Errors
    /// Never in practice.
    pub fn add_key(
        &mut self,
        grant: &Grant<ManageAccess>,
        id: KeyId,
        terms: &KeyTerms,
        hash: [u8; 32],
    ) -> Result<Entry, StoreError> {
        let public_key = terms.public_key.as_ref().map(written).transpose()?;
        let row = KeyRow {
            id: id.as_bytes().to_vec(),
            name: terms.name.clone(),
            role: terms.role.as_str().to_owned(),
            hash: hash.to_vec(),
            created_at: self.now.micros(),
            revoked_at: None,
            position: 0,
            expires_at: terms.expires_at.timestamp_micros(),
            bounds: written(&terms.bounds)?,
            public_key,
        };
        let event = PublicEvent::key_created(id, terms, grant.actor());
        Ok(self.public_with(event, Extra::Key(row)))
    }

    /// Registers a client by the public half of its key pair; `None` where another has the very same. The write
    /// must be alone in its transaction.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn add_client(
        &mut self,
        grant: &Grant<ManageAccess>,
        id: KeyId,
        terms: &KeyTerms,
        key: &PublicKey,
    ) -> Result<Option<Entry>, StoreError> {
        let hash = client_hash(key);
        let wanted = hash.to_vec();
        let taken: i64 = self.read("looking for a client", |db| {
            on!(db, conn => api_keys::table.filter(api_keys::hash.eq(&wanted)).count().get_result(conn))
        })?;
        if taken > 0 {
            return Ok(None);
        }
        self.add_key(grant, id, terms, hash).map(Some)
    }

    /// Revokes an API key or a client; `None` where there is no live one of that id.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn revoke_key(
        &mut self,
        grant: &Grant<ManageAccess>,
        id: KeyId,
    ) -> Result<Option<Entry>, StoreError> {
        self.end_key(grant.actor(), id)
    }

    /// Revokes an API key that the registry of before a restore had revoked.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn revoke_key_again(
        &mut self,
        grant: &Grant<ApplyAgain>,
        id: KeyId,
    ) -> Result<Option<Entry>, StoreError> {
        self.end_key(grant.actor(), id)
    }

    fn end_key(&mut self, actor: &Actor, id: KeyId) -> Result<Option<Entry>, StoreError> {
        let key = id.as_bytes().to_vec();
        let found: Option<KeyRow> = self.read(
            "finding an API key",
            |db| on!(db, conn => api_keys::table.find(&key).first(conn).optional()),
        )?;
        let Some(row) = found.filter(|row| row.revoked_at.is_none()) else {
            return Ok(None);
        };
        let row = KeyRow {
            revoked_at: Some(self.now.micros()),
            ..row
        };
        let event = PublicEvent::new(PublicKind::KeyRevoked, actor, json!({ "key": id }));
        Ok(Some(self.public_with(event, Extra::Key(row))))
    }
}

/// May know which keys there are; no secret is told.
pub trait ListsKeys: Permission {}
impl ListsKeys for ManageAccess {}
impl ListsKeys for ReadState {}

impl ReadTx<'_> {
    /// Every key and client, the oldest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn listed_keys<P: ListsKeys>(
        &mut self,
        _grant: &Grant<P>,
    ) -> Result<Vec<ListedKey>, StoreError> {
        let rows: Vec<(KeyRow, Option<i64>)> = on!(self.db, conn => api_keys::table
            .left_join(key_uses::table.on(key_uses::key_id.eq(api_keys::id)))
            .order(api_keys::id)
            .select((api_keys::all_columns, key_uses::used_at.nullable()))
            .load(conn))
        .map_err(StoreError::failed("listing API keys"))?;
        let listed = |(row, used_at): (KeyRow, Option<i64>)| {
            Ok(ListedKey {
                id: KeyId::from_slice(&row.id).ok_or(DAMAGED)?,
                terms: terms(&row)?,
                created_at: from_micros(row.created_at),
                revoked_at: row.revoked_at.map(from_micros),
                used_at: used_at.map(from_micros),
            })
        };
        rows.into_iter().map(listed).collect()
    }

    /// Who a key is now; `None` where it opens nothing any more.
    pub(super) fn live_key(
        &mut self,
        id: KeyId,
        now: Now,
    ) -> Result<Option<Principal>, StoreError> {
        let found: Option<KeyRow> = on!(self.db, conn => api_keys::table
            .find(id.as_bytes().to_vec()).first(conn).optional())
        .map_err(StoreError::failed("finding who asked"))?;
        let live = found.filter(|row| row.revoked_at.is_none() && row.expires_at > now.micros());
        Ok(live.and_then(|row| Some(Principal::Key(id, Role::parse(&row.role)?))))
    }
}

impl Store {
    /// Keeps when keys were used last. It changes nothing that they may do.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn keep_key_uses(
        &self,
        _grant: &Grant<Serve>,
        uses: &[(KeyId, DateTime<Utc>)],
    ) -> Result<(), StoreError> {
        self.outside_the_ledger(|db| uses.iter().try_for_each(|one| keep_use(db, *one)))
    }
}

/// Another node may have kept a later one.
fn keep_use(db: &mut Db, (key, at): (KeyId, DateTime<Utc>)) -> Result<(), StoreError> {
    let failed = || StoreError::failed("keeping when a key was used");
    let (key, at) = (key.as_bytes().to_vec(), at.timestamp_micros());
    let row = (key_uses::key_id.eq(&key), key_uses::used_at.eq(at));
    let new = on!(db, conn => diesel::insert_into(key_uses::table).values(row)
        .on_conflict_do_nothing().execute(conn));
    if new.map_err(failed())? > 0 {
        return Ok(());
    }
    let earlier = key_uses::table.find(&key).filter(key_uses::used_at.lt(at));
    on!(db, conn => diesel::update(earlier).set(key_uses::used_at.eq(at)).execute(conn))
        .map_err(failed())?;
    Ok(())
}
