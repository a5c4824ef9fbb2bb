//! Does what systems have to do for requests, one step after the other, and forgets what they told once it has
//! served.

use crate::app::App;
use crate::app::systems::Reach;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_secs(1);
/// What was found is kept for days: an hour more or less is nothing.
const FORGETS: Duration = Duration::from_secs(3_600);

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
                let (mut told, mut forgot) = (String::new(), None::<Instant>);
                while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    let mut error = app.run_tasks(reach.as_ref()).err();
                    if forgot.is_none_or(|at| at.elapsed() > FORGETS) {
                        forgot = Some(Instant::now());
                        error = app.forget_over().err().or(error);
                    }
                    let error = error.map(|error| error.to_string()).unwrap_or_default();
                    app.went_round("systems", error.is_empty(), app.now());
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
