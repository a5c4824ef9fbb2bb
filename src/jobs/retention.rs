//! Does what is due since its time is over: counts, announces, and erases once the notice is over. Sessions of staff
//! that are over go in the same rounds.

use crate::access::{EraseSubjects, Forbidden, Grant, KeepRetention, Principal, authorize};
use crate::app::retention::{DecisionsRan, Ran};
use crate::app::{App, Refusal};
use chrono::NaiveDate;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// The shortest pause between two counts.
const PAUSE: Duration = Duration::from_secs(60);
/// A count takes at most one in so many parts of the time.
const PARTS: u32 = 50;

/// The job; it ends when this is dropped.
pub struct Retention {
    _alive: Sender<()>,
}

/// What the service may do by itself.
type Grants = (Grant<KeepRetention>, Grant<EraseSubjects>);

fn grants() -> Result<Grants, Forbidden> {
    let system = Principal::System;
    Ok((authorize(&system)?, authorize(&system)?))
}

impl Retention {
    /// Starts the job.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(app: Arc<App>) -> std::io::Result<Self> {
        Self::every(app, PAUSE)
    }

    fn every(app: Arc<App>, shortest: Duration) -> std::io::Result<Self> {
        let (keep, erase) = grants().map_err(std::io::Error::other)?;
        let (alive, ended) = channel::<()>();
        std::thread::Builder::new()
            .name("retention".into())
            .spawn(move || {
                let (mut told, mut pause) = (String::new(), shortest);
                let mut decisions = OldDecisions::default();
                while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                    let begun = Instant::now();
                    if let Err(error) = app.tidy_accounts(app.now()) {
                        tracing::warn!(%error, "sessions that are over could not be forgotten");
                    }
                    let done = app.keep_retention(&keep, &erase);
                    if let Ok(Ran::Erased(count)) = done {
                        tracing::info!(count, "persons were erased whose time was over");
                    }
                    let done = done.map(drop).and(decisions.look(&app, &keep));
                    let error = done.err().map(|error| error.to_string());
                    let error = error.unwrap_or_default();
                    app.went_round("retention", error.is_empty(), app.now());
                    // what lasts is one line in the log
                    if error != told && !error.is_empty() {
                        tracing::warn!(%error, "what is due could not be looked after");
                    }
                    told = error;
                    pause = shortest.max(begun.elapsed().saturating_mul(PARTS));
                }
            })?;
        Ok(Self { _alive: alive })
    }
}

/// Old decisions are looked for once a day: days are what their time is counted in.
#[derive(Default)]
struct OldDecisions {
    looked_on: Option<NaiveDate>,
}

impl OldDecisions {
    fn look(&mut self, app: &App, keep: &Grant<KeepRetention>) -> Result<(), Refusal> {
        let today = app.now().utc().date_naive();
        if self.looked_on == Some(today) {
            return Ok(());
        }
        match app.expire_decisions(keep)? {
            DecisionsRan::Paused => return Ok(()),
            DecisionsRan::TakenOut { decisions, listed } => {
                tracing::info!(
                    decisions,
                    listed,
                    "decisions, and lines of lists, were taken out whose time was over"
                );
            }
            DecisionsRan::Nothing | DecisionsRan::Announced | DecisionsRan::Waits => {}
        }
        self.looked_on = Some(today);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::app::testing::TestApp;

    const OLD: &str = "old@example.fr";
    const DAY: i64 = 86_400;

    /// Whether it becomes so within half a minute.
    fn becomes(mut so: impl FnMut() -> bool) -> bool {
        (0..3_000).any(|_| {
            std::thread::park_timeout(Duration::from_millis(10));
            so()
        })
    }

    /// By nothing but its clock: announced on the day on which the time is over, and gone when the notice is.
    #[test]
    fn the_clock_alone_announces_and_erases() {
        let shop = TestApp::new();
        shop.publish_keeping(Some("P1Y"));
        shop.record(vec![shop.claim(&[("email", OLD)], "offers", "given")]);
        let contact = shop.named(&[("email", OLD)]).blinds()[0];
        let (app, clock) = (Arc::new(shop.app), shop.clock);
        let is_there = || app.index().view().person(&contact).is_some();
        let keep = grants().unwrap().0;
        let announced = || app.schedule(&keep).unwrap().announced.is_some();
        let _job = Retention::every(app.clone(), Duration::from_millis(5)).unwrap();
        // five years within which something may have to be proven are longer than the purpose's own
        clock.pass(5 * 366 * DAY);
        assert!(becomes(announced));
        clock.pass(29 * DAY);
        std::thread::park_timeout(Duration::from_millis(200));
        assert!(is_there(), "a day before the notice is over");
        clock.pass(2 * DAY);
        assert!(becomes(|| !is_there()));
    }
}
