//! Shows the service's certificate anew every few seconds: one that was renewed counts without a restart.

use crate::app::App;
use crate::domain::time::Now;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

const PAUSE: Duration = Duration::from_secs(5);

/// Shows what the files hold now, or says why it cannot, or what will soon be wrong.
pub type Renewal = Box<dyn FnMut(Now) -> Result<(), String> + Send>;

/// The job; it ends when this is dropped.
pub struct Certificate {
    _alive: Sender<()>,
}

impl Certificate {
    /// Starts the job.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(app: Arc<App>, renewal: Renewal) -> std::io::Result<Self> {
        Self::every(app, renewal, PAUSE)
    }

    fn every(app: Arc<App>, mut renewal: Renewal, pause: Duration) -> std::io::Result<Self> {
        let (alive, ended) = channel::<()>();
        std::thread::Builder::new()
            .name("certificate".into())
            .spawn(move || {
                let mut told = String::new();
                loop {
                    let error = renewal(app.now()).err().unwrap_or_default();
                    app.went_round("certificate", error.is_empty(), app.now());
                    // what lasts is one line in the log
                    if error != told && !error.is_empty() {
                        tracing::warn!(%error, "the certificate needs looking after");
                    }
                    told = error;
                    if ended.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                        break;
                    }
                }
            })?;
        Ok(Self { _alive: alive })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::app::testing::TestApp;
    use std::sync::mpsc;

    #[test]
    fn each_round_says_how_it_went() {
        let app = Arc::new(TestApp::new().app);
        let (sent, came) = mpsc::channel();
        let mut rounds = 0;
        let renewal = Box::new(move |_| {
            rounds += 1;
            let _ = sent.send(rounds);
            if rounds == 2 {
                Err("it ends soon".into())
            } else {
                Ok(())
            }
        });
        let job = Certificate::every(app.clone(), renewal, Duration::from_millis(1)).unwrap();
        assert!((1..=4).all(|round| came.recv() == Ok(round)));
        drop(job);
        // the sender goes with the thread
        assert!(came.iter().last().is_none_or(|last| last > 4));
        assert_eq!(
            app.rounds().first().map(|(name, _)| *name),
            Some("certificate")
        );
    }
}
