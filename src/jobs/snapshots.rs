//! Writes the index into the node's own directory now and then, so that the next start is quick.

use crate::app::App;
use crate::domain::ids::Position;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often it is looked whether it is time.
const EVERY: Duration = Duration::from_secs(10);
/// The shortest time from one file to the next.
const PAUSE: Duration = Duration::from_secs(600);
/// After this time whatever has changed is written: who was erased is in no older file.
const LONGEST: Duration = Duration::from_secs(3_600);
/// Fewer persons are read from the database as soon.
const PERSONS: usize = 1_000;
/// So many entries since the last file make the next one due at once, as does a part of the persons.
const ENTRIES: u64 = 1_000;
const PART: u64 = 200;

/// The job. When it is dropped it writes once more, where that is worth while, and ends.
pub struct Snapshots {
    alive: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What was written last.
struct Last {
    position: Position,
    at: Option<Instant>,
}

impl Snapshots {
    /// Starts the job.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(app: Arc<App>, directory: PathBuf) -> std::io::Result<Self> {
        let (alive, ended) = channel::<()>();
        let thread = std::thread::Builder::new()
            .name("snapshots".into())
            .spawn(move || {
                let mut last = Last {
                    position: app.snapshot_taken(),
                    at: None,
                };
                while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    if last.is_due(&app) {
                        last.write(&app, &directory);
                    }
                }
                if last.much_since(&app) {
                    last.write(&app, &directory);
                }
            })?;
        Ok(Self {
            alive: Some(alive),
            thread: Some(thread),
        })
    }
}

impl Drop for Snapshots {
    fn drop(&mut self) {
        drop(self.alive.take());
        // one who panicked has written nothing
        let _ended = self.thread.take().map(JoinHandle::join);
    }
}

impl Last {
    fn is_due(&self, app: &App) -> bool {
        let passed = self.at.map_or(PAUSE, |at| at.elapsed());
        let anything = worth_while(app) && app.index().position() > self.position;
        anything && (passed >= LONGEST || passed >= PAUSE && self.much_since(app))
    }

    fn much_since(&self, app: &App) -> bool {
        let view = app.index().view();
        let much = ENTRIES.max(view.persons() as u64 / PART);
        let since = view.position().saturating_sub(self.position);
        drop(view);
        worth_while(app) && since >= much
    }

    fn write(&mut self, app: &App, directory: &Path) {
        let begun = Instant::now();
        self.at = Some(begun);
        let written = app.write_snapshot(directory);
        app.went_round("snapshots", written.is_ok(), app.now());
        match written {
            Ok(position) => {
                self.position = position;
                let seconds = begun.elapsed().as_secs_f64();
                tracing::info!(position, seconds, "the index was written down");
            }
            Err(error) => tracing::warn!(%error, "the next start reads the database"),
        }
    }
}

fn worth_while(app: &App) -> bool {
    app.index().view().persons() >= PERSONS
}
