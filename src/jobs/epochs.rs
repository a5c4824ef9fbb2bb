//! Looks once a second for key epochs that are prepared, and for their files; and whether a master key is being
//! replaced.

use crate::app::App;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(1);

/// The job; it ends when this is dropped.
pub struct Epochs {
    _alive: Sender<()>,
}

impl Epochs {
    /// Starts the job; `name` is where this node runs.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(app: Arc<App>, name: String) -> std::io::Result<Self> {
        let (alive, ended) = channel::<()>();
        std::thread::Builder::new()
            .name("epochs".into())
            .spawn(move || {
                while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    let watched = app.watch_epochs(&name);
                    let watched = watched.and_then(|seen| app.watch_masters(&name).map(|()| seen));
                    let well = matches!(watched, Ok(None));
                    app.went_round("epochs", well, app.now());
                    match watched {
                        Ok(None) => {}
                        Ok(Some(state)) => {
                            let faults = state.faults.join("; ");
                            tracing::error!(%faults, "key files are missing");
                        }
                        Err(error) => {
                            tracing::warn!(%error, "key epochs and master keys could not be read")
                        }
                    }
                }
            })?;
        Ok(Self { _alive: alive })
    }
}
