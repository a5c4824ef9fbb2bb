//! Watches how many persons' files each member of staff looks at, and has the data protection officer told.

use crate::app::App;
use crate::app::mail::{Postman, Stationery};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Whoever copies files off is to be seen while they do.
const EVERY: Duration = Duration::from_secs(5);

/// By whom it is told, and in which language.
type Telling = (Arc<dyn Postman>, Arc<dyn Stationery>, &'static str);

/// The job; it ends when this is dropped.
pub struct Looks {
    _alive: Sender<()>,
}

impl Looks {
    /// Starts the job; where there is no mail the console alone shows what it finds.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(app: Arc<App>, telling: Option<Telling>) -> std::io::Result<Self> {
        let (alive, ended) = channel::<()>();
        std::thread::Builder::new()
            .name("looks".into())
            .spawn(move || {
                while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    watch(&app);
                    if let Some(telling) = &telling {
                        tell(&app, telling);
                    }
                }
            })?;
        Ok(Self { _alive: alive })
    }
}

fn watch(app: &App) {
    let watched = app.watch_looks(app.now());
    app.went_round("looks", watched.is_ok(), app.now());
    match watched {
        Ok(raised) if raised > 0 => {
            tracing::warn!(raised, "staff looked at unusually many persons' files");
        }
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "what staff looked at could not be read"),
    }
}

fn tell(app: &App, (postman, words, language): &Telling) {
    match app.tell_looks(postman.as_ref(), words.as_ref(), language, app.now()) {
        Ok(done) if done.sent > 0 => tracing::info!("an alarm about looks was told"),
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "an alarm about looks could not be told"),
    }
}
