//! Makes the exports that were asked for, a few at a time, and takes their files away when their time is
//! over.

use crate::app::App;
use crate::app::background::Press;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(1);
/// How many are made at a time: each holds a read of the database open, and some hundred MiB of memory
/// while it compares.
const AT_A_TIME: usize = 2;

/// The job; it ends when this is dropped, but for what is being made.
pub struct Exports {
    _alive: Vec<Sender<()>>,
}

impl Exports {
    /// Starts the job.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(app: &Arc<App>, press: &Arc<dyn Press>) -> std::io::Result<Self> {
        let keeper = app.clone();
        let mut told = String::new();
        let mut alive = vec![every_second("exports", move || {
            let error = keeper.tidy_exports().err();
            let error = error.map(|error| error.to_string()).unwrap_or_default();
            keeper.went_round("exports", error.is_empty(), keeper.now());
            // a directory that cannot be written is one line in the log
            if error != told && !error.is_empty() {
                tracing::error!(%error, "exports of the background are not looked after");
            }
            told = error;
        })?];
        for _ in 0..AT_A_TIME {
            let (app, press) = (app.clone(), press.clone());
            alive.push(every_second("export", move || {
                loop {
                    match app.make_next_export(press.as_ref()) {
                        Ok(true) => {}
                        Ok(false) => break,
                        Err(error) => {
                            tracing::warn!(%error, "the next export could not be begun");
                            break;
                        }
                    }
                }
            })?);
        }
        Ok(Self { _alive: alive })
    }
}

fn every_second(name: &str, mut act: impl FnMut() + Send + 'static) -> std::io::Result<Sender<()>> {
    let (alive, ended) = channel::<()>();
    std::thread::Builder::new()
        .name(name.into())
        .spawn(move || {
            while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                act();
            }
        })?;
    Ok(alive)
}
