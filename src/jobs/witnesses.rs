//! Asks the witnesses to cosign each new checkpoint, once a second at most. Each has its own thread:
//! one that is away keeps neither the service nor the others waiting.

use crate::app::App;
use crate::app::witness::{Courier, SubmitError, Witness};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(1);
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// The job; it ends when this is dropped.
pub struct Witnesses {
    _alive: Vec<Sender<()>>,
}

impl Witnesses {
    /// Starts the job.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(
        app: &Arc<App>,
        witnesses: Vec<Witness>,
        courier: &Arc<dyn Courier>,
    ) -> std::io::Result<Self> {
        let start = |witness: Witness| {
            let (alive, ended) = channel::<()>();
            let (app, courier) = (app.clone(), courier.clone());
            std::thread::Builder::new()
                .name("witness".into())
                .spawn(move || {
                    let mut teller = Teller::default();
                    let (mut pause, mut again) = (EVERY, true);
                    while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                        let outcome = app.submit(&witness, courier.as_ref(), again);
                        teller.tell(&witness, outcome.as_ref().err());
                        app.went_round("witnesses", outcome.is_ok(), app.now());
                        again = outcome.is_err();
                        pause = if outcome.is_ok() {
                            EVERY
                        } else {
                            AFTER_FAILURE
                        };
                    }
                })?;
            Ok(alive)
        };
        let alive: std::io::Result<Vec<_>> = witnesses.into_iter().map(start).collect();
        Ok(Self { _alive: alive? })
    }
}

/// Tells what changed: a witness that stays away is one line in the log.
#[derive(Default)]
struct Teller {
    told: String,
}

impl Teller {
    fn tell(&mut self, witness: &Witness, error: Option<&SubmitError>) {
        let text = error.map(ToString::to_string).unwrap_or_default();
        if text == self.told {
            return;
        }
        let name = witness.key.name();
        match error {
            Some(error) if error.is_alarm() => {
                tracing::error!(witness = name, %error, "not cosigned")
            }
            Some(error) => tracing::warn!(witness = name, %error, "not cosigned"),
            None => tracing::info!(witness = name, "cosigns again"),
        }
        self.told = text;
    }
}
