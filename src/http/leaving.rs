//! How a node leaves: first it says so in `/readyz`, and goes on answering until a balancer has noticed and asks others;
//! then it accepts nothing more, finishes what is under way, and ends. So nobody who asks is ever turned away.

use actix_web::dev::Server;
use actix_web::rt::{spawn, time::sleep};
use futures_util::future::{Either, select};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Whether the service was told to end.
#[derive(Debug, Clone, Default)]
pub struct Leaving(Arc<AtomicBool>);

impl Leaving {
    /// From now on it says so.
    fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it was.
    #[must_use]
    pub fn is_so(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Serves until it is asked to end: then it answers on for the time of the drain, and finishes what is under way. Asked
/// again it ends at once. A node that is `lost` may not go on, and drains nothing.
///
/// # Errors
/// Where the server failed.
pub async fn until_ended(
    mut server: Server,
    (leaving, drain): (&Leaving, Duration),
    (mut asked, lost): (impl AsyncFnMut(), impl Future<Output = ()>),
) -> std::io::Result<()> {
    let handle = server.handle();
    let mut lost = pin!(lost);
    let is_asked = {
        let first = pin!(asked());
        match select(&mut server, select(first, &mut lost)).await {
            Either::Left((ended, _)) => return ended,
            Either::Right((why, _)) => matches!(why, Either::Left(_)),
        }
    };
    if is_asked {
        leaving.begin();
        tell(drain);
        let over = pin!(sleep(drain));
        let again = pin!(asked());
        match select(&mut server, select(select(over, lost), again)).await {
            Either::Left((ended, _)) => return ended,
            Either::Right((Either::Left(_), _)) => {}
            // a server that is dropped ends at once
            Either::Right((Either::Right(_), _)) => return Ok(()),
        }
    }
    spawn(handle.stop(true));
    let again = pin!(asked());
    match select(server, again).await {
        Either::Left((ended, _)) => ended,
        Either::Right(_) => Ok(()),
    }
}

fn tell(drain: Duration) {
    let seconds = drain.as_secs();
    tracing::info!(
        seconds,
        "leaving: this node is not ready any more, and answers on for a while; asked again it ends at once"
    );
}
