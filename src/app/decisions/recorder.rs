//! Writes down what many callers have decided, in one commit: while one commit is on its way to
//! the disk, the next decisions gather.
//!
//! It stands before the store's writer so that blocks are encoded, hashed and sealed away from the
//! thread that commits, and so that the writer has one thing to do for hundreds of checks.

use super::draft::{Text, When};
use super::maker::Maker;
use crate::access::{Grant, Serve};
use crate::app::follow::PATIENCE;
use crate::audit::Hash;
use crate::audit::decision::Record;
use crate::domain::time::{Clock, Entropy};
use crate::store::{DecisionBlock, LONGEST_SPAN, MOST_DECISIONS, Order, Store, StoreError};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Most decisions that wait to be written; whoever brings more waits.
const ROOM: usize = 65_536;
/// Most decisions of one commit.
const COMMIT: usize = 16 * MOST_DECISIONS;
/// How long a commit waits for as many callers as the one before it had.
const LINGER: Duration = Duration::from_millis(1);
/// How long it is before a failed commit of decisions that were answered already is tried again.
const AGAIN: Duration = Duration::from_millis(500);

/// What one caller brought.
struct Waiting {
    records: Vec<Record>,
    texts: Vec<Text>,
    /// Nobody waits where it is `None`: they were answered already.
    told: Option<oneshot::Sender<Result<(), StoreError>>>,
    _room: OwnedSemaphorePermit,
}

struct Shared {
    queue: Mutex<Queue>,
    called: Condvar,
    room: Arc<Semaphore>,
    maker: Arc<Maker>,
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    grant: Grant<Serve>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    stopping: bool,
}

/// Writes decisions down.
pub struct Recorder {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Starts the thread.
    ///
    /// # Errors
    /// Where there is none to be had.
    pub fn start(
        store: Arc<Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        grant: Grant<Serve>,
        maker: Arc<Maker>,
    ) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            called: Condvar::new(),
            room: Arc::new(Semaphore::new(ROOM)),
            maker,
            store,
            clock,
            entropy,
            grant,
        });
        let serving = shared.clone();
        let thread = std::thread::Builder::new()
            .name("decisions".into())
            .spawn(move || serving.serve())
            .map_err(|error| StoreError::Unreachable(error.to_string()))?;
        let thread = Some(thread);
        Ok(Self { shared, thread })
    }

    /// Writes decisions down; returns when they are on the disk, or where they may follow later,
    /// when there is room for them.
    ///
    /// # Errors
    /// Where they could not be written, or there was no room for long.
    pub async fn record(
        &self,
        records: Vec<Record>,
        texts: Vec<Text>,
        when: When,
    ) -> Result<(), StoreError> {
        if records.is_empty() {
            return Ok(());
        }
        let room = self
            .shared
            .room
            .clone()
            .acquire_many_owned(room_for(&records));
        let room = tokio::time::timeout(PATIENCE, room).await;
        let Ok(Ok(room)) = room else {
            return Err(full());
        };
        match when {
            When::Later => {
                self.shared.enlist(records, texts, None, room);
                Ok(())
            }
            When::Now => {
                let (told, outcome) = oneshot::channel();
                self.shared.enlist(records, texts, Some(told), room);
                outcome.await.unwrap_or(Err(StoreError::Stopping))
            }
        }
    }

    /// [`Recorder::record`] for callers outside an async runtime.
    ///
    /// # Errors
    /// As there.
    pub fn record_blocking(
        &self,
        records: Vec<Record>,
        texts: Vec<Text>,
    ) -> Result<(), StoreError> {
        if records.is_empty() {
            return Ok(());
        }
        let room = self.shared.room.clone();
        let room = room.try_acquire_many_owned(room_for(&records));
        let (told, outcome) = oneshot::channel();
        let room = room.map_err(|_| full())?;
        self.shared.enlist(records, texts, Some(told), room);
        outcome.blocking_recv().unwrap_or(Err(StoreError::Stopping))
    }

    /// Hands decisions over where there is room; else they are not recorded.
    pub fn offer(&self, records: Vec<Record>, texts: Vec<Text>) {
        let room = self.shared.room.clone();
        if let Ok(room) = room.try_acquire_many_owned(room_for(&records)) {
            self.shared.enlist(records, texts, None, room);
        } else {
            tracing::warn!("a denial is not on record: too many decisions wait");
        }
    }
}

/// What was answered is written before the service ends.
impl Drop for Recorder {
    fn drop(&mut self) {
        self.shared.queue().stopping = true;
        self.shared.called.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that records decisions broke");
        }
    }
}

fn room_for(records: &[Record]) -> u32 {
    u32::try_from(records.len().min(ROOM)).unwrap_or(u32::MAX)
}

fn full() -> StoreError {
    StoreError::Failed {
        doing: "recording decisions",
        kind: "too many wait to be written".into(),
    }
}

impl Shared {
    fn queue(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enlist(
        &self,
        records: Vec<Record>,
        texts: Vec<Text>,
        told: Option<oneshot::Sender<Result<(), StoreError>>>,
        room: OwnedSemaphorePermit,
    ) {
        let mut queue = self.queue();
        queue.waiting.push_back(Waiting {
            records,
            texts,
            told,
            _room: room,
        });
        self.called.notify_one();
    }

    fn serve(&self) {
        let mut last = 1;
        while let Some(batch) = self.next(last) {
            last = batch.len();
            let outcome = self.commit(&batch);
            if let Err(error) = &outcome {
                tracing::error!(%error, "decisions could not be recorded");
            }
            self.tell(batch, &outcome);
        }
    }

    /// Who waits now; after a shared commit, a moment is given to its callers to come back. `None`
    /// where the service stops and everything is written.
    fn next(&self, last: usize) -> Option<Vec<Waiting>> {
        let mut queue = self.queue();
        while queue.waiting.is_empty() {
            if queue.stopping {
                return None;
            }
            let woken = self.called.wait(queue);
            queue = woken.unwrap_or_else(PoisonError::into_inner);
        }
        let until = Instant::now() + LINGER;
        while queue.waiting.len() < last && !queue.stopping {
            let left = until.saturating_duration_since(Instant::now());
            let woken = self.called.wait_timeout(queue, left);
            let (woken, waited) = woken.unwrap_or_else(PoisonError::into_inner);
            queue = woken;
            if waited.timed_out() {
                break;
            }
        }
        let mut batch: Vec<Waiting> = Vec::new();
        let mut decisions = 0;
        while let Some(next) = queue.waiting.front() {
            decisions += next.records.len();
            if decisions > COMMIT && !batch.is_empty() {
                break;
            }
            batch.extend(queue.waiting.pop_front());
        }
        Some(batch)
    }

    fn commit(&self, batch: &[Waiting]) -> Result<(), StoreError> {
        let texts: HashMap<Hash, Arc<str>> = batch
            .iter()
            .flat_map(|one| one.texts.iter().cloned())
            .collect();
        let texts: Arc<[Text]> = texts.into_iter().collect();
        let records = batch.iter().flat_map(|one| one.records.iter().cloned());
        let seal = |records| {
            DecisionBlock::seal(records, self.store.keys(), self.entropy.as_ref()).map(Arc::new)
        };
        let sealed = blocks(records).into_iter().map(seal);
        let sealed = sealed.collect::<Result<Vec<_>, StoreError>>()?;
        let (grant, named) = (self.grant.clone(), texts.clone());
        let write = move |tx: &mut crate::store::WriteTx<'_>| {
            let mut last = None;
            for block in &sealed {
                last = Some(tx.record_decisions(&grant, block, &named));
            }
            let entry = last.ok_or(StoreError::damaged("a block of no decisions"))?;
            Ok::<_, StoreError>(entry.with(()))
        };
        let order = Order::at(self.clock.now());
        self.store.write_blocking(&self.grant, order, write)?;
        self.maker.learn(texts.iter().map(|(hash, _)| *hash));
        Ok(())
    }

    /// Answers those who wait. What was answered already is kept where it could not be written,
    /// and tried again after a while.
    fn tell(&self, batch: Vec<Waiting>, outcome: &Result<(), StoreError>) {
        let (waiting, answered): (Vec<_>, Vec<_>) =
            batch.into_iter().partition(|one| one.told.is_some());
        for one in waiting {
            let outcome = outcome.as_ref().copied().map_err(|_| failed());
            // a caller that has gone is not told; what is written stays written
            drop(one.told.map(|told| told.send(outcome)));
        }
        let uncertain = matches!(outcome, Err(StoreError::Uncertain));
        if outcome.is_ok() || uncertain || answered.is_empty() {
            return;
        }
        let mut queue = self.queue();
        if queue.stopping {
            let lost = answered.iter().map(|one| one.records.len()).sum::<usize>();
            tracing::error!(lost, "decisions that were answered are not on record");
            return;
        }
        for one in answered.into_iter().rev() {
            queue.waiting.push_front(one);
        }
        let waited = self.called.wait_timeout_while(queue, AGAIN, |queue| {
            !queue.stopping && queue.waiting.iter().all(|one| one.told.is_none())
        });
        drop(waited);
    }
}

fn failed() -> StoreError {
    StoreError::Failed {
        doing: "recording decisions",
        kind: "the commit did not succeed".into(),
    }
}

/// In blocks that are not too large and cover no long time.
fn blocks(records: impl Iterator<Item = Record>) -> Vec<Vec<Record>> {
    let mut blocks: Vec<Vec<Record>> = Vec::new();
    let mut span = (0, 0);
    for record in records {
        let at = record.millis();
        let wider = (span.0.min(at), span.1.max(at));
        let fits = wider.1 - wider.0 <= LONGEST_SPAN;
        match blocks.last_mut() {
            Some(block) if fits && block.len() < MOST_DECISIONS => {
                span = wider;
                block.push(record);
            }
            _ => {
                span = (at, at);
                blocks.push(vec![record]);
            }
        }
    }
    blocks
}
