//! Opening a registry: connection, migration, first entry; then its writer and its readers.

use super::background::BackgroundExport;
use super::connection::{Db, on};
use super::cosignatures::StoredCosignature;
use super::error::StoreError;
use super::keys::{Epoch, Keyring};
use super::mark::Mark;
use super::outside::{Outside, RegisterPlace};
use super::read::ReadTx;
use super::rows::{signed, unsigned};
use super::schema::{log_head, registry};
use super::timestamps::StoredTimestamp;
use super::turn::Turn;
use super::tx::{Recorded, WriteTx};
use super::url::DatabaseUrl;
use super::writer::{Commit, Committed, Job, Order, Typed, Writer};
use crate::access::{Grant, Serve};
use crate::audit::Hash;
use crate::audit::encoding::hex;
use crate::audit::tree::Frontier;
use crate::domain::event::{Actor, PublicEvent, PublicKind};
use crate::domain::ids::Position;
use crate::domain::registry::Catalogue;
use crate::domain::time::{Entropy, Now};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Most connections that are kept while nobody reads.
const IDLE: usize = 16;

/// How a registry is opened.
pub struct Options {
    /// Where.
    pub url: DatabaseUrl,
    /// The same database as its owner reaches it, where the service has a role of its own.
    pub owner: Option<DatabaseUrl>,
    /// With which keys.
    pub keys: Arc<Keyring>,
    /// With which dice.
    pub entropy: Arc<dyn Entropy>,
    /// The name of its log, where it is new: `host/registry`.
    pub origin: String,
    /// The present instant.
    pub now: Now,
    /// Where the register is that lies outside the database.
    pub register: RegisterPlace,
    /// Told of every commit before its writer is answered.
    pub observer: Arc<dyn Fn(Commit) + Send + Sync>,
}

/// An open registry.
pub struct Store {
    url: DatabaseUrl,
    owner: Option<DatabaseUrl>,
    keys: Arc<Keyring>,
    origin: String,
    jobs: Sender<Box<dyn Job>>,
    idle: Mutex<Vec<Db>>,
    mark: Option<Arc<Mark>>,
    turn: Turn,
    outside: Arc<Outside>,
    entropy: Arc<dyn Entropy>,
}

/// A registry that was opened, and whether it is new.
pub struct Opened {
    /// The registry.
    pub store: Store,
    /// Whether it was made just now.
    pub new: bool,
}

/// How many entries the log holds.
pub(super) fn size(db: &mut Db) -> Result<Position, StoreError> {
    let size: i64 = on!(db, conn => log_head::table.select(log_head::size).first(conn))
        .map_err(StoreError::failed("reading the head of the log"))?;
    Ok(unsigned(size))
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.url)
    }
}

impl Store {
    /// Opens a registry, bringing its tables up to date, or makes it.
    ///
    /// # Errors
    /// Where the database cannot be reached or migrated, or the keys are another registry's.
    pub fn open(options: Options) -> Result<Opened, StoreError> {
        if let Some(owner) = &options.owner {
            super::wall::raise(owner, &options.url)?;
        }
        let mut db = Db::connect_writer(&options.url)?;
        if options.owner.is_none() {
            db.migrate()?;
        }
        let mark = match &options.url {
            DatabaseUrl::Sqlite(path) => Some(Arc::new(Mark::open(path)?)),
            DatabaseUrl::Postgres(_) => None,
        };
        let (origin, new) = Self::greet(&mut db, &options, mark.as_deref())?;
        let turn = Turn::of(&options.url);
        let outside = Arc::new(Outside::new(options.register, origin.clone()));
        let entropy = options.entropy.clone();
        let (jobs, inbox) = channel();
        let writer = Writer {
            url: options.url.clone(),
            keys: options.keys.clone(),
            entropy: options.entropy,
            origin: origin.clone(),
            observer: options.observer,
            db: Some(db),
            mark: mark.clone(),
            turn: turn.clone(),
            outside: outside.clone(),
            catalogue: Arc::new(Catalogue::default()),
            catalogue_at: -1,
            epoch: Epoch::OF_MASTER,
        };
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || writer.serve(&inbox))
            .map_err(|error| StoreError::Unreachable(error.to_string()))?;
        let store = Self {
            url: options.url,
            owner: options.owner,
            keys: options.keys,
            origin,
            jobs,
            idle: Mutex::new(Vec::new()),
            mark,
            turn,
            outside,
            entropy,
        };
        Ok(Opened { store, new })
    }

    /// The name of the log and whether it was made just now.
    fn greet(
        db: &mut Db,
        options: &Options,
        mark: Option<&Mark>,
    ) -> Result<(String, bool), StoreError> {
        db.begin_write()?;
        let outcome = Self::known_or_new(db, options).and_then(|known| {
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

    fn known_or_new(db: &mut Db, options: &Options) -> Result<(String, bool), StoreError> {
        if matches!(db, Db::Postgres(_)) {
            db.execute(
                "LOCK TABLE registry IN EXCLUSIVE MODE",
                "making the registry",
            )?;
        }
        let known: Option<(String, Vec<u8>)> = on!(db, conn => registry::table
            .select((registry::origin, registry::key_check)).first(conn).optional())
        .map_err(StoreError::failed("reading the registry"))?;
        match known {
            Some((_, check)) if check != options.keys.check() => Err(StoreError::WrongKey),
            Some((origin, _)) => Ok((origin, false)),
            None => Self::found(db, options).map(|()| (options.origin.clone(), true)),
        }
    }

    /// The registry's rows and the log's first entry.
    fn found(db: &mut Db, options: &Options) -> Result<(), StoreError> {
        let key = super::epochs::found(db, &options.keys, options.entropy.as_ref())?;
        let row = (
            registry::id.eq(1),
            registry::origin.eq(&options.origin),
            registry::key_check.eq(options.keys.check().to_vec()),
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
        );
        on!(db, conn => diesel::insert_into(log_head::table).values(head).execute(conn))
            .map_err(StoreError::failed("making the log"))?;
        let genesis = PublicEvent::new(
            PublicKind::Genesis,
            &Actor::System,
            json!({
                "origin": options.origin,
                "key_epoch": { "epoch": Epoch::FIRST.number(), "self_test": hex(&key) },
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

    /// How far the log may have come, where that can be told without asking the database. Whoever
    /// has taken in as much has taken in everything that was acknowledged before this call.
    #[must_use]
    pub fn mark(&self, _grant: &Grant<Serve>) -> Option<Position> {
        self.mark.as_ref()?.read()
    }

    /// The name of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &Keyring {
        &self.keys
    }

    /// Runs a use case and commits what it recorded, together with others that are waiting. The
    /// answer comes after the commit is on the disk. `act` may run several times before that.
    ///
    /// # Errors
    /// What the use case refuses, or a [`StoreError`].
    pub async fn write<P, T, E, F>(
        &self,
        grant: &Grant<P>,
        order: Order,
        act: F,
    ) -> Result<Committed<T>, E>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut WriteTx<'_>) -> Result<Recorded<T>, E> + Send + 'static,
    {
        let outcome = self.send(grant, order, act)?.await;
        outcome.unwrap_or_else(|_| Err(StoreError::Stopping.into()))
    }

    /// [`Store::write`] for callers outside an async runtime.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_blocking<P, T, E, F>(
        &self,
        grant: &Grant<P>,
        order: Order,
        act: F,
    ) -> Result<Committed<T>, E>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut WriteTx<'_>) -> Result<Recorded<T>, E> + Send + 'static,
    {
        let outcome = self.send(grant, order, act)?.blocking_recv();
        outcome.unwrap_or_else(|_| Err(StoreError::Stopping.into()))
    }

    fn send<P, T, E, F>(
        &self,
        _grant: &Grant<P>,
        order: Order,
        act: F,
    ) -> Result<oneshot::Receiver<Result<Committed<T>, E>>, E>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut WriteTx<'_>) -> Result<Recorded<T>, E> + Send + 'static,
    {
        let (reply, outcome) = oneshot::channel();
        let job = Typed {
            order,
            act,
            outcome: None,
            reply,
        };
        self.jobs
            .send(Box::new(job))
            .map_err(|_| StoreError::Stopping)?;
        Ok(outcome)
    }

    pub(super) fn outside(&self) -> &Outside {
        &self.outside
    }

    pub(super) fn entropy(&self) -> &dyn Entropy {
        self.entropy.as_ref()
    }

    /// As whoever owns the tables reaches it.
    pub(super) fn owners_url(&self) -> &DatabaseUrl {
        self.owner.as_ref().unwrap_or(&self.url)
    }

    /// Whether who is connected could change what the log says, by the rights of the database.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn can_rewrite(&self, _grant: &Grant<Serve>) -> Result<bool, StoreError> {
        super::wall::can_rewrite(&mut Db::connect(&self.url)?)
    }

    pub(super) const fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Reads one unchanging state. Blocks: call it from a thread that may.
    ///
    /// # Errors
    /// Where the database cannot be reached, or what `read` refuses.
    pub fn read<T, E: From<StoreError>>(
        &self,
        read: impl FnOnce(&mut ReadTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut db = self.reader()?;
        let outcome = read(&mut ReadTx {
            db: &mut db,
            keys: &self.keys,
        });
        if db.rollback().is_ok() {
            self.keep(db);
        }
        outcome
    }

    /// How many entries the log holds, by one statement: no transaction is begun for it. Blocks.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub fn head(&self, _grant: &Grant<Serve>) -> Result<Position, StoreError> {
        let idle = self.idle().pop();
        if let Some(mut db) = idle
            && let Ok(size) = size(&mut db)
        {
            self.keep(db);
            return Ok(size);
        }
        // there was none, or it has died meanwhile
        let mut db = Db::connect(&self.url)?;
        let size = size(&mut db)?;
        self.keep(db);
        Ok(size)
    }

    /// Keeps a signed checkpoint.
    ///
    /// # Errors
    /// Where another root was signed for this size: the log was rewritten.
    pub fn save_checkpoint(
        &self,
        _grant: &Grant<Serve>,
        size: Position,
        root: &Hash,
        note: &str,
        at: i64,
    ) -> Result<(), StoreError> {
        self.outside_the_ledger(|db| super::log::save_checkpoint(db, size, root, note, at))
    }

    /// Keeps a witness's cosignature beside the checkpoint that it is on.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn save_cosignature(
        &self,
        _grant: &Grant<Serve>,
        cosignature: &StoredCosignature,
    ) -> Result<(), StoreError> {
        self.outside_the_ledger(|db| super::cosignatures::save(db, cosignature))
    }

    /// Keeps an authority's timestamp beside the checkpoint that it is on.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn save_timestamp(
        &self,
        _grant: &Grant<Serve>,
        timestamp: &StoredTimestamp,
    ) -> Result<(), StoreError> {
        self.outside_the_ledger(|db| super::timestamps::save(db, timestamp))
    }

    /// Keeps how an export that is made in the background stands.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn keep_background(
        &self,
        _grant: &Grant<Serve>,
        export: &BackgroundExport,
    ) -> Result<(), StoreError> {
        self.outside_the_ledger(|db| super::background::keep(db, export))
    }

    /// Forgets the exports of the background that were asked for before an instant.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn forget_background(
        &self,
        _grant: &Grant<Serve>,
        before: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.outside_the_ledger(|db| super::background::forget(db, before))
    }

    /// Leaves the data as a stopped service should: whole in the database file.
    ///
    /// # Errors
    /// Where the database fails; nothing is lost then.
    pub fn settle(&self, _grant: &Grant<Serve>) -> Result<(), StoreError> {
        self.idle().clear();
        Db::connect(&self.url)?.settle()
    }

    /// A write that is one statement, committed by itself: the journal of decisions. Blocks.
    pub(super) fn in_one_statement<T>(
        &self,
        act: impl FnOnce(&mut Db) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self.idle().pop();
        let mut db = idle.map_or_else(|| Db::connect(&self.url), Ok)?;
        let _turn = self.turn.take();
        // a connection that failed is not kept
        let done = act(&mut db)?;
        self.keep(db);
        Ok(done)
    }

    /// A write that records nothing about anybody: the callers above; the lists by which recorded
    /// decisions are found, which only repeat what the decisions say; key epochs that are prepared,
    /// and keys that are wrapped again, which leave every key what it is; what becomes of mails, and of
    /// wishes to sign in until somebody is in.
    pub(super) fn outside_the_ledger<T>(
        &self,
        act: impl FnOnce(&mut Db) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut db = self
            .idle()
            .pop()
            .map_or_else(|| Db::connect(&self.url), Ok)?;
        let _turn = self.turn.take();
        db.begin_write()?;
        let outcome = act(&mut db);
        if outcome.is_ok() {
            db.commit()?;
        } else {
            db.rollback()?;
        }
        self.keep(db);
        outcome
    }

    /// A connection with a read begun; those that have died meanwhile are dropped.
    fn reader(&self) -> Result<Db, StoreError> {
        loop {
            let idle = self.idle().pop();
            let Some(mut db) = idle else { break };
            if db.begin_read().is_ok() {
                return Ok(db);
            }
        }
        let mut db = Db::connect(&self.url)?;
        db.begin_read()?;
        Ok(db)
    }

    fn keep(&self, db: Db) {
        let mut idle = self.idle();
        if idle.len() < IDLE {
            idle.push(db);
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Db>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
