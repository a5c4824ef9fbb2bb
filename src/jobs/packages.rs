//! Makes the packages that persons are given, one after the other, and takes away those whose time is over.

use crate::app::App;
use crate::app::package::Binder;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(1);

/// The job; it ends when this is dropped, but for what is being made.
pub struct Packages {
    _alive: Sender<()>,
}

impl Packages {
    /// Starts the job.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(app: Arc<App>, binder: Arc<dyn Binder>) -> std::io::Result<Self> {
        let (alive, ended) = channel::<()>();
        std::thread::Builder::new()
            .name("packages".into())
            .spawn(move || {
                let mut told = String::new();
                while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    let error = work(&app, binder.as_ref());
                    app.went_round("packages", error.is_empty(), app.now());
                    // what lasts is one line in the log
                    if error != told && !error.is_empty() {
                        tracing::warn!(%error, "packages could not be worked on");
                    }
                    told = error;
                }
            })?;
        Ok(Self { _alive: alive })
    }
}

fn work(app: &App, binder: &dyn Binder) -> String {
    let tidied = app.tidy_packages().err().map(|error| error.to_string());
    let made = loop {
        match app.make_next_package(binder) {
            Ok(true) => {}
            Ok(false) => break None,
            Err(error) => break Some(error.to_string()),
        }
    };
    tidied.or(made).unwrap_or_default()
}
