//! Looks at who wants to sign in, and sends the mails that wait, one after the other.

use crate::app::App;
use crate::app::mail::{Delivered, Postman, Stationery};
use crate::domain::time::Now;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

const EVERY: Duration = Duration::from_millis(500);
/// How often is forgotten what is over, in rounds.
const TIDY: u32 = 240;

/// The job; it ends when this is dropped.
pub struct Mails {
    _alive: Sender<()>,
}

impl Mails {
    /// Starts the job.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(
        app: Arc<App>,
        postman: Arc<dyn Postman>,
        stationery: Arc<dyn Stationery>,
    ) -> std::io::Result<Self> {
        let (alive, ended) = channel::<()>();
        std::thread::Builder::new()
            .name("mails".into())
            .spawn(move || {
                let mut round: u32 = 0;
                while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    if let Err(error) = app.look_at_sign_ins(app.now()) {
                        tracing::warn!(%error, "who wants to sign in could not be looked at");
                    }
                    let well = send_all(&app, postman.as_ref(), stationery.as_ref());
                    app.went_round("mails", well, app.now());
                    if round.is_multiple_of(TIDY) {
                        tidy(&app, app.now());
                    }
                    round = round.wrapping_add(1);
                }
            })?;
        Ok(Self { _alive: alive })
    }
}

/// Whether the queue could be worked on.
fn send_all(app: &App, postman: &dyn Postman, stationery: &dyn Stationery) -> bool {
    loop {
        match app.deliver(postman, stationery, app.now()) {
            Ok(Delivered::Nothing) => return true,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "mails could not be sent");
                return false;
            }
        }
    }
}

fn tidy(app: &App, now: Now) {
    if let Err(error) = app.tidy_mail(now) {
        tracing::warn!(%error, "mails and sign-ins that are over could not be forgotten");
    }
}
