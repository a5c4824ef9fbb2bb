//! An open registry: its writer and its readers.

use super::background::BackgroundExport;
use super::connection::{Db, on};
use super::cosignatures::StoredCosignature;
use super::crowd::{Crowd, Place};
use super::error::StoreError;
use super::keys::{Epoch, Keyring};
use super::mark::Mark;
use super::migrate::Tables;
use super::outside::Outside;
use super::programs::{admits, oldest};
use super::read::ReadTx;
use super::rows::unsigned;
use super::schema::log_head;
use super::timestamps::StoredTimestamp;
use super::turn::Turn;
use super::tx::{Recorded, WriteTx};
use super::unlock::{Known, Unlocked};
use super::url::DatabaseUrl;
use super::writer::{Commit, Committed, Job, Order, Typed, Writer};
use crate::access::{Grant, Serve};
use crate::audit::Hash;
use crate::audit::tree::sha256;
use crate::domain::ids::Position;
use crate::domain::registry::Catalogue;
use crate::domain::time::Entropy;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Most connections that are kept while nobody reads.
const IDLE: usize = 16;

/// An open registry.
pub struct Store {
    url: DatabaseUrl,
    owner: Option<DatabaseUrl>,
    tables: Tables,
    keys: Arc<Keyring>,
    origin: String,
    jobs: Sender<Box<dyn Job>>,
    crowd: Crowd,
    idle: Mutex<Vec<Db>>,
    mark: Option<Arc<Mark>>,
    turn: Turn,
    outside: Arc<Outside>,
    entropy: Arc<dyn Entropy>,
}

/// The head of the log, as whoever follows it compares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// How many entries there are.
    pub size: Position,
    /// SHA-256 of the tree's frontier.
    pub frontier: [u8; 32],
}

fn head(db: &mut Db) -> Result<Head, StoreError> {
    let columns = (log_head::size, log_head::frontier, log_head::oldest_program);
    let (size, frontier, oldest): (i64, Vec<u8>, i32) =
        on!(db, conn => log_head::table.select(columns).first(conn))
            .map_err(StoreError::failed("reading the head of the log"))?;
    admits(oldest)?;
    Ok(Head {
        size: unsigned(size),
        frontier: sha256(&[&frontier]),
    })
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
    /// Opens a registry that was unlocked: begins its writer. `observer` is told of every commit before its writer is
    /// answered.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn open(
        unlocked: Unlocked,
        observer: Arc<dyn Fn(Commit) + Send + Sync>,
    ) -> Result<Self, StoreError> {
        let Known { origin, keys } = unlocked.known;
        let turn = Turn::of(&unlocked.url);
        let outside = Arc::new(Outside::new(unlocked.register, origin.clone()));
        let (jobs, inbox) = channel();
        let writer = Writer {
            url: unlocked.url.clone(),
            keys: keys.clone(),
            entropy: unlocked.entropy.clone(),
            origin: origin.clone(),
            observer,
            db: Some(unlocked.db),
            mark: unlocked.mark.clone(),
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
        Ok(Self {
            url: unlocked.url,
            owner: unlocked.owner,
            tables: unlocked.tables,
            keys,
            origin,
            jobs,
            crowd: Crowd::default(),
            idle: Mutex::new(Vec::new()),
            mark: unlocked.mark,
            turn,
            outside,
            entropy: unlocked.entropy,
        })
    }

    /// How far the log may have come, where that can be told without asking the database. Whoever
    /// has taken in as much has taken in everything that was acknowledged before this call.
    #[must_use]
    pub fn mark(&self, _grant: &Grant<Serve>) -> Option<Position> {
        self.mark.as_ref()?.read()
    }

    /// Whether a newer program had brought the tables up to date when this was opened.
    #[must_use]
    pub const fn is_behind(&self) -> bool {
        matches!(self.tables, Tables::Expanded)
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
        let place = self.crowd.enter().ok_or(StoreError::Crowded)?;
        let outcome = self.send(grant, order, act, place)?.await;
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
        let place = self.crowd.join();
        let outcome = self.send(grant, order, act, place)?.blocking_recv();
        outcome.unwrap_or_else(|_| Err(StoreError::Stopping.into()))
    }

    fn send<P, T, E, F>(
        &self,
        _grant: &Grant<P>,
        order: Order,
        act: F,
        place: Place,
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
            _place: place,
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

    /// The head of the log, by one statement: no transaction is begun for it. Blocks.
    ///
    /// # Errors
    /// Where the database cannot be reached, or its tables let this program work with them no more.
    pub fn head(&self, _grant: &Grant<Serve>) -> Result<Head, StoreError> {
        let idle = self.idle().pop();
        if let Some(mut db) = idle {
            match head(&mut db) {
                Ok(found) => {
                    self.keep(db);
                    return Ok(found);
                }
                Err(error) if error.loss().is_some() => return Err(error),
                // it has died meanwhile
                Err(_) => {}
            }
        }
        let mut db = Db::connect(&self.url)?;
        let found = head(&mut db)?;
        self.keep(db);
        Ok(found)
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
        let outcome = oldest(&mut db).and_then(admits).and_then(|()| act(&mut db));
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
