//! Whether a thread takes one more check on.
//!
//! Whatever waits on a thread waits behind what was ready before it. A timer does, too: as long as one that is due does
//! not come, everything else is as late. Of what is ready in such a turn a thread takes on what it does in a part of a
//! second; the rest of the checks are turned away at once, which takes next to nothing, so that the turn ends and those
//! who are answered are answered in time. Nothing is remembered: once fewer ask, all are answered.
//!
//! Nor is one taken on while very many wait to be written down: there the disk is what everybody waits for.
//!
//! Checks are turned away and nothing else is: they come by the million, and who is not answered does not send; a *no*,
//! and whoever asks for their rights, is always heard.

use super::problem::Problem;
use super::site::Site;
use actix_web::HttpRequest;
use actix_web::rt::time::sleep;
use rustix::time::{ClockId, Timespec, clock_gettime};
use std::cell::Cell;
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

/// So much work of one turn is taken on.
pub const MOST: Duration = Duration::from_millis(200);
/// Between two turns.
const EVERY: Duration = Duration::from_millis(20);

/// The pulse of one thread.
#[derive(Default)]
pub struct Pulse(Cell<Option<Turn>>);

/// When a turn began, by the clock and by what the thread had worked.
#[derive(Clone, Copy)]
struct Turn {
    clock: Instant,
    worked: Duration,
}

impl Turn {
    fn begin() -> Self {
        Self {
            clock: Instant::now(),
            worked: worked(),
        }
    }

    /// Whether it has taken enough on. A thread that the machine left no processor for has not: what it works counts,
    /// and that is asked of the system only where the clock makes it possible.
    fn is_full(self) -> bool {
        self.clock.elapsed() > MOST && worked().saturating_sub(self.worked) > MOST
    }
}

/// How long this thread has worked.
fn worked() -> Duration {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::ThreadCPUTime);
    let part = |number: i64| u64::try_from(number).unwrap_or(0);
    Duration::from_secs(part(tv_sec)) + Duration::from_nanos(part(tv_nsec))
}

impl Pulse {
    /// Takes a check on, where this turn has room for it, and so has whoever writes decisions down.
    ///
    /// # Errors
    /// Where there is none: nothing is decided then, and nothing permitted.
    pub fn take_on(site: &Site, request: &HttpRequest) -> Result<(), Problem> {
        if site.app.is_crowded() {
            return Err(Problem::overloaded());
        }
        let Some(pulse) = request.app_data::<Rc<Self>>() else {
            return Ok(());
        };
        match pulse.0.get() {
            Some(turn) if turn.is_full() => Err(Problem::overloaded()),
            Some(_) => Ok(()),
            None => {
                pulse.0.set(Some(Turn::begin()));
                actix_web::rt::spawn(beat(Rc::downgrade(pulse)));
                Ok(())
            }
        }
    }
}

/// Begins one turn after the other for as long as the thread serves.
async fn beat(pulse: Weak<Pulse>) {
    loop {
        sleep(EVERY).await;
        match pulse.upgrade() {
            Some(pulse) => pulse.0.set(Some(Turn::begin())),
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_full_by_work_and_not_by_time() {
        let turn = Turn::begin();
        let (_nobody, never) = std::sync::mpsc::channel::<()>();
        assert!(never.recv_timeout(MOST + EVERY).is_err());
        assert!(!turn.is_full(), "who waited has not worked");
        while worked().saturating_sub(turn.worked) <= MOST {
            std::hint::black_box((0..100_000_u64).sum::<u64>());
        }
        assert!(turn.is_full());
        assert!(!Turn::begin().is_full(), "the next one has room");
    }
}
