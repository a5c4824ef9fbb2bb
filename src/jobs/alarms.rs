//! Looks for requests whose last day is near, and has staff told.

use crate::app::App;
use crate::app::mail::{Postman, Stationery};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// A day begins where the controller is, and a mail that did not go out is tried again.
const EVERY: Duration = Duration::from_secs(10);

/// The job; it ends when this is dropped.
pub struct Alarms {
    _alive: Sender<()>,
}

impl Alarms {
    /// Starts the job.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(
        app: Arc<App>,
        postman: Arc<dyn Postman>,
        stationery: Arc<dyn Stationery>,
        language: &'static str,
    ) -> std::io::Result<Self> {
        let (alive, ended) = channel::<()>();
        std::thread::Builder::new()
            .name("alarms".into())
            .spawn(move || {
                while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    let (postman, words) = (postman.as_ref(), stationery.as_ref());
                    let done = app.raise_alarms(postman, words, language, app.now());
                    app.went_round("alarms", done.is_ok(), app.now());
                    match done {
                        Ok(done) if done.sent > 0 => {
                            tracing::info!(mails = done.sent, "staff were told of last days");
                        }
                        Ok(_) => {}
                        Err(error) => tracing::warn!(%error, "last days could not be looked at"),
                    }
                }
            })?;
        Ok(Self { _alive: alive })
    }
}
