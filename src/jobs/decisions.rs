//! Merges the lists by which a person's decisions are found, a little every second.

use crate::app::App;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(1);

/// The job; it ends when this is dropped.
pub struct Decisions {
    _alive: Sender<()>,
}

impl Decisions {
    /// Starts the job.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(app: Arc<App>) -> std::io::Result<Self> {
        let (alive, ended) = channel::<()>();
        std::thread::Builder::new()
            .name("lists".into())
            .spawn(move || {
                while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    let tidied = app.tidy_decisions();
                    app.went_round("decisions", tidied.is_ok(), app.now());
                    if let Err(error) = tidied {
                        tracing::warn!(%error, "lists of decisions could not be merged");
                    }
                }
            })?;
        Ok(Self { _alive: alive })
    }
}
