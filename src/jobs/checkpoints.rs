//! Signs the head of the log once a second while it moves, and looks whether the clock jumped.

use crate::app::App;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(1);

/// The job; it ends when this is dropped.
pub struct Checkpoints {
    _alive: Sender<()>,
}

impl Checkpoints {
    /// Starts the job.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(app: Arc<App>) -> std::io::Result<Self> {
        let (alive, ended) = channel::<()>();
        std::thread::Builder::new()
            .name("checkpoints".into())
            .spawn(move || {
                while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    match app.watch_clock(app.now()) {
                        Ok(Some(jump)) => tracing::warn!(%jump, "the clock jumped"),
                        Ok(None) => {}
                        Err(error) => tracing::warn!(%error, "the clock could not be compared"),
                    }
                    let signed = app.sign_head(app.now());
                    app.went_round("checkpoints", signed.is_ok(), app.now());
                    if let Err(error) = signed {
                        tracing::error!(%error, "the head of the log could not be signed");
                    }
                }
            })?;
        Ok(Self { _alive: alive })
    }
}
