//! A registry before it serves: connection, migration, its root by the master key; where it is new, its root and
//! its first entry.

use super::connection::{Db, on};
use super::error::StoreError;
use super::keys::{Epoch, KeyDirectory, Keyring, MasterKey, Root};
use super::mark::Mark;
use super::masters;
use super::migrate::Tables;
use super::open::size;
use super::outside::RegisterPlace;
use super::programs::OLDEST;
use super::rows::signed;
use super::schema::{log_head, registry};
use super::url::DatabaseUrl;
use crate::audit::encoding::hex;
use crate::audit::tree::Frontier;
use crate::domain::event::{Actor, PublicEvent, PublicKind};
use crate::domain::registry::Catalogue;
use crate::domain::time::{Entropy, Now};
use diesel::prelude::*;
use serde_json::json;
use std::sync::Arc;

/// How a registry is opened.
pub struct Options {
    /// Where.
    pub url: DatabaseUrl,
    /// The same database as its owner reaches it, where the service has a role of its own.
    pub owner: Option<DatabaseUrl>,
    /// With which master key.
    pub master: MasterKey,
    /// Where the files of key epochs are.
    pub key_directory: KeyDirectory,
    /// With which dice.
    pub entropy: Arc<dyn Entropy>,
    /// The name of its log, where it is new: `host/registry`.
    pub origin: String,
    /// The present instant.
    pub now: Now,
    /// Where the register is that lies outside the database.
    pub register: RegisterPlace,
}

/// A registry whose keys are known, and which nobody can write to yet.
pub struct Unlocked {
    pub(super) url: DatabaseUrl,
    pub(super) owner: Option<DatabaseUrl>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) register: RegisterPlace,
    pub(super) tables: Tables,
    pub(super) db: Db,
    pub(super) mark: Option<Arc<Mark>>,
    pub(super) known: Known,
}

/// Its name and its keys.
pub(super) struct Known {
    pub origin: String,
    pub keys: Arc<Keyring>,
}

impl Unlocked {
    /// Reaches a registry, brings its tables up to date and opens its root; or makes it.
    ///
    /// # Errors
    /// Where the database cannot be reached or migrated, or the master key is another registry's.
    pub fn unlock(options: Options) -> Result<Self, StoreError> {
        let owner = options.owner.as_ref();
        let raised = owner.map(|owner| super::wall::raise(owner, &options.url));
        let raised = raised.transpose()?;
        let mut db = Db::connect_writer(&options.url)?;
        let tables = raised.map_or_else(|| db.migrate(), Ok)?;
        let mark = match &options.url {
            DatabaseUrl::Sqlite(path) => Some(Arc::new(Mark::open(path)?)),
            DatabaseUrl::Postgres(_) => None,
        };
        let known = greet(&mut db, &options, mark.as_deref())?;
        Ok(Self {
            url: options.url,
            owner: options.owner,
            entropy: options.entropy,
            register: options.register,
            tables,
            db,
            mark,
            known,
        })
    }

    /// The keys.
    #[must_use]
    pub const fn keys(&self) -> &Arc<Keyring> {
        &self.known.keys
    }

    /// The name of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.known.origin
    }
}

fn greet(db: &mut Db, options: &Options, mark: Option<&Mark>) -> Result<Known, StoreError> {
    db.begin_write()?;
    let outcome = known_or_new(db, options).and_then(|known| {
        mark.map_or(Ok(()), |mark| mark.set(size(db)?))?;
        Ok(known)
    });
    if outcome.is_ok() {
        db.commit()?;
    } else {
        db.rollback()?;
    }
    outcome
}

fn known_or_new(db: &mut Db, options: &Options) -> Result<Known, StoreError> {
    if matches!(db, Db::Postgres(_)) {
        db.execute(
            "LOCK TABLE registry IN EXCLUSIVE MODE",
            "making the registry",
        )?;
    }
    let known: Option<(String, Vec<u8>)> = on!(db, conn => registry::table
        .select((registry::origin, registry::key_check)).first(conn).optional())
    .map_err(StoreError::failed("reading the registry"))?;
    let Some((origin, check)) = known else {
        return found(db, options);
    };
    let dice = options.entropy.as_ref();
    let root = masters::root(db, &options.master, (&origin, &check), dice)?;
    let keys = ring(&root, options)?;
    Ok(Known { origin, keys })
}

fn ring(root: &Root, options: &Options) -> Result<Arc<Keyring>, StoreError> {
    let keys = Keyring::derive(root, options.key_directory.clone())?;
    Ok(Arc::new(keys))
}

/// The registry's rows and the log's first entry.
fn found(db: &mut Db, options: &Options) -> Result<Known, StoreError> {
    let (origin, dice) = (&options.origin, options.entropy.as_ref());
    let keys = ring(&masters::found(db, &options.master, origin, dice)?, options)?;
    let self_test = super::epochs::found(db, &keys, dice)?;
    let row = (
        registry::id.eq(1),
        registry::origin.eq(origin),
        registry::key_check.eq(keys.check().to_vec()),
        registry::created_at.eq(options.now.micros()),
        registry::key_epoch.eq(Epoch::FIRST.number()),
    );
    on!(db, conn => diesel::insert_into(registry::table).values(row).execute(conn))
        .map_err(StoreError::failed("making the registry"))?;
    let head = (
        log_head::id.eq(1),
        log_head::size.eq(signed(0)),
        log_head::frontier.eq(Frontier::new().to_bytes()),
        log_head::last_at.eq(options.now.utc().timestamp()),
        log_head::oldest_program.eq(OLDEST),
    );
    on!(db, conn => diesel::insert_into(log_head::table).values(head).execute(conn))
        .map_err(StoreError::failed("making the log"))?;
    first_entry(db, options, &self_test)?;
    let origin = origin.clone();
    Ok(Known { origin, keys })
}

fn first_entry(db: &mut Db, options: &Options, self_test: &[u8]) -> Result<(), StoreError> {
    let genesis = PublicEvent::new(
        PublicKind::Genesis,
        &Actor::System,
        json!({
            "origin": options.origin,
            "key_epoch": { "epoch": Epoch::FIRST.number(), "self_test": hex(self_test) },
            "master_key": options.master.id().to_string(),
        }),
    );
    let mut world = super::world::World {
        by_blind: std::collections::HashMap::new(),
        subjects: std::collections::HashMap::new(),
        catalogue: Arc::new(Catalogue::default()),
        catalogue_changed: false,
        epoch: Epoch::FIRST,
        pending: vec![super::world::Pending::Public {
            event: genesis,
            now: options.now,
        }],
        extras: Vec::new(),
        changes: Vec::new(),
        policy: None,
        erased_contacts: Vec::new(),
        again: false,
        decided_by: None,
    };
    let flush = super::flush::Flush {
        registry: &options.origin,
        entropy: options.entropy.as_ref(),
        now: options.now,
    };
    flush.run(db, &mut world).map(drop)
}
