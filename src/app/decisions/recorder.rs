//! Writes down what many callers have decided, in one commit: while one commit is on its way to
//! the disk, the next decisions gather.
//!
//! Many go into blocks of the log at once. Few are made durable in the journal, whence the sealer
//! (`sealer.rs`) brings them into a block: an entry of the log for every handful would cost more
//! than the decisions themselves, and would move the head under every other node.

use super::books::Books;
use super::draft::{Text, When};
use super::sealer::Sealer;
use super::worker::Worker;
use crate::app::follow::PATIENCE;
use crate::audit::Hash;
use crate::audit::decision::{Bundle, Record};
use crate::store::{JournalPart, MOST_DECISIONS, StoreError};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Most decisions that wait to be written; whoever brings more waits.
const ROOM: usize = 65_536;
/// So many are a crowd: a disk that takes some ten thousands a second has them after half a second.
const CROWD: usize = ROOM / 2;
/// Most decisions of one commit.
const COMMIT: usize = 16 * MOST_DECISIONS;
/// As many decisions are worth a block of their own.
const BLOCK: usize = MOST_DECISIONS / 2;
/// How long a commit waits for as many callers as the one before it had.
const LINGER: Duration = Duration::from_micros(500);
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
    books: Arc<Books>,
    sealer: Sealer,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// Their decisions.
    decisions: usize,
    /// The thread sleeps until there are so many decisions; to wake it for each caller costs more than a
    /// decision. 0 where it does not sleep.
    wakes_at: usize,
    stopping: bool,
}

/// Writes decisions down.
pub struct Recorder {
    shared: Arc<Shared>,
    thread: Worker,
}

impl Recorder {
    /// Starts its threads.
    ///
    /// # Errors
    /// Where there are none to be had.
    pub fn start(books: Books) -> Result<Self, StoreError> {
        let books = Arc::new(books);
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            called: Condvar::new(),
            room: Arc::new(Semaphore::new(ROOM)),
            sealer: Sealer::start(books.clone())?,
            books,
        });
        let serving = shared.clone();
        let thread = Worker::start("decisions", "records decisions", move || serving.serve())?;
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
        let room = self.shared.room(room_for(&records)).await?;
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

    /// Whether so many decisions wait that another one would wait for long.
    pub fn is_crowded(&self) -> bool {
        self.shared.room.available_permits() < ROOM - CROWD
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

    /// Writes what waits, leaves nothing of this node in the journal, and ends. Blocks.
    pub fn stop(&self) {
        self.shared.queue().stopping = true;
        self.shared.called.notify_one();
        self.thread.join();
        self.shared.sealer.stop();
    }

    /// Brings what is in the journal, whoever wrote it, into blocks of the log. Blocks.
    ///
    /// # Errors
    /// Where the database fails; what is left is recorded another time.
    pub fn seal(&self) -> Result<(), StoreError> {
        self.sealing()()
    }

    /// The same, to be done on a thread that may block.
    pub fn sealing(&self) -> impl FnOnce() -> Result<(), StoreError> + Send + use<> {
        let books = self.shared.books.clone();
        move || books.seal_part(JournalPart::WHOLE).map(drop)
    }
}

/// What was answered is written before the service ends.
impl Drop for Recorder {
    fn drop(&mut self) {
        self.stop();
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
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Room for so many decisions; there is some at once, as a rule.
    async fn room(&self, many: u32) -> Result<OwnedSemaphorePermit, StoreError> {
        if let Ok(room) = self.room.clone().try_acquire_many_owned(many) {
            return Ok(room);
        }
        let room = self.room.clone().acquire_many_owned(many);
        match tokio::time::timeout(PATIENCE, room).await {
            Ok(Ok(room)) => Ok(room),
            _ => Err(full()),
        }
    }

    fn enlist(
        &self,
        records: Vec<Record>,
        texts: Vec<Text>,
        told: Option<oneshot::Sender<Result<(), StoreError>>>,
        room: OwnedSemaphorePermit,
    ) {
        let mut queue = self.queue();
        if queue.stopping {
            // nobody would write it; a caller that has gone is not told
            return drop(told.map(|told| told.send(Err(StoreError::Stopping))));
        }
        queue.decisions += records.len();
        queue.waiting.push_back(Waiting {
            records,
            texts,
            told,
            _room: room,
        });
        if queue.wakes_at > 0 && queue.decisions >= queue.wakes_at {
            queue.wakes_at = 0;
            drop(queue);
            self.called.notify_one();
        }
    }

    fn serve(&self) {
        let mut expected = 1;
        while let Some((batch, decisions)) = self.next(expected) {
            let outcome = self.commit(&batch);
            if let Err(error) = &outcome {
                tracing::error!(%error, "decisions could not be recorded");
            }
            self.tell(batch, &outcome);
            // those who were told come back, and meet those who came meanwhile
            expected = (decisions + self.queue().decisions) * 3 / 4;
        }
    }

    /// What waits now, and how many decisions it is; after a shared commit, a moment is given to its
    /// callers to come back. `None` where the service stops and everything is written.
    fn next(&self, expected: usize) -> Option<(Vec<Waiting>, usize)> {
        let mut queue = self.gather(expected)?;
        queue.wakes_at = 0;
        let mut batch: Vec<Waiting> = Vec::with_capacity(queue.waiting.len());
        let mut decisions = 0;
        while let Some(next) = queue.waiting.front() {
            let more = next.records.len();
            if decisions + more > COMMIT && !batch.is_empty() {
                break;
            }
            decisions += more;
            batch.extend(queue.waiting.pop_front());
        }
        queue.decisions -= decisions;
        Some((batch, decisions))
    }

    /// Waits until there are so many decisions, or for a moment, or for the first one.
    fn gather(&self, expected: usize) -> Option<MutexGuard<'_, Queue>> {
        let until = Instant::now() + LINGER;
        let mut queue = self.queue();
        while queue.decisions < expected.max(1) && !queue.stopping {
            let left = until.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                queue.wakes_at = expected.max(1);
                let woken = self.called.wait_timeout(queue, left);
                (queue, _) = woken.unwrap_or_else(PoisonError::into_inner);
            } else if queue.waiting.is_empty() {
                queue.wakes_at = 1;
                let woken = self.called.wait(queue);
                queue = woken.unwrap_or_else(PoisonError::into_inner);
            } else {
                break;
            }
        }
        (!queue.waiting.is_empty()).then_some(queue)
    }

    fn commit(&self, batch: &[Waiting]) -> Result<(), StoreError> {
        let texts: HashMap<Hash, Arc<str>> = batch
            .iter()
            .flat_map(|one| one.texts.iter().cloned())
            .collect();
        let bundle = Bundle {
            records: batch
                .iter()
                .flat_map(|one| one.records.iter().cloned())
                .collect(),
            texts: texts.into_iter().collect(),
        };
        let learned: Vec<Hash> = bundle.texts.iter().map(|(hash, _)| *hash).collect();
        let decisions = bundle.records.len();
        if decisions >= BLOCK {
            self.books.record(bundle)?;
        } else {
            self.sealer.add(self.books.journal(bundle)?);
        }
        self.books.maker.learn(learned.into_iter());
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
            queue.decisions += one.records.len();
            queue.waiting.push_front(one);
        }
        queue.wakes_at = queue.decisions + 1;
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
