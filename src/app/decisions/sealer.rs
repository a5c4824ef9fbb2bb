//! The thread that brings decisions from the journal into blocks of the log: when there are enough
//! for some blocks, and after a while in any case.

use super::books::{Books, whole_blocks};
use super::worker::Worker;
use crate::store::{JournalPart, Journalled, MOST_DECISIONS, StoreError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// So many decisions are worth a commit.
const ENOUGH: usize = 4 * MOST_DECISIONS;
/// More are not kept here, where sealing fails for long: the database has them.
const MOST: usize = 64 * MOST_DECISIONS;
/// The longest that a decision waits for its block.
const LONGEST: Duration = Duration::from_secs(10);
/// After so long, what another node has left in the journal is taken over: it has died.
const LEFT: Duration = Duration::from_secs(30);

/// Brings decisions into blocks.
pub(super) struct Sealer {
    shared: Arc<Shared>,
    thread: Worker,
}

struct Shared {
    waits: Mutex<Waits>,
    called: Condvar,
    books: Arc<Books>,
}

/// What this node has put into the journal and not taken out of it. The database has it, too; from
/// here it need not be read.
#[derive(Default)]
struct Waits {
    entries: Vec<Journalled>,
    decisions: usize,
    stopping: bool,
}

impl Waits {
    fn add(&mut self, entries: impl IntoIterator<Item = Journalled>) {
        for entry in entries {
            self.decisions += entry.bundle.records.len();
            self.entries.push(entry);
        }
        if self.decisions > MOST {
            (self.entries, self.decisions) = (Vec::new(), 0);
        }
    }
}

impl Sealer {
    /// Starts the thread.
    pub fn start(books: Arc<Books>) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared {
            waits: Mutex::default(),
            called: Condvar::new(),
            books,
        });
        let serving = shared.clone();
        let does = "seals blocks of decisions";
        let thread = Worker::start("blocks", does, move || serving.serve())?;
        Ok(Self { shared, thread })
    }

    /// Another entry is in the journal.
    pub fn add(&self, entry: Journalled) {
        let mut waits = self.shared.waits();
        let before = waits.decisions;
        waits.add([entry]);
        // told once, when it is time
        if before < ENOUGH && waits.decisions >= ENOUGH {
            self.shared.called.notify_one();
        }
    }

    /// Seals what this node has in the journal, and ends.
    pub fn stop(&self) {
        self.shared.waits().stopping = true;
        self.shared.called.notify_one();
        self.thread.join();
    }
}

impl Shared {
    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        let mut due = Instant::now() + LONGEST;
        loop {
            let stopping = self.wait(due);
            let now = Instant::now();
            let all = stopping || now >= due;
            if all {
                due = now + LONGEST;
            }
            self.round(all);
            if stopping {
                return self.close();
            }
        }
    }

    /// Leaves nothing of this node in the journal.
    fn close(&self) {
        let own = JournalPart::Of(self.books.node);
        if let Err(error) = self.books.seal_part(own) {
            tracing::warn!(%error, "decisions are left in the journal: the next start takes them over");
        }
    }

    /// Seals once; what could not be sealed waits for another time.
    fn round(&self, all: bool) {
        if let Err(error) = self.seal(all) {
            tracing::warn!(%error, "decisions wait in the journal: they could not be put into blocks");
        }
    }

    /// Waits until there is enough, or it is time; whether the service stops.
    fn wait(&self, due: Instant) -> bool {
        let mut waits = self.waits();
        while waits.decisions < ENOUGH && !waits.stopping {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let woken = self.called.wait_timeout(waits, left);
            (waits, _) = woken.unwrap_or_else(PoisonError::into_inner);
        }
        waits.stopping
    }

    /// Seals what fills blocks; and where `all` is sealed everything that waits here, and what has
    /// been left in the journal for long.
    fn seal(&self, all: bool) -> Result<(), StoreError> {
        let least = if all { 1 } else { MOST_DECISIONS / 2 };
        let mut entries = {
            let mut waits = self.waits();
            waits.decisions = 0;
            std::mem::take(&mut waits.entries)
        };
        let rest = entries.split_off(whole_blocks(&entries, least));
        self.waits().add(rest);
        if !entries.is_empty() {
            // those that are no longer in the journal are recorded; what is left there grows old
            self.books.seal(Arc::new(entries))?;
        }
        if all {
            let left = self.books.clock.now().micros() - LEFT.as_micros() as i64;
            self.books.seal_part(JournalPart::Until(left))?;
        }
        Ok(())
    }
}
