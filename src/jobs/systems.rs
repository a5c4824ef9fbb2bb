//! Does what systems have to do for requests, one step after the other.

use crate::app::App;
use crate::app::systems::Reach;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(1);

/// The job; it ends when this is dropped.
pub struct Systems {
    _alive: Sender<()>,
}

impl Systems {
    /// Starts the job.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(app: Arc<App>, reach: Arc<dyn Reach>) -> std::io::Result<Self> {
        let (alive, ended) = channel::<()>();
        std::thread::Builder::new()
            .name("systems".into())
            .spawn(move || {
                let mut told = String::new();
                while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    let error = app.run_tasks(reach.as_ref()).err();
                    let error = error.map(|error| error.to_string()).unwrap_or_default();
                    // what lasts is one line in the log
                    if error != told && !error.is_empty() {
                        tracing::warn!(%error, "tasks of systems could not be worked on");
                    }
                    told = error;
                }
            })?;
        Ok(Self { _alive: alive })
    }
}
