//! Has the log stamped by a timestamping authority, once an hour while it changes.

use crate::app::App;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How often is looked whether a stamp is due.
const EVERY: Duration = Duration::from_secs(5);
const AFTER_FAILURE: Duration = Duration::from_secs(60);

/// The job; it ends when this is dropped.
pub struct Timestamps {
    _alive: Sender<()>,
}

impl Timestamps {
    /// Starts the job.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(app: Arc<App>) -> std::io::Result<Self> {
        let (alive, ended) = channel::<()>();
        std::thread::Builder::new()
            .name("timestamps".into())
            .spawn(move || {
                let (mut pause, mut told) = (EVERY, String::new());
                while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                    let outcome = app.stamp_if_due(app.now());
                    let error = outcome.err().map(|error| error.to_string());
                    pause = if error.is_some() {
                        AFTER_FAILURE
                    } else {
                        EVERY
                    };
                    let error = error.unwrap_or_default();
                    app.went_round("timestamps", error.is_empty(), app.now());
                    // an authority that stays away is one line in the log
                    if error != told && error.is_empty() {
                        tracing::info!("checkpoints are stamped again");
                    } else if error != told {
                        tracing::warn!(%error, "a checkpoint was not stamped");
                    }
                    told = error;
                }
            })?;
        Ok(Self { _alive: alive })
    }
}
