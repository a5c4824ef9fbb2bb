//! Keeping the index at the head of the log.
//!
//! A check first learns the head and catches up to it. The checks that are waiting share one
//! read of the head, as Raft's `ReadIndex` does: a read that began before a check does not count
//! for it, the next one does.

use super::policies::load::Loader;
use super::policies::rules::Rules;
use super::shard::sieve::Sieve;
use super::snapshot::{self, Unused};
use crate::access::{Grant, Serve};
use crate::domain::ids::Position;
use crate::domain::registry::Change;
use crate::domain::tip::{Loss, Tip};
use crate::index::Index;
use crate::store::{ReadTx, Store, StoreError, Whom};
use std::cmp::Ordering::{Equal, Greater, Less};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long a check waits for the head before it is refused.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// How often a node that serves reads the head where nobody asks.
pub const IDLE: Duration = Duration::from_secs(1);
/// How many changes are handed to the index at a time while it is built.
const BLOCK: usize = 4_096;

/// The head of the log could not be learned: the node must not permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the head of the ledger cannot be learned")]
pub struct Stale;

/// Builds the index from a snapshot, where there is one that can be used, and from the registry. At which entry of
/// the ledger the snapshot stood; 0 where none was used.
///
/// # Errors
/// Where the database fails.
pub fn build(
    following: &Following,
    grant: &Grant<Serve>,
    snapshot: Option<&Path>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Position, StoreError> {
    let (store, index, loader) = following;
    let taken_from = store.read(|tx| {
        let told = (tx.subject_count(grant)?, progress);
        let taken_from = snapshot.and_then(|file| {
            let loaded = snapshot::load(file, index, store, (tx, grant), (told.0, told.1));
            loaded.map_err(|why| not_used(&why, index)).ok()
        });
        let (position, tip) = tx.tip(grant)?;
        from_database((tx, grant), index, taken_from.is_some(), told)?;
        let rules = loader.rules(&tx.policy_in_force(grant)?);
        // a snapshot from before was held against the log's root, which says more
        let end = match taken_from {
            Some(from) if from < position => (from, None),
            _ => (position, tip),
        };
        index.built(end, rules);
        Ok::<_, StoreError>(taken_from)
    })?;
    if let Some(position) = taken_from {
        tracing::info!(position, "the index was taken from its snapshot");
        catch_up(following, grant)?;
    }
    Ok(taken_from.unwrap_or(0))
}

fn not_used(why: &Unused, index: &Index<Rules>) {
    index.clear();
    if !matches!(why, Unused::None) {
        tracing::warn!(%why, "the snapshot of the index is not used: the database is read");
    }
}

/// Reads the rest, and where they are not there already the persons.
fn from_database(
    (tx, grant): (&mut ReadTx<'_>, &Grant<Serve>),
    index: &Index<Rules>,
    without_persons: bool,
    (total, progress): (u64, &(dyn Fn(u64, u64) + Sync)),
) -> Result<(), StoreError> {
    let mut done = 0;
    let mut block = Vec::with_capacity(BLOCK);
    let mut sieve = Sieve::of(index);
    let mut tell = |change| {
        done += u64::from(matches!(change, Change::Person(_)));
        if sieve.passes(&change) {
            block.push(change);
        }
        if block.len() == BLOCK {
            index.load(std::mem::take(&mut block));
            progress(done, total);
        }
    };
    if without_persons {
        tx.everything_but_persons(grant, &mut tell)?;
    } else {
        tx.everything(grant, &mut tell)?;
    }
    complete((tx, grant), sieve, &mut block)?;
    index.load(block);
    Ok(())
}

/// Adds those whom an index of a part needs besides.
fn complete(
    (tx, grant): (&mut ReadTx<'_>, &Grant<Serve>),
    mut sieve: Sieve<'_>,
    changes: &mut Vec<Change>,
) -> Result<(), StoreError> {
    sieve.complete(|sieve, subject| {
        let mut tell = |change| changes.extend(Some(change).filter(|one| sieve.passes(one)));
        tx.person(grant, subject, &mut tell)
    })
}

/// Brings the index to the head of the log.
///
/// # Errors
/// Where the database fails; where its log is not the one that was followed: after a failover to a copy that lacked
/// what was acknowledged, or where an older copy was put in its place; or where its tables are for newer programs. In the
/// last two nothing is taken in any more.
pub fn catch_up(following: &Following, grant: &Grant<Serve>) -> Result<(), StoreError> {
    let index = &following.1;
    if let Some(loss) = index.loss() {
        return Err(loss.into());
    }
    let outcome = come_up(following, grant);
    if let Err(error) = &outcome
        && let Some(loss) = error.loss()
    {
        index.lose(loss);
    }
    outcome
}

fn come_up(following: &Following, grant: &Grant<Serve>) -> Result<(), StoreError> {
    let (store, index, _) = following;
    let (held, tip) = index.followed();
    let head = store.head(grant)?;
    let is_same = match head.size.cmp(&held) {
        Less => false,
        Equal => tip.is_none_or(|tip| tip.frontier == head.frontier),
        Greater => take_in(following, grant, (held, tip))?,
    };
    is_same.then_some(()).ok_or(StoreError::AnotherWay)
}

/// Takes in what came since; `false` where what came before is not what was followed.
fn take_in(
    (store, index, loader): &Following,
    grant: &Grant<Serve>,
    (held, tip): (Position, Option<Tip>),
) -> Result<bool, StoreError> {
    store.read(|tx| {
        if tip.is_some() && tx.leaf_digest(grant, held)? != tip.map(|tip| tip.leaf) {
            return Ok(false);
        }
        // without the present epoch's key this node could neither read nor write what comes
        tx.hold_current_epoch(grant)?;
        let end = tx.tip(grant)?;
        let (mut changes, mut sieve) = (Vec::new(), Sieve::of(index));
        let mut tell = |change| changes.extend(Some(change).filter(|one| sieve.passes(one)));
        tx.changes_in(grant, held..end.0, &mut tell)?;
        complete((tx, grant), sieve, &mut changes)?;
        let policy = tx.policy_since(grant, held)?;
        index.catch_up(end, changes, policy.map(|held| loader.rules(&held)));
        Ok(true)
    })
}

/// What is read, what is kept current, and what makes rules of a policy version.
pub type Following = (Arc<Store>, Arc<Index<Rules>>, Arc<Loader>);

type Waiter = oneshot::Sender<Result<(), Stale>>;

#[derive(Default)]
struct Shared {
    waiting: Mutex<Vec<Waiter>>,
    called: Condvar,
    stopping: AtomicBool,
    healthy: AtomicBool,
    /// How often the head is read where nobody asks.
    idle: Option<Duration>,
}

/// Keeps the index at the head of the log.
pub struct HeadWatch {
    shared: Arc<Shared>,
    following: Following,
    grant: Grant<Serve>,
}

impl HeadWatch {
    /// Starts the thread that reads the head: for whoever waits, and where nobody does after each
    /// `idle`, so that a node that is asked rarely is not far behind.
    #[must_use]
    pub fn start(following: Following, grant: Grant<Serve>, idle: Option<Duration>) -> Self {
        let kept = following.clone();
        let shared = Arc::new(Shared {
            healthy: AtomicBool::new(true),
            idle,
            ..Shared::default()
        });
        let watched = shared.clone();
        let leave = grant.clone();
        let started = std::thread::Builder::new()
            .name("head".into())
            .spawn(move || watched.serve(|| catch_up(&following, &leave)));
        if started.is_err() {
            shared.stopping.store(true, Ordering::SeqCst);
        }
        Self {
            shared,
            following: kept,
            grant,
        }
    }

    /// Whether the index has taken in all that was acknowledged before this call, as far as that
    /// can be told without asking the database.
    #[must_use]
    pub fn at_mark(&self) -> bool {
        let (store, index, _) = &self.following;
        let mark = store.mark(&self.grant);
        mark.is_some_and(|mark| index.position() >= mark) && !index.is_lost()
    }

    /// Returns when the index has taken in all that was acknowledged before this call: at once where
    /// the mark beside the database says so, else after a read of the head that begins after it.
    ///
    /// # Errors
    /// [`Stale`] where that takes longer than [`PATIENCE`] or fails.
    pub async fn fresh(&self) -> Result<(), Stale> {
        if self.at_mark() {
            return Ok(());
        }
        if self.shared.stopping.load(Ordering::SeqCst) {
            return Err(Stale);
        }
        let (told, outcome) = oneshot::channel();
        if self.shared.enlist(told) {
            let _call = Call(&self.shared.called);
            // every request that is ready in this turn of the event loop enters the queue first
            tokio::task::yield_now().await;
        }
        match tokio::time::timeout(PATIENCE, outcome).await {
            Ok(Ok(outcome)) => outcome,
            _ => Err(Stale),
        }
    }

    /// The same for a caller that may block; `false` where the head cannot be learned.
    #[must_use]
    pub fn catches_up(&self) -> bool {
        self.at_mark() || catch_up(&self.following, &self.grant).is_ok()
    }

    /// Why this node may not go on, where that was found: it permits nothing any more.
    #[must_use]
    pub fn loss(&self) -> Option<Loss> {
        self.following.1.loss()
    }

    /// Whether the last read succeeded.
    #[must_use]
    pub fn healthy(&self) -> bool {
        self.shared.healthy.load(Ordering::SeqCst)
    }
}

impl Drop for HeadWatch {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        self.shared.called.notify_one();
    }
}

/// Calls the reading thread when dropped: also where the request that was to call it is given
/// up, since others count on the call.
struct Call<'a>(&'a Condvar);

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl Shared {
    /// Enters the queue; whether it was empty, so that this waiter must call.
    fn enlist(&self, waiter: Waiter) -> bool {
        let mut queue = self.queue();
        queue.push(waiter);
        queue.len() == 1
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, Vec<Waiter>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut read: impl FnMut() -> Result<(), StoreError>) {
        while let Some(waiting) = self.next() {
            let outcome = read();
            let was_healthy = self.healthy.swap(outcome.is_ok(), Ordering::SeqCst);
            match &outcome {
                // said once, not with every read that fails
                Err(error) if was_healthy => {
                    tracing::error!(%error, "the head of the ledger cannot be learned");
                }
                Ok(()) if !was_healthy => tracing::info!("the head of the ledger is learned again"),
                _ => (),
            }
            let outcome = outcome.map_err(|_| Stale);
            for waiter in waiting {
                // a check that gave up waiting is not told
                let _gone = waiter.send(outcome);
            }
        }
    }

    /// Everybody who waits now, nobody where a while has passed; `None` where the service stops.
    fn next(&self) -> Option<Vec<Waiter>> {
        let mut queue = self.queue();
        loop {
            if self.stopping.load(Ordering::SeqCst) {
                return None;
            }
            if !queue.is_empty() {
                return Some(std::mem::take(&mut queue));
            }
            let (woken, waited) = self
                .called
                .wait_timeout(queue, self.idle.unwrap_or(Duration::MAX))
                .unwrap_or_else(PoisonError::into_inner);
            queue = woken;
            if waited.timed_out() {
                return Some(std::mem::take(&mut queue));
            }
        }
    }
}

impl super::App {
    /// Fills the index with one person and the catalogue, for a single check without a server.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn index_one(&self, named: &super::contact::Named) -> Result<(), StoreError> {
        let (serve, mut changes, mut held) = (&self.serve, Vec::new(), None);
        let position = self.store.read(|tx| {
            changes.push(Change::Catalogue(Arc::new(tx.catalogue(serve)?)));
            let whom = Whom {
                contacts: &named.blinds(),
                filed: &named.coarse(),
                persons: &[],
            };
            let all = Position::MAX >> 1;
            let filed = tx.seen_of(serve, &whom, all, &mut |change| changes.push(change))?;
            tx.listed(serve, &filed, &mut |change| changes.push(change))?;
            held = Some(tx.policy_in_force(serve)?);
            tx.position(serve)
        })?;
        let own = || self.loader.own_rules();
        self.index.load(changes);
        self.index.built(
            (position, None),
            held.map_or_else(own, |held| self.loader.rules(&held)),
        );
        Ok(())
    }

    /// Fills the index with everybody, where it does not follow the ledger anyway.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub(super) fn index_everybody(&self) -> Result<(), StoreError> {
        if self.indexed {
            return Ok(());
        }
        let following = (self.store.clone(), self.index.clone(), self.loader.clone());
        let snapshot = self.snapshot.as_deref();
        build(&following, &self.serve, snapshot, &|_, _| ()).map(drop)
    }
}
