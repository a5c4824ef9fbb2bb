//! Writes down every few minutes when keys were used last.

use crate::app::App;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(300);

/// The job; it ends when this is dropped.
pub struct Keys {
    _alive: Sender<()>,
}

impl Keys {
    /// Starts the job.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(app: Arc<App>) -> std::io::Result<Self> {
        let (alive, ended) = channel::<()>();
        std::thread::Builder::new()
            .name("keys".into())
            .spawn(move || {
                while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    let kept = app.keep_key_uses();
                    app.went_round("keys", kept.is_ok(), app.now());
                    if let Err(error) = kept {
                        tracing::warn!(%error, "when keys were used could not be kept");
                    }
                }
            })?;
        Ok(Self { _alive: alive })
    }
}
